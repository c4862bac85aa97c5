"""Can alarms be heard? The device says so first; then a person says so after a test of the tones.

A speaker that is turned down or in another room cannot be told from a good one by the machine.
"""

from __future__ import annotations

from collections.abc import Iterator

from console.clock import Instant
from console.session import intents as ask
from console.session.alarms import Condition, sounding
from console.session.decision import Context, Decision, accept, refuse
from console.session.events import Priority, TonesSounded, TonesTested
from console.session.state import Phase, State
from console.session.watch import Watch

TONES_VALID_S = 12 * 3600.0
"""A heard test counts for a working day (site default, needs the medical director's signature)."""

CONFIRM_WITHIN_S = 120.0
"""Nobody remembers for longer which sound was meant (site default)."""

NEEDS_TONES = frozenset({Phase.PROGRAM, Phase.READY, Phase.INFUSING, Phase.PAUSED, Phase.OBSERVING})


def tones_confirmed(state: State, now: Instant) -> bool:
    """Whether a person heard the tones in the last twelve hours; the last answer counts."""
    at = state.tones_tested_at
    return state.tones_heard and at is not None and now.seconds_since(at) <= TONES_VALID_S


def sound_conditions(state: State, watch: Watch, now: Instant) -> Iterator[Condition]:
    """No device, or a device nobody has listened to."""
    if watch.silent:
        yield Condition(
            "no_sound", Priority.MEDIUM, f"Alarms cannot be heard: {watch.silent}. Stay in sight", False
        )
    elif state.phase in NEEDS_TONES and not tones_confirmed(state, now):
        tested = state.tones_tested_at is not None and not state.tones_heard
        found = "were not heard: turn the speaker up, test again" if tested else "were not tested today"
        yield Condition("sound_untested", Priority.LOW, f"The alarm tones {found}", False)


def start_objection(state: State, watch: Watch, now: Instant) -> str:
    """Why START has to wait for the sound; empty when it was heard or its lack was acknowledged."""
    if watch.silent:
        return (
            ""
            if _acknowledged(state, "no_sound")
            else "Alarms cannot be heard: acknowledge the missing sound, or mend it."
        )
    if tones_confirmed(state, now) or _acknowledged(state, "sound_untested"):
        return ""
    return "Nobody has heard the alarm tones today: test them, or acknowledge that they are untested."


def _acknowledged(state: State, code: str) -> bool:
    return any(alarm.raised.code == code and alarm.acknowledged for alarm in state.alarms)


def tones(ctx: Context, intent: ask.TestTones | ask.ConfirmTones) -> Decision:
    """Sound the tones for a test, and take down whether they were heard."""
    match intent:
        case ask.TestTones():
            return _sound_them(ctx)
        case ask.ConfirmTones(heard=heard):
            return _take_down(ctx, heard)


def _sound_them(ctx: Context) -> Decision:
    if ctx.watch.silent:
        return refuse(f"There is nothing to hear: {ctx.watch.silent}.")
    if sounding(ctx.state, ctx.now) is Priority.HIGH:
        return refuse("A high alarm is sounding: see to it first, then test the tones.")
    return accept(TonesSounded())


def _take_down(ctx: Context, heard: bool) -> Decision:
    at = ctx.state.tones_sounded_at
    if at is None or ctx.seconds_since(at) > CONFIRM_WITHIN_S:
        return refuse("Sound the tones first, then say whether they were heard.")
    return accept(TonesTested(heard))
