"""Text lines out of a byte stream, for devices that print one line at a time."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST_LINE = 400
"""Bytes; a longer stretch without a line end is no line of any device spoken here."""

ENDS = b"\r\n"


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line.

    Attributes:
        text: Its characters without the line end.
        offset: Byte of the stream at which it starts.
    """

    text: str
    offset: int


@dataclass(frozen=True, slots=True)
class BadLine:
    """A stretch that is no text.

    Attributes:
        reason: What is wrong with it.
        offset: Byte of the stream at which it starts.
    """

    reason: str
    offset: int


class LineFramer:
    """Cuts lines at CR or LF, in any combination; empty lines are nothing.

    The first line is given only when its beginning was seen: after connecting in the middle of a line
    the rest of it would pass as a line of its own.
    """

    def __init__(self, *, from_start: bool = False) -> None:
        """``from_start``: the stream begins with the beginning of a line (a file)."""
        self._buffer = bytearray()
        self._offset = 0
        self._whole = from_start
        self._skipping = False

    @property
    def held_bytes(self) -> int:
        """Bytes waiting for the rest of their line."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[TextLine | BadLine]:
        """Add bytes; the lines they complete."""
        found: list[TextLine | BadLine] = []
        for byte in data:
            if byte in ENDS:
                line = self._finish()
                if line is not None:
                    found.append(line)
            elif len(self._buffer) >= LONGEST_LINE:
                found += self._give_up()
                self._offset += 1
            else:
                self._buffer.append(byte)
        return found

    def _give_up(self) -> list[TextLine | BadLine]:
        """Too long: said once, and what follows is skipped to the next line end."""
        said = not self._skipping
        self._skipping = True
        start = self._take()
        return [BadLine(f"more than {LONGEST_LINE} bytes without a line end", start)] if said else []

    def _finish(self) -> TextLine | BadLine | None:
        raw, skipping, whole = bytes(self._buffer), self._skipping, self._whole
        start = self._take()
        self._offset += 1
        self._skipping, self._whole = False, True
        if skipping or not raw:
            return None
        if not whole:
            return None
        if not raw.isascii() or not raw.decode("ascii").isprintable():
            return BadLine("bytes that are no text", start)
        return TextLine(raw.decode("ascii"), start)

    def _take(self) -> int:
        start = self._offset
        self._offset += len(self._buffer)
        self._buffer.clear()
        return start
