"""Cuff pressures."""

from __future__ import annotations

from collections.abc import Iterator

from console.clinical.vitals import VITALS, Vital
from console.session.events import Entry, PressureTaken
from console.sync.fhir.codes import ABSENT, BLOOD_PRESSURE, VITAL_SIGNS, loinc, vital_concept
from console.sync.fhir.scope import Scope
from console.sync.fhir.source import Resource
from console.sync.fhir.values import Body, concept, instant, measured, note, quantity


def pressures_of(scope: Scope) -> Iterator[Resource]:
    """One panel a measurement."""
    for entry in scope.entries:
        if isinstance(entry.event, PressureTaken):
            yield _pressure(scope, entry, entry.event)


def _pressure(scope: Scope, entry: Entry, taken: PressureTaken) -> Resource:
    who = scope.who(entry.actor)
    body: Body = {
        "status": "final",
        "category": [VITAL_SIGNS],
        "code": concept("Blood pressure", loinc(BLOOD_PRESSURE)),
        "subject": scope.subject,
        "encounter": scope.encounter,
        "effectiveDateTime": instant(taken.measured_at.mono_ns),
        "issued": instant(entry.at.mono_ns),
        "performer": [] if who is None else [who],
        "device": scope.device(taken.source),
        "component": pressure_components(taken.systolic, taken.diastolic, taken.mean),
        "note": [note(said)] if (said := _said(taken, scope)) else None,
    }
    return scope.made("Observation", entry.seq, "pressure", body)


def _said(taken: PressureTaken, scope: Scope) -> str:
    source = "" if scope.device(taken.source) else f"Source: {taken.source}."
    return f"{source} {'Reading before the infusion.' if taken.baseline else ''}".strip()


def pressure_components(systolic: float, diastolic: float, mean: float | None) -> list[Body]:
    """Systolic and diastolic always, the mean where it is known."""
    figures = ((Vital.NIBP_SYS, systolic), (Vital.NIBP_DIA, diastolic), (Vital.NIBP_MEAN, mean))
    return [_component(vital, value) for vital, value in figures if value is not None]


def _component(vital: Vital, value: float) -> Body:
    kind = VITALS[vital]
    shown = quantity(measured(value, kind.places), kind.unit, kind.shown_unit)
    absent = ABSENT if shown is None else None
    return {"code": vital_concept(vital, kind.label), "valueQuantity": shown, "dataAbsentReason": absent}
