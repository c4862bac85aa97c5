"""What was begun and left: a program not started, a pause not ended, a patient nobody looks after.

The alarm engine repeats the sound of a condition by itself for as long as it holds.
"""

from __future__ import annotations

from collections.abc import Iterator

from console.clock import Instant
from console.session.alarms import Condition
from console.session.events import EndReason, Priority
from console.session.site import Site
from console.session.state import OPEN, Phase, Session, State
from console.session.watch import Watch

IDLE_LOW_S = 300.0
IDLE_MEDIUM_S = 600.0
"""Idle while programming: an alert after five minutes, an alarm after ten (Generic Infusion Pump safety
requirements v1.0, 2.2.4 and 2.2.5). The second person's check ends at ten minutes, so what was programmed
cannot be started any more without a new one."""

PAUSED_LOW_S = 120.0
PAUSED_MEDIUM_S = 300.0
"""A pause that lasts (GIP safety requirements v1.0, 2.2.2 leaves the figure open: site default, needs the
medical director's signature)."""

OBSERVED_LOW_S = 1800.0
OBSERVED_MEDIUM_S = 3600.0
"""Nothing entered while the patient recovers: twice and four times the longest interval between two checks
in observation, 15 min (site default, needs the medical director's signature)."""

SIGNED_OUT_S = 300.0
"""How long a session may stand open with nobody signed in (site default)."""


def reminder_conditions(state: State, watch: Watch, site: Site, now: Instant) -> Iterator[Condition]:
    """Everything that waits for a person longer than it should."""
    del watch  # reminders follow the record alone, so that they outlive a restart
    session = state.session
    if session is None or state.phase not in OPEN:
        return
    idle_s = now.seconds_since(session.attended_at or session.opened_at)
    match state.phase:
        case Phase.PROGRAM | Phase.READY:
            yield from _idle(state.phase, idle_s)
        case Phase.PAUSED:
            yield from _paused(session, now)
        case Phase.INFUSING:
            yield from _unattended(idle_s, site)
        case Phase.OBSERVING:
            yield from _complete(session)
            yield from _left_alone(idle_s)
        case _:
            pass
    if state.user is None:
        yield Condition(
            "nobody_signed_in", Priority.LOW, "A session is open and nobody is signed in: sign in", False,
            delay_s=SIGNED_OUT_S,
        )  # fmt: skip


def _idle(phase: Phase, idle_s: float) -> Iterator[Condition]:
    if idle_s < IDLE_LOW_S:
        return
    late = idle_s >= IDLE_MEDIUM_S
    if phase is Phase.PROGRAM:
        what = "The order waits to be programmed"
    else:
        what = "The pump is programmed and was not started"
    then = "ask the second person to check again, or withdraw the order" if late else "go on, or withdraw it"
    yield Condition(
        "idle_programming",
        Priority.MEDIUM if late else Priority.LOW,
        f"{what} for {_minutes(IDLE_MEDIUM_S if late else IDLE_LOW_S)}: {then}",
        False,
    )


def _paused(session: Session, now: Instant) -> Iterator[Condition]:
    if session.paused_at is None:
        return
    paused_s = now.seconds_since(session.paused_at)
    if paused_s < PAUSED_LOW_S:
        return
    late = paused_s >= PAUSED_MEDIUM_S
    yield Condition(
        "paused_long",
        Priority.MEDIUM if late else Priority.LOW,
        f"Paused for {_minutes(PAUSED_MEDIUM_S if late else PAUSED_LOW_S)}: resume or end the infusion",
        False,
    )


def _unattended(idle_s: float, site: Site) -> Iterator[Condition]:
    limits = site.attendance
    if idle_s < limits.medium_s:
        return
    late = idle_s >= limits.high_s
    yield Condition(
        "unattended",
        Priority.HIGH if late else Priority.MEDIUM,
        f"Nothing was entered for {_minutes(limits.high_s if late else limits.medium_s)} "
        "while the drug runs: go to the patient and confirm that you are there",
        False,
    )


def _complete(session: Session) -> Iterator[Condition]:
    """The dose is given, and nobody has entered anything since."""
    ended, at = session.ended, session.ended_at
    if ended is None or at is None or ended.why is not EndReason.COMPLETE:
        return
    if session.attended_at is None or session.attended_at.mono_ns <= at.mono_ns:
        yield Condition(
            "dose_complete", Priority.LOW, "Dose complete: look at the patient, begin the observation", False
        )


def _left_alone(idle_s: float) -> Iterator[Condition]:
    if idle_s < OBSERVED_LOW_S:
        return
    late = idle_s >= OBSERVED_MEDIUM_S
    yield Condition(
        "unattended",
        Priority.MEDIUM if late else Priority.LOW,
        f"Nothing was entered for {_minutes(OBSERVED_MEDIUM_S if late else OBSERVED_LOW_S)}: "
        "look after the patient in recovery",
        False,
    )


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:g} min"
