"""Screening, consent, plan, drug log and today's list, worked by hand on a whole room."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from console.course.facts_plan import Indicated, Reply, ScreeningAnswered, SuitabilityDecided, Verdict
from console.course.facts_stock import StockReceived, StockTaken
from console.course.stock import Stock, stock
from console.room.course_reading import read_drug_log
from console.ui.course.today_section import TodaySection
from tests.course.clinic import BOOKS
from tests.ui.course_room import ANA, BEN, PATIENT, PHYSICIAN, Clinic, Hands, hands
from tests.ui.test_course_story_page import whole_story


@pytest.fixture
def desk(tmp_path: Path, qapp: object) -> Iterator[Hands]:
    assert qapp is not None
    clinic = Clinic(tmp_path)
    clinic.sign_in()
    with hands(clinic, tmp_path) as found:
        yield found
    clinic.story.room.die()


def test_a_hard_stop_stands_and_says_that_nobody_can_let_it_through(desk: Hands) -> None:
    desk.open("Screening")
    desk.touch("screen_aneurysm_yes")
    assert "Do not treat here; this cannot be overridden." in desk.texts()
    assert not desk.sees("override_aneurysm_sign")
    desk.touch("screen_aneurysm_no")
    assert desk.clinic.view().story.screening.stops == ()


def test_a_physician_lets_a_finding_through_with_reason_and_pin(desk: Hands) -> None:
    desk.open("Screening")
    desk.touch("screen_hypertension_yes")
    desk.sign("override_hypertension", PHYSICIAN)
    assert desk.answer() == "Give the reason for letting it through."
    desk.write("override_reason_hypertension", "138/86 three times at rest on treatment")
    desk.sign("override_hypertension", PHYSICIAN)
    assert "Let through by Eva Lind: 138/86" in desk.texts()
    assert desk.clinic.view().story.screening.stops == ()


def test_a_medicine_shows_at_once_what_it_does_beside_ketamine(desk: Hands) -> None:
    desk.open("Screening")
    desk.write("medicine_name", "Tramadol")
    desk.write("medicine_dose", "50 mg")
    desk.touch("medicine_add")
    assert "Opioid: Ask the prescriber; capnography and oxygen at hand." in desk.texts()
    desk.touch("medicine_end_0")
    assert desk.clinic.view().story.screening.medicines == ()


def test_suitability_is_signed_by_a_physician_once_everything_was_asked(desk: Hands) -> None:
    desk.open("Screening")
    desk.touch("indication_trd")
    desk.touch("verdict_suitable")
    desk.write("suitability_reason", "Two antidepressants failed; ECT declined")
    desk.sign("suitability", PHYSICIAN)
    assert "Not asked" in desk.answer()
    for item in BOOKS.screening:
        desk.touch(f"screen_{item.id}_{Reply.NO}")
    assert desk.sees("screened")
    desk.sign("suitability", PHYSICIAN)
    judged = desk.clinic.view().story.suitability
    assert judged is not None
    assert judged[1].reasons == ("Two antidepressants failed", "ECT declined")


def test_consent_needs_every_topic_and_the_pin_of_who_explained(desk: Hands) -> None:
    desk.open("Consent")
    desk.write("consent_name", PATIENT.full_name)
    desk.sign("consent", ANA)
    assert "Not explained" in desk.answer()
    for topic in BOOKS.consent.topics:
        desk.touch(f"topic_{topic.id}")
    desk.write("consent_questions", "Does it help my sleep?")
    desk.sign("consent", ANA)
    assert desk.sees("consent_valid")
    assert "Asked: Does it help my sleep?" in desk.texts()
    desk.write("withdraw_reason", "Changed her mind")
    desk.touch("withdraw")
    assert "The consent was withdrawn: do not treat." in desk.texts()


def test_a_series_is_proposed_and_gaps_are_warned_of_before_it_is_planned(desk: Hands) -> None:
    screened(desk)
    desk.open("Plan")
    desk.touch("protocol_MOOD-40")
    desk.sign("protocol", PHYSICIAN)
    assert not desk.sees("series_warnings")
    today = desk.clinic.today
    desk.pick("series_day_6", today + timedelta(days=40))
    assert desk.sees("series_warnings")
    desk.touch("plan_series")
    assert "give the reason for these" in desk.answer()
    desk.touch("propose")
    desk.touch("plan_series")
    plan = desk.clinic.view().story.series
    assert plan is not None
    assert len(plan.visits) == 6
    first = plan.visits[0].planned
    desk.touch(f"move_{first.isoformat()}")
    desk.pick("move_to", first + timedelta(days=1))
    desk.write("move_why", "Flu")
    desk.touch("move_go")
    moved = desk.clinic.view().story.series
    assert moved is not None
    assert moved.visits[0].day == first + timedelta(days=1)


def test_what_was_opened_is_given_wasted_and_witnessed_by_a_second_pin(desk: Hands) -> None:
    lot = StockReceived("A12", "vial", Decimal(10), Decimal(20), 5, desk.clinic.today + timedelta(days=90))
    desk.clinic.keep(lot)
    desk.clinic.held()
    desk.open("Drug log")
    desk.write("take_drawn", "17.5")
    desk.touch("take_go")
    desk.touch("given_pump")
    desk.write("wasted_how", "Sink, absorbed")
    desk.touch("wasted_go")
    desk.sign("witness", ANA)
    assert "somebody else" in desk.answer()
    desk.sign("witness", BEN)
    assert desk.sees("all_accounted")
    assert log(desk.clinic).lots["A12"].containers == 4
    desk.touch("print_log")
    assert "Written for printing" in desk.answer()


def test_figures_that_do_not_agree_open_a_case_that_a_physician_closes(desk: Hands) -> None:
    lot = StockReceived("A12", "vial", Decimal(10), Decimal(20), 5, desk.clinic.today + timedelta(days=90))
    desk.clinic.keep(lot)
    session_id = desk.clinic.held()
    desk.clinic.keep(StockTaken("A12", 1, PATIENT.patient_id, session_id, Decimal("17.5")))
    desk.open("Drug log")
    desk.touch("given_pump")
    desk.write("wasted_mg", "120")
    desk.write("wasted_how", "Sink")
    desk.touch("wasted_go")
    assert "mg are missing" in desk.answer()
    desk.write("case_finding", "A syringe broke, seen by two")
    desk.sign("case", PHYSICIAN)
    assert log(desk.clinic).open_cases() == ()


def test_a_delivery_and_a_count_go_into_the_log(desk: Hands) -> None:
    desk.page.show_section("Drug log")
    for name, text in (("lot", "B7"), ("strength", "50"), ("fill", "10"), ("count", "3")):
        desk.write(f"receive_{name}", text)
    desk.touch("receive_go")
    desk.write("count_B7", "2")
    desk.sign("count_B7", ANA)
    assert "500 mg are missing: lot B7, 3 expected, 2 counted" in desk.answer()


def test_todays_list_names_who_comes_and_begins_their_session(
    tmp_path: Path, qtbot: QtBot, qapp: object
) -> None:
    assert qapp is not None
    clinic = Clinic(tmp_path)
    whole_story(clinic)
    clinic.later(8)
    clinic.sign_in()
    with hands(clinic, tmp_path) as desk:
        listed(desk, qtbot)
        assert "Maintenance infusion" in desk.texts()
        desk.write("patient_search", "nobody")
        assert "Nobody of that name" in desk.texts()
        desk.touch(f"begin_{PATIENT.patient_id}")
        assert desk.window.page == "Bedside"
        session = clinic.story.room.state.session
        assert session is not None
        assert session.patient.patient_id == PATIENT.patient_id
    clinic.story.room.die()


def listed(desk: Hands, bot: QtBot) -> None:
    section = desk.window.findChild(TodaySection)
    assert section is not None
    desk.page.show_section("Today")
    section.refresh()
    bot.waitUntil(lambda: not section.busy or taken(section))
    desk.turn()


def taken(section: TodaySection) -> bool:
    section.take()
    return not section.busy


def screened(desk: Hands) -> None:
    clinic = desk.clinic
    clinic.chart(Indicated(("trd",)))
    for item in BOOKS.screening:
        clinic.chart(ScreeningAnswered(item.id, Reply.NO))
    clinic.chart(SuitabilityDecided(Verdict.SUITABLE, ("Two drugs failed",)), PHYSICIAN)


def log(clinic: Clinic) -> Stock:
    with clinic.reader() as reader:
        return stock(read_drug_log(reader))
