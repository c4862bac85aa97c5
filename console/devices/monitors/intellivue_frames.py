"""Serial framing of Philips IntelliVue Data Export, both directions.

``C0 | 11 | 01 | length u16 | message | FCS u16 little-endian | C1``; between the flags the bytes C0, C1 and
7D travel as 7D and the byte with bit 5 turned over. The FCS is CRC-16/X-25 over header and message before
the escapes. Facts from public implementations of the Philips "Data Export Interface Programming Guide"
4535 642 59271 (mdpnp, BSD-2; patient-monitor-datalogger, MIT). On UDP the bare message travels.
"""

from __future__ import annotations

from dataclasses import dataclass

from console.devices.decoding import RefusedFrame

BEGIN, END, ESCAPE, TURN = 0xC0, 0xC1, 0x7D, 0x20
DATA_EXPORT, MESSAGE_TYPE = 0x11, 0x01
HEADER_BYTES, FCS_BYTES = 4, 2
LONGEST_MESSAGE = 1500
"""More than the largest message of either transport (1000 bytes serial, 1364 on the network)."""
MAX_BUFFER_BYTES = HEADER_BYTES + LONGEST_MESSAGE + FCS_BYTES


def _row(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (0x8408 if byte & 1 else 0)
    return byte


_TABLE = tuple(_row(byte) for byte in range(256))


def fcs(data: bytes) -> int:
    """CRC-16/X-25: reflected polynomial 8408, begun with FFFF, turned over at the end."""
    value = 0xFFFF
    for byte in data:
        value = value >> 8 ^ _TABLE[(value ^ byte) & 0xFF]
    return value ^ 0xFFFF


def encode(message: bytes) -> bytes:
    """A message as it travels on the serial line."""
    body = bytes([DATA_EXPORT, MESSAGE_TYPE]) + len(message).to_bytes(2, "big") + message
    return wrap(body)


def wrap(body: bytes) -> bytes:
    """Flags, escapes and the FCS around ``body``."""
    body += fcs(body).to_bytes(FCS_BYTES, "little")
    for byte in (ESCAPE, BEGIN, END):
        body = body.replace(bytes([byte]), bytes([ESCAPE, byte ^ TURN]))
    return bytes([BEGIN]) + body + bytes([END])


@dataclass(frozen=True, slots=True)
class IvFrame:
    """One good frame.

    Attributes:
        offset: Byte of the stream at which it starts.
        message: What it carries, unescaped.
    """

    offset: int
    message: bytes


class IvFrames:
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

    def feed(self, data: bytes) -> list[IvFrame]:
        """Add bytes; the frames they complete."""
        found = []
        for byte in data:
            frame = self._take(byte)
            self._offset += 1
            if frame is not None:
                found.append(frame)
        return found

    def _take(self, byte: int) -> IvFrame | None:
        if byte == BEGIN:
            if self._inside and self._body:
                self.refuse(self._start, "cut short by the next frame")
            self._body.clear()
            self._inside, self._escaped, self._start = True, False, self._offset
            return None
        if not self._inside:
            return None
        if byte == END:
            return self._finish()
        if self._escaped:
            self._escaped = False
            byte ^= TURN
        elif byte == ESCAPE:
            self._escaped = True
            return None
        if len(self._body) >= MAX_BUFFER_BYTES:
            self._give_up("longer than any message")
            return None
        self._body.append(byte)
        return None

    def _finish(self) -> IvFrame | None:
        body, escaped = bytes(self._body), self._escaped
        self._inside = self._escaped = False
        self._body.clear()
        if escaped:
            self.refuse(self._start, "given up by its sender")
            return None
        if not body:
            return None
        covered, check = body[:-FCS_BYTES], body[-FCS_BYTES:]
        if len(body) < HEADER_BYTES + FCS_BYTES or fcs(covered) != int.from_bytes(check, "little"):
            self.refuse(self._start, "its check sum does not agree")
        elif covered[0] != DATA_EXPORT or covered[1] != MESSAGE_TYPE:
            self.refuse(self._start, f"protocol {covered[0]:02X} type {covered[1]:02X} is not data export")
        elif int.from_bytes(covered[2:4], "big") != len(covered) - HEADER_BYTES:
            self.refuse(self._start, "its length does not agree")
        else:
            return IvFrame(self._start, covered[HEADER_BYTES:])
        return None

    def _give_up(self, reason: str) -> None:
        self.refuse(self._start, reason)
        self._inside = self._escaped = False
        self._body.clear()

    def refuse(self, offset: int, reason: str) -> None:
        """Count a frame as bad; also for one whose content turns out to be impossible."""
        self.bad += 1
        self.refused.append(RefusedFrame(offset, reason))
        del self.refused[:-100]
