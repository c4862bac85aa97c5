"""What a person is asked to do at a pump that can only be read, and how the pump shows that it was done."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from console.clinical.interlock_rules import PAUSING
from console.clock import Instant
from console.session import intents as ask
from console.session.alarms import Condition
from console.session.decision import Context, Decision, accept, refuse
from console.session.events import (
    Event,
    HandworkAsked,
    HandworkDone,
    HandworkDropped,
    PauseProposalCancelled,
    Priority,
)
from console.session.pump import Pause, PumpCommand, PumpReading, PumpState, Resume, SetRate
from console.session.state import Handwork, Phase, State
from console.session.supervised import HALTED, STEP_RATE_ML_H
from console.units import plain

RATE_LOW_S = 30.0
RATE_MEDIUM_S = 90.0
"""How long a new rate may wait to be set by hand (site default, needs the medical director's signature)."""


def instruction(command: PumpCommand) -> str:
    """What is to be done at the pump, as a person reads it."""
    match command:
        case Pause():
            return "PAUSE AT THE PUMP"
        case Resume():
            return "START AGAIN AT THE PUMP"
        case SetRate(rate_ml_h=rate):
            return f"SET {plain(rate)} mL/h AT THE PUMP"
        case _:
            return "STOP AT THE PUMP"


def ask_by_hand(ctx: Context, task_id: str, command: PumpCommand, reason: str = "") -> Decision:
    """Ask a person to do it; the sentence says that nothing was sent."""
    session, task = ctx.session, ctx.session.handwork
    if task is not None and task.asked.command == command:
        return refuse(f"This was asked already: {instruction(command)}.")
    if task is not None and isinstance(task.asked.command, Pause):
        return refuse("A pause is to be made at the pump first.")
    if session.pause_asked is not None and not isinstance(command, Pause):
        return refuse("A pause is to be made at the pump first.")
    said = f"{instruction(command)}. Nothing was sent: this console can only read the pump."
    return accept(HandworkAsked(task_id, command, reason), notices=(said,))


def drop(ctx: Context, intent: ask.DropHandwork) -> Decision:
    """A person no longer wants it; a pause an interlock asked for is judged with it, as its proposal is."""
    task = ctx.session.handwork
    if task is None or task.asked.task_id != intent.task_id:
        return refuse("This is no longer asked for: look at the pump's state.")
    if not intent.reason.strip():
        return refuse("Say why it is not wanted any more.")
    dropped = HandworkDropped(intent.task_id, intent.reason.strip())
    pausing = isinstance(task.asked.command, Pause)
    asked = ctx.session.pause_asked
    if not pausing or asked is None or not asked.by_room:
        return accept(dropped)
    steps = (step for step in ctx.site.interlocks.steps if step.action in PAUSING)
    rules = tuple(dict.fromkeys(step.rule for step in steps if step.key in ctx.watch.gates.held))
    return accept(dropped, PauseProposalCancelled("", intent.reason.strip(), rules))


def done(ctx: Context, reading: PumpReading) -> tuple[Event, ...]:
    """The task is done once the pump reads so; a task that has become senseless is dropped."""
    session = ctx.state.session
    task = None if session is None else session.handwork
    if task is None:
        return ()
    if _reads_as(task.asked.command, reading):
        return (HandworkDone(task.asked.task_id, round(ctx.seconds_since(task.at), 1)),)
    halted = reading.state in HALTED | {PumpState.ALARM}
    if isinstance(task.asked.command, SetRate) and halted:
        return (HandworkDropped(task.asked.task_id, "the pump no longer infuses"),)
    return ()


def _reads_as(command: PumpCommand, reading: PumpReading) -> bool:
    match command:
        case Pause():
            return reading.state in HALTED
        case Resume():
            return reading.state is PumpState.INFUSING
        case SetRate(rate_ml_h=rate):
            return reading.state is PumpState.INFUSING and is_rate_asked(rate, reading.rate_ml_h)
        case _:
            return False


def is_rate_asked(asked_ml_h: Decimal, read_ml_h: Decimal | None) -> bool:
    """Whether the rate read is the one asked for, as far as the pump's keys allow; never above it."""
    if read_ml_h is None or read_ml_h <= 0 or read_ml_h > asked_ml_h * Decimal("1.002"):
        return False
    return asked_ml_h - read_ml_h <= max(STEP_RATE_ML_H, asked_ml_h * Decimal("0.005"))


def handwork_conditions(state: State, now: Instant) -> Iterator[Condition]:
    """What waits to be done at the pump for longer than it should, and a start that was not cleared."""
    session = state.session
    if session is None:
        return
    if session.despite and state.phase in {Phase.INFUSING, Phase.PAUSED}:
        yield Condition(
            "started_despite", Priority.MEDIUM,
            "The pump was started by hand although: " + " ".join(session.despite), False, latched=True,
        )  # fmt: skip
    task = session.handwork
    if task is not None and isinstance(task.asked.command, SetRate) and state.phase is Phase.INFUSING:
        yield from _waits(task, now.seconds_since(task.at))


def _waits(task: Handwork, waited_s: float) -> Iterator[Condition]:
    if waited_s < RATE_LOW_S:
        return
    yield Condition(
        "handwork_waits",
        Priority.MEDIUM if waited_s >= RATE_MEDIUM_S else Priority.LOW,
        f"{instruction(task.asked.command)}: the pump does not read so yet",
        False,
    )
