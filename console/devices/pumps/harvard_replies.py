"""Replies of the Harvard Apparatus / KD Scientific pump chain: lines of text, then a prompt.

Each line begins with LF and ends with CR. The prompt tells the state (``:`` idle, ``>`` infusing, ``<``
withdrawing, ``*`` stalled, ``T*`` target reached) and ends with nothing, or with XON in polling mode. A pump
with an address other than 0 puts its two digits in front of lines (with a colon) and of the prompt (without).
Sources: Harvard Apparatus PHD Ultra manual 5419-002, Pump 33 DDS manual 5419-013, KD Scientific Legato 200
manual 5617-002.

There is no checksum: whoever uses a value asks for it twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from console.devices.decoding import RefusedFrame

LF, CR, XON = 0x0A, 0x0D, 0x11
LONGEST_LINE = 160
MOST_LINES = 40
MOST_REFUSED = 100


class Prompt(StrEnum):
    """What the pump does, as its prompt tells it."""

    IDLE = ":"
    INFUSING = ">"
    WITHDRAWING = "<"
    STALLED = "*"
    TARGET = "T*"


_PROMPT = re.compile(r"([0-9]{2})?:?(T\*|[:><*])")
_ADDRESSED = re.compile(r"([0-9]{2}):(.*)")
_ERROR = re.compile(r"error|unknown command|out of range", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply, from its first line to its prompt.

    Attributes:
        offset: Byte of the stream at which it starts.
        prompt: The pump's state.
        lines: What it says before, without addresses.
        address: Of the pump, None when it tells none.
        polled: It ends with XON, as in polling mode.
    """

    offset: int
    prompt: Prompt
    lines: tuple[str, ...] = ()
    address: int | None = None
    polled: bool = False

    @property
    def error(self) -> str:
        """What the pump objects, empty when it does not."""
        return " ".join(self.lines) if any(map(_ERROR.search, self.lines)) else ""


class HarvardReplies:
    """Cuts replies out of a byte stream, in bounded memory.

    Attributes:
        bad: Replies refused.
        refused: The latest of them.
    """

    def __init__(self) -> None:
        self.bad = 0
        self.refused: list[RefusedFrame] = []
        self._line = bytearray()
        self._lines: list[str] = []
        self._address: int | None = None
        self._spoiled = ""
        self._start = 0
        self._offset = 0

    @property
    def fed_bytes(self) -> int:
        """Bytes fed so far."""
        return self._offset

    @property
    def held_bytes(self) -> int:
        """Characters waiting for their prompt."""
        return len(self._line) + sum(map(len, self._lines))

    def feed(self, data: bytes) -> list[Reply]:
        """Add bytes; the replies they complete."""
        found = []
        for byte in data:
            if not self.held_bytes:
                self._start = self._offset
            self._offset += 1
            if byte in (LF, CR, XON):
                reply = self._end_line(polled=byte == XON)
                if reply is not None:
                    found.append(reply)
            elif len(self._line) >= LONGEST_LINE:
                self._spoil(f"more than {LONGEST_LINE} characters in a line")
            elif 0x20 <= byte < 0x7F:
                self._line.append(byte)
            else:
                self._spoil("a character that no pump sends")
        return found

    def quiet(self) -> Reply | None:
        """Nothing more comes for now: a prompt that stands at the end is one."""
        text = self._line.decode("ascii").strip()
        return self._end_line() if _PROMPT.fullmatch(text) else None

    def _end_line(self, *, polled: bool = False) -> Reply | None:
        text, self._line = self._line.decode("ascii").strip(), bytearray()
        if not text:
            return None
        prompt = _PROMPT.fullmatch(text)
        if prompt is None:
            addressed = _ADDRESSED.fullmatch(text)
            if addressed is not None:
                text = addressed[2].strip()
                self._note_address(int(addressed[1]))
            self._lines.append(text)
            if len(self._lines) > MOST_LINES:
                self._spoil(f"more than {MOST_LINES} lines")
            return None
        if prompt[1] is not None:
            self._note_address(int(prompt[1]))
        reply = Reply(self._start, Prompt(prompt[2]), tuple(self._lines), self._address, polled)
        spoiled, self._spoiled = self._spoiled, ""
        self._lines, self._address = [], None
        if not spoiled:
            return reply
        self.bad += 1
        self.refused.append(RefusedFrame(reply.offset, spoiled))
        del self.refused[:-MOST_REFUSED]
        return None

    def _note_address(self, address: int) -> None:
        if self._address is not None and self._address != address:
            self._spoil("two pumps in one reply")
        self._address = address

    def _spoil(self, reason: str) -> None:
        self._spoiled = self._spoiled or reason
        self._line, self._lines = bytearray(), []
