"""Questionnaires and scores over the course, what an answer asked for, and who looked after it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from console.course.course import Line
from console.course.facts_care import AlertAnswered, OutcomeScored
from console.course.instruments import Instrument
from console.sync.fhir.codes import LOINC, PAIN_NRS, SURVEY
from console.sync.fhir.course_scope import ENTERED_IN_ERROR, CourseScope, when
from console.sync.fhir.source import Resource
from console.sync.fhir.values import Body, coding, concept, quantity

TOTALS: Final[dict[str, tuple[str, str]]] = {
    "phq9": ("44261-6", "Patient Health Questionnaire 9 item (PHQ-9) total score [Reported]"),
    "gad7": ("70274-6", "Generalized anxiety disorder 7 item (GAD-7) total score [Reported.PHQ]"),
    "pain_nrs": PAIN_NRS,
    "cssrs_screen": ("93373-9", "Columbia suicide severity rating scale screener"),
}
"""LOINC names of results; every other instrument goes by its own id and its title."""

ALERT_WORDS: Final = "An answer asks for a safety assessment"


def scored_of(scope: CourseScope) -> Iterator[Resource]:
    """Answers, results, and what they asked for."""
    for line in scope.course.lines:
        if isinstance(line.fact, OutcomeScored):
            instrument = scope.books.instruments.get(line.fact.instrument)
            if line.fact.answers:
                yield _answers(scope, line, line.fact, instrument)
            yield _result(scope, line, line.fact, instrument)
            if line.fact.alerts:
                yield _alert(scope, line, line.fact, instrument)


def _answers(scope: CourseScope, line: Line, fact: OutcomeScored, instrument: Instrument | None) -> Resource:
    asked = {} if instrument is None else {item.id: item.text for item in instrument.items}
    items: list[Body] = [
        {"linkId": name, "text": asked.get(name, name), "answer": [{"valueInteger": value}]}
        for name, value in fact.answers.items()
    ]
    body = scope.answered(line, fact.instrument, fact.version, items, session_id=fact.session_id)
    if fact.by_patient:
        body["source"] = scope.subject
    return scope.made("QuestionnaireResponse", line, "answers", body)


def _result(scope: CourseScope, line: Line, fact: OutcomeScored, instrument: Instrument | None) -> Resource:
    title = fact.instrument if instrument is None else instrument.title
    found = None if instrument is None else instrument.band(fact.band)
    band = fact.band if found is None else found.label
    codes = [coding(scope.names.system("instrument"), fact.instrument, title)]
    if fact.instrument in TOTALS:
        codes.insert(0, coding(LOINC, *TOTALS[fact.instrument]))
    named = concept(band, coding(scope.names.system("band"), f"{fact.instrument}-{fact.band}", band))
    body: Body = {
        **scope.finding(line, "", "", session_id=fact.session_id, at=fact.taken_on.isoformat()),
        "category": [SURVEY],
        "code": concept(title, *codes),
        "derivedFrom": [scope.ref("QuestionnaireResponse", line, "answers")] if fact.answers else [],
    }
    if fact.total is not None:
        body["valueQuantity"] = quantity(Decimal(fact.total), "{score}", "score")
        body["interpretation"] = [named] if fact.band else []
    else:
        body["valueCodeableConcept"] = named
    return scope.made("Observation", line, "result", body)


def _alert(scope: CourseScope, line: Line, fact: OutcomeScored, instrument: Instrument | None) -> Resource:
    known = {} if instrument is None else {one.id: one.sentence for one in instrument.alerts}
    said = "; ".join(dict.fromkeys(known.get(one, ALERT_WORDS) for one in fact.alerts))
    looked = [
        (one, answer) for one, answer in scope.course.lines_of(AlertAnswered) if answer.line_id == line.id
    ]
    body: Body = {
        "status": ENTERED_IN_ERROR if line.struck else "final" if looked else "preliminary",
        "code": concept(ALERT_WORDS, coding(scope.names.system("finding"), "safety-question", ALERT_WORDS)),
        "severity": "high",
        "patient": scope.subject,
        "identifiedDateTime": when(line),
        "implicated": [scope.ref("Observation", line, "result")],
        "detail": said,
        "mitigation": [
            {
                "action": concept(f"{answer.assessment}. Done: {answer.action}"),
                "date": when(one),
                "author": scope.who(one),
            }
            for one, answer in looked
        ],
    }
    return scope.made("DetectedIssue", line, "alert", body, [one for one, _ in looked])
