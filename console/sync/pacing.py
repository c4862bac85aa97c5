"""How often to try and how much to send at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from console.sync.ports import ChainedEvent

FIRST_RETRY_S: Final = 1.0
LONGEST_RETRY_S: Final = 300.0
JITTER: Final = 0.2
"""Rooms that lost the archive together must not come back together. Never shorter than the step itself:
an archive that is down sees at most twelve attempts an hour from a room (site default)."""

LEAST_BYTES: Final = 8 * 1024
FIRST_BYTES: Final = 64 * 1024
MOST_BYTES: Final = 1024 * 1024
MOST_EVENTS: Final = 4000
LEAST_EVENT_BYTES: Final = 250
ENVELOPE_BYTES: Final = 160
"""What surrounds a body on the wire, about."""

PART_BYTES: Final = 256 * 1024
"""Largest piece of a waveform chunk sent at once: half a minute on the slowest line."""

_QUICK_S: Final = 0.7
_SLOW_S: Final = 6.0


def retry_s(failures: int, random: Random, asked_s: float | None = None) -> float:
    """Seconds to wait after so many failures in a row (1 and up); never less than the archive asked for."""
    step = min(LONGEST_RETRY_S, FIRST_RETRY_S * 2.0 ** min(failures - 1, 16))
    waited = step * (1.0 + JITTER * random.random())
    return waited if asked_s is None else max(waited, asked_s)


@dataclass(frozen=True, slots=True)
class Portion:
    """Bytes to send at once; grows on a quick line, shrinks on a slow one."""

    bytes: int = FIRST_BYTES

    def after(self, seconds: float) -> Portion:
        """The next portion after one that took so long."""
        if seconds < _QUICK_S:
            return Portion(min(MOST_BYTES, self.bytes * 2))
        if seconds > _SLOW_S:
            return self.smaller()
        return self

    def smaller(self) -> Portion:
        """Half of it."""
        return Portion(max(LEAST_BYTES, self.bytes // 2))

    def events(self, each_bytes: float) -> int:
        """Events that may fit when one weighs so much."""
        return min(MOST_EVENTS, int(self.bytes / max(each_bytes, LEAST_EVENT_BYTES)) + 8)

    @property
    def part(self) -> int:
        """Bytes of waveform chunks to send at once."""
        return min(PART_BYTES, self.bytes)


def weight_of(events: Sequence[ChainedEvent]) -> int:
    """What events weigh on the wire, about."""
    return sum(len(event.body) + ENVELOPE_BYTES for event in events)


def portioned(page: Sequence[ChainedEvent], limit: int, size: int) -> tuple[ChainedEvent, ...]:
    """The first events up to ``limit`` that weigh no more than ``size`` together; at least one."""
    taken: list[ChainedEvent] = []
    for event in page:
        size -= len(event.body) + ENVELOPE_BYTES
        if event.seq > limit or (taken and size < 0):
            break
        taken.append(event)
    return tuple(taken)
