"""Every byte of a port, both ways, with its instant: to a bounded file, and back from it for replay.

A capture is a text file of JSON lines. The first line is a header, ``{"capture": 1, "port": ...}``; each
further line is ``{"d": ">" or "<", "w": wall_ns, "m": mono_ns, "x": hex}``, ``>`` for bytes sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import IO, Protocol

import msgspec

from console.clock import NS_PER_S, Instant
from console.devices.ports import LinkLost

FORMAT = 1
MAX_FILE_BYTES = 64_000_000
"""Per file, and two files are kept: at 19200 baud in both directions that is more than a working day."""


class Direction(StrEnum):
    """Which way bytes went, seen from the console."""

    SENT = ">"
    RECEIVED = "<"


class CaptureSink(Protocol):
    """Where a link tells its bytes; called from the thread that owns the port."""

    def record(self, direction: Direction, at: Instant, data: bytes) -> None:
        """Keep ``data``; never raises and never waits for long."""
        ...


class CapturedBytes(msgspec.Struct, frozen=True):
    """One write, or what one read brought."""

    direction: Direction
    at: Instant
    data: bytes


class NoCapture:
    """Keeps nothing."""

    def record(self, direction: Direction, at: Instant, data: bytes) -> None:
        """Do nothing."""


class CaptureFile:
    """Writes a capture to ``path``; when it is full it becomes ``path`` + ``.1`` and a new one begins.

    A capture must never disturb the port: when the file cannot be written it ends, and ``failure``
    says why.

    Attributes:
        failure: Sentence for the technician, empty while all is well.
    """

    def __init__(self, path: Path, port: str, max_bytes: int = MAX_FILE_BYTES) -> None:
        self.failure = ""
        self._path = path
        self._port = port
        self._max_bytes = max_bytes
        self._written = 0
        self._file: IO[str] | None = None
        self._guarded_open()

    def record(self, direction: Direction, at: Instant, data: bytes) -> None:
        """Append one line."""
        if self._file is None or not data:
            return
        line = f'{{"d":"{direction.value}","w":{at.wall_utc_ns},"m":{at.mono_ns},"x":"{data.hex()}"}}\n'
        try:
            if self._written + len(line) > self._max_bytes:
                self._file.close()
                self._file = None
                self._open()
            if self._file is not None:
                self._file.write(line)
                self._written += len(line)
        except OSError as error:
            self._give_up(error)

    def close(self) -> None:
        """Finish the file; never raises."""
        if self._file is not None:
            try:
                self._file.close()
            except OSError as error:
                self._give_up(error)
            self._file = None

    def _guarded_open(self) -> None:
        try:
            self._open()
        except OSError as error:
            self._give_up(error)

    def _open(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if self._path.exists():
            self._path.replace(self._path.with_name(self._path.name + ".1"))
        # Line buffering: after a crash the file ends with the last whole line.
        self._file = self._path.open("w", encoding="ascii", buffering=1)
        header = json.dumps({"capture": FORMAT, "port": self._port}) + "\n"
        self._file.write(header)
        self._written = len(header)

    def _give_up(self, error: OSError) -> None:
        self.failure = f"The bytes of {self._port} are no longer captured: {error}. Free some disk space."
        self._file = None


def read_capture(lines: Iterable[str]) -> tuple[CapturedBytes, ...]:
    """Read a capture; a last line that a crash cut off is left out.

    Raises:
        ValueError: not a capture, or damaged before its end; the text names the line.
    """
    numbered = list(enumerate(lines, start=1))
    if not numbered:
        raise ValueError("The capture is empty.")
    header = _json_object(numbered[0][1])
    if header is None or header.get("capture") != FORMAT:
        raise ValueError(f"This is no capture of format {FORMAT}.")
    found: list[CapturedBytes] = []
    for number, line in numbered[1:]:
        captured = _captured(line)
        if captured is None:
            if number == len(numbered):
                break
            raise ValueError(f"The capture is damaged in line {number}.")
        found.append(captured)
    return tuple(found)


def _json_object(line: str) -> dict[str, object] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _captured(line: str) -> CapturedBytes | None:
    entry = _json_object(line)
    if entry is None:
        return None
    direction, wall, mono, text = entry.get("d"), entry.get("w"), entry.get("m"), entry.get("x")
    if not (isinstance(wall, int) and isinstance(mono, int) and isinstance(text, str)):
        return None
    try:
        return CapturedBytes(Direction(str(direction)), Instant(wall, mono), bytes.fromhex(text))
    except ValueError:
        return None


class ReplayLink:
    """A link that plays a capture to a driver: the same bytes at the same instants, as fast as it reads.

    Its clock is the capture's: reading moves it on. What the driver writes is compared with what was
    sent then; a byte received after a write is not given before the driver has written.

    Attributes:
        differences: What the driver wrote otherwise than the capture, as sentences.
    """

    def __init__(self, captured: Sequence[CapturedBytes]) -> None:
        if not captured:
            raise ValueError("The capture holds no bytes.")
        self.differences: list[str] = []
        self._captured = captured
        self._next = 0
        self._now = captured[0].at

    def read(self, timeout_s: float) -> bytes:
        """The next bytes received, if they came within ``timeout_s``.

        Raises:
            LinkLost: the capture is at its end.
        """
        if self._next >= len(self._captured):
            raise LinkLost("The capture has ended.")
        until = self._now.plus(timeout_s)
        coming = self._captured[self._next]
        if coming.direction is Direction.SENT or coming.at.mono_ns > until.mono_ns:
            self._now = until
            return b""
        self._move_to(coming.at)
        self._next += 1
        return coming.data

    def write(self, data: bytes) -> None:
        """Compare ``data`` with what was sent then.

        Raises:
            LinkLost: nothing more was sent in the capture.
        """
        for index in range(self._next, len(self._captured)):
            sent = self._captured[index]
            if sent.direction is Direction.SENT:
                break
        else:
            raise LinkLost("The capture has ended.")
        if sent.data != data:
            after_s = (sent.at.mono_ns - self._captured[0].at.mono_ns) / NS_PER_S
            self.differences.append(f"{after_s:.3f} s: wrote {data!r} instead of {sent.data!r}")
        self._move_to(sent.at)
        self._next = index + 1

    def now(self) -> Instant:
        """The instant in the capture."""
        return self._now

    def discard_input(self) -> None:
        """Skip received bytes that are due."""
        while self._next < len(self._captured):
            coming = self._captured[self._next]
            if coming.direction is Direction.SENT or coming.at.mono_ns > self._now.mono_ns:
                return
            self._next += 1

    def close(self) -> None:
        """Skip to the end."""
        self._next = len(self._captured)

    def _move_to(self, at: Instant) -> None:
        if at.mono_ns > self._now.mono_ns:
            self._now = at
