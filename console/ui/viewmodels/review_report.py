"""The tables of the printed report as text, in the order they are printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

import numpy as np

from console.clinical.discharge import CONFIRMATIONS
from console.clinical.vitals import Vital
from console.clock import NS_PER_S, Instant
from console.session.events import (
    AlarmAcknowledged,
    AlarmCleared,
    AlarmRaised,
    ArrivalAnswered,
    CommandRequested,
    CommandResolved,
    Commented,
    Corrected,
    DischargeConfirmed,
    Entry,
    Event,
    GapRecorded,
    NumericsSealed,
    PressureTaken,
    PromptCameDue,
    PumpChanged,
    ReviewSigned,
    WavesSealed,
)
from console.session.people import Order, Role
from console.session.release import discharge_facts, unmet
from console.ui.viewmodels.live_shapes import MARKERS
from console.ui.viewmodels.live_words import DASHES, shown_vital
from console.ui.viewmodels.review_axis import day, hm, hms, span_text, ticks
from console.ui.viewmodels.review_fold import INFUSION
from console.ui.viewmodels.review_sentences import sentence
from console.ui.viewmodels.review_shapes import Timeline
from console.units import plain

EVERY_S = 300
"""Vital signs are tabled every five minutes (ASA moderate sedation 2018, Anesthesiology 128:437)."""

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and what it says."""

    label: str
    value: str


def patient_facts(line: Timeline, zone: tzinfo | None) -> tuple[Fact, ...]:
    """Who was treated, when, and by whom."""
    session = line.state.session
    if session is None:
        return ()
    patient = session.patient
    weight = DASHES if session.weight_kg is None else f"{plain(session.weight_kg)} kg"
    return (
        Fact("Patient", patient.full_name),
        Fact("Born", patient.birth_date),
        Fact("Record number", patient.mrn),
        Fact("Sex", patient.sex.value),
        Fact("Weight today", weight),
        Fact("Session", f"{day(line.start_ns, zone)}, {hm(line.start_ns, zone)} to {hm(line.end_ns, zone)}"),
        Fact("Opened by", session.opened_by.name),
        Fact("Devices", "; ".join(line.devices) or DASHES),
    )


def order_facts(line: Timeline, zone: tzinfo | None) -> tuple[Fact, ...]:
    """The order with everything that follows from it, and who stood for it."""
    session = line.state.session
    order = None if session is None else session.order
    if session is None or order is None:
        return (Fact("Order", "none was in force"),)
    inputs = order.inputs
    ordered = _entry_of(line, "Ordered")
    by = DASHES if session.ordered_by is None else session.ordered_by.name
    verified = "not verified"
    if session.verified_by is not None and session.verified_at is not None:
        verified = f"{session.verified_by.name}, blind re-entry, {hms(session.verified_at.mono_ns, zone)}"
    baseline = session.baseline
    return (
        Fact("Protocol", f"{inputs.protocol_id}, drug library v{order.library_version.lstrip('v')}"),
        Fact("Dose", f"{plain(order.dose_mg)} mg ketamine in {plain(inputs.minutes)} min"),
        Fact("Ordered amount", f"{plain(inputs.amount)} {_amount_unit(order)}"),
        Fact("Concentration", f"{plain(inputs.concentration_mg_ml)} mg/mL"),
        Fact("Volume", f"{plain(order.volume_ml)} mL"),
        Fact("Rate", f"{plain(order.rate_ml_h)} mL/h"),
        Fact("As drug", f"{plain(order.dose_rate_mg_h)} mg/h, {plain(order.weight_rate_mg_kg_h)} mg/kg/h"),
        Fact("Syringe", f"{order.syringe_name}, {plain(order.diameter_mm)} mm"),
        Fact("Hard limits", f"{plain(order.hard_rate_ml_h)} mL/h, {plain(order.hard_volume_ml)} mL"),
        Fact("Observation", f"at least {plain(order.min_observation_min)} min"),
        Fact("Ordered by", by if ordered is None else f"{by}, {hms(ordered, zone)}"),
        Fact("Verified by", verified),
        Fact(
            "Baseline pressure",
            DASHES if baseline is None else f"{baseline.systolic:.0f}/{baseline.diastolic:.0f} mmHg",
        ),
        *(Fact("Notice", notice) for notice in order.notices),
    )


