"""From a course of treatment, or the clinic's stock, to FHIR R4: a pure function."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from console.course.course import Course, Line
from console.course.events import Struck
from console.course.facts_plan import Onward, OnwardDecided
from console.course.facts_stock import StockReceived
from console.course.sessions import SessionFact
from console.session.people import Role
from console.sync.fhir.codes import KETAMINE, TERMINOLOGY, TEST_DATA
from console.sync.fhir.course_care import cared_of
from console.sync.fhir.course_plan import planned_of
from console.sync.fhir.course_scope import CourseScope, CourseSource, course_scope, when
from console.sync.fhir.course_scores import scored_of
from console.sync.fhir.scope import NOBODY, patient_id
from console.sync.fhir.source import Episode, Resource, resource
from console.sync.fhir.staff import patient_body, series_body
from console.sync.fhir.values import Body, coding, concept, quantity

FORMS = {"vial": "Vial", "syringe": "Prefilled syringe"}


def project_course(source: CourseSource) -> tuple[Resource, ...]:
    """Every resource of a course, what others refer to first.

    A line that was struck stays and is marked as entered in error.
    """
    scope = course_scope(source)
    if not scope.course.lines:
        return ()
    made = list(_stock(scope)) if scope.is_stock else list(_person(scope))
    made += _struck(scope, made)
    staff = list(_staff(scope)) if made else []
    return tuple(_marked(one, source.test_data) for one in (*staff, *made))


def _person(scope: CourseScope) -> Iterator[Resource]:
    patient = scope.source.patient
    names, first = scope.names, scope.course.lines[0].seq
    if patient is not None:
        id_ = patient_id(names, scope.course.patient_id)
        yield resource(names, "Patient", id_, patient_body(names, patient), (first,), shared=True)
    series = series_body(scope.subject, scope.source.episode)
    series_id = str(scope.series["reference"]).partition("/")[2]
    yield resource(names, "EpisodeOfCare", series_id, series, (first,), shared=True)
    yield from planned_of(scope)
    yield from scored_of(scope)
    yield from cared_of(scope)


def episode_of(course: Course, sessions: tuple[SessionFact, ...]) -> Episode:
    """How a series stands; sessions and the course tell it alike."""
    if not course.lines:
        return Episode()
    began = min((one.day for one in sessions if one.treated), default=None)
    decided = course.lines_of(OnwardDecided)
    since = course.lines[0].at.wall_utc.date().isoformat()
    if decided and decided[-1][1].onward is Onward.STOP:
        return Episode("finished", since, decided[-1][0].at.wall_utc.date().isoformat())
    return Episode("planned" if began is None else "active", since)


def _stock(scope: CourseScope) -> Iterator[Resource]:
    for line in scope.course.lines:
        if isinstance(line.fact, StockReceived):
            yield _lot(scope, line, line.fact)


def _lot(scope: CourseScope, line: Line, fact: StockReceived) -> Resource:
    """A delivery of one lot."""
    one_ml = quantity(Decimal(1), "mL")
    body: Body = {
        "code": KETAMINE,
        "status": "entered-in-error" if line.struck else "active",
        "form": concept(FORMS.get(fact.form, fact.form)),
        "amount": {"numerator": quantity(fact.fill_ml, "mL"), "denominator": quantity(Decimal(1), "1")},
        "ingredient": [
            {
                "itemCodeableConcept": KETAMINE,
                "isActive": True,
                "strength": {"numerator": quantity(fact.strength_mg_ml, "mg"), "denominator": one_ml},
            }
        ],
        "batch": {"lotNumber": fact.lot, "expirationDate": fact.expires.isoformat()},
    }
    return scope.made("Medication", line, "lot", body)


def _struck(scope: CourseScope, made: list[Resource]) -> list[Resource]:
    """Who struck a line and why, for every resource that was made of it."""
    seqs = {line.id: line.seq for line in scope.course.lines}
    found = []
    for line in scope.course.lines:
        if not isinstance(line.fact, Struck) or line.fact.line_id not in seqs:
            continue
        touched = [one for one in made if seqs[line.fact.line_id] in one.seqs and not one.shared]
        if touched:
            body: Body = {
                "target": [{"reference": one.key} for one in touched],
                "recorded": when(line),
                "reason": [concept(line.fact.reason)] if line.fact.reason else [],
                "activity": concept("Entered in error"),
                "agent": [
                    {
                        "type": concept(
                            "", coding(TERMINOLOGY + "provenance-participant-type", "author", "Author")
                        ),
                        "who": scope.who(line) or {"display": "The console"},
                    }
                ],
            }
            found.append(scope.made("Provenance", line, "struck", body))
    return found


def _staff(scope: CourseScope) -> Iterator[Resource]:
    """Everybody who wrote in it, as last named."""
    names = {entry.actor.user_id: entry.actor for entry in scope.source.entries}
    for user_id, actor in names.items():
        seqs = tuple(line.seq for line in scope.course.lines if line.by.user_id == user_id)[:1]
        if user_id in NOBODY or actor.role is Role.ROOM or not seqs:
            continue
        id_ = scope.names.of_site(f"practitioner/{user_id}")
        body: Body = {"name": [{"text": actor.name}]}
        yield resource(scope.names, "Practitioner", id_, body, seqs, shared=True)


def _marked(made: Resource, test_data: bool) -> Resource:
    if not test_data or made.type == "Practitioner":
        return made
    meta = made.body.get("meta")
    tagged = dict(meta) if isinstance(meta, dict) else {}
    return replace(made, body={**made.body, "meta": {**tagged, "security": [TEST_DATA]}})
