"""Framing of Fresenius Base Primea and Orchestra modules, both directions.

``STX [address] message CK CK ETX``, where CK is 0xFF minus the sum of address and message modulo 256, as
two upper-case hexadecimal digits; a message has at most 80 characters. Between and even inside frames
travel single characters: ENQ asks whether the host is alive (it answers DC4), ACK accepts a frame, NAK with
one error character refuses it. Facts from infupy 2022.1.11 (ISC licence); the maker's document is not
public.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from console.devices.decoding import RefusedFrame

STX, ETX, ENQ, ACK, DC4, NAK = 0x02, 0x03, 0x05, 0x06, 0x14, 0x15
LONGEST_MESSAGE = 80
LONGEST = 1 + LONGEST_MESSAGE + 2
"""Address, message and check between STX and ETX."""
CHECK_FAILED = "2"

_REPLY = re.compile(r"([0-9]?)([CIEM])(?:;(.*))?")


class Word(Enum):
    """A single character of the line."""

    ALIVE = ENQ
    """The device asks whether the host is still there."""
    TAKEN = ACK
    REFUSED = NAK


@dataclass(frozen=True, slots=True)
class LineWord:
    """One control character.

    Attributes:
        offset: Byte of the stream at which it stands.
        word: Which.
        error: The error character behind a NAK, empty otherwise.
    """

    offset: int
    word: Word
    error: str = ""


@dataclass(frozen=True, slots=True)
class FreseniusFrame:
    """One frame whose check agrees.

    Attributes:
        offset: Byte of the stream at which it starts.
        body: Address and message.
    """

    offset: int
    body: str


@dataclass(frozen=True, slots=True)
class BadFrame:
    """A frame that was not believed.

    Attributes:
        offset: Byte of the stream at which it starts.
        reason: What is wrong with it.
    """

    offset: int
    reason: str


@dataclass(frozen=True, slots=True)
class FreseniusReply:
    """What a device said in one frame.

    Attributes:
        address: 0 for the base, 1 and up for a module, None for a pump that stands alone.
        kind: ``C`` done, ``I`` refused with an error number, ``E`` and ``M`` unasked.
        text: What follows.
    """

    address: int | None
    kind: str
    text: str

    @property
    def unasked(self) -> bool:
        """It has to be acknowledged with a frame of its own."""
        return self.kind in "EM"


Heard = FreseniusFrame | LineWord | BadFrame


def check_of(body: bytes) -> bytes:
    """The two check characters."""
    return b"%02X" % (0xFF - sum(body) % 256)


def encode(address: int | None, message: str) -> bytes:
    """A message to the base (0), to a module, or to a pump that stands alone (None), as it travels."""
    body = f"{'' if address is None else address}{message}".encode("ascii")
    return bytes([STX]) + body + check_of(body) + bytes([ETX])


def refusal(error: str = CHECK_FAILED) -> bytes:
    """NAK with its reason."""
    return bytes([NAK]) + error.encode("ascii")


def reply_of(body: str) -> FreseniusReply | None:
    """A frame's body as a device's reply; None when it is none."""
    found = _REPLY.fullmatch(body)
    if found is None:
        return None
    address, kind, text = found.groups()
    return FreseniusReply(int(address) if address else None, kind, text or "")


class FreseniusFrames:
    """Cuts frames and control characters out of a byte stream.

    Attributes:
        good: Frames accepted.
        bad: Frames refused.
        refused: The latest of those.
        noise: Bytes outside any frame that mean nothing.
    """

    def __init__(self) -> None:
        self.good = 0
        self.bad = 0
        self.noise = 0
        self.refused: list[RefusedFrame] = []
        self._offset = 0
        self._start = 0
        self._body: bytearray | None = None
        self._after_nak: int | None = None

    @property
    def held_bytes(self) -> int:
        """Bytes waiting for the rest of their frame."""
        held = 0 if self._body is None else 1 + len(self._body)
        return held + (self._after_nak is not None)

    def feed(self, data: bytes) -> list[Heard]:
        """Add bytes; what they complete, in order."""
        found: list[Heard] = []
        for byte in data:
            heard = self._take(byte)
            self._offset += 1
            if isinstance(heard, FreseniusFrame):
                self.good += 1
            elif isinstance(heard, BadFrame):
                self.bad += 1
                self.refused.append(RefusedFrame(heard.offset, heard.reason))
                del self.refused[:-100]
            if heard is not None:
                found.append(heard)
        return found

    def _take(self, byte: int) -> Heard | None:
        nak, self._after_nak = self._after_nak, None
        if nak is not None and 0x31 <= byte <= 0x38:
            return LineWord(nak, Word.REFUSED, chr(byte))
        if byte in (ENQ, ACK):
            # The line is watched at any moment, inside a frame as well.
            return LineWord(self._offset, Word(byte))
        if byte == STX:
            cut = None if self._body is None else BadFrame(self._start, "cut short by the next frame")
            self._start, self._body = self._offset, bytearray()
            return cut
        if self._body is None:
            if byte == NAK:
                self._after_nak = self._offset
            else:
                self.noise += 1
            return None
        if byte == ETX:
            body, self._body = bytes(self._body), None
            return self._judge(body)
        self._body.append(byte)
        if not 0x20 <= byte < 0x7F:
            return self._give_up("it holds a character that no message has")
        if len(self._body) > LONGEST:
            return self._give_up(f"it is longer than {LONGEST_MESSAGE} characters")
        return None

    def _judge(self, raw: bytes) -> FreseniusFrame | BadFrame:
        body, check = raw[:-2], raw[-2:]
        if not body or check != check_of(body):
            return BadFrame(self._start, "its check does not agree")
        return FreseniusFrame(self._start, body.decode("ascii"))

    def _give_up(self, reason: str) -> BadFrame:
        self._body = None
        return BadFrame(self._start, reason)
