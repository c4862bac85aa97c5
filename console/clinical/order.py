"""What is asked for, for whom and with what; and the figures that follow from it, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from console.clinical.finding import Finding, Override, Severity
from console.clinical.protocol import DosedBy, ProtocolEntry, SyringeKind
from console.clinical.weight import WeightBasis
from console.units import (
    Concentration,
    Dose,
    DoseRate,
    Minutes,
    Rate,
    Volume,
    Weight,
    WeightDose,
    WeightDoseRate,
    dose_in,
    plain,
)


@dataclass(frozen=True, slots=True)
class Order:
    """What the prescriber asks for; the only figures anybody enters (mL and mL/h are derived).

    Attributes:
        weight: The dosing weight.
        amount: mg/kg when the protocol is dosed by dose, mg/kg/h when it is dosed by rate.
        minutes: Planned duration.
        concentration: What is in the syringe; a forced choice without a default (HUM-12).
        syringe: Brand and size.
        actual_weight: The weight on the scales when the dosing weight is another; None = the same.
        basis: How the dosing weight was found.
        lift_cap: The prescriber lifts the protocol's cap; needs a reason.
    """

    weight: Weight
    amount: Decimal
    minutes: Minutes
    concentration: Concentration
    syringe: SyringeKind
    actual_weight: Weight | None = None
    basis: WeightBasis = WeightBasis.ACTUAL
    lift_cap: bool = False

    @property
    def scales_weight(self) -> Weight:
        """The weight on the scales."""
        return self.weight if self.actual_weight is None else self.actual_weight


@dataclass(frozen=True, slots=True)
class Reference:
    """A dose this order is compared with (HUM-04).

    Attributes:
        label: What it is (``"the last session"``, ``"the signed prescription"``).
        dose: Total dose.
        dose_rate: Rate; None when it is not known.
    """

    label: str
    dose: Dose
    dose_rate: DoseRate | None = None


@dataclass(frozen=True, slots=True)
class PatientContext:
    """What is known of the patient and earlier sessions.

    Attributes:
        age_years: Age in whole years.
        first_session: No session before this one.
        height_cm: Height; None when it was not measured.
        last_weight: Weight at the previous session.
        references: Doses to compare with: the last session, the signed prescription.
        hours_since_last: Hours since the previous session ended.
        consecutive_days: Days in a row with a session, today included.
        director_allows_age: The medical director allowed this age.
    """

    age_years: int
    first_session: bool = False
    height_cm: Decimal | None = None
    last_weight: Weight | None = None
    references: tuple[Reference, ...] = ()
    hours_since_last: Decimal | None = None
    consecutive_days: int = 1
    director_allows_age: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """What follows from an order, before any rounding.

    Attributes:
        dose: Total milligrams.
        volume: Total millilitres.
        rate: mL/h.
        dose_rate: mg/h.
        weight_rate: mg/kg/h.
        weight_dose: mg/kg.
        minutes: Planned duration.
        capped: The cap of the protocol that lowered the order; None when none did.
    """

    dose: Dose
    volume: Volume
    rate: Rate
    dose_rate: DoseRate
    weight_rate: WeightDoseRate
    weight_dose: WeightDose
    minutes: Minutes
    capped: str | None = None

    @property
    def ug_kg_min(self) -> Decimal:
        """The rate in micrograms per kilogram and minute."""
        return self.weight_rate.ug_kg_min

    @property
    def mg_min(self) -> Decimal:
        """The rate in milligrams per minute, as the pharmacokinetic model takes it."""
        return self.dose_rate.mg_h / 60


def calculate(entry: ProtocolEntry, order: Order, *, first_session: bool = False) -> Figures:
    """The figures of an order. Judges nothing; see ``dosing.plan``.

    Raises:
        ValueError: when weight, minutes or concentration is not above zero, or the amount is negative.
    """
    for what, value in (
        ("weight", order.weight.kg),
        ("duration", order.minutes.min),
        ("concentration", order.concentration.mg_ml),
        ("dose", order.amount),
    ):
        if value <= 0:
            raise ValueError(f"The {what} must be above zero. Enter it again.")
    dose, capped = _capped_dose(entry, order, _ordered_dose(entry, order), first_session)
    volume = dose / order.concentration
    dose_rate = dose.over(order.minutes)
    return Figures(
        dose=dose,
        volume=volume,
        rate=volume.over(order.minutes),
        dose_rate=dose_rate,
        weight_rate=dose_rate.per(order.weight),
        weight_dose=WeightDose(dose.mg / order.weight.kg),
        minutes=order.minutes,
        capped=capped,
    )


def _ordered_dose(entry: ProtocolEntry, order: Order) -> Dose:
    if entry.dosed_by is DosedBy.DOSE:
        return WeightDose(order.amount) * order.weight
    return Dose((WeightDoseRate(order.amount) * order.weight).mg_h * order.minutes.min / 60)


def _capped_dose(
    entry: ProtocolEntry, order: Order, dose: Dose, first_session: bool
) -> tuple[Dose, str | None]:
    if order.lift_cap:
        return dose, None
    capped: str | None = None
    if entry.cap_mg is not None and (first_session or not entry.cap_mg_first_only) and dose.mg > entry.cap_mg:
        dose, capped = Dose(entry.cap_mg), f"{plain(entry.cap_mg)} mg"
    if entry.cap_mg_h is not None and dose.over(order.minutes).mg_h > entry.cap_mg_h:
        dose = Dose(entry.cap_mg_h * order.minutes.min / 60)
        capped = f"{plain(entry.cap_mg_h)} mg/h"
    return dose, capped


CROSS_CHECK_TOLERANCE = Fraction(1, 10**12)
"""Relative; both ways are exact but for the 28 digits of a division."""


def cross_check(entry: ProtocolEntry, order: Order, figures: Figures) -> Finding | None:
    """Reckon the order a second way and compare: from the flow back to milligrams, in fractions.

    ``calculate`` goes from milligrams to millilitres to mL/h; this goes from mL/h over the minutes to
    millilitres and to milligrams, and compares the ordered amount with what would reach the patient.
    """
    given_ml = Fraction(figures.rate.ml_h) * Fraction(order.minutes.min) / 60
    given_mg = given_ml * Fraction(order.concentration.mg_ml)
    amount = given_mg / Fraction(order.weight.kg)
    if entry.dosed_by is DosedBy.RATE:
        amount = amount * 60 / Fraction(order.minutes.min)
    wanted = Fraction(order.amount)
    too_much = amount > wanted * (1 + CROSS_CHECK_TOLERANCE)
    too_little = figures.capped is None and amount < wanted * (1 - CROSS_CHECK_TOLERANCE)
    agrees = (
        not too_much
        and not too_little
        and _close(given_mg, Fraction(figures.dose.mg))
        and _close(given_ml, Fraction(figures.volume.ml))
        and _close(Fraction(figures.weight_rate.mg_kg_h) * Fraction(order.weight.kg),
                   Fraction(figures.dose_rate.mg_h))
    )  # fmt: skip
    if agrees:
        return None
    return entry.origin.finding(
        Severity.HARD,
        "CROSS-CHECK",
        "The milligrams and the millilitres of this order, reckoned separately, do not agree. "
        "Do not give it; enter the order again and tell the technician.",
        "",
        Override.NEVER,
    )


def _close(left: Fraction, right: Fraction) -> bool:
    return abs(left - right) <= CROSS_CHECK_TOLERANCE * max(abs(left), abs(right))


def reference_of(label: str, figures: Figures) -> Reference:
    """The figures of an earlier session or of a prescription as something to compare with."""
    return Reference(label, figures.dose, figures.dose_rate)


def age_years(born: date, on: date) -> int:
    """Age in whole years on a day."""
    had_birthday = (on.month, on.day) >= (born.month, born.day)
    return on.year - born.year - (0 if had_birthday else 1)


def drug_in(volume: Volume, order: Order) -> Dose:
    """The drug in ``volume`` of this order's syringe."""
    return dose_in(volume, order.concentration)
