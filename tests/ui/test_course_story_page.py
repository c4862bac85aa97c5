"""The page a physician opens first: a person's whole story on one axis, and what stands beside it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from console.course.facts_care import AdverseBegan, AdverseChanged, AdverseEnded, FollowedUp
from console.course.facts_plan import (
    Adjusted,
    ConsentGiven,
    Indicated,
    MedicineListed,
    Onward,
    OnwardDecided,
    ProtocolChosen,
    Reply,
    Response,
    ScreeningAnswered,
    SeriesPlanned,
    SuitabilityDecided,
    TreatmentKind,
    TriedBefore,
    Verdict,
)
from console.course.requests import EnterOutcome
from console.ui.viewmodels.course_lanes import Scope, Shape, lanes
from tests.course.clinic import BOOKS
from tests.course.test_outcomes import phq9
from tests.ui.course_room import PATIENT, PHYSICIAN, Clinic, Hands, hands
from tests.ui.test_live_pictures import cut_buttons

DAYS = (3, 6, 10, 13, 17, 20)
SCORES = (21, 18, 15, 12, 9, 6, 4)


def gad7(total: int) -> EnterOutcome:
    whole, rest = divmod(total, 7)
    return EnterOutcome("gad7", {str(n): whole + (n <= rest) for n in range(1, 8)})


def whole_story(clinic: Clinic) -> None:
    """Screened, six infusions, questionnaires, one adverse event, maintenance."""
    clinic.chart(Indicated(("trd",)))
    clinic.chart(TriedBefore("Sertraline", TreatmentKind.DRUG, Response.NONE, "200 mg", 12))
    clinic.chart(TriedBefore("Venlafaxine", TreatmentKind.DRUG, Response.PARTIAL, "225 mg", 10))
    for item in BOOKS.screening:
        clinic.chart(ScreeningAnswered(item.id, Reply.NO))
    clinic.chart(MedicineListed("Lorazepam", "0.5 mg"))
    clinic.chart(MedicineListed("Sertraline", "100 mg"))
    clinic.chart(SuitabilityDecided(Verdict.SUITABLE, ("Two antidepressants failed",)), PHYSICIAN)
    topics = tuple(topic.id for topic in BOOKS.consent.topics)
    clinic.chart(ConsentGiven(BOOKS.consent.version, topics, PATIENT.full_name))
    clinic.chart(ProtocolChosen("MOOD-40", 0), PHYSICIAN)
    start = clinic.today
    clinic.chart(SeriesPlanned("MOOD-40", tuple(start + timedelta(days=one) for one in DAYS)))
    clinic.request(phq9(SCORES[0]))
    clinic.request(gad7(15))
    session_id = ""
    for number, day in enumerate(DAYS):
        clinic.later((start + timedelta(days=day) - clinic.today).days)
        if number:
            clinic.chart(FollowedUp(session_id, "h72", True, "Sleeps better"))
        session_id = clinic.held("34.9" if number != 2 else "28.4")
        if number == 2:
            clinic.chart(AdverseBegan("nausea", 1, clinic.now - 3 * 10**12, session_id))
            (event,) = clinic.view().story.adverse
            clinic.chart(AdverseChanged(event.event_id, 2, clinic.now - 2 * 10**12, "Ondansetron 4 mg"))
            clinic.chart(AdverseEnded(event.event_id, clinic.now - 10**12, "Gone before discharge"))
            clinic.chart(
                Adjusted(session_id, "Antiemetic", "none", "ondansetron before", "Nausea"), PHYSICIAN
            )
        clinic.later(1)
        clinic.chart(FollowedUp(session_id, "h24", True, "Well"))
        clinic.request(phq9(SCORES[number + 1]))
        if number % 2:
            clinic.request(gad7(13 - 2 * number))
    clinic.later(3)
    clinic.chart(FollowedUp(session_id, "h72", True, "Back at work"))
    maintain = OnwardDecided(
        Onward.MAINTAIN, "Remission", 14, clinic.today + timedelta(days=8), clinic.today + timedelta(days=60)
    )
    clinic.chart(maintain, PHYSICIAN)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    clinic = Clinic(tmp_path_factory.mktemp("clinic"))
    whole_story(clinic)
    clinic.sign_in(PHYSICIAN)
    yield clinic
    clinic.story.room.die()


def test_the_picture_has_every_infusion_score_event_and_decision(told: Clinic) -> None:
    picture = lanes(told.view(), BOOKS)
    given = [one for one in picture.infusions if one.given]
    assert [one.under for one in given] == ["1", "2", "3", "4", "5", "6"]
    assert [one.over for one in given][2] == "28.4"
    assert [one.under for one in picture.infusions if not one.given] == ["M"]
    scores = {one.title: one for one in picture.scores}
    assert [total for _, total, _ in scores["PHQ-9"].points] == list(SCORES)
    assert scores["PHQ-9"].said == "remission"
    assert scores["PHQ-9"].response_at == 10.5
    assert [one.text for one in picture.medicines] == ["Lorazepam 0.5 mg", "Sertraline 100 mg"]
    assert [(one.text, one.grade) for one in picture.adverse] == [("Nausea", 2)]
    said = [one.text for one in picture.decisions]
    assert said[0] == "Indication, Suitable, Consent, MOOD-40"
    assert "Maintain" in said
    assert any(one.shape is Shape.DUE and one.text == "Review" for one in picture.tasks)
    assert picture.first <= given[0].day < given[-1].day < picture.today <= picture.last


def test_the_series_alone_can_be_drawn_larger(told: Clinic) -> None:
    whole, series = lanes(told.view(), BOOKS), lanes(told.view(), BOOKS, Scope.SERIES)
    assert series.series == whole.series
    assert (series.last - series.first) < (whole.last - whole.first)


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("size", [(1920, 1080), (1366, 768)])
def test_beside_the_picture_stand_reason_decision_exposure_and_what_is_next(
    told: Clinic, tmp_path: Path, size: tuple[int, int]
) -> None:
    with hands(told, tmp_path, size) as desk:
        desk.open("Course")
        shown = desk.texts()
        picture(desk, tmp_path, "course")
        for words in (
            "Treatment-resistant depression",
            "Suitable: Two antidepressants failed",
            "MOOD-40, library v",
            f"6 infusions · {Decimal('202.9')} mg",
            "Sertraline 200 mg, 12 weeks: response none",
            "Maintenance infusion",
        ):
            assert words in shown
        desk.touch("scope_series")
        desk.touch("print_course")
        assert "Written for printing" in desk.answer()
    (paper,) = tmp_path.glob("course-*.pdf")
    assert paper.stat().st_size > 10_000
    assert PATIENT.family_name not in paper.name


@pytest.mark.usefixtures("qapp")
def test_no_key_of_any_section_is_cut_on_a_small_screen(told: Clinic, tmp_path: Path) -> None:
    with hands(told, tmp_path, (1366, 768)) as desk:
        for section in tuple(desk.page.keys):
            desk.open(section)
            assert cut_buttons(desk.page) == [], section
            picture(desk, tmp_path, section.lower().replace(" ", "-"))


def picture(desk: Hands, folder: Path, name: str) -> None:
    image = desk.window.grab().toImage()
    assert image.save(str(folder / f"{name}-{image.width()}.png"))


@pytest.mark.usefixtures("qapp")
def test_nobody_signed_in_sees_no_course(tmp_path: Path) -> None:
    clinic = Clinic(tmp_path)
    with hands(clinic, tmp_path) as desk:
        assert "Sign in" in desk.texts()
        assert not desk.sees("section_course")
    clinic.story.room.die()
