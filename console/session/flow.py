"""The pump's counter against its own rate over the last minutes."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from console.clock import Instant
from console.session.pump import PumpReading, PumpState

WINDOW_S = 180.0
"""Counter and rate are compared over this time. The Generic Infusion Pump safety requirements v1.0
(1.2.2, 1.2.3) look at 15 min; an infusion here lasts 40 min, so the window is shorter (site default)."""

SHARE = 0.10
"""More than this apart is over- or under-infusion (GIP safety requirements v1.0, 1.2.2 and 1.2.3)."""

LEAST_ML = 0.05
"""Differences below are the counter's own grain and the time a poll takes."""

KEPT_EVERY_S = 5.0
GAP_S = 5.0
"""Polls further apart than this are not bridged: what happened in between is not known."""
SETTLED_S = 10.0
"""Polls have to come in time for so long before counting begins: what a line that was held up delivers late
is older than it looks (site default)."""


class Count(msgspec.Struct, frozen=True):
    """The counter at one time, and what the rates read until then should have given.

    Attributes:
        at: When the poll arrived.
        given_ml: The pump's counter.
        owed_ml: The pump's own rate times time since counting began.
        settled: Polls had come in time for :data:`SETTLED_S` when counting began.
    """

    at: Instant
    given_ml: float
    owed_ml: float
    settled: bool = True


@dataclass(frozen=True, slots=True)
class Flow:
    """What was given over the window, and what the rate should have given in it, in millilitres."""

    given_ml: float
    owed_ml: float

    @property
    def over(self) -> bool:
        """More was given than the rate says."""
        return self.given_ml - self.owed_ml > max(SHARE * self.owed_ml, LEAST_ML)

    @property
    def under(self) -> bool:
        """Less was given than the rate says."""
        return self.owed_ml - self.given_ml > max(SHARE * self.owed_ml, LEAST_ML)


def counted(
    counts: tuple[Count, ...], before: PumpReading | None, reading: PumpReading, gap_s: float = GAP_S
) -> tuple[Count, ...]:
    """The counts after one more poll; empty while the pump does not infuse or went back to zero.

    How old the counter of a poll that was held up is, nobody knows: counting begins anew after it.
    """
    if reading.state is not PumpState.INFUSING or reading.infused_ml is None:
        return ()
    if before is None or not 0 <= (passed_s := reading.at.seconds_since(before.at)) <= gap_s:
        return ()
    given = float(reading.infused_ml)
    if not counts or before.rate_ml_h is None or given < counts[-1].given_ml:
        return (Count(reading.at, given, 0.0, settled=False),)
    passed_s = reading.at.seconds_since(counts[-1].at)
    if not counts[0].settled:
        return (Count(reading.at, given, 0.0),) if passed_s >= SETTLED_S else counts
    if not 0 <= passed_s <= gap_s:
        return ()
    newest = Count(reading.at, given, counts[-1].owed_ml + float(before.rate_ml_h) * passed_s / 3600.0)
    # The newest count moves along until it is worth keeping; the first ones leave the window.
    replaces = len(counts) > 1 and reading.at.seconds_since(counts[-2].at) < KEPT_EVERY_S
    kept = (*(counts[:-1] if replaces else counts), newest)
    while len(kept) > 2 and reading.at.seconds_since(kept[1].at) >= WINDOW_S:
        kept = kept[1:]
    return kept


def in_time(counts: tuple[Count, ...]) -> bool:
    """Whether polls have come in time for a while, so that a counter is as old as it looks."""
    return bool(counts) and counts[0].settled


def flow_of(counts: tuple[Count, ...]) -> Flow | None:
    """The last window; None while the pump has not infused for so long."""
    if len(counts) < 2 or counts[-1].at.seconds_since(counts[0].at) < WINDOW_S:
        return None
    return Flow(counts[-1].given_ml - counts[0].given_ml, counts[-1].owed_ml - counts[0].owed_ml)
