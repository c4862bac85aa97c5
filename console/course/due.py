"""What falls due around a patient: visits, follow-up, checks, open questions, reviews, by urgency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum, StrEnum

from console.clock import NS_PER_S
from console.course.adverse import adverse_events
from console.course.books import Books, FollowUpTask, IntervalCheck
from console.course.course import Course
from console.course.exposure import exposure
from console.course.facts_care import FollowedUp, IntegrationHeld, IntegrationPlanned
from console.course.facts_plan import CheckDone
from console.course.outcomes import open_alerts
from console.course.screening import consent
from console.course.series import series
from console.course.sessions import SessionFact

HOUR_NS = 3600 * NS_PER_S
UNREACHED_RETRY_H = 4
"""A call that reached nobody is tried again after four hours (site default)."""


class DueKind(StrEnum):
    """What sort of thing it is."""

    ALERT = "alert"
    FOLLOW_UP = "follow_up"
    CHECK = "check"
    VISIT = "visit"
    REVIEW = "review"
    CONSENT = "consent"
    INTEGRATION = "integration"
    ADVERSE = "adverse"


class Urgency(IntEnum):
    """How pressing it is; the smaller, the sooner."""

    NOW = 0
    OVERDUE = 1
    DUE = 2
    COMING = 3


@dataclass(frozen=True, slots=True)
class Due:
    """One thing to do.

    Attributes:
        kind: What sort.
        title: What to do, for people.
        day: Local day it is due.
        urgency: How pressing.
        ref: Session, task, check or line it belongs to: what a request about it names.
        session_id: The session it follows, empty when none.
    """

    kind: DueKind
    title: str
    day: date
    urgency: Urgency
    ref: str = ""
    session_id: str = ""


def due(
    course: Course, books: Books, sessions: Sequence[SessionFact], now_wall_ns: int, today: date
) -> tuple[Due, ...]:
    """Everything that is or soon falls due, most pressing first."""
    treated = sorted((one for one in sessions if one.treated), key=lambda one: one.opened_wall_ns)
    found = [
        *_alerts(course, books),
        *_follow_ups(course, books, treated, now_wall_ns),
        *_checks(course, books, treated, today),
        *_visits(course, sessions, today),
        *_integration(course, today),
        *_around(course, books, today, bool(treated)),
    ]
    return tuple(sorted(found, key=lambda one: (one.urgency, one.day, one.kind)))


def _alerts(course: Course, books: Books) -> list[Due]:
    return [
        Due(DueKind.ALERT, sentence, alert.day, Urgency.NOW, alert.line_id)
        for alert in open_alerts(course, books)
        for sentence in alert.sentences
    ]


def _follow_ups(course: Course, books: Books, treated: Sequence[SessionFact], now_wall_ns: int) -> list[Due]:
    """Tasks after each infusion; those of an earlier one end when the next infusion begins."""
    found = []
    told = course.lines_of(FollowedUp)
    for place, session in enumerate(treated):
        if session.ended_wall_ns is None:
            continue
        following = treated[place + 1].opened_wall_ns if place + 1 < len(treated) else None
        for task in books.follow_up:
            at = session.ended_wall_ns + task.after_h * HOUR_NS
            if following is not None and following < at:
                continue
            tries = [
                (line, fact)
                for line, fact in told
                if fact.session_id == session.session_id and fact.task == task.id
            ]
            if any(fact.reached for _, fact in tries):
                continue
            if tries:
                at = max(at, tries[-1][0].at.wall_utc_ns + UNREACHED_RETRY_H * HOUR_NS)
            found.append(_task(task, session, at, now_wall_ns, len(tries)))
    return found


def _task(task: FollowUpTask, session: SessionFact, at: int, now: int, tries: int) -> Due:
    if now >= at + task.late_h * HOUR_NS:
        urgency = Urgency.OVERDUE
    else:
        urgency = Urgency.DUE if now >= at else Urgency.COMING
    title = task.title if not tries else f"{task.title} (not reached {tries} times)"
    return Due(DueKind.FOLLOW_UP, title, _local(at), urgency, task.id, session.session_id)


def _local(wall_ns: int) -> date:
    return datetime.fromtimestamp(wall_ns / NS_PER_S, UTC).astimezone().date()


def _checks(course: Course, books: Books, treated: Sequence[SessionFact], today: date) -> list[Due]:
    counted = exposure(treated, today)
    if counted.first is None:
        return []
    done: dict[str, date] = {}
    for line, fact in course.lines_of(CheckDone):
        done[fact.check] = fact.done_on or line.at.wall_utc.date()
    found = []
    for check in books.checks:
        last = done.get(check.id, counted.first)
        by = last + timedelta(days=check.every_days)
        if _many_since(check, treated, done.get(check.id)):
            by = min(by, treated[-1].day)
        urgency = Urgency.OVERDUE if by < today else Urgency.DUE if by == today else Urgency.COMING
        found.append(Due(DueKind.CHECK, check.title, by, urgency, check.id))
    return found


def _many_since(check: IntervalCheck, treated: Sequence[SessionFact], last: date | None) -> bool:
    if check.every_sessions is None:
        return False
    return sum(last is None or one.day > last for one in treated) >= check.every_sessions


def _visits(course: Course, sessions: Sequence[SessionFact], today: date) -> list[Due]:
    plan = series(course, sessions, today)
    if plan is None:
        return []
    found = []
    for visit in plan.visits:
        if visit.day is None or visit.session is not None:
            continue
        title = f"Infusion {visit.number} of {len(plan.visits)}" if visit.number else "Maintenance infusion"
        urgency = Urgency.OVERDUE if visit.missed else Urgency.DUE if visit.day == today else Urgency.COMING
        found.append(Due(DueKind.VISIT, title, visit.day, urgency, visit.day.isoformat()))
    if plan.review_due is not None and (plan.complete or plan.onward is not None):
        title = "Review of the response: maintain, extend or stop"
        undecided = plan.complete and plan.onward is None
        waiting = Urgency.DUE if undecided else Urgency.COMING
        urgency = Urgency.OVERDUE if plan.review_due < today else waiting
        found.append(Due(DueKind.REVIEW, title, plan.review_due, urgency))
    return found


def _integration(course: Course, today: date) -> list[Due]:
    held = {fact.session_id for fact in course.all_of(IntegrationHeld)}
    planned = {fact.session_id: fact for fact in course.all_of(IntegrationPlanned)}
    return [
        Due(
            DueKind.INTEGRATION,
            f"Integration talk with {fact.with_whom}",
            fact.day,
            Urgency.OVERDUE if fact.day < today else Urgency.DUE if fact.day == today else Urgency.COMING,
            session_id,
            session_id,
        )
        for session_id, fact in planned.items()
        if session_id not in held
    ]


def _around(course: Course, books: Books, today: date, treated: bool) -> list[Due]:
    found = [
        Due(
            DueKind.ADVERSE,
            f"{event.title}, grade {event.grade}: not over",
            _local(event.onset_wall_ns),
            Urgency.NOW if event.serious else Urgency.DUE,
            event.event_id,
            event.session_id,
        )
        for event in adverse_events(course, books)
        if event.ended_wall_ns is None
    ]
    standing = consent(course, books, today)
    plan = series(course, (), today)
    if standing.problem and (treated or plan is not None):
        found.append(Due(DueKind.CONSENT, standing.problem, standing.valid_until or today, Urgency.DUE))
    return found
