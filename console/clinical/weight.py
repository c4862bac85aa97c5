"""Which body weight a dose is reckoned by: actual, ideal or adjusted."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from console.units import Weight, round_down

CM_PER_INCH = Decimal("2.54")


class WeightBasis(StrEnum):
    """How the dosing weight was found; stored with every order."""

    ACTUAL = "actual"
    IDEAL = "ideal"
    ADJUSTED = "adjusted"


class Sex(StrEnum):
    """Sex as the ideal-weight formula knows it."""

    FEMALE = "female"
    MALE = "male"


@dataclass(frozen=True, slots=True)
class DosingWeight:
    """The weight a dose is reckoned by, beside the one on the scales."""

    actual: Weight
    dosing: Weight
    basis: WeightBasis


def ideal_weight(height_cm: Decimal, sex: Sex) -> Weight:
    """Ideal body weight, cut to 0.1 kg.

    Devine 1974 Drug Intell Clin Pharm 8:650: 50 kg (men) or 45.5 kg (women) and 2.3 kg for each inch
    over 60; below 60 inches the formula says nothing, so 60 is taken.

    Raises:
        ValueError: when the height is not that of an adult (120 to 230 cm).
    """
    if not 120 <= height_cm <= 230:
        raise ValueError(f"A height of {height_cm} cm cannot be right. Measure it again, in centimetres.")
    inches_over = max(height_cm / CM_PER_INCH - 60, Decimal(0))
    start = Decimal(50) if sex is Sex.MALE else Decimal("45.5")
    return Weight(round_down(start + Decimal("2.3") * inches_over, 1))


def dosing_weight(
    actual: Weight, basis: WeightBasis, height_cm: Decimal | None = None, sex: Sex | None = None
) -> DosingWeight:
    """The weight to dose by; never above the actual weight.

    Adjusted weight is ideal + 0.4 x (actual - ideal), used by many programmes from BMI 30 upwards.

    Raises:
        ValueError: when ideal or adjusted weight is asked for without height and sex.
    """
    if basis is WeightBasis.ACTUAL:
        return DosingWeight(actual, actual, basis)
    if height_cm is None or sex is None:
        raise ValueError(
            f"The {basis.value} weight needs height and sex. Enter both, or dose by actual weight."
        )
    ideal = ideal_weight(height_cm, sex)
    if basis is WeightBasis.IDEAL:
        return DosingWeight(actual, min(ideal, actual), basis)
    adjusted = Weight(round_down(ideal.kg + Decimal("0.4") * (actual.kg - ideal.kg), 1))
    return DosingWeight(actual, min(adjusted, actual), basis)
