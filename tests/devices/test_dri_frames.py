"""The frame reader finds whole frames in any stream and believes nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.devices.monitors.dri_frames import (
    MAX_FRAME_BYTES,
    MAX_RECORD_BYTES,
    BadFrame,
    Frame,
    FrameReader,
    checksum,
    encode_frame,
)

RECORDING = (Path(__file__).parents[1] / "data" / "ge-dri" / "raw.raw").read_bytes()
RECORD = bytes(range(0x60, 0x90))
NASTY = bytes([0x7E, 0x7D, 0x5E, 0x5D] * 20)


def good(found: list[Frame | BadFrame]) -> list[bytes]:
    return [one.record for one in found if isinstance(one, Frame)]


def bad(found: list[Frame | BadFrame]) -> list[BadFrame]:
    return [one for one in found if isinstance(one, BadFrame)]


def test_checksum_is_the_sum_of_the_unescaped_bytes() -> None:
    assert checksum(b"\x7e\x7d\x05") == 0x00
    assert checksum(b"\xff\x02") == 0x01


def test_flag_escape_and_checksum_bytes_are_escaped_on_the_wire() -> None:
    assert encode_frame(b"\x7e\x7d") == b"\x7e\x7d\x5e\x7d\x5d\xfb\x7e"
    assert encode_frame(b"\x7d") == b"\x7e\x7d\x5d\x7d\x5d\x7e"


@pytest.mark.parametrize("between", [b"", b"\x7e", b"\x7e\x7e\x7e"])
def test_one_or_more_flags_may_stand_between_frames(between: bytes) -> None:
    wire = encode_frame(RECORD) + between + encode_frame(NASTY)[1:]
    found = FrameReader().feed(wire)
    assert good(found) == [RECORD, NASTY]
    assert bad(found) == []


@pytest.mark.req("SER-05")
def test_every_split_of_the_stream_gives_the_same_frames() -> None:
    wire = b"noise" + encode_frame(RECORD) + encode_frame(NASTY)
    for cut in range(len(wire) + 1):
        reader = FrameReader()
        assert good(reader.feed(wire[:cut]) + reader.feed(wire[cut:])) == [RECORD, NASTY]
        assert reader.noise_bytes == 5


@pytest.mark.req("SER-05")
def test_recording_byte_by_byte_gives_the_same_as_at_once() -> None:
    at_once = FrameReader().feed(RECORDING)
    reader = FrameReader()
    singly = [one for byte in RECORDING for one in reader.feed(bytes([byte]))]
    assert singly == at_once
    assert len(good(at_once)) == 21


def test_offsets_point_at_the_opening_flag() -> None:
    wire = b"xy" + encode_frame(RECORD) + encode_frame(NASTY)
    found = FrameReader().feed(wire)
    offsets = [one.offset for one in found]
    assert offsets == [2, 2 + len(encode_frame(RECORD))]
    assert all(wire[offset] == 0x7E for offset in offsets)


@pytest.mark.req("SER-04")
def test_lost_end_flag_costs_one_frame() -> None:
    wire = encode_frame(RECORD) + encode_frame(RECORD)[:-5] + encode_frame(NASTY) + encode_frame(RECORD)
    found = FrameReader().feed(wire)
    assert good(found) == [RECORD, NASTY, RECORD]
    assert len(bad(found)) == 1


@pytest.mark.req("SER-05")
def test_noise_with_flags_before_the_first_frame_costs_no_frame() -> None:
    found = FrameReader().feed(b"\x00\x7e\x01\x02\x7e\x03\x7d" + encode_frame(RECORD))
    assert good(found) == [RECORD]


@pytest.mark.req("SER-04")
def test_memory_stays_bounded_when_no_flag_ever_comes() -> None:
    reader = FrameReader()
    reader.feed(b"\x7e")
    for _ in range(100):
        reader.feed(bytes(1000))
        assert reader.unfinished_bytes <= MAX_FRAME_BYTES < 4096
    found = reader.feed(encode_frame(RECORD))
    assert good(found) == [RECORD]
    assert [one.reason for one in bad(found)] == [f"more than {MAX_FRAME_BYTES} bytes without an end"]


def test_longest_record_of_escapes_alone_is_still_read() -> None:
    record = b"\x7e" * MAX_RECORD_BYTES
    assert good(FrameReader().feed(encode_frame(record))) == [record]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"\x01\x02\x03", "too few"),
        (bytes(MAX_RECORD_BYTES + 2), "too many"),
        (bytes(48) + b"\x01", "checksum"),
        (bytes(48) + b"\x7d", "escape"),
        (bytes(48) + b"\x7d\x7f\x00", "escape"),
    ],
)
def test_what_is_wrong_with_a_frame_is_said(body: bytes, reason: str) -> None:
    (refused,) = bad(FrameReader().feed(b"\x7e" + body + b"\x7e"))
    assert reason in refused.reason


@given(st.lists(st.binary(min_size=40, max_size=200), max_size=6), st.integers(1, 70))
@settings(max_examples=60, deadline=None)
def test_any_records_in_pieces_of_any_size_come_out_again(records: list[bytes], size: int) -> None:
    wire = b"".join(encode_frame(record) for record in records)
    reader = FrameReader()
    pieces = [wire[start : start + size] for start in range(0, len(wire), size)]
    assert good([one for piece in pieces for one in reader.feed(piece)]) == records


@pytest.mark.req("SER-05")
@given(st.lists(st.one_of(st.binary(max_size=300), st.sampled_from([b"\x7e", b"\x7d", b"\x7d\x7e"]))))
@settings(max_examples=200, deadline=None)
def test_no_input_raises_and_a_good_frame_after_it_is_found(pieces: list[bytes]) -> None:
    reader = FrameReader()
    for piece in pieces:
        reader.feed(piece)
    assert good(reader.feed(encode_frame(RECORD)))[-1] == RECORD
