"""One input through one parser, with its processor time."""

from __future__ import annotations

import random
from dataclasses import dataclass
from time import thread_time
from typing import Final

from tests.fuzz.mutate import mutated
from tests.fuzz.targets import Target

LONGEST_S: Final = 0.050
"""Processor time no input may take (SER-05)."""
TRIES: Final = 3
"""A busy machine's caches may spoil one measurement, not three."""


class TooSlow(AssertionError):
    """An input held a parser for longer than it may."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run of many inputs showed."""

    inputs: int
    slowest_s: float
    total_s: float


def once(target: Target, data: bytes) -> float:
    """Read ``data``; the seconds of processor time it took.

    Raises:
        TooSlow: it took longer than any input may, each time.
        Exception: the parser raised what it does not promise.
    """
    shortest = float("inf")
    for _ in range(TRIES):
        began = thread_time()
        target.run(data)
        shortest = min(shortest, thread_time() - began)
        if shortest <= LONGEST_S:
            return shortest
    raise TooSlow(f"{target.name} took {shortest * 1000:.0f} ms for {len(data)} bytes: {data[:80]!r}")


def many(target: Target, inputs: int, seed: int) -> Ran:
    """Read the seeds, then ``inputs`` inputs made from them; the same seed gives the same inputs.

    Raises:
        Exception: see :func:`once`.
    """
    chance = random.Random(seed)
    taken = [once(target, data) for data in target.seeds]
    for _ in range(inputs):
        data = mutated(chance, target.seeds)
        try:
            taken.append(once(target, data))
        except Exception as error:
            error.add_note(f"{target.name}, input {data!r}")
            raise
    return Ran(len(taken), max(taken), sum(taken))
