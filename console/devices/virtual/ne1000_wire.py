"""Bytes on the serial line of a New Era NE-1000: the two packet formats, as the pump sees them.

Basic mode: the host sends text ended by CR, the pump answers STX, text, ETX. Safe mode: both send
STX, length, data, CRC-16 (polynomial 0x1021, start 0), ETX. Source: New Era NE-1000 Series User
Manual #1200-01, section 10.2; the CRC reproduces the manual's worked example ``SAF0`` -> 55 43.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass
from typing import Final

STX: Final = 0x02
ETX: Final = 0x03
CR: Final = 0x0D
INTER_BYTE_TIMEOUT_S: Final = 0.5
"""An incomplete Safe packet is thrown away after this silence."""

LONGEST_LINE: Final = 80
"""Characters of a Basic command that are kept; no command is as long, so a longer one is refused."""

_SHORTEST_LEN: Final = 4


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet from the host.

    Attributes:
        text: The command, upper case, without spaces and control characters.
        safe: It came in a Safe frame.
        intact: Length, CRC and end of a Safe frame are right; always true for a Basic line.
    """

    text: str
    safe: bool
    intact: bool


def basic_reply(text: str) -> bytes:
    """``text`` as the pump sends it in Basic mode."""
    return bytes([STX]) + text.encode("ascii") + bytes([ETX])


def safe_frame(text: str) -> bytes:
    """``text`` in a Safe frame; the length counts itself, the data, the CRC and ETX."""
    data = text.encode("ascii")
    crc = binascii.crc_hqx(data, 0)
    return bytes([STX, len(data) + _SHORTEST_LEN]) + data + crc.to_bytes(2, "big") + bytes([ETX])


class Receiver:
    """Cuts the host's bytes into packets, one byte at a time, with bounded memory.

    A Safe frame is recognised in either mode, so that ``SAF0`` always gets through. It is cut by its
    length alone: length and CRC may equal STX, ETX or CR. Open choice: in Safe mode bytes outside a
    frame are ignored (whether the pump takes a Basic command there is not documented).
    """

    __slots__ = ("_frame", "_line", "_quiet_s")

    def __init__(self) -> None:
        self._line: list[str] = []
        self._frame: bytearray | None = None
        self._quiet_s = 0.0

    def take(self, byte: int, safe_mode: bool) -> Packet | None:
        """One byte from the host; the packet it completes, if any."""
        self._quiet_s = 0.0
        if self._frame is not None:
            return self._take_framed(self._frame, byte)
        if byte == STX:
            self._frame = bytearray()
            self._line.clear()
            return None
        if safe_mode:
            return None
        if byte == CR:
            text = "".join(self._line)
            self._line.clear()
            return Packet(text, safe=False, intact=True)
        if len(self._line) < LONGEST_LINE:
            self._line.append(_clean(byte))
        return None

    def idle(self, dt_s: float) -> None:
        """``dt_s`` seconds without a byte; drops an incomplete Safe frame when they add up."""
        self._quiet_s += dt_s
        if self._quiet_s >= INTER_BYTE_TIMEOUT_S:
            self._frame = None

    def reset(self) -> None:
        """Forget everything, as at power-up."""
        self._line.clear()
        self._frame = None

    def _take_framed(self, frame: bytearray, byte: int) -> Packet | None:
        frame.append(byte)
        length = frame[0]
        if length >= _SHORTEST_LEN and len(frame) < length:
            return None
        self._frame = None
        return _unframe(bytes(frame))


def _unframe(frame: bytes) -> Packet:
    if frame[0] < _SHORTEST_LEN or frame[-1] != ETX:
        return Packet("", safe=True, intact=False)
    data = frame[1:-3]
    if binascii.crc_hqx(data, 0) != int.from_bytes(frame[-3:-1], "big"):
        return Packet("", safe=True, intact=False)
    return Packet("".join(map(_clean, data)), safe=True, intact=True)


def _clean(byte: int) -> str:
    """One character as the pump's parser sees it; spaces and control characters vanish.

    A byte above 0x7E stays as a character no command contains: a damaged command must not turn into
    a shorter valid one.
    """
    if byte <= 0x20 or byte == 0x7F:
        return ""
    return chr(byte).upper() if byte < 0x7F else "\ufffd"
