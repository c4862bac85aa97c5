"""The sounds are measured, not trusted."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from console.room.tones import BURSTS, SAMPLE_RATE_HZ, burst_samples
from console.session.events import Priority


def pulses_ms(samples: NDArray[np.int16]) -> tuple[list[float], list[float]]:
    """Lengths of the pulses and of the gaps between them, from the envelope."""
    window = SAMPLE_RATE_HZ // 100
    loud = np.convolve(np.abs(samples.astype(float)), np.ones(window) / window, "same") > 150
    edges = np.flatnonzero(np.diff(np.concatenate([[0], loud.astype(int), [0]])))
    starts, ends = edges[0::2], edges[1::2]
    scale = 1000 / SAMPLE_RATE_HZ
    return list((ends - starts) * scale), list((starts[1:] - ends[:-1]) * scale)


@pytest.mark.req("ALM-PULSES")
@pytest.mark.parametrize(
    ("priority", "count"), [(Priority.HIGH, 10), (Priority.MEDIUM, 3), (Priority.LOW, 2)]
)
def test_burst_has_the_pulses_of_its_priority(priority: Priority, count: int) -> None:
    lengths, _ = pulses_ms(burst_samples(priority))
    assert len(lengths) == count == BURSTS[priority].pulses


@pytest.mark.req("OPCA-R6.4.3")
def test_no_two_priorities_sound_alike() -> None:
    for one in ("pulses", "fundamental_hz", "again_after_s"):
        told = [getattr(BURSTS[priority], one) for priority in Priority]
        assert len(set(told)) == len(told), one


@pytest.mark.parametrize("priority", list(Priority))
def test_pulse_lengths_and_gaps_are_as_declared(priority: Priority) -> None:
    lengths, gaps = pulses_ms(burst_samples(priority))
    burst = BURSTS[priority]
    assert lengths == pytest.approx([burst.pulse_ms] * burst.pulses, abs=15)
    assert gaps == pytest.approx(list(burst.gaps_ms), abs=15)


@pytest.mark.req("ALM-PULSES", "ALM-TIMING")
def test_high_burst_is_three_and_two_twice_with_gaps_in_the_conventional_ranges() -> None:
    burst = BURSTS[Priority.HIGH]
    assert 75 <= burst.pulse_ms <= 200
    spacings = [burst.gaps_ms[index] for index in (0, 1, 3, 5, 6, 8)]
    assert all(50 <= spacing <= 125 for spacing in spacings)
    assert burst.gaps_ms[2] == burst.gaps_ms[7] == 2 * spacings[0] + burst.pulse_ms
    assert 350 <= burst.gaps_ms[4] <= 1300
    assert 2.5 <= burst.again_after_s <= 15


@pytest.mark.req("ALM-TIMING")
@pytest.mark.parametrize("priority", [Priority.MEDIUM, Priority.LOW])
def test_lower_bursts_keep_the_conventional_ranges(priority: Priority) -> None:
    burst = BURSTS[priority]
    assert 125 <= burst.pulse_ms <= 250
    assert all(125 <= gap <= 250 for gap in burst.gaps_ms)
    assert burst.again_after_s >= (2.5 if priority is Priority.MEDIUM else 15)


def spectrum_of(pulse: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Frequencies in Hz and levels in dB of one pulse."""
    lines = np.abs(np.fft.rfft(pulse * np.hanning(len(pulse)), 1 << 16))
    levels: NDArray[np.float64] = (20 * np.log10(lines + 1e-9)).astype(np.float64)
    return np.fft.rfftfreq(1 << 16, 1 / SAMPLE_RATE_HZ).astype(np.float64), levels


def first_pulse(priority: Priority) -> NDArray[np.float64]:
    count = round(BURSTS[priority].pulse_ms * SAMPLE_RATE_HZ / 1000)
    return burst_samples(priority)[:count].astype(float)


def pulses(priority: Priority) -> list[NDArray[np.float64]]:
    """Every pulse of a burst, cut out where it is declared to be."""
    samples = burst_samples(priority).astype(float)
    count, position = round(BURSTS[priority].pulse_ms * SAMPLE_RATE_HZ / 1000), 0
    found = [samples[:count]]
    for gap_ms in BURSTS[priority].gaps_ms:
        position += count + round(gap_ms * SAMPLE_RATE_HZ / 1000)
        found.append(samples[position : position + count])
    return found


def lines_hz(priority: Priority) -> list[tuple[float, float]]:
    """Spectral lines within 30 dB of the loudest: frequency and level."""
    frequencies, levels = spectrum_of(first_pulse(priority))
    found = []
    for index in range(1, len(levels) - 1):
        if levels[index] >= levels.max() - 30 and levels[index] == levels[index - 40 : index + 41].max():
            found.append((float(frequencies[index]), float(levels[index])))
    return found


