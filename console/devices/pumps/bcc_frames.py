"""Framing of the B. Braun Space data port (BCC), both directions.

``SOH LLLLL STX bed/1/1>message ETX CCCCC EOT``: L is the length of the whole frame before stuffing, C the
sum of all bytes from SOH to ETX, modulo 256, both five decimal digits. ETB instead of ETX: more blocks
follow. A port may stuff characters: d as ``ex``, e as ``ee``, D as ``EX``, E as ``EE``. Facts from a public
client under the MIT licence; the maker gives the specification on request.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from console.devices.decoding import RefusedFrame

SOH, STX, ETX, ETB, EOT = 0x01, 0x02, 0x03, 0x17, 0x04
RS = "\x1e"
ACK, NAK = b"\x06", b"\x15"
LONGEST = 8192
OVERHEAD = 1 + 5 + 1 + 1 + 5 + 1

STUFFED = re.compile(r"e[xe]|E[XE]")
UNSTUFFED = {"ex": "d", "ee": "e", "EX": "D", "EE": "E"}


@dataclass(frozen=True, slots=True)
class BccFrame:
    """One frame whose length and sum agree.

    Attributes:
        offset: Byte of the stream at which it starts.
        text: Everything between STX and ETX: bed, message.
        more: Further blocks of the same message follow.
    """

    offset: int
    text: str
    more: bool

    @property
    def message(self) -> str:
        """Without the bed."""
        return self.text.partition(">")[2]


def encode(text: str, bed: str = "1/1/1") -> bytes:
    """A request as it travels, without stuffing."""
    body = f"{bed}>{text}".encode("ascii")
    head = bytes([SOH]) + b"%05d" % (len(body) + OVERHEAD) + bytes([STX]) + body + bytes([ETX])
    return head + b"%05d" % (sum(head) % 256) + bytes([EOT])


class BccFrames:
    """Cuts frames out of a byte stream.

    Attributes:
        bad: Frames refused.
        refused: The latest of them.
    """

    def __init__(self) -> None:
        self.bad = 0
        self.refused: list[RefusedFrame] = []
        self._buffer = bytearray()
        self._offset = 0

    @property
    def held_bytes(self) -> int:
        """Bytes waiting for the rest of their frame."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[BccFrame]:
        """Add bytes; the frames they complete."""
        found = []
        for start in range(0, len(data), LONGEST // 2):
            self._buffer += data[start : start + LONGEST // 2]
            found += self._cut()
        return found

    def _cut(self) -> list[BccFrame]:
        found: list[BccFrame] = []
        while True:
            start = self._buffer.find(SOH)
            self._drop(len(self._buffer) if start < 0 else start)
            end = self._buffer.find(EOT)
            again = self._buffer.find(SOH, 1)
            if again > 0 and (end < 0 or again < end):
                self._refuse("cut short by the next frame", again)
            elif end < 0:
                if len(self._buffer) > LONGEST:
                    self._refuse(f"more than {LONGEST} bytes without an end", 1)
                    continue
                return found
            else:
                frame = self._frame(bytes(self._buffer[: end + 1]))
                if frame is None:
                    self._refuse("its length or its sum does not agree", end + 1)
                else:
                    found.append(frame)
                    self._drop(end + 1)

    def _frame(self, raw: bytes) -> BccFrame | None:
        if not raw.isascii():
            return None
        plain = STUFFED.sub(lambda match: UNSTUFFED[match[0]], raw.decode("ascii")).encode("ascii")
        for whole in (raw, plain):
            if len(whole) < OVERHEAD or whole[6] != STX or whole[-7] not in (ETX, ETB):
                continue
            length, checked = whole[1:6], whole[-6:-1]
            if not (length.isdigit() and checked.isdigit()):
                continue
            if int(length) == len(whole) and int(checked) == sum(whole[:-6]) % 256:
                return BccFrame(self._offset, whole[7:-7].decode("ascii"), whole[-7] == ETB)
        return None

    def _refuse(self, reason: str, count: int) -> None:
        self.bad += 1
        self.refused.append(RefusedFrame(self._offset, reason))
        del self.refused[:-100]
        self._drop(count)

    def _drop(self, count: int) -> None:
        del self._buffer[:count]
        self._offset += count
