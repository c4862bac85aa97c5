"""Where the bytes of the ports are kept for the technician."""

from __future__ import annotations

from pathlib import Path

from console.clock import Instant
from console.devices.bench.wire_log import BothSinks
from console.devices.capture import CaptureFile, CaptureSink, Direction
from console.room.bench_taps import Taps


class Captures:
    """The files every byte of the ports goes to; each is made when its port first speaks."""

    def __init__(self, folder: Path, taps: Taps | None = None) -> None:
        """``taps`` keeps the latest bytes of every port for the technician's page."""
        self._folder = folder
        self._taps = taps
        self._files: list[LateCapture] = []

    def of(self, device: str, port: str) -> CaptureSink:
        """The capture of one device's port."""
        self._files.append(LateCapture(self._folder / f"{device}.jsonl", port))
        file = self._files[-1]
        return file if self._taps is None else BothSinks((self._taps.of(device), file))

    def close(self) -> None:
        """Finish every file."""
        for file in self._files:
            file.close()


class LateCapture:
    """A capture file that is opened by its first byte; used by the thread that owns the port."""

    def __init__(self, path: Path, port: str) -> None:
        self._path = path
        self._port = port
        self._file: CaptureFile | None = None

    def record(self, direction: Direction, at: Instant, data: bytes) -> None:
        """Append to the file."""
        if self._file is None:
            self._file = CaptureFile(self._path, self._port)
        self._file.record(direction, at, data)

    def close(self) -> None:
        """Finish the file."""
        if self._file is not None:
            self._file.close()
