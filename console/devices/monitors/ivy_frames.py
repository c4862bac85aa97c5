"""Messages of the Ivy 450C on its ANSAR-B port: one a second, samples and text between FF and FE.

``FF | "ANSAR-B " | 400 sample bytes | CR lines | FE``. Samples: ECG 200 at 200 Hz (zero at 100, 0.02 mV a
step), then respiration, pleth (zero at 86), P1 and P2, 50 each at 50 Hz. The layout follows a licensed
recording of a monitor and a public implementation that reads it; there is no checksum, so a message
counts only when every line has its form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from console.devices.decoding import RefusedFrame

START, END = 0xFF, 0xFE
TITLE = b"\xffANSAR-B "
SAMPLE_BYTES = 400
ECG_SAMPLES, SLOW_SAMPLES = 200, 50
ECG_RATE_HZ, SLOW_RATE_HZ = 200.0, 50.0
LONGEST_TEXT = 600
MAX_BUFFER_BYTES = 4096

FIELD = re.compile(r"([A-Z][A-Z0-9]{1,5})=(\d);([^=;]*(?:;[^=;]*|;PR=[^;]*)*)")


@dataclass(frozen=True, slots=True)
class IvyMessage:
    """One message.

    Attributes:
        offset: Byte of the stream at which it starts.
        samples: The 400 sample bytes.
        fields: Of each line, its name, status digit and the parts after it.
    """

    offset: int
    samples: bytes
    fields: dict[str, tuple[int, tuple[str, ...]]]


class IvyFrames:
    """Cuts messages out of a byte stream: split, glued or behind garbage."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._offset = 0
        self.refused: list[RefusedFrame] = []
        self.bad = 0

    @property
    def held_bytes(self) -> int:
        """Bytes waiting for the rest of their message."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[IvyMessage]:
        """Add bytes; the messages they complete."""
        found = []
        for start in range(0, len(data), MAX_BUFFER_BYTES // 4):
            self._buffer += data[start : start + MAX_BUFFER_BYTES // 4]
            found += self._cut()
        return found

    def _cut(self) -> list[IvyMessage]:
        found: list[IvyMessage] = []
        while True:
            start = self._buffer.find(TITLE)
            if start < 0:
                self._drop(max(0, len(self._buffer) - len(TITLE) + 1))
                return found
            self._drop(start)
            text_at = len(TITLE) + SAMPLE_BYTES
            end = self._buffer.find(END, text_at, text_at + LONGEST_TEXT)
            if end < 0:
                if len(self._buffer) < text_at + LONGEST_TEXT:
                    return found
                self._refuse("no end of its text")
                continue
            message = self._message(bytes(self._buffer[text_at:end]), text_at)
            if message is None:
                self._refuse("text that is no list of fields")
                continue
            found.append(message)
            self._drop(end + 1)

    def _message(self, text: bytes, text_at: int) -> IvyMessage | None:
        if not text.isascii():
            return None
        fields: dict[str, tuple[int, tuple[str, ...]]] = {}
        for line in text.decode("ascii").split("\r"):
            if not line:
                continue
            match = FIELD.fullmatch(line)
            if match is None or match[1] in fields or not line.isprintable():
                return None
            fields[match[1]] = (int(match[2]), tuple(part.strip() for part in match[3].split(";")))
        if not fields:
            return None
        samples = bytes(self._buffer[len(TITLE) : text_at])
        return IvyMessage(self._offset, samples, fields)

    def _refuse(self, reason: str) -> None:
        self.bad += 1
        self.refused.append(RefusedFrame(self._offset, reason))
        del self.refused[:-100]
        self._drop(1)

    def _drop(self, count: int) -> None:
        del self._buffer[:count]
        self._offset += count
