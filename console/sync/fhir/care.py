"""What people saw and did at the bedside: adverse events, rescue drugs, scores, words."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from console.clinical.scales import SCALES, Scale
from console.session.events import (
    Care,
    CareNoted,
    Commented,
    Entry,
    InfusionStarted,
    ScoreRecorded,
    UnfitDeviceAccepted,
)
from console.sync.fhir.codes import LOINC, OXYGEN_THERAPY, PAIN_NRS, SNOMED, SURVEY, TERMINOLOGY
from console.sync.fhir.scope import Scope
from console.sync.fhir.source import Resource
from console.sync.fhir.values import Body, coding, concept, instant, note, quantity
from console.sync.fhir.visit import finding

ADVERSE: Final[dict[Care, tuple[str, str, str]]] = {
    Care.NAUSEA: ("Nausea", "422587007", "Nausea"),
    Care.VOMITING: ("Vomiting", "422400008", "Vomiting"),
    Care.DIZZINESS: ("Dizziness", "404640003", "Dizziness"),
    Care.ANXIETY: ("Anxiety", "48694002", "Anxiety"),
    Care.DISSOCIATION: ("Dissociation", "", ""),
}
"""Words and SNOMED CT finding of what a patient may feel; dissociation goes by its words."""

RESCUE: Final = {
    Care.BP_DRUG: "Drug against high blood pressure",
    Care.ANTIEMETIC: "Drug against nausea",
}

GRADES: Final = {1: "mild", 2: "moderate", 3: "severe"}

SCALE_OF: Final[dict[str, Scale]] = {scale.id: scale for scale in SCALES}


def care_of(scope: Scope) -> Iterator[Resource]:
    """Care events, scores and comments."""
    started = next((e for e in scope.entries if isinstance(e.event, InfusionStarted)), None)
    for entry in scope.entries:
        match entry.event:
            case CareNoted() as care:
                yield _care(scope, entry, care, started)
            case ScoreRecorded() as score:
                yield _answers(scope, entry, score)
                yield _total(scope, entry, score)
            case Commented(text=said, at_wall_utc_ns=t_ns):
                body = finding(scope, entry, "comment", "Comment")
                about = {"effectiveDateTime": instant(t_ns), "valueString": said}
                yield scope.made(
                    "Observation",
                    entry.seq,
                    "comment",
                    {**body, **about, "issued": instant(entry.at.mono_ns)},
                )
            case UnfitDeviceAccepted(device=device, objection=objection, reason=reason):
                words = "A device was used although its test speaks against it"
                if device == "patient":
                    words = "Treated although another room had a session with the same patient open"
                said = f"{device}: {objection}; all the same because: {reason}"
                body = finding(scope, entry, "unfit-device", words)
                yield scope.made("Observation", entry.seq, "unfit", {**body, "valueString": said})
            case _:
                pass


def _care(scope: Scope, entry: Entry, care: CareNoted, started: Entry | None) -> Resource:
    if care.care in ADVERSE:
        return _adverse(scope, entry, care, started)
    if care.care in RESCUE:
        return _rescue(scope, entry, care)
    if care.care is Care.OXYGEN:
        return _oxygen(scope, entry, care)
    words = "The patient asked to stop" if care.care is Care.ASKED_TO_STOP else "Note"
    body: Body = {
        **finding(scope, entry, care.care.value.replace("_", "-"), words),
        "effectiveDateTime": instant(care.happened_at.mono_ns),
        "valueString": care.note or words,
    }
    return scope.made("Observation", entry.seq, "care", body)


def _adverse(scope: Scope, entry: Entry, care: CareNoted, started: Entry | None) -> Resource:
    words, code, display = ADVERSE[care.care]
    grade = GRADES.get(care.grade)
    suspect = None
    if started is not None and started.seq < entry.seq:
        suspect = scope.ref("MedicationAdministration", started.seq, "given")
    body: Body = {
        "actuality": "actual",
        "event": concept(
            f"{words}: {care.note}" if care.note else words,
            *([coding(SNOMED, code, display)] if code else []),
            coding(scope.names.system("care"), care.care.value, words),
        ),
        "subject": scope.subject,
        "encounter": scope.encounter,
        "date": instant(care.happened_at.mono_ns),
        "recordedDate": instant(entry.at.mono_ns),
        "severity": concept("", coding(TERMINOLOGY + "adverse-event-severity", grade, grade.capitalize()))
        if grade
        else None,
        "recorder": scope.who(entry.actor),
        "suspectEntity": [] if suspect is None else [{"instance": suspect}],
    }
    return scope.made("AdverseEvent", entry.seq, "care", body)


def _rescue(scope: Scope, entry: Entry, care: CareNoted) -> Resource:
    words, who = RESCUE[care.care], scope.who(entry.actor)
    body: Body = {
        "status": "completed",
        "medicationCodeableConcept": concept(
            f"{words}: {care.note}" if care.note else words,
            coding(scope.names.system("care"), care.care.value, words),
        ),
        "subject": scope.subject,
        "context": scope.encounter,
        "effectiveDateTime": instant(care.happened_at.mono_ns),
        "performer": [] if who is None else [{"actor": who}],
    }
    return scope.made("MedicationAdministration", entry.seq, "care", body)


def _oxygen(scope: Scope, entry: Entry, care: CareNoted) -> Resource:
    who = scope.who(entry.actor)
    body: Body = {
        "status": "completed",
        "code": OXYGEN_THERAPY,
        "subject": scope.subject,
        "encounter": scope.encounter,
        "performedDateTime": instant(care.happened_at.mono_ns),
        "performer": [] if who is None else [{"actor": who}],
        "note": [note(care.note)] if care.note else None,
    }
    return scope.made("Procedure", entry.seq, "care", body)


# --- scores -----------------------------------------------------------------------------------------


def _answers(scope: Scope, entry: Entry, score: ScoreRecorded) -> Resource:
    scale = SCALE_OF.get(score.scale)
    labels = {} if scale is None else {item.id: item.label for item in scale.items}
    version = 1 if scale is None else scale.version
    body: Body = {
        "questionnaire": f"{scope.names.system('questionnaire')}:{score.scale}|{version}",
        "status": "completed",
        "subject": scope.subject,
        "encounter": scope.encounter,
        "authored": instant(entry.at.mono_ns),
        "author": scope.agent(entry.actor),
        "item": [
            {"linkId": name, "text": labels.get(name, name), "answer": [{"valueInteger": value}]}
            for name, value in score.items.items()
        ],
    }
    return scope.made("QuestionnaireResponse", entry.seq, "score", body)


def _total(scope: Scope, entry: Entry, score: ScoreRecorded) -> Resource:
    scale = SCALE_OF.get(score.scale)
    title = score.scale if scale is None else scale.title
    codes = [coding(scope.names.system("scale"), score.scale, title)]
    if score.scale == "pain":
        codes.insert(0, coding(LOINC, *PAIN_NRS))
    body: Body = {
        **finding(scope, entry, "", ""),
        "category": [SURVEY],
        "code": concept(title, *codes),
        "valueQuantity": quantity(Decimal(score.total), "{score}", "score"),
        "derivedFrom": [scope.ref("QuestionnaireResponse", entry.seq, "score")],
    }
    return scope.made("Observation", entry.seq, "total", body)
