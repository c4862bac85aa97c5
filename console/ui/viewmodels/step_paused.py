"""A paused infusion: why, what was given, what is left, and the ways out."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from console.clock import Instant
from console.room.wire import Live
from console.session.commanding import must_reprogram
from console.session.handwork import instruction
from console.session.state import State
from console.ui.viewmodels.live_delivery import given_now_ml
from console.ui.viewmodels.live_words import countdown, fixed
from console.units import plain

END_REASONS = (
    "Patient asked to stop", "Distress", "Pressure too high", "Pressure too low", "Saturation too low",
    "Arrhythmia", "Nausea or vomiting", "IV line failed", "Device failed", "Other",
)  # fmt: skip
"""Reasons of an early end (site default)."""
ABORT_REASONS = (
    "Wrong patient", "Patient declined", "Pressure too high", "New illness", "No escort", "No IV access",
    "Device failed", "Other",
)  # fmt: skip
WITHDRAW_REASONS = (
    "Wrong dose",
    "Wrong weight",
    "Wrong concentration",
    "Wrong syringe",
    "Prescriber changed it",
    "Other",
)


@dataclass(frozen=True, slots=True)
class PausedView:
    """The panel of a pause.

    Attributes:
        why: Why delivery halted.
        since: For how long.
        given: Drug and volume given, and of how much.
        left: What would still be given.
        advice: What the ways out are.
        reprogram: Only a new program of the remaining dose may run.
        may_resume: Resuming can be asked for.
    """

    why: str
    since: str
    given: str
    left: str
    advice: str
    reprogram: bool
    may_resume: bool


def paused_view(state: State, live: Live | None, now: Instant) -> PausedView:
    """The panel from the facts of the session."""
    session = state.session
    if session is None or session.paused is None:
        return PausedView("", "", "", "", "", False, False)
    order, paused = session.order, session.paused
    reprogram = must_reprogram(session)
    since = "" if session.paused_at is None else f"for {countdown(now.seconds_since(session.paused_at))}"
    given_ml = given_now_ml(session, live)
    given = f"{fixed(given_ml, 2)} mL"
    left = "--"
    if order is not None:
        mg_ml = order.inputs.concentration_mg_ml
        rest_ml = max(order.volume_ml - given_ml, Decimal(0))
        given = (
            f"{fixed(given_ml * mg_ml, 1)} of {plain(order.dose_mg)} mg  ·  "
            f"{fixed(given_ml, 2)} of {plain(order.volume_ml)} mL"
        )
        left = f"{fixed(rest_ml * mg_ml, 1)} mg  ·  {fixed(rest_ml, 2)} mL"
    if not session.counter_trusted:
        given += "  (estimate: the pump's counter was lost)"
    busy = state.in_flight is not None or state.unresolved is not None
    if state.supervised:
        advice = _by_hand(state, reprogram=reprogram)
    elif reprogram:
        advice = (
            "The pump's program cannot be trusted any more. Look at the pump and the line, then program "
            "the remaining dose and resume, or end the infusion."
        )
    elif session.reprogrammed:
        advice = "The remaining dose is programmed and read back: hold RESUME, or end the infusion."
    elif paused.by_pump:
        advice = "Mend the cause at the pump first. Then hold RESUME, or end the infusion."
    else:
        advice = "Hold RESUME when the reason is gone, or end the infusion for good."
    asked = session.handwork is not None
    return PausedView(
        why=paused.reason[:1].upper() + paused.reason[1:],
        since=since,
        given=given,
        left=left,
        advice=advice,
        reprogram=reprogram,
        may_resume=not reprogram and not busy and not asked,
    )


def _by_hand(state: State, *, reprogram: bool) -> str:
    session = state.session
    if reprogram:
        return (
            "Its setting cannot be trusted any more. Look at the pump and the line, set the remaining dose "
            "at the pump and confirm it here, or end the infusion."
        )
    if session is not None and session.handwork is not None:
        return f"{instruction(session.handwork.asked.command)}. The console sees it and goes on timing."
    return "Hold RESUME when the reason is gone, then start it again at the pump; or end the infusion."
