"""The registry of what can go wrong on a serial line and in a device: SER-01 to SER-22."""

from __future__ import annotations

from typing import Final

from tests.faults import serial_pulls
from tests.faults.bench import Fault

FAULTS: Final[tuple[Fault, ...]] = (
    Fault(
        "SER-01",
        "cable pulled at a random byte, at either end",
        "0 wrong values shown, stale <= 3 s, alarm <= 5 s, back <= 3 s",
        serial_pulls.pulls,
    ),
)