def _amount_unit(order: Order) -> str:
    """A protocol is dosed by weight or by weight and hour; the dose that follows tells which."""
    by_weight = abs(order.inputs.amount * order.weight_kg - order.dose_mg) <= order.dose_mg / 20
    by_hour = abs(order.inputs.amount - order.weight_rate_mg_kg_h) <= order.inputs.amount / 20
    return "mg/kg/h" if by_hour and not by_weight else "mg/kg"


def _entry_of(line: Timeline, begins: str) -> int | None:
    return next((one.t_ns for one in reversed(line.audit) if one.sentence.startswith(begins)), None)


VITALS_HEAD: Row = (
    "Time",
    "Phase",
    "mmHg (mean)",
    "HR",
    "SpO₂",
    "RR",
    "EtCO₂",
    "Temp",
    "mL/h",
    "mg given",
    "ng/mL*",
    "MOAA/S",
)
VITALS_NOTE = (
    "One-minute medians; pressure is the last cuff reading of the five minutes. -- is not known. "
    "mg given by the pump's counter. * plasma, model prediction (typical adult), not measured."
)


def vitals_rows(line: Timeline, zone: tzinfo | None) -> tuple[Row, ...]:
    """Every five minutes by the clock."""
    return tuple(_vitals_row(line, t_ns, zone) for t_ns in ticks(line.start_ns, line.end_ns, EVERY_S, zone))


def _vitals_row(line: Timeline, t_ns: int, zone: tzinfo | None) -> Row:
    second = line.second_of(t_ns)
    phase = next((one.name for one in line.phases if one.start_ns <= t_ns < one.end_ns), "")
    numbers = [
        shown_vital(vital, _median(line, vital, second))
        for vital in (Vital.HR, Vital.SPO2, Vital.RR, Vital.ETCO2, Vital.TEMP)
    ]
    bar = next((one for one in line.bars if one.start_ns <= t_ns < one.end_ns), None)
    order = None if line.state.session is None else line.state.session.order
    ml = line.given.at(t_ns)
    given = DASHES if ml is None or order is None else f"{ml * float(order.inputs.concentration_mg_ml):.1f}"
    level = line.predictions[0].at(second) if line.predictions else None
    scored = [
        one.total for one in line.scores if one.scale == "moaas" and 0 <= t_ns - one.t_ns < EVERY_S * NS_PER_S
    ]
    stopped = "0" if phase == INFUSION else ""
    return (
        hm(t_ns, zone),
        phase,
        _pressure(line, t_ns),
        *numbers,
        stopped if bar is None else plain(bar.rate_ml_h),
        given if ml is not None else "",
        "" if level is None else f"{level[0]:.0f}",
        "" if not scored else str(scored[-1]),
    )


def _pressure(line: Timeline, t_ns: int) -> str:
    recent = [one for one in line.pressures if 0 <= t_ns - one.t_ns < EVERY_S * NS_PER_S]
    if not recent:
        return DASHES
    last = recent[-1]
    mean = "" if last.mean is None else f" ({last.mean:.0f})"
    mark = "" if last.alarm is None else f" {MARKERS[last.alarm]}"
    return f"{last.systolic:.0f}/{last.diastolic:.0f}{mean}{mark}"


def _median(line: Timeline, vital: Vital, second: float) -> float | None:
    trend = line.trends.get(vital)
    if trend is None:
        return None
    end = int(second) + 1
    minute = trend.values[max(0, end - 60) : max(0, end)]
    known = minute[np.isfinite(minute)]
    # Less than half a minute of values is no minute's value.
    return float(np.median(known)) if len(known) >= 30 else None


ALARMS_HEAD: Row = ("Raised", "Alarm", "Lasted", "Acknowledged")


def alarm_rows(line: Timeline, zone: tzinfo | None) -> tuple[Row, ...]:
    """Every alarm."""
    rows = []
    for bar in line.alarms:
        end = line.end_ns if bar.end_ns is None else bar.end_ns
        lasted = span_text((end - bar.start_ns) / NS_PER_S)
        seen = "not acknowledged"
        if bar.acknowledged_ns is not None and bar.answered_s is not None:
            seen = f"{bar.acknowledged_by}, after {span_text(bar.answered_s)}"
        rows.append((hms(bar.start_ns, zone), f"{MARKERS[bar.priority]} {bar.message}", lasted, seen))
    return tuple(rows)


