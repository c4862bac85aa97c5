"""A person's way through the clinic on the real screens and the real record.

Screened, agreed, planned, six infusions, asked each week, judged, kept on, followed up.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from console.course.due import DueKind
from console.course.facts_plan import Onward, Reply
from console.course.facts_stock import StockReceived
from console.course.stock import stock
from console.room.course_reading import read_drug_log
from console.storage.verify import verify_record
from tests.course.clinic import BOOKS
from tests.ui.course_room import ANA, BEN, PATIENT, PHYSICIAN, Clinic, Hands, hands

SCORES = ((2, 2, 2, 2, 2, 2, 2, 2, 0), (1, 1, 1, 1, 1, 1, 0, 0, 0), (0, 1, 0, 1, 0, 0, 0, 0, 0))
ASKED_AFTER = (0, 3, 6)


@pytest.mark.usefixtures("qapp")
def test_a_person_goes_through_screening_six_infusions_and_follow_up_on_the_screen(tmp_path: Path) -> None:
    clinic = Clinic(tmp_path)
    clinic.sign_in()
    with hands(clinic, tmp_path) as desk:
        before(desk)
        answered_alone(desk, SCORES[0])
        planned(desk)
        desk.clinic.keep(
            StockReceived("A12", "vial", Decimal(10), Decimal(20), 8, clinic.today + timedelta(days=300))
        )
        plan = clinic.view().story.series
        assert plan is not None
        days = [one.planned for one in plan.visits]
        for number, day in enumerate(days, 1):
            clinic.later((day - clinic.today).days)
            infused(desk)
            if number in ASKED_AFTER:
                answered_alone(desk, SCORES[ASKED_AFTER.index(number)])
        clinic.later(7)
        judged(desk)
        shown(desk)
    told = clinic.view().story
    assert told.series is not None
    assert (told.series.complete, told.exposure.sessions) == (True, 6)
    (scores,) = told.trajectories
    assert (scores.response, scores.remission) == (True, True)
    assert told.series.onward is not None
    assert told.series.onward.onward is Onward.MAINTAIN
    assert not [one for one in told.due if one.kind is DueKind.FOLLOW_UP and one.urgency < 2]
    with clinic.reader() as reader:
        log = stock(read_drug_log(reader))
    assert (log.open_uses(), log.open_cases(), log.lots["A12"].containers) == ((), (), 2)
    assert verify_record(clinic.story.room.record.path, lambda _: ()).ok
    clinic.story.room.die()


def before(desk: Hands) -> None:
    """Screening, suitability and consent."""
    desk.open("Screening")
    desk.touch("indication_trd")
    for item in BOOKS.screening:
        desk.touch(f"screen_{item.id}_{Reply.NO}")
    desk.touch("verdict_suitable")
    desk.write("suitability_reason", "Two antidepressants failed")
    desk.sign("suitability", PHYSICIAN)
    desk.page.show_section("Consent")
    for topic in BOOKS.consent.topics:
        desk.touch(f"topic_{topic.id}")
    desk.write("consent_name", PATIENT.full_name)
    desk.sign("consent", ANA)
    assert desk.clinic.view().story.consent.problem == ""


def planned(desk: Hands) -> None:
    desk.page.show_section("Plan")
    desk.turn()
    desk.touch("protocol_MOOD-40")
    desk.sign("protocol", PHYSICIAN)
    desk.touch("plan_series")
    assert "Infusion 1 of 6" in [one.title for one in desk.clinic.view().story.due]


def answered_alone(desk: Hands, answers: tuple[int, ...]) -> None:
    desk.page.show_section("Outcomes")
    desk.turn()
    desk.touch("instrument_phq9")
    desk.touch("hand_over")
    for value in answers:
        desk.touch(f"answer_{value}")
    desk.touch("staff_key")
    desk.sign("take_back", ANA)


def infused(desk: Hands) -> None:
    """A session, its drug from the safe to the sink, and the call of the next day."""
    desk.clinic.held()
    desk.back("Drug log")
    desk.write("take_drawn", "17.5")
    desk.touch("take_go")
    desk.touch("given_pump")
    desk.write("wasted_how", "Sink, absorbed")
    desk.touch("wasted_go")
    desk.sign("witness", BEN)
    desk.page.show_section("After")
    desk.turn()
    desk.write("leaflet_to", "Her sister")
    desk.touch("leaflet_given")
    desk.clinic.later(1)
    desk.back("After")
    desk.write("call_note_0", "Well")
    desk.touch("call_done_0")


def judged(desk: Hands) -> None:
    """What is left to call, then a physician decides what follows."""
    desk.back("After")
    while desk.sees("call_done_0"):
        desk.touch("call_done_0")
    desk.page.show_section("Plan")
    desk.turn()
    desk.touch("onward_maintain")
    desk.write("onward_reason", "Remission after six infusions")
    desk.sign("onward", PHYSICIAN)


def shown(desk: Hands) -> None:
    desk.open("Course")
    said = desk.texts()
    for words in ("6 infusions", "remission", "Maintenance infusion", "Suitable: Two antidepressants failed"):
        assert words in said
