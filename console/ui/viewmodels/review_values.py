"""What stands in the cards on top and beside the cursor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

import numpy as np

from console.clinical.scales import DISSOCIATION, MOAAS
from console.clinical.vitals import Vital
from console.clock import NS_PER_S
from console.session.events import EndReason, Priority
from console.ui.viewmodels.live_tone import Tone
from console.ui.viewmodels.live_words import DASHES, shown_vital
from console.ui.viewmodels.review_axis import hm, hms, span_text
from console.ui.viewmodels.review_shapes import AlarmBar, Pressure, ScoreMark, Timeline
from console.units import plain

SPO2_LOW = 92.0
"""Below it a desaturation is told with its length (site default, KETAMINE-ADULT preset)."""


@dataclass(frozen=True, slots=True)
class Card:
    """A figure on top of the page."""

    title: str
    value: str
    under: str
    tone: Tone = Tone.TEXT


@dataclass(frozen=True, slots=True)
class ValueLine:
    """A figure at the cursor."""

    label: str
    value: str
    tone: Tone
    note: str = ""


# --- cards --------------------------------------------------------------------------------------------


def cards(line: Timeline, zone: tzinfo | None = None) -> tuple[Card, ...]:
    """Given, pressure peak, lowest saturation, alarms, deepest sedation, discharge."""
    return (
        _given(line),
        _peak(line, zone),
        _lowest(line, zone),
        _alarms(line),
        _sedation(line, zone),
        _left(line, zone),
    )


def _given(line: Timeline) -> Card:
    session = line.state.session
    order = None if session is None else session.order
    if session is None or order is None:
        return Card("Given", DASHES, "nothing was ordered", Tone.FAINT)
    ordered = f"{float(order.dose_mg):.1f} mg"
    ended = session.ended
    if session.started_at is None:
        return Card("Given", f"0 of {ordered}", "not started", Tone.MUTED)
    if ended is not None and ended.dose_mg is None:
        return Card("Given", f"{DASHES} of {ordered}", "the pump's counter could not be read", Tone.HIGH)
    mg = session.given_ml * order.inputs.concentration_mg_ml if ended is None else ended.dose_mg
    trusted = session.counter_trusted and (ended is None or ended.counter_trusted)
    under = "by the pump's counter" if trusted else "counter was lost: the larger estimate"
    if ended is not None and ended.why is not EndReason.COMPLETE:
        under = f"{under}, ended early"
    return Card("Given", f"{float(mg or 0):.1f} of {ordered}", under, Tone.TEXT if trusted else Tone.HIGH)


def peak_of(line: Timeline) -> Pressure | None:
    """The highest systolic pressure from the start of the infusion on (of the session before a start)."""
    begun = line.bars[0].start_ns if line.bars else line.start_ns
    after = [one for one in line.pressures if one.t_ns >= begun]
    return max(after or line.pressures, key=lambda one: one.systolic, default=None)


def _peak(line: Timeline, zone: tzinfo | None) -> Card:
    peak = peak_of(line)
    if peak is None:
        return Card("Pressure peak", DASHES, "not measured", Tone.FAINT)
    session = line.state.session
    baseline = None if session is None else session.baseline
    rise = ""
    if baseline is not None:
        up, across = peak.systolic - baseline.systolic, peak.diastolic - baseline.diastolic
        rise = f"{up:+.0f}/{across:+.0f} on baseline, "
    value = f"{peak.systolic:.0f}/{peak.diastolic:.0f}"
    return Card("Pressure peak", value, f"{rise}{hm(peak.t_ns, zone)}", tone_of(peak.alarm))


def tone_of(priority: Priority | None) -> Tone:
    """The colour of an alarm's priority."""
    return {
        None: Tone.TEXT,
        Priority.LOW: Tone.LOW,
        Priority.MEDIUM: Tone.MEDIUM,
        Priority.HIGH: Tone.HIGH,
    }[priority]


