"""Records are cut by their own offsets, or refused; requests match the specification's examples."""

from __future__ import annotations

import struct
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.devices.monitors.dri_alarms import AlarmColour, parse_alarm
from console.devices.monitors.dri_physiology import (
    BASIC_GROUPS,
    DataClass,
    PhysiologyKind,
    parse_nibp_time,
    parse_physiology,
)
from console.devices.monitors.dri_records import (
    MainType,
    MalformedRecord,
    Subrecord,
    parse_record,
)
from console.devices.monitors.dri_requests import (
    AlarmCommand,
    alarm_request,
    physiology_request,
    physiology_stop,
    wave_request,
    wave_stop,
)
from console.devices.monitors.dri_waves import parse_wave

EXTENDED = (DataClass.EXT1, DataClass.EXT2, DataClass.EXT3)


def header(length: int, main_type: int, parts: list[tuple[int, int]], level: int = 10) -> bytes:
    """A record header written from the table of the specification, field by field."""
    out = bytearray(40)
    out[0:2] = struct.pack("<h", length)
    out[2] = 7
    out[3] = level
    out[4:6] = struct.pack("<H", 0x1234)
    out[6:10] = struct.pack("<I", 1_532_624_765)
    out[14:16] = struct.pack("<h", main_type)
    for index, (offset, kind) in enumerate([*parts, (0, 0xFF)][:8]):
        out[16 + 3 * index : 19 + 3 * index] = struct.pack("<hB", offset, kind)
    return bytes(out)


def test_header_fields_are_read_at_their_offsets() -> None:
    record = parse_record(header(46, 1, [(0, 8)]) + bytes(6))
    assert (record.number, record.level, record.plug_id, record.time_s) == (7, 10, 0x1234, 1_532_624_765)
    assert record.main_type is MainType.WAVE
    assert record.subrecords == (Subrecord(8, bytes(6)),)


def test_subrecords_end_where_the_next_begins() -> None:
    record = parse_record(header(50, 1, [(0, 8), (4, 32)]) + b"aaaabbbbbb")
    assert record.subrecords == (Subrecord(8, b"aaaa"), Subrecord(32, b"bbbbbb"))


def test_eight_subrecords_need_no_end_mark() -> None:
    parts = [(index, 8) for index in range(8)]
    assert len(parse_record(header(48, 1, parts) + bytes(8)).subrecords) == 8


@pytest.mark.req("SER-03")
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (header(46, 1, [(0, 8)]) + bytes(5), "says 46 bytes but 45"),
        (header(-1, 1, [(0, 8)]), "says -1"),
        (header(46, 2, [(0, 8)]) + bytes(6), "type 2"),
        (header(46, -1, [(0, 8)]) + bytes(6), "type -1"),
        (header(46, 1, [(6, 8)]) + bytes(6), "starts at 6 of 6"),
        (header(46, 1, [(-2, 8)]) + bytes(6), "starts at -2"),
        (header(46, 1, [(2, 8), (2, 9)]) + bytes(6), "subrecord 1 starts at 2"),
        (header(46, 1, [(0, 8)], level=99) + bytes(6), "level 99"),
        (bytes(39), "39 bytes"),
    ],
)
def test_record_that_contradicts_itself_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(MalformedRecord, match=reason):
        parse_record(data)


def physiology(class_word: int = 0x00A1) -> bytes:
    """A physiological subrecord whose data words count up: word k holds k."""
    words = struct.pack("<135h", *range(135))
    return struct.pack("<I", 1_532_624_765) + words + b"\0\0" + struct.pack("<H", class_word)


def test_every_group_lies_at_the_offset_of_the_specification() -> None:
    expected = {
        "ecg": (0, 5), "p1": (16, 4), "p2": (30, 4), "p3": (44, 4), "p4": (58, 4), "nibp": (72, 4),
        "t1": (86, 1), "t2": (94, 1), "t3": (102, 1), "t4": (110, 1), "spo2": (118, 4), "co2": (132, 4),
        "o2": (146, 2), "n2o": (156, 2), "aa": (166, 3), "flow": (178, 8), "co_wedge": (200, 4),
        "nmt": (214, 3), "ecg_extra": (226, 3), "svo2": (232, 1), "p5": (240, 4), "p6": (254, 4),
    }  # fmt: skip
    read = parse_physiology(Subrecord(1, physiology()))
    for name, (offset, values) in expected.items():
        skip = 0 if name == "ecg_extra" else 6
        first = (offset + skip) // 2
        assert tuple(read.groups[name].counts.values()) == tuple(range(first, first + values)), name
    assert {group.name for group in BASIC_GROUPS} == set(expected)


def test_extended_classes_are_kept_as_raw_counts() -> None:
    read = parse_physiology(Subrecord(1, physiology(0x02A1)))
    assert read.data_class is DataClass.EXT2
    assert read.groups == {}
    assert read.raw_counts == tuple(range(135))


