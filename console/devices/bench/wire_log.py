"""Every byte of a port, both ways, kept in bounded memory for whoever looks on."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from typing import Final

import msgspec

from console.clock import Instant
from console.devices.capture import CapturedBytes, CaptureSink, Direction

MOST_BYTES: Final = 1_000_000
"""At 19200 baud both ways more than four minutes; the captures on disk hold the working day."""
MOST_LINES: Final = 20_000


class WireLine(msgspec.Struct, frozen=True):
    """One write, or what one read brought.

    Attributes:
        number: Counts from 1 and never repeats; gaps at the beginning are lines that were let go.
        direction: Which way.
        at: When.
        data: The bytes.
    """

    number: int
    direction: Direction
    at: Instant
    data: bytes

    def captured(self) -> CapturedBytes:
        """The line as a capture holds it."""
        return CapturedBytes(self.direction, self.at, self.data)


class WireLog:
    """A capture sink in memory. The port's thread writes, any thread reads."""

    def __init__(self, most_bytes: int = MOST_BYTES, most_lines: int = MOST_LINES) -> None:
        self._lock = threading.Lock()
        self._lines: deque[WireLine] = deque()
        self._most_bytes = most_bytes
        self._most_lines = most_lines
        self._held = 0
        self._number = 0

    def record(self, direction: Direction, at: Instant, data: bytes) -> None:
        """Keep ``data``, and let the oldest go when there is too much."""
        if not data:
            return
        with self._lock:
            self._number += 1
            self._lines.append(WireLine(self._number, direction, at, data))
            self._held += len(data)
            while len(self._lines) > 1 and (
                self._held > self._most_bytes or len(self._lines) > self._most_lines
            ):
                self._held -= len(self._lines.popleft().data)

    def lines(self, after: int = 0, most: int = MOST_LINES) -> tuple[WireLine, ...]:
        """The last ``most`` lines with a number above ``after``, oldest first."""
        with self._lock:
            found: deque[WireLine] = deque()
            for line in reversed(self._lines):
                if line.number <= after or len(found) >= most:
                    break
                found.appendleft(line)
        return tuple(found)

    @property
    def held_bytes(self) -> int:
        """Bytes in memory now."""
        return self._held

    @property
    def let_go(self) -> int:
        """Lines that are no longer in memory."""
        with self._lock:
            return self._number - len(self._lines)


class BothSinks:
    """Tells every byte to several sinks: the file of the captures, and the screen."""

    def __init__(self, sinks: Sequence[CaptureSink]) -> None:
        self._sinks = tuple(sinks)

    def record(self, direction: Direction, at: Instant, data: bytes) -> None:
        """Tell all of them."""
        for sink in self._sinks:
            sink.record(direction, at, data)
