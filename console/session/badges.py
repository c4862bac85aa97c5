"""Badges read by a keyboard wedge: they say who is there, and a PIN says that it is true."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

from console.session.events import Event, PersonChanged, PersonDeed

SHORTEST: Final = 4
LONGEST: Final = 64
FASTER_THAN_S: Final = 0.05
"""A reader types its characters closer together than this; a person does not (site default)."""


class BadgeText:
    """Characters from the keyboard, told apart by their speed: a reader's burst that ends with Enter."""

    def __init__(self) -> None:
        self._typed = ""
        self._last_s = float("-inf")

    def key(self, character: str, at_s: float) -> str:
        """Take one key at this second; the badge once it is complete, else empty.

        Args:
            character: What the key types; a line end for Enter.
            at_s: When, by a clock that only goes forward.
        """
        quick = at_s - self._last_s <= FASTER_THAN_S
        self._last_s = at_s
        if character in {"\r", "\n"}:
            typed, self._typed = self._typed, ""
            return typed if quick and SHORTEST <= len(typed) <= LONGEST else ""
        if not character.isprintable() or len(character) != 1:
            return ""
        self._typed = (self._typed if quick else "") + character
        self._typed = self._typed[: LONGEST + 1]
        return ""

    @property
    def reading(self) -> bool:
        """More came in a burst than a person types: what follows is no PIN."""
        return len(self._typed) > 1


def badge_digest(text: str) -> str:
    """What is kept of a badge: enough to recognise it, not to make another one."""
    return hashlib.sha256(b"infusion-console badge" + text.strip().encode()).hexdigest()[:32]


def badges_of(events: Iterable[Event]) -> dict[str, str]:
    """User id by badge digest; a badge belongs to whoever got it last, a person has the last one only."""
    owner: dict[str, str] = {}
    for event in events:
        if isinstance(event, PersonChanged) and event.deed is PersonDeed.NEW_BADGE:
            owner = {badge: who for badge, who in owner.items() if who != event.user_id}
            if event.badge:
                owner[event.badge] = event.user_id
    return owner
