"""The day of treatment, what was felt and done, and the weeks after."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from console.course import facts_care as care
from console.course.adverse import AdverseEvent, adverse_events
from console.course.course import Course, Line
from console.sync.fhir.codes import SNOMED, TERMINOLOGY
from console.sync.fhir.course_scope import ENTERED_IN_ERROR, CourseScope, when
from console.sync.fhir.source import Resource
from console.sync.fhir.values import Body, coding, concept, filled_of, instant, note, number

SNOMED_OF: Final[dict[str, tuple[str, str]]] = {
    "nausea": ("422587007", "Nausea"),
    "vomiting": ("422400008", "Vomiting"),
    "dizziness": ("404640003", "Dizziness"),
    "anxiety": ("48694002", "Anxiety"),
}
"""Findings of SNOMED CT; every other effect goes by its own code and its words."""

SEVERITY: Final = {1: "mild", 2: "moderate", 3: "severe", 4: "severe", 5: "severe"}
"""R4 binds severity to these three; the grade of CTCAE v5.0 stands in its text."""

FATAL: Final = 5


def cared_of(scope: CourseScope) -> Iterator[Resource]:
    """Everything of the day and of the weeks after, scores apart."""
    for line in scope.course.lines:
        match line.fact:
            case care.DayPrepared() as fact:
                yield _day(scope, line, fact)
            case care.IntentionStated() as fact:
                words = "What the person wants of this session"
                yield _said(scope, line, "intention", words, fact.words, fact.session_id)
            case care.LinePlaced() as fact:
                body = _done(scope, line, "Intravenous line placed", fact.session_id)
                body["performedDateTime"] = instant(fact.placed_wall_ns)
                body["performer"] = [{"actor": {"display": fact.placed_by}}] if fact.placed_by else []
                body["bodySite"] = [concept(fact.site)] if fact.site else []
                body["note"] = [note(f"{fact.gauge} gauge; punctures: {fact.attempts}")]
                yield scope.made("Procedure", line, "line", body)
            case care.EffectNoted() as fact:
                title = _title(scope, fact.effect)
                at = instant(fact.at_wall_ns)
                body = scope.finding(
                    line, fact.effect, title, session_id=fact.session_id, at=at, system="effect"
                )
                words = f"Expected effect of the treatment. {fact.note}"
                body |= {"valueInteger": fact.strength, "note": [note(words)]}
                yield scope.made("Observation", line, "effect", body)
            case care.AdverseBegan() as fact:
                yield _adverse(scope, line, fact)
            case care.DrugGiven() as fact:
                yield _drug(scope, line, fact)
            case care.AfterCareGiven() as fact:
                body = _done(scope, line, "After-care text handed over and gone through", fact.session_id)
                said = f"Version {fact.version}, given to {fact.given_to}"
                yield scope.made("Procedure", line, "after-care", {**body, "note": [note(said)]})
            case care.AccountTold() as fact:
                words = "What the person tells of the session"
                support = f"Support: {fact.support}" if fact.support else ""
                yield _said(scope, line, "account", words, fact.words, fact.session_id, support)
            case care.IntegrationPlanned() as fact:
                yield _integration(scope, line, fact)
            case care.IntegrationHeld() as fact:
                body = _done(scope, line, "Talk that takes up the session", fact.session_id)
                body["performedDateTime"] = fact.day.isoformat()
                body["note"] = [note(fact.note)] if fact.note else []
                yield scope.made("Procedure", line, "integration", body)
            case care.FollowedUp() as fact:
                task = scope.books.task(fact.task)
                words = fact.task if task is None else task.title
                said = "; ".join(
                    ("Reached" if fact.reached else "Not reached", *(["a concern"] if fact.concern else []))
                )
                yield _said(scope, line, "follow-up", words, said, fact.session_id, fact.note)
            case _:
                pass


def _title(scope: CourseScope, effect: str) -> str:
    known = scope.books.effect(effect)
    return effect if known is None else known.title


def _said(
    scope: CourseScope, line: Line, code: str, words: str, said: str, session_id: str, more: str = ""
) -> Resource:
    body = scope.finding(line, code, words, session_id=session_id)
    body |= {"valueString": said or "-", "note": [note(more)] if more else []}
    return scope.made("Observation", line, code, body)


def _done(scope: CourseScope, line: Line, words: str, session_id: str) -> Body:
    who = scope.who(line)
    return {
        "status": ENTERED_IN_ERROR if line.struck else "completed",
        "code": concept(words),
        "subject": scope.subject,
        "encounter": scope.visit(session_id),
        "performedDateTime": when(line),
        "performer": [] if who is None else [{"actor": who}],
    }


def _day(scope: CourseScope, line: Line, fact: care.DayPrepared) -> Resource:
    items: list[Body] = []
    for name, words, at in (
        ("last-meal", "Last food", fact.last_meal_wall_ns),
        ("last-drink", "Last clear fluid", fact.last_drink_wall_ns),
    ):
        if at is not None:
            items.append({"linkId": name, "text": words, "answer": [{"valueDateTime": instant(at)}]})
    comfort = {topic.id: topic.text for topic in scope.books.comfort}
    told = {
        "medicines": ("Medicines taken today", fact.medicines_taken),
        "pregnancy": ("Pregnancy excluded", fact.pregnancy),
        "escort": ("Goes home with", " ".join((fact.escort_name, fact.escort_phone)).strip()),
        "comfort": ("Arranged", "; ".join(comfort.get(one, one) for one in fact.comfort)),
        "note": ("Note", fact.note),
    }
    items += [
        {"linkId": name, "text": words, "answer": [{"valueString": said}]}
        for name, (words, said) in told.items()
        if said
    ]
    body = scope.answered(line, "day", 1, items, session_id=fact.session_id)
    return scope.made("QuestionnaireResponse", line, "day", body)


# --- adverse events ---------------------------------------------------------------------------------


def _adverse(scope: CourseScope, line: Line, fact: care.AdverseBegan) -> Resource:
    """One adverse event as it stands; a struck one says that it is none, because R4 has no status for it."""
    title = _title(scope, fact.effect)
    codes = [coding(SNOMED, *SNOMED_OF[fact.effect])] if fact.effect in SNOMED_OF else []
    codes.append(coding(scope.names.system("effect"), fact.effect, title))
    lines = _lines_of(scope.course, fact.event_id)
    found = {one.event_id: one for one in adverse_events(scope.course, scope.books)}.get(fact.event_id)
    body: Body = {
        "actuality": "actual",
        "event": concept(title, *codes),
        "subject": scope.subject,
        "encounter": scope.visit(fact.session_id),
        "date": instant(fact.onset_wall_ns),
        "recordedDate": when(line),
        "recorder": scope.who(line),
    }
    if found is None:
        body["event"] = concept(f"Entered in error, did not happen: {title}")
        body["outcome"] = _outcome("unknown")
    else:
        body |= _graded(scope, found, fact.note)
    return scope.made("AdverseEvent", line, "adverse", body, lines)


def _graded(scope: CourseScope, event: AdverseEvent, more: str) -> Body:
    grade = SEVERITY.get(event.worst, "severe")
    words = f"Worst grade {event.worst} of 5 (CTCAE v5.0)"
    said = [event.title, words, *event.actions, event.outcome, more]
    serious = "Serious" if event.serious else "Non-serious"
    over = "fatal" if event.worst >= FATAL else "ongoing" if event.ended_wall_ns is None else "resolved"
    event_codes = [coding(SNOMED, *SNOMED_OF[event.effect])] if event.effect in SNOMED_OF else []
    event_codes.append(coding(scope.names.system("effect"), event.effect, event.title))
    return {
        "event": concept("; ".join(one for one in said if one), *event_codes),
        "severity": concept(words, coding(TERMINOLOGY + "adverse-event-severity", grade, grade.capitalize())),
        "seriousness": concept("", coding(TERMINOLOGY + "adverse-event-seriousness", serious, serious)),
        "outcome": _outcome(over),
    }


def _outcome(code: str) -> Body:
    return concept("", coding(TERMINOLOGY + "adverse-event-outcome", code, code.capitalize()))


def _lines_of(course: Course, event_id: str) -> list[Line]:
    """What was written of an event after its beginning."""
    return [
        line
        for line in course.lines
        if isinstance(line.fact, care.AdverseChanged | care.AdverseEnded) and line.fact.event_id == event_id
    ]


def _drug(scope: CourseScope, line: Line, fact: care.DrugGiven) -> Resource:
    who = scope.who(line)
    began = next(
        (
            one
            for one in scope.course.lines
            if isinstance(one.fact, care.AdverseBegan)
            and fact.event_id
            and one.fact.event_id == fact.event_id
        ),
        None,
    )
    # The unit is as somebody typed it: it is told in words, not as a code it might not be.
    dose: Body = {"value": number(Decimal(fact.dose)), "unit": fact.unit}
    body: Body = {
        "status": ENTERED_IN_ERROR if line.struck else "completed",
        "medicationCodeableConcept": concept(fact.drug),
        "subject": scope.subject,
        "context": scope.visit(fact.session_id),
        "effectiveDateTime": instant(fact.at_wall_ns),
        "performer": [] if who is None else [{"actor": who}],
        "supportingInformation": [] if began is None else [scope.ref("AdverseEvent", began, "adverse")],
        "dosage": filled_of({"route": concept(fact.route) if fact.route else None, "dose": dose}),
    }
    return scope.made("MedicationAdministration", line, "drug", body)


def _integration(scope: CourseScope, line: Line, fact: care.IntegrationPlanned) -> Resource:
    held = [
        one
        for one, talk in scope.course.lines_of(care.IntegrationHeld)
        if talk.session_id == fact.session_id and one.seq > line.seq
    ]
    done = "completed" if held else "scheduled"
    body: Body = {
        "status": ENTERED_IN_ERROR if line.struck else "completed" if held else "active",
        "intent": "plan",
        "title": "Talk that takes up the session",
        "subject": scope.subject,
        "encounter": scope.visit(fact.session_id),
        "created": when(line),
        "author": scope.who(line),
        "supportingInfo": [scope.series],
        "activity": [
            {
                "detail": {
                    "code": concept("Integration"),
                    "status": done,
                    "scheduledTiming": {"event": [fact.day.isoformat()]},
                    "performer": [{"display": fact.with_whom}] if fact.with_whom else [],
                }
            }
        ],
    }
    return scope.made("CarePlan", line, "integration", body, held[:1])
