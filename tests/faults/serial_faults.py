"""The registry of what can go wrong on a serial line and in a device: SER-01 to SER-22."""

from __future__ import annotations

from typing import Final

from tests.faults.bench import Fault

FAULTS: Final[tuple[Fault, ...]] = ()
