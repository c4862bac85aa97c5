"""A debrief tells what happened and how fast it was seen and answered, judged by the lesson."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.clock import Instant
from console.session.debrief import AlarmAnswer, Debrief, debrief
from console.session.events import (
    AlarmAcknowledged,
    AlarmCleared,
    AlarmRaised,
    Care,
    CareNoted,
    CommandRequested,
    Entry,
    Event,
    OrderRefused,
    Priority,
    ScoreRecorded,
    SessionOpened,
    StopConfirmed,
    StopPressed,
    VerificationFailed,
)
from console.session.lessons import Lesson, judged, load_lessons
from console.session.people import ROOM, Actor, OrderInputs, Patient, Role
from console.session.pump import Pause

NURSE = Actor("n1", "Nurse One", Role.NURSE)
LESSONS = load_lessons((Path(__file__).parents[2] / "resources/clinic/lessons.toml").read_bytes())


def at(seconds: float) -> Instant:
    return Instant(0, 0).plus(seconds)


def entry(seconds: float, event: Event, who: Actor = ROOM, boot: str = "b1") -> Entry:
    return Entry(1, "", "s1", at(seconds), boot, who, event)


def raised(seconds: float, code: str = "spo2_low", alarm_id: str = "a1") -> Entry:
    return entry(seconds, AlarmRaised(alarm_id, code, Priority.HIGH, "Oxygen low", True))


def only(*entries: Entry) -> AlarmAnswer:
    (alarm,) = debrief(entries).alarms
    return alarm


def lesson(lesson_id: str) -> Lesson:
    return next(one for one in LESSONS if one.id == lesson_id)


def test_seeing_answering_and_clearing_are_timed_from_the_alarm() -> None:
    alarm = only(
        raised(100),
        entry(107, AlarmAcknowledged("a1"), NURSE),
        entry(112, CommandRequested("c1", Pause(), 5), NURSE),
        entry(130, CareNoted(Care.OXYGEN, at(130)), NURSE),
        entry(160, AlarmCleared("a1")),
    )
    assert (alarm.seen_s, alarm.seen_by, alarm.answered_s, alarm.answer) == (
        7,
        "Nurse One",
        12,
        "pump: pause",
    )
    assert alarm.cleared_s == 60


def test_a_deed_counts_as_seen_even_without_acknowledging() -> None:
    alarm = only(raised(0), entry(9, StopPressed(), NURSE))
    assert (alarm.seen_s, alarm.answered_s, alarm.answer) == (9, 9, "STOP")


def test_a_deed_long_after_the_condition_is_gone_is_no_answer() -> None:
    alarm = only(raised(0), entry(4, AlarmCleared("a1")), entry(600, StopPressed(), NURSE))
    assert (alarm.seen_s, alarm.answered_s, alarm.cleared_s) == (None, None, 4)


def test_what_the_room_does_by_itself_is_no_answer() -> None:
    told = debrief([raised(0), entry(3, CommandRequested("c1", Pause(), 5), ROOM)])
    assert told.unseen == told.alarms
    assert told.deeds == ()


def test_across_a_restart_of_the_machine_no_time_is_made_up() -> None:
    alarm = only(raised(100), entry(5, AlarmAcknowledged("a1"), NURSE, boot="b2"))
    assert alarm.seen_s is None


def test_a_stop_carries_the_time_of_its_confirmation() -> None:
    (stop,) = debrief([entry(0, StopPressed(), NURSE), entry(1, StopConfirmed(2, 0.4, None))]).stops
    assert (stop.by, stop.confirmed_s) == ("Nurse One", 0.4)


def test_slips_that_were_caught_and_the_flag_of_training_are_told() -> None:
    patient = Patient("p", "Sample", "Fanny", "1980-01-01", "1")
    inputs = OrderInputs("MOOD-40", Decimal(5), Decimal(40), Decimal(2), "BD 60 mL")
    told = debrief(
        [
            entry(0, SessionOpened("s1", patient, training=True), NURSE),
            entry(1, OrderRefused(inputs, ("Ten times the usual dose.",)), NURSE),
            entry(2, VerificationFailed(NURSE, ("weight",)), NURSE),
            entry(3, ScoreRecorded("moaas", {"level": 3}, 3), NURSE),
        ]
    )
    assert told.training
    assert (told.refused_orders, told.failed_verifications) == ((("Ten times the usual dose.",),), 1)
    assert told.scores == 1


@given(
    st.lists(st.tuples(st.floats(0, 100), st.sampled_from(("raise", "ack", "clear", "stop"))), max_size=25)
)
def test_any_order_of_events_is_told_and_no_time_is_negative(steps: list[tuple[float, str]]) -> None:
    events: dict[str, Event] = {
        "raise": AlarmRaised("a1", "spo2_low", Priority.HIGH, "", True),
        "ack": AlarmAcknowledged("a1"),
        "clear": AlarmCleared("a1"),
        "stop": StopPressed(),
    }
    told = debrief([entry(seconds, events[what], NURSE) for seconds, what in sorted(steps)])
    for alarm in told.alarms:
        assert all(one is None or one >= 0 for one in (alarm.seen_s, alarm.answered_s, alarm.cleared_s))


# --- lessons -----------------------------------------------------------------------------------------


def test_there_is_a_lesson_for_each_scenario() -> None:
    scenarios = {path.stem for path in (Path(__file__).parents[2] / "resources/scenarios").glob("*.toml")}
    assert {one.scenario for one in LESSONS} == scenarios
    assert {one.id for one in LESSONS} == {
        "routine", "hypertensive", "apnoea", "occlusion", "cable", "ten-fold",
    }  # fmt: skip


def told(alarm: AlarmAnswer) -> Debrief:
    return Debrief(True, (alarm,), (), (), (), 0, 0, 0)


ALARM = AlarmAnswer("a1", "spo2_extreme_low", Priority.HIGH, "", at(0), 10, "n", 20, "pump: pause")


@pytest.mark.parametrize(
    ("alarm", "seen", "answered"),
    [
        (ALARM, True, True),
        (replace(ALARM, seen_s=16, answered_s=31), False, False),
        (replace(ALARM, seen_s=None, answered_s=None), False, False),
        (replace(ALARM, seen_s=None, answered_s=None, cleared_s=4), None, None),
        (replace(ALARM, answered_s=None, cleared_s=60), True, False),
    ],
)
def test_answers_are_judged_by_the_lesson(
    alarm: AlarmAnswer, seen: bool | None, answered: bool | None
) -> None:
    (verdict,) = judged(lesson("apnoea"), told(alarm))
    assert (verdict.seen_in_time, verdict.answered_in_time) == (seen, answered)


def test_an_alarm_the_lesson_is_not_about_is_shown_without_a_verdict() -> None:
    (verdict,) = judged(lesson("occlusion"), told(replace(ALARM, code="temp_high")))
    assert (verdict.goal, verdict.seen_in_time) == (None, None)