def _lowest(line: Timeline, zone: tzinfo | None) -> Card:
    trend = line.trends.get(Vital.SPO2)
    if trend is None:
        return Card("SpO₂ lowest", DASHES, "not measured", Tone.FAINT)
    place = int(np.nanargmin(trend.values))
    value = float(trend.values[place])
    below = int(np.sum(trend.values < SPO2_LOW))
    at = hm(line.ns_of(place), zone)
    under = f"{at}, {span_text(below)} below {SPO2_LOW:.0f}" if below else at
    tone = Tone.HIGH if value <= 88 else Tone.MEDIUM if below else Tone.TEXT
    return Card("SpO₂ lowest", f"{value:.0f} %", under, tone)


def _alarms(line: Timeline) -> Card:
    counted = [bar for bar in line.alarms if bar.priority is not Priority.LOW]
    low = len(line.alarms) - len(counted)
    more = f", {low} low" if low else ""
    if not counted:
        return Card("Alarms", "0", f"none of high or medium priority{more}")
    answered = [bar.answered_s for bar in counted if bar.answered_s is not None]
    if answered and len(answered) == len(counted):
        under = f"all answered, slowest {max(answered):.0f} s{more}"
    else:
        ended = sum(1 for bar in counted if bar.answered_s is None and bar.end_ns is not None)
        gone = f", {ended} unanswered" if ended else ""
        under = f"{len(answered)} answered{gone}{more}"
    return Card("Alarms", str(len(counted)), under, tone_of(_worst(counted)))


def _worst(bars: list[AlarmBar]) -> Priority:
    return Priority.HIGH if any(bar.priority is Priority.HIGH for bar in bars) else Priority.MEDIUM


def _sedation(line: Timeline, zone: tzinfo | None) -> Card:
    levels = [one for one in line.scores if one.scale == MOAAS.id]
    if not levels:
        return Card("Deepest sedation", DASHES, "MOAA/S was not scored", Tone.FAINT)
    deepest = min(levels, key=lambda one: one.total)
    floating = max((one.total for one in line.scores if one.scale == DISSOCIATION.id), default=None)
    more = "" if floating is None else f", dissociation up to {floating}"
    tone = Tone.HIGH if deepest.total <= 2 else Tone.MEDIUM if deepest.total == 3 else Tone.TEXT
    return Card("Deepest sedation", f"MOAA/S {deepest.total}", f"{hm(deepest.t_ns, zone)}{more}", tone)


def last_score(line: Timeline, scale: str) -> ScoreMark | None:
    """The last score of a scale."""
    return next((one for one in reversed(line.scores) if one.scale == scale), None)


def _left(line: Timeline, zone: tzinfo | None) -> Card:
    session = line.state.session
    if session is None or session.aborted:
        return Card("Discharged", DASHES, "aborted before the infusion", Tone.FAINT)
    if session.discharged_at is None:
        return Card("Discharged", DASHES, "still here" if line.open else "no discharge recorded", Tone.MUTED)
    aldrete, mpadss = last_score(line, "aldrete"), last_score(line, "mpadss")
    shown = (("Aldrete", aldrete), ("MPADSS", mpadss))
    under = " · ".join(f"{name} {one.total}" for name, one in shown if one is not None)
    return Card("Discharged", hm(session.discharged_at.mono_ns, zone), under)


# --- at the cursor --------------------------------------------------------------------------------------


def values_at(
    line: Timeline, second: float, model: int = 0, zone: tzinfo | None = None
) -> tuple[ValueLine, ...]:
    """Every figure known at a second of the timeline; what is not known is dashes."""
    t_ns = line.ns_of(second)
    return (
        _pressure_at(line, t_ns),
        _vital_at(line, second, "Heart rate", Vital.HR, Tone.HR, "/min"),
        _vital_at(line, second, "SpO₂", Vital.SPO2, Tone.SPO2, "%"),
        _breath_at(line, second),
        _vital_at(line, second, "Temp", Vital.TEMP, Tone.TEMP, "°C"),
        _rate_at(line, t_ns),
        _given_at(line, t_ns),
        _predicted_at(line, second, model),
        _scored_at(line, t_ns, zone),
    )


