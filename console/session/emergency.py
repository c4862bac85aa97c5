"""Emergency access, the locked console, and the note of who looked at what."""

from __future__ import annotations

from console.session import intents as ask
from console.session.decision import NOTHING, Context, Decision, accept, refuse
from console.session.events import AccessNoted, ConsoleLocked, EmergencyExplained, GlassBroken
from console.session.people import EMERGENCY

EXPLAIN_WITHIN_H = 24.0
"""Emergency access is explained within a day (site default)."""

NOTICE = (
    "Emergency access is open, with a nurse's rights. It is in the record, and the administrator is told. "
    "Say who you are and why within 24 hours."
)


def decided(
    ctx: Context, intent: ask.LockConsole | ask.BreakGlass | ask.ExplainEmergency | ask.NoteAccess
) -> Decision:
    """Decide what is never kept waiting for a PIN, and what explains it."""
    match intent:
        case ask.LockConsole():
            return NOTHING if ctx.state.user is None or ctx.state.locked else accept(ConsoleLocked())
        case ask.BreakGlass():
            if ctx.state.user == EMERGENCY and not ctx.state.locked:
                return refuse("Emergency access is open already.")
            return accept(GlassBroken(), notices=(NOTICE,))
        case ask.ExplainEmergency(reason=reason):
            return _explained(ctx, reason.strip())
        case ask.NoteAccess(what=what, session_id=session_id, patient_id=patient_id, detail=detail):
            return accept(AccessNoted(what, session_id, patient_id, detail))


def _explained(ctx: Context, reason: str) -> Decision:
    if ctx.state.emergency_at is None:
        return refuse("There is no emergency access to explain.")
    if ctx.actor.user_id == EMERGENCY.user_id:
        return refuse("Sign in with your own name and PIN first, then say why.")
    if not reason:
        return refuse("Say who broke the glass, and why.")
    return accept(EmergencyExplained(reason))


def overdue(ctx: Context) -> bool:
    """Whether an emergency access should have been explained by now."""
    broken = ctx.state.emergency_at
    return broken is not None and ctx.seconds_since(broken) > EXPLAIN_WITHIN_H * 3600
