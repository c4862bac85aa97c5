"""The moments of a session that a reviewer should not pass by, in order of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from console.clinical.cadence import ADVISORY_AFTER_S
from console.clinical.scales import MOAAS
from console.clinical.vitals import Vital
from console.clock import NS_PER_S
from console.session.events import Priority
from console.ui.viewmodels.review_shapes import PinTone, Timeline
from console.ui.viewmodels.review_values import SPO2_LOW

DEEP_SEDATION = 3
"""MOAA/S from which a level is listed (site default, needs the medical director's signature)."""
SAME_S = 2.0
"""Two findings closer together than this are one stop of the cursor."""


@dataclass(frozen=True, slots=True)
class Abnormal:
    """A moment, and in a few words why."""

    second: float
    words: str


def abnormal_moments(line: Timeline) -> tuple[Abnormal, ...]:
    """Every one of them; what happens at the same moment is told together."""
    found = sorted(_all(line), key=lambda one: one.second)
    merged: list[Abnormal] = []
    for one in found:
        if merged and one.second - merged[-1].second <= SAME_S:
            words = merged[-1].words
            if one.words not in words:
                merged[-1] = Abnormal(merged[-1].second, f"{words} · {one.words}")
        else:
            merged.append(one)
    return tuple(merged)


def next_abnormal(moments: tuple[Abnormal, ...], second: float, *, forward: bool) -> Abnormal | None:
    """The one after the cursor, or before it; None when there is none left."""
    ahead = [one for one in moments if one.second > second + 0.01]
    behind = [one for one in moments if one.second < second - 0.01]
    chosen = ahead[:1] if forward else behind[-1:]
    return chosen[0] if chosen else None


def _all(line: Timeline) -> Iterator[Abnormal]:
    for bar in line.alarms:
        if bar.priority is not Priority.LOW:
            yield Abnormal(line.second_of(bar.start_ns), bar.message.partition(":")[0])
    for one in line.pressures:
        if one.alarm is not None:
            yield Abnormal(line.second_of(one.t_ns), f"pressure {one.systolic:.0f}/{one.diastolic:.0f}")
    for mark in line.scores:
        if mark.scale == MOAAS.id and mark.total <= DEEP_SEDATION:
            yield Abnormal(line.second_of(mark.t_ns), f"MOAA/S {mark.total}")
    for gap in line.gaps:
        yield Abnormal(line.second_of(gap.start_ns), "nothing sensed")
    for pause in line.pauses:
        yield Abnormal(line.second_of(pause.start_ns), "paused")
    for pin in line.pins:
        if pin.tone is PinTone.TROUBLE:
            yield Abnormal(line.second_of(pin.t_ns), pin.text)
    for prompt in line.prompts:
        done = prompt.done_ns or prompt.dropped_ns or line.end_ns
        if (done - prompt.due_ns) / NS_PER_S > ADVISORY_AFTER_S:
            yield Abnormal(line.second_of(prompt.due_ns), "a check was late")
    yield from _desaturations(line)


def _desaturations(line: Timeline) -> Iterator[Abnormal]:
    trend = line.trends.get(Vital.SPO2)
    if trend is None:
        return
    below = np.concatenate(([False], trend.values < SPO2_LOW))
    for place in np.flatnonzero(np.diff(below.astype(np.int8)) == 1):
        yield Abnormal(float(place), f"SpO₂ below {SPO2_LOW:.0f} %")
