"""A scripted link: what the driver must write, byte for byte, and what it is answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from console.clock import Instant, ManualClock
from console.devices.ports import Interrupted, LinkLost

WIRE_S = 0.01


@dataclass(frozen=True)
class Late:
    """An answer that takes its time."""

    after_s: float
    data: bytes


@dataclass(frozen=True)
class WriteFails:
    """The write itself ends with this error."""

    error: LinkLost | Interrupted


Answer = bytes | Late | LinkLost | Interrupted | WriteFails
Script = Sequence[tuple[bytes, Answer]]

SILENCE = b""


def safe(text: str) -> bytes:
    """A Safe frame, made with a bitwise CRC of its own."""
    data = text.encode("ascii")
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = ((crc << 1) ^ 0x1021) & 0xFFFF if crc & 0x8000 else crc << 1
    return bytes([0x02, len(data) + 4]) + data + bytes([crc >> 8, crc & 0xFF, 0x03])


def basic(text: str) -> bytes:
    """A reply in Basic mode."""
    return b"\x02" + text.encode("ascii") + b"\x03"


class ScriptedLink:
    """Fails on a wrong byte, an unexpected write and an unread reply."""

    def __init__(self, script: Script, clock: ManualClock | None = None) -> None:
        self.clock = ManualClock() if clock is None else clock
        self.written: list[bytes] = []
        self.closed = False
        self._script = list(script)
        self._incoming: list[tuple[Instant, bytes | LinkLost | Interrupted]] = []

    def unasked(self, data: bytes) -> None:
        """Bytes the device sends on its own, now."""
        self._incoming.append((self.clock.now(), data))

    def read(self, timeout_s: float) -> bytes:
        assert timeout_s <= 0.15
        until = self.clock.now().plus(timeout_s)
        if self._incoming and self._incoming[0][0].mono_ns <= until.mono_ns:
            due, item = self._incoming.pop(0)
            self._move_to(due)
            if isinstance(item, bytes):
                return item
            raise item
        self._move_to(until)
        return b""

    def write(self, data: bytes) -> None:
        assert self._script, f"nothing more was expected, but the driver wrote {data!r}"
        expected, answer = self._script.pop(0)
        assert data == expected, f"expected {expected!r}, the driver wrote {data!r}"
        if isinstance(answer, WriteFails):
            raise answer.error
        self.written.append(data)
        match answer:
            case Late(after_s, late):
                self._incoming.append((self.clock.now().plus(after_s), late))
            case LinkLost() | Interrupted():
                self._incoming.append((self.clock.now().plus(WIRE_S), answer))
            case b"":
                pass
            case _:
                self._incoming.append((self.clock.now().plus(WIRE_S), answer))

    def now(self) -> Instant:
        return self.clock.now()

    def discard_input(self) -> None:
        self._incoming.clear()

    def close(self) -> None:
        self.closed = True

    def assert_finished(self) -> None:
        assert not self._script, f"the driver never wrote {[sent for sent, _ in self._script]!r}"
        assert not self._incoming, f"the driver never read {self._incoming!r}"

    def _move_to(self, instant: Instant) -> None:
        seconds = instant.seconds_since(self.clock.now())
        if seconds > 0:
            self.clock.advance(seconds)


@contextmanager
def expected_protocol(script: Script) -> Iterator[ScriptedLink]:
    """A scripted link that must have been played to its end."""
    link = ScriptedLink(script)
    yield link
    link.assert_finished()
