"""Which question puts earlier answers behind us, and which may not be asked yet."""

from __future__ import annotations

import pytest

from console.clock import ManualClock
from console.devices.pumps.ne1000_landmarks import SHAPES, Landmarks, is_answer

ANSWERS = {
    "VER": "NE1000V3.928",
    "DIR": "INF",
    "TRG": "OF",
    "SAF": "250",
    "PHN": "01",
    "VOL": "50.00ML",
    "LOC": "0",
}


@pytest.mark.req("SER-06")
def test_every_answer_has_the_form_of_its_own_question_only() -> None:
    assert set(ANSWERS) == set(SHAPES)
    for asked, answer in ANSWERS.items():
        assert [question for question in SHAPES if is_answer(question, answer)] == [asked]
    for other in ("", "I0.500W0.000ML", "26.59", "30.00MH"):
        assert not any(is_answer(question, other) for question in SHAPES)


@pytest.mark.req("SER-06")
def test_a_question_is_not_asked_again_while_its_answer_may_still_come() -> None:
    clock, landmarks = ManualClock(), Landmarks(5.0)
    asked = []
    while (question := landmarks.free(clock.now())) is not None:
        asked.append(question)
        landmarks.missed(question, clock.now())
        clock.advance(0.5)
    assert asked == list(SHAPES)
    clock.advance(1.6)
    assert landmarks.free(clock.now()) == "VER"
