"""How many of a line's messages arrive damaged, over the last minute."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from console.clock import Instant

WINDOW_S = 60.0
SHARE = 0.05
"""More damaged messages than this in a minute is an alarm (reliability target: 5 % a minute)."""

LEAST_BAD = 3
"""Fewer than this say nothing about a line: a plug was touched."""


class LineCount(msgspec.Struct, frozen=True):
    """Messages of a line since its owner began.

    Attributes:
        at: When they were counted.
        good: Accepted.
        bad: Refused, or asked for in vain.
    """

    at: Instant
    good: int
    bad: int


@dataclass(frozen=True, slots=True)
class LineQuality:
    """Messages of the last minute."""

    good: int
    bad: int

    @property
    def share(self) -> float:
        """Part that was damaged."""
        return self.bad / (self.good + self.bad) if self.bad else 0.0

    @property
    def poor(self) -> bool:
        """Whether it alarms."""
        return self.bad >= LEAST_BAD and self.share > SHARE


def noted(counts: tuple[LineCount, ...], newest: LineCount) -> tuple[LineCount, ...]:
    """The counts of the last minute; they begin anew when the owner did."""
    if counts and (newest.good < counts[-1].good or newest.bad < counts[-1].bad):
        counts = ()
    kept = (*counts, newest)
    while len(kept) > 2 and newest.at.seconds_since(kept[1].at) >= WINDOW_S:
        kept = kept[1:]
    return kept


def quality_of(counts: tuple[LineCount, ...], now: Instant) -> LineQuality | None:
    """The line over the last minute; None while it was not counted twice, or not lately."""
    if len(counts) < 2 or now.seconds_since(counts[-1].at) > WINDOW_S:
        return None
    return LineQuality(counts[-1].good - counts[0].good, counts[-1].bad - counts[0].bad)
