"""The virtual NE-1000's packets and numbers, byte for byte.

The frame of ``SAF0`` is the worked example of New Era's NE-1000 Series User Manual #1200-01; the
others follow from the CRC parameters it proves (CRC-16/XMODEM).
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.devices.virtual.ne1000_memory import CommandError, format_number, parse_integer, parse_number
from console.devices.virtual.ne1000_wire import Packet, Receiver, basic_reply, safe_frame

SAFE_FRAMES = [
    ("SAF0", "02 08 53 41 46 30 55 43 03"),
    ("0SAF0", "02 09 30 53 41 46 30 59 AD 03"),
    ("0SAF2", "02 09 30 53 41 46 32 79 EF 03"),
    ("0SAF5", "02 09 30 53 41 46 35 09 08 03"),
    ("0", "02 05 30 36 53 03"),
    ("", "02 04 00 00 03"),
    ("0VER", "02 08 30 56 45 52 48 09 03"),
    ("00P", "02 07 30 30 50 9A C5 03"),
    ("00A?R", "02 09 30 30 41 3F 52 65 86 03"),
    ("00A?T", "02 09 30 30 41 3F 54 05 40 03"),
    ("00A?S", "02 09 30 30 41 3F 53 75 A7 03"),
    ("00S?OOR", "02 0B 30 30 53 3F 4F 4F 52 23 3F 03"),
    ("00S?COM", "02 0B 30 30 53 3F 43 4F 4D B5 80 03"),
    (
        "00SNE1000V3.928",
        "02 13 30 30 53 4E 45 31 30 30 30 56 33 2E 39 32 38 27 22 03",
    ),
    (
        "00II0.250W0.000ML",
        "02 15 30 30 49 49 30 2E 32 35 30 57 30 2E 30 30 30 4D 4C 29 CF 03",
    ),
]


def receive(data: bytes, *, safe_mode: bool = False) -> list[Packet]:
    receiver = Receiver()
    return [packet for byte in data if (packet := receiver.take(byte, safe_mode)) is not None]


@pytest.mark.parametrize(("text", "frame"), SAFE_FRAMES)
def test_safe_frames_are_the_published_bytes(text: str, frame: str) -> None:
    assert safe_frame(text) == bytes.fromhex(frame)


@pytest.mark.parametrize("safe_mode", [False, True])
@pytest.mark.parametrize(("text", "frame"), SAFE_FRAMES)
def test_a_safe_frame_is_understood_in_either_mode(text: str, frame: str, safe_mode: bool) -> None:
    assert receive(bytes.fromhex(frame), safe_mode=safe_mode) == [Packet(text, safe=True, intact=True)]


def test_a_basic_reply_is_stx_text_etx() -> None:
    assert basic_reply("00S26.59") == b"\x0200S26.59\x03"


@pytest.mark.parametrize("line", [b"0 rat 30 mh\r", b"0RAT30MH\r", b"\n0RAT 30 MH\r", b"0\tRAT30\x00MH\r"])
def test_a_basic_line_loses_spaces_and_control_characters_and_is_raised_to_capitals(line: bytes) -> None:
    assert receive(line) == [Packet("0RAT30MH", safe=False, intact=True)]


def test_a_frame_is_cut_by_its_length_and_not_by_bytes_that_look_like_an_end() -> None:
    frame = safe_frame("0DIA26.59")
    assert frame[1] == 0x0D
    assert receive(frame + safe_frame("0")) == [
        Packet("0DIA26.59", safe=True, intact=True),
        Packet("0", safe=True, intact=True),
    ]


@pytest.mark.req("SER-03")
@given(st.text("0123456789ABCDEFGH?.", max_size=20), st.integers(0, 7), st.data())
def test_one_flipped_bit_never_passes_for_the_packet(text: str, bit: int, data: st.DataObject) -> None:
    frame = bytearray(safe_frame(text))
    frame[data.draw(st.integers(2, len(frame) - 1))] ^= 1 << bit
    assert [packet for packet in receive(bytes(frame), safe_mode=True) if packet.intact] == []


@pytest.mark.req("SER-04")
def test_an_incomplete_frame_is_dropped_after_half_a_second_of_silence() -> None:
    receiver = Receiver()
    for byte in safe_frame("0RUN")[:-2]:
        assert receiver.take(byte, safe_mode=True) is None
    receiver.idle(0.5)
    packets = [receiver.take(byte, safe_mode=True) for byte in safe_frame("0")]
    assert packets[-1] == Packet("0", safe=True, intact=True)


@pytest.mark.req("SER-04")
def test_a_frame_that_pauses_for_less_than_half_a_second_is_completed() -> None:
    receiver = Receiver()
    frame = safe_frame("0RUN")
    packet = None
    for byte in frame:
        packet = receiver.take(byte, safe_mode=True)
        receiver.idle(0.49)
    assert packet == Packet("0RUN", safe=True, intact=True)


def test_an_impossible_length_is_a_bad_packet_at_once() -> None:
    assert receive(b"\x02\x03") == [Packet("", safe=True, intact=False)]


def test_a_byte_above_ascii_keeps_a_damaged_command_from_becoming_a_valid_one() -> None:
    assert receive(b"0R\xc1UN\r")[0].text not in ("0RUN", "0R")


@pytest.mark.req("SER-04")
@given(st.binary(max_size=3000), st.booleans())
def test_the_receiver_keeps_no_more_than_a_frame_and_a_line(data: bytes, safe_mode: bool) -> None:
    receiver = Receiver()
    for byte in data:
        packet = receiver.take(byte, safe_mode)
        assert packet is None or len(packet.text) <= 255
    assert len(receiver._line) <= 80
    assert receiver._frame is None or len(receiver._frame) <= 255


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("0", "0.000"),
        ("0.5", "0.500"),
        ("26.59", "26.59"),
        ("100", "100.0"),
        ("1000", "1000."),
        ("9999", "9999."),
        ("9.9994", "9.999"),
        ("9.9996", "10.00"),
        ("99.996", "100.0"),
        ("999.96", "1000."),
        ("10000", "9999."),
        ("123.45", "123.4"),
    ],
)
def test_numbers_go_out_in_exactly_five_characters(value: str, shown: str) -> None:
    assert format_number(Decimal(value)) == shown
    assert format_number(float(value)) == shown


@given(st.floats(0, 1e6))
def test_every_number_that_goes_out_has_four_digits_and_a_point(value: float) -> None:
    shown = format_number(value)
    assert len(shown) == 5
    assert shown.count(".") == 1
    assert abs(float(shown) - min(value, 9999.0)) <= max(0.0005001, min(value, 9999.0) * 0.0005001)


@pytest.mark.parametrize("text", ["5", "5.", ".5", "0.001", "9999", "75.25", "00.5"])
def test_numbers_with_at_most_four_digits_come_in(text: str) -> None:
    assert parse_number(text) == Decimal(text)


@pytest.mark.parametrize("text", ["12345", "123.45", "0.0005", "1.0005"])
def test_a_number_with_too_many_digits_is_out_of_range(text: str) -> None:
    with pytest.raises(CommandError, match=r"\?OOR"):
        parse_number(text)


@pytest.mark.parametrize("text", ["", ".", "1.2.3", "-1", "+1", "1E3", "NAN", "INF", "１", "²"])
def test_what_is_no_number_is_not_recognised(text: str) -> None:
    with pytest.raises(CommandError) as refused:
        parse_number(text)
    assert refused.value.code == "?"


@pytest.mark.parametrize(
    ("text", "code"), [("", "?"), ("1.", "?"), ("²", "?"), ("256", "?OOR"), ("9" * 9, "?OOR")]
)
def test_a_whole_number_is_taken_within_its_limits_alone(text: str, code: str) -> None:
    with pytest.raises(CommandError) as refused:
        parse_integer(text, 0, 255)
    assert refused.value.code == code
    assert parse_integer("005", 0, 255) == 5
