"""Frames of the Datex-Ohmeda record interface: flags, escapes, checksum.

Source: GE "S/5 Computer Interface Specification" M1017617, 12th edition. A frame is
``7E | record | checksum | 7E``; the checksum is the 8-bit sum of the record before escaping and is
escaped like every other byte; ``7D x`` stands for ``x`` with bit 5 set. One or two flags stand
between frames, so every flag both ends a frame and starts the next: a lost flag or a damaged frame
costs that frame alone.
"""

from __future__ import annotations

from dataclasses import dataclass

FLAG = 0x7E
ESCAPE = 0x7D
ESCAPE_BIT = 0x20

HEADER_BYTES = 40
MAX_DATA_BYTES = 1450
"""Largest data part of one record (M1017617)."""

MAX_RECORD_BYTES = HEADER_BYTES + MAX_DATA_BYTES
MAX_FRAME_BYTES = 2 * (MAX_RECORD_BYTES + 1)
"""A record of escapes alone with its checksum; nothing longer can become a good frame."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame whose checksum is right.

    Attributes:
        offset: Where it starts in the stream, counted from the first byte ever fed.
        record: The unescaped record without its checksum.
    """

    offset: int
    record: bytes


@dataclass(frozen=True, slots=True)
class BadFrame:
    """A stretch between two flags that is no frame.

    Attributes:
        offset: Where it starts in the stream.
        reason: What is wrong with it, for the technician.
    """

    offset: int
    reason: str


def checksum(record: bytes) -> int:
    """The 8-bit sum of the unescaped record."""
    return sum(record) & 0xFF


def encode_frame(record: bytes) -> bytes:
    """Wrap ``record`` for the wire."""
    body = bytearray()
    for byte in (*record, checksum(record)):
        if byte in (FLAG, ESCAPE):
            body += bytes((ESCAPE, byte & ~ESCAPE_BIT))
        else:
            body.append(byte)
    return b"\x7e" + bytes(body) + b"\x7e"


def unescape(body: bytes) -> bytes | None:
    """Undo the escapes of what stands between two flags; None when an escape stands for nothing."""
    first, *rest = body.split(b"\x7d")
    plain = bytearray(first)
    for part in rest:
        if not part or part[0] & ESCAPE_BIT:
            return None
        plain.append(part[0] | ESCAPE_BIT)
        plain += part[1:]
    return bytes(plain)


def decode_body(offset: int, body: bytes) -> Frame | BadFrame:
    """Judge what stands between two flags."""
    plain = unescape(body)
    if plain is None:
        return BadFrame(offset, "an escape byte stands for nothing")
    if len(plain) <= HEADER_BYTES:
        return BadFrame(offset, f"{len(plain)} bytes are too few for a record")
    if len(plain) > MAX_RECORD_BYTES + 1:
        return BadFrame(offset, f"{len(plain)} bytes are too many for a record")
    record = plain[:-1]
    if checksum(record) != plain[-1]:
        return BadFrame(offset, "the checksum is wrong")
    return Frame(offset, record)


class FrameReader:
    """Finds frames in a stream that arrives in pieces of any size.

    Never raises on any input and never holds more than :data:`MAX_FRAME_BYTES`.

    Attributes:
        noise_bytes: Bytes seen before the first flag; they belong to no frame.
    """

    def __init__(self) -> None:
        self.noise_bytes = 0
        self._position = 0
        self._pending = bytearray()
        self._start: int | None = None
        self._overlong = False

    @property
    def unfinished_bytes(self) -> int:
        """Bytes of a frame that has not ended yet."""
        return len(self._pending)

    def feed(self, data: bytes) -> list[Frame | BadFrame]:
        """Take ``data`` and return what it completed, in order."""
        found: list[Frame | BadFrame] = []
        first, *rest = data.split(b"\x7e")
        self._take(first)
        for piece in rest:
            ended = self._end()
            if ended is not None:
                found.append(ended)
            self._start = self._position
            self._position += 1
            self._take(piece)
        return found

    def _take(self, piece: bytes) -> None:
        self._position += len(piece)
        if self._start is None:
            self.noise_bytes += len(piece)
        elif not self._overlong:
            self._overlong = len(self._pending) + len(piece) > MAX_FRAME_BYTES
            if self._overlong:
                self._pending.clear()
            else:
                self._pending += piece

    def _end(self) -> Frame | BadFrame | None:
        """What the flag just met has ended; None when there was nothing."""
        if self._start is None:
            return None
        body = bytes(self._pending)
        self._pending.clear()
        if self._overlong:
            self._overlong = False
            return BadFrame(self._start, f"more than {MAX_FRAME_BYTES} bytes without an end")
        return decode_body(self._start, body) if body else None
