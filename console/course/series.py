"""Plans a series of infusions and watches that it is kept: days, gaps, what is missed, what follows.

Six infusions in two to three weeks: aan het Rot 2010 Biol Psychiatry 67:139 (three a week), Anand 2023 N
Engl J Med 388:2315 (two a week). The window is the drug library's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from console.clinical.protocol import ProtocolEntry
from console.course.course import Course
from console.course.facts_plan import Onward, OnwardDecided, SeriesPlanned, VisitMoved
from console.course.sessions import SessionFact

LATEST_REVIEW_DAYS = 182
"""Maintenance is judged anew at least twice a year (site default)."""
LONGEST_INTERVAL_DAYS = 90
"""Longest interval of maintenance that can be planned (site default)."""


def proposed_days(
    entry: ProtocolEntry, first: date, off: frozenset[int] = frozenset({5, 6})
) -> tuple[date, ...]:
    """Days of a series, spread evenly over the middle of the protocol's window, on working days.

    Args:
        entry: The protocol.
        first: First infusion.
        off: Days of the week without infusions, Monday 0.
    """
    sessions = entry.series.sessions
    if entry.series.window_days is None:
        span = sessions - 1
    else:
        shortest, longest = entry.series.window_days
        span = max(sessions - 1, (shortest + longest) // 2 - 1)
    days: list[date] = []
    for place in range(sessions):
        day = first + timedelta(days=round(span * place / max(1, sessions - 1)))
        while day.weekday() in off or (days and day <= days[-1]):
            day += timedelta(days=1)
        days.append(day)
    return tuple(days)


def warnings(entry: ProtocolEntry, days: Sequence[date]) -> tuple[str, ...]:
    """What speaks against these days, one sentence each; empty when nothing does."""
    found = []
    series, ordered = entry.series, sorted(days)
    origin = f"{entry.id}, library v{entry.library_version}"
    if len(ordered) != series.sessions:
        found.append(f"{len(ordered)} infusions are planned; {origin} has {series.sessions}.")
    if series.window_days is not None and len(ordered) > 1:
        length = (ordered[-1] - ordered[0]).days + 1
        shortest, longest = series.window_days
        if length < shortest:
            found.append(f"The series takes {length} days; {origin} asks for at least {shortest}.")
        if length > longest:
            found.append(f"The series takes {length} days; {origin} asks for at most {longest}.")
    found += _gaps(entry, ordered, origin)
    return tuple(found)


def _gaps(entry: ProtocolEntry, days: Sequence[date], origin: str) -> list[str]:
    found = []
    for before, after in pairwise(days):
        if before == after:
            found.append(f"Two infusions are planned on {after:%d %b}.")
        elif entry.min_gap_h is not None and (after - before).days * 24 < entry.min_gap_h:
            found.append(
                f"{before:%d %b} and {after:%d %b} are less than {entry.min_gap_h} h apart ({origin})."
            )
        elif entry.series.window_days is not None and (after - before).days > 7:
            found.append(f"More than a week lies between {before:%d %b} and {after:%d %b}.")
    if entry.max_consecutive_days is not None:
        run = longest = 1 if days else 0
        for before, after in pairwise(days):
            run = run + 1 if (after - before).days == 1 else 1
            longest = max(longest, run)
        if longest > entry.max_consecutive_days:
            found.append(f"{longest} days in a row; {origin} allows {entry.max_consecutive_days}.")
    return found


@dataclass(frozen=True, slots=True)
class Visit:
    """A planned infusion.

    Attributes:
        number: In the series, 1 for the first; 0 for one of maintenance.
        day: Planned day, None when it was cancelled.
        planned: Day it was planned for at first.
        session: What became of it.
        missed: The day is over and nothing was infused.
        reason: Why it was moved or cancelled.
    """

    number: int
    day: date | None
    planned: date
    session: SessionFact | None = None
    missed: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """The series in force, and what follows it.

    Attributes:
        protocol_id: By which protocol.
        visits: Its infusions in order, those of maintenance last.
        done: Infusions given.
        planned: Infusions that were planned and not cancelled.
        complete: Every planned one was given or cancelled.
        onward: What was decided for afterwards.
        review_due: A decision about what follows is due by then, None while none is.
        next_day: Next infusion.
        late: What is out of step, one sentence each.
    """

    protocol_id: str
    visits: tuple[Visit, ...]
    done: int
    planned: int
    complete: bool
    onward: OnwardDecided | None
    review_due: date | None
    next_day: date | None
    late: tuple[str, ...]


def series(course: Course, sessions: Sequence[SessionFact], today: date) -> Series | None:
    """The series in force; None when nothing is planned."""
    plans = course.lines_of(SeriesPlanned)
    if not plans:
        return None
    line, plan = plans[-1]
    moved = {move.day: move for at, move in course.lines_of(VisitMoved) if at.seq > line.seq}
    since = min(plan.days[0], line.at.wall_utc.date()) if plan.days else today
    open_sessions = sorted(
        (one for one in sessions if one.treated and one.day >= since), key=lambda one: one.opened_wall_ns
    )
    onward = _onward(course, line.seq)
    visits = _visits(plan.days, moved, open_sessions, today)
    visits += _maintenance(onward, moved, open_sessions[sum(v.session is not None for v in visits) :], today)
    kept = [visit for visit in visits if visit.day is not None]
    complete = bool(kept) and all(visit.session is not None for visit in kept if visit.number)
    coming = [
        visit.day for visit in kept if visit.session is None and visit.day is not None and visit.day >= today
    ]
    return Series(
        protocol_id=plan.protocol_id,
        visits=visits,
        done=sum(visit.session is not None for visit in visits),
        planned=len(kept),
        complete=complete,
        onward=onward,
        review_due=_review_due(onward, complete, open_sessions),
        next_day=min(coming, default=None),
        late=_late(visits, onward, complete, open_sessions, today),
    )


def _onward(course: Course, after_seq: int) -> OnwardDecided | None:
    found = [fact for line, fact in course.lines_of(OnwardDecided) if line.seq > after_seq]
    return found[-1] if found else None


def _visits(
    days: Sequence[date], moved: dict[date, VisitMoved], sessions: Sequence[SessionFact], today: date
) -> tuple[Visit, ...]:
    left = list(sessions)
    found = []
    for number, planned in enumerate(days, 1):
        move = _moved(planned, moved)
        day = planned if move is None else move.to_day
        session = left.pop(0) if day is not None and left and _meant(left[0], day, days) else None
        missed = day is not None and session is None and day < today
        found.append(Visit(number, day, planned, session, missed, "" if move is None else move.reason))
    return tuple(found)


def _moved(day: date, moved: dict[date, VisitMoved]) -> VisitMoved | None:
    """The last of a chain of moves of a day; a day moved in a circle ends where it began."""
    seen, found = {day}, None
    while (move := moved.get(day)) is not None:
        found = move
        if move.to_day is None or move.to_day in seen:
            return found
        day = move.to_day
        seen.add(day)
    return found


def _meant(session: SessionFact, day: date, days: Sequence[date]) -> bool:
    """Sessions are taken in order; one long after the last planned day is none of the series."""
    return session.day <= max(day, days[-1]) + timedelta(days=7)


def _maintenance(
    onward: OnwardDecided | None, moved: dict[date, VisitMoved], sessions: Sequence[SessionFact], today: date
) -> tuple[Visit, ...]:
    if onward is None or onward.onward is Onward.STOP:
        return ()
    found = [Visit(0, one.day, one.day, one) for one in sessions]
    next_day = onward.next_day
    if sessions and onward.every_days is not None and (next_day is None or next_day <= sessions[-1].day):
        next_day = sessions[-1].day + timedelta(days=onward.every_days)
    if next_day is not None:
        move = _moved(next_day, moved)
        day = next_day if move is None else move.to_day
        missed = day is not None and day < today
        found.append(Visit(0, day, next_day, None, missed, "" if move is None else move.reason))
    return tuple(found)


def _review_due(onward: OnwardDecided | None, complete: bool, sessions: Sequence[SessionFact]) -> date | None:
    if onward is not None:
        return onward.review_by
    return sessions[-1].day + timedelta(days=7) if complete and sessions else None


def _late(
    visits: Sequence[Visit],
    onward: OnwardDecided | None,
    complete: bool,
    sessions: Sequence[SessionFact],
    today: date,
) -> tuple[str, ...]:
    found = [
        f"The infusion planned for {visit.day:%d %b} did not take place: move or cancel it."
        for visit in visits
        if visit.missed and visit.day is not None
    ]
    due = _review_due(onward, complete, sessions)
    if complete and onward is None:
        found.append("The series is complete: a physician reviews the response and decides what follows.")
    elif onward is not None and due is not None and due < today:
        found.append(f"The review was due on {due:%d %b}: a physician decides what follows.")
    return tuple(found)