def _pressure_at(line: Timeline, t_ns: int) -> ValueLine:
    before = [one for one in line.pressures if one.t_ns <= t_ns]
    if not before:
        return ValueLine("Pressure", DASHES, Tone.FAINT)
    last = before[-1]
    mean = "" if last.mean is None else f" ({last.mean:.0f})"
    age = span_text((t_ns - last.t_ns) / NS_PER_S)
    return ValueLine(
        "Pressure", f"{last.systolic:.0f}/{last.diastolic:.0f}{mean}", tone_of(last.alarm), f"{age} old"
    )


def _vital_at(line: Timeline, second: float, label: str, vital: Vital, tone: Tone, unit: str) -> ValueLine:
    trend = line.trends.get(vital)
    value = None if trend is None else trend.at(second)
    shown = shown_vital(vital, value)
    return ValueLine(
        label, shown if value is None else f"{shown} {unit}", tone if value is not None else Tone.FAINT
    )


def _breath_at(line: Timeline, second: float) -> ValueLine:
    found = [line.trends.get(vital) for vital in (Vital.RR, Vital.ETCO2)]
    rate, co2 = (None if trend is None else trend.at(second) for trend in found)
    shown = f"{shown_vital(Vital.RR, rate)} · {shown_vital(Vital.ETCO2, co2)}"
    return ValueLine("RR · EtCO₂", shown, Tone.FAINT if rate is None and co2 is None else Tone.CO2)


def _rate_at(line: Timeline, t_ns: int) -> ValueLine:
    # What still lasts at the end of the picture lasts there too.
    t_ns = min(t_ns, line.end_ns - 1)
    bar = next((one for one in line.bars if one.start_ns <= t_ns < one.end_ns), None)
    if bar is None:
        halted = any(one.start_ns <= t_ns < one.end_ns for one in line.pauses)
        return ValueLine("Rate", "paused" if halted else "not running", Tone.MUTED)
    weight = "" if bar.mg_kg_h is None else f" · {plain(bar.mg_kg_h)} mg/kg/h"
    return ValueLine("Rate", f"{plain(bar.rate_ml_h)} mL/h{weight}", Tone.DRUG)


def _given_at(line: Timeline, t_ns: int) -> ValueLine:
    session = line.state.session
    ml = line.given.at(t_ns)
    order = None if session is None else session.order
    if ml is None or order is None:
        return ValueLine("Given", DASHES, Tone.FAINT)
    mg = ml * float(order.inputs.concentration_mg_ml)
    return ValueLine("Given", f"{mg:.1f} mg", Tone.DRUG, f"{ml:.2f} mL")


def _predicted_at(line: Timeline, second: float, model: int) -> ValueLine:
    if not line.predictions:
        return ValueLine("Predicted", DASHES, Tone.FAINT, "no model for this age or weight")
    found = line.predictions[min(model, len(line.predictions) - 1)].at(second)
    if found is None:
        return ValueLine("Predicted", DASHES, Tone.FAINT)
    plasma, effect = found
    return ValueLine("Predicted", f"plasma {plasma:.0f} · effect {effect:.0f}", Tone.DRUG, "ng/mL, model")


def _scored_at(line: Timeline, t_ns: int, zone: tzinfo | None) -> ValueLine:
    levels = [one for one in line.scores if one.scale == MOAAS.id and one.t_ns <= t_ns]
    if not levels:
        return ValueLine("Sedation", DASHES, Tone.FAINT)
    last = levels[-1]
    return ValueLine("Sedation", f"MOAA/S {last.total}", Tone.TEXT, hms(last.t_ns, zone))
