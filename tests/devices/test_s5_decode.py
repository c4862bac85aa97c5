"""Recorded streams decode to their golden numbers, and damage never becomes a vital sign."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.clinical.vitals import Quality, Vital
from console.clock import Instant
from console.devices.decoding import DecodedReading, DecodeReport
from console.devices.monitors.dri_frames import Frame, FrameReader, encode_frame
from console.devices.monitors.dri_physiology import DataClass
from console.devices.monitors.dri_stream import DriStream
from console.devices.monitors.s5_decode import decode_s5

DATA = Path(__file__).parents[1] / "data" / "ge-dri"
LONG = (DATA / "db02.raw").read_bytes()
SHORT = (DATA / "raw.raw").read_bytes()
NOW = Instant(1_767_261_600_000_000_000, 1_000_000_000)


def values(report: DecodeReport, vital: Vital) -> list[float]:
    return [one.value for one in report.readings if one.vital is vital and one.value is not None]


def essence(readings: tuple[DecodedReading, ...]) -> set[tuple[int, Vital, float | None]]:
    return {(one.device_time_s, one.vital, one.value) for one in readings}


def test_recording_has_its_golden_frames_and_numbers() -> None:
    report = decode_s5(LONG)
    assert (report.good_frames, report.bad_frames, report.lost_records) == (213, 0, 0)
    assert (report.noise_bytes, report.unfinished_bytes) == (0, 1074)
    assert report.device == "S/5 (DRI level 10)"
    etco2 = values(report, Vital.ETCO2)
    assert (round(min(etco2)), round(max(etco2))) == (27, 37)
    assert set(values(report, Vital.RR)) == {15.0, 16.0, 17.0}
    spo2 = values(report, Vital.SPO2)
    assert min(spo2) == 95.71
    assert max(spo2) == 96.65
    nibp = [values(report, vital) for vital in (Vital.NIBP_SYS, Vital.NIBP_DIA, Vital.NIBP_MEAN)]
    assert [set(column) for column in nibp] == [{93.0}, {48.0}, {69.0}]
    assert set(values(report, Vital.HR)) == {76.0, 77.0, 78.0, 79.0, 80.0}
    assert report.wave_samples == {"PLETH": 10600, "ENT": 10600}


def test_absent_temperature_is_unavailable_and_never_a_number() -> None:
    temperatures = [one for one in decode_s5(LONG).readings if one.vital is Vital.TEMP]
    assert len(temperatures) == 107
    assert {(one.value, one.quality) for one in temperatures} == {(None, Quality.UNAVAILABLE)}


def test_extended_classes_of_the_recording_are_kept() -> None:
    stream = DriStream("s5")
    kept = [part for one in stream.feed(SHORT, NOW) for part in one.physiology]
    assert [part.data_class for part in kept[:4]] == list(DataClass)
    assert all(len(part.raw_counts) == 135 for part in kept)


def test_report_says_the_same_as_json_and_as_text() -> None:
    report = decode_s5(SHORT)
    read = json.loads(report.to_json())
    assert (read["good_frames"], len(read["readings"])) == (21, len(report.readings))
    assert read["readings"][0] == {
        "offset": 0,
        "device_time_s": 1532624765,
        "vital": "hr",
        "value": 80.0,
        "unit": "/min",
        "quality": "valid",
    }
    text = report.to_text()
    assert "Frames: 21 good, 0 bad" in text
    assert "Systolic: 93 mmHg (11 of 11 readings)" in text
    assert "Temp: -- (0 of 11 readings)" in text


def test_bytes_of_no_device_decode_to_an_empty_report() -> None:
    report = decode_s5(b"SN=0000145838 SPO2=097% BPM=080\r\n" * 20)
    assert (report.device, report.good_frames, report.readings) == ("", 0, ())
    assert "none recognised" in report.to_text()


@pytest.mark.req("SER-05")
def test_splitting_the_stream_at_every_position_changes_nothing() -> None:
    wire = SHORT[:3400]
    whole = [one.readings for one in DriStream("s5").feed(wire, NOW)]
    assert sum(map(len, whole)) >= 22
    for cut in range(len(wire)):
        stream = DriStream("s5")
        halves = stream.feed(wire[:cut], NOW) + stream.feed(wire[cut:], NOW)
        assert [one.readings for one in halves] == whole


@pytest.mark.req("SER-04")
def test_noise_before_the_first_frame_and_a_cut_one_cost_no_good_frame() -> None:
    rng = random.Random(5)
    report = decode_s5(rng.randbytes(3000) + SHORT)
    assert report.good_frames == 21
    assert essence(report.readings) == essence(decode_s5(SHORT).readings)
    assert decode_s5(LONG[700:]).good_frames == 212


@pytest.mark.req("SER-01")
@pytest.mark.parametrize("seed", range(12))
def test_lost_and_doubled_bytes_lose_frames_and_invent_nothing(seed: int) -> None:
    rng = random.Random(seed)
    damaged = bytearray()
    for byte in LONG:
        damaged += bytes([byte]) * rng.choices((1, 0, 2), (0.9995, 0.00025, 0.00025))[0]
    report = decode_s5(bytes(damaged))
    assert 100 < report.good_frames < 213
    assert report.bad_frames > 0
    assert report.lost_records > 0
    truth = {entry for entry in essence(decode_s5(LONG).readings) if entry[1] not in NIBP}
    assert {entry for entry in essence(report.readings) if entry[1] not in NIBP} <= truth
    assert {value for _, vital, value in essence(report.readings) if vital in NIBP} <= {93, 48, 69, None}


NIBP = {Vital.NIBP_SYS, Vital.NIBP_DIA, Vital.NIBP_MEAN}


@pytest.mark.req("SER-07")
def test_a_record_that_comes_twice_counts_once() -> None:
    frames = [encode_frame(one.record) for one in FrameReader().feed(SHORT) if isinstance(one, Frame)]
    report = decode_s5(b"".join(frame + frame for frame in frames))
    assert (report.good_frames, report.duplicate_frames, report.lost_records) == (21, 21, 0)
    assert report.wave_samples["PLETH"] == 1000


def test_lost_record_flags_a_gap_in_the_next_wave_of_its_kind() -> None:
    """The first wave of the recording says itself that samples are missing before it."""
    frames = [encode_frame(one.record) for one in FrameReader().feed(SHORT) if isinstance(one, Frame)]
    stream = DriStream("s5")
    waves = [wave for one in stream.feed(b"".join(frames[:6] + frames[7:]), NOW) for wave in one.waves]
    assert [wave.gap for wave in waves] == [True, False, True] + [False] * (len(waves) - 3)
    assert stream.lost == 1


def test_monitor_that_numbers_all_records_together_has_no_gaps() -> None:
    frames = [one.record for one in FrameReader().feed(SHORT) if isinstance(one, Frame)]
    stream = DriStream("s5")
    for number, record in enumerate(frames):
        stream.feed(encode_frame(record[:2] + bytes([number + 250 & 0xFF]) + record[3:]), NOW)
    assert (stream.good_frames, stream.lost) == (21, 0)


@pytest.mark.req("SER-03")
def test_every_single_flipped_bit_of_a_record_is_noticed() -> None:
    first = FrameReader().feed(SHORT)[0]
    assert isinstance(first, Frame)
    body = encode_frame(first.record)[1:-1]
    for position in range(0, len(body), 3):
        for bit in range(8):
            damaged = bytearray(body)
            damaged[position] ^= 1 << bit
            found = DriStream("s5").feed(b"\x7e" + bytes(damaged) + b"\x7e", NOW)
            assert found == [], (position, bit)


@pytest.mark.req("SER-03")
def test_an_eight_bit_sum_lets_few_doubly_damaged_records_through_and_hardly_a_figure() -> None:
    """What the protocol's checksum cannot see: 1 in 256 of the records with two damaged bytes."""
    first = FrameReader().feed(SHORT)[0]
    assert isinstance(first, Frame)
    truth = [one.readings for one in DriStream("s5").feed(encode_frame(first.record), NOW)]
    body, rng, accepted, wrong = encode_frame(first.record)[1:-1], random.Random(3), 0, 0
    for _ in range(4000):
        damaged = bytearray(body)
        for position in rng.sample(range(len(body)), 2):
            damaged[position] ^= rng.randrange(1, 256)
        told = [one.readings for one in DriStream("s5").feed(b"\x7e" + bytes(damaged) + b"\x7e", NOW)]
        accepted += bool(told)
        wrong += bool(told) and told != truth
    assert accepted <= 4000 / 128
    assert wrong <= 4


@pytest.mark.req("SER-05")
@given(st.binary(max_size=400), st.integers(0, len(SHORT) - 1))
@settings(max_examples=150, deadline=None)
def test_hostile_bytes_anywhere_never_raise(noise: bytes, position: int) -> None:
    report = decode_s5(SHORT[:position] + noise + SHORT[position:])
    assert report.good_frames >= 19
    assert report.total_bytes == len(SHORT) + len(noise)


@pytest.mark.req("SER-05")
@given(st.binary(min_size=0, max_size=700), st.sampled_from([0, 1, 4, 5, 8]))
@settings(max_examples=200, deadline=None)
def test_hostile_record_with_a_right_checksum_never_raises(body: bytes, main_type: int) -> None:
    header = bytearray(40)
    header[0:2] = (40 + len(body)).to_bytes(2, "little")
    header[3] = 10
    header[14] = main_type
    header[16:40] = body[:24].ljust(24, b"\xff")
    stream = DriStream("s5")
    decoded = stream.feed(encode_frame(bytes(header) + body), NOW)
    assert stream.good_frames + stream.bad_frames == 1
    assert len(decoded) == stream.good_frames
    for reading in (one for record in decoded for one in record.readings):
        assert reading.value is None or reading.usable