@pytest.mark.req("ALM-HARMONICS")
@pytest.mark.parametrize("priority", list(Priority))
def test_fundamental_is_measured_where_it_is_declared_and_inside_the_range(priority: Priority) -> None:
    frequency, _ = lines_hz(priority)[0]
    assert frequency == pytest.approx(BURSTS[priority].fundamental_hz, abs=6)
    assert 150 <= frequency <= 1000


@pytest.mark.req("ALM-HARMONICS")
@pytest.mark.parametrize("priority", list(Priority))
def test_four_harmonics_lie_in_the_audible_band_within_15_db(priority: Priority) -> None:
    (fundamental, level), *rest = lines_hz(priority)
    harmonics = [(fundamental, level), *rest]
    for frequency, _ in rest:
        assert frequency / fundamental == pytest.approx(round(frequency / fundamental), abs=0.05)
    counted = [one for one in harmonics if 300 <= one[0] <= 4000 and abs(one[1] - level) <= 15]
    assert len(counted) >= 4


@pytest.mark.req("ALM-HARMONICS")
def test_pitch_rises_with_priority() -> None:
    low, medium, high = (
        lines_hz(priority)[0][0] for priority in (Priority.LOW, Priority.MEDIUM, Priority.HIGH)
    )
    assert low < medium < high


@pytest.mark.req("ALM-HARMONICS")
@pytest.mark.parametrize("priority", list(Priority))
def test_no_pulse_begins_or_ends_with_a_click(priority: Priority) -> None:
    """A click is energy far above the harmonics, or a step of the wave where a pulse meets silence."""
    samples = burst_samples(priority).astype(float)
    for pulse in pulses(priority):
        assert max(abs(pulse[0]), abs(pulse[-1])) < 0.002 * 32767
    frequencies, levels = spectrum_of(first_pulse(priority))
    assert levels[frequencies > 8000].max() < levels.max() - 60
    assert np.abs(samples).max() < 32767


@pytest.mark.req("ALM-PULSES")
@pytest.mark.parametrize("priority", list(Priority))
def test_pulses_of_a_burst_are_equally_loud(priority: Priority) -> None:
    levels = [20 * np.log10(np.sqrt(np.mean(pulse**2))) for pulse in pulses(priority)]
    assert max(levels) - min(levels) <= 10
    assert max(levels) - min(levels) == pytest.approx(0, abs=0.1)


@pytest.mark.req("ALM-TIMING")
@pytest.mark.parametrize("priority", list(Priority))
def test_spacing_and_gaps_as_measured_lie_in_the_conventional_ranges(priority: Priority) -> None:
    lengths, gaps = pulses_ms(burst_samples(priority))
    shortest, longest = (75, 200) if priority is Priority.HIGH else (125, 250)
    assert all(shortest <= length <= longest for length in lengths)
    if priority is not Priority.HIGH:
        assert all(125 <= gap <= 250 for gap in gaps)
        return
    spacing = [gaps[index] for index in (0, 1, 3, 5, 6, 8)]
    assert all(50 <= gap <= 125 for gap in spacing)
    for gap in (gaps[2], gaps[7]):
        assert gap == pytest.approx(2 * float(np.mean(spacing)) + float(np.mean(lengths)), abs=30)
    assert 350 <= gaps[4] <= 1300


@pytest.mark.req("ALM-PULSES")
def test_higher_priority_is_never_quieter_to_the_ear() -> None:
    levels = [
        float(np.sqrt(np.mean(first_pulse(priority) ** 2)))
        for priority in (Priority.LOW, Priority.MEDIUM, Priority.HIGH)
    ]
    assert levels == sorted(levels)


@pytest.mark.req("ALM-PULSES")
def test_higher_priority_is_never_quieter() -> None:
    peaks = [
        np.abs(burst_samples(priority)).max() for priority in (Priority.LOW, Priority.MEDIUM, Priority.HIGH)
    ]
    assert peaks == sorted(peaks)
    assert 20 * np.log10(peaks[-1] / peaks[0]) <= 10


@pytest.mark.req("ALM-HARMONICS")
@pytest.mark.parametrize("priority", list(Priority))
def test_pulse_rises_within_a_fifth_of_its_length(priority: Priority) -> None:
    burst = BURSTS[priority]
    count = round(burst.pulse_ms * SAMPLE_RATE_HZ / 1000)
    pulse = np.abs(burst_samples(priority)[:count].astype(float))
    window = round(SAMPLE_RATE_HZ / burst.fundamental_hz)
    envelope = np.array([pulse[i : i + window].max() for i in range(0, count - window, window // 4)])
    reached = int(np.argmax(envelope >= 0.9 * envelope.max())) * (window // 4)
    assert reached <= 0.2 * count
    assert reached >= 0.02 * count
