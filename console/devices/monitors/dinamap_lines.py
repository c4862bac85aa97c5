"""Commands and answers of the DINAMAP PRO / CARESCAPE V100 host port.

A unit id (a blank), two letters, parameters, two check characters, CR. The check is
``s = sum(byte - 1Fh)`` over everything before it, written as ``chr(20h + (s >> 6 & 3Fh))`` and
``chr(20h + (s & 3Fh))``; worked out from the command strings four public drivers agree on, all eight of
which it reproduces. GE "Host Communications Reference Manual" 2010566 is the source of the layouts.
"""

from __future__ import annotations

from dataclasses import dataclass

from console.devices.decoding import RefusedFrame
from console.devices.monitors.line_framer import BadLine, LineFramer

UNIT = " "


def check_of(text: str) -> str:
    """The two check characters of a command or an answer."""
    total = sum(ord(character) - 0x1F for character in text)
    return chr(0x20 + (total >> 6 & 0x3F)) + chr(0x20 + (total & 0x3F))


def command(letters: str, parameters: str = "") -> bytes:
    """A command as it travels, behind a CR that ends whatever was half sent before."""
    text = UNIT + letters + parameters
    return f"\r{text}{check_of(text)}\r".encode("ascii")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer whose check agreed.

    Attributes:
        offset: Byte of the stream at which it starts.
        text: The line without its check, unit id included: indices are those of the manual.
    """

    offset: int
    text: str

    @property
    def letters(self) -> str:
        """Which command it answers."""
        return self.text[1:3]


class Answers:
    """Cuts checked answers out of a byte stream.

    Attributes:
        bad: Lines refused.
        refused: The latest of them.
    """

    def __init__(self, *, from_start: bool = False) -> None:
        self._lines = LineFramer(from_start=from_start)
        self.bad = 0
        self.refused: list[RefusedFrame] = []

    @property
    def held_bytes(self) -> int:
        """Bytes waiting for the rest of their line."""
        return self._lines.held_bytes

    def feed(self, data: bytes) -> list[Answer]:
        """Add bytes; the answers they complete."""
        found = []
        for line in self._lines.feed(data):
            if isinstance(line, BadLine):
                self._refuse(line.offset, line.reason)
            elif len(line.text) < 5 or not line.text.startswith(UNIT):
                self._refuse(line.offset, "no answer of a DINAMAP")
            elif check_of(line.text[:-2]) != line.text[-2:]:
                self._refuse(line.offset, "its check characters do not agree")
            else:
                found.append(Answer(line.offset, line.text[:-2]))
        return found

    def _refuse(self, offset: int, reason: str) -> None:
        self.bad += 1
        self.refused.append(RefusedFrame(offset, reason))
        del self.refused[:-100]
