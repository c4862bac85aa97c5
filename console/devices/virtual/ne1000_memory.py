"""What a New Era NE-1000 remembers: settings, the 41-phase program, and its number formats.

Source of every figure here, unless said otherwise: New Era, "NE-1000 Series Multi-Phaser User
Manual", publication #1200-01, sections 10.2 to 10.4 and its syringe table.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_EVEN, Decimal
from types import MappingProxyType
from typing import Final

PHASES: Final = 41
RATE_FUNCTIONS: Final = frozenset({"RAT", "FIL", "INC", "DEC"})
ML_H_PER_RATE_UNIT: Final[Mapping[str, Decimal]] = MappingProxyType(
    {"UM": Decimal("0.06"), "MM": Decimal(60), "UH": Decimal("0.001"), "MH": Decimal(1)}
)
"""Microlitres or millilitres, per minute or per hour, as mL/h."""

ML_PER_VOLUME_UNIT: Final[Mapping[str, Decimal]] = MappingProxyType(
    {"UL": Decimal("0.001"), "ML": Decimal(1)}
)
MICROLITRES_UP_TO_MM: Final = Decimal("14.00")
"""Up to this diameter the pump counts in microlitres by default, above it in millilitres."""

DIAMETER_LIMITS_MM: Final = (Decimal("0.1"), Decimal("50.0"))
TRIGGER_MODES: Final = ("FT", "FH", "F2", "LE", "ST", "T2", "SP", "P2", "RL", "RH", "SL", "SH", "OF")
BAUD_RATES: Final = (300, 1200, 2400, 9600, 19200)

_HUNDREDTH_UL_H: Final = Decimal("0.00001")
_NUMBER = re.compile(r"(\d*)(?:\.(\d*))?")


class CommandError(Exception):
    """A command the pump does not carry out; ``code`` is what it answers (``?``, ``?NA``, ``?OOR``)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class PlungerLimits:
    """The slowest and fastest a model drives its plunger.

    Attributes:
        slowest_cm_h: cm per hour.
        fastest_cm_min: cm per minute.
    """

    slowest_cm_h: float = 0.004205
    fastest_cm_min: float = 5.1005

    def rates_ml_h(self, diameter_mm: Decimal) -> tuple[Decimal, Decimal]:
        """Lowest and highest rate for a syringe, mL/h.

        Speed times cross-section, rounded as the manual's syringe table is (4 digits; the lowest to
        0.01 uL/h): a rate printed there, like 1706 mL/h for a Monoject 60, is accepted by the pump.
        """
        area_cm2 = math.pi * (float(diameter_mm) / 20.0) ** 2
        lowest = _four_digits(self.slowest_cm_h * area_cm2)
        printed = lowest.quantize(_HUNDREDTH_UL_H)
        highest = _four_digits(self.fastest_cm_min * 60.0 * area_cm2)
        return (min(lowest, printed) if printed else lowest), highest


@dataclass(frozen=True, slots=True)
class Phase:
    """One step of the pumping program.

    Attributes:
        function: ``RAT``, ``STP``, ``PAS``, ``JMP`` ... (the ``FUN`` command).
        argument: The number some functions take, None for the others.
        rate: In ``rate_unit``. rate_unit: ``UM``, ``MM``, ``UH`` or ``MH``.
        volume: In the pump's volume unit; 0 pumps without an end.
        direction: ``INF``, ``WDR`` or ``STK`` (as the phase before).
    """

    function: str = "STP"
    argument: Decimal | None = None
    rate: Decimal = Decimal(0)
    rate_unit: str = "MH"
    volume: Decimal = Decimal(0)
    direction: str = "INF"

    @property
    def rate_ml_h(self) -> Decimal:
        """The rate in mL/h."""
        return self.rate * ML_H_PER_RATE_UNIT[self.rate_unit]


def _factory_program() -> tuple[Phase, ...]:
    # Open choice: the sources do not say what a cleared program holds; one rate phase, then stops.
    return (Phase(function="RAT"), *[Phase()] * (PHASES - 1))


