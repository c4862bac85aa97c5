"""Pressures, scores, alarms, prompts and limits of a session, folded from its entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from console.clinical.limits import AlarmPreset, breach
from console.clinical.vitals import Vital
from console.session.apply_session import PROMPT_OF_SCALE
from console.session.events import (
    AlarmAcknowledged,
    AlarmCleared,
    AlarmRaised,
    Entry,
    InfusionEnded,
    LimitsChanged,
    PressureTaken,
    Priority,
    PromptCameDue,
    PromptKind,
    ScoreRecorded,
    SessionClosed,
)
from console.ui.viewmodels.review_sentences import score_words
from console.ui.viewmodels.review_shapes import AlarmBar, LimitStep, Pressure, PromptMark, ScoreMark

LIMITED = (Vital.NIBP_SYS, Vital.NIBP_DIA, Vital.HR, Vital.SPO2, Vital.RR, Vital.ETCO2)


def limits_of(
    entries: Sequence[Entry], preset: AlarmPreset, start_ns: int
) -> dict[Vital, tuple[LimitStep, ...]]:
    """Alarm limits over time: the preset, then every change."""
    steps: dict[Vital, list[LimitStep]] = {}
    for vital in LIMITED:
        limits = preset.of(vital)
        if limits is not None:
            steps[vital] = [LimitStep(start_ns, limits.low, limits.high)]
    for entry in entries:
        if isinstance(entry.event, LimitsChanged):
            change = entry.event
            steps.setdefault(change.vital, []).append(LimitStep(entry.at.mono_ns, change.low, change.high))
    return {vital: tuple(found) for vital, found in steps.items()}


def pressures_of(
    entries: Sequence[Entry], preset: AlarmPreset, limits: dict[Vital, tuple[LimitStep, ...]]
) -> tuple[Pressure, ...]:
    """Every cuff measurement once, in order; a later entry of the same measurement replaces it."""
    found: dict[tuple[int, str], Pressure] = {}
    for entry in entries:
        if not isinstance(entry.event, PressureTaken):
            continue
        taken = entry.event
        t_ns = taken.measured_at.mono_ns
        alarms = [
            _passed(preset, limits, Vital.NIBP_SYS, taken.systolic, t_ns),
            _passed(preset, limits, Vital.NIBP_DIA, taken.diastolic, t_ns),
        ]
        alarm = Priority.HIGH if Priority.HIGH in alarms else next((a for a in alarms if a), None)
        found[t_ns, taken.source] = Pressure(
            t_ns, taken.systolic, taken.diastolic, taken.mean, taken.source, taken.baseline, alarm
        )
    return tuple(sorted(found.values(), key=lambda one: one.t_ns))


def _passed(
    preset: AlarmPreset, limits: dict[Vital, tuple[LimitStep, ...]], vital: Vital, value: float, t_ns: int
) -> Priority | None:
    own = preset.of(vital)
    step = limit_at(limits.get(vital, ()), t_ns)
    if own is None or step is None:
        return None
    ring = breach(replace(own, low=step.low, high=step.high), value)
    if ring is None:
        return None
    return Priority.HIGH if ring.extreme else Priority.MEDIUM


def limit_at(steps: Sequence[LimitStep], t_ns: int) -> LimitStep | None:
    """The limits in force at a time; those of the start hold before it."""
    found = steps[0] if steps else None
    for step in steps:
        if step.t_ns <= t_ns:
            found = step
    return found


def scores_of(entries: Sequence[Entry]) -> tuple[ScoreMark, ...]:
    """Every scored scale."""
    return tuple(
        ScoreMark(
            entry.seq,
            entry.at.mono_ns,
            entry.event.scale,
            entry.event.total,
            score_words(entry.event.scale, entry.event.items),
            entry.actor.name,
        )
        for entry in entries
        if isinstance(entry.event, ScoreRecorded)
    )


def alarms_of(entries: Sequence[Entry]) -> tuple[AlarmBar, ...]:
    """Every alarm with its end and whoever acknowledged it; an upgrade ends the one before."""
    bars: dict[str, AlarmBar] = {}
    for entry in entries:
        at = entry.at.mono_ns
        match entry.event:
            case AlarmRaised() as raised:
                for known in bars.values():
                    if known.code == raised.code and known.end_ns is None:
                        bars[known.alarm_id] = replace(known, end_ns=at)
                bars[raised.alarm_id] = AlarmBar(
                    raised.alarm_id, raised.code, raised.priority, raised.message, raised.physiological, at
                )
            case AlarmCleared(alarm_id=alarm_id) if alarm_id in bars and bars[alarm_id].end_ns is None:
                bars[alarm_id] = replace(bars[alarm_id], end_ns=at)
            case AlarmAcknowledged(alarm_id=alarm_id) if alarm_id in bars:
                if bars[alarm_id].acknowledged_ns is None:
                    bars[alarm_id] = replace(
                        bars[alarm_id], acknowledged_ns=at, acknowledged_by=entry.actor.name
                    )
            case _:
                pass
    return tuple(bars.values())


def prompts_of(entries: Sequence[Entry]) -> tuple[PromptMark, ...]:
    """Scheduled checks: due, and when each was done or dropped because the phase ended."""
    marks: list[PromptMark] = []
    waiting: dict[PromptKind, PromptMark] = {}
    for entry in entries:
        at = entry.at.mono_ns
        match entry.event:
            case PromptCameDue(prompt=kind):
                waiting.setdefault(kind, PromptMark(kind, at))
            case PressureTaken() if PromptKind.NIBP in waiting:
                marks.append(replace(waiting.pop(PromptKind.NIBP), done_ns=at))
            case ScoreRecorded(scale=scale) if PROMPT_OF_SCALE.get(scale) in waiting:
                marks.append(replace(waiting.pop(PROMPT_OF_SCALE[scale]), done_ns=at))
            case InfusionEnded() | SessionClosed():
                marks += [replace(mark, dropped_ns=at) for mark in waiting.values()]
                waiting.clear()
            case _:
                pass
    return tuple(sorted((*marks, *waiting.values()), key=lambda mark: mark.due_ns))
