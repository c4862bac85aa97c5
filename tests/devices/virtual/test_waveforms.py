"""The waves are those of a living body: they agree with the numbers and with each other."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from console.clinical.vitals import Wave
from console.devices.virtual.body import WAVE_RATES_HZ
from console.devices.virtual.disturbance import Apnoea, Cough, Motion
from console.devices.virtual.patient import VirtualPatient
from console.devices.virtual.patient_profile import Baseline, PatientProfile
from console.devices.virtual.spells import Spells
from console.devices.virtual.waveforms import Grain, qt_s

Samples = NDArray[np.float64]
AVERAGE = PatientProfile(individual=False)


def record(patient: VirtualPatient, seconds: int) -> dict[Wave, Samples]:
    for _ in range(30):
        patient.advance(1.0, 0.0)
    for wave in Wave:
        patient.take_wave(wave)
    parts: dict[Wave, list[Samples]] = {wave: [] for wave in Wave}
    for _ in range(seconds):
        patient.advance(1.0, 0.0)
        for wave in Wave:
            parts[wave].append(patient.take_wave(wave))
    return {wave: np.concatenate(part) for wave, part in parts.items()}


def r_peaks_s(ecg: Samples) -> Samples:
    inner = ecg[1:-1]
    peaks = np.flatnonzero((inner > 0.6) & (inner >= ecg[:-2]) & (inner > ecg[2:])) + 1
    return np.asarray(peaks / WAVE_RATES_HZ[Wave.ECG])


def patient(**baseline: float) -> VirtualPatient:
    return VirtualPatient(PatientProfile(individual=False, baseline=Baseline(**baseline)), 3, None)


def test_every_wave_comes_at_its_rate_without_gaps() -> None:
    waves = record(patient(), 20)
    for wave, samples in waves.items():
        assert len(samples) == 20 * WAVE_RATES_HZ[wave]
        assert np.isfinite(samples).all()


@pytest.mark.parametrize("hr", [52.0, 72.0, 118.0])
def test_the_heart_rate_counted_from_r_peaks_is_the_number(hr: float) -> None:
    body = patient(hr=hr)
    peaks = r_peaks_s(record(body, 30)[Wave.ECG])
    counted = 60 / np.diff(peaks[-9:]).mean()
    number = body.numerics().hr
    assert number is not None
    assert counted == pytest.approx(number, abs=1.5)
    assert number == pytest.approx(hr, rel=0.07)


def test_an_r_peak_stands_a_millivolt_high_between_a_small_p_and_a_broad_t() -> None:
    ecg = record(patient(), 30)[Wave.ECG]
    rate = WAVE_RATES_HZ[Wave.ECG]
    beats = [ecg[int(p * rate) - 100 : int(p * rate) + 140] for p in r_peaks_s(ecg)[2:-2]]
    mean = np.mean(beats, axis=0)
    p_wave, r_peak, s_dip, t_wave = mean[40:70].max(), mean[100], mean[105:115].min(), mean[150:210].max()
    assert 0.9 < r_peak < 1.4
    assert 0.05 < p_wave < 0.25
    assert 0.15 < t_wave < 0.5
    assert s_dip < -0.1


def test_qt_shortens_when_the_heart_is_fast() -> None:
    assert qt_s(0.5) < qt_s(0.85) < qt_s(1.1)
    assert 0.36 < qt_s(0.85) < 0.42


def test_the_heart_speeds_up_on_breathing_in() -> None:
    body = patient()
    waves = record(body, 120)
    peaks = r_peaks_s(waves[Wave.ECG])
    intervals = np.diff(peaks)
    resp = np.interp(
        peaks[:-1], np.arange(len(waves[Wave.RESP])) / WAVE_RATES_HZ[Wave.RESP], waves[Wave.RESP]
    )
    assert np.corrcoef(resp, intervals)[0, 1] < -0.6
    assert 0.015 < intervals.std() < 0.08


def test_the_pulse_arrives_at_the_finger_200_to_250_ms_after_the_r_peak() -> None:
    waves = record(patient(), 60)
    rate = WAVE_RATES_HZ[Wave.PLETH]
    rise = np.gradient(waves[Wave.PLETH]) * rate
    impulses = np.zeros_like(rise)
    impulses[np.round(r_peaks_s(waves[Wave.ECG]) * rate).astype(int).clip(0, len(rise) - 1)] = 1.0
    lags = range(60)
    match = [float(np.dot(impulses[: len(rise) - lag], rise[lag:])) for lag in lags]
    assert 0.200 <= int(np.argmax(match)) / rate <= 0.250


def test_the_pulse_has_a_dicrotic_notch_and_stays_on_scale() -> None:
    waves = record(patient(), 30)
    pleth, rate = waves[Wave.PLETH], WAVE_RATES_HZ[Wave.PLETH]
    assert pleth.min() > 2
    assert 60 < pleth.max() < 98
    beats = [pleth[int(p * rate) + 18 : int(p * rate) + 78] for p in r_peaks_s(waves[Wave.ECG])[2:-3]]
    mean = np.mean(beats, axis=0)
    top = int(np.argmax(mean))
    after = mean[top:]
    notch = next(i for i in range(1, len(after) - 1) if after[i - 1] > after[i] <= after[i + 1])
    assert after[notch : notch + 12].max() > after[notch]
    assert 0.10 < notch / rate < 0.35


def test_pulse_height_sways_with_breathing() -> None:
    pleth = record(patient(), 60)[Wave.PLETH]
    inner = pleth[1:-1]
    tops = inner[(inner >= pleth[:-2]) & (inner > pleth[2:]) & (inner > 60)]
    assert 1.5 < tops.std() < 8


@pytest.mark.parametrize("etco2", [33.0, 38.0, 44.0])
def test_the_plateau_ends_at_the_end_tidal_number(etco2: float) -> None:
    body = patient(etco2=etco2)
    co2 = record(body, 30)[Wave.CO2]
    number = body.numerics().etco2
    assert number is not None
    assert co2[-10 * WAVE_RATES_HZ[Wave.CO2] :].max() == pytest.approx(number, abs=1.5)
    assert number == pytest.approx(etco2, abs=2.5)


def test_the_capnogram_has_four_phases() -> None:
    co2 = record(patient(), 60)[Wave.CO2]
    rate = WAVE_RATES_HZ[Wave.CO2]
    assert np.mean(co2 < 1) > 0.25, "phases I and 0 rest at zero"
    rises = np.flatnonzero((co2[:-1] < 5) & (co2[1:] >= 5))
    assert len(rises) == pytest.approx(14, abs=2)
    for start in rises[1:-2]:
        assert co2[start + round(0.5 * rate)] > 30, "phase II is steep"
        plateau = co2[start + round(0.8 * rate) : start + round(1.6 * rate)]
        slope = np.polyfit(np.arange(len(plateau)) / rate, plateau, 1)[0]
        assert 0.3 < slope < 4, "phase III rises gently"


def test_apnoea_flattens_capnogram_and_impedance() -> None:
    body = patient()
    record(body, 5)
    body.befall(Apnoea(30.0))
    waves = record_now(body, 25)
    assert waves[Wave.CO2][-15 * WAVE_RATES_HZ[Wave.CO2] :].max() < 1
    assert np.ptp(waves[Wave.RESP][-15 * WAVE_RATES_HZ[Wave.RESP] :]) < 0.2
    assert body.numerics().apnoea


def record_now(body: VirtualPatient, seconds: int) -> dict[Wave, Samples]:
    for wave in Wave:
        body.take_wave(wave)
    for _ in range(5):
        body.advance(seconds / 5, 0.0)
    parts = {wave: body.take_wave(wave) for wave in Wave}
    return {wave: samples[-10 * WAVE_RATES_HZ[wave] :] for wave, samples in parts.items()}


def test_a_taker_who_comes_late_gets_the_last_ten_seconds() -> None:
    body = patient()
    for _ in range(60):
        body.advance(1.0, 0.0)
    assert len(body.take_wave(Wave.ECG)) == 3000
    assert len(body.take_wave(Wave.ECG)) == 0


@pytest.mark.parametrize(("event", "least"), [(Motion(5.0), 0.2), (Cough(5.0), 0.1)])
def test_movement_shakes_ecg_and_pulse(event: Motion | Cough, least: float) -> None:
    calm, shaken = patient(), patient()
    record(calm, 5)
    record(shaken, 5)
    shaken.befall(event)
    still, moved = record_now(calm, 5), record_now(shaken, 5)
    assert np.std(moved[Wave.ECG] - still[Wave.ECG]) > least
    assert np.std(moved[Wave.PLETH] - still[Wave.PLETH]) > 5
    assert moved[Wave.PLETH].min() >= 0
    assert moved[Wave.PLETH].max() <= 100


def test_grain_depends_on_the_sample_number_alone() -> None:
    grain = Grain(np.random.default_rng(1), 101, 4)
    whole = grain.at(90, 30)
    np.testing.assert_array_equal(whole, np.concatenate([grain.at(90, 13), grain.at(103, 17)]))
    assert grain.at(0, 101).std() == pytest.approx(1.0)


def test_a_spell_begins_ends_and_is_remembered() -> None:
    spells = Spells()
    assert spells.free_s(5.0) == float("inf")
    spells.begin(10.0, None)
    assert spells.active(1e6)
    spells.end(14.0)
    assert not spells.active(14.0)
    assert spells.free_s(20.0) == pytest.approx(6.0)
    assert spells.touches(13.0, 30.0)
    mask = spells.mask(np.array([9.0, 10.0, 13.9, 14.0]))
    assert mask is not None
    assert mask.tolist() == [False, True, True, False]
    strength = spells.strength(np.array([10.0, 10.5, 12.0, 13.5]), 1.0)
    assert strength is not None
    assert strength.tolist() == pytest.approx([0.0, 0.5, 1.0, 0.5])
    assert spells.mask(np.array([20.0, 21.0])) is None
