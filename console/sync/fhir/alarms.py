"""Alarms, the waveforms around them, and the pauses that interlock rules proposed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from console.clinical.vitals import VITALS, Vital
from console.session.events import (
    AlarmAcknowledged,
    AlarmCleared,
    AlarmRaised,
    AlarmReminded,
    Entry,
    InfusionStarted,
    PauseProposalCancelled,
    PauseProposalEnded,
    PauseProposed,
    Priority,
)
from console.sync.fhir.codes import MDC, PROCEDURE, WAVE_OF
from console.sync.fhir.scope import Scope
from console.sync.fhir.source import Resource, Strip
from console.sync.fhir.values import Body, coding, concept, instant, measured, note, number, period, quantity

SEVERITY: Final = {Priority.HIGH: "high", Priority.MEDIUM: "moderate", Priority.LOW: "low"}
"""Alarm priority as the severity of a detected issue."""

NO_SAMPLE: Final = "E"
"""What SampledData writes where there is no sample (HL7 R4)."""


def alarms_of(scope: Scope) -> Iterator[Resource]:
    """Each alarm as an observation; one of the patient's own body as a detected issue as well."""
    strips: dict[int, list[Strip]] = {}
    for strip in scope.source.strips:
        strips.setdefault(strip.alarm_seq, []).append(strip)
    for entry in scope.entries:
        match entry.event:
            case AlarmRaised() as alarm:
                later = _later(scope, entry, alarm)
                yield _alarm(scope, entry, alarm, later, strips.get(entry.seq, ()))
                if alarm.physiological and alarm.priority is not Priority.LOW:
                    yield _issue(scope, entry, alarm)
                for strip in strips.get(entry.seq, ()):
                    yield _strip(scope, entry, strip)
            case PauseProposed() as proposed:
                yield _proposal(scope, entry, proposed)
            case _:
                pass


def vital_of(code: str) -> Vital | None:
    """The vital sign an alarm speaks of (``spo2_low``), None where it is none."""
    found = [vital for vital in Vital if code.startswith(f"{vital.value}_")]
    return max(found, key=lambda vital: len(vital.value)) if found else None


def _later(scope: Scope, entry: Entry, alarm: AlarmRaised) -> tuple[Entry, ...]:
    return tuple(
        e
        for e in scope.entries
        if e.seq > entry.seq
        and isinstance(e.event, AlarmCleared | AlarmAcknowledged | AlarmReminded)
        and e.event.alarm_id == alarm.alarm_id
    )


def _alarm(
    scope: Scope, entry: Entry, alarm: AlarmRaised, later: Sequence[Entry], strips: Sequence[Strip]
) -> Resource:
    cleared = next((e for e in later if isinstance(e.event, AlarmCleared)), None)
    vital = vital_of(alarm.code)
    value, limit = (_figure(vital, one) for one in (alarm.value, alarm.limit))
    side = "low" if "_low" in alarm.code else "high"
    body: Body = {
        "status": "final",
        "category": [PROCEDURE],
        "code": concept(alarm.message, coding(scope.names.system("alarm"), alarm.code)),
        "subject": scope.subject,
        "encounter": scope.encounter,
        "effectivePeriod": period(entry.at.mono_ns, None if cleared is None else cleared.at.mono_ns),
        "issued": instant(entry.at.mono_ns),
        "valueQuantity": value,
        "valueString": f"{alarm.priority.value} priority" if value is None else None,
        "interpretation": [concept(f"{alarm.priority.value} priority alarm")],
        "referenceRange": [{side: limit}] if limit is not None and value is not None else None,
        "device": scope.console,
        "hasMember": [
            scope.ref("Observation", entry.seq, f"strip/{one.wave.value}/{one.source}") for one in strips
        ],
        "note": [_happened(e) for e in later if not isinstance(e.event, AlarmCleared)],
    }
    return scope.made("Observation", entry.seq, "alarm", body, [e.seq for e in later])


def _figure(vital: Vital | None, value: float | None) -> Body | None:
    if value is None:
        return None
    if vital is None:
        return {"value": number(Decimal(str(round(value, 4))))}
    kind = VITALS[vital]
    return quantity(measured(value, kind.places), kind.unit, kind.shown_unit)


def _happened(entry: Entry) -> Body:
    if isinstance(entry.event, AlarmAcknowledged):
        return note(f"Acknowledged by {entry.actor.name}", entry.at.mono_ns)
    return note("Sounded again: it still held", entry.at.mono_ns)


def _issue(scope: Scope, entry: Entry, alarm: AlarmRaised) -> Resource:
    started = next((e for e in scope.entries if isinstance(e.event, InfusionStarted)), None)
    running = started is not None and started.seq < entry.seq
    implicated = scope.ref("MedicationAdministration", started.seq, "given") if started and running else None
    body: Body = {
        "status": "final",
        "code": concept(alarm.message, coding(scope.names.system("alarm"), alarm.code)),
        "severity": SEVERITY[alarm.priority],
        "patient": scope.subject,
        "identifiedDateTime": instant(entry.at.mono_ns),
        "author": scope.console,
        "implicated": [] if implicated is None else [implicated],
        "evidence": [{"detail": [scope.ref("Observation", entry.seq, "alarm")]}],
        "detail": alarm.message,
    }
    return scope.made("DetectedIssue", entry.seq, "issue", body)


def _proposal(scope: Scope, entry: Entry, proposed: PauseProposed) -> Resource:
    ends = [
        e
        for e in scope.entries
        if isinstance(e.event, PauseProposalCancelled | PauseProposalEnded)
        and e.event.proposal_id == proposed.proposal_id
    ]
    body: Body = {
        "status": "final",
        "code": concept(proposed.message, coding(scope.names.system("interlock"), proposed.rule)),
        "patient": scope.subject,
        "identifiedDateTime": instant(entry.at.mono_ns),
        "author": scope.console,
        "detail": proposed.message,
        "mitigation": [_mitigation(scope, e) for e in ends],
    }
    return scope.made("DetectedIssue", entry.seq, "proposal", body, [e.seq for e in ends])


def _mitigation(scope: Scope, entry: Entry) -> Body:
    said = "Pause"
    match entry.event:
        case PauseProposalCancelled(reason=reason):
            said = f"A person kept the infusion going: {reason}"
        case PauseProposalEnded(why=why):
            said = why
        case _:
            pass
    who = scope.who(entry.actor)
    author = who if who is not None and "reference" in who else None
    return {"action": concept(said or "Pause"), "date": instant(entry.at.mono_ns), "author": author}


# --- waveforms --------------------------------------------------------------------------------------


def _strip(scope: Scope, entry: Entry, strip: Strip) -> Resource:
    words = f"{strip.wave.value.upper()} around an alarm"
    known = WAVE_OF.get(strip.wave)
    codes = [coding(scope.names.system("wave"), strip.wave.value, words)]
    body: Body = {
        "status": "final",
        "category": [PROCEDURE],
        "code": concept(words, *([coding(MDC, *known)] if known else []), *codes),
        "subject": scope.subject,
        "encounter": scope.encounter,
        "effectiveDateTime": instant(strip.start_ns),
        "device": scope.device(strip.source),
        "valueSampledData": {
            "origin": quantity(Decimal(0), strip.unit),
            "period": number(strip.period_ms),
            "factor": number(strip.factor),
            "dimensions": 1,
            "data": " ".join(NO_SAMPLE if one is None else str(one) for one in strip.samples),
        },
    }
    return scope.made("Observation", entry.seq, f"strip/{strip.wave.value}/{strip.source}", body)
