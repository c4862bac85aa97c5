"""Rate changes during the infusion, and the ceilings nothing may ever be commanded above."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from console.clinical.dosing import DosePlan, round_for_pump
from console.clinical.finding import Finding, Override, Severity, shown_above, shown_below
from console.clinical.order_checks import band_findings
from console.clinical.protocol import Band, ProtocolEntry
from console.units import Concentration, Minutes, Rate, Volume, Weight, dose_in, plain


@dataclass(frozen=True, slots=True)
class Step:
    """A change of rate somebody asks for.

    Attributes:
        current: Rate the pump runs at.
        new: Rate asked for.
        since_change: Minutes since the rate was last changed, or since the start.
        given: Volume given so far by the pump's own counter.
        elapsed: Minutes of infusion so far, pauses left out.
    """

    current: Rate
    new: Rate
    since_change: Minutes
    given: Volume
    elapsed: Minutes


def hard_ceiling_rate(entry: ProtocolEntry, weight: Weight, concentration: Concentration) -> Rate:
    """The highest rate that may be commanded for this patient and syringe, as the pump takes it.

    The least of the hard limits for mg/kg/h, mg/h and mL/h; rounded down.
    """
    ceilings = []
    if entry.rate_mg_kg_h.hard_high is not None:
        ceilings.append(entry.rate_mg_kg_h.hard_high * weight.kg / concentration.mg_ml)
    if entry.rate_mg_h.hard_high is not None:
        ceilings.append(entry.rate_mg_h.hard_high / concentration.mg_ml)
    if entry.pump_rate_ml_h.hard_high is not None:
        ceilings.append(entry.pump_rate_ml_h.hard_high)
    return Rate(round_for_pump(min(ceilings)))


def hard_ceiling_volume(entry: ProtocolEntry, weight: Weight, concentration: Concentration) -> Volume:
    """The largest volume that may be given in one session, as the pump takes it; rounded down."""
    most_mg = entry.session_total_hard_mg
    if entry.dose_mg_kg.hard_high is not None:
        most_mg = min(most_mg, entry.dose_mg_kg.hard_high * weight.kg)
    return Volume(round_for_pump(most_mg / concentration.mg_ml))


def highest_step(entry: ProtocolEntry, plan: DosePlan, current: Rate) -> Rate:
    """The highest rate one step may reach from ``current``, as the pump takes it; rounded down."""
    order = plan.order
    per_ml_h = order.concentration.mg_ml / order.weight.kg
    reach = current.ml_h + entry.step.max_increase_mg_kg_h / per_ml_h
    if entry.step.max_increase_percent is not None:
        reach = min(reach, current.ml_h * (1 + entry.step.max_increase_percent / 100))
    ceiling = hard_ceiling_rate(entry, order.weight, order.concentration)
    return Rate(min(round_for_pump(reach), ceiling.ml_h))


def check_step(entry: ProtocolEntry, plan: DosePlan, step: Step) -> tuple[Finding, ...]:
    """Judge a change of rate. Lowering is limited by nothing but what the pump can run."""
    origin, order = entry.origin, plan.order
    weight_rate = step.new.times(order.concentration).per(order.weight)
    found: list[Finding] = []
    if step.new.ml_h != round_for_pump(step.new.ml_h):
        lower = Rate(round_for_pump(step.new.ml_h))
        sentence = f"The pump cannot take {step.new}; the next lower rate is {lower}."
        found.append(origin.finding(Severity.HARD, "STEP-DIGITS", sentence, "4 digits", Override.NEVER))
    this = "this step reaches"
    either = ("Raise the rate, or stop.", "Choose a lower rate.")
    found += band_findings(step.new.ml_h, entry.pump_rate_ml_h, "mL/h", "PUMP-RATE", either, origin, this)
    if step.new <= step.current:
        return (*found, *_late_end(entry, plan, step))
    found += band_findings(
        weight_rate.mg_kg_h, _highs(entry.rate_mg_kg_h), "mg/kg/h", "RATE", either, origin, this
    )
    found += band_findings(
        step.new.times(order.concentration).mg_h,
        _highs(entry.rate_mg_h),
        "mg/h",
        "DRUG-RATE",
        either,
        origin,
        this,
    )
    return (*found, *_step_limits(entry, plan, step), *_totals(entry, plan, step))


def _highs(band: Band) -> Band:
    return Band(soft_high=band.soft_high, hard_high=band.hard_high)


def _step_limits(entry: ProtocolEntry, plan: DosePlan, step: Step) -> tuple[Finding, ...]:
    origin, order, limit = entry.origin, plan.order, entry.step
    found: list[Finding] = []
    highest = highest_step(entry, plan, step.current)
    rise = Rate(step.new.ml_h - step.current.ml_h).times(order.concentration).per(order.weight).mg_kg_h
    if rise > limit.max_increase_mg_kg_h:
        bound = f"{plain(limit.max_increase_mg_kg_h)} mg/kg/h in one step"
        sentence = (
            f"Hard limit {bound} ({origin}): this step is {shown_above(rise)} mg/kg/h. "
            f"The highest rate now is {highest}."
        )
        found.append(origin.finding(Severity.HARD, "STEP-SIZE", sentence, bound, Override.NEVER))
    percent_limit = limit.max_increase_percent
    if percent_limit is not None and step.new.ml_h * 100 > step.current.ml_h * (100 + percent_limit):
        bound = f"{plain(percent_limit)} % in one step"
        sentence = (
            f"Hard limit {bound} ({origin}): {step.current} to {step.new} is more. "
            f"The highest rate now is {highest}."
        )
        found.append(origin.finding(Severity.HARD, "STEP-PERCENT", sentence, bound, Override.NEVER))
    if step.since_change.min < limit.min_interval_min:
        bound = f"{plain(limit.min_interval_min)} min between steps"
        wait = shown_above(limit.min_interval_min - step.since_change.min, 0)
        ago = shown_below(step.since_change.min, 0)
        sentence = f"Hard limit {bound} ({origin}): the last change was {ago} min ago. Wait {wait} min."
        found.append(origin.finding(Severity.HARD, "STEP-INTERVAL", sentence, bound, Override.NEVER))
    return tuple(found)


def _totals(entry: ProtocolEntry, plan: DosePlan, step: Step) -> tuple[Finding, ...]:
    order = plan.order
    total = dose_in(max(plan.pump_volume, step.given), order.concentration)
    shortest = Band(hard_low=entry.duration_min.hard_low, soft_low=entry.duration_min.soft_low)
    return (
        *band_findings(
            total.mg,
            Band(hard_high=entry.session_total_hard_mg),
            "mg in one session",
            "SESSION-TOTAL",
            ("", "Do not raise the rate."),
            entry.origin,
        ),
        *band_findings(
            _whole_minutes(plan, step),
            shortest,
            "min",
            "DURATION",
            ("Choose a lower rate.", ""),
            entry.origin,
            "the infusion would end after",
        ),
    )


def _late_end(entry: ProtocolEntry, plan: DosePlan, step: Step) -> tuple[Finding, ...]:
    longest = entry.duration_min.hard_high
    if step.new.ml_h <= 0 or longest is None:
        return ()
    end = _whole_minutes(plan, step)
    if end <= longest:
        return ()
    sentence = (
        f"At {step.new} the infusion would take {shown_above(end, 0)} min in all; "
        f"{plain(longest)} min is the limit ({entry.origin}). "
        "It will be stopped then with part of the dose left."
    )
    return (
        entry.origin.finding(
            Severity.WARNING, "DURATION-END", sentence, f"{plain(longest)} min", Override.CONFIRM
        ),
    )


def _whole_minutes(plan: DosePlan, step: Step) -> Decimal:
    left_ml = max(plan.pump_volume.ml - step.given.ml, Decimal(0))
    return step.elapsed.min + left_ml * 60 / step.new.ml_h