@pytest.mark.parametrize(
    "part",
    [Subrecord(1, physiology()[:-1]), Subrecord(1, physiology(0x04A1)), Subrecord(5, physiology())],
)
def test_physiological_subrecord_that_cannot_be_is_refused(part: Subrecord) -> None:
    with pytest.raises(MalformedRecord):
        parse_physiology(part)


def test_auxiliary_record_tells_the_time_of_the_last_cuff_measurement() -> None:
    assert parse_nibp_time(Subrecord(4, struct.pack("<I", 99).ljust(114, b"\0"))).time_s == 99
    assert parse_nibp_time(Subrecord(4, bytes(114))).time_s is None
    with pytest.raises(MalformedRecord):
        parse_nibp_time(Subrecord(4, bytes(113)))


def test_wave_status_bits_beyond_the_documented_ones_are_ignored() -> None:
    wave = parse_wave(Subrecord(8, struct.pack("<hHH3h", 3, 0x0632, 0, 1, -2, 3)))
    assert (wave.gap, wave.lead_off) == (False, False)
    assert wave.counts.dtype == np.int16
    assert wave.counts.tolist() == [1, -2, 3]
    assert parse_wave(Subrecord(1, struct.pack("<hHH", 0, 0b1001, 0))).gap
    assert parse_wave(Subrecord(1, struct.pack("<hHH", 0, 0b1001, 0))).lead_off


@pytest.mark.parametrize("count", [4, -1, 32767])
def test_wave_that_promises_more_samples_than_it_holds_is_refused(count: int) -> None:
    with pytest.raises(MalformedRecord, match="promises"):
        parse_wave(Subrecord(8, struct.pack("<hHH3h", count, 0, 0, 1, 2, 3)))


def alarm(*lines: tuple[bytes, int], silence: int = 0) -> bytes:
    out = struct.pack("<hHhhh", 0, 1, 0, 0, silence)
    for text, colour in (*lines, *((b"", 0),) * (5 - len(lines))):
        out += text.ljust(80, b"\0") + struct.pack("<HHH", 1, colour, 1) + bytes(12)
    return out + bytes(10)


def test_alarm_message_is_510_bytes_and_gives_texts_with_colours() -> None:
    data = alarm((b"APNEA", 3), (b"SpO2 \xe4\x07", 2), (b"old", 0), silence=5)
    assert len(data) == 510
    read = parse_alarm(Subrecord(1, data))
    assert read.sound_on
    assert read.silence == 5
    assert read.texts == (("APNEA", AlarmColour.RED), ("SpO2 ä?", AlarmColour.YELLOW))


@pytest.mark.parametrize("data", [alarm((b"x", 4)), alarm(silence=8), alarm()[:499]])
def test_alarm_message_that_cannot_be_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedRecord):
        parse_alarm(Subrecord(1, data))


@given(st.binary(max_size=600))
@settings(max_examples=300, deadline=None)
def test_hostile_subrecords_are_read_or_refused_and_nothing_else(data: bytes) -> None:
    for read in (parse_physiology, parse_nibp_time, parse_wave, parse_alarm):
        with suppress(MalformedRecord):
            assert read(Subrecord(1, data)) is not None


def values_frame(body: str, check: str) -> str:
    """A framed physiological request in hex: 49 bytes of record, 9 of them the request."""
    return "7e31" + "00" * 20 + "ff" + "00" * 18 + body + check + "7e"


def waves_frame(body: str, check: str) -> str:
    """A framed waveform request in hex: 72 bytes of record, 32 of them the request."""
    return "7e48" + "00" * 13 + "01" + "00" * 6 + "ff" + "00" * 18 + body.ljust(64, "0") + check + "7e"


@pytest.mark.parametrize(
    ("request_frame", "expected"),
    [
        (physiology_request(10, EXTENDED), values_frame("010a000e0000000000", "49")),
        (physiology_stop(), values_frame("010000000000000000", "31")),
        (
            physiology_request(60, EXTENDED, PhysiologyKind.TREND_60_S),
            values_frame("033c000e0000000000", "7d5d"),
        ),
        (physiology_request(5, EXTENDED), values_frame("0105000e0000000000", "44")),
        (physiology_request(5), values_frame("010500000000000000", "36")),
        (wave_request([1]), waves_frame("0000000001ff", "48")),
        (wave_stop(), waves_frame("01000000ff", "48")),
        (wave_request([1, 8, 9, 15]), waves_frame("000000000108090fff", "68")),
    ],
)
def test_requests_match_the_specification_byte_for_byte(request_frame: bytes, expected: str) -> None:
    assert request_frame.hex() == expected


def test_alarm_request_carries_its_command() -> None:
    wire = alarm_request(AlarmCommand.START_CHANGES)
    assert wire[1:3] == b"\x34\x00"
    assert wire[15] == 4
    assert wire[41:43] == b"\x02\x00"
    assert len(wire) == 1 + 52 + 1 + 1


@pytest.mark.parametrize("kinds", [[], [1, 2, 3], [99], [9] * 8])
def test_waves_beyond_what_the_line_carries_are_refused(kinds: list[int]) -> None:
    with pytest.raises(ValueError, match=r"samples/s|known waveforms"):
        wave_request(kinds)
