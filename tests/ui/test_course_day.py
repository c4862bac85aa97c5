"""The day of treatment and the weeks after it, charted by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from console.course.adverse import expected_effects
from console.course.facts_care import AccountTold, AfterCareGiven, DayPrepared, IntentionStated, LinePlaced
from tests.course.clinic import BOOKS
from tests.ui.course_room import Clinic, Hands, hands


@pytest.fixture
def desk(tmp_path: Path, qapp: object) -> Iterator[Hands]:
    assert qapp is not None
    clinic = Clinic(tmp_path)
    clinic.sign_in()
    clinic.held()
    with hands(clinic, tmp_path) as found:
        yield found
    clinic.story.room.die()


def test_the_day_is_charted_and_adverse_events_stand_apart_from_expected_effects(desk: Hands) -> None:
    desk.open("Day")
    desk.write("intention", "To sleep without dread")
    desk.touch("intention_write")
    desk.touch("comfort_eyeshade")
    desk.write("day_escort", "Her sister")
    desk.touch("day_write")
    desk.write("line_site", "Left forearm")
    desk.write("line_by", "Ana Ruiz")
    desk.touch("line_write")
    desk.touch("effect_floating")
    desk.write("adverse_action", "Head raised")
    desk.touch("adverse_began")
    desk.touch("event_worse_0")
    desk.write("event_text_0", "Gone after ondansetron")
    desk.touch("event_over_0")
    desk.write("note_text", "Speaks of her father")
    desk.touch("note_write")
    view = desk.clinic.view()
    for kind in (IntentionStated, DayPrepared, LinePlaced):
        assert view.course.latest(kind) is not None
    (event,) = view.story.adverse
    assert (event.worst, event.outcome) == (2, "Gone after ondansetron")
    (effect,) = expected_effects(view.course, BOOKS, view.sessions[-1].session_id)
    assert effect.title == "Floating"
    assert "Speaks of her father" in desk.texts()


def test_after_a_session_calls_fall_due_and_what_was_told_is_kept(desk: Hands) -> None:
    desk.open("After")
    desk.write("account_words", "Like floating above my own house")
    desk.touch("account_write")
    desk.write("leaflet_to", "Her sister")
    desk.touch("leaflet_given")
    desk.touch("leaflet_print")
    assert "Written for printing" in desk.answer()
    desk.write("talk_whom", "Dr Berg")
    desk.touch("talk_plan")
    desk.clinic.later(1.1)
    desk.back("After")
    desk.write("call_note_0", "Slept well, calm")
    desk.touch("call_done_0")
    assert "Call after a day · reached · Slept well, calm" in desk.texts()
    course = desk.clinic.view().course
    assert course.latest(AccountTold) is not None
    assert course.latest(AfterCareGiven) is not None
