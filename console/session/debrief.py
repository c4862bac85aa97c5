"""What happened in a session and how fast it was seen and answered: the debrief of a lesson.

A view of the events like any other; nothing is kept for it. Times are differences of the monotonic clock
and so unknown across a restart of the machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from console.clock import Instant
from console.session.events import (
    AlarmAcknowledged,
    AlarmCleared,
    AlarmRaised,
    CareNoted,
    CommandRequested,
    CuffAsked,
    Entry,
    HandworkAsked,
    OrderRefused,
    PauseProposalCancelled,
    Priority,
    PromptCameDue,
    ScoreRecorded,
    SessionOpened,
    StopConfirmed,
    StopPressed,
    VerificationFailed,
)
from console.session.people import Role


@dataclass(frozen=True, slots=True)
class AlarmAnswer:
    """An alarm and what people did about it; None = not (or not known).

    Attributes:
        alarm_id: Of the occurrence.
        code: Condition.
        priority: Of the alarm.
        message: What the nurse read.
        at: When it was raised.
        seen_s: Seconds to the first sign that a person knew: acknowledged, or did something.
        seen_by: Who.
        answered_s: Seconds to the first deed beyond acknowledging.
        answer: What that was.
        cleared_s: Seconds until the condition was gone.
    """

    alarm_id: str
    code: str
    priority: Priority
    message: str
    at: Instant
    seen_s: float | None = None
    seen_by: str = ""
    answered_s: float | None = None
    answer: str = ""
    cleared_s: float | None = None


@dataclass(frozen=True, slots=True)
class StopTold:
    """A STOP and how long the pump took to confirm it."""

    at: Instant
    by: str
    confirmed_s: float | None = None


@dataclass(frozen=True, slots=True)
class Deed:
    """Something a person did."""

    at: Instant
    by: str
    what: str


@dataclass(frozen=True, slots=True)
class Debrief:
    """The whole of it.

    Attributes:
        training: The session was a lesson.
        alarms: Every alarm in order.
        stops: Every STOP.
        deeds: What people did, in order.
        refused_orders: Orders the limits stopped, each with its sentences.
        failed_verifications: Blind second checks that disagreed.
        checks_due: Scheduled checks that fell due.
        scores: Scores that were recorded.
    """

    training: bool
    alarms: tuple[AlarmAnswer, ...]
    stops: tuple[StopTold, ...]
    deeds: tuple[Deed, ...]
    refused_orders: tuple[tuple[str, ...], ...]
    failed_verifications: int
    checks_due: int
    scores: int

    @property
    def unseen(self) -> tuple[AlarmAnswer, ...]:
        """High and medium alarms nobody reacted to."""
        return tuple(one for one in self.alarms if one.seen_s is None and one.priority is not Priority.LOW)


def debrief(entries: Sequence[Entry]) -> Debrief:
    """Fold the events of one session."""
    alarms: dict[str, AlarmAnswer] = {}
    boots: dict[str, str] = {}
    stops: list[StopTold] = []
    deeds: list[Deed] = []
    for entry in entries:
        event = entry.event
        deed = _deed(entry)
        if isinstance(event, AlarmRaised):
            raised = AlarmAnswer(event.alarm_id, event.code, event.priority, event.message, entry.at)
            alarms[event.alarm_id] = raised
            boots[event.alarm_id] = entry.boot_id
        elif isinstance(event, AlarmAcknowledged | AlarmCleared) and event.alarm_id in alarms:
            known = alarms[event.alarm_id]
            seconds = _seconds(known, boots, entry)
            alarms[event.alarm_id] = _told(known, isinstance(event, AlarmCleared), seconds, entry.actor.name)
        elif isinstance(event, StopConfirmed) and stops:
            stops[-1] = replace(stops[-1], confirmed_s=event.seconds)
        if isinstance(event, StopPressed):
            stops.append(StopTold(entry.at, entry.actor.name))
        if deed:
            deeds.append(Deed(entry.at, entry.actor.name, deed))
            alarms = {
                key: _answered(one, _seconds(one, boots, entry), deed, entry.actor.name)
                for key, one in alarms.items()
            }
    events = [entry.event for entry in entries]
    return Debrief(
        training=any(isinstance(one, SessionOpened) and one.training for one in events),
        alarms=tuple(alarms.values()),
        stops=tuple(stops),
        deeds=tuple(deeds),
        refused_orders=tuple(one.sentences for one in events if isinstance(one, OrderRefused)),
        failed_verifications=sum(isinstance(one, VerificationFailed) for one in events),
        checks_due=sum(isinstance(one, PromptCameDue) for one in events),
        scores=sum(isinstance(one, ScoreRecorded) for one in events),
    )


def _seconds(alarm: AlarmAnswer, boots: dict[str, str], entry: Entry) -> float | None:
    if boots[alarm.alarm_id] != entry.boot_id:
        return None
    return round(entry.at.seconds_since(alarm.at), 1)


def _told(alarm: AlarmAnswer, cleared: bool, seconds: float | None, by: str) -> AlarmAnswer:
    if cleared:
        return alarm if alarm.cleared_s is not None else replace(alarm, cleared_s=seconds)
    return alarm if alarm.seen_s is not None else replace(alarm, seen_s=seconds, seen_by=by)


def _answered(alarm: AlarmAnswer, seconds: float | None, deed: str, by: str) -> AlarmAnswer:
    """The first deed after an alarm counts as its answer while the condition holds."""
    if alarm.cleared_s is not None:
        return alarm
    if alarm.answered_s is None and seconds is not None:
        alarm = replace(alarm, answered_s=seconds, answer=deed)
    return alarm if alarm.seen_s is not None else replace(alarm, seen_s=seconds, seen_by=by)


def _deed(entry: Entry) -> str:
    """What a person did, empty when nobody did anything."""
    if entry.actor.role is Role.ROOM:
        return ""
    match entry.event:
        case StopPressed():
            return "STOP"
        case CommandRequested(command=command):
            return f"pump: {str(command.__struct_config__.tag).replace('_', ' ')}"
        case HandworkAsked(command=command):
            return f"at the pump: {str(command.__struct_config__.tag).replace('_', ' ')}"
        case CareNoted(care=care):
            return care.value.replace("_", " ")
        case ScoreRecorded(scale=scale, total=total):
            return f"{scale} {total}"
        case CuffAsked():
            return "blood pressure"
        case PauseProposalCancelled():
            return "kept the infusion going"
        case _:
            return ""