@dataclass(frozen=True, slots=True)
class Memory:
    """The settings of a pump; one copy is at work, one is in non-volatile memory.

    Attributes:
        diameter_mm: Inner diameter of the syringe it believes in.
        volume_unit: ``ML`` or ``UL``.
        phases: The program, phase 1 first.
        address: 0 to 99. baud: Bits per second.
        safe_s: Safe-mode time-out in s; 0 is Basic mode.
        trigger: Operational trigger mode.
        switches: ``LN``, ``AL``, ``PF``, ``DIN``, ``ROM``, ``LOC``, ``BP`` with ``0`` or ``1``.
        network: ``""``, ``DUAL``, ``RECP`` or ``ALTR``: two-pump cable modes.
    """

    diameter_mm: Decimal = Decimal("26.59")
    volume_unit: str = "ML"
    phases: tuple[Phase, ...] = field(default_factory=_factory_program)
    address: int = 0
    baud: int = 19200
    safe_s: int = 0
    trigger: str = "OF"
    switches: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType(
            {"LN": "0", "AL": "0", "PF": "0", "DIN": "0", "ROM": "0", "LOC": "0", "BP": "1"}
        )
    )
    network: str = ""

    def phase(self, number: int) -> Phase:
        """Phase ``number``, counted from 1."""
        return self.phases[number - 1]

    def with_phase(self, number: int, phase: Phase) -> Memory:
        """The same memory with one phase replaced."""
        phases = (*self.phases[: number - 1], phase, *self.phases[number:])
        return replace(self, phases=phases)

    def with_diameter(self, diameter_mm: Decimal) -> Memory:
        """Another syringe.

        Open choices: setting a diameter re-applies the default volume unit, and numbers already
        stored keep their digits when the unit changes (50.00 mL becomes 50.00 uL).
        """
        unit = "UL" if diameter_mm <= MICROLITRES_UP_TO_MM else "ML"
        return replace(self, diameter_mm=diameter_mm, volume_unit=unit)

    def with_switch(self, name: str, value: str) -> Memory:
        """The same memory with one on/off setting changed."""
        return replace(self, switches=MappingProxyType({**self.switches, name: value}))


def parse_number(text: str) -> Decimal:
    """A number as a host may write it: at most 4 digits, at most 3 of them after the point.

    Raises:
        CommandError: ``?`` when it is no number, ``?OOR`` when it has too many digits.
    """
    match = _NUMBER.fullmatch(text)
    if match is None or not text.isascii():
        raise CommandError("?")
    whole, fraction = match.group(1), match.group(2) or ""
    if not whole + fraction:
        raise CommandError("?")
    if len(whole) + len(fraction) > 4 or len(fraction) > 3:
        raise CommandError("?OOR")
    return Decimal(f"{whole or '0'}.{fraction or '0'}")


def parse_integer(text: str, lowest: int, highest: int) -> int:
    """A whole number within limits.

    Raises:
        CommandError: ``?`` when it is no whole number, ``?OOR`` outside the limits.
    """
    if not (text.isascii() and text.isdigit()):
        raise CommandError("?")
    if len(text) > 5 or not lowest <= int(text) <= highest:
        raise CommandError("?OOR")
    return int(text)


def format_number(value: Decimal | float) -> str:
    """A number as the pump writes it: always 5 characters, 4 digits and a point (``1000.``).

    Open choice: what the pump shows beyond 9999 is not documented; this one stays at ``9999.``.
    """
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    for decimals in (3, 2, 1, 0):
        rounded = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN)
        if rounded < Decimal(10) ** (4 - decimals):
            return f"{rounded:.{decimals}f}" if decimals else f"{rounded:04.0f}."
    return "9999."


def fits_four_digits(value: Decimal) -> Decimal:
    """``value`` rounded to what the pump can show: 4 digits, at most 3 after the point."""
    return Decimal(format_number(value))


def _four_digits(value: float) -> Decimal:
    return Decimal(f"{value:.3e}")
