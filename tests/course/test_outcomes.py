"""Questionnaires: scoring, bands, what an answer asks for, response and remission; files that contradict."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.clinical.toml_table import LibraryError
from console.course.due import DueKind, Urgency, due
from console.course.facts_care import AlertAnswered, OutcomeScored
from console.course.instrument_file import load_instrument
from console.course.instruments import AnswerWrong, Instrument, Rule, score
from console.course.outcomes import Trajectory, open_alerts, trajectories
from console.course.requests import Chart, EnterOutcome, Strike
from tests.course.clinic import BOOKS, PHYSICIAN, Clinic, noon

PHQ9 = BOOKS.instruments["phq9"]
SUMMED = [one for one in BOOKS.instruments.values() if one.rule is Rule.SUM]


def phq9(total: int, ninth: int = 0) -> EnterOutcome:
    """PHQ-9 with this total, item 9 as given."""
    left, answers = total - ninth, {}
    for item in PHQ9.items[:8]:
        answers[item.id] = min(3, left)
        left -= answers[item.id]
    assert left == 0
    return EnterOutcome("phq9", {**answers, "9": ninth})


def of(clinic: Clinic, instrument: str = "phq9") -> Trajectory:
    found = trajectories(clinic.course, clinic.books, clinic.sessions)
    return next(one for one in found if one.instrument.id == instrument)


@given(st.data(), st.sampled_from(SUMMED))
def test_a_total_is_the_sum_of_the_answers_and_lies_in_one_band(
    data: st.DataObject, instrument: Instrument
) -> None:
    if instrument.score_only:
        answers = {"total": data.draw(st.integers(instrument.lowest, instrument.highest))}
    else:
        answers = {one.id: data.draw(st.sampled_from(one.values)) for one in instrument.items}
    result = score(instrument, answers)
    assert result.total == sum(answers.values())
    holding = [one for one in instrument.bands if one.low <= (result.total or 0) <= one.high]
    assert [one.id for one in holding] == ([result.band] if instrument.bands else [])


@pytest.mark.parametrize(
    ("instrument", "total", "band"),
    [
        ("phq9", 4, "minimal"), ("phq9", 5, "mild"), ("phq9", 10, "moderate"),
        ("phq9", 15, "moderately_severe"), ("phq9", 20, "severe"),
        ("madrs", 6, "none"), ("madrs", 7, "mild"), ("madrs", 20, "moderate"), ("madrs", 35, "severe"),
        ("hamd17", 24, "severe"), ("qids_sr16", 16, "severe"), ("dast10", 3, "moderate"),
    ],
)  # fmt: skip
def test_bands_are_those_published(instrument: str, total: int, band: str) -> None:
    found = BOOKS.instruments[instrument].band_of(total)
    assert found is not None
    assert found.id == band


@pytest.mark.parametrize(
    ("yes", "band"),
    [
        ((), "none"), (("q1",), "low"), (("q1", "q2"), "low"), (("q1", "q2", "q3"), "moderate"),
        (("q6",), "moderate"), (("q4",), "high"), (("q5",), "high"), (("q6", "q6_recent"), "high"),
    ],
)  # fmt: skip
def test_the_suicide_screen_gives_the_published_risk(yes: tuple[str, ...], band: str) -> None:
    instrument = BOOKS.instruments["cssrs_screen"]
    result = score(instrument, {item.id: int(item.id in yes) for item in instrument.items})
    assert (result.total, result.band) == (None, band)
    assert bool(result.alerts) == (band in {"moderate", "high"})


@pytest.mark.parametrize(
    "answers",
    [{}, {str(n): 0 for n in range(1, 9)}, {str(n): 4 for n in range(1, 10)}, {"x": 1}, {"total": 9}],
)
def test_answers_that_are_missing_or_wrong_are_refused_by_name(answers: dict[str, int]) -> None:
    with pytest.raises(AnswerWrong, match="PHQ-9"):
        score(PHQ9, answers)


@pytest.mark.req("CLN-03")
def test_the_ninth_answer_asks_for_somebody_until_it_is_answered() -> None:
    clinic = Clinic()
    decision = clinic.ask(phq9(12, ninth=1))
    assert "suicide" in decision.notices[0]
    (alert,) = open_alerts(clinic.course, clinic.books)
    todo = due(clinic.course, clinic.books, (), noon(clinic.today), clinic.today)
    assert (todo[0].kind, todo[0].urgency, todo[0].ref) == (DueKind.ALERT, Urgency.NOW, alert.line_id)
    assert clinic.chart(AlertAnswered(alert.line_id, "", "")).refusals
    seen = AlertAnswered(alert.line_id, "Passive thoughts, no plan", "Physician spoke with her; plan agreed")
    assert not clinic.chart(seen).refusals
    assert open_alerts(clinic.course, clinic.books) == ()


def test_without_the_ninth_answer_nothing_is_asked() -> None:
    clinic = Clinic()
    assert clinic.ask(phq9(24)).notices == ()
    assert open_alerts(clinic.course, clinic.books) == ()


def test_response_and_remission_count_from_the_last_score_before_the_first_infusion() -> None:
    clinic = Clinic()
    clinic.ask(phq9(24))
    clinic.later(3)
    clinic.ask(phq9(20))
    clinic.treat()
    baseline = of(clinic)
    assert baseline.baseline is not None
    assert (baseline.baseline.total, baseline.response, baseline.remission) == (20, None, None)
    clinic.later(7)
    clinic.ask(phq9(11))
    assert (of(clinic).response, of(clinic).remission, of(clinic).meaningful) == (False, False, True)
    clinic.later(7)
    clinic.ask(phq9(10))
    assert (of(clinic).response, of(clinic).remission) == (True, False)
    clinic.later(7)
    clinic.ask(phq9(4))
    assert (of(clinic).response, of(clinic).remission) == (True, True)
    newest = of(clinic).newest
    assert newest is not None
    assert newest.percent_fall == 80.0


def test_a_struck_score_no_longer_counts_and_stays_in_the_record() -> None:
    clinic = Clinic()
    clinic.ask(phq9(24))
    wrong = clinic.course.lines[0]
    assert clinic.ask(Strike(wrong.id, "")).refusals
    assert not clinic.ask(Strike(wrong.id, "Another patient's form")).refusals
    assert trajectories(clinic.course, clinic.books, ()) == ()
    assert clinic.course.lines[0].struck == "Another patient's form"
    assert clinic.ask(Strike(wrong.id, "Again")).refusals


def test_scores_are_worked_out_by_the_console_and_never_charted_as_told() -> None:
    clinic = Clinic()
    told = OutcomeScored("phq9", 1, {}, 3, "minimal", clinic.today)
    assert clinic.ask(Chart(told), PHYSICIAN).refusals


def test_a_scale_of_the_professional_is_not_answered_by_the_patient() -> None:
    assert Clinic().ask(EnterOutcome("madrs", {"total": 20}, by_patient=True)).refusals
    assert not Clinic().ask(EnterOutcome("madrs", {"total": 20})).refusals


def test_every_questionnaire_names_its_licence_and_full_text_ships_only_where_it_may() -> None:
    full = {one.id for one in BOOKS.instruments.values() if one.intro}
    assert full == {"phq9", "gad7", "pcl5", "pain_nrs"}
    assert {one.id: len(one.items) for one in BOOKS.instruments.values() if one.id in full} == {
        "phq9": 9, "gad7": 7, "pcl5": 20, "pain_nrs": 1,
    }  # fmt: skip
    assert all(one.licence and one.attribution and one.source for one in BOOKS.instruments.values())


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("high = 9", "high = 8", "moderate"),
        ('id = "2"', 'id = "1"', "twice"),
        ('item = "9"', 'item = "10"', "10"),
        ("at_least = 1", "at_leest = 1", "at_least"),
        ("version = 1", "", "version"),
        ('text = "Feeling down, depressed, or hopeless"', 'text = ""', "text"),
    ],
)
def test_a_questionnaire_that_contradicts_itself_is_refused_by_key(old: str, new: str, word: str) -> None:
    text = (Path(__file__).parents[2] / "resources/instruments/phq9.toml").read_text()
    assert old in text
    with pytest.raises(LibraryError, match=word):
        load_instrument(text.replace(old, new, 1), "phq9.toml")


@given(st.binary(max_size=300))
def test_any_bytes_are_a_questionnaire_or_refused_in_words(data: bytes) -> None:
    with pytest.raises(LibraryError):
        load_instrument(data)
