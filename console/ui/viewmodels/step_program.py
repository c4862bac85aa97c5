"""What was asked of the pump beside what it reads back, value by value."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from console.session.commanding import must_reprogram
from console.session.events import CommandRequested
from console.session.pump import (
    Confirmed,
    Outcome,
    Pause,
    Program,
    PumpCommand,
    PumpState,
    Refused,
    Resume,
    SetRate,
    Start,
)
from console.session.state import Session, State
from console.ui.viewmodels.live_words import DASHES
from console.units import plain

PUMP_WORDS = {
    PumpState.UNKNOWN: "unknown",
    PumpState.STOPPED: "stopped",
    PumpState.INFUSING: "infusing",
    PumpState.PAUSED: "paused",
    PumpState.ALARM: "alarm",
    PumpState.OTHER: "something else",
}
TOLERANCE = Decimal("0.002")
"""Part of a value the pump's four digits may hide (NE-1000 manual #1200-01, 10.2)."""


class Mark(StrEnum):
    """Whether a value read back is the one asked for; the sign is the second cue beside the colour."""

    EQUAL = "equal"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ReadBackRow:
    """One value; ``words`` say how both stand where a sign is not enough."""

    label: str
    asked: str
    read_back: str
    mark: Mark
    words: str = ""


@dataclass(frozen=True, slots=True)
class ProgramView:
    """The program panel.

    Attributes:
        rows: Values asked and read back.
        command: What became of the last command, in words.
        waiting: The pump is still answering.
        may_program: Programming can be asked for.
    """

    rows: tuple[ReadBackRow, ...]
    command: str
    waiting: bool
    may_program: bool


def command_name(command: PumpCommand) -> str:
    """What was asked of the pump, as people say it."""
    match command:
        case Program():
            return "Program"
        case Start():
            return "START"
        case Pause():
            return "Pause"
        case Resume():
            return "Resume"
        case SetRate():
            return "New rate"
        case _:
            return "Stop"


def command_words(request: CommandRequested | None, outcome: Outcome | None) -> str:
    """A command and its state: requested, confirmed, refused or unknown."""
    if request is None:
        return ""
    name = command_name(request.command)
    match outcome:
        case None:
            return f"{name}: requested, the pump has not answered yet."
        case Confirmed():
            return f"{name}: confirmed, read back from the pump."
        case Refused(reason=reason):
            return f"{name}: refused. {_sentence(reason)}"
        case _:
            return f"{name}: unknown, the reply was lost. Look at the pump; nothing is sent again by itself."


def _sentence(text: str) -> str:
    text = text.strip()
    return text if not text else text[0].upper() + text[1:] + ("" if text.endswith(".") else ".")


def program_view(state: State, request: CommandRequested | None, outcome: Outcome | None) -> ProgramView:
    """The panel; ``request`` and ``outcome`` are those of the last command this window saw."""
    session = state.session
    if session is None:
        return ProgramView((), "", False, False)
    flying = state.in_flight
    waiting = flying is not None
    if state.unresolved is not None:
        words = command_words(state.unresolved.request, None).split(":")[0] + ": unknown. Look at the pump."
    elif flying is not None:
        words = command_words(flying.request, None)
    else:
        words = command_words(request, outcome)
    return ProgramView(rows(session), words, waiting, not waiting and state.unresolved is None)


def rows(session: Session) -> tuple[ReadBackRow, ...]:
    """Diameter, rate, volume and state: asked against read back."""
    asked, order, back = session.programmed, session.order, session.read_back
    if must_reprogram(session):
        asked = back = None
    if asked is not None:
        diameter, rate, volume = asked.diameter_mm, asked.rate_ml_h, asked.volume_ml
    elif order is not None:
        left = max(order.volume_ml - session.given_ml, Decimal(0))
        diameter, rate, volume = order.diameter_mm, order.rate_ml_h, left
    else:
        return ()
    return (
        _row("Syringe diameter", diameter, None if back is None else back.diameter_mm, "mm"),
        _row("Rate", rate, None if back is None else back.rate_ml_h, "mL/h"),
        _row("Volume to be infused", volume, None if back is None else back.volume_ml, "mL"),
        _state_row(None if back is None else back.state),
    )


def _row(label: str, asked: Decimal, back: Decimal | None, unit: str) -> ReadBackRow:
    if back is None:
        return ReadBackRow(label, f"{plain(asked)} {unit}", DASHES, Mark.UNKNOWN)
    equal = abs(back - asked) <= TOLERANCE * asked and back <= asked
    mark = Mark.EQUAL if equal else Mark.DIFFERENT
    return ReadBackRow(label, f"{plain(asked)} {unit}", f"{plain(back)} {unit}", mark)


def _state_row(state: PumpState | None) -> ReadBackRow:
    if state is None or state is PumpState.UNKNOWN:
        return ReadBackRow("Pump", "stopped", DASHES, Mark.UNKNOWN)
    mark = Mark.EQUAL if state is PumpState.STOPPED else Mark.DIFFERENT
    return ReadBackRow("Pump", "stopped", PUMP_WORDS[state], mark)
