"""Scores over the course: baseline, change, response, remission, and what an answer still asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from console.course.books import Books
from console.course.course import Course
from console.course.facts_care import AlertAnswered, LinesMayBeMissing, OutcomeScored
from console.course.instruments import Instrument
from console.course.sessions import SessionFact

_LOST = "The record was damaged and lines of this course may be missing: compare it with what you know."


@dataclass(frozen=True, slots=True)
class Point:
    """One score.

    Attributes:
        line_id: Its line in the course.
        day: When it was taken.
        total: Score, None for an instrument without.
        band: Words of the band, empty when it has none.
        percent_fall: Fall from baseline in per cent; below zero when it rose; None without a baseline.
        by_patient: The person answered on the screen.
    """

    line_id: str
    day: date
    total: int | None
    band: str
    percent_fall: float | None
    by_patient: bool


@dataclass(frozen=True, slots=True)
class Trajectory:
    """One instrument over the course.

    Attributes:
        instrument: Which.
        points: Scores by day.
        baseline: Last score before the first infusion (or the first of all while there is none).
        response: Whether the newest one is a response, None when that cannot be said.
        remission: The same for remission.
        meaningful: Change from baseline is more than chance, None when nothing is published.
    """

    instrument: Instrument
    points: tuple[Point, ...]
    baseline: Point | None
    response: bool | None
    remission: bool | None
    meaningful: bool | None

    @property
    def newest(self) -> Point | None:
        """The last score."""
        return self.points[-1] if self.points else None


def trajectories(course: Course, books: Books, sessions: Sequence[SessionFact]) -> tuple[Trajectory, ...]:
    """Every instrument that was ever answered, in the order of the first time."""
    names = dict.fromkeys(fact.instrument for fact in course.all_of(OutcomeScored))
    first = min((one.day for one in sessions if one.treated), default=None)
    return tuple(
        _trajectory(course, books.instruments[name], first) for name in names if name in books.instruments
    )


def _trajectory(course: Course, instrument: Instrument, first_infusion: date | None) -> Trajectory:
    found = sorted(
        ((line, fact) for line, fact in course.lines_of(OutcomeScored) if fact.instrument == instrument.id),
        key=lambda pair: (pair[1].taken_on, pair[0].seq),
    )
    # On the day of the first infusion the questionnaire is answered before it.
    before = [pair for pair in found if first_infusion is None or pair[1].taken_on <= first_infusion]
    base = (before[0] if first_infusion is None else before[-1]) if before else None
    base_total = None if base is None else base[1].total
    points = tuple(
        Point(
            line.id,
            fact.taken_on,
            fact.total,
            "" if (band := instrument.band(fact.band)) is None else band.label,
            _fall(base_total, fact.total),
            fact.by_patient,
        )
        for line, fact in found
    )
    baseline = None if base is None else next(one for one in points if one.line_id == base[0].id)
    return Trajectory(instrument, points, baseline, *_verdicts(instrument, points, baseline))


def _fall(base: int | None, total: int | None) -> float | None:
    if not base or total is None:
        return None
    return round((base - total) * 100 / base, 1)


def _verdicts(
    instrument: Instrument, points: Sequence[Point], baseline: Point | None
) -> tuple[bool | None, bool | None, bool | None]:
    """Response, remission, meaningful change of the newest score; a baseline alone is none of them."""
    newest = points[-1] if points else None
    if newest is None or newest.total is None or baseline is None or newest is baseline:
        return None, None, None
    rule, base = instrument.change, baseline.total
    response = None
    if rule.response_percent is not None and newest.percent_fall is not None:
        response = newest.percent_fall >= rule.response_percent
    remission = None if rule.remission_at_most is None else newest.total <= rule.remission_at_most
    meaningful = None
    if rule.meaningful is not None and base is not None:
        meaningful = abs(base - newest.total) >= rule.meaningful
    return response, remission, meaningful


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """An answer that asks for somebody, and nobody has said what was done."""

    line_id: str
    day: date
    instrument: str
    sentences: tuple[str, ...]


def open_alerts(course: Course, books: Books) -> tuple[OpenAlert, ...]:
    """What answers still ask for, oldest first."""
    answered = {fact.line_id for fact in course.all_of(AlertAnswered)}
    found = [
        OpenAlert(line.id, line.at.wall_utc.date(), "", (f"{_LOST} The old record is {lost.file}.",))
        for line, lost in course.lines_of(LinesMayBeMissing)
        if line.id not in answered
    ]
    for line, fact in course.lines_of(OutcomeScored):
        if not fact.alerts or line.id in answered:
            continue
        instrument = books.instruments.get(fact.instrument)
        known = {} if instrument is None else {one.id: one.sentence for one in instrument.alerts}
        sentences = tuple(
            dict.fromkeys(known.get(one, "An answer asks for a safety assessment.") for one in fact.alerts)
        )
        found.append(OpenAlert(line.id, fact.taken_on, fact.instrument, sentences))
    return tuple(found)
