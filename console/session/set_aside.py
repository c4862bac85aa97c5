"""The record was damaged and another one begun: what the nurse has to know of it, and do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from console.clock import Instant
from console.session.alarms import Condition
from console.session.events import Priority, RecordSetAside
from console.session.pump import PumpState
from console.session.state import Phase, State
from console.session.watch import Watch, fresh_pump

SAID_FOR_S: Final = 10.0
"""How long after a start it is said; the alarm stays on the screen until somebody acknowledges it."""


def set_aside_conditions(state: State, watch: Watch, now: Instant) -> Iterator[Condition]:
    """What was found at the start, and a pump that infuses for a session nobody can show any more."""
    aside, started = state.set_aside, state.room_started_at
    if aside is None:
        return
    if started is not None and now.seconds_since(started) < SAID_FOR_S:
        priority, words = said(aside)
        yield Condition("record_set_aside", priority, words, False, latched=True)
    reading = fresh_pump(watch, now)
    if state.phase is Phase.NO_SESSION and reading is not None and reading.state is PumpState.INFUSING:
        yield Condition(
            "pump_orphaned",
            Priority.HIGH,
            "The pump infuses, its session is not in the record: look at the patient, STOP",
            False,
            latched=True,
        )


def said(aside: RecordSetAside) -> tuple[Priority, str]:
    """How grave it is, and the one sentence that says what to do."""
    if aside.session_lost:
        return (
            Priority.HIGH,
            "The record was damaged, a session may be missing: look at patient and pump, go on on paper",
        )
    if aside.session_id:
        return (
            Priority.MEDIUM,
            "The record was damaged, this session goes on in a new one: call the technician after it",
        )
    return Priority.LOW, "The record was damaged, a new one was begun: call the technician"
