"""Guards against slips of the finger and of the unit: ten-fold, pounds, micrograms per minute.

A limit catches what is too much for anybody; a guard catches what is right for somebody else.
Factors are requirement HUM-04's: more than 1.5 times asks for a reason, from 2 times a second person,
from 5 times never; downwards, a fifth or less needs a second person. They are site defaults.
"""

from __future__ import annotations

from decimal import Decimal

from console.clinical.finding import Finding, Origin, Override, Severity, shown_above, shown_below
from console.clinical.order import Figures, Order, PatientContext, Reference
from console.clinical.protocol import DosedBy, ProtocolEntry
from console.units import KG_PER_LB, Weight, WeightDoseRate, plain

REASON_FROM = Decimal("1.5")
SECOND_PERSON_FROM = Decimal(2)
BLOCKED_FROM = Decimal(5)
TEN_FOLD_LOW = Decimal("0.2")

WEIGHT_CONFIRM = Decimal("0.10")
WEIGHT_STOP = Decimal("0.20")
"""Change of weight since the last session that is confirmed, and that stops (HUM-03)."""

LB_LOW, LB_HIGH = Decimal("2.05"), Decimal("2.36")
"""Ratios that look like the 2.205 pounds of a kilogram, with room for 7 % of real change."""
BMI_IMPLAUSIBLE = Decimal(55)
UG_KG_MIN_PER_MG_KG_H = WeightDoseRate(Decimal(1)).ug_kg_min
UNIT_LOW, UNIT_HIGH = Decimal(12), Decimal(22)
"""Ratios that look like the 16.67 between ug/kg/min and mg/kg/h."""


def magnitude_findings(
    entry: ProtocolEntry, order: Order, figures: Figures, context: PatientContext
) -> tuple[Finding, ...]:
    """Compare the order with the protocol's default and with every reference of the patient."""
    found = list(
        _ladder(
            entry, order.amount / entry.default_amount, f"the protocol's default {_default(entry)}", "TENFOLD"
        )
    )
    for reference in context.references:
        found += _against(entry, figures, reference)
    return tuple(found)


def _default(entry: ProtocolEntry) -> str:
    return f"{plain(entry.default_amount)} {entry.amount_unit}"


def _against(entry: ProtocolEntry, figures: Figures, reference: Reference) -> tuple[Finding, ...]:
    if reference.dose.mg <= 0:
        return ()
    ratios = [figures.dose.mg / reference.dose.mg]
    if reference.dose_rate is not None and reference.dose_rate.mg_h > 0:
        ratios.append(figures.dose_rate.mg_h / reference.dose_rate.mg_h)
    ratio = max(ratios) if max(ratios) > REASON_FROM else min(ratios)
    return _ladder(entry, ratio, f"{reference.label} ({plain(reference.dose.mg)} mg)", "HISTORY")


def _ladder(entry: ProtocolEntry, ratio: Decimal, compared_with: str, rule: str) -> tuple[Finding, ...]:
    origin = entry.origin
    times = shown_above(ratio, 2) if ratio > 1 else shown_below(ratio, 2)
    sentence = f"The order is {times} times {compared_with} ({origin})."
    if ratio >= BLOCKED_FROM:
        ending = " That is never right here: look for a slipped digit or unit and enter it again."
        return (origin.finding(Severity.HARD, f"{rule}-5X", sentence + ending, "5 times", Override.NEVER),)
    if ratio >= SECOND_PERSON_FROM:
        ending = " Give a reason and let a second person agree."
        return (
            origin.finding(Severity.SOFT, f"{rule}-2X", sentence + ending, "2 times", Override.SECOND_PERSON),
        )
    if ratio > REASON_FROM:
        ending = " Check it and give a reason."
        return (
            origin.finding(Severity.SOFT, f"{rule}-1.5X", sentence + ending, "1.5 times", Override.REASON),
        )
    if ratio <= TEN_FOLD_LOW:
        ending = " Look for a slipped digit; if it is meant, a second person agrees."
        return (
            origin.finding(
                Severity.SOFT, f"{rule}-LOW", sentence + ending, "0.2 times", Override.SECOND_PERSON
            ),
        )
    return ()


