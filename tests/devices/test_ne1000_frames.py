"""Framing of the NE-1000: the published vectors, and streams that are split, glued, noisy or broken."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.clock import ManualClock
from console.devices.pumps.ne1000_frames import (
    MAX_BUFFER_BYTES,
    STATE_OF,
    Frame,
    FrameMode,
    FrameParser,
    Prompt,
    PumpError,
    crc16_xmodem,
    encode_basic,
    encode_safe,
    parse_payload,
)
from console.session.pump import PumpAlarm, PumpState
from tests.devices.scripted import basic, safe

AT = ManualClock().now()

COMMANDS = {
    "SAF0": "02 08 53 41 46 30 55 43 03",
    "0SAF0": "02 09 30 53 41 46 30 59 AD 03",
    "0SAF2": "02 09 30 53 41 46 32 79 EF 03",
    "0SAF5": "02 09 30 53 41 46 35 09 08 03",
    "0": "02 05 30 36 53 03",
    "": "02 04 00 00 03",
    "0VER": "02 08 30 56 45 52 48 09 03",
    "0RUN": "02 08 30 52 55 4E 44 07 03",
    "0STP": "02 08 30 53 54 50 B3 F9 03",
    "0DIS": "02 08 30 44 49 53 30 46 03",
    "0DIA26.59": "02 0D 30 44 49 41 32 36 2E 35 39 57 EF 03",
    "0RAT30.0MH": "02 0E 30 52 41 54 33 30 2E 30 4D 48 F2 E6 03",
    "VOL50.00": "02 0C 56 4F 4C 35 30 2E 30 30 D0 08 03",
}

REPLIES = {
    "00S": "02 07 30 30 53 AA A6 03",
    "00I": "02 07 30 30 49 19 DD 03",
    "00P": "02 07 30 30 50 9A C5 03",
    "00A?R": "02 09 30 30 41 3F 52 65 86 03",
    "00A?T": "02 09 30 30 41 3F 54 05 40 03",
    "00A?S": "02 09 30 30 41 3F 53 75 A7 03",
    "00S?OOR": "02 0B 30 30 53 3F 4F 4F 52 23 3F 03",
    "00S?COM": "02 0B 30 30 53 3F 43 4F 4D B5 80 03",
    "00SNE1000V3.928": "02 13 30 30 53 4E 45 31 30 30 30 56 33 2E 39 32 38 27 22 03",
    "00II0.250W0.000ML": "02 15 30 30 49 49 30 2E 32 35 30 57 30 2E 30 30 30 4D 4C 29 CF 03",
}

payloads = st.sampled_from(sorted(REPLIES))


def parsed(data: bytes, mode: FrameMode) -> list[bytes]:
    return [frame.payload for frame in FrameParser(mode).feed(data, AT)]


@pytest.mark.parametrize(("text", "wire"), COMMANDS.items())
def test_a_safe_command_is_written_as_the_manual_says(text: str, wire: str) -> None:
    assert encode_safe(text) == bytes.fromhex(wire)


def test_the_crc_gives_its_published_check_value() -> None:
    assert crc16_xmodem(b"123456789") == 0x31C3


def test_a_basic_command_ends_with_a_carriage_return() -> None:
    assert encode_basic("0RAT30.00MH") == b"0RAT30.00MH\r"


@pytest.mark.parametrize(("text", "wire"), REPLIES.items())
@pytest.mark.parametrize("mode", [FrameMode.SAFE, FrameMode.EITHER])
def test_a_safe_reply_is_read_as_the_manual_says(text: str, wire: str, mode: FrameMode) -> None:
    frames = FrameParser(mode).feed(bytes.fromhex(wire), AT)
    assert frames == [Frame(text.encode(), safe=True)]


@pytest.mark.parametrize("text", REPLIES)
@pytest.mark.parametrize("mode", [FrameMode.BASIC, FrameMode.EITHER])
def test_a_basic_reply_is_read(text: str, mode: FrameMode) -> None:
    assert FrameParser(mode).feed(basic(text), AT) == [Frame(text.encode(), safe=False)]


def test_a_length_that_equals_carriage_return_is_framed_by_length() -> None:
    wire = safe("00S1000.ML")
    assert wire[1] == 0x0E
    thirteen = safe("00S26.59M")
    assert thirteen[1] == 0x0D
    assert parsed(thirteen, FrameMode.SAFE) == [b"00S26.59M"]


def test_a_crc_that_contains_etx_does_not_end_the_frame() -> None:
    text = next(f"00S{number:04d}ML" for number in range(10_000) if 0x03 in safe(f"00S{number:04d}ML")[-3:-1])
    assert parsed(safe(text), FrameMode.SAFE) == [text.encode()]


def test_one_mode_does_not_take_the_frames_of_the_other() -> None:
    assert parsed(basic("00S"), FrameMode.SAFE) == []
    assert parsed(safe("00S"), FrameMode.BASIC) == []


@pytest.mark.parametrize(
    ("text", "state", "error", "alarm", "data"),
    [
        ("00S", PumpState.STOPPED, None, None, ""),
        ("00I", PumpState.INFUSING, None, None, ""),
        ("00P", PumpState.PAUSED, None, None, ""),
        ("00X", PumpState.OTHER, None, None, ""),
        ("00U", PumpState.OTHER, None, None, ""),
        ("00A?R", PumpState.ALARM, None, PumpAlarm.RESET, ""),
        ("00A?S", PumpState.ALARM, None, PumpAlarm.STALL, ""),
        ("00A?T", PumpState.ALARM, None, PumpAlarm.HOST_SILENT, ""),
        ("00A?E", PumpState.ALARM, None, PumpAlarm.PROGRAM, ""),
        ("00A?O", PumpState.ALARM, None, PumpAlarm.PROGRAM, ""),
        ("00A?Z", PumpState.ALARM, None, PumpAlarm.OTHER, ""),
        ("00S?", PumpState.STOPPED, PumpError.UNRECOGNISED, None, ""),
        ("00I?NA", PumpState.INFUSING, PumpError.NOT_APPLICABLE, None, ""),
        ("00S?OOR", PumpState.STOPPED, PumpError.OUT_OF_RANGE, None, ""),
        ("00S?COM", PumpState.STOPPED, PumpError.BAD_PACKET, None, ""),
        ("00I?IGN", PumpState.INFUSING, PumpError.IGNORED, None, ""),
        ("00SSTP", PumpState.STOPPED, None, None, "STP"),
        ("07SS", PumpState.STOPPED, None, None, "S"),
    ],
)
def test_status_alarm_error_and_data_are_told_apart(
    text: str, state: PumpState, error: PumpError | None, alarm: PumpAlarm | None, data: str
) -> None:
    reply = parse_payload(Frame(text.encode(), safe=True))
    assert reply is not None
    assert (reply.state, reply.error, reply.alarm, reply.data) == (state, error, alarm, data)
    assert reply.address == int(text[:2])


@pytest.mark.parametrize("text", ["", "0", "00", "0AS", "00Z", "00A", "00AS", "00A?", "00S?XYZ", "00S\x07"])
def test_what_is_no_reply_is_refused(text: str) -> None:
    assert parse_payload(Frame(text.encode("latin-1"), safe=True)) is None


def test_every_status_character_has_a_state() -> None:
    assert set(STATE_OF) == set(Prompt)


@pytest.mark.req("SER-03")
@settings(max_examples=500)
@given(text=payloads, data=st.data())
def test_a_safe_frame_with_up_to_three_flipped_bits_is_never_accepted(text: str, data: st.DataObject) -> None:
    wire = bytearray(safe(text))
    bits = data.draw(st.sets(st.integers(0, len(wire) * 8 - 1), min_size=1, max_size=3))
    for bit in bits:
        wire[bit // 8] ^= 1 << (bit % 8)
    assert parsed(bytes(wire), FrameMode.SAFE) == []


@pytest.mark.req("SER-03")
def test_no_single_byte_error_of_any_reply_is_accepted() -> None:
    for text in REPLIES:
        good = safe(text)
        for position in range(len(good)):
            for value in range(256):
                if value != good[position]:
                    wire = good[:position] + bytes([value]) + good[position + 1 :]
                    assert parsed(wire, FrameMode.SAFE) == [], (text, position, value)


@pytest.mark.req("SER-05")
@given(
    texts=st.lists(payloads, min_size=1, max_size=6),
    cuts=st.lists(st.integers(0, 200), max_size=12),
    garbage=st.binary(max_size=20).filter(lambda data: 0x02 not in data),
    mode=st.sampled_from([FrameMode.SAFE, FrameMode.EITHER]),
)
def test_split_glued_and_garbage_prefixed_frames_are_all_found(
    texts: list[str], cuts: list[int], garbage: bytes, mode: FrameMode
) -> None:
    stream = garbage + b"".join(safe(text) for text in texts)
    parser = FrameParser(mode)
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    found = [
        frame.payload.decode()
        for start, end in pairwise(edges)
        for frame in parser.feed(stream[start:end], AT)
    ]
    assert found == texts
    assert parser.bad_bytes == len(garbage)


@pytest.mark.req("SER-05")
@settings(max_examples=300)
@given(
    chunks=st.lists(st.binary(max_size=300), max_size=10),
    gaps=st.lists(st.floats(0, 2), min_size=10, max_size=10),
    mode=st.sampled_from(FrameMode),
)
def test_no_bytes_whatever_crash_the_parser_or_fill_it(
    chunks: list[bytes], gaps: list[float], mode: FrameMode
) -> None:
    clock = ManualClock()
    parser = FrameParser(mode)
    for chunk, gap in zip(chunks, gaps, strict=False):
        for frame in parser.feed(chunk, clock.advance(gap)):
            assert parse_payload(frame) is not None
        assert parser.held_bytes <= 64


@pytest.mark.req("SER-04")
def test_a_flood_without_terminator_is_bounded_and_counted() -> None:
    parser = FrameParser(FrameMode.EITHER)
    for _ in range(20):
        parser.feed(b"\x020" * MAX_BUFFER_BYTES, AT)
        assert parser.held_bytes <= 64
    assert parser.bad_bytes > 100_000


@pytest.mark.req("SER-04")
def test_half_a_frame_is_given_up_after_half_a_second() -> None:
    clock = ManualClock()
    parser = FrameParser(FrameMode.SAFE)
    assert parser.feed(safe("00S")[:5], clock.now()) == []
    assert parser.feed(b"", clock.advance(0.51)) == []
    assert parser.held_bytes == 0
    assert [frame.payload for frame in parser.feed(safe("00I"), clock.advance(0.1))] == [b"00I"]


@pytest.mark.req("SER-04")
def test_a_frame_swallowed_by_a_false_start_is_found_at_the_latest_after_the_pause() -> None:
    clock = ManualClock()
    parser = FrameParser(FrameMode.SAFE)
    found = parser.feed(b"\x02\x28" + safe("00I"), clock.now())
    found += parser.feed(b"", clock.advance(0.6))
    assert [frame.payload for frame in found] == [b"00I"]


def test_a_slow_frame_whose_bytes_come_within_the_pause_is_read() -> None:
    clock = ManualClock()
    parser = FrameParser(FrameMode.SAFE)
    found = [frame for byte in safe("00I") for frame in parser.feed(bytes([byte]), clock.advance(0.4))]
    assert [frame.payload for frame in found] == [b"00I"]
