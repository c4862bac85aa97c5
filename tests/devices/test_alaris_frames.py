"""Frames and words of the Alaris Asena: every captured frame, and any bytes at all."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.devices.pumps.alaris import decode
from console.devices.pumps.alaris_frames import LONGEST, AlarisFrames, checksum, encode, pass_code
from console.devices.pumps.alaris_words import (
    ALARMS,
    SyringeInPump,
    alarm_of,
    is_ordered,
    rate_text,
    read_alarm,
    read_infusion,
    read_limit,
    read_set_rate,
    read_syringe,
    volume_text,
)
from console.session.pump import PumpAlarm

CAPTURED = [
    b"!INST_SERIALNO|457D\r",
    b"!INST_SERIALNO^8002-51740|050B\r",
    b"!COMMS_PROTOCOL|E8DA\r",
    b"!COMMS_PROTOCOL^Asena Rev 2.1.5|661A\r",
    b"!COMMS_RESPONSE_MAX^4000^ms|DFDF\r",
    b"!REMOTE_CTRL^ENABLED^3CC1|B1F1\r",
    b"!REMOTE_CTRL^ENABLED^9535|FB2F\r",
    b"!REMOTE_CTRL^ENABLED^****^PERMIT^0^ms|7BB0\r",
    b"!REMOTE_CTRL^DISABLED|EF95\r",
    b"!REMQUERY^DEACT|F295\r",
    b"!INF|4961\r",
    b"!INF^8002-51733^A^HLD^0.00^ml/h^^0.969^ml^530.15^mmHg^00:04:09^EVENT^214725|DB9D\r",
    b"!INF_START|38F3\r",
    b"!INF_STOP|CD57\r",
    b"!INF_RATE^0.1^ml/h|B775\r",
    b"!INF_RATE^0.10^ml/h|D407\r",
    b"!INF_RATE_MAX_SYRINGE^1200.00^ml/h|8575\r",
    b"!INF_VTBI|8456\r",
    b"!INF_VTBI^ACTIV^11.000^ml^STOP|4433\r",
    b"!INF_VTBI^DEACT|D8C5\r",
    b"!INF_VI_CLEAR|A706\r",
    b"!INF_BOLUS^ENABLED|E288\r",
    b"!SYRINGE_STATUS^BD PLASTIPAK^ 50^CONF|1CF8\r",
    b"!SYRINGE_STATUS^BD PERFUSOR^ 50^CONF|4567\r",
    b"!ALARM|50B2\r",
    b"!ALARM^AL_NOALM^ ^ |C73B\r",
]
STATE = CAPTURED[11]


def fields(frame: bytes) -> tuple[str, ...]:
    (found,) = AlarisFrames().feed(frame)
    return found.fields


def test_the_checksum_is_ccitt_false() -> None:
    assert checksum("123456789") == "29B1"


@pytest.mark.parametrize("frame", CAPTURED, ids=lambda frame: frame[1:24].decode())
def test_a_captured_frame_is_read_and_comes_out_byte_for_byte(frame: bytes) -> None:
    assert encode(*fields(frame)) == frame


def test_a_captured_frame_whose_fields_were_masked_is_refused() -> None:
    report = decode(b"!REMQUERY^DEACT^^^|E5C9\r")
    assert (report.good_frames, report.bad_frames, report.replies) == (0, 1, ())


@pytest.mark.parametrize(("serial", "code"), [("8002-51740", "3CC1"), ("8002-51733", "9535")])
def test_the_code_for_control_is_the_checksum_of_the_serial_number(serial: str, code: str) -> None:
    assert pass_code(serial) == code


def test_the_captured_state_in_an_occlusion_is_understood() -> None:
    state = read_infusion(fields(STATE))
    assert (state.serial, state.alarmed, state.mode) == ("8002-51733", True, "HLD")
    assert (state.rate_ml_h, state.infused_ml) == (Decimal(0), Decimal("0.969"))
    assert (state.held, state.running) == (True, False)


def test_the_other_captured_answers_are_understood() -> None:
    assert read_set_rate(fields(CAPTURED[15])) == Decimal("0.10")
    assert read_limit(fields(CAPTURED[18])) == 11
    assert read_limit(fields(CAPTURED[19])) is None
    assert read_syringe(fields(CAPTURED[22])) == SyringeInPump("BD PLASTIPAK", 50, confirmed=True)
    assert read_alarm(fields(CAPTURED[25])) == "AL_NOALM"


@pytest.mark.parametrize(
    "text",
    [
        "INF^8002-51733^-^SET^20.00^ml/min^^0.969^ml^17.91^mmHg^24+^EVENT^1",
        "INF^8002-51733^-^SET^1200.01^ml/h^^0.969^ml^17.91^mmHg^24+^EVENT^1",
        "INF^8002-51733^-^SET^-1.00^ml/h^^0.969^ml^17.91^mmHg^24+^EVENT^1",
        "INF^8002-51733^-^SET^20.00^ml/h^^x^ml^17.91^mmHg^24+^EVENT^1",
        "INF^8002-51733^-^SET^20.00^ml/h^^0.969^ul^17.91^mmHg^24+^EVENT^1",
        "INF^8002-51733",
    ],
)
def test_a_state_of_another_form_or_beyond_the_pump_is_not_believed(text: str) -> None:
    with pytest.raises(ValueError, match=r"pump|state"):
        read_infusion(fields(encode(text)))


def test_a_limit_without_a_stop_at_its_end_is_no_limit() -> None:
    with pytest.raises(ValueError, match="stop"):
        read_limit(("INF_VTBI", "ACTIV", "11.000", "ml", "KVO"))


def test_numbers_are_rounded_down_and_bounded() -> None:
    assert rate_text(Decimal("33.339")) == "33.33"
    assert volume_text(Decimal("11.0009")) == "11.000"
    for rate in ("0.099", "1200.01"):
        with pytest.raises(ValueError, match="outside"):
            rate_text(Decimal(rate))
    for volume in ("0.0001", "1001"):
        with pytest.raises(ValueError, match="no volume"):
            volume_text(Decimal(volume))


@pytest.mark.parametrize("code", [*ALARMS, "AL_FAULT", "AL_TITNC", "AL_WHAT?"])
def test_every_alarm_code_is_an_alarm_also_an_unknown_one(code: str) -> None:
    assert alarm_of(code) is ALARMS.get(code, PumpAlarm.OTHER)


@pytest.mark.parametrize("code", ["AL_NOALM", "AL_ACDIS", "AL_NEOIN"])
def test_a_mere_warning_is_no_alarm(code: str) -> None:
    assert alarm_of(code) is None


@pytest.mark.req("SER-17")
@pytest.mark.parametrize(
    ("ordered", "same"),
    [("BD 50 mL", True), ("BD 60 mL", True), ("BD 20 mL", False), ("Terumo 50 mL", False), ("BD", False)],
)
def test_the_syringe_is_compared_by_brand_and_size(ordered: str, same: bool) -> None:
    assert is_ordered(SyringeInPump("BD PLASTIPAK", 50, confirmed=True), ordered) is same


@pytest.mark.req("SER-03")
@given(st.integers(0, len(STATE) - 2), st.integers(1, 255))
def test_a_frame_with_one_wrong_byte_is_refused(place: int, flip: int) -> None:
    damaged = bytearray(STATE)
    damaged[place] ^= flip
    assert decode(bytes(damaged)).good_frames == 0


@pytest.mark.req("SER-05")
@given(st.binary(max_size=80), st.lists(st.sampled_from(CAPTURED), max_size=4), st.integers(0, 400))
def test_frames_are_found_wherever_the_stream_is_cut(noise: bytes, captured: list[bytes], cut: int) -> None:
    stream = noise.replace(b"!", b"") + b"".join(captured) + noise
    whole, parts = AlarisFrames(), AlarisFrames()
    found = whole.feed(stream)
    assert parts.feed(stream[:cut]) + parts.feed(stream[cut:]) == found
    assert [encode(frame.text) for frame in found[: len(captured)]] == captured


@pytest.mark.req("SER-04")
@given(st.binary(max_size=3000))
def test_any_bytes_are_survived_in_bounded_memory(noise: bytes) -> None:
    frames = AlarisFrames()
    frames.feed(b"!" + noise)
    assert frames.held_bytes <= LONGEST + 2
    assert len(frames.refused) <= 100
    assert decode(noise).to_text()


def test_an_aborted_and_an_overtaken_frame_are_refused_and_the_next_is_read() -> None:
    report = decode(b"!INF^8002\x1b!INF_RA!INF|4961\r!INF|4961")
    assert (report.good_frames, report.bad_frames, report.unfinished_bytes) == (1, 2, 9)
    assert [bad.reason for bad in report.refused] == [
        "given up by its sender",
        "cut short by the next frame",
    ]
