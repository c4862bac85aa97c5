"""Scheduled checks: when each falls due, and the event when it does."""

from __future__ import annotations

from console.clinical.cadence import CadencePhase, Check, due
from console.clock import Instant
from console.session.decision import Context
from console.session.events import Event, PromptCameDue, PromptKind
from console.session.state import Phase, Session, State

CHECK_OF = {
    PromptKind.NIBP: Check.NIBP,
    PromptKind.MOAAS: Check.MOAAS,
    PromptKind.DISSOCIATION: Check.DISSOCIATION,
    PromptKind.ALDRETE: Check.ALDRETE,
}
PROMPT_OF = {check: prompt for prompt, check in CHECK_OF.items()}


def schedule(state: State, now: Instant) -> dict[PromptKind, Instant]:
    """When each check falls due next in this phase; empty outside infusion and observation."""
    session = state.session
    began = None if session is None else _phase_began(state.phase, session)
    if session is None or began is None:
        return {}
    phase, start = began
    done = {CHECK_OF[kind]: at.seconds_since(start) for kind, at in session.done.items()}
    times = due(phase, now.seconds_since(start), done, dissociation_resolved=resolved(session))
    return {PROMPT_OF[item.check]: start.plus(item.at_s) for item in times}


def _phase_began(phase: Phase, session: Session) -> tuple[CadencePhase, Instant] | None:
    if phase in {Phase.INFUSING, Phase.PAUSED} and session.started_at is not None:
        return CadencePhase.INFUSION, session.started_at
    if phase is Phase.OBSERVING and session.ended_at is not None:
        return CadencePhase.OBSERVATION, session.ended_at
    return None


def resolved(session: Session) -> bool:
    """Whether the last dissociation score after the infusion was 0."""
    if session.ended_at is None:
        return False
    after = [
        scored.score.total
        for scored in session.scores
        if scored.score.scale == "dissociation" and scored.at.mono_ns >= session.ended_at.mono_ns
    ]
    return bool(after) and after[-1] == 0


def prompt_events(ctx: Context) -> tuple[Event, ...]:
    """Checks that fell due since the last look."""
    session = ctx.state.session
    if session is None:
        return ()
    return tuple(
        PromptCameDue(kind)
        for kind, at in schedule(ctx.state, ctx.now).items()
        if at.mono_ns <= ctx.now.mono_ns and kind not in session.prompted
    )
