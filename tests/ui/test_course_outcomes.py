"""Questionnaires on the screen: by staff, by the patient alone, and what an answer asks for at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from console.course.facts_plan import Indicated
from console.room.wire import Ask
from console.session.codec import decode
from console.session.events import Access, AccessNoted
from console.session.intents import SignOut
from tests.ui.course_room import ANA, PATIENT, Clinic, Hands, hands


@pytest.fixture
def desk(tmp_path: Path, qapp: object) -> Iterator[Hands]:
    assert qapp is not None
    clinic = Clinic(tmp_path)
    clinic.chart(Indicated(("trd",)))
    clinic.sign_in()
    with hands(clinic, tmp_path) as found:
        found.open("Outcomes")
        yield found
    clinic.story.room.die()


def answer_all(desk: Hands, values: list[int]) -> None:
    for value in values:
        desk.touch(f"answer_{value}")


def test_staff_enter_every_answer_and_the_score_is_drawn(desk: Hands) -> None:
    desk.touch("instrument_phq9")
    for number in range(1, 10):
        desk.touch(f"item_{number}_{1 if number < 9 else 0}")
    desk.touch("enter_answers")
    (told,) = desk.clinic.view().story.trajectories
    assert told.newest is not None
    assert (told.newest.total, told.newest.by_patient) == (8, False)
    assert "PHQ-9: baseline" in desk.texts()


def test_a_questionnaire_without_all_answers_is_refused_with_the_question(desk: Hands) -> None:
    desk.touch("instrument_phq9")
    desk.touch("item_1_2")
    desk.touch("enter_answers")
    assert desk.answer() == "PHQ-9: question 2 is not answered."


def test_of_a_protected_questionnaire_only_the_score_is_taken(desk: Hands) -> None:
    desk.touch("instrument_madrs")
    assert not desk.sees("hand_over")
    desk.write("score_entry", "61")
    desk.touch("enter_score")
    assert "0 to 60" in desk.answer()
    desk.write("score_entry", "31")
    desk.touch("enter_score")
    assert desk.clinic.view().story.trajectories[0].newest is not None


def test_the_patient_answers_alone_and_sees_nothing_clinical(desk: Hands, tmp_path: Path) -> None:
    desk.touch("instrument_phq9")
    desk.touch("hand_over")
    shown = desk.texts()
    assert "Little interest or pleasure" in shown
    for hidden in (PATIENT.family_name, PATIENT.mrn, "Ana Ruiz", "PHQ-9: baseline", "Bedside page"):
        assert hidden not in shown
    assert desk.window.stop_key.isVisible()
    assert desk.window.grab().toImage().save(str(tmp_path / "patient-mode.png"))
    answer_all(desk, [2, 2])
    desk.touch("back_key")
    answer_all(desk, [1, 2, 2, 2, 2, 2, 2, 1])
    assert desk.sees("thanks")
    assert "suicide" not in desk.texts()
    desk.window.show_page("Bedside")
    assert desk.window.page == "Patients", "the screen stays in the patient's hands"
    desk.touch("staff_key")
    desk.write("take_back_pin", "000000")
    desk.touch("take_back_sign")
    assert desk.sees("thanks")
    desk.sign("take_back", ANA)
    assert not desk.sees("patient_mode")
    assert desk.window.top.isVisible()
    assert "suicide" in desk.texts()
    (told,) = desk.clinic.view().story.trajectories
    assert told.newest is not None
    assert (told.newest.total, told.newest.by_patient) == (16, True)


def test_what_an_answer_asks_for_stays_until_somebody_has_assessed_it(desk: Hands) -> None:
    desk.touch("instrument_phq9")
    for number in range(1, 10):
        desk.touch(f"item_{number}_1")
    desk.touch("enter_answers")
    assert "suicide" in desk.answer()
    desk.touch("assessed_0")
    assert desk.answer() == "Write what was found and what was done."
    desk.write("assessment_0", "No plan, no intent")
    desk.write("action_0", "Safety plan renewed, Dr Lind informed")
    desk.touch("assessed_0")
    assert desk.clinic.view().story.alerts == ()
    assert not desk.sees("alert_0")


def test_what_was_answered_while_the_console_locked_itself_is_kept_and_shown_on_return(desk: Hands) -> None:
    desk.touch("instrument_phq9")
    desk.touch("hand_over")
    answer_all(desk, [1, 1, 1, 1])
    assert desk.clinic.send(Ask(uuid4().hex, SignOut())).accepted
    desk.turn()
    answer_all(desk, [1, 1, 1, 1, 3])
    assert desk.sees("thanks")
    assert desk.clinic.view().story.trajectories == ()
    desk.touch("staff_key")
    desk.sign("take_back", ANA)
    desk.turn()
    assert desk.page.section == "Outcomes"
    assert desk.sees("alert_0")
    (told,) = desk.clinic.view().story.trajectories
    assert told.newest is not None
    assert (told.newest.total, told.newest.by_patient) == (11, True)


def test_the_record_keeps_who_looked_at_whose_course(desk: Hands) -> None:
    with desk.clinic.reader() as reader:
        found = [decode(one.kind, one.version, one.body) for one in reader.events()]
    noted = [one for one in found if isinstance(one, AccessNoted)]
    assert [(one.what, one.patient_id, one.detail) for one in noted] == [
        (Access.VIEWED, PATIENT.patient_id, "course")
    ]
