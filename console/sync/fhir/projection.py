"""From one session to its FHIR R4 resources: a pure function, the same for a file, a push and a test."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from console.session.events import Corrected, Entry
from console.sync.fhir.alarms import alarms_of
from console.sync.fhir.care import care_of
from console.sync.fhir.codes import TEST_DATA
from console.sync.fhir.papers import papers_of
from console.sync.fhir.pressure import pressures_of
from console.sync.fhir.scope import Scope, scope_of
from console.sync.fhir.source import Resource, Source
from console.sync.fhir.staff import shared_of
from console.sync.fhir.treatment import treatment_of
from console.sync.fhir.values import Body, note
from console.sync.fhir.visit import visit_of
from console.sync.fhir.vitals import numerics_of

AMENDED: Final = frozenset({"Observation", "QuestionnaireResponse"})
"""Types that have a status for it (HL7 R4); the others say it in a note and their provenance."""

WITH_NOTE: Final = frozenset({"Observation", "MedicationRequest", "MedicationAdministration", "Procedure"})


def project(source: Source) -> tuple[Resource, ...]:
    """Every resource of a session, what others refer to first.

    Nothing is ever taken away: a correction makes what it corrects ``amended`` and is a resource itself.

    Raises:
        NoSession: the entries hold no session.
    """
    scope = scope_of(source)
    made: list[Resource] = [
        *shared_of(scope),
        *visit_of(scope),
        *treatment_of(scope),
        *pressures_of(scope),
        *numerics_of(scope),
        *alarms_of(scope),
        *care_of(scope),
    ]
    made += papers_of(scope, made)
    return tuple(_marked(scope, _corrected(one, scope)) for one in made)


def _corrected(made: Resource, scope: Scope) -> Resource:
    corrections = [entry for seq in set(made.seqs) for entry in scope.corrections.get(seq, ())]
    if made.shared or not corrections:
        return made
    body = dict(made.body)
    if made.type in AMENDED:
        body["status"] = "amended"
    if made.type in WITH_NOTE:
        body["note"] = [*_listed(body.get("note")), *map(_note, _in_order(corrections))]
    return replace(made, body=body)


def _in_order(entries: Iterable[Entry]) -> Sequence[Entry]:
    return sorted(entries, key=lambda entry: entry.seq)


def _listed(given: object) -> list[Body]:
    return list(given) if isinstance(given, list) else []


def _note(entry: Entry) -> Body:
    said = entry.event
    words = f"{said.text} ({said.reason})" if isinstance(said, Corrected) else ""
    return note(f"Corrected by {entry.actor.name}: {words}", entry.at.mono_ns)


def _marked(scope: Scope, made: Resource) -> Resource:
    """Say of test data that it is test data, on everything but people: they may be real."""
    if not scope.test_data or made.type == "Practitioner":
        return made
    meta = made.body.get("meta")
    tagged = dict(meta) if isinstance(meta, dict) else {}
    return replace(made, body={**made.body, "meta": {**tagged, "security": [TEST_DATA]}})
