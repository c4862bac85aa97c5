"""The limits of the drug library applied to one order. Each finding says which rule bound."""

from __future__ import annotations

from decimal import Decimal

from console.clinical.finding import Finding, Origin, Override, Severity, shown_above, shown_below
from console.clinical.order import Figures, Order, PatientContext
from console.clinical.protocol import Band, DosedBy, ProtocolEntry
from console.units import plain


def band_findings(
    value: Decimal,
    band: Band,
    unit: str,
    rule: str,
    what_to_do: tuple[str, str],
    origin: Origin,
    subject: str = "the order gives",
) -> tuple[Finding, ...]:
    """Judge a value against soft and hard limits; at most one finding, the graver.

    Args:
        value: The figure of the order.
        band: Its limits.
        unit: Unit for the sentence.
        rule: Name of the rule; ``-HARD`` or ``-SOFT`` is added.
        what_to_do: What helps when the figure is too low, and when it is too high.
        origin: Protocol and library.
        subject: What has the figure, for the sentence.
    """
    hard, soft = (Severity.HARD, "Hard", Override.NEVER), (Severity.SOFT, "Soft", Override.REASON)
    for limit, high, (severity, word, override) in (
        (band.hard_low, False, hard),
        (band.hard_high, True, hard),
        (band.soft_low, False, soft),
        (band.soft_high, True, soft),
    ):
        if limit is None or (value <= limit if high else value >= limit):
            continue
        figure = shown_above(value) if high else shown_below(value)
        ending = what_to_do[high] if severity is Severity.HARD else f"{what_to_do[high]} Or give a reason."
        sentence = f"{word} limit {plain(limit)} {unit} ({origin}): {subject} {figure} {unit}. {ending}"
        code = f"{rule}-{severity.value.upper()}"
        return (origin.finding(severity, code, sentence, f"{plain(limit)} {unit}", override),)
    return ()


def limit_findings(entry: ProtocolEntry, order: Order, figures: Figures) -> tuple[Finding, ...]:
    """Dose, rate, duration, session total and flow against the protocol's limits.

    The amount itself is judged as it was entered, so that a cap does not hide a slip.
    """
    origin = entry.origin
    by_dose = entry.dosed_by is DosedBy.DOSE
    weight_dose = order.amount if by_dose else figures.weight_dose.mg_kg
    weight_rate = figures.weight_rate.mg_kg_h if by_dose else order.amount
    raise_or_lower = ("Raise the dose.", "Lower the dose.")
    faster_or_slower = (
        "Raise the dose or shorten the infusion.",
        "Lower the dose or lengthen the infusion.",
    )
    if not by_dose:
        faster_or_slower = ("Raise the rate.", "Lower the rate.")
    return (
        *band_findings(weight_dose, entry.dose_mg_kg, "mg/kg", "DOSE", raise_or_lower, origin),
        *band_findings(weight_rate, entry.rate_mg_kg_h, "mg/kg/h", "RATE", faster_or_slower, origin),
        *band_findings(
            figures.dose_rate.mg_h, entry.rate_mg_h, "mg/h", "DRUG-RATE", faster_or_slower, origin
        ),
        *band_findings(
            order.minutes.min,
            entry.duration_min,
            "min",
            "DURATION",
            ("Lengthen the infusion.", "Shorten the infusion."),
            origin,
        ),
        *band_findings(
            figures.dose.mg,
            Band(hard_high=entry.session_total_hard_mg),
            "mg in one session",
            "SESSION-TOTAL",
            raise_or_lower,
            origin,
        ),
        *band_findings(
            figures.rate.ml_h,
            entry.pump_rate_ml_h,
            "mL/h",
            "PUMP-RATE",
            ("Use a lower concentration.", "Use a higher concentration or lengthen the infusion."),
            origin,
        ),
        *_cap_findings(entry, order, figures),
    )


def _cap_findings(entry: ProtocolEntry, order: Order, figures: Figures) -> tuple[Finding, ...]:
    origin = entry.origin
    if figures.capped is not None:
        sentence = f"Capped at {figures.capped} ({origin}): the order is lowered to it."
        return (origin.finding(Severity.INFO, "CAP", sentence, figures.capped, Override.NONE),)
    if order.lift_cap and (entry.cap_mg is not None or entry.cap_mg_h is not None):
        sentence = f"The cap of this protocol is lifted ({origin}). Write down the prescriber's reason."
        return (origin.finding(Severity.SOFT, "CAP-LIFTED", sentence, "", Override.REASON),)
    return ()


