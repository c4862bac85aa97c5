"""Time, injected: nothing else in the product reads a clock.

Durations are always differences of ``mono_ns``; ``wall_utc`` is only a label; order comes from the
record's sequence number. A clock step therefore changes no timer and no alarm.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

import msgspec

NS_PER_S = 1_000_000_000


class Instant(msgspec.Struct, frozen=True, order=False):
    """One moment, read once from both clocks.

    Attributes:
        wall_utc_ns: Nanoseconds since the Unix epoch, for labels only.
        mono_ns: Nanoseconds on the monotonic clock of this boot, for durations only.
    """

    wall_utc_ns: int
    mono_ns: int

    @property
    def wall_utc(self) -> datetime:
        """The label as an aware UTC datetime (microsecond resolution)."""
        return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=self.wall_utc_ns // 1000)

    def seconds_since(self, earlier: Instant) -> float:
        """Seconds from ``earlier`` to this instant by the monotonic clock (same boot)."""
        return (self.mono_ns - earlier.mono_ns) / NS_PER_S

    def plus(self, seconds: float) -> Instant:
        """The instant ``seconds`` later on both clocks."""
        delta = round(seconds * NS_PER_S)
        return Instant(self.wall_utc_ns + delta, self.mono_ns + delta)


class Clock(Protocol):
    """A source of instants."""

    def now(self) -> Instant:
        """Read both clocks once."""
        ...


class SystemClock:
    """The machine's clocks.

    CLOCK_BOOTTIME is used where the platform has it, so that time spent suspended counts.
    """

    def now(self) -> Instant:
        """Read both clocks once."""
        boottime = getattr(time, "CLOCK_BOOTTIME", None)
        mono = time.monotonic_ns() if boottime is None else time.clock_gettime_ns(boottime)
        return Instant(time.time_ns(), mono)


class ScaledClock:
    """A clock that runs ``speed`` times as fast as the machine's; for demonstrations only."""

    def __init__(self, base: Clock, speed: float, start: Instant | None = None) -> None:
        """Several processes show the same time when they are given the same ``start``."""
        if speed <= 0:
            raise ValueError(f"speed must be above 0, got {speed}")
        self._base = base
        self._speed = speed
        self._start = base.now() if start is None else start

    def now(self) -> Instant:
        """Read the base clock and stretch what has passed since the start."""
        passed = round((self._base.now().mono_ns - self._start.mono_ns) * self._speed)
        return Instant(self._start.wall_utc_ns + passed, self._start.mono_ns + passed)


class ManualClock:
    """A clock that moves only when told: an hour of infusion runs in milliseconds."""

    def __init__(self, wall_utc_ns: int = 1_767_261_600 * NS_PER_S, mono_ns: int = NS_PER_S) -> None:
        self._now = Instant(wall_utc_ns, mono_ns)

    def now(self) -> Instant:
        """The instant last set."""
        return self._now

    def advance(self, seconds: float) -> Instant:
        """Let ``seconds`` pass on both clocks and return the new instant."""
        if seconds < 0:
            raise ValueError("time does not run backwards; use step_wall for a clock step")
        self._now = self._now.plus(seconds)
        return self._now

    def step_wall(self, seconds: float) -> Instant:
        """Step the wall clock alone, as NTP or a person would; the monotonic clock is untouched."""
        now = self._now
        self._now = Instant(now.wall_utc_ns + round(seconds * NS_PER_S), now.mono_ns)
        return self._now
