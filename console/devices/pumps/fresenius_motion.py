"""Whether a Fresenius module delivers, judged from the rate and the volume counter it tells. Pure.

No public word of the protocol says "infusing". A rate of zero is a pump that stands; a counter that grows
is one that runs. A rate without growth is neither: whether the rate goes to zero in a pause is not public,
nor in which steps the counter grows. Only after the module has accepted a pause does a counter at rest
count as stopped.
"""

from __future__ import annotations

from decimal import Decimal

from console.clock import Instant
from console.session.pump import PumpState

FRESH_S = 3.0
"""Growth seen no longer ago than this is running now (six polls; site default)."""
REST_UL = Decimal(10)
"""So much would have left a pump that still runs (ten steps of the counter; site default)."""
SHORTEST_REST_S = 1.0


class Motion:
    """Follows one module's counter."""

    def __init__(self) -> None:
        self._volume: Decimal | None = None
        self._rate: Decimal | None = None
        self._grew_at: Instant | None = None
        self._rests_since: Instant | None = None
        self._paused = False

    @property
    def paused(self) -> bool:
        """The module accepted a pause and was not seen to run since."""
        return self._paused

    def pause_accepted(self) -> None:
        """The module said that it pauses; from now on rest is looked for."""
        self._paused = True
        self._grew_at = self._rests_since = None
        self._volume = None

    def judge(self, at: Instant, rate_ml_h: Decimal, volume_ml: Decimal) -> PumpState:
        """What the module does, after one more reading."""
        before, self._volume = self._volume, volume_ml
        rate_before, self._rate = self._rate, rate_ml_h
        if before is None or volume_ml < before:
            # A first look, or a counter set to zero: nothing to compare with.
            self._grew_at, self._rests_since = None, at
        elif volume_ml > before:
            self._grew_at = self._rests_since = at
            if rate_ml_h > 0:
                self._paused = False
        if rate_ml_h == 0:
            self._grew_at = None
            # At rest and yet more was given: a bolus at the keys, which no rate tells.
            moved = rate_before == 0 and before is not None and volume_ml > before
            return PumpState.OTHER if moved else PumpState.STOPPED
        if self._grew_at is not None and at.seconds_since(self._grew_at) <= self._needed_s(rate_ml_h):
            return PumpState.INFUSING
        if self._paused and self._rests_since is not None:
            rested_s = at.seconds_since(self._rests_since)
            if rested_s >= max(SHORTEST_REST_S, float(REST_UL * Decimal("3.6") / rate_ml_h)):
                return PumpState.STOPPED
        return PumpState.UNKNOWN

    @staticmethod
    def _needed_s(rate_ml_h: Decimal) -> float:
        """How long the counter may rest on a running pump: slow ones step seldom."""
        return max(FRESH_S, float(REST_UL * Decimal("3.6") / rate_ml_h))