def weight_findings(
    origin: Origin, weight: Weight, last: Weight | None, height_cm: Decimal | None = None
) -> tuple[Finding, ...]:
    """Compare the weight on the scales with the previous session and with what pounds would look like.

    A change above 10 % is confirmed, above 20 % it stops (HUM-03, site default).
    """
    if last is None or last.kg <= 0:
        return _too_heavy(origin, weight, height_cm)
    ratio = weight.kg / last.kg
    if LB_LOW <= ratio <= LB_HIGH:
        sentence = _pounds(weight, f"it was {last} at the last session")
        return (origin.finding(Severity.HARD, "WEIGHT-UNIT", sentence, "", Override.NEVER),)
    if ratio <= 1 / LB_LOW and 1 / ratio <= LB_HIGH:
        sentence = (
            f"{weight} is less than half of {last} at the last session, as if kilograms had been converted "
            "from pounds by mistake. Weigh the patient again, in kilograms."
        )
        return (origin.finding(Severity.HARD, "WEIGHT-UNIT", sentence, "", Override.NEVER),)
    change = abs(ratio - 1)
    changed = (
        f"The weight changed by {shown_above(change * 100, 1)} % since the last session "
        f"({last}, now {weight})"
    )
    if change > WEIGHT_STOP:
        sentence = (
            f"{changed}; more than 20 % stops ({origin}). "
            "Check that this is the right patient and weigh again."
        )
        return (origin.finding(Severity.HARD, "WEIGHT-CHANGE-STOP", sentence, "20 %", Override.NEVER),)
    if change > WEIGHT_CONFIRM:
        sentence = f"{changed}. Confirm that it was measured today."
        return (origin.finding(Severity.WARNING, "WEIGHT-CHANGE", sentence, "10 %", Override.CONFIRM),)
    return ()


def _too_heavy(origin: Origin, weight: Weight, height_cm: Decimal | None) -> tuple[Finding, ...]:
    if height_cm is None or height_cm <= 0:
        return ()
    height_m = height_cm / 100
    if weight.kg / (height_m * height_m) <= BMI_IMPLAUSIBLE:
        return ()
    sentence = _pounds(weight, f"for {plain(height_cm)} cm it is very heavy")
    return (origin.finding(Severity.SOFT, "WEIGHT-BMI", sentence, "BMI 55", Override.SECOND_PERSON),)


def _pounds(weight: Weight, why: str) -> str:
    in_kg = shown_below(weight.kg * KG_PER_LB, 1)
    return (
        f"{weight} looks like pounds: {why}, and {plain(weight.kg)} lb are {in_kg} kg. "
        "Weigh the patient again, in kilograms."
    )


def unit_findings(entry: ProtocolEntry, order: Order, figures: Figures) -> tuple[Finding, ...]:
    """Say so when the figure looks like the right one in another unit."""
    ratio = order.amount / entry.default_amount
    guess = ""
    if entry.dosed_by is DosedBy.RATE:
        if UNIT_LOW <= ratio <= UNIT_HIGH:
            guess = f"{plain(order.amount)} looks like ug/kg/min; this field takes mg/kg/h"
        elif UNIT_LOW <= 1 / ratio <= UNIT_HIGH:
            guess = f"{plain(order.amount)} looks like mg/kg/min; this field takes mg/kg/h"
    elif _near(order.amount, WeightDoseRate(_default_rate(entry)).ug_kg_min):
        guess = f"{plain(order.amount)} looks like a rate in ug/kg/min; this field takes mg/kg"
    if not guess and _near(order.amount, entry.default_amount * order.weight.kg):
        whole = "milligrams for the whole patient"
        guess = f"{plain(order.amount)} looks like {whole}; this field takes {entry.amount_unit}"
    if not guess:
        return ()
    reckoned = shown_above(figures.dose.mg)
    sentence = f"{guess} ({entry.origin}). Enter it again; the console reckons {reckoned} mg from it."
    return (entry.origin.finding(Severity.HARD, "UNIT", sentence, "", Override.NEVER),)


def _default_rate(entry: ProtocolEntry) -> Decimal:
    return entry.default_amount * 60 / entry.default_minutes.min


def _near(value: Decimal, other: Decimal) -> bool:
    return other * Decimal("0.7") <= value <= other * Decimal("1.4")
