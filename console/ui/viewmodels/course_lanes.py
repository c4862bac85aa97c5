"""A course on one axis of days: what stands in each lane of the course page. Nothing is drawn here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from console.course.books import Books
from console.course.due import DueKind
from console.course.facts_care import AfterCareGiven, FollowedUp, IntegrationHeld
from console.course.facts_plan import (
    Adjusted,
    CheckDone,
    ConsentGiven,
    ConsentWithdrawn,
    Indicated,
    MedicineEnded,
    MedicineListed,
    OnwardDecided,
    ProtocolChosen,
    SuitabilityDecided,
)
from console.course.outcomes import Trajectory
from console.room.course_reading import local_day
from console.ui.viewmodels.course_record import CourseView
from console.units import plain

AHEAD_DAYS = 35
"""Later days stand at the right edge with their date: they would squash what happened."""
BEFORE_DAYS, AFTER_DAYS = 2, 4
SERIES_ROOM_DAYS = 3
SHOWN_SCORES = 3


class Scope(StrEnum):
    """Which part of the course is drawn."""

    WHOLE = "whole"
    SERIES = "series"


class Shape(StrEnum):
    """The second cue of a mark, beside its words."""

    DONE = "done"
    DUE = "due"
    LATE = "late"
    DECISION = "decision"


@dataclass(frozen=True, slots=True)
class Mark:
    """Something at a day."""

    day: date
    text: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class Infusion:
    """An infusion, given or planned.

    Attributes:
        day: Its day.
        over: Above the bar: the dose, or what became of the plan.
        under: Below the axis: the number in the series.
        share: Height of the bar by dose, 0 to 1.
        given: It took place.
        missed: It was planned, the day is over.
    """

    day: date
    over: str
    under: str
    share: float
    given: bool
    missed: bool = False


@dataclass(frozen=True, slots=True)
class ScoreLane:
    """One instrument.

    Attributes:
        title: Its short name.
        lowest: Of the axis.
        highest: Of the axis.
        bands: First value and words of each band, lowest first.
        points: Day, total, whether the person answered alone.
        response_at: At or below this is a response, None when none can be said.
        remission_at: At or below this is remission, None when nothing is published.
        said: What the newest score means, as words.
    """

    title: str
    lowest: int
    highest: int
    bands: tuple[tuple[int, str], ...]
    points: tuple[tuple[date, int, bool], ...]
    response_at: float | None
    remission_at: int | None
    said: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """Something that lasts; ``last`` None while it goes on."""

    first: date
    last: date | None
    text: str
    grade: int = 0


@dataclass(frozen=True, slots=True)
class Lanes:
    """The whole picture."""

    first: date
    last: date
    today: date
    series: tuple[date, date] | None
    infusions: tuple[Infusion, ...]
    scores: tuple[ScoreLane, ...]
    adverse: tuple[Stretch, ...]
    medicines: tuple[Stretch, ...]
    decisions: tuple[Mark, ...]
    tasks: tuple[Mark, ...]
    only_scores: bool = False


def score_lanes(view: CourseView, books: Books) -> Lanes:
    """The infusions and every score alone."""
    return replace(lanes(view, books), only_scores=True)


def lanes(view: CourseView, books: Books, scope: Scope = Scope.WHOLE) -> Lanes:
    """Put the lanes together."""
    infusions = _infusions(view)
    scores = tuple(_score(one) for one in view.story.trajectories if _drawable(one))[:SHOWN_SCORES]
    adverse, medicines = _adverse(view), _medicines(view)
    decisions, tasks = _decisions(view), _tasks(view, books)
    series = _series_days(view)
    days = [
        view.today,
        *(one.day for one in infusions),
        *(one.day for one in (*decisions, *tasks) if one.day <= view.today),
        *(day for lane in scores for day, _, _ in lane.points),
        *(one.first for one in (*adverse, *medicines)),
    ]
    first = min(days) - timedelta(days=BEFORE_DAYS)
    last = min(max(days), view.today + timedelta(days=AHEAD_DAYS)) + timedelta(days=AFTER_DAYS)
    if scope is Scope.SERIES and series is not None:
        room = timedelta(days=SERIES_ROOM_DAYS)
        first, last = series[0] - room, series[1] + room
    if (last - first).days < 14:
        last = first + timedelta(days=14)
    return Lanes(first, last, view.today, series, infusions, scores, adverse, medicines, decisions, tasks)


def _series_days(view: CourseView) -> tuple[date, date] | None:
    plan = view.story.series
    if plan is None:
        return None
    days = [
        one.session.day if one.session is not None else one.day
        for one in plan.visits
        if one.number and one.day is not None
    ]
    return (min(days), max(days)) if days else None


def _infusions(view: CourseView) -> tuple[Infusion, ...]:
    rows = view.story.exposure.rows
    most = max((row.session.given_mg or Decimal(0) for row in rows), default=Decimal(0))
    plan = view.story.series
    numbers = (
        {}
        if plan is None
        else {one.session.session_id: one.number for one in plan.visits if one.session is not None}
    )
    found = []
    for row in rows:
        one = row.session
        number = numbers.get(one.session_id)
        mg = "?" if one.given_mg is None else plain(one.given_mg.quantize(Decimal("0.1")))
        share = float((one.given_mg or Decimal(0)) / most) if most else 0.0
        under = "M" if number == 0 else str(number or row.number)
        found.append(Infusion(one.day, mg, under, share, given=True))
    if plan is not None:
        for visit in plan.visits:
            if visit.session is None and visit.day is not None:
                words = "missed" if visit.missed else "planned"
                under = str(visit.number) if visit.number else "M"
                found.append(Infusion(visit.day, words, under, 0.7, given=False, missed=visit.missed))
    return tuple(sorted(found, key=lambda one: one.day))


def _drawable(one: Trajectory) -> bool:
    return any(point.total is not None for point in one.points)


def _score(one: Trajectory) -> ScoreLane:
    rule, base = one.instrument.change, one.baseline
    response_at = None
    if rule.response_percent is not None and base is not None and base.total:
        response_at = base.total * (100 - rule.response_percent) / 100
    return ScoreLane(
        title=one.instrument.short,
        lowest=one.instrument.lowest,
        highest=one.instrument.highest,
        bands=tuple((band.low, band.label) for band in one.instrument.bands),
        points=tuple((p.day, p.total, p.by_patient) for p in one.points if p.total is not None),
        response_at=response_at,
        remission_at=rule.remission_at_most,
        said=verdict_words(one),
    )


def verdict_words(one: Trajectory) -> str:
    """What the newest score means against baseline; the strongest statement alone."""
    newest = one.newest
    if newest is None:
        return ""
    if newest is one.baseline:
        return "baseline"
    if one.remission:
        return "remission"
    if one.response:
        return "response"
    if newest.percent_fall is None:
        return newest.band
    way = "down" if newest.percent_fall >= 0 else "up"
    words = f"{way} {abs(newest.percent_fall):.0f} %"
    return words if one.response is None else f"{words}, no response"


def _adverse(view: CourseView) -> tuple[Stretch, ...]:
    return tuple(
        Stretch(
            local_day(one.onset_wall_ns),
            None if one.ended_wall_ns is None else local_day(one.ended_wall_ns),
            one.title,
            one.worst,
        )
        for one in view.story.adverse
    )


def _medicines(view: CourseView) -> tuple[Stretch, ...]:
    running: dict[str, tuple[date, str]] = {}
    found = []
    for line in view.course.standing():
        day = local_day(line.at.wall_utc_ns)
        match line.fact:
            case MedicineListed() as fact:
                key = fact.name.casefold()
                if key in running:
                    began, text = running.pop(key)
                    found.append(Stretch(began, day, text))
                running[key] = (day, f"{fact.name} {fact.dose}".strip())
            case MedicineEnded() as fact if fact.name.casefold() in running:
                began, text = running.pop(fact.name.casefold())
                found.append(Stretch(began, day, text))
            case _:
                continue
    found += [Stretch(began, None, text) for began, text in running.values()]
    return tuple(sorted(found, key=lambda one: one.first))


def _decisions(view: CourseView) -> tuple[Mark, ...]:
    found = []
    for line in view.course.standing():
        text = _decision(line.fact)
        if text:
            found.append(Mark(local_day(line.at.wall_utc_ns), text, Shape.DECISION))
    found = _one_a_day(found)
    until = view.story.consent.valid_until
    if until is not None:
        found.append(Mark(until, "Consent ends", Shape.DUE))
    return tuple(found)


def _decision(fact: object) -> str:
    match fact:
        case Indicated():
            return "Indication"
        case SuitabilityDecided():
            return fact.verdict.value.replace("_", " ").capitalize()
        case ConsentGiven():
            return "Consent"
        case ConsentWithdrawn():
            return "Consent withdrawn"
        case ProtocolChosen():
            return fact.protocol_id
        case OnwardDecided():
            return fact.onward.value.capitalize()
        case Adjusted():
            return f"{fact.what}: {fact.after}"
        case _:
            return ""


def _one_a_day(marks: list[Mark]) -> list[Mark]:
    """What was decided on one day stands at one mark."""
    days: dict[date, list[str]] = {}
    for one in marks:
        days.setdefault(one.day, []).append(one.text)
    return [Mark(day, ", ".join(dict.fromkeys(texts)), Shape.DECISION) for day, texts in days.items()]


def _tasks(view: CourseView, books: Books) -> tuple[Mark, ...]:
    found = []
    for line in view.course.standing():
        day = local_day(line.at.wall_utc_ns)
        match line.fact:
            case FollowedUp(reached=True, task=task):
                found.append(Mark(day, task_words(books, task), Shape.DONE))
            case CheckDone(check=check):
                found.append(Mark(day, f"Check: {check.replace('_', ' ')}", Shape.DONE))
            case IntegrationHeld():
                found.append(Mark(day, "Integration talk", Shape.DONE))
            case AfterCareGiven():
                found.append(Mark(day, "After-care", Shape.DONE))
            case _:
                continue
    wanted = {DueKind.FOLLOW_UP, DueKind.CHECK, DueKind.REVIEW, DueKind.INTEGRATION}
    for one in view.story.due:
        if one.kind in wanted:
            shape = Shape.LATE if one.urgency <= 1 else Shape.DUE
            short = "Review" if one.kind is DueKind.REVIEW else one.title.partition(":")[0]
            if one.kind is DueKind.FOLLOW_UP:
                short = task_words(books, one.ref)
            found.append(Mark(one.day, short, shape))
    return tuple(sorted(found, key=lambda one: one.day))


def task_words(books: Books, task_id: str) -> str:
    """A follow-up task by the time after the infusion it belongs to."""
    task = books.task(task_id)
    if task is None:
        return task_id
    return f"{task.after_h} h" if task.after_h < 120 else f"{task.after_h // 24} d"
