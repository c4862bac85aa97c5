"""Questions to an NE-1000 whose answers tell where in the stream of answers we are.

The pump answers in order and numbers nothing. An answer that resembles no other puts everything asked
before it behind us, provided that it cannot be the late answer to an earlier question of the same kind:
so no kind is asked again while an answer to it may still come. All are pure questions, which may be asked
of a pump that infuses (New Era NE-1000 manual #1200-01 section 10.5).
"""

from __future__ import annotations

import re

from console.clock import Instant

SHAPES = {
    "VER": re.compile(r"NE\d+.*V\d.*"),
    "DIR": re.compile(r"INF|WDR|REV"),
    "TRG": re.compile(r"[A-Z][A-Z2]"),
    "SAF": re.compile(r"\d{3}"),
    "PHN": re.compile(r"\d{2}"),
    "VOL": re.compile(r"[\d.]+(ML|UL)"),
    "LOC": re.compile(r"[01]"),
}
"""Each question with the form of its answer; the forms exclude each other."""


class Landmarks:
    """Remembers which questions may still be answered late."""

    def __init__(self, latest_s: float) -> None:
        """``latest_s``: how late an answer may come."""
        self._latest_s = latest_s
        self._missed_at: dict[str, Instant] = {}

    def free(self, now: Instant) -> str | None:
        """The first question to which no late answer can come; None when there is none."""
        for question in SHAPES:
            missed_at = self._missed_at.get(question)
            if missed_at is None or now.seconds_since(missed_at) > self._latest_s:
                return question
        return None

    def missed(self, text: str, at: Instant) -> None:
        """A question was not answered in time."""
        if text in SHAPES:
            self._missed_at[text] = at


def is_answer(question: str, data: str) -> bool:
    """Whether ``data`` has the form of an answer to ``question``."""
    return SHAPES[question].fullmatch(data) is not None
