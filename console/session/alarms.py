"""The alarm engine: delays, latching, ordering, silence. What is wrong is in ``conditions``.

IEC 60601-1-8 conventions (no claim of conformity): three priorities, a delay per condition, a pause of
the sound that ends by itself and is broken by a higher priority.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from msgspec.structs import replace

from console.clock import Instant
from console.session.decision import Context
from console.session.events import AlarmCleared, AlarmRaised, AudioResumed, Event, Priority
from console.session.state import ActiveAlarm, State
from console.session.watch import Watch

RANK = {Priority.HIGH: 3, Priority.MEDIUM: 2, Priority.LOW: 1}


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that is wrong now.

    Attributes:
        code: One active alarm a code.
        priority: High, medium, low.
        message: What a nurse reads.
        physiological: About the patient; False for technical.
        delay_s: How long it has to hold before it alarms.
        latched: Stays on the screen until acknowledged.
        value: The value that did it.
        limit: The limit it passed.
    """

    code: str
    priority: Priority
    message: str
    physiological: bool
    delay_s: float = 0.0
    latched: bool = False
    value: float | None = None
    limit: float | None = None


def timed(watch: Watch, conditions: Iterable[Condition], now: Instant) -> Watch:
    """Remember since when each condition holds; one that ended is forgotten."""
    since = {c.code: watch.since.get(c.code, now) for c in conditions}
    return watch if since == watch.since else replace(watch, since=since)


def judge(ctx: Context, conditions: tuple[Condition, ...]) -> tuple[Event, ...]:
    """Alarms to raise and to clear. ``ctx.watch`` must have been through :func:`timed`."""
    true_now = {c.code: c for c in conditions}
    active = {alarm.raised.code: alarm for alarm in ctx.state.alarms}
    events: list[Event] = []
    for code, alarm in active.items():
        if alarm.condition and code not in true_now:
            events.append(AlarmCleared(alarm.raised.alarm_id))
    raised = [c for c in conditions if _is_new(ctx, c, active)]
    events += [_raise(ctx, condition) for condition in raised]
    if _breaks_silence(ctx, raised):
        events.append(AudioResumed("a new alarm of higher priority"))
    return tuple(events)


def _is_new(ctx: Context, condition: Condition, active: dict[str, ActiveAlarm]) -> bool:
    since = ctx.watch.since.get(condition.code, ctx.now)
    if ctx.seconds_since(since) < condition.delay_s:
        return False
    alarm = active.get(condition.code)
    if alarm is None or not alarm.condition:
        return True
    return RANK[condition.priority] > RANK[alarm.raised.priority]


def _raise(ctx: Context, condition: Condition) -> AlarmRaised:
    return AlarmRaised(
        alarm_id=ctx.new_id(),
        code=condition.code,
        priority=condition.priority,
        message=condition.message,
        physiological=condition.physiological,
        latched=condition.latched,
        value=condition.value,
        limit=condition.limit,
    )


def _breaks_silence(ctx: Context, raised: list[Condition]) -> bool:
    paused_at = ctx.state.audio_paused_at
    if paused_at is None or not raised:
        return False
    silenced = [a.raised.priority for a in ctx.state.alarms if a.at.mono_ns <= paused_at.mono_ns]
    highest = max((RANK[p] for p in silenced), default=0)
    return any(RANK[c.priority] > highest for c in raised)


def in_order(alarms: Iterable[ActiveAlarm]) -> tuple[ActiveAlarm, ...]:
    """Alarms as they are shown: priority, then physiological before technical, then newest."""
    return tuple(
        sorted(
            alarms,
            key=lambda a: (-RANK[a.raised.priority], not a.raised.physiological, -a.at.mono_ns),
        )
    )


def sounding(state: State, now: Instant) -> Priority | None:
    """The priority whose burst sounds now; None when nothing does.

    A high alarm is never silenced for longer than the pause, and acknowledging ends the sound of that
    alarm alone.
    """
    until = state.audio_paused_until
    if until is not None and now.mono_ns < until.mono_ns:
        return None
    loud = [a.raised.priority for a in state.alarms if a.condition and not a.acknowledged]
    return max(loud, key=lambda p: RANK[p], default=None)
