"""The beating heart: R peaks, pulse pressures and transit times, beat by beat."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

KEEP_BEATS: Final = 64
AVERAGED_BEATS: Final = 8
PULSE_DELAY_S: Final = 0.178
"""From the R peak to the first lift of the pulse at the finger at 120 mmHg, shorter at higher pressure.

The steep rise follows 60 ms later, so that a pulse transit time of 200-250 ms is measured.
"""


@dataclass(frozen=True, slots=True)
class Beat:
    """One beat.

    Attributes:
        at_s: Time of the R peak. interval_s: Time since the R peak before.
        systolic: mmHg. diastolic: mmHg.
        foot_s: Time at which the pulse arrives at the finger.
        pulse: Size of the pulse at the finger, 1 at rest, 0 under an inflated cuff.
    """

    at_s: float
    interval_s: float
    systolic: float
    diastolic: float
    foot_s: float
    pulse: float


@dataclass(frozen=True, slots=True)
class HeartDrive:
    """What the heart is told to do; constant for a while.

    Attributes:
        rate: Mean rate, /min. systolic: Mean systolic pressure, mmHg. diastolic: mmHg.
        arrhythmia: Size of the respiratory sinus arrhythmia, share of the interval.
        perfusion: Size of the finger pulse, 1 at rest.
    """

    rate: float
    systolic: float
    diastolic: float
    arrhythmia: float
    perfusion: float = 1.0


class Inflation(Protocol):
    """How full the lungs are, 0 after breathing out .. about 1; asked at the time of each beat."""

    def __call__(self, at_s: float) -> float:
        """The inflation at ``at_s``."""
        ...


class Heart:
    """Makes beats one after the other; always one ahead of the time asked for."""

    def __init__(self, rng: np.random.Generator, drive: HeartDrive) -> None:
        self._rng = rng
        self._mayer = float(rng.uniform(0, 2 * math.pi))
        self._mayer_hz = float(rng.uniform(0.08, 0.11))
        self._wander = 0.0
        first = Beat(0.3, 60 / drive.rate, drive.systolic, drive.diastolic, 0.3 + PULSE_DELAY_S, 1.0)
        self.beats: deque[Beat] = deque([first], maxlen=KEEP_BEATS)

    def advance(self, until_s: float, drive: HeartDrive, inflation: Inflation, cuff: Inflation) -> None:
        """Add beats until one lies beyond ``until_s``.

        Args:
            until_s: The patient's clock, seconds.
            drive: Rate and pressures now.
            inflation: How full the lungs are, which speeds the heart.
            cuff: Pressure in mmHg of a cuff on the arm of the probe, 0 when there is none.
        """
        while self.beats[-1].at_s <= until_s:
            self.beats.append(self._next(self.beats[-1], drive, inflation, cuff))

    def _next(self, last: Beat, drive: HeartDrive, inflation: Inflation, cuff: Inflation) -> Beat:
        full = inflation(last.at_s)
        slow = math.sin(2 * math.pi * self._mayer_hz * last.at_s + self._mayer)
        self._wander = 0.9 * self._wander + 0.003 * self._rng.standard_normal()
        sway = drive.arrhythmia * (0.4 - full) + 0.010 * slow + self._wander
        interval = max(0.33, 60 / drive.rate * (1 + sway))
        at = last.at_s + interval
        systolic = drive.systolic + 2.0 * slow - 2.5 * full + 0.6 * self._rng.standard_normal()
        diastolic = drive.diastolic + 1.2 * slow - 0.8 * full + 0.4 * self._rng.standard_normal()
        delay = PULSE_DELAY_S - 0.00025 * (systolic - 120) + 0.0015 * self._rng.standard_normal()
        foot = at + min(0.186, max(0.158, delay))
        pulse = drive.perfusion * (1 - 0.14 * (full - 0.4)) * min(1.15, math.sqrt(interval / 0.8))
        squeezed = cuff(foot)
        if squeezed > 0:
            pulse *= min(1.0, max(0.0, (systolic - squeezed) / (systolic - diastolic)))
        return Beat(at, interval, systolic, diastolic, foot, pulse)

    def rate(self, now_s: float, after_s: float) -> float | None:
        """Mean rate of the last beats, /min; None with fewer than three after ``after_s``."""
        intervals = [b.interval_s for b in self.beats if b.at_s <= now_s and b.at_s - b.interval_s >= after_s]
        return None if len(intervals) < 2 else _rate(intervals)

    def pulse_rate(self, now_s: float, after_s: float) -> float | None:
        """Mean rate of the pulses that reached the finger, /min; None when they are too few."""
        felt = [
            b.interval_s
            for b in self.beats
            if b.foot_s <= now_s and b.at_s - b.interval_s >= after_s and b.pulse > 0.1
        ]
        return None if len(felt) < 2 else _rate(felt)

    def last_pulse_s(self, now_s: float) -> float:
        """When a pulse last reached the finger; minus infinity if never."""
        return max((b.foot_s for b in self.beats if b.foot_s <= now_s and b.pulse > 0.1), default=-math.inf)

    def pulse_size(self, now_s: float) -> float:
        """Mean size of the last pulses at the finger, 1 at rest."""
        sizes = [b.pulse for b in self.beats if b.foot_s <= now_s][-4:]
        return sum(sizes) / len(sizes) if sizes else 0.0


def _rate(intervals: list[float]) -> float:
    recent = intervals[-AVERAGED_BEATS:]
    return 60 * len(recent) / sum(recent)
