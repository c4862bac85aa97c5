"""Fold one entry of the alarm system onto the state: alarms, their silence, the test of their tones."""

from __future__ import annotations

from msgspec.structs import replace

from console.clock import Instant
from console.session.events import (
    AlarmAcknowledged,
    AlarmCleared,
    AlarmRaised,
    AlarmReminded,
    AudioPaused,
    AudioResumed,
    Entry,
    Priority,
    RoomStarted,
    TonesSounded,
    TonesTested,
)
from console.session.state import ActiveAlarm, State

RANK = {Priority.HIGH: 3, Priority.MEDIUM: 2, Priority.LOW: 1}


def fold_alarms(state: State, entry: Entry) -> State:
    """The state after ``entry``; entries of other kinds change nothing."""
    at = entry.at
    match entry.event:
        case AlarmRaised(code="no_sound") as raised:
            # Whatever device comes back has not been listened to.
            untested = replace(state, tones_sounded_at=None, tones_tested_at=None, tones_heard=False)
            return replace(untested, alarms=_raised(state, raised, at))
        case AlarmRaised() as raised:
            return replace(state, alarms=_raised(state, raised, at))
        case AlarmCleared() | AlarmAcknowledged() | AlarmReminded():
            return replace(state, alarms=_changed(state.alarms, entry))
        case AudioPaused(for_s=for_s):
            return replace(
                state,
                audio_paused_at=at,
                audio_paused_until=at.plus(for_s),
                alarms=tuple(_quiet(alarm, at) for alarm in state.alarms),
            )
        case AudioResumed():
            return _sound_is_back(state)
        case RoomStarted():
            return replace(_sound_is_back(_all_unseen(state)), room_started_at=at)
        case TonesSounded():
            return replace(state, tones_sounded_at=at)
        case TonesTested(heard=heard):
            return replace(state, tones_tested_at=at, tones_heard=heard)
        case _:
            return state


def for_new_patient(state: State) -> State:
    """Nothing of the previous patient's alarms is left: no limit, no silence, nothing counts as seen.

    Technical conditions that still hold are the room's and stay, to be seen anew.
    """
    technical = tuple(alarm for alarm in state.alarms if not alarm.raised.physiological and alarm.condition)
    return _sound_is_back(_all_unseen(replace(state, alarms=technical)))


def _raised(state: State, raised: AlarmRaised, at: Instant) -> tuple[ActiveAlarm, ...]:
    """One alarm a code. Seen at a higher priority is seen at a lower one."""
    before = next((alarm for alarm in state.alarms if alarm.raised.code == raised.code), None)
    others = tuple(alarm for alarm in state.alarms if alarm.raised.code != raised.code)
    until = state.audio_paused_until
    silent = until is not None and at.mono_ns < until.mono_ns
    alarm = ActiveAlarm(raised, at, quiet_since=at if silent else None)
    if before is not None and before.condition and RANK[raised.priority] < RANK[before.raised.priority]:
        alarm = replace(alarm, acknowledged=before.acknowledged, quiet_since=before.quiet_since)
    return (*others, alarm)


def _changed(alarms: tuple[ActiveAlarm, ...], entry: Entry) -> tuple[ActiveAlarm, ...]:
    match entry.event:
        case AlarmCleared(alarm_id=alarm_id):
            return tuple(
                replace(alarm, condition=False) if alarm.raised.alarm_id == alarm_id else alarm
                for alarm in alarms
                if alarm.raised.alarm_id != alarm_id or (alarm.raised.latched and not alarm.acknowledged)
            )
        case AlarmAcknowledged(alarm_id=alarm_id):
            return tuple(
                replace(_quiet(alarm, entry.at), acknowledged=True)
                if alarm.raised.alarm_id == alarm_id
                else alarm
                for alarm in alarms
                if alarm.raised.alarm_id != alarm_id or alarm.condition
            )
        case AlarmReminded(alarm_id=alarm_id):
            return tuple(
                replace(alarm, acknowledged=False, quiet_since=None)
                if alarm.raised.alarm_id == alarm_id
                else alarm
                for alarm in alarms
            )
        case _:
            return alarms


def _quiet(alarm: ActiveAlarm, at: Instant) -> ActiveAlarm:
    """Silent from now on; one that was silent already has been so for longer."""
    return alarm if alarm.quiet_since is not None else replace(alarm, quiet_since=at)


def _sound_is_back(state: State) -> State:
    alarms = tuple(
        alarm if alarm.acknowledged else replace(alarm, quiet_since=None) for alarm in state.alarms
    )
    return replace(state, alarms=alarms, audio_paused_at=None, audio_paused_until=None)


def _all_unseen(state: State) -> State:
    """Whoever saw these alarms may be gone, and the gap may have hidden a change: they count as new."""
    return replace(state, alarms=tuple(replace(alarm, acknowledged=False) for alarm in state.alarms))
