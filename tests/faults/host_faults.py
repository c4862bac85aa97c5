"""The registry of what can go wrong with the computer: HST-01 to HST-14."""

from __future__ import annotations

from typing import Final

from tests.faults.bench import Fault
from tests.faults.power_cut import HST_02

FAULTS: Final[tuple[Fault, ...]] = (HST_02,)
