"""Screening with its stops, consent, the day, effects apart from harm, and what falls due afterwards."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from console.clock import NS_PER_S
from console.course.adverse import adverse_events, expected_effects
from console.course.author import Author
from console.course.books import ScreeningItem, Stop
from console.course.due import Due, DueKind, Urgency, due
from console.course.facts_care import (
    AccountTold,
    AdverseBegan,
    AdverseChanged,
    AdverseEnded,
    AfterCareGiven,
    CareFact,
    DayPrepared,
    DrugGiven,
    EffectNoted,
    FollowedUp,
    IntegrationHeld,
    IntegrationPlanned,
    IntentionStated,
    LinePlaced,
    MusicChosen,
    TherapistNoted,
)
from console.course.facts_plan import (
    Assessed,
    CheckDone,
    ConsentGiven,
    ConsentWithdrawn,
    Indicated,
    MedicineEnded,
    MedicineListed,
    Reply,
    Response,
    ScreeningAnswered,
    ScreeningOverridden,
    SeriesPlanned,
    SuitabilityDecided,
    TestResulted,
    TreatmentKind,
    TriedBefore,
    Verdict,
)
from console.course.screening import consent, medicines, screening
from console.course.story import story
from tests.course.clinic import BOOKS, MONDAY, NURSE, PHYSICIAN, SECOND, UNSIGNED, Clinic, days, noon

TOPICS = tuple(topic.id for topic in BOOKS.consent.topics)
CONSENT = ConsentGiven(BOOKS.consent.version, TOPICS, "Mara Rossi")
SUITS = SuitabilityDecided(Verdict.SUITABLE, ("Two antidepressants failed",))
HOUR = 3600 * NS_PER_S
HARD = [one for one in BOOKS.screening if one.stop is Stop.HARD]


def todo(clinic: Clinic, hours: float = 0) -> tuple[Due, ...]:
    at = noon(clinic.today) + round(hours * HOUR)
    day = clinic.today + timedelta(days=int((12 + hours) // 24))
    return due(clinic.course, clinic.books, clinic.sessions, at, day)


# --- screening ---------------------------------------------------------------------------------------


@pytest.mark.req("CLN-01")
@pytest.mark.parametrize("found", HARD, ids=lambda item: item.id)
@pytest.mark.parametrize("reply", [Reply.YES, Reply.UNKNOWN])
def test_a_hard_stop_cannot_be_let_through_by_anybody(found: ScreeningItem, reply: Reply) -> None:
    clinic = Clinic()
    clinic.screened()
    clinic.chart(ScreeningAnswered(found.id, reply))
    assert "cannot be overridden" in screening(clinic.course, clinic.books).stops[0]
    assert clinic.chart(ScreeningOverridden(found.id, "I know her"), PHYSICIAN).refusals
    assert clinic.chart(SUITS, PHYSICIAN).refusals


@pytest.mark.req("CLN-01")
def test_a_physician_lets_a_finding_through_by_pin_and_with_a_reason() -> None:
    clinic = Clinic()
    clinic.screened()
    clinic.chart(ScreeningAnswered("liver", Reply.YES, "ALT twice normal"))
    override = ScreeningOverridden("liver", "Gastroenterology agrees, values stable")
    assert clinic.chart(override, SECOND).refusals
    assert clinic.chart(override, UNSIGNED).refusals
    assert clinic.chart(ScreeningOverridden("liver", " "), PHYSICIAN).refusals
    assert clinic.chart(SUITS, PHYSICIAN).refusals
    assert not clinic.chart(override, PHYSICIAN).refusals
    found = screening(clinic.course, clinic.books)
    assert found.passed
    assert any("Let through by Physician One" in caution for caution in found.cautions)
    assert not clinic.chart(SUITS, PHYSICIAN).refusals


@pytest.mark.req("CLN-01")
def test_an_override_counts_for_the_answer_it_was_given_for_alone() -> None:
    clinic = Clinic()
    clinic.screened()
    clinic.chart(ScreeningAnswered("liver", Reply.YES))
    clinic.chart(ScreeningOverridden("liver", "Stable"), PHYSICIAN)
    clinic.chart(ScreeningAnswered("liver", Reply.YES, "Worse today"))
    assert screening(clinic.course, clinic.books).stops


def test_an_override_of_what_was_not_found_is_refused() -> None:
    clinic = Clinic()
    clinic.screened()
    assert clinic.chart(ScreeningOverridden("liver", "In case"), PHYSICIAN).refusals
    assert clinic.chart(ScreeningOverridden("sleep_apnoea", "In case"), PHYSICIAN).refusals


def test_a_person_is_not_suitable_before_everything_was_asked() -> None:
    clinic = Clinic()
    clinic.chart(Indicated(("trd",)))
    assert len(clinic.chart(SUITS, PHYSICIAN).refusals) >= 15
    deferred = SuitabilityDecided(Verdict.DEFERRED, ("Pressure to be treated first",))
    assert not clinic.chart(deferred, PHYSICIAN).refusals
    assert clinic.chart(SeriesPlanned("MOOD-40", days(0, 3, 7, 10, 14, 16))).refusals


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("Lorazepam 1 mg", "benzodiazepine"), ("Lamotrigine", "lamotrigine"), ("oxycodone ER", "opioid"),
        ("Methylphenidate", "stimulant"), ("Tranylcypromine", "maoi"), ("Theophylline", "theophylline"),
        ("zolpidem", "sedative"),
    ],
)  # fmt: skip
def test_a_medicine_that_bears_on_ketamine_is_recognised_by_its_name(name: str, group: str) -> None:
    clinic = Clinic()
    decision = clinic.chart(MedicineListed(name))
    assert decision.notices
    (found,) = medicines(clinic.course, clinic.books)
    assert group in [one.id for one in found.groups]
    assert not clinic.chart(MedicineEnded(name)).refusals
    assert medicines(clinic.course, clinic.books) == ()
    assert clinic.chart(MedicineEnded(name)).refusals


def test_other_medicines_are_listed_without_a_word() -> None:
    assert Clinic().chart(MedicineListed("Sertraline", "100 mg")).notices == ()


@pytest.mark.req("CLN-02")
def test_consent_holds_for_its_version_and_its_time_until_it_is_withdrawn() -> None:
    clinic = Clinic()
    assert clinic.chart(CONSENT, NURSE).refusals
    assert clinic.chart(ConsentGiven("2020-1", TOPICS, "Mara Rossi"), SECOND).refusals
    most = ConsentGiven(CONSENT.version, tuple(one for one in TOPICS if one != "alternatives"), "Mara Rossi")
    assert "else could be done" in clinic.chart(most, SECOND).refusals[0]
    assert not clinic.chart(CONSENT, SECOND).refusals
    assert consent(clinic.course, clinic.books, clinic.today).problem == ""
    assert "ended" in consent(clinic.course, clinic.books, MONDAY + timedelta(days=366)).problem
    assert not clinic.chart(ConsentWithdrawn("Changed her mind")).refusals
    assert "withdrawn" in consent(clinic.course, clinic.books, clinic.today).problem


@pytest.mark.req("CLN-02")
def test_every_topic_has_to_be_explained() -> None:
    refusals = Clinic().chart(ConsentGiven(CONSENT.version, (), "Mara Rossi"), SECOND).refusals
    assert len(refusals) == len(TOPICS)


def test_what_was_tried_assessed_and_measured_is_kept() -> None:
    clinic = Clinic()
    tried = TriedBefore("Sertraline", TreatmentKind.DRUG, Response.PARTIAL, "200 mg", 12)
    assert not clinic.chart(tried).refusals
    assert clinic.chart(TriedBefore("", TreatmentKind.DRUG, Response.NONE)).refusals
    assert not clinic.chart(Assessed("Preparatory talk", "Afraid of losing control", "Can I stop?")).refusals
    assert clinic.chart(TestResulted("ecg", "", MONDAY)).refusals
    assert not clinic.chart(TestResulted("ecg", "Sinus rhythm", MONDAY)).refusals
    assert clinic.course.latest(TriedBefore) == tried


def test_only_nurses_and_physicians_write_in_a_course() -> None:
    assert Clinic().chart(Indicated(("trd",)), Author("t1", "Technician", "technician")).refusals


# --- the day and the hour ------------------------------------------------------------------------------


def test_the_day_is_charted_for_a_session_that_exists() -> None:
    clinic = Clinic()
    assert clinic.chart(IntentionStated("s1", "To sleep again")).refusals
    s = clinic.treat().session_id
    at = noon(MONDAY)
    for fact in (
        IntentionStated(s, "To sleep again"),
        DayPrepared(s, at - 6 * HOUR, at - 2 * HOUR, escort_name="Luca Rossi", comfort=("light", "bell")),
        LinePlaced(s, "left forearm", 22, at, "Nurse One"),
        MusicChosen(s, "calm"),
        TherapistNoted(s, at, "Speaks of her mother, calm", "Dr Vega"),
        AccountTold(s, "A warm sea", "Her brother"),
        AfterCareGiven(s, BOOKS.after_care.version, "Patient and escort"),
    ):
        assert clinic.chart(fact).refusals == (), fact


@pytest.mark.parametrize(
    "fact",
    [
        LinePlaced("s1-1102", "", 22, noon(MONDAY), "Nurse One"),
        LinePlaced("s1-1102", "left hand", 9, noon(MONDAY), "Nurse One"),
        LinePlaced("s1-1102", "left hand", 22, noon(MONDAY) + HOUR, "Nurse One"),
        DayPrepared("s1-1102", comfort=("sauna",)),
        IntentionStated("s1-1102", " "),
        AfterCareGiven("s1-1102", 99, "Patient"),
        EffectNoted("s1-1102", "nausea", noon(MONDAY)),
        EffectNoted("s1-1102", "floating", noon(MONDAY), 7),
        AdverseBegan("floating", 1, noon(MONDAY), "s1-1102"),
        AdverseBegan("nausea", 0, noon(MONDAY), "s1-1102"),
        DrugGiven("s1-1102", "Ondansetron", Decimal(0), "mg", "IV", noon(MONDAY)),
        DrugGiven("s1-1102", "Ondansetron", Decimal(4), "mg", "IV", noon(MONDAY), "nobody"),
        IntegrationPlanned("s1-1102", MONDAY - timedelta(days=1), "Dr Vega"),
    ],
)
def test_what_cannot_be_true_is_refused(fact: CareFact) -> None:
    clinic = Clinic()
    clinic.treat()
    assert clinic.chart(fact).refusals


def test_expected_effects_stand_apart_from_adverse_ones() -> None:
    clinic = Clinic()
    s, at = clinic.treat().session_id, noon(MONDAY)
    clinic.chart(EffectNoted(s, "floating", at, 2))
    clinic.chart(AdverseBegan("nausea", 2, at - HOUR, s))
    assert [one.title for one in expected_effects(clinic.course, clinic.books, s)] == ["Floating"]
    assert [one.title for one in adverse_events(clinic.course, clinic.books)] == ["Nausea"]


def test_an_adverse_event_has_onset_course_actions_and_an_end() -> None:
    clinic = Clinic()
    s, at = clinic.treat().session_id, noon(MONDAY)
    clinic.chart(AdverseBegan("nausea", 1, at - 3 * HOUR, s, action="Head up"))
    (event,) = adverse_events(clinic.course, clinic.books)
    clinic.chart(AdverseChanged(event.event_id, 3, at - 2 * HOUR, "Infusion paused"))
    clinic.chart(DrugGiven(s, "Ondansetron", Decimal(4), "mg", "IV", at - 2 * HOUR, event.event_id))
    assert clinic.chart(AdverseEnded(event.event_id, at - 4 * HOUR, "Gone")).refusals
    assert next(one.kind for one in todo(clinic) if one.urgency is Urgency.DUE) is DueKind.ADVERSE
    assert not clinic.chart(AdverseEnded(event.event_id, at - HOUR, "Gone")).refusals
    (event,) = adverse_events(clinic.course, clinic.books)
    assert (event.grade, event.worst, event.outcome) == (3, 3, "Gone")
    assert event.actions == ("Head up", "Infusion paused", "Ondansetron 4 mg IV")
    assert clinic.chart(AdverseChanged(event.event_id, 1, at, "")).refusals


def test_a_grave_event_is_serious_and_says_so_at_once() -> None:
    clinic = Clinic()
    s = clinic.treat().session_id
    decision = clinic.chart(AdverseBegan("respiratory_depression", 4, noon(MONDAY) - HOUR, s))
    assert "serious" in decision.notices[0]
    assert todo(clinic)[0].urgency is Urgency.NOW


# --- afterwards ----------------------------------------------------------------------------------------


def test_follow_up_falls_due_after_a_day_three_days_and_a_week() -> None:
    clinic = Clinic()
    clinic.treat()
    at = {one.ref: one.day for one in todo(clinic) if one.kind is DueKind.FOLLOW_UP}
    assert set(at) == {"h24", "h72", "d7"}
    states = {
        hours: {one.ref: one.urgency for one in todo(clinic, hours) if one.kind is DueKind.FOLLOW_UP}
        for hours in (1, 25, 50, 80)
    }
    assert set(states[1].values()) == {Urgency.COMING}
    assert states[25]["h24"] is Urgency.DUE
    assert states[50]["h24"] is Urgency.OVERDUE
    assert states[80]["h72"] is Urgency.DUE


def test_a_call_that_reached_nobody_is_tried_again_and_one_that_did_is_over() -> None:
    clinic = Clinic()
    s = clinic.treat().session_id
    clinic.later(1)
    assert not clinic.chart(FollowedUp(s, "h24", reached=False)).refusals
    retry = next(one for one in todo(clinic, 5) if one.ref == "h24")
    assert retry.urgency is Urgency.DUE
    assert "not reached" in retry.title
    assert clinic.chart(FollowedUp(s, "h24", reached=True, concern=True)).refusals
    clinic.chart(FollowedUp(s, "h24", reached=True, note="Slept well"))
    assert "h24" not in {one.ref for one in todo(clinic, 5)}


def test_the_next_infusion_takes_the_place_of_what_would_come_after_it() -> None:
    clinic = Clinic()
    clinic.treat()
    clinic.later(2)
    clinic.treat()
    found = [(one.ref, one.session_id[:2]) for one in todo(clinic) if one.kind is DueKind.FOLLOW_UP]
    assert sorted(found) == [("d7", "s2"), ("h24", "s1"), ("h24", "s2"), ("h72", "s2")]


def test_misuse_and_urinary_symptoms_are_asked_every_four_weeks() -> None:
    clinic = Clinic()
    assert not [one for one in todo(clinic) if one.kind is DueKind.CHECK]
    clinic.treat()
    clinic.later(27)
    assert all(one.urgency is Urgency.COMING for one in todo(clinic) if one.kind is DueKind.CHECK)
    clinic.later(2)
    late = {one.ref for one in todo(clinic) if one.kind is DueKind.CHECK and one.urgency is Urgency.OVERDUE}
    assert late == {"misuse", "urinary"}
    assert clinic.chart(CheckDone("misuse", concern=True)).refusals
    assert clinic.chart(CheckDone("misuse", concern=True, note="Asks for more each time")).notices
    assert not clinic.chart(CheckDone("urinary", concern=False)).refusals
    assert not [one for one in todo(clinic) if one.kind is DueKind.CHECK and one.urgency < Urgency.COMING]


def test_liver_values_are_due_after_ten_infusions() -> None:
    clinic = Clinic()
    for _ in range(10):
        clinic.treat()
        clinic.later(2)
    assert any(one.ref == "liver_values" and one.urgency is Urgency.OVERDUE for one in todo(clinic))
    clinic.chart(CheckDone("liver_values", concern=False))
    assert all(one.urgency is Urgency.COMING for one in todo(clinic) if one.ref == "liver_values")


def test_an_integration_talk_stays_due_until_it_was_held() -> None:
    clinic = Clinic()
    s = clinic.treat().session_id
    clinic.chart(IntegrationPlanned(s, MONDAY + timedelta(days=2), "Dr Vega"))
    assert any(one.kind is DueKind.INTEGRATION for one in todo(clinic))
    clinic.later(2)
    assert not clinic.chart(IntegrationHeld(s, clinic.today)).refusals
    assert not any(one.kind is DueKind.INTEGRATION for one in todo(clinic))


def test_the_story_of_an_empty_course_can_be_told() -> None:
    clinic = Clinic()
    told = story(clinic.course, clinic.books, (), noon(MONDAY), MONDAY)
    assert (told.series, told.suitability, told.trajectories, told.due) == (None, None, (), ())
    assert told.consent.problem
