"""A course of treatment as FHIR R4: every fact is told or has its reason, and what is told is valid."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from console.course import facts_care as care
from console.course import facts_plan as plan
from console.course.course import Course
from console.course.events import CLINIC, CourseEvent, Struck
from console.session.events import CourseChanged
from console.sync.fhir.course import episode_of, project_course
from console.sync.fhir.course_kinds import FACTS
from console.sync.fhir.kinds import KINDS, NotTold, Told
from console.sync.fhir.parcels import whole_bundle
from console.sync.fhir.projection import project
from console.sync.fhir.source import Episode, Resource, references
from console.sync.fhir.values import Body, encode
from tests.course.clinic import MONDAY, PHYSICIAN, Clinic, treated
from tests.session.bench import PATIENT
from tests.sync.fhir.courses import every_fact, every_stock_fact, source
from tests.sync.fhir.sessions import everything
from tests.sync.fhir.test_first_validator import problems

TAGS = tuple(str(kind.__struct_config__.tag) for kind in get_args(CourseEvent))


def made() -> tuple[Resource, ...]:
    return (
        *project_course(source(*every_fact())),
        *project_course(source(*every_stock_fact(), patient=CLINIC)),
    )


def of(resources: tuple[Resource, ...], type_: str) -> list[Body]:
    return [one.body for one in resources if one.type == type_]


@pytest.mark.req("FHIR-01")
@pytest.mark.parametrize("tag", TAGS)
def test_each_fact_of_a_course_has_a_resource_or_a_reason(tag: str) -> None:
    assert tag in FACTS, f"{tag}: say in console/sync/fhir/course_kinds.py what it becomes, or why nothing"


@pytest.mark.req("FHIR-01")
@pytest.mark.parametrize("facts", [every_fact(), every_stock_fact()], ids=["course", "stock"])
def test_what_the_table_of_facts_promises_is_made(
    facts: tuple[CourseEvent, ...],
) -> None:
    patient = CLINIC if facts == every_stock_fact() else PATIENT.patient_id
    given = source(*facts, patient=patient)
    by_tag: dict[str, set[str]] = {}
    tags = {
        one.seq: str(one.event.change.__struct_config__.tag)
        for one in given.entries
        if isinstance(one.event, CourseChanged)
    }
    for one in project_course(given):
        for seq in () if one.shared else one.seqs:
            by_tag.setdefault(tags[seq], set()).add(one.type)
    for tag in set(tags.values()):
        row = FACTS[tag]
        if isinstance(row, Told):
            assert set(row.types) <= by_tag.get(tag, set()), tag
        else:
            assert tag not in by_tag, tag
            assert isinstance(row, NotTold)
            assert row.why.endswith(".")


def test_the_tests_hold_every_fact_there_is() -> None:
    present = {str(one.__struct_config__.tag) for one in (*every_fact(), *every_stock_fact())}
    assert present == set(TAGS)


def test_the_table_of_events_names_the_types_of_a_course() -> None:
    row = KINDS["course_changed"]
    assert isinstance(row, Told)
    assert {one.type for one in made()} == {*row.types, "Practitioner"}


@pytest.mark.req("FHIR-01")
def test_a_course_and_the_stock_are_valid() -> None:
    assert problems(made()) == []


def test_ids_are_told_apart_and_the_same_again() -> None:
    keys = [one.key for one in project_course(source(*every_fact()))]
    assert len(keys) == len(set(keys))
    assert keys == [one.key for one in project_course(source(*every_fact()))]


def test_what_is_referred_to_comes_first_or_is_a_visit() -> None:
    seen: set[str] = set()
    for one in project_course(source(*every_fact())):
        outside = set(references(one.body)) - seen
        assert all(key.startswith("Encounter/") for key in outside), one.key
        seen.add(one.key)


def test_a_session_and_a_course_tell_patient_and_series_alike() -> None:
    session = everything()
    own = {one.key: one.body for one in project(replace(session, episode=Episode("active", "2026-11-02")))}
    patient = replace(source(*every_fact()), patient=PATIENT)
    shared = [one for one in project_course(patient) if one.type in {"Patient", "EpisodeOfCare"}]
    assert len(shared) == 2
    for one in shared:
        assert encode(own[one.key]) == encode(one.body)


def test_what_was_struck_is_entered_in_error_and_nothing_vanishes() -> None:
    resources = project_course(source(*every_fact()))
    statements = of(resources, "MedicationStatement")
    assert [one["status"] for one in statements] == ["active", "completed", "entered-in-error"]
    events = [str(one["event"]) for one in of(resources, "AdverseEvent")]
    assert sum("Entered in error" in one for one in events) == 1
    assert len(of(resources, "Provenance")) == 2


@pytest.mark.req("FHIR-06")
def test_a_struck_line_keeps_the_id_it_was_sent_under() -> None:
    sent = (plan.Indicated(("trd",)), care.OutcomeScored("madrs", 1, {}, 30, "", MONDAY))
    before = project_course(source(*sent))
    after = project_course(source(*sent, Struck("line-1", "not hers"), Struck("line-2", "not hers")))
    assert {one.key for one in before} <= {one.key for one in after}
    assert {one["status"] for one in of(after, "Observation")} == {"entered-in-error"}
    assert all("entered-in-error" in str(one["verificationStatus"]) for one in of(after, "Condition"))
    assert all("clinicalStatus" not in one for one in of(after, "Condition"))


def test_an_adverse_event_tells_its_worst_grade_and_how_it_ended() -> None:
    events = of(project_course(source(*every_fact())), "AdverseEvent")
    assert "severe" in str(events[0]["severity"])
    assert "grade 3 of 5" in str(events[0]["severity"])
    assert "resolved" in str(events[0]["outcome"])
    assert "ongoing" in str(events[1]["outcome"])


def test_the_answer_about_safety_is_an_issue_until_somebody_looked_after_it() -> None:
    facts = every_fact()
    asked = of(project_course(source(*facts[:38])), "DetectedIssue")[-1]
    assert asked["status"] == "preliminary"
    looked = of(project_course(source(*facts)), "DetectedIssue")[-1]
    assert looked["status"] == "final"
    assert "safety plan" in str(looked["mitigation"])


def test_scores_carry_their_published_code_and_their_band() -> None:
    scores = [
        one for one in of(project_course(source(*every_fact())), "Observation") if "44261-6" in str(one)
    ]
    assert len(scores) == 1
    assert "18" in str(scores[0]["valueQuantity"])


def test_a_planned_visit_is_completed_cancelled_or_scheduled() -> None:
    plans = of(project_course(source(*every_fact())), "CarePlan")
    activity = plans[0]["activity"]
    assert isinstance(activity, list)
    assert [one["detail"]["status"] for one in activity] == ["completed", "cancelled", *["scheduled"] * 4]


def test_notes_of_psychotherapy_never_leave() -> None:
    assert b"her mother" not in whole_bundle(project_course(source(*every_fact())))


def test_a_withdrawn_consent_is_no_longer_active() -> None:
    states = [one["status"] for one in of(project_course(source(*every_fact())), "Consent")]
    assert states == ["inactive", "active"]


def test_test_data_says_so_of_everything_but_people() -> None:
    for one in project_course(source(*every_fact(), test_data=True)):
        assert ("HTEST" in str(one.body)) is (one.type != "Practitioner")


def test_a_lot_is_a_medication_with_its_batch() -> None:
    lots = of(project_course(source(*every_stock_fact(), patient=CLINIC)), "Medication")
    assert [one["batch"] for one in lots] == [{"lotNumber": "L-1", "expirationDate": "2027-06-30"}]
    assert not of(project_course(source(*every_stock_fact(), patient=CLINIC)), "Patient")


def test_the_series_is_planned_then_active_then_finished() -> None:
    assert episode_of(Course("pt-1"), ()) == Episode()
    clinic = Clinic()
    clinic.screened()
    assert episode_of(clinic.course, ()) == Episode("planned", "2026-11-02")
    assert episode_of(clinic.course, (treated(MONDAY),)) == Episode("active", "2026-11-02")
    clinic.later(14)
    assert not clinic.chart(plan.OnwardDecided(plan.Onward.STOP, "well again"), PHYSICIAN).refusals
    assert episode_of(clinic.course, (treated(MONDAY),)) == Episode("finished", "2026-11-02", "2026-11-16")
