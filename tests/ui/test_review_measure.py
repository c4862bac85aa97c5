"""Measuring between two times, the next abnormal moment, who was in the room."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from console.clock import Instant
from console.course.author import Author
from console.course.course import Line
from console.course.events import PatientFact
from console.course.facts_care import MusicChosen, TherapistNoted
from console.storage.queries import RecordReader
from console.ui.viewmodels.live_words import DASHES
from console.ui.viewmodels.review_abnormal import abnormal_moments, next_abnormal
from console.ui.viewmodels.review_measure import dose_between, measured, measured_title
from console.ui.viewmodels.review_people import therapist_notes
from console.ui.viewmodels.review_record import read_timeline
from console.ui.viewmodels.review_shapes import Timeline
from tests.ui.review_records import rehearsed
from tests.ui.synthetic_record import LINK_LOST, WHOLE


@pytest.fixture(scope="module")
def whole() -> Iterator[Timeline]:
    with RecordReader(rehearsed().path) as reader:
        yield read_timeline(reader, WHOLE)


@pytest.fixture(scope="module")
def lost() -> Iterator[Timeline]:
    with RecordReader(rehearsed().path) as reader:
        yield read_timeline(reader, LINK_LOST)


def _told(line: Timeline, a_s: float, b_s: float) -> dict[str, str]:
    return {one.label: one.value for one in measured(line, a_s, b_s)}


def test_the_whole_infusion_gave_the_whole_dose(whole: Timeline) -> None:
    first = whole.second_of(whole.bars[0].start_ns)
    assert dose_between(whole, first - 60, whole.seconds) == pytest.approx(35.0, abs=0.01)
    middle = first + 600
    parts = (dose_between(whole, 0, middle), dose_between(whole, middle, whole.seconds))
    assert sum(one or 0.0 for one in parts) == pytest.approx(35.0, abs=0.01)


def test_both_directions_measure_the_same(whole: Timeline) -> None:
    assert measured(whole, 900, 2700) == measured(whole, 2700, 900)
    assert measured_title(whole, 2700, 900).endswith("· 30:00 min")


def test_changes_carry_their_sign_and_unit(whole: Timeline) -> None:
    peak = max(whole.pressures, key=lambda one: one.systolic)
    first = whole.pressures[0]
    told = _told(whole, whole.second_of(first.t_ns), whole.second_of(peak.t_ns))
    assert told["ΔSystolic"] == f"{peak.systolic - first.systolic:+.0f} mmHg"
    assert told["ΔMAP"].endswith(" mmHg")
    assert told["ΔHeart rate"].endswith(" /min")


def test_what_was_not_sensed_is_dashes(lost: Timeline) -> None:
    (hole,) = lost.gaps
    told = _told(lost, lost.second_of(hole.start_ns) + 5, lost.seconds - 120)
    assert told["ΔHeart rate"] == DASHES
    assert _told(lost, 0, 0.5)["ΔMAP"] == DASHES


def test_no_grave_alarm_and_no_gap_is_passed_by(whole: Timeline, lost: Timeline) -> None:
    for line in (whole, lost):
        stops = [one.second for one in abnormal_moments(line)]
        grave = [line.second_of(bar.start_ns) for bar in line.alarms if bar.priority.value != "low"]
        holes = [line.second_of(gap.start_ns) for gap in line.gaps]
        for second in grave + holes:
            assert min(abs(second - stop) for stop in stops) <= 2.0
        assert stops == sorted(stops)


def test_one_walks_through_every_abnormal_moment_and_back(whole: Timeline) -> None:
    moments = abnormal_moments(whole)
    second, seen = -1.0, []
    while (found := next_abnormal(moments, second, forward=True)) is not None:
        seen.append(found)
        second = found.second
    assert tuple(seen) == moments
    assert next_abnormal(moments, second, forward=False) == moments[-2]
    assert next_abnormal((), 10.0, forward=True) is None


def test_people_who_signed_in_have_spans_and_others_only_their_acts(whole: Timeline) -> None:
    people = {one.name: one for one in whole.people}
    assert people["Nurse One"].spans
    assert people["Nurse One"].role == "nurse"
    assert not people["Physician One"].spans
    assert len(people["Physician One"].acts) == 1, "the comment afterwards is no presence"
    assert "Nurse Two" in people
    assert all(one.role != "room" for one in whole.people)


def test_notes_of_the_therapist_come_from_the_course_and_stay_in_the_picture() -> None:
    facts: tuple[PatientFact, ...] = (
        TherapistNoted("s1", 500, "calm"),
        TherapistNoted("s2", 300, "of another session"),
        MusicChosen("s1", "strings"),
        TherapistNoted("s1", 50, "talked before", "T. Erapist"),
    )
    author = Author("n1", "Nurse One", "nurse", True)
    lines = [Line(str(n), n, Instant(0, 0), author, fact) for n, fact in enumerate(facts)]
    notes = therapist_notes(lines, "s1", 100, 1000)
    assert [(one.t_ns, one.text, one.therapist) for one in notes] == [
        (100, "talked before", "T. Erapist"),
        (500, "calm", "Nurse One"),
    ]
    struck = [Line("9", 9, Instant(0, 0), author, facts[0], "wrong session")]
    assert therapist_notes(struck, "s1", 100, 1000) == ()
