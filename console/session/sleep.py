"""The room did nothing for a while: its computer slept, or was starved. Nobody watched meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from console.clock import Instant
from console.session.alarms import Condition
from console.session.decision import Context
from console.session.events import Event, GapRecorded, Priority
from console.session.intents import Slept
from console.session.state import OPEN, State
from console.session.watch import Watch

SAID_FOR_S: Final = 10.0
"""How long the condition holds; the alarm stays on the screen until somebody acknowledges it."""


def slept_conditions(state: State, watch: Watch, now: Instant) -> Iterator[Condition]:
    """That nobody watched, for a session that was open meanwhile."""
    if watch.slept is None or state.phase not in OPEN:
        return
    seconds, noticed_at = watch.slept
    if now.seconds_since(noticed_at) < SAID_FOR_S:
        yield Condition(
            "slept",
            Priority.MEDIUM,
            f"The computer slept for {seconds:.0f} s, nothing was watched: look at patient and pump",
            False,
            latched=True,
        )


def slept_events(ctx: Context, intent: Slept) -> tuple[Event, ...]:
    """The gap, for the record of an open session."""
    if ctx.phase not in OPEN:
        return ()
    return (GapRecorded("room", intent.seconds, "the computer slept or stood still"),)
