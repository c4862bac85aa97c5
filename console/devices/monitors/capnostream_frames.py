"""Framing of the Capnostream 20 data port, both directions.

``85 | len | code | payload | chk``: len counts code and payload, chk is the exclusive or of len, code and
payload. Behind the marker every 85 travels as ``80 05`` and every 80 as ``80 00``, so a bare 85 always
begins a frame. Facts from two public implementations that agree; the maker's document was not readable.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import xor

from console.devices.decoding import RefusedFrame

MARK, ESCAPE = 0x85, 0x80
LONGEST = 255
MAX_BUFFER_BYTES = 2 * (LONGEST + 2)


@dataclass(frozen=True, slots=True)
class CapnoFrame:
    """One frame.

    Attributes:
        offset: Byte of the stream at which it starts.
        code: What kind of message it is.
        payload: Its content, unescaped.
    """

    offset: int
    code: int
    payload: bytes


def encode(code: int, payload: bytes = b"") -> bytes:
    """A frame as it travels."""
    body = bytes([1 + len(payload), code]) + payload
    body += bytes([reduce(xor, body)])
    return bytes([MARK]) + body.replace(b"\x80", b"\x80\x00").replace(b"\x85", b"\x80\x05")


class CapnoFrames:
    """Cuts frames out of a byte stream.

    Attributes:
        bad: Frames refused.
        refused: The latest of them.
    """

    def __init__(self) -> None:
        self.bad = 0
        self.refused: list[RefusedFrame] = []
        self._body = bytearray()
        self._escaped = False
        self._inside = False
        self._offset = 0
        self._start = 0

    @property
    def held_bytes(self) -> int:
        """Bytes of the unfinished frame."""
        return len(self._body)

    def feed(self, data: bytes) -> list[CapnoFrame]:
        """Add bytes; the frames they complete."""
        found = []
        for byte in data:
            frame = self._take(byte)
            self._offset += 1
            if frame is not None:
                found.append(frame)
        return found

    def _take(self, byte: int) -> CapnoFrame | None:
        if byte == MARK:
            if self._inside:
                self._refuse("cut short by the next frame")
            self._begin()
            return None
        if not self._inside:
            return None
        if self._escaped:
            self._escaped = False
            if byte not in (0x00, 0x05):
                self._refuse("an escape that stands for nothing")
                return None
            byte |= ESCAPE
        elif byte == ESCAPE:
            self._escaped = True
            return None
        self._body.append(byte)
        if self._body[0] == 0:
            self._refuse("a length of nothing")
            return None
        if len(self._body) < self._body[0] + 2:
            return None
        return self._finish()

    def _begin(self) -> None:
        self._body.clear()
        self._escaped = False
        self._inside = True
        self._start = self._offset

    def _finish(self) -> CapnoFrame | None:
        body = bytes(self._body)
        if reduce(xor, body[:-1]) != body[-1]:
            self._refuse("its check byte does not agree")
            return None
        self._inside = False
        self._body.clear()
        return CapnoFrame(self._start, body[1], body[2:-1])

    def _refuse(self, reason: str) -> None:
        self.bad += 1
        self.refused.append(RefusedFrame(self._start, reason))
        del self.refused[:-100]
        self._inside = False
        self._body.clear()
