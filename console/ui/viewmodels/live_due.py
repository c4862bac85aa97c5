"""Scheduled checks as chips: due in, due now, overdue."""

from __future__ import annotations

from console.clock import Instant
from console.session.events import PromptKind
from console.session.prompts import schedule
from console.session.state import State
from console.ui.viewmodels.live_shapes import Prompt
from console.ui.viewmodels.live_words import countdown, minutes_seconds

LABELS = {
    PromptKind.NIBP: "NIBP",
    PromptKind.MOAAS: "MOAA/S",
    PromptKind.DISSOCIATION: "Dissociation",
    PromptKind.ALDRETE: "Aldrete",
}


def prompts(state: State, now: Instant) -> tuple[Prompt, ...]:
    """The checks that are scheduled, the most urgent first."""
    chips = [_chip(kind, at.seconds_since(now)) for kind, at in schedule(state, now).items()]
    return tuple(sorted(chips, key=lambda chip: chip.seconds))


def _chip(kind: PromptKind, left_s: float) -> Prompt:
    overdue = left_s <= 0
    if overdue and left_s > -1:
        when = "due now"
    else:
        when = f"overdue {minutes_seconds(-left_s)}" if overdue else f"due {countdown(left_s)}"
    return Prompt(kind, LABELS[kind], when, overdue, left_s)


def when_due(chips: tuple[Prompt, ...], kind: PromptKind) -> str:
    """The words of one check, empty when it is not scheduled."""
    return next((chip.when for chip in chips if chip.kind is kind), "")
