"""A pleth that lives never looks frozen, a pleth that repeats itself always does."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.clinical.vitals import Quality, Vital, VitalReading, Wave, WaveBlock
from console.clock import Instant, ManualClock
from console.devices.portloop import WireStatistics
from console.devices.ports import MonitorBatch
from console.devices.virtual.disturbance import Apnoea, Motion, Sensor, SensorOff
from console.devices.virtual.patient import VirtualPatient
from console.devices.virtual.patient_profile import PatientProfile
from console.room.audience import Audience
from console.room.mailbox import Letter, Mailbox
from console.room.pleth import PlethPrint, checksum
from console.room.reports import MonitorReports, Noticeboard, PumpReports
from console.room.samples import WaveRecorder
from console.session.intents import LineSeen, VitalsSeen
from console.session.site import PUMP
from console.session.state import State
from console.session.stillness import FROZEN_S, Still, followed, frozen


def samples(values: list[int]) -> bytes:
    return np.array(values, dtype="<i2").tobytes()


def block(data: bytes, at: Instant, wave: Wave = Wave.PLETH) -> WaveBlock:
    return WaveBlock(wave, "s5", at, 100.0, data, 0.01, 0.0, "%")


@given(st.integers(-3000, 3000), st.integers(1, 300), st.integers(1, 300))
def test_a_flat_line_is_the_same_however_long_its_blocks_are(value: int, one: int, other: int) -> None:
    assert checksum(samples([value] * one)) == checksum(samples([value] * other))


@given(st.lists(st.integers(-3000, 3000), min_size=2, max_size=100), st.integers(1, 5))
def test_a_block_that_is_repeated_gives_the_same_mark_every_time(values: list[int], times: int) -> None:
    now = ManualClock().now()
    gathered = PlethPrint()
    gathered.add([block(samples(values), now)])
    first = gathered.take()
    gathered.add([block(samples(values), now)] * times)
    assert gathered.take() == first


def test_another_wave_and_an_empty_block_are_no_pleth() -> None:
    now = ManualClock().now()
    gathered = PlethPrint()
    gathered.add([block(samples([1, 2, 3]), now, Wave.ECG)])
    assert gathered.take() is None
    assert checksum(b"") == checksum(b"")


def test_one_changed_sample_changes_the_mark() -> None:
    assert checksum(samples([1, 2, 3, 4])) != checksum(samples([1, 2, 4, 4]))


# --- the virtual patient --------------------------------------------------------------------------


def seconds_of(patient: VirtualPatient, hours: float) -> Iterator[tuple[tuple[float | None, ...], bytes]]:
    """What its monitor would tell each second: whole figures and the pleth as counts."""
    for second in range(int(hours * 3600)):
        patient.advance(1.0, 35 / 2400 if 600 <= second < 3000 else 0.0)
        if second == 1500:
            patient.befall(Motion(20.0))
        if second == 2000:
            patient.befall(Apnoea(45.0))
        if second == 2400:
            patient.befall(SensorOff(Sensor.PROBE, 60.0))
        seen = patient.numerics()
        wave = np.nan_to_num(np.round(patient.take_wave(Wave.PLETH) * 100), nan=-32768)
        figures = tuple(None if v is None else float(round(v)) for v in (seen.spo2, seen.pr, seen.rr))
        yield figures, wave.astype("<i2").tobytes()


@pytest.mark.req("SER-20")
@pytest.mark.parametrize("cuff_on_probe_arm", [True, False])
def test_no_living_patient_looks_frozen_in_hours_of_infusions(cuff_on_probe_arm: bool) -> None:
    """Measured beyond this test: 0 equal neighbouring blocks in 100 simulated hours (360 000 blocks)."""
    clock = ManualClock()
    wrong = repeated = 0
    for seed in range(2):
        still: Still | None = None
        before = None
        profile = PatientProfile(cuff_on_probe_arm=cuff_on_probe_arm)
        for figures, wave in seconds_of(VirtualPatient(profile, seed), hours=0.75):
            clock.advance(1)
            mark = checksum(wave)
            repeated += mark == before and figures[0] is not None
            before = mark
            still = followed(still, figures, mark, clock.now())
            wrong += frozen(still, clock.now())
    assert (wrong, repeated) == (0, 0)


@pytest.mark.req("SER-20")
def test_a_patient_whose_monitor_hangs_is_found_in_thirty_seconds() -> None:
    clock = ManualClock()
    *_, (figures, wave) = seconds_of(VirtualPatient(PatientProfile(), 1), hours=0.1)
    still = followed(None, figures, checksum(wave), clock.now())
    took_s = 0
    while not frozen(still, clock.now()):
        clock.advance(1)
        took_s += 1
        still = followed(still, figures, checksum(wave), clock.now())
    assert took_s == FROZEN_S


# --- on the way to the conductor ------------------------------------------------------------------


def posted(mailbox: Mailbox) -> list[object]:
    return [letter.intent for letter in mailbox.take(0) if isinstance(letter, Letter)]


def monitor_reports(mailbox: Mailbox) -> MonitorReports:
    return MonitorReports("s5", mailbox, WaveRecorder("boot"), Audience(State()), Noticeboard())


def test_the_mark_of_the_pleth_travels_with_the_next_figures() -> None:
    now, mailbox = ManualClock().now(), Mailbox()
    reports = monitor_reports(mailbox)
    reports.batch(MonitorBatch(waves=(block(samples([1, 2, 3]), now),), good_frames=1))
    assert posted(mailbox) == []
    reading = VitalReading(Vital.SPO2, 97.0, Quality.VALID, "s5", now, now)
    reports.batch(MonitorBatch(readings=(reading,), good_frames=1))
    reports.batch(MonitorBatch(readings=(reading,), good_frames=1))
    with_mark, without = posted(mailbox)
    assert isinstance(with_mark, VitalsSeen)
    assert isinstance(without, VitalsSeen)
    assert (with_mark.pleth is not None, without.pleth) == (True, None)


@pytest.mark.req("SER-03")
def test_the_counts_of_every_line_reach_the_machine() -> None:
    now, mailbox = ManualClock().now(), Mailbox()
    statistics = WireStatistics(good_frames=90, bad_frames=10)
    monitor_reports(mailbox).wire(statistics, now)
    PumpReports(mailbox, Noticeboard()).wire(statistics, now)
    assert posted(mailbox) == [LineSeen("s5", 90, 10), LineSeen(PUMP, 90, 10)]
