"""Observation and going home: the scores taken, the suggestions, the gate and the summary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal

from console.clinical import scales
from console.clinical.discharge import CONFIRMATIONS, Confirmation, pressure_unmet
from console.clinical.vitals import Vital
from console.clock import Instant
from console.room.wire import Live
from console.session.events import Care, EndReason
from console.session.release import discharge_facts, unmet
from console.session.state import Session, State
from console.ui.viewmodels.live_words import DASHES, ago, clock_hm, fixed, minutes_seconds
from console.units import plain

SCORED = (scales.MOAAS, scales.DISSOCIATION, scales.ALDRETE, scales.MPADSS)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A level suggested from live data; it counts once the nurse confirms it."""

    item_id: str
    level: int
    why: str


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """The latest score of a scale since the end of the infusion."""

    scale_id: str
    title: str
    total: int | None
    words: str


@dataclass(frozen=True, slots=True)
class ReleaseView:
    """The observation panel.

    Attributes:
        scores: Latest score of every scale the gate asks for.
        reasons: Why the patient may not leave yet, each with what to do.
        confirmations: What only a person can confirm, and whether it was.
        may_discharge: Nothing stands in the way.
        pressure: The last pressure with its age.
        pressure_met: It is recent and near enough to the baseline.
        unexplained: The infusion ended early, and the record has no reason yet.
    """

    scores: tuple[ScoreLine, ...]
    reasons: tuple[str, ...]
    confirmations: tuple[tuple[Confirmation, bool], ...]
    may_discharge: bool
    pressure: str
    pressure_met: bool
    unexplained: bool


def release_view(state: State, now: Instant) -> ReleaseView:
    """The panel from the state; everything unknown stands in the way."""
    session = state.session
    if session is None or session.ended is None:
        return ReleaseView((), ("The infusion has not ended.",), (), False, DASHES, False, False)
    reasons = unmet(state, now)
    return ReleaseView(
        scores=tuple(_line(session, scale, now) for scale in SCORED),
        reasons=reasons,
        confirmations=tuple((item, session.discharge.get(item.id, False)) for item in CONFIRMATIONS),
        may_discharge=not reasons,
        pressure=_pressure(session, now),
        pressure_met=not pressure_unmet(discharge_facts(state, now)),
        unexplained=session.ended.why is not EndReason.COMPLETE and not session.ended.reason,
    )


def _pressure(session: Session, now: Instant) -> str:
    if not session.pressures:
        return "not measured"
    last = session.pressures[-1]
    return f"{last.systolic:.0f}/{last.diastolic:.0f} mmHg · {ago(now.seconds_since(last.measured_at))}"


def _line(session: Session, scale: scales.Scale, now: Instant) -> ScoreLine:
    ended = session.ended_at
    for scored in reversed(session.scores):
        if scored.score.scale != scale.id:
            continue
        if ended is not None and scored.at.mono_ns < ended.mono_ns:
            break
        words = f"{scored.score.total} of {scale.highest} · {ago(now.seconds_since(scored.at))}"
        return ScoreLine(scale.id, scale.title, scored.score.total, words)
    return ScoreLine(scale.id, scale.title, None, "not scored since the infusion")


def suggestions(state: State, live: Live | None, scale: scales.Scale) -> tuple[Suggestion, ...]:
    """Levels live data suggest for a scale: pressure against baseline, and oxygen on room air."""
    session = state.session
    if session is None:
        return ()
    found = []
    pressure = session.pressures[-1] if session.pressures else None
    if pressure is not None and session.baseline is not None:
        baseline = session.baseline.systolic
        why = f"{pressure.systolic:.0f} mmHg, baseline {baseline:.0f} mmHg"
        if scale is scales.ALDRETE:
            level = scales.aldrete_circulation(baseline, pressure.systolic)
            found.append(Suggestion("circulation", level, why))
        elif scale is scales.MPADSS:
            found.append(Suggestion("vitals", scales.mpadss_vitals(baseline, pressure.systolic), why))
    reading = None if live is None else live.vitals.get(Vital.SPO2)
    if scale is scales.ALDRETE and reading is not None and reading.usable and reading.value is not None:
        oxygen = any(care.care is Care.OXYGEN for care in session.cares)
        level = scales.aldrete_oxygen(reading.value, on_oxygen=oxygen)
        found.append(
            Suggestion("oxygen", level, f"SpO₂ {reading.value:.0f} %{', oxygen given' if oxygen else ''}")
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One line of the summary."""

    label: str
    text: str


def summary(session: Session, zone: tzinfo | None) -> tuple[SummaryLine, ...]:
    """What is closed: who, what was given, how it ended, who did what."""
    lines = [SummaryLine("Patient", f"{session.patient.full_name}, MRN {session.patient.mrn}")]
    order, ended = session.order, session.ended
    if order is not None:
        amount = "mg/kg/h" if "PAIN" in order.inputs.protocol_id else "mg/kg"
        lines.append(
            SummaryLine("Ordered", f"{order.inputs.protocol_id}: {plain(order.inputs.amount)} {amount}, "
                        f"{plain(order.dose_mg)} mg in {plain(order.inputs.minutes)} min")
        )  # fmt: skip
    if ended is not None:
        lines.append(SummaryLine("Given", _given(ended.dose_mg, ended.infused_ml, ended.counter_trusted)))
        lines.append(SummaryLine("End", _end_words(ended.why, ended.reason)))
    if session.started_at is not None and session.ended_at is not None:
        span = minutes_seconds(session.ended_at.seconds_since(session.started_at))
        lines.append(
            SummaryLine(
                "Infusion",
                f"{clock_hm(session.started_at, zone)} to {clock_hm(session.ended_at, zone)}, {span}",
            )
        )
    if session.pressures and session.baseline is not None:
        highest = max(session.pressures, key=lambda p: p.systolic)
        before = f"{session.baseline.systolic:.0f}/{session.baseline.diastolic:.0f}"
        most = f"{highest.systolic:.0f}/{highest.diastolic:.0f}"
        lines.append(SummaryLine("Pressure", f"baseline {before}, highest {most} mmHg"))
    noted = ", ".join(f"{care.value.replace('_', ' ')} {count}×" for care, count in _counts(session))
    lines.append(SummaryLine("Noted", noted or "nothing"))
    if session.ordered_by is not None and session.verified_by is not None:
        lines.append(SummaryLine("By", f"{session.ordered_by.name}; checked by {session.verified_by.name}"))
    if session.discharged_at is not None and session.ended_at is not None:
        minutes = session.discharged_at.seconds_since(session.ended_at) / 60
        lines.append(
            SummaryLine(
                "Discharged",
                f"{clock_hm(session.discharged_at, zone)} after {minutes:.0f} min of observation",
            )
        )
    return tuple(lines)


def _given(dose_mg: Decimal | None, infused_ml: Decimal | None, trusted: bool) -> str:
    if infused_ml is None or dose_mg is None:
        return "not known: the pump's counter could not be read"
    note = "" if trusted else ", an estimate: the counter was lost"
    return f"{fixed(dose_mg, 2)} mg, {fixed(infused_ml, 3)} mL by the pump's own counter{note}"


def _end_words(why: EndReason, reason: str) -> str:
    words = {
        EndReason.COMPLETE: "complete",
        EndReason.STOPPED: "stopped early",
        EndReason.PUMP_FAILED: "the pump failed",
    }[why]
    return f"{words}: {reason}" if reason else words


def _counts(session: Session) -> tuple[tuple[Care, int], ...]:
    found: dict[Care, int] = {}
    for care in session.cares:
        found[care.care] = found.get(care.care, 0) + 1
    return tuple(found.items())
