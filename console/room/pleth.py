"""What tells a living pleth from one that only repeats itself, in one number a second."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from console.clinical.vitals import Wave, WaveBlock


class PlethPrint:
    """Gathers a checksum of the pleth between two reports. Used by one port owner's thread."""

    def __init__(self) -> None:
        self._last: int | None = None
        self._sum: int | None = None

    def add(self, blocks: Sequence[WaveBlock]) -> None:
        """Take blocks in. A block that repeats the one before adds nothing."""
        for block in blocks:
            if block.wave is not Wave.PLETH:
                continue
            mark = checksum(block.samples)
            if mark != self._last or self._sum is None:
                self._sum = zlib.crc32(mark.to_bytes(4, "big"), self._sum or 0)
            self._last = mark

    def take(self) -> int | None:
        """The checksum since last taken; None when no pleth has come since."""
        taken, self._sum = self._sum, None
        return taken


def checksum(samples: bytes) -> int:
    """CRC-32 of the samples with runs of one value shortened to one: a flat line is one, however long."""
    counts = np.frombuffer(samples, dtype="<i2")
    moved = np.flatnonzero(np.diff(counts)) + 1
    return zlib.crc32(counts[np.concatenate(([0], moved))].tobytes() if len(counts) else b"")
