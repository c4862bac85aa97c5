"""What the counts mean: every code has a quality, and nothing impossible or inactive is a figure."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from console.clinical.vitals import NO_SAMPLE, NibpState, Quality, Vital, VitalReading, Wave
from console.clock import Instant
from console.devices.monitors.dri_nibp import CuffWatch
from console.devices.monitors.dri_physiology import Physiology, parse_physiology
from console.devices.monitors.dri_records import Subrecord
from console.devices.monitors.dri_vitals import readings_of, respiration_rate, status_texts, wave_block
from console.devices.monitors.dri_waves import WaveRecord

AT = Instant(1_767_261_600_000_000_000, 5_000_000_000)
ON = 0b11
ECG_ON = ON | 1 << 3
ECG, NIBP, T1, SPO2, CO2, EXTRA = 0, 72, 86, 118, 132, 226


class Displayed:
    """A basic-class subrecord in the making; a healthy patient until told otherwise."""

    def __init__(self) -> None:
        self.data = bytearray(270)
        self.group(ECG, ECG_ON, 72, 0, 0, 0, 14)
        self.group(NIBP, ON, 12000, 8000, 9300, 70)
        self.group(T1, ON, 3660)
        self.group(SPO2, ON, 9750, 71, 345, -32767)
        self.group(CO2, ON, 500, 10, 12, 7600)
        struct.pack_into("<3h", self.data, EXTRA, 72, 75, 70)

    def group(self, offset: int, status: int, *counts: int, label: int = 0) -> Displayed:
        struct.pack_into(f"<IH{len(counts)}h", self.data, offset, status, label, *counts)
        return self

    def read(self) -> Physiology:
        packed = struct.pack("<I", 1000) + bytes(self.data) + b"\0\0\xa1\x00"
        return parse_physiology(Subrecord(1, packed))


def told(displayed: Displayed) -> dict[Vital, VitalReading]:
    return {reading.vital: reading for reading in readings_of(displayed.read(), "s5", AT)}


def test_healthy_record_gives_every_vital_in_its_unit() -> None:
    read = told(Displayed())
    values = {vital: reading.value for vital, reading in read.items()}
    assert values == {
        Vital.HR: 72.0,
        Vital.SPO2: 97.5,
        Vital.PR: 71.0,
        Vital.PERFUSION: 3.45,
        Vital.RR: 12.0,
        Vital.ETCO2: 38.0,
        Vital.FICO2: 0.76,
        Vital.TEMP: 36.6,
    }
    assert all(reading.usable and reading.device_time_s == 1000.0 for reading in read.values())
    assert all(reading.at == AT and reading.measured_at == AT for reading in read.values())


@pytest.mark.req("SER-19")
@pytest.mark.parametrize(
    ("code", "quality"),
    [
        (-32767, Quality.INVALID),
        (-32766, Quality.UNAVAILABLE),
        (-32765, Quality.INVALID),
        (-32764, Quality.UNDER_RANGE),
        (-32763, Quality.OVER_RANGE),
        (-32762, Quality.CALIBRATING),
        (-32768, Quality.INVALID),
        (-32001, Quality.INVALID),
    ],
)
def test_every_code_is_no_value_with_its_quality(code: int, quality: Quality) -> None:
    read = told(Displayed().group(SPO2, ON, code, code, code, code).group(T1, ON, code))
    for vital in (Vital.SPO2, Vital.PR, Vital.PERFUSION, Vital.TEMP):
        assert (read[vital].value, read[vital].quality) == (None, quality)


@pytest.mark.req("SER-19")
@pytest.mark.parametrize("status", [0b00, 0b01, 0b10])
def test_numbers_of_an_inactive_group_are_ignored(status: int) -> None:
    read = told(Displayed().group(SPO2, status, 9750, 71, 345, 0).group(CO2, status, 500, 10, 12, 7600))
    for vital in (Vital.SPO2, Vital.PR, Vital.PERFUSION, Vital.ETCO2, Vital.FICO2):
        assert (read[vital].value, read[vital].quality) == (None, Quality.UNAVAILABLE)


@pytest.mark.req("SER-03")
def test_impossible_numbers_are_refused() -> None:
    displayed = Displayed().group(SPO2, ON, 10001, 351, -5, 0).group(T1, ON, 5000)
    read = told(displayed.group(ECG, ECG_ON, 0, 0, 0, 0, 12))
    for vital in (Vital.SPO2, Vital.PR, Vital.PERFUSION, Vital.TEMP, Vital.HR):
        assert (read[vital].value, read[vital].quality) == (None, Quality.INVALID)


@pytest.mark.parametrize(
    ("source", "value", "quality"),
    [
        (1, 72.0, Quality.VALID),
        (9, 72.0, Quality.VALID),
        (0, 72.0, Quality.QUESTIONABLE),
        (2, 64.0, Quality.VALID),
        (6, 64.0, Quality.VALID),
    ],
)
def test_heart_rate_comes_from_the_ecg_alone(source: int, value: float, quality: Quality) -> None:
    displayed = Displayed().group(ECG, ON | source << 3, 72, 0, 0, 0, 14)
    struct.pack_into("<h", displayed.data, EXTRA, 64)
    reading = told(displayed)[Vital.HR]
    assert (reading.value, reading.quality) == (value, quality)


@pytest.mark.req("SER-19")
def test_pulse_rate_shown_as_heart_rate_with_leads_off_is_not_believed() -> None:
    displayed = Displayed().group(ECG, ON | 6 << 3, 72, 0, 0, 0, -32767)
    struct.pack_into("<3h", displayed.data, EXTRA, -32767, -32767, -32767)
    read = told(displayed)
    assert (read[Vital.HR].value, read[Vital.HR].quality) == (None, Quality.UNAVAILABLE)
    assert read[Vital.PR].value == 71.0


@pytest.mark.parametrize("bit", [7, 8])
def test_ecg_noise_and_artefact_make_the_heart_rate_questionable(bit: int) -> None:
    reading = told(Displayed().group(ECG, ECG_ON | 1 << bit, 72, 0, 0, 0, 14))[Vital.HR]
    assert (reading.value, reading.quality) == (72.0, Quality.QUESTIONABLE)


def test_asystole_is_said_and_no_rate_is_shown() -> None:
    displayed = Displayed().group(ECG, ECG_ON | 1 << 2, 72, 0, 0, 0, 14)
    assert told(displayed)[Vital.HR].value is None
    assert status_texts(displayed.read()) == ("Asystole",)


def rate_of(displayed: Displayed) -> tuple[float | None, Quality, str]:
    groups = displayed.read().groups
    (value, quality), source = respiration_rate(groups["co2"], groups["ecg"])
    return value, quality, source


def test_respiration_rate_prefers_co2_and_falls_back_to_impedance() -> None:
    assert rate_of(Displayed()) == (12.0, Quality.VALID, "co2")
    assert rate_of(Displayed().group(CO2, 1, 500, 10, 12, 7600)) == (14.0, Quality.VALID, "impedance")
    assert rate_of(Displayed().group(CO2, ON, 500, 10, -32767, 7600)) == (14.0, Quality.VALID, "impedance")


@pytest.mark.parametrize("rr", [0, -32767, -32766])
def test_apnoea_is_a_rate_of_zero_even_while_the_chest_moves(rr: int) -> None:
    displayed = Displayed().group(CO2, ON | 1 << 2, 500, 10, rr, 7600)
    assert rate_of(displayed) == (0.0, Quality.VALID, "co2")
    assert status_texts(displayed.read()) == ("Apnoea (CO2)",)


def test_apnoea_bit_with_a_rate_makes_the_rate_questionable() -> None:
    assert rate_of(Displayed().group(CO2, ON | 1 << 2, 500, 10, 9, 7600))[:2] == (9.0, Quality.QUESTIONABLE)


def test_apnoea_bit_means_nothing_while_apnoea_is_deactivated() -> None:
    displayed = Displayed().group(CO2, 0x107, 500, 10, 16, 7598)
    assert rate_of(displayed) == (16.0, Quality.VALID, "co2")
    assert status_texts(displayed.read()) == ()


def test_etco2_follows_the_ambient_pressure() -> None:
    assert told(Displayed().group(CO2, ON, 500, 0, 12, 6200))[Vital.ETCO2].value == 31.0


@pytest.mark.parametrize("ambient", [-32767, 0, 3999, 8501])
def test_gas_without_a_possible_ambient_pressure_has_no_value(ambient: int) -> None:
    reading = told(Displayed().group(CO2, ON, 500, 0, 12, ambient))[Vital.ETCO2]
    assert (reading.value, reading.quality) == (None, Quality.INVALID)


@pytest.mark.req("SER-19")
@pytest.mark.parametrize(
    ("bit", "value", "quality", "text"),
    [
        (3, None, Quality.CALIBRATING, "CO2 calibrating"),
        (4, None, Quality.CALIBRATING, "CO2 zeroing"),
        (5, None, Quality.INVALID, "CO2 sample line blocked"),
        (6, 38.0, Quality.QUESTIONABLE, "CO2 air leak"),
    ],
)
def test_gas_status_bits_decide_over_the_figure(
    bit: int, value: float | None, quality: Quality, text: str
) -> None:
    displayed = Displayed().group(CO2, ON | 1 << bit, 500, 10, 12, 7600)
    reading = told(displayed)[Vital.ETCO2]
    assert (reading.value, reading.quality) == (value, quality)
    assert status_texts(displayed.read()) == (text,)


class Room:
    """A cuff watched record by record."""

    def __init__(self) -> None:
        self.watch = CuffWatch()
        self.now = AT

    def state(self) -> NibpState | None:
        return self.watch.state

    def see(self, seconds: float, *pressures: int, label: int = 0, status: int = ON) -> list[VitalReading]:
        self.now = self.now.plus(seconds)
        counts = pressures or (12000, 8000, 9300)
        displayed = Displayed().group(NIBP, status, *counts, 70, label=label)
        return list(self.watch.see(displayed.read(), "s5", self.now))


MEASURING, OLD, CALIBRATING = 1 << 5, 1 << 8, 1 << 7


def test_cuff_values_keep_their_time_until_the_next_measurement() -> None:
    room = Room()
    first = room.see(0)
    assert [reading.value for reading in first] == [120.0, 80.0, 93.0]
    assert {reading.measured_at for reading in room.see(30) + room.see(40, label=OLD)} == {AT}
    assert room.state() is NibpState.IDLE


def test_end_of_measuring_is_a_new_measurement_even_with_equal_values() -> None:
    room = Room()
    room.see(0)
    room.see(300, label=OLD)
    assert room.see(1, label=MEASURING) == []
    assert room.state() is NibpState.MEASURING
    assert room.see(25)[0].measured_at == room.now
    assert room.state() is NibpState.IDLE


def test_new_values_and_a_cleared_old_bit_are_new_measurements() -> None:
    room = Room()
    room.see(0)
    assert room.see(5, 13000, 8500, 10000)[0].measured_at == room.now
    measured = room.now
    assert room.see(100, 13000, 8500, 10000, label=OLD)[0].measured_at == measured
    assert room.see(5, 13000, 8500, 10000)[0].measured_at == room.now


def test_equal_values_soon_after_a_measurement_are_not_made_younger() -> None:
    room = Room()
    room.see(0)
    room.see(10, label=MEASURING)
    assert room.see(20)[0].measured_at == AT


def test_auxiliary_time_names_a_new_measurement_with_equal_values() -> None:
    room = Room()
    room.watch.named_time(500)
    room.see(0)
    room.watch.named_time(500)
    assert room.see(10)[0].measured_at == AT
    room.watch.named_time(530)
    assert room.see(10)[0].measured_at == room.now


def test_values_already_old_when_first_seen_have_no_age_and_are_not_shown() -> None:
    room = Room()
    readings = room.see(0, label=OLD)
    assert [(reading.value, reading.quality) for reading in readings] == [(None, Quality.STALE)] * 3
    assert not any(reading.usable for reading in readings)
    assert room.see(60)[0].value == 120.0


def test_other_values_already_old_are_not_given_the_time_of_the_last_ones() -> None:
    room = Room()
    room.see(0)
    assert room.see(500, 9000, 5000, 6000, label=OLD)[0].quality is Quality.STALE


@pytest.mark.req("SER-19")
@pytest.mark.parametrize("after", [(-32767, -32767, -32767), (12000, 8000, 9300)])
def test_measurement_that_ends_without_a_result_has_failed(after: tuple[int, int, int]) -> None:
    room = Room()
    room.see(0)
    room.see(300, label=MEASURING)
    readings = room.see(40, *after, label=OLD if after[0] > 0 else 0)
    assert room.state() is NibpState.FAILED
    assert all(reading.measured_at == AT for reading in readings if reading.usable)
    room.see(1, *after, label=OLD if after[0] > 0 else 0)
    assert room.state() is NibpState.FAILED
    room.see(30, label=MEASURING)
    assert room.see(30, 11000, 7000, 8300)[0].usable
    assert room.state() is NibpState.IDLE


@pytest.mark.req("SER-19")
def test_cuff_that_calibrates_or_is_absent_has_no_value() -> None:
    room = Room()
    assert {reading.quality for reading in room.see(0, label=CALIBRATING)} == {Quality.CALIBRATING}
    assert {reading.quality for reading in room.see(0, status=1)} == {Quality.UNAVAILABLE}
    assert not any(reading.usable for reading in room.see(0, 500, 8000, 9300)[:1])


def block_of(kind: int, counts: list[int], lead_off: bool = False, gap: bool = False) -> WaveRecord:
    return WaveRecord(kind, gap, lead_off, np.array(counts, dtype=np.int16))


@pytest.mark.parametrize(
    ("kind", "wave", "rate_hz", "gain", "unit"),
    [
        (1, Wave.ECG, 300.0, 0.001, "mV"),
        (8, Wave.PLETH, 100.0, 0.01, "%"),
        (9, Wave.CO2, 25.0, 0.076, "mm[Hg]"),
        (15, Wave.RESP, 25.0, 0.01, "Ohm"),
    ],
)
def test_wave_counts_carry_gain_and_unit(
    kind: int, wave: Wave, rate_hz: float, gain: float, unit: str
) -> None:
    block = wave_block(block_of(kind, [1, -2]), "s5", AT, lost=False, ambient=760.0)
    assert block is not None
    assert (block.wave, block.rate_hz, block.gain, block.unit) == (wave, rate_hz, gain, unit)
    assert block.samples == b"\x01\x00\xfe\xff"
    assert (block.gap, block.usable) == (False, True)


@pytest.mark.req("SER-19")
def test_control_codes_among_samples_are_no_samples() -> None:
    block = wave_block(block_of(1, [5, -32000, -32767, -31999]), "s5", AT, lost=True, ambient=760.0)
    assert block is not None
    assert np.frombuffer(block.samples, "<i2").tolist() == [5, NO_SAMPLE, NO_SAMPLE, -31999]
    assert block.gap
    assert block.usable


@pytest.mark.req("SER-19")
def test_lead_off_and_samples_without_any_number_make_a_wave_unusable() -> None:
    lead_off = wave_block(block_of(1, [5], lead_off=True), "s5", AT, lost=False, ambient=760.0)
    probe_off = wave_block(block_of(8, [-32767] * 3), "s5", AT, lost=False, ambient=760.0)
    assert lead_off is not None
    assert probe_off is not None
    assert (lead_off.usable, probe_off.usable) == (False, False)


def test_waves_without_a_place_in_the_product_and_empty_ones_give_no_block() -> None:
    assert wave_block(block_of(32, [1]), "s5", AT, lost=False, ambient=760.0) is None
    assert wave_block(block_of(1, []), "s5", AT, lost=False, ambient=760.0) is None