def concentration_findings(entry: ProtocolEntry, order: Order, figures: Figures) -> tuple[Finding, ...]:
    """Whether this concentration may be infused, and whether the volume fits the syringe."""
    origin, mg_ml = entry.origin, order.concentration.mg_ml
    found: list[Finding] = []
    rule = next((rule for rule in entry.concentrations if rule.mg_ml == mg_ml), None)
    if rule is None:
        reason = next((refusal.reason for refusal in entry.rejected if refusal.mg_ml == mg_ml), "")
        allowed = ", ".join(plain(rule.mg_ml) for rule in entry.concentrations)
        sentence = (
            f"{order.concentration} may not be infused ({origin}); allowed are {allowed} mg/mL. {reason}"
        )
        found.append(
            origin.finding(
                Severity.HARD, "CONCENTRATION", sentence.strip(), f"{allowed} mg/mL", Override.NEVER
            )
        )
    elif rule.warning:
        sentence = (
            f"{order.concentration} is unusual ({origin}): {rule.warning}. A second person reads the label."
        )
        found.append(
            origin.finding(
                Severity.WARNING,
                "CONCENTRATION-WARN",
                sentence,
                str(order.concentration),
                Override.SECOND_PERSON,
            )
        )
    if figures.volume > order.syringe.capacity:
        sentence = (
            f"{shown_above(figures.volume.ml)} mL do not fit the {order.syringe.name} syringe, which holds "
            f"{order.syringe.capacity}. Use a larger syringe or a higher concentration."
        )
        found.append(
            origin.finding(
                Severity.HARD, "SYRINGE-CAPACITY", sentence, str(order.syringe.capacity), Override.NEVER
            )
        )
    return tuple(found)


def patient_findings(entry: ProtocolEntry, order: Order, context: PatientContext) -> tuple[Finding, ...]:
    """Weight, age and the time since the last session."""
    origin = entry.origin
    found = list(
        band_findings(
            order.scales_weight.kg,
            entry.weight_kg,
            "kg",
            "WEIGHT",
            ("Weigh the patient again, in kilograms.", "Weigh the patient again, in kilograms."),
            origin,
            "the patient weighs",
        )
    )
    if order.weight > order.scales_weight:
        sentence = (
            f"The dosing weight {order.weight} is above the actual weight {order.scales_weight}. "
            "Dose by the actual weight."
        )
        found.append(origin.finding(Severity.HARD, "WEIGHT-BASIS", sentence, "", Override.NEVER))
    youngest = entry.age_hard_low_years
    if context.age_years < youngest:
        limit = f"{youngest} years"
        if context.director_allows_age:
            sentence = (
                f"The patient is {context.age_years}; the medical director allowed it ({origin}). "
                "Write down why."
            )
            found.append(origin.finding(Severity.SOFT, "AGE-ALLOWED", sentence, limit, Override.REASON))
        else:
            sentence = (
                f"Hard limit {limit} ({origin}): the patient is {context.age_years}. "
                "Only the medical director can allow it."
            )
            found.append(origin.finding(Severity.HARD, "AGE", sentence, limit, Override.NEVER))
    gap = context.hours_since_last
    if entry.min_gap_h is not None and gap is not None and gap < entry.min_gap_h:
        limit = f"{plain(entry.min_gap_h)} h"
        hours = shown_below(gap, 1)
        sentence = (
            f"Soft limit {limit} between sessions ({origin}): the last one ended {hours} h ago. "
            "Ask the prescriber and give a reason."
        )
        found.append(origin.finding(Severity.SOFT, "GAP", sentence, limit, Override.REASON))
    days = entry.max_consecutive_days
    if days is not None and context.consecutive_days > days:
        sentence = (
            f"Soft limit {days} consecutive days ({origin}): today is day {context.consecutive_days}. "
            "Ask the prescriber and give a reason."
        )
        found.append(origin.finding(Severity.SOFT, "DAYS", sentence, f"{days} days", Override.REASON))
    return tuple(found)
