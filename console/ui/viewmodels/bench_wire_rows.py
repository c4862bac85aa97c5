"""The bytes of a port as rows that grow: what they mean stands beside them, whatever piece they came in."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from msgspec.structs import replace

from console.devices.bench.wire_log import WireLine
from console.devices.bench.wire_view import WireRow, matching, wire_rows
from console.devices.capture import Direction

APART: Final = "; "
"""Between the meanings of one line."""
KEPT: Final = 20_000
"""Rows in the window; the captures on disk hold the working day."""
AGAIN_BYTES: Final = 3_000
"""Bytes before the new ones that are decoded with them: more than twice the longest frame of any device."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows are shown.

    Attributes:
        needle: Bytes in hexadecimal, characters, or words of the meaning.
        sent: Those sent.
        received: Those received.
    """

    needle: str = ""
    sent: bool = True
    received: bool = True


@dataclass(slots=True)
class WireRows:
    """All rows of one port that are kept.

    Attributes:
        device: Driver by which bytes are understood.
        last: Number of the last line.
        missed: Lines that were let go before this window saw them.
        mended: Earlier rows whose meaning became known with the newest lines.
    """

    device: str
    last: int = 0
    missed: int = 0
    mended: tuple[WireRow, ...] = ()
    lines: deque[WireLine] = field(default_factory=lambda: deque(maxlen=KEPT))
    rows: deque[WireRow] = field(default_factory=lambda: deque(maxlen=KEPT))

    def add(self, fresh: Sequence[WireLine]) -> tuple[WireRow, ...]:
        """Take new lines; returns their rows."""
        fresh = [line for line in fresh if line.number > self.last]
        if not fresh:
            return ()
        if self.last:
            self.missed += fresh[0].number - self.last - 1
        self.last = fresh[-1].number
        before = self._before()
        rows = wire_rows(self.device, (*before, *fresh))
        made = rows[len(before) :]
        self.mended = self._mend(rows[: len(before)])
        self.lines.extend(fresh)
        self.rows.extend(made)
        return made

    def shown(self, wanted: Filter) -> list[WireRow]:
        """The kept rows that pass a filter, oldest first."""
        return list(passing(tuple(self.lines), tuple(self.rows), wanted))

    def fresh_shown(self, made: Sequence[WireRow], wanted: Filter) -> tuple[WireRow, ...]:
        """Those of the newest rows that pass a filter."""
        count = len(made)
        if not count:
            return ()
        newest = [self.lines[place] for place in range(len(self.lines) - count, len(self.lines))]
        return passing(newest, made, wanted)

    def _mend(self, again: Sequence[WireRow]) -> tuple[WireRow, ...]:
        """A message that was cut in two stands beside its first piece, with what stood there before.

        The first line decoded again may begin in the middle of a message and is not believed.
        """
        told = {row.number: row.meaning for row in again[1:] if row.meaning}
        if again and len(again) == len(self.rows):
            told[again[0].number] = again[0].meaning
        found = []
        for place in range(len(self.rows) - 1, -1, -1):
            if not told or self.rows[place].number < min(told):
                break
            row = self.rows[place]
            meaning = _both(row.meaning, told.pop(row.number, ""))
            if meaning != row.meaning:
                self.rows[place] = replace(row, meaning=meaning)
                found.append(self.rows[place])
        return tuple(found)

    def _before(self) -> tuple[WireLine, ...]:
        found: deque[WireLine] = deque()
        size = 0
        for line in reversed(self.lines):
            if line.direction is Direction.RECEIVED:
                size += len(line.data)
                found.appendleft(line)
            if size >= AGAIN_BYTES:
                break
        return tuple(found)


def _both(known: str, fresh: str) -> str:
    """Two meanings of one line, each part once."""
    parts = [part for words in (known, fresh) for part in words.split(APART) if part]
    return APART.join(dict.fromkeys(parts))


def passing(lines: Sequence[WireLine], rows: Sequence[WireRow], wanted: Filter) -> tuple[WireRow, ...]:
    """Rows that pass a filter."""
    found: Sequence[WireRow] = rows
    if wanted.needle.strip():
        found = matching(lines, rows, wanted.needle)
    return tuple(row for row in found if (wanted.sent if row.sent else wanted.received))
