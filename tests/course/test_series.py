"""A series is planned, kept, moved, reviewed and maintained; exposure adds up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.clinical.protocol import ProtocolEntry
from console.course.exposure import exposure
from console.course.facts_plan import (
    Adjusted,
    Onward,
    OnwardDecided,
    ProtocolChosen,
    SeriesPlanned,
    VisitMoved,
)
from console.course.series import Series, proposed_days, series, warnings
from tests.course.clinic import LIBRARY, MONDAY, NURSE, PHYSICIAN, UNSIGNED, Clinic, days, treated

MOOD = LIBRARY.entry("MOOD-40")
USUAL = days(0, 3, 7, 10, 14, 16)


def now(clinic: Clinic) -> Series:
    found = series(clinic.course, clinic.sessions, clinic.today)
    assert found is not None
    return found


def planned() -> Clinic:
    clinic = Clinic()
    clinic.screened()
    assert not clinic.chart(SeriesPlanned("MOOD-40", USUAL)).refusals
    return clinic


@given(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.sampled_from(LIBRARY.entries))
def test_a_proposed_series_has_all_infusions_on_working_days_in_order(
    first: date, chosen: ProtocolEntry
) -> None:
    proposed = proposed_days(chosen, first)
    assert len(proposed) == chosen.series.sessions
    assert list(proposed) == sorted(set(proposed))
    assert all(day.weekday() < 5 for day in proposed)
    if chosen.series.window_days is not None:
        assert warnings(chosen, proposed) == ()


@pytest.mark.parametrize(
    ("offsets", "word"),
    [
        ((0, 1, 2, 3, 4, 5), "at least 14"),
        ((0, 4, 8, 12, 17, 30), "at most 21"),
        ((0, 1, 2, 3, 4, 18), "More than a week"),
        ((0, 3, 7, 10, 16), "6"),
        ((0, 3, 3, 7, 10, 16), "Two infusions"),
    ],
)
def test_days_outside_the_usual_are_warned_of_and_need_a_reason(offsets: tuple[int, ...], word: str) -> None:
    clinic = Clinic()
    clinic.screened()
    plan = SeriesPlanned("MOOD-40", days(*offsets))
    assert word in " ".join(clinic.chart(plan).refusals)
    again = SeriesPlanned("MOOD-40", days(*offsets), reason="Lives far away")
    assert not clinic.chart(again).refusals
    kept = clinic.course.latest(SeriesPlanned)
    assert kept is not None
    assert word in " ".join(kept.warnings)


def test_no_series_without_a_decision_on_suitability() -> None:
    clinic = Clinic()
    assert "suitability" in clinic.chart(SeriesPlanned("MOOD-40", USUAL)).refusals[0]


def test_infusions_take_the_places_of_the_plan_in_order() -> None:
    clinic = planned()
    clinic.treat()
    clinic.later(3)
    clinic.treat()
    found = now(clinic)
    assert found.done == 2
    assert [visit.session is not None for visit in found.visits] == [True, True, False, False, False, False]
    assert found.next_day == USUAL[2]
    assert found.late == ()


def test_a_missed_day_is_said_until_it_is_moved_or_cancelled() -> None:
    clinic = planned()
    clinic.treat()
    clinic.later(4)
    assert "did not take place" in now(clinic).late[0]
    assert clinic.chart(VisitMoved(USUAL[1], clinic.today, "")).refusals
    assert not clinic.chart(VisitMoved(USUAL[1], clinic.today, "Had a cold")).refusals
    assert now(clinic).late == ()
    assert now(clinic).next_day == clinic.today
    assert not clinic.chart(VisitMoved(clinic.today, None, "Still ill")).refusals
    assert now(clinic).planned == 5


def test_an_infusion_that_took_place_cannot_be_moved() -> None:
    clinic = planned()
    clinic.treat()
    assert clinic.chart(VisitMoved(USUAL[0], USUAL[1], "Slip")).refusals


def test_after_the_last_infusion_a_physician_decides_what_follows() -> None:
    clinic = planned()
    for day in USUAL:
        clinic.later((day - clinic.today).days)
        clinic.treat()
    found = now(clinic)
    assert found.complete
    assert "reviews the response" in found.late[0]
    keep_on = OnwardDecided(
        Onward.MAINTAIN, "PHQ-9 fell from 21 to 4", 14, clinic.today + timedelta(days=14),
        clinic.today + timedelta(days=90),
    )  # fmt: skip
    assert clinic.chart(keep_on, NURSE).refusals
    assert "PIN" in clinic.chart(keep_on, UNSIGNED).refusals[0]
    assert not clinic.chart(keep_on, PHYSICIAN).refusals
    assert now(clinic).late == ()
    assert now(clinic).next_day == clinic.today + timedelta(days=14)
    clinic.later(14)
    clinic.treat()
    assert now(clinic).next_day == clinic.today + timedelta(days=14)
    clinic.later(80)
    assert any("review was due" in sentence for sentence in now(clinic).late)


@pytest.mark.parametrize(
    "decision",
    [
        OnwardDecided(Onward.MAINTAIN, "Well", None, None, MONDAY + timedelta(days=30)),
        OnwardDecided(Onward.MAINTAIN, "Well", 14, None, None),
        OnwardDecided(Onward.MAINTAIN, "Well", 14, None, MONDAY + timedelta(days=400)),
        OnwardDecided(Onward.MAINTAIN, "Well", 300, None, MONDAY + timedelta(days=30)),
        OnwardDecided(Onward.STOP, ""),
    ],
)
def test_a_decision_that_leaves_something_open_is_refused(decision: OnwardDecided) -> None:
    assert Clinic().chart(decision, PHYSICIAN).refusals


def test_stopping_leaves_nothing_planned() -> None:
    clinic = planned()
    assert not clinic.chart(OnwardDecided(Onward.STOP, "No response"), PHYSICIAN).refusals
    assert len(now(clinic).visits) == 6


def test_a_protocol_that_is_not_usual_for_the_indication_needs_a_reason() -> None:
    clinic = Clinic()
    clinic.screened()
    assert clinic.chart(ProtocolChosen("PAIN-4H", 0), PHYSICIAN).refusals
    assert clinic.chart(ProtocolChosen("MOOD-40", 0), NURSE).refusals
    assert not clinic.chart(ProtocolChosen("MOOD-40", 0), PHYSICIAN).refusals
    chosen = clinic.course.latest(ProtocolChosen)
    assert chosen is not None
    assert chosen.library_version == LIBRARY.version


def test_a_change_after_a_session_names_the_session_and_the_reason() -> None:
    clinic = planned()
    session = clinic.treat()
    change = Adjusted(session.session_id, "dose", "0.5 mg/kg", "0.6 mg/kg", "Little effect, well tolerated")
    assert clinic.chart(change, NURSE).refusals
    assert not clinic.chart(change, PHYSICIAN).refusals
    assert clinic.chart(Adjusted("other", "dose", "", "0.6", "x"), PHYSICIAN).refusals


@given(st.lists(st.integers(1, 200), max_size=12))
def test_exposure_is_the_sum_of_what_the_pump_gave(doses: list[int]) -> None:
    sessions = [treated(MONDAY + timedelta(days=3 * n), str(mg), n) for n, mg in enumerate(doses)]
    found = exposure(sessions, MONDAY + timedelta(days=40))
    assert found.total_mg == sum(map(Decimal, doses))
    assert found.sessions == len(doses)
    assert found.unknown == 0


def test_an_unknown_amount_is_counted_as_unknown_and_lessons_do_not_count() -> None:
    real, lesson = treated(MONDAY, number=1), replace(treated(MONDAY, number=2), training=True)
    lost = replace(treated(MONDAY, number=3), given_mg=None)
    found = exposure([real, lesson, lost], MONDAY)
    assert (found.sessions, found.unknown, found.total_mg) == (2, 1, Decimal(35))
