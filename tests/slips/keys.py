"""Slips of one finger on the keypad, and what the keypad makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from console.clinical.entry import Entry, EntryError, Field, Number, accept, press, release
from console.clock import ManualClock

PAD = ("789", "456", "123", "00.")
"""The keys as they lie on the screen; the zero is two keys wide."""
BETWEEN_KEYS_S = 0.2
DOWN_S = 0.05


class Slip(StrEnum):
    """What the finger did."""

    OMITTED = "a key left out"
    DOUBLED = "a key pressed twice"
    NEIGHBOUR = "the key beside it"
    EXTRA = "the key beside it as well"
    SWAPPED = "two keys swapped"
    POINT_DROPPED = "the point left out"
    POINT_MOVED = "the point one place off"


@dataclass(frozen=True, slots=True)
class Slipped:
    """The keys that were really pressed."""

    slip: Slip
    keys: str


def neighbours() -> dict[str, str]:
    """The keys that touch a key, corners included."""
    places = {(row, column): key for row, keys in enumerate(PAD) for column, key in enumerate(keys)}
    found: dict[str, set[str]] = {}
    for (row, column), key in places.items():
        around = {
            places.get((row + down, column + right), key) for down in (-1, 0, 1) for right in (-1, 0, 1)
        }
        found[key] = (found.get(key, set()) | around) - {key}
    return {key: "".join(sorted(around)) for key, around in found.items()}


NEIGHBOURS = neighbours()


def slips(meant: str) -> Iterator[Slipped]:
    """Every slip of one finger while ``meant`` is typed; each sequence of keys once."""
    seen = {meant}
    for slipped in _all_slips(meant):
        if slipped.keys not in seen:
            seen.add(slipped.keys)
            yield slipped


def _all_slips(meant: str) -> Iterator[Slipped]:
    point = meant.find(".")
    if point >= 0:
        bare = meant.replace(".", "")
        yield Slipped(Slip.POINT_DROPPED, bare)
        for place in (point - 1, point + 1):
            if 0 <= place <= len(bare):
                yield Slipped(Slip.POINT_MOVED, f"{bare[:place]}.{bare[place:]}")
    for place, key in enumerate(meant):
        before, after = meant[:place], meant[place + 1 :]
        yield Slipped(Slip.OMITTED, before + after)
        yield Slipped(Slip.DOUBLED, before + key + key + after)
        for beside in NEIGHBOURS[key]:
            yield Slipped(Slip.NEIGHBOUR, before + beside + after)
            yield Slipped(Slip.EXTRA, before + key + beside + after)
            yield Slipped(Slip.EXTRA, before + beside + key + after)
    for place, (first, second) in enumerate(pairwise(meant)):
        yield Slipped(Slip.SWAPPED, meant[:place] + second + first + meant[place + 2 :])


def typed(keys: str, field: Field, pause_s: float = BETWEEN_KEYS_S) -> Number | None:
    """The figure the keypad takes for these keys, or None when it blocks.

    Args:
        keys: Pressed one after the other.
        field: What is being entered.
        pause_s: From the release of one key to the press of the next.
    """
    entry, clock = Entry(field), ManualClock()
    for key in keys:
        entry = press(entry, key, clock.advance(pause_s))
        entry = release(entry, key, clock.advance(DOWN_S))
    try:
        return accept(entry)
    except EntryError:
        return None
