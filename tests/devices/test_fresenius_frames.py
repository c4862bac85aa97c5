"""Fresenius frames, words and the counter: exact figures, and nothing believed that is damaged."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.clock import ManualClock
from console.devices.pumps.fresenius import decode
from console.devices.pumps.fresenius_frames import (
    LONGEST,
    BadFrame,
    FreseniusFrame,
    FreseniusFrames,
    Heard,
    LineWord,
    Word,
    check_of,
    encode,
    reply_of,
)
from console.devices.pumps.fresenius_motion import Motion
from console.devices.pumps.fresenius_words import (
    NotTold,
    modules_of,
    rate_ml_h,
    variables,
    volume_ml,
)
from console.session.pump import PumpState

READ = b"\x021LE;dr2C\x03"
TOLD = b"\x021C;d0064;r0000B5\x03"
ACK = b"\x06"


# --- bytes ----------------------------------------------------------------------------------------


def test_messages_come_out_byte_for_byte() -> None:
    assert encode(0, "DC") == b"\x020DC48\x03"
    assert encode(None, "DC") == b"\x02DC78\x03"
    assert encode(0, "LE;b") == b"\x020LE;bA1\x03"
    assert encode(1, "LE;dr") == READ
    assert encode(1, "PO") == b"\x021PO2F\x03"
    assert check_of(b"1I;02") == b"E8"


def test_the_line_is_watched_inside_a_frame_too() -> None:
    data = ACK + TOLD[:5] + b"\x05" + TOLD[5:] + b"\x152"
    assert FreseniusFrames().feed(data) == [
        LineWord(0, Word.TAKEN),
        LineWord(6, Word.ALIVE),
        FreseniusFrame(1, "1C;d0064;r0000"),
        LineWord(len(data) - 2, Word.REFUSED, "2"),
    ]


def test_rate_and_volume_are_exactly_what_was_told() -> None:
    found = variables("d0001;r0000FFFF")
    assert rate_ml_h(found) == Decimal("0.1")
    assert volume_ml(found) == Decimal("65.535")
    assert rate_ml_h(variables("d2EE0")) == Decimal(1200)


@pytest.mark.parametrize("text", ["", "d", "dxyz", "d-1", "d+1", "dFFFFF", "r10", "d 10"])
def test_a_rate_that_is_not_clear_is_not_told(text: str) -> None:
    with pytest.raises(NotTold):
        rate_ml_h(variables(text))


def test_the_map_of_the_base_names_its_modules() -> None:
    assert modules_of("b00") == ()
    assert modules_of("b05") == (1, 3)
    assert modules_of("b1F") == (1, 2, 3, 4, 5)
    with pytest.raises(NotTold):
        modules_of("b20")


def test_replies_of_base_module_and_lone_pump_are_told_apart() -> None:
    base, module, alone = reply_of("0C;b01"), reply_of("3I;1E"), reply_of("E;d0010")
    assert base is not None
    assert module is not None
    assert alone is not None
    assert (base.address, module.address, alone.address) == (0, 3, None)
    assert (module.kind, module.text, alone.unasked) == ("I", "1E", True)
    assert reply_of("1LE;d") is None


def test_a_recording_is_put_into_words() -> None:
    report = decode(b"noise" + TOLD + b"\x021I;02E8\x03" + TOLD[:-2] + b"\x03")
    assert (report.good_frames, report.bad_frames, report.bad_bytes) == (2, 1, 5)
    assert [reply.text for reply in report.replies] == [
        "module 1 rate 10 mL/h, given 0 mL",
        "module 1 refuses: the command is not allowed in this mode",
    ]


@pytest.mark.req("SER-03")
@given(st.integers(1, len(TOLD) - 2), st.integers(1, 127))
def test_a_frame_with_one_wrong_byte_is_never_believed(place: int, flip: int) -> None:
    damaged = bytearray(TOLD)
    damaged[place] ^= flip
    bodies = [
        heard.body for heard in FreseniusFrames().feed(bytes(damaged)) if isinstance(heard, FreseniusFrame)
    ]
    assert bodies == []


@given(
    st.lists(
        st.sampled_from([TOLD, ACK, b"\x05", b"\x021I;02E8\x03", b"\x02", b"\x15"]) | st.binary(max_size=200)
    )
)
def test_any_bytes_are_survived_and_where_they_are_cut_changes_nothing(pieces: list[bytes]) -> None:
    def heard(parts: Sequence[bytes]) -> tuple[list[Heard], int]:
        frames = FreseniusFrames()
        found = [one for part in parts for one in frames.feed(part)]
        assert frames.held_bytes <= LONGEST + 3
        return found, frames.noise

    whole = b"".join(pieces)
    assert heard(pieces) == heard([whole]) == heard([bytes([byte]) for byte in whole])


def test_a_frame_without_an_end_is_given_up() -> None:
    (bad,) = FreseniusFrames().feed(b"\x02" + b"A" * 500)
    assert isinstance(bad, BadFrame)
    assert "longer than 80" in bad.reason


# --- the counter ----------------------------------------------------------------------------------


def test_a_rate_without_growth_is_unknown_until_a_pause_was_accepted() -> None:
    clock, motion = ManualClock(), Motion()
    rate = Decimal(36)
    assert motion.judge(clock.now(), rate, Decimal(1)) is PumpState.UNKNOWN
    assert motion.judge(clock.advance(0.5), rate, Decimal("1.005")) is PumpState.INFUSING
    assert motion.judge(clock.advance(5), rate, Decimal("1.005")) is PumpState.UNKNOWN
    motion.pause_accepted()
    assert motion.judge(clock.advance(0.1), rate, Decimal("1.005")) is PumpState.UNKNOWN
    assert motion.judge(clock.advance(1.1), rate, Decimal("1.005")) is PumpState.STOPPED
    assert motion.judge(clock.advance(0.1), rate, Decimal("1.007")) is PumpState.INFUSING
    assert not motion.paused
    assert motion.judge(clock.advance(0.1), Decimal(0), Decimal("1.007")) is PumpState.STOPPED


def test_a_counter_that_grows_without_a_rate_is_not_a_pump_at_rest() -> None:
    clock, motion = ManualClock(), Motion()
    assert motion.judge(clock.now(), Decimal(36), Decimal(1)) is PumpState.UNKNOWN
    assert motion.judge(clock.advance(0.5), Decimal(0), Decimal("1.002")) is PumpState.STOPPED
    assert motion.judge(clock.advance(0.5), Decimal(0), Decimal("1.502")) is PumpState.OTHER
    assert motion.judge(clock.advance(0.5), Decimal(0), Decimal("1.502")) is PumpState.STOPPED


@given(
    rate=st.integers(1, 12000),
    steps=st.lists(st.tuples(st.floats(0.05, 5), st.booleans()), min_size=2, max_size=40),
    pause_at=st.integers(0, 20),
)
def test_a_running_pump_is_never_called_stopped(
    rate: int, steps: list[tuple[float, bool]], pause_at: int
) -> None:
    """Whatever was accepted: as long as the counter grows as the rate says, it is not stopped."""
    clock, motion, volume_ul = ManualClock(), Motion(), 0.0
    for number, (dt_s, _) in enumerate(steps):
        if number == pause_at:
            motion.pause_accepted()
        volume_ul += rate / 10 * dt_s / 3.6
        state = motion.judge(clock.advance(dt_s), Decimal(rate) / 10, Decimal(int(volume_ul)) / 1000)
        assert state is not PumpState.STOPPED
