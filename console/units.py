"""Exact quantities of the infusion room. Never a bare float, never an implied unit.

Each value wraps one :class:`~decimal.Decimal` whose attribute carries the unit. Arithmetic exists
only where it has a meaning (a dose divided by a concentration is a volume), so that a unit slip is
a type error. Division keeps 28 significant digits; rounding happens only where a device or a screen
asks for it, and for anything delivered always downwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

MINUTES_PER_HOUR = Decimal(60)
UG_PER_MG = Decimal(1000)
KG_PER_LB = Decimal("0.45359237")


def exact(value: Decimal | int | str) -> Decimal:
    """Turn an exact input into a finite Decimal.

    Raises:
        TypeError: for a float, whose decimal digits nobody chose.
        ValueError: for text that is no number, and for NaN or infinity.
    """
    if isinstance(value, float):
        raise TypeError("a float is not exact: pass a Decimal, an int or text")
    try:
        number = Decimal(value)
    except ArithmeticError as error:
        raise ValueError(f"{value!r} is not a number") from error
    if not number.is_finite():
        raise ValueError(f"{value!r} is not a finite number")
    return number


def round_down(value: Decimal, places: int) -> Decimal:
    """Cut ``value`` to ``places`` decimals towards zero: rounding never raises a dose."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_DOWN)


def plain(value: Decimal) -> str:
    """Digits without exponent and without trailing zeros after the point (``35``, ``0.5``)."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True, slots=True, order=True)
class Minutes:
    """A duration in minutes."""

    min: Decimal

    @property
    def seconds(self) -> float:
        """The duration in seconds."""
        return float(self.min * 60)

    def __str__(self) -> str:
        return f"{plain(self.min)} min"


@dataclass(frozen=True, slots=True, order=True)
class Weight:
    """A body weight in kilograms."""

    kg: Decimal

    def __str__(self) -> str:
        return f"{plain(self.kg)} kg"


@dataclass(frozen=True, slots=True, order=True)
class Volume:
    """A volume in millilitres."""

    ml: Decimal

    def __sub__(self, other: Volume) -> Volume:
        return Volume(self.ml - other.ml)

    def __add__(self, other: Volume) -> Volume:
        return Volume(self.ml + other.ml)

    def over(self, duration: Minutes) -> Rate:
        """The constant rate that gives this volume in ``duration``."""
        return Rate(self.ml * MINUTES_PER_HOUR / duration.min)

    def __str__(self) -> str:
        return f"{plain(self.ml)} mL"


@dataclass(frozen=True, slots=True, order=True)
class Concentration:
    """Milligrams of ketamine base per millilitre."""

    mg_ml: Decimal

    def __str__(self) -> str:
        return f"{plain(self.mg_ml)} mg/mL"


@dataclass(frozen=True, slots=True, order=True)
class Dose:
    """Milligrams of ketamine base."""

    mg: Decimal

    def __add__(self, other: Dose) -> Dose:
        return Dose(self.mg + other.mg)

    def __sub__(self, other: Dose) -> Dose:
        return Dose(self.mg - other.mg)

    def __truediv__(self, concentration: Concentration) -> Volume:
        return Volume(self.mg / concentration.mg_ml)

    def over(self, duration: Minutes) -> DoseRate:
        """The constant dose rate that gives this dose in ``duration``."""
        return DoseRate(self.mg * MINUTES_PER_HOUR / duration.min)

    def __str__(self) -> str:
        return f"{plain(self.mg)} mg"


@dataclass(frozen=True, slots=True, order=True)
class WeightDose:
    """Milligrams per kilogram of body weight."""

    mg_kg: Decimal

    def __mul__(self, weight: Weight) -> Dose:
        return Dose(self.mg_kg * weight.kg)

    def over(self, duration: Minutes) -> WeightDoseRate:
        """The constant weight-based rate that gives this dose in ``duration``."""
        return WeightDoseRate(self.mg_kg * MINUTES_PER_HOUR / duration.min)

    def __str__(self) -> str:
        return f"{plain(self.mg_kg)} mg/kg"


@dataclass(frozen=True, slots=True, order=True)
class DoseRate:
    """Milligrams per hour."""

    mg_h: Decimal

    def __truediv__(self, concentration: Concentration) -> Rate:
        return Rate(self.mg_h / concentration.mg_ml)

    def per(self, weight: Weight) -> WeightDoseRate:
        """The same rate per kilogram."""
        return WeightDoseRate(self.mg_h / weight.kg)

    def __str__(self) -> str:
        return f"{plain(self.mg_h)} mg/h"


@dataclass(frozen=True, slots=True, order=True)
class WeightDoseRate:
    """Milligrams per kilogram and hour."""

    mg_kg_h: Decimal

    def __mul__(self, weight: Weight) -> DoseRate:
        return DoseRate(self.mg_kg_h * weight.kg)

    @property
    def ug_kg_min(self) -> Decimal:
        """The same rate in micrograms per kilogram and minute (1 mg/kg/h = 16.67 ug/kg/min)."""
        return self.mg_kg_h * UG_PER_MG / MINUTES_PER_HOUR

    def __str__(self) -> str:
        return f"{plain(self.mg_kg_h)} mg/kg/h"


@dataclass(frozen=True, slots=True, order=True)
class Rate:
    """Millilitres per hour, the unit a pump is driven in."""

    ml_h: Decimal

    def times(self, concentration: Concentration) -> DoseRate:
        """The dose rate of this flow at ``concentration``."""
        return DoseRate(self.ml_h * concentration.mg_ml)

    def after(self, duration: Minutes) -> Volume:
        """The volume given in ``duration`` at this rate."""
        return Volume(self.ml_h * duration.min / MINUTES_PER_HOUR)

    def __str__(self) -> str:
        return f"{plain(self.ml_h)} mL/h"


@dataclass(frozen=True, slots=True, order=True)
class Diameter:
    """Inner diameter of a syringe barrel in millimetres."""

    mm: Decimal

    def __str__(self) -> str:
        return f"{plain(self.mm)} mm"


def dose_in(volume: Volume, concentration: Concentration) -> Dose:
    """The drug in ``volume`` at ``concentration``."""
    return Dose(volume.ml * concentration.mg_ml)
