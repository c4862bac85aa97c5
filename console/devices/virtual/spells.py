"""Stretches of time during which something is so: a sensor off, a movement, an obstruction."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


class Spells:
    """Intervals on the patient's own clock, in seconds; the newest last."""

    def __init__(self) -> None:
        self._spells: list[tuple[float, float]] = []

    def begin(self, at_s: float, for_s: float | None) -> None:
        """Start a spell; ``for_s`` of None lasts until :meth:`end`."""
        until = math.inf if for_s is None else at_s + for_s
        self._spells = [spell for spell in self._spells if spell[1] > at_s - 60.0]
        self._spells.append((at_s, until))

    def end(self, at_s: float) -> None:
        """End every spell still running."""
        self._spells = [(start, min(until, max(start, at_s))) for start, until in self._spells]

    def active(self, at_s: float) -> bool:
        """Whether a spell is running."""
        return any(start <= at_s < until for start, until in self._spells)

    def touches(self, from_s: float, to_s: float) -> bool:
        """Whether a spell overlaps the stretch."""
        return any(start < to_s and until > from_s for start, until in self._spells)

    def free_s(self, at_s: float) -> float:
        """Seconds since the last spell ended; 0 within one, infinite when there was none."""
        if self.active(at_s):
            return 0.0
        return min((at_s - until for _, until in self._spells if until <= at_s), default=math.inf)

    def mask(self, times_s: NDArray[np.float64]) -> NDArray[np.bool_] | None:
        """Which instants lie within a spell, or None when none does."""
        if len(times_s) == 0:
            return None
        inside: NDArray[np.bool_] | None = None
        for start, until in self._spells:
            if start > times_s[-1] or until <= times_s[0]:
                continue
            hit = (times_s >= start) & (times_s < until)
            inside = hit if inside is None else inside | hit
        return inside

    def strength(self, times_s: NDArray[np.float64], ramp_s: float) -> NDArray[np.float64] | None:
        """How strongly a spell is felt, 0..1, coming and going over ``ramp_s``; None when none is."""
        if self.mask(times_s) is None:
            return None
        felt = np.zeros_like(times_s)
        for start, until in self._spells:
            inside = np.minimum(times_s - start, until - times_s) / ramp_s
            np.maximum(felt, np.clip(inside, 0.0, 1.0), out=felt)
        return felt
