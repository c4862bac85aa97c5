"""A person's whole story at a glance: what the course page shows, put together once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from console.course.adverse import AdverseEvent, adverse_events
from console.course.books import Books, Indication
from console.course.course import Course, Line
from console.course.due import Due, due
from console.course.exposure import Exposure, exposure
from console.course.facts_plan import (
    Adjusted,
    Assessed,
    CheckDone,
    Indicated,
    ProtocolChosen,
    SuitabilityDecided,
    TriedBefore,
)
from console.course.outcomes import OpenAlert, Trajectory, open_alerts, trajectories
from console.course.screening import (
    ConsentStanding,
    Screening,
    consent,
    screening,
    suitability,
)
from console.course.series import Series, series
from console.course.sessions import SessionFact


@dataclass(frozen=True, slots=True)
class Story:
    """Everything the course page draws.

    Attributes:
        indications: What is treated, from the catalogue.
        tried: What was tried before.
        suitability: The decision and its line.
        protocol: The protocol chosen and its version.
        screening: Where the screening stands.
        consent: Where the consent stands.
        series: The plan and what became of it, None when nothing is planned.
        exposure: What was given in all.
        trajectories: Scores, each with response and remission.
        alerts: Answers that ask for somebody.
        adverse: Adverse events.
        adjusted: Changes after sessions, each with its line.
        assessed: Assessments and preparatory talks.
        checks: Interval checks done.
        due: What is to be done, most pressing first.
    """

    indications: tuple[Indication, ...]
    tried: tuple[TriedBefore, ...]
    suitability: tuple[Line, SuitabilityDecided] | None
    protocol: ProtocolChosen | None
    screening: Screening
    consent: ConsentStanding
    series: Series | None
    exposure: Exposure
    trajectories: tuple[Trajectory, ...]
    alerts: tuple[OpenAlert, ...]
    adverse: tuple[AdverseEvent, ...]
    adjusted: tuple[tuple[Line, Adjusted], ...]
    assessed: tuple[tuple[Line, Assessed], ...]
    checks: tuple[tuple[Line, CheckDone], ...]
    due: tuple[Due, ...]


def story(
    course: Course,
    books: Books,
    sessions: Sequence[SessionFact],
    now_wall_ns: int,
    today: date,
    *,
    pregnancy_possible: bool = True,
) -> Story:
    """Put the whole story together."""
    chosen = course.latest(Indicated)
    found = () if chosen is None else tuple(books.indication(code) for code in chosen.codes)
    return Story(
        indications=tuple(one for one in found if one is not None),
        tried=course.all_of(TriedBefore),
        suitability=suitability(course),
        protocol=course.latest(ProtocolChosen),
        screening=screening(course, books, pregnancy_possible=pregnancy_possible),
        consent=consent(course, books, today),
        series=series(course, sessions, today),
        exposure=exposure(sessions, today),
        trajectories=trajectories(course, books, sessions),
        alerts=open_alerts(course, books),
        adverse=adverse_events(course, books),
        adjusted=course.lines_of(Adjusted),
        assessed=course.lines_of(Assessed),
        checks=course.lines_of(CheckDone),
        due=due(course, books, sessions, now_wall_ns, today),
    )
