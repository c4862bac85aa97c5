"""Framing of the New Era NE-1000 family: Basic and Safe mode, both directions, without any I/O.

Basic mode (factory default): the host sends text ended by CR; the pump answers ``STX AA S data ETX``
with two address digits and one status character. Safe mode: ``STX LEN data CRC ETX`` both ways, where
LEN counts itself and everything after it (``len(data) + 4``) and the CRC is CRC-16/XMODEM over the data
(New Era NE-1000 manual #1200-01 section 10; the CRC parameters follow from its worked example ``SAF0``
-> ``55 43``). LEN and CRC are binary and may equal STX, ETX or CR, so Safe frames are cut by length and
never by searching for ETX.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass
from enum import Enum, StrEnum

from console.clock import Instant
from console.session.pump import PumpAlarm, PumpState

STX = 0x02
ETX = 0x03
CR = b"\r"

INTER_BYTE_TIMEOUT_S = 0.5
"""A frame that pauses for longer is given up (New Era NE-1000 manual #1200-01 section 10.4)."""
MAX_BUFFER_BYTES = 4096
SHORTEST_PAYLOAD = 3
LONGEST_PAYLOAD = 40
"""The longest reply of the command set is well below; it keeps LEN below the digit ``0`` (0x30), so
that the byte after STX tells a Safe frame (LEN) from a Basic one (address digit)."""
OVERHEAD = 4


class FrameMode(Enum):
    """Which framing the host accepts."""

    BASIC = "basic"
    SAFE = "safe"
    EITHER = "either"
    """Only for the handshake, before the pump's mode is known."""


class Prompt(StrEnum):
    """The status character of every reply (New Era NE-1000 manual #1200-01 section 10.3)."""

    INFUSING = "I"
    WITHDRAWING = "W"
    STOPPED = "S"
    PAUSED = "P"
    TIMED_PAUSE = "T"
    WAITING = "U"
    PURGING = "X"
    ALARM = "A"


class PumpError(StrEnum):
    """Why the pump did not carry out a command, in the data field of its reply."""

    UNRECOGNISED = "?"
    NOT_APPLICABLE = "?NA"
    OUT_OF_RANGE = "?OOR"
    BAD_PACKET = "?COM"
    IGNORED = "?IGN"


STATE_OF: dict[Prompt, PumpState] = {
    Prompt.INFUSING: PumpState.INFUSING,
    Prompt.STOPPED: PumpState.STOPPED,
    Prompt.PAUSED: PumpState.PAUSED,
    Prompt.ALARM: PumpState.ALARM,
    Prompt.WITHDRAWING: PumpState.OTHER,
    Prompt.TIMED_PAUSE: PumpState.OTHER,
    Prompt.WAITING: PumpState.OTHER,
    Prompt.PURGING: PumpState.OTHER,
}

ALARM_OF: dict[str, PumpAlarm] = {
    "?R": PumpAlarm.RESET,
    "?S": PumpAlarm.STALL,
    "?T": PumpAlarm.HOST_SILENT,
    "?E": PumpAlarm.PROGRAM,
    "?O": PumpAlarm.PROGRAM,
}


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of the pump.

    Attributes:
        payload: ``AA S data`` without the framing.
        safe: It came in Safe framing, with length and CRC checked.
    """

    payload: bytes
    safe: bool


@dataclass(frozen=True, slots=True)
class Reply:
    """What one frame says.

    Attributes:
        address: Address of the pump that speaks.
        prompt: Its status character.
        data: The data field; empty for an alarm or an error.
        error: Why the command was not carried out, if it was not.
        alarm: The alarm, when ``prompt`` is ALARM.
        safe: It came with a checked CRC.
        raw: The payload as text, for the technician.
    """

    address: int
    prompt: Prompt
    data: str
    error: PumpError | None
    alarm: PumpAlarm | None
    safe: bool
    raw: str

    @property
    def state(self) -> PumpState:
        """The pump's state in the product's words."""
        return STATE_OF[self.prompt]


def crc16_xmodem(data: bytes) -> int:
    """CRC-16, polynomial 0x1021, initial value 0, not reflected (0x31C3 over ``123456789``)."""
    return binascii.crc_hqx(data, 0)


def encode_basic(text: str) -> bytes:
    """A command in Basic mode."""
    return text.encode("ascii") + CR


def encode_safe(text: str) -> bytes:
    """A command in Safe mode; the pump accepts it in Basic mode too."""
    data = text.encode("ascii")
    crc = crc16_xmodem(data).to_bytes(2, "big")
    return bytes([STX, len(data) + OVERHEAD]) + data + crc + bytes([ETX])


def parse_payload(frame: Frame) -> Reply | None:
    """Read a payload strictly; None when it is no reply of this protocol."""
    payload = frame.payload
    if not payload.isascii() or len(payload) < SHORTEST_PAYLOAD or not payload[:2].isdigit():
        return None
    raw = payload.decode("ascii")
    try:
        prompt = Prompt(raw[2])
    except ValueError:
        return None
    data = raw[3:]
    if not data.isprintable():
        return None
    alarm: PumpAlarm | None = None
    error: PumpError | None = None
    if prompt is Prompt.ALARM:
        if len(data) != 2 or data[0] != "?":
            return None
        alarm = ALARM_OF.get(data, PumpAlarm.OTHER)
        data = ""
    elif data.startswith("?"):
        try:
            error = PumpError(data)
        except ValueError:
            return None
        data = ""
    return Reply(int(raw[:2]), prompt, data, error, alarm, frame.safe, raw)


class FrameParser:
    """Cuts frames out of a byte stream: split, glued or behind garbage.

    Attributes:
        mode: Framing accepted; may be changed at any time.
        bad_bytes: Bytes thrown away so far because they belonged to no acceptable frame.
    """

    def __init__(self, mode: FrameMode = FrameMode.EITHER) -> None:
        self.mode = mode
        self.bad_bytes = 0
        self._buffer = bytearray()
        self._last_byte_at: Instant | None = None

    @property
    def held_bytes(self) -> int:
        """Bytes waiting for the rest of their frame."""
        return len(self._buffer)

    def reset(self) -> None:
        """Forget what was held."""
        self.bad_bytes += len(self._buffer)
        self._buffer.clear()
        self._last_byte_at = None

    def feed(self, data: bytes, at: Instant) -> list[Frame]:
        """Add bytes that arrived ``at``; also with none, so that the inter-byte time-out can act."""
        frames: list[Frame] = []
        if self._paused_too_long(at):
            # What a broken frame swallowed may hold a whole one: give up its STX and look again.
            while self._buffer:
                self._drop(1)
                frames += self._cut()
        for start in range(0, len(data), MAX_BUFFER_BYTES // 2):
            self._buffer += data[start : start + MAX_BUFFER_BYTES // 2]
            frames += self._cut()
        if data:
            self._last_byte_at = at
        return frames

    def _paused_too_long(self, at: Instant) -> bool:
        last = self._last_byte_at
        return last is not None and at.seconds_since(last) > INTER_BYTE_TIMEOUT_S

    def _drop(self, count: int) -> None:
        self.bad_bytes += count
        del self._buffer[:count]

    def _cut(self) -> list[Frame]:
        frames: list[Frame] = []
        start = 0
        while (start := self._buffer.find(STX, start)) >= 0:
            found = self._frame_at(start)
            if found is None:
                # Incomplete or no frame: a complete one may stand behind it, so look on.
                start += 1
                continue
            frame, length = found
            self._drop(start)
            del self._buffer[:length]
            frames.append(frame)
            start = 0
        self._drop(self._first_hopeful())
        return frames

    def _first_hopeful(self) -> int:
        """How many bytes in front can never become part of a frame."""
        start = 0
        while (start := self._buffer.find(STX, start)) >= 0:
            if self._may_complete(start):
                return start
            start += 1
        return len(self._buffer)

    def _frame_at(self, start: int) -> tuple[Frame, int] | None:
        if start + 1 >= len(self._buffer):
            return None
        if self._is_basic_lead(self._buffer[start + 1]):
            return self._basic_at(start)
        return self._safe_at(start)

    @staticmethod
    def _is_basic_lead(byte: int) -> bool:
        return 0x30 <= byte <= 0x39

    def _basic_at(self, start: int) -> tuple[Frame, int] | None:
        if self.mode is FrameMode.SAFE:
            return None
        end = self._buffer.find(ETX, start, start + LONGEST_PAYLOAD + 2)
        if end < 0:
            return None
        payload = bytes(self._buffer[start + 1 : end])
        if STX in payload or parse_payload(frame := Frame(payload, safe=False)) is None:
            return None
        return frame, end + 1 - start

    def _safe_at(self, start: int) -> tuple[Frame, int] | None:
        if self.mode is FrameMode.BASIC:
            return None
        length = self._buffer[start + 1]
        if not SHORTEST_PAYLOAD + OVERHEAD <= length <= LONGEST_PAYLOAD + OVERHEAD:
            return None
        end = start + 1 + length
        if end > len(self._buffer) or self._buffer[end - 1] != ETX:
            return None
        payload = bytes(self._buffer[start + 2 : end - 3])
        crc = int.from_bytes(self._buffer[end - 3 : end - 1], "big")
        if crc16_xmodem(payload) != crc or parse_payload(frame := Frame(payload, safe=True)) is None:
            return None
        return frame, length + 1

    def _may_complete(self, start: int) -> bool:
        if start + 1 >= len(self._buffer):
            return True
        lead = self._buffer[start + 1]
        held = len(self._buffer) - start
        if self._is_basic_lead(lead):
            unfinished = self._buffer.find(ETX, start) < 0
            return self.mode is not FrameMode.SAFE and unfinished and held < LONGEST_PAYLOAD + 2
        in_range = SHORTEST_PAYLOAD + OVERHEAD <= lead <= LONGEST_PAYLOAD + OVERHEAD
        return self.mode is not FrameMode.BASIC and in_range and held < lead + 1
