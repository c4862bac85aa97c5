"""The arm cuff: inflates, steps down, and has a reading after half a minute, or none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from console.clinical.vitals import NibpState
from console.devices.virtual.body import CuffReading

FIRST_INFLATION_MMHG: Final = 160.0
ABOVE_LAST_MMHG: Final = 35.0
INFLATION_MMHG_S: Final = 30.0
DISTURBED_SHARE: Final = 0.004
"""Readings that need a second try without any reason given."""


@dataclass(frozen=True, slots=True)
class Pressures:
    """What the artery holds while the cuff measures: mmHg, pulse /min."""

    systolic: float
    diastolic: float
    pulse: float


@dataclass(frozen=True, slots=True)
class _Try:
    start_s: float
    top_mmhg: float
    top_s: float
    end_s: float
    end_mmhg: float

    def pressure(self, at_s: float) -> float:
        if at_s <= self.start_s or at_s >= self.end_s:
            return 0.0
        if at_s < self.top_s:
            return self.top_mmhg * (at_s - self.start_s) / (self.top_s - self.start_s)
        share = (at_s - self.top_s) / (self.end_s - self.top_s)
        return self.top_mmhg + (self.end_mmhg - self.top_mmhg) * share


class Cuff:
    """One oscillometric cuff. A cycle takes 25-35 s, a second try doubles it."""

    def __init__(self, rng: np.random.Generator, interval_s: float | None) -> None:
        self._rng = rng
        self.interval_s = interval_s
        self._next_auto_s: float | None = None if interval_s is None else 10.0
        self._try: _Try | None = None
        self._tries = 0
        self._systolic_seen: list[float] = []
        self._diastolic_seen: list[float] = []
        self._last: CuffReading | None = None
        self._last_at_s = 0.0
        self._failed = False
        self._disturbed = False
        self._trouble: list[bool] = []

    @property
    def state(self) -> NibpState:
        """What the cuff is doing."""
        if self._try is not None:
            return NibpState.MEASURING
        return NibpState.FAILED if self._failed else NibpState.IDLE

    def set_interval(self, interval_s: float | None, now_s: float) -> None:
        """Measure on its own every ``interval_s`` seconds; None: on demand only."""
        self.interval_s = interval_s
        self._next_auto_s = None if interval_s is None else now_s + interval_s

    def expect_trouble(self, readings: int, fails: bool) -> None:
        """Let the next readings fail, or need a second try."""
        self._trouble = [fails] * readings

    def start(self, now_s: float, pressures: Pressures) -> None:
        """Begin a measurement; does nothing while one is running."""
        if self._try is not None:
            return
        self._tries = 1
        self._begin(now_s, pressures)

    def _begin(self, now_s: float, pressures: Pressures) -> None:
        top = FIRST_INFLATION_MMHG if self._last is None else self._last.systolic + ABOVE_LAST_MMHG
        top = max(top, pressures.systolic + 25.0, 120.0)
        up = now_s + top / INFLATION_MMHG_S
        down = float(self._rng.uniform(20.5, 24.5))
        self._disturbed = bool(self._rng.random() < DISTURBED_SHARE)
        self._systolic_seen = []
        self._diastolic_seen = []
        self._try = _Try(now_s, top, up, up + down, max(25.0, pressures.diastolic - 12.0))

    def pressure(self, at_s: float) -> float:
        """Pressure in the cuff, mmHg."""
        return 0.0 if self._try is None else self._try.pressure(at_s)

    def advance(self, now_s: float, pressures: Pressures, moving: bool) -> None:
        """Let the cuff work until ``now_s``."""
        if self._next_auto_s is not None and self.interval_s is not None and now_s >= self._next_auto_s:
            self._next_auto_s += self.interval_s
            self.start(now_s, pressures)
        running = self._try
        if running is None:
            return
        self._disturbed = self._disturbed or moving
        self._systolic_seen.append(pressures.systolic)
        self._diastolic_seen.append(pressures.diastolic)
        if now_s >= running.end_s:
            self._finish(now_s, pressures)

    def _finish(self, now_s: float, pressures: Pressures) -> None:
        trouble = self._trouble[0] if self._trouble else None
        spoiled = self._disturbed or trouble is True or (trouble is False and self._tries == 1)
        self._try = None
        if spoiled and self._tries < 2:
            self._tries += 1
            self._begin(now_s + 0.5, pressures)
            return
        if self._trouble:
            self._trouble.pop(0)
        self._failed = spoiled
        if spoiled:
            return
        systolic = sum(self._systolic_seen) / len(self._systolic_seen) + self._rng.normal(0, 1.5)
        diastolic = sum(self._diastolic_seen) / len(self._diastolic_seen) + self._rng.normal(0, 1.2)
        mean = diastolic + (systolic - diastolic) * 0.35
        self._last = CuffReading(
            systolic=_whole(systolic),
            diastolic=_whole(diastolic),
            mean=_whole(mean),
            pulse=_whole(pressures.pulse),
            age_s=0.0,
        )
        self._last_at_s = now_s

    def reading(self, now_s: float) -> CuffReading | None:
        """The last completed measurement; None before the first."""
        return None if self._last is None else replace(self._last, age_s=now_s - self._last_at_s)


def _whole(value: float) -> float:
    """To the mmHg and beat that a monitor shows."""
    return float(round(value))
