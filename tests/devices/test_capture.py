"""Captures: every byte to a bounded file, and back to a driver."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.clock import Instant, ManualClock
from console.devices.capture import CapturedBytes, CaptureFile, Direction, ReplayLink, read_capture
from console.devices.ports import LinkLost
from console.devices.pumps.ne1000 import NE1000
from console.session.pump import PumpState
from tests.devices.scripted import ScriptedLink, safe


def captured(path: Path) -> tuple[CapturedBytes, ...]:
    return read_capture(path.read_text().splitlines())


def test_what_is_recorded_is_read_back_byte_for_byte_with_its_instant(tmp_path: Path) -> None:
    clock = ManualClock()
    sink = CaptureFile(tmp_path / "deep" / "pump.jsonl", "/dev/x")
    first, second = clock.now(), clock.advance(0.5)
    sink.record(Direction.SENT, first, b"\x02\x00\xff")
    sink.record(Direction.RECEIVED, second, b"\r\n")
    sink.close()
    assert captured(tmp_path / "deep" / "pump.jsonl") == (
        CapturedBytes(Direction.SENT, first, b"\x02\x00\xff"),
        CapturedBytes(Direction.RECEIVED, second, b"\r\n"),
    )
    assert sink.failure == ""


def test_a_full_capture_is_kept_once_and_a_new_one_begins(tmp_path: Path) -> None:
    path = tmp_path / "pump.jsonl"
    sink = CaptureFile(path, "/dev/x", max_bytes=2000)
    now = ManualClock().now()
    for number in range(200):
        sink.record(Direction.SENT, now, bytes([number]))
    sink.close()
    older = path.with_name("pump.jsonl.1")
    assert sorted(tmp_path.iterdir()) == [path, older]
    assert max(path.stat().st_size, older.stat().st_size) <= 2000
    numbers = [entry.data[0] for entry in (*captured(older), *captured(path))]
    assert numbers == list(range(numbers[0], 200))


def test_a_new_capture_keeps_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "pump.jsonl"
    now = ManualClock().now()
    for data in (b"one", b"two"):
        sink = CaptureFile(path, "/dev/x")
        sink.record(Direction.SENT, now, data)
        sink.close()
    assert captured(path)[0].data == b"two"
    assert captured(path.with_name("pump.jsonl.1"))[0].data == b"one"


def test_a_file_that_cannot_be_written_ends_the_capture_and_not_the_port(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    sink = CaptureFile(blocked / "pump.jsonl", "/dev/x")
    sink.record(Direction.SENT, ManualClock().now(), b"x")
    sink.close()
    assert "/dev/x" in sink.failure


def test_a_last_line_cut_off_by_a_crash_is_left_out_and_damage_before_is_named(tmp_path: Path) -> None:
    path = tmp_path / "pump.jsonl"
    sink = CaptureFile(path, "/dev/x")
    for _ in range(3):
        sink.record(Direction.SENT, ManualClock().now(), b"abc")
    sink.close()
    lines = path.read_text().splitlines()
    assert len(read_capture([*lines[:-1], lines[-1][:20]])) == 2
    with pytest.raises(ValueError, match="line 2"):
        read_capture([lines[0], lines[1][:20], *lines[2:]])


@pytest.mark.parametrize("lines", [[], ["{}"], ["[]"], ["hello"], ['{"capture": 2}']])
def test_what_is_no_capture_is_refused(lines: list[str]) -> None:
    with pytest.raises(ValueError, match="capture"):
        read_capture(lines)


@given(st.lists(st.text(max_size=60), min_size=2, max_size=8))
def test_no_text_whatever_is_taken_for_a_capture(lines: list[str]) -> None:
    with pytest.raises(ValueError, match="line 2"):
        read_capture(['{"capture": 1}', *lines])


def recorded_session() -> tuple[CapturedBytes, ...]:
    """What a driver and a pump said to each other."""
    script = [
        (safe("0VER"), safe("00SNE1000V3.928")),
        (safe("0"), safe("00I")),
        (safe("0DIS"), safe("00II0.250W0.000ML")),
        (safe("0RAT"), safe("00I30.00MH")),
    ]
    link = ScriptedLink(script)
    kept: list[CapturedBytes] = []

    class Tap:
        def read(self, timeout_s: float) -> bytes:
            data = link.read(timeout_s)
            if data:
                kept.append(CapturedBytes(Direction.RECEIVED, link.now(), data))
            return data

        def write(self, data: bytes) -> None:
            link.write(data)
            kept.append(CapturedBytes(Direction.SENT, link.now(), data))

        def now(self) -> Instant:
            return link.now()

        def discard_input(self) -> None:
            link.discard_input()

        def close(self) -> None:
            link.close()

    driver = NE1000()
    driver.identify(Tap())
    driver.poll(Tap())
    return tuple(kept)


def test_a_replay_gives_a_driver_the_same_session_again_with_the_same_instants() -> None:
    session = recorded_session()
    link = ReplayLink(session)
    driver = NE1000()
    assert driver.identify(link).model == "NE-1000"
    reading = driver.poll(link)
    assert reading.state is PumpState.INFUSING
    # The reading is as old as the pump's counter in it; its rate was asked afterwards.
    assert reading.at == next(piece.at for piece in session if b"II0.250" in piece.data)
    assert link.differences == []
    with pytest.raises(LinkLost, match="ended"):
        link.read(0.1)


def test_a_replay_says_what_the_driver_writes_otherwise() -> None:
    link = ReplayLink(recorded_session())
    link.write(b"something else")
    assert len(link.differences) == 1
    assert "something else" in link.differences[0]


def test_a_replay_gives_no_reply_before_its_question() -> None:
    link = ReplayLink(recorded_session())
    began = link.now()
    assert link.read(0.1) == b""
    assert link.now().seconds_since(began) == pytest.approx(0.1)


def test_a_replay_of_a_talkative_device_needs_no_questions() -> None:
    clock = ManualClock()
    entries = [CapturedBytes(Direction.RECEIVED, clock.advance(0.1), bytes([n])) for n in range(5)]
    link = ReplayLink(entries)
    got = b"".join(link.read(0.15) for _ in range(5))
    assert got == bytes(range(5))
    link.close()
    with pytest.raises(LinkLost):
        link.read(0.1)


def test_discarding_skips_what_is_due_only() -> None:
    clock = ManualClock()
    entries = [CapturedBytes(Direction.RECEIVED, clock.advance(0.1), bytes([n])) for n in range(3)]
    link = ReplayLink(entries)
    link.discard_input()
    assert link.read(0.15) == b"\x01"
