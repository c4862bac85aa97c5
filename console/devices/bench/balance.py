"""Weights from a balance: lines it prints on a serial port, or a file of seconds and grams.

Balances of most makers print one weight a line, with a sign, a unit and words about stability around it
(Mettler SICS ``S S     12.345 g``, A&D and others ``ST,+0012.345  g``, Sartorius ``+    12.345 g``). While a
pump delivers, no weight is stable, so one that is not counts as well. A line without a weight, such as
that of an overload, is passed over and counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from console.clinical.accuracy import NotMeasured, Weighing
from console.clock import Instant

WEIGHT: Final = re.compile(
    r"(?:[A-Za-z]{1,3}[ ,]+){0,3}(?P<sign>[+-]?)\s*(?P<figure>\d{1,6}(?:\.\d{1,5})?)"
    r"\s*(?P<unit>kg|mg|g)?\s*[?]?"
)
GRAMS: Final = {"g": 1.0, "kg": 1000.0, "mg": 0.001, None: 1.0, "": 1.0}
LONGEST_LINE: Final = 64
MOST_LINES: Final = 200_000


def grams_of(line: str) -> float | None:
    """The weight a line tells; None when it tells none."""
    found = WEIGHT.fullmatch(line.strip())
    if found is None:
        return None
    grams = float(found["figure"]) * GRAMS[found["unit"]]
    return -grams if found["sign"] == "-" else grams


class BalanceReader:
    """Turns a balance's bytes into weighings, in bounded memory.

    Attributes:
        weighings: What was weighed so far; seconds since the first byte.
        passed_over: Lines without a weight.
    """

    def __init__(self) -> None:
        self.weighings: list[Weighing] = []
        self.passed_over = 0
        self._began: Instant | None = None
        self._held = b""

    def feed(self, data: bytes, at: Instant) -> None:
        """Add bytes that arrived ``at``."""
        if not data:
            return
        self._began = at if self._began is None else self._began
        *lines, self._held = re.split(rb"[\r\n]+", self._held + data)
        self._held = self._held[-LONGEST_LINE:]
        for line in lines:
            if line.strip():
                self._take(line.decode("ascii", "replace"), at.seconds_since(self._began))

    def _take(self, line: str, at_s: float) -> None:
        grams = grams_of(line)
        if grams is None or len(self.weighings) >= MOST_LINES:
            self.passed_over += 1
        elif self.weighings and at_s <= self.weighings[-1].at_s:
            # Two lines that came in one piece: the later one is the weight now.
            self.weighings[-1] = Weighing(self.weighings[-1].at_s, grams)
        else:
            self.weighings.append(Weighing(at_s, grams))


def weighings_of(lines: Iterable[str]) -> tuple[Weighing, ...]:
    """The weighings of a file: seconds and grams on each line, parted by comma, semicolon or tab.

    A first line of headings is passed over; with semicolons or tabs a decimal comma is understood.

    Raises:
        NotMeasured: a line is not of this form; the text names it.
    """
    found = []
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text:
            continue
        parts = _parts(text)
        try:
            at_s, grams = (float(part) for part in parts)
        except ValueError as error:
            if number == 1 and not any(character.isdigit() for character in parts[0]):
                continue
            raise NotMeasured(
                f"Line {number} is not seconds and grams: {text[:40]}. Write 12.5,3.402 on each line."
            ) from error
        found.append(Weighing(at_s, grams))
    return tuple(found)


def _parts(text: str) -> list[str]:
    for mark in (";", "\t"):
        if mark in text:
            return [part.strip().replace(",", ".") for part in text.split(mark)]
    return [part.strip() for part in text.split(",")]
