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


@pytest.mark.parametrize(
    ("priority", "count"), [(Priority.HIGH, 10), (Priority.MEDIUM, 3), (Priority.LOW, 2)]
)
def test_burst_has_the_pulses_of_its_priority(priority: Priority, count: int) -> None:
    lengths, _ = pulses_ms(burst_samples(priority))
    assert len(lengths) == count == BURSTS[priority].pulses


@pytest.mark.parametrize("priority", list(Priority))
def test_pulse_lengths_and_gaps_are_as_declared(priority: Priority) -> None:
    lengths, gaps = pulses_ms(burst_samples(priority))
    burst = BURSTS[priority]
    assert lengths == pytest.approx([burst.pulse_ms] * burst.pulses, abs=15)
    assert gaps == pytest.approx(list(burst.gaps_ms), abs=15)


def test_high_burst_is_three_and_two_twice_with_gaps_in_the_conventional_ranges() -> None:
    burst = BURSTS[Priority.HIGH]
    assert 75 <= burst.pulse_ms <= 200
    spacings = [burst.gaps_ms[index] for index in (0, 1, 3, 5, 6, 8)]
    assert all(50 <= spacing <= 125 for spacing in spacings)
    assert burst.gaps_ms[2] == burst.gaps_ms[7] == 2 * spacings[0] + burst.pulse_ms
    assert 350 <= burst.gaps_ms[4] <= 1300
    assert 2.5 <= burst.again_after_s <= 15


@pytest.mark.parametrize("priority", [Priority.MEDIUM, Priority.LOW])
def test_lower_bursts_keep_the_conventional_ranges(priority: Priority) -> None:
    burst = BURSTS[priority]
    assert 125 <= burst.pulse_ms <= 250
    assert all(125 <= gap <= 250 for gap in burst.gaps_ms)
    assert burst.again_after_s >= (2.5 if priority is Priority.MEDIUM else 15)


@pytest.mark.parametrize("priority", list(Priority))
def test_four_harmonics_lie_in_the_audible_band_within_15_db(priority: Priority) -> None:
    burst = BURSTS[priority]
    count = round(burst.pulse_ms * SAMPLE_RATE_HZ / 1000)
    pulse = burst_samples(priority)[:count].astype(float) * np.hanning(count)
    spectrum = np.abs(np.fft.rfft(pulse, 1 << 16))
    frequencies = np.fft.rfftfreq(1 << 16, 1 / SAMPLE_RATE_HZ)

    def level_db(frequency_hz: float) -> float:
        near = np.abs(frequencies - frequency_hz) < 20
        return float(20 * np.log10(spectrum[near].max()))

    assert 150 <= burst.fundamental_hz <= 1000
    lines = [burst.fundamental_hz * multiple for multiple in (1, 3, 5, 7)]
    assert all(300 <= line <= 4000 for line in lines)
    assert all(abs(level_db(line) - level_db(lines[0])) <= 15 for line in lines)


def test_higher_priority_is_never_quieter() -> None:
    peaks = [
        np.abs(burst_samples(priority)).max() for priority in (Priority.LOW, Priority.MEDIUM, Priority.HIGH)
    ]
    assert peaks == sorted(peaks)
    assert 20 * np.log10(peaks[-1] / peaks[0]) <= 10


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
