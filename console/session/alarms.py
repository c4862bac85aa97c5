"""The alarm engine: delays, latching, ordering, silence. What is wrong is in ``conditions``.

IEC 60601-1-8 conventions (no claim of conformity): three priorities, a delay per condition, a pause of
the sound that ends by itself and is broken by a higher priority. Site defaults, to be signed by the
medical director: a high alarm stays on the screen until it is acknowledged although its sound ends with
the condition; apnoea and a pump that halted sound until then too; nothing silences a high alarm that
still holds for longer than two minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from console.clock import Instant
from console.session.apply_alarms import RANK as RANK
from console.session.decision import Context
from console.session.events import (
    AlarmCleared,
    AlarmRaised,
    AlarmReminded,
    AudioResumed,
    Event,
    Priority,
)
from console.session.state import ActiveAlarm, State
from console.session.watch import Watch

AUDIO_PAUSE_MAX_S = 120.0
"""Alarm sound returns by itself within two minutes (GIP safety requirements v1.0, 3.2.1)."""

SOUND_LATCHED = frozenset({"apnoea", "pump_halted"})
"""They sound until acknowledged even when they are over; a pump halts by itself on occlusion, stall, air,
door or a lost supply (site default, needs the medical director's signature)."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that is wrong now.

    Attributes:
        code: One active alarm a code.
        priority: High, medium, low.
        message: What a nurse reads.
        physiological: About the patient; False for technical.
        delay_s: How long it has to hold before it alarms.
        latched: Stays on the screen until acknowledged; every high one does.
        value: The value that did it.
        limit: The limit it passed.
        within: Code of a more severe condition of the same thing: while that alarms, this one does not.
        lost: Its value is not known just now: it neither begins nor ends.
    """

    code: str
    priority: Priority
    message: str
    physiological: bool
    delay_s: float = 0.0
    latched: bool = False
    value: float | None = None
    limit: float | None = None
    within: str = ""
    lost: bool = False


def timed(watch: Watch, conditions: Iterable[Condition], now: Instant) -> Watch:
    """Remember since when each condition holds; one that ended is forgotten."""
    since = {c.code: watch.since.get(c.code, now) for c in conditions}
    return watch if since == watch.since else replace(watch, since=since)


def judge(ctx: Context, conditions: tuple[Condition, ...]) -> tuple[Event, ...]:
    """Alarms to raise, to clear and to sound again. ``ctx.watch`` must have been through :func:`timed`."""
    true_now = {c.code: c for c in conditions}
    active = {alarm.raised.code: alarm for alarm in ctx.state.alarms}
    alarming = _alarming(ctx, true_now, active)
    raised = [c for c in _by_rank(conditions) if c.code in alarming and _is_new(c, active.get(c.code))]
    anew = {c.code for c in raised}
    ended = [
        alarm for code, alarm in active.items() if alarm.condition and (code in anew or code not in alarming)
    ]
    events: list[Event] = [_raise(ctx, condition) for condition in raised]
    events += [AlarmCleared(alarm.raised.alarm_id) for alarm in ended]
    forgotten = _forgotten(
        ctx, [alarm for alarm in active.values() if alarm.condition and alarm not in ended]
    )
    events += [AlarmReminded(alarm.raised.alarm_id) for alarm in forgotten]
    if _breaks_silence(ctx, raised):
        events.append(AudioResumed("a new alarm of higher priority"))
    elif forgotten and ctx.state.audio_paused_until is not None:
        events.append(AudioResumed("a high alarm was silent for two minutes"))
    return tuple(events)


def _alarming(
    ctx: Context, true_now: Mapping[str, Condition], active: Mapping[str, ActiveAlarm]
) -> frozenset[str]:
    """Codes whose alarm is to be on now: those on whose condition still holds, and those due."""

    def on(condition: Condition) -> bool:
        alarm = active.get(condition.code)
        if alarm is not None and alarm.condition:
            return True
        since = ctx.watch.since.get(condition.code, ctx.now)
        return not condition.lost and ctx.seconds_since(since) >= condition.delay_s

    def said_already(condition: Condition) -> bool:
        """By a graver one of the same thing; one that is not graver hides nothing."""
        graver = true_now[condition.within] if condition.within in candidates else None
        return graver is not None and RANK[graver.priority] >= RANK[condition.priority]

    candidates = {code for code, condition in true_now.items() if on(condition)}
    return frozenset(code for code in candidates if not said_already(true_now[code]))


def _is_new(condition: Condition, alarm: ActiveAlarm | None) -> bool:
    """Not on yet, back again, worse, or better and the worse was seen."""
    if alarm is None or not alarm.condition:
        return True
    before, after = RANK[alarm.raised.priority], RANK[condition.priority]
    return not condition.lost and (after > before or (after < before and alarm.acknowledged))


def _by_rank(conditions: Iterable[Condition]) -> list[Condition]:
    return sorted(conditions, key=lambda c: -RANK[c.priority])


def _raise(ctx: Context, condition: Condition) -> AlarmRaised:
    return AlarmRaised(
        alarm_id=ctx.new_id(),
        code=condition.code,
        priority=condition.priority,
        message=condition.message,
        physiological=condition.physiological,
        latched=condition.latched or condition.priority is Priority.HIGH,
        value=condition.value,
        limit=condition.limit,
        sound_latched=condition.code in SOUND_LATCHED and condition.priority is Priority.HIGH,
    )


def _forgotten(ctx: Context, holding: list[ActiveAlarm]) -> list[ActiveAlarm]:
    """High alarms that were kept silent for as long as anybody may keep them silent."""
    return [
        alarm
        for alarm in holding
        if alarm.raised.priority is Priority.HIGH
        and alarm.quiet_since is not None
        and ctx.seconds_since(alarm.quiet_since) >= AUDIO_PAUSE_MAX_S
    ]


def _breaks_silence(ctx: Context, raised: list[Condition]) -> bool:
    """Whether something worse than all that the pause silenced has come up."""
    paused_at = ctx.state.audio_paused_at
    if paused_at is None or not raised:
        return False
    silenced = [a.raised.priority for a in ctx.state.alarms if _lasts(a) and a.quiet_since == paused_at]
    highest = max((RANK[p] for p in silenced), default=0)
    return any(RANK[c.priority] > highest for c in raised)


def in_order(alarms: Iterable[ActiveAlarm]) -> tuple[ActiveAlarm, ...]:
    """Alarms as they are shown: priority, then physiological before technical, then newest.

    The code decides between alarms of one instant, so that the order is the same in every window.
    """
    return tuple(
        sorted(
            alarms,
            key=lambda a: (
                -RANK[a.raised.priority],
                not a.raised.physiological,
                -a.at.mono_ns,
                a.raised.code,
            ),
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
    loud = [a.raised.priority for a in state.alarms if _loud(a)]
    return max(loud, key=lambda p: RANK[p], default=None)


def _loud(alarm: ActiveAlarm) -> bool:
    return not alarm.acknowledged and _lasts(alarm)


def _lasts(alarm: ActiveAlarm) -> bool:
    return alarm.condition or alarm.raised.sound_latched
