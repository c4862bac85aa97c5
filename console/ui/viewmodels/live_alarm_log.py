"""The alarm log: every alarm of the session with what it was, how long it stood and who saw it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import get_args

from console.clinical.vitals import VITALS
from console.clock import Instant
from console.session.events import (
    AlarmAcknowledged,
    AlarmCleared,
    AlarmRaised,
    AudioPaused,
    AudioResumed,
    Entry,
    LimitsChanged,
    LimitsSwitchedOff,
    LimitsSwitchedOn,
    Priority,
    SessionOpened,
    TonesTested,
)
from console.session.people import Role
from console.session.state import State
from console.ui.viewmodels.live_limits import range_text
from console.ui.viewmodels.live_shapes import MARKERS
from console.ui.viewmodels.live_words import clock_hms, minutes_seconds

LOGGED = (
    AlarmRaised | AlarmCleared | AlarmAcknowledged | AudioPaused | AudioResumed | LimitsChanged
    | LimitsSwitchedOff | LimitsSwitchedOn | TonesTested
)  # fmt: skip
"""What the log is made of: alarms, and everything that was done to their limits and their sound."""
LOGGED_KINDS = frozenset(str(kind.__struct_config__.tag) for kind in get_args(LOGGED))
"""The same by the names the record keeps them under."""


@dataclass(frozen=True, slots=True)
class Logged:
    """One line as it is kept.

    Attributes:
        at: When.
        priority: Of an alarm; None for something that was done.
        message: What a nurse reads.
        alarm_id: Of an alarm.
        code: Of an alarm.
        value: The value that did it.
        limit: The limit it passed.
        ended: When the condition was gone.
        seen: When it was acknowledged.
        seen_by: By whom.
        by: Who did it; empty for the room.
    """

    at: Instant
    priority: Priority | None
    message: str
    alarm_id: str = ""
    code: str = ""
    value: float | None = None
    limit: float | None = None
    ended: Instant | None = None
    seen: Instant | None = None
    seen_by: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line as it is shown, all words."""

    time: str
    priority: Priority | None
    marker: str
    message: str
    figures: str
    stood: str
    stands: bool
    seen: str


def log_of_active(state: State) -> tuple[Logged, ...]:
    """The log of a window that has not read the record yet: what stands, in the order raised."""
    return tuple(
        Logged(
            alarm.at,
            alarm.raised.priority,
            alarm.raised.message,
            alarm.raised.alarm_id,
            alarm.raised.code,
            alarm.raised.value,
            alarm.raised.limit,
        )
        for alarm in state.alarms
    )


def logged(kept: tuple[Logged, ...], entries: Iterable[Entry]) -> tuple[Logged, ...]:
    """The log after more entries; a new session begins a new log."""
    for entry in entries:
        if isinstance(entry.event, SessionOpened):
            kept = ()
        elif isinstance(entry.event, LOGGED):
            kept = _taken(kept, entry)
    return kept


def _taken(kept: tuple[Logged, ...], entry: Entry) -> tuple[Logged, ...]:
    at = entry.at
    who = "" if entry.actor.role is Role.ROOM else entry.actor.name
    match entry.event:
        case AlarmRaised() as raised:
            # A graver alarm of the same code takes the place of the one before.
            ended = tuple(
                replace(one, ended=at) if one.code == raised.code and one.ended is None else one
                for one in kept
            )
            line = Logged(
                at, raised.priority, raised.message, raised.alarm_id, raised.code, raised.value, raised.limit
            )
            return (*ended, line)
        case AlarmCleared(alarm_id=alarm_id):
            return tuple(
                replace(one, ended=at) if one.alarm_id == alarm_id and one.ended is None else one
                for one in kept
            )
        case AlarmAcknowledged(alarm_id=alarm_id):
            return tuple(
                replace(one, seen=at, seen_by=who or "nobody signed in")
                if one.alarm_id == alarm_id and one.seen is None
                else one
                for one in kept
            )
        case _:
            return (*kept, Logged(at, None, _done(entry), by=who))


def _done(entry: Entry) -> str:
    match entry.event:
        case AudioPaused(for_s=for_s):
            return f"Alarm sound paused for {minutes_seconds(for_s)}"
        case AudioResumed(reason=reason):
            return f"Alarm sound back: {reason}"
        case LimitsChanged(vital=vital, low=low, high=high):
            return f"{VITALS[vital].label} limits set to {range_text(low, high)}"
        case LimitsSwitchedOff(vital=vital, for_s=for_s, reason=reason):
            return f"{VITALS[vital].label} inner limits off for {for_s / 60:g} min: {reason}"
        case LimitsSwitchedOn(vital=vital, reason=reason):
            return f"{VITALS[vital].label} inner limits on again: {reason}"
        case TonesTested(heard=heard):
            return "Alarm sound tested: heard" if heard else "Alarm sound tested: NOT heard"
        case _:
            return ""


def log_lines(kept: tuple[Logged, ...], now: Instant, zone: tzinfo | None = None) -> tuple[LogLine, ...]:
    """The log as it is read, the newest first."""
    return tuple(_line(one, now, zone) for one in reversed(kept))


def _line(one: Logged, now: Instant, zone: tzinfo | None) -> LogLine:
    if one.priority is None:
        return LogLine(clock_hms(one.at, zone), None, "", one.message, "", "", False, one.by)
    until = one.ended or now
    stood = minutes_seconds(until.seconds_since(one.at))
    figures = ""
    if one.value is not None:
        figures = f"{one.value:g}" if one.limit is None else f"{one.value:g} / {one.limit:g}"
    seen = ""
    if one.seen is not None:
        seen = f"{one.seen_by}, after {minutes_seconds(one.seen.seconds_since(one.at))}"
    elif one.ended is None:
        seen = "not yet"
    return LogLine(
        time=clock_hms(one.at, zone),
        priority=one.priority,
        marker=MARKERS[one.priority],
        message=one.message.partition(", limit")[0],
        figures=figures,
        stood=stood,
        stands=one.ended is None,
        seen=seen or "nobody",
    )


def log_title(kept: tuple[Logged, ...]) -> str:
    """How many alarms there were, by priority."""
    counts = [sum(1 for one in kept if one.priority is priority) for priority in Priority]
    total = sum(counts)
    if not total:
        return "Alarm log: no alarm in this session"
    parts = ", ".join(f"{n} {priority.value}" for n, priority in zip(counts, Priority, strict=True) if n)
    return f"Alarm log: {total} alarm{'' if total == 1 else 's'} ({parts})"