EVENTS_HEAD: Row = ("Time", "What", "Who")
_TOLD_ELSEWHERE = (
    AlarmAcknowledged,
    AlarmCleared,
    AlarmRaised,
    ArrivalAnswered,
    CommandRequested,
    CommandResolved,
    Commented,
    Corrected,
    DischargeConfirmed,
    NumericsSealed,
    PressureTaken,
    PromptCameDue,
    PumpChanged,
    ReviewSigned,
    WavesSealed,
)


def event_rows(line: Timeline, entries: tuple[Entry, ...], zone: tzinfo | None) -> tuple[Row, ...]:
    """What people and the pump did; samples, alarms and pressures have tables of their own."""
    corrected = {one.seq for one in line.audit if one.corrected}
    times = {one.seq: one.t_ns for one in line.audit}
    rows = []
    for entry in entries:
        if isinstance(entry.event, _TOLD_ELSEWHERE):
            continue
        mark = " (corrected, see below)" if entry.seq in corrected else ""
        rows.append((hms(times[entry.seq], zone), f"{sentence(entry.event)[1]}{mark}", _who(entry)))
    return tuple(rows)


def _who(entry: Entry) -> str:
    return "" if entry.actor.role is Role.ROOM else entry.actor.name


def arrival_text(entries: tuple[Entry, ...]) -> str:
    """The arrival checks in one sentence; whatever was not met is named."""
    answers = {entry.event.item: entry.event for entry in entries if isinstance(entry.event, ArrivalAnswered)}
    if not answers:
        return "No arrival check was answered."
    missed = [one for one in answers.values() if not one.ok]
    told = "; ".join(sentence(one)[1] for one in missed)
    met = f"Arrival checks: {len(answers) - len(missed)} of {len(answers)} met."
    return f"{met} {told}" if told else met


def gap_text(entries: tuple[Entry, ...], line: Timeline, zone: tzinfo | None) -> str:
    """Where nothing was known."""
    parts = [
        f"{hms(gap.start_ns, zone)} for {span_text(gap.seconds)}{': ' + gap.reason if gap.reason else ''}"
        for gap in line.gaps
    ]
    recorded: list[Event] = [entry.event for entry in entries if isinstance(entry.event, GapRecorded)]
    if not parts and not recorded:
        return "No gap in the numerics."
    if not parts:
        return "Gaps on record: " + "; ".join(sentence(one)[1] for one in recorded)
    return "No data: " + "; ".join(parts)


def gate_rows(line: Timeline, entries: tuple[Entry, ...], zone: tzinfo | None) -> tuple[Row, ...]:
    """What the discharge gate was judged on."""
    session = line.state.session
    if session is None or session.ended_at is None:
        return (("Discharge", "the infusion has not ended"),)
    at = session.discharged_at or Instant(line.end_ns, line.end_ns)
    facts = discharge_facts(line.state, at)
    away = DASHES
    if facts.systolic is not None and facts.diastolic is not None:
        away = f"{facts.systolic:.0f}/{facts.diastolic:.0f} mmHg"
        if facts.baseline_systolic is not None and facts.baseline_diastolic is not None:
            away += f" (baseline {facts.baseline_systolic:.0f}/{facts.baseline_diastolic:.0f})"
        if facts.pressure_age_min is not None:
            away += f", {facts.pressure_age_min:.0f} min before"
    scored = [
        (name, DASHES if score is None else str(score.total))
        for name, score in (
            ("MOAA/S", facts.moaas),
            ("Dissociation", facts.dissociation),
            ("Aldrete", facts.aldrete),
            ("MPADSS", facts.mpadss),
        )
    ]
    confirmed = _confirmations(line, entries, zone)
    held = unmet(line.state, at)
    verdict = "every condition was met" if not held else " ".join(held)
    if session.discharged_at is None:
        verdict = f"not discharged. {verdict}"
    return (
        ("Observed", f"{facts.observed_min:.0f} min, at least {facts.required_min:.0f}"),
        *scored,
        ("Pressure", away),
        *((item.label, confirmed.get(item.id, "not confirmed")) for item in CONFIRMATIONS),
        ("Gate", verdict),
    )


def _confirmations(line: Timeline, entries: tuple[Entry, ...], zone: tzinfo | None) -> dict[str, str]:
    times = {one.seq: one.t_ns for one in line.audit}
    found: dict[str, str] = {}
    for entry in entries:
        if isinstance(entry.event, DischargeConfirmed):
            word = "yes" if entry.event.ok else "withdrawn"
            found[entry.event.item] = f"{word}, {entry.actor.name}, {hms(times[entry.seq], zone)}"
    return found
