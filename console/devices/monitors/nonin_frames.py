"""Nonin data formats 2 and 7: 75 five-byte frames a second, 25 of them a packet, each with a sum.

Source: the OEM III / Xpod data formats as public implementations with full-packet tests read them.
Format 2: ``01 | status | pleth | data | sum``; format 7: ``status | pleth high | pleth low | data | sum``,
the sum being that of the four bytes before it, modulo 256. Bit 0 of the status marks frame 1 of a packet.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

FRAME_BYTES = 5
FRAMES = 25
FRAME_RATE_HZ = 75.0
MAX_BUFFER_BYTES = 4096

ALWAYS, DISCONNECTED, ARTEFACT, OUT_OF_TRACK, SENSOR_ALARM, SYNC = 0x80, 0x40, 0x20, 0x10, 0x08, 0x01
PERFUSION = 0x06
RED_PERFUSION = 0x04
LOW_BATTERY = 0x01
NO_RATE = 511
NO_SATURATION = 127


class Format(Enum):
    """Which of the two framings."""

    TWO = "data format 2"
    SEVEN = "data format 7"


@dataclass(frozen=True, slots=True)
class NoninPacket:
    """Twenty-five good frames in a row.

    Attributes:
        offset: Byte of the stream at which it starts.
        pleth: One sample a frame, as sent: 0..255 in format 2, 0..65535 in format 7.
        status: All status bits that were set in any frame.
        worst_perfusion_red: Any frame says red perfusion.
        heart_rate: 4-beat average, None when there is none.
        saturation: 4-beat average, None when there is none.
        revision: Firmware revision.
        low_battery: The device's battery is low.
        gap: Frames were lost before this packet.
    """

    offset: int
    pleth: tuple[int, ...]
    status: int
    worst_perfusion_red: bool
    heart_rate: int | None
    saturation: int | None
    revision: int
    low_battery: bool
    gap: bool


class NoninFrames:
    """Cuts packets out of a byte stream of one of the two formats.

    Attributes:
        bad_frames: Frames that belonged to no whole packet.
    """

    def __init__(self, form: Format) -> None:
        self._form = form
        self._buffer = bytearray()
        self._offset = 0
        self._frames: list[bytes] = []
        self._first_offset = 0
        self._gap = False
        self.bad_frames = 0

    @property
    def held_bytes(self) -> int:
        """Bytes waiting, whole frames of an unfinished packet included."""
        return len(self._buffer) + FRAME_BYTES * len(self._frames)

    def feed(self, data: bytes) -> list[NoninPacket]:
        """Add bytes; the packets they complete."""
        packets = []
        for start in range(0, len(data), MAX_BUFFER_BYTES // 2):
            self._buffer += data[start : start + MAX_BUFFER_BYTES // 2]
            packets += self._cut()
        return packets

    def _cut(self) -> list[NoninPacket]:
        packets = []
        while len(self._buffer) >= FRAME_BYTES:
            frame = bytes(self._buffer[:FRAME_BYTES])
            if not self._good(frame):
                self._lose()
                self._drop(1)
                continue
            starts = bool(self._status(frame) & SYNC)
            if starts != (not self._frames):
                # A sync frame in mid-packet, or none at its beginning.
                self._lose()
                if not starts:
                    self._drop(1)
                    continue
            if starts:
                self._first_offset = self._offset
            self._frames.append(frame)
            self._drop(FRAME_BYTES)
            if len(self._frames) == FRAMES:
                packets.append(self._packet())
        return packets

    def _good(self, frame: bytes) -> bool:
        if sum(frame[:4]) & 0xFF != frame[4] or not self._status(frame) & ALWAYS:
            return False
        return self._form is Format.SEVEN or frame[0] == 1

    def _status(self, frame: bytes) -> int:
        return frame[1] if self._form is Format.TWO else frame[0]

    def _drop(self, count: int) -> None:
        del self._buffer[:count]
        self._offset += count

    def _lose(self) -> None:
        if self._frames:
            self.bad_frames += len(self._frames)
            self._frames.clear()
            self._gap = True

    def _packet(self) -> NoninPacket:
        frames, gap = tuple(self._frames), self._gap
        self._frames.clear()
        self._gap = False
        data = [frame[3] for frame in frames]
        statuses = [self._status(frame) for frame in frames]
        rate = (data[0] & 0x03) << 7 | data[1] & 0x7F
        saturation = data[2] & 0x7F
        status = 0
        for one in statuses:
            status |= one
        return NoninPacket(
            offset=self._first_offset,
            pleth=tuple(
                frame[2] if self._form is Format.TWO else frame[1] << 8 | frame[2] for frame in frames
            ),
            status=status,
            worst_perfusion_red=any(one & PERFUSION == RED_PERFUSION for one in statuses),
            heart_rate=None if rate == NO_RATE else rate,
            saturation=None if saturation == NO_SATURATION else saturation,
            revision=data[3],
            low_battery=bool(data[7] & LOW_BATTERY),
            gap=gap,
        )
