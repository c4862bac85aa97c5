"""A capture replayed as a device: what was asked then is answered again."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.app.replay import capture_of, serve_replay
from console.app.selftest_virtual import VirtualBench
from console.app.troubles import NotPossible
from console.app.virtual_devices import read_scenario
from console.clock import Instant, ManualClock
from console.devices.about import DriverOptions, Role
from console.devices.bench.stepper import Bench, checks_for
from console.devices.bench.wire_view import capture_text
from console.devices.capture import CapturedBytes, Direction
from console.devices.catalogue import about, make_monitor, make_pump
from console.devices.virtual.replayed import ReplayedDevice
from tests.devices.talking_monitor import TwinLink


def at(seconds: float) -> Instant:
    return Instant(round(seconds * 1e9), round(seconds * 1e9))


def sent(seconds: float, data: bytes) -> CapturedBytes:
    return CapturedBytes(Direction.SENT, at(seconds), data)


def heard(seconds: float, data: bytes) -> CapturedBytes:
    return CapturedBytes(Direction.RECEIVED, at(seconds), data)


TALK = (
    sent(1.0, b"A?"),
    heard(1.2, b"a1"),
    sent(2.0, b"B?"),
    heard(2.1, b"b1"),
    sent(3.0, b"A?"),
    heard(3.1, b"a2"),
)


def test_a_question_is_answered_as_it_was_then_and_after_as_long() -> None:
    device = ReplayedDevice(TALK)
    assert device.advance(50.0) == b""
    assert device.feed(b"A?") == b""
    assert device.advance(0.1) == b""
    assert device.advance(0.1) == b"a1"
    device.feed(b"A?")
    assert device.advance(0.2) == b"a2"
    device.feed(b"B?")
    assert device.advance(0.2) == b"b1"
    device.feed(b"A?")
    device.feed(b"A?")
    assert device.advance(0.2) == b"a1"


def test_a_question_in_two_pieces_is_understood_and_a_strange_one_is_counted() -> None:
    device = ReplayedDevice(TALK)
    device.feed(b"B")
    device.feed(b"?")
    assert device.advance(0.2) == b"b1"
    device.feed(b"X!")
    assert device.advance(9.0) == b""
    assert device.unanswered == 2


def test_what_is_said_unasked_comes_in_its_own_time_and_begins_anew_when_asked_to() -> None:
    said = (heard(1.0, b"one"), heard(2.0, b"two"))
    device = ReplayedDevice(said)
    assert device.advance(0.5) == b"one"
    assert device.advance(0.4) == b""
    assert device.advance(0.2) == b"two"
    assert device.advance(0.1) == b""
    assert device.ended
    again = ReplayedDevice(said, again=True)
    assert b"".join(again.advance(0.5) for _ in range(8)).count(b"one") >= 3
    assert not again.ended


def test_a_capture_in_which_nothing_was_said_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing to replay"):
        ReplayedDevice((sent(1.0, b"A?"),))


@given(
    st.lists(st.tuples(st.booleans(), st.binary(min_size=1, max_size=4)), min_size=1, max_size=12), st.data()
)
def test_nothing_is_ever_said_that_was_not_in_the_capture(
    pieces: list[tuple[bool, bytes]], data: st.DataObject
) -> None:
    captured = tuple(
        heard(float(n), piece) if said else sent(float(n), piece) for n, (said, piece) in enumerate(pieces)
    )
    known = {piece for said, piece in pieces if said}
    if not known:
        return
    device = ReplayedDevice(captured)
    for _ in range(10):
        device.feed(data.draw(st.binary(max_size=4)))
        told = device.advance(1.0)
        while told:
            piece = next(one for one in sorted(known, key=len, reverse=True) if told.startswith(one))
            told = told[len(piece) :]


@pytest.mark.parametrize("name", ["ne1000", "bcc", "masimo", "capnostream", "dinamap", "s5", "nonin"])
def test_what_the_bench_captured_of_a_device_identifies_itself_again_when_replayed(
    name: str, tmp_path: Path
) -> None:
    virtual = VirtualBench(name, read_scenario("routine"), ManualClock().now())
    stand = virtual.stand()
    tasks = checks_for(stand, ("link_quality",))
    run = Bench(stand, tasks, virtual.clock, virtual.cable, no_patient=True, session_open=lambda: False).run(
        virtual.hands
    )
    path = tmp_path / f"{name}.jsonl"
    path.write_text(capture_text(stand.wire.lines(), "memory"), encoding="ascii")

    link = TwinLink(ReplayedDevice(capture_of(path)))
    options = DriverOptions(name)
    if about(name).role is Role.PUMP:
        pump = make_pump(name, options)
        identity = pump.identify(link)
        pump.poll(link)
    else:
        monitor = make_monitor(name, options)
        identity = monitor.identify(link)
        batches = [monitor.turn(link) for _ in range(50)]
        assert any(batch.readings for batch in batches)
    assert identity.model == run.device.model


def test_a_file_that_is_no_capture_is_refused_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("hello\n")
    with pytest.raises(NotPossible, match=r"notes\.txt cannot be replayed"):
        serve_replay(path, lambda _device: pytest.fail("nothing is to be plugged in"), lambda _text: None)
