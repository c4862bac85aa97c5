"""Frames of the Alaris Asena family: ``!`` fields joined by ``^``, ``|``, CRC, CR.

The CRC is CRC-16/CCITT-FALSE (polynomial 0x1021, start 0xFFFF) over the text between ``!`` and ``|``, four
upper-case hexadecimal digits. ESC aborts a frame. Facts from captured dialogues in the OpenICE project
(mdpnp, Asena and SingleSimAlaris) and from infupy 2022.1.11; the maker's document 1000PB01088 is not public.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass

from console.devices.decoding import RefusedFrame

BEGIN, END, ESC = 0x21, 0x0D, 0x1B
LONGEST = 512
CRC_DIGITS = 4
MOST_REFUSED = 100


def checksum(text: str) -> str:
    """The CRC of ``text`` as it is written on the line."""
    return f"{binascii.crc_hqx(text.encode('ascii'), 0xFFFF):04X}"


def encode(*fields: str) -> bytes:
    """A frame of these fields."""
    text = "^".join(fields)
    return f"!{text}|{checksum(text)}\r".encode("ascii")


def pass_code(serial: str) -> str:
    """The code with which control is asked for: the CRC of the serial number's text.

    Reproduced for both serial numbers of the captured dialogues.
    """
    return checksum(serial)


@dataclass(frozen=True, slots=True)
class AlarisFrame:
    """One frame whose CRC agrees.

    Attributes:
        offset: Byte of the stream at which it starts.
        text: Everything between ``!`` and ``|``.
    """

    offset: int
    text: str

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields, the command's name first."""
        return tuple(self.text.split("^"))

    @property
    def name(self) -> str:
        """What it answers."""
        return self.fields[0]


class AlarisFrames:
    """Cuts frames out of a byte stream, one byte at a time, in bounded memory.

    Attributes:
        bad: Frames refused.
        noise: Bytes that belonged to no frame.
        refused: The latest refused frames.
    """

    def __init__(self) -> None:
        self.bad = 0
        self.noise = 0
        self.refused: list[RefusedFrame] = []
        self._frame: bytearray | None = None
        self._start = 0
        self._offset = 0

    @property
    def fed_bytes(self) -> int:
        """Bytes fed so far."""
        return self._offset

    @property
    def held_bytes(self) -> int:
        """Bytes waiting for the rest of their frame."""
        return 0 if self._frame is None else len(self._frame) + 1

    def feed(self, data: bytes) -> list[AlarisFrame]:
        """Add bytes; the frames they complete."""
        found = []
        for byte in data:
            frame = self._take(byte)
            if frame is not None:
                found.append(frame)
            self._offset += 1
        return found

    def _take(self, byte: int) -> AlarisFrame | None:
        frame = self._frame
        if byte == BEGIN:
            if frame is not None:
                self._refuse("cut short by the next frame")
            self._frame, self._start = bytearray(), self._offset
        elif frame is None:
            self.noise += byte not in b"\r\n\x1b"
        elif byte == ESC:
            self._refuse("given up by its sender")
        elif byte == END:
            return self._whole(bytes(frame))
        elif len(frame) >= LONGEST:
            self._refuse(f"more than {LONGEST} bytes without an end")
        else:
            frame.append(byte)
        return None

    def _whole(self, raw: bytes) -> AlarisFrame | None:
        body, bar, crc = raw.rpartition(b"|")
        if not bar or len(crc) != CRC_DIGITS or not all(0x20 <= byte < 0x7F for byte in raw):
            self._refuse("it has no checksum")
            return None
        text = body.decode("ascii")
        if checksum(text) != crc.decode("ascii"):
            self._refuse("its checksum does not agree")
            return None
        self._frame = None
        return AlarisFrame(self._start, text)

    def _refuse(self, reason: str) -> None:
        self.bad += 1
        self.refused.append(RefusedFrame(self._start, reason))
        del self.refused[:-MOST_REFUSED]
        self._frame = None
