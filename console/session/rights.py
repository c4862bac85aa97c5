"""Who may ask what. STOP, pausing and acknowledging never need a name or a PIN."""

from __future__ import annotations

from console.session import intents as ask
from console.session.events import Meaning
from console.session.people import Actor, Authn, Role

EVERYBODY = frozenset(Role)
CARE = frozenset({Role.NURSE, Role.PHYSICIAN})

RIGHTS: dict[type, frozenset[Role]] = {
    ask.SignIn: EVERYBODY,
    ask.SignOut: EVERYBODY,
    ask.LockConsole: EVERYBODY,
    ask.BreakGlass: EVERYBODY,
    ask.ExplainEmergency: CARE,
    ask.NoteAccess: EVERYBODY,
    ask.PressStop: EVERYBODY,
    ask.ExplainStop: CARE,
    ask.PauseInfusion: EVERYBODY,
    ask.Acknowledge: EVERYBODY,
    ask.PauseAudio: EVERYBODY,
    ask.ResumeAudio: EVERYBODY,
    ask.AddPatient: CARE | {Role.ADMIN},
    ask.OpenSession: CARE,
    ask.ConfirmIdentity: CARE,
    ask.AnswerArrival: CARE,
    ask.RecordWeight: CARE,
    ask.EnterPressure: CARE,
    ask.TakeBaseline: CARE,
    ask.AcceptBaseline: CARE,
    ask.WriteOrder: CARE,
    ask.VerifyOrder: CARE,
    ask.WithdrawOrder: CARE,
    ask.ProgramPump: CARE,
    ask.ConfirmSetByHand: CARE,
    ask.DropHandwork: CARE,
    ask.TakePressure: CARE,
    ask.CancelPressure: EVERYBODY,
    ask.SetCuffCadence: CARE,
    ask.StartInfusion: CARE,
    ask.ResumeInfusion: CARE,
    ask.ChangeRate: CARE,
    ask.CancelPauseProposal: CARE,
    ask.EndInfusion: CARE,
    ask.AbortSession: CARE,
    ask.NoteCare: EVERYBODY,
    ask.RecordScore: CARE,
    ask.SetLimits: CARE,
    ask.ConfirmPresence: EVERYBODY,
    ask.ExplainPanelRate: CARE,
    ask.SwitchLimitsOff: CARE,
    ask.SwitchLimitsOn: CARE,
    ask.UseAutoLimits: CARE,
    ask.TestTones: EVERYBODY,
    ask.ConfirmTones: EVERYBODY,
    ask.ConfirmDischarge: CARE,
    ask.Discharge: CARE,
    ask.CloseSession: CARE,
    ask.Comment: CARE,
    ask.Correct: CARE,
    ask.SignReview: CARE,
    ask.ChangeCourse: CARE | {Role.ADMIN},
    ask.SignTest: frozenset({Role.TECHNICIAN, Role.ADMIN}),
    ask.UseUnfitDevice: CARE,
}
"""Roles that may ask each intent of a person (role table of the product; site default)."""

STRICT_RIGHTS: dict[type, frozenset[Role]] = {ask.WriteOrder: frozenset({Role.PHYSICIAN})}
"""Where a real patient is treated: only a physician orders. A demonstration lets its nurse do it."""

SIGNERS: dict[Meaning | None, frozenset[Role]] = {
    Meaning.AUTHORED: CARE,
    Meaning.REVIEWED: frozenset({Role.PHYSICIAN}),
    Meaning.APPROVED: frozenset({Role.PHYSICIAN}),
    Meaning.WITNESSED: CARE,
}
"""Who may give a signature which meaning (site default)."""

NEEDS_PIN = frozenset({ask.SignIn, ask.VerifyOrder, ask.SignReview, ask.SignTest})
"""Acts for which the PIN is entered anew."""

NEEDS_FRESH_PIN = frozenset({ask.StartInfusion, ask.SwitchLimitsOff})
"""Acts with a high risk, for which the PIN was entered no longer than a minute ago (21 CFR 11.200; site
default). Exceeding what was advised is one as well: see :func:`is_high_risk`."""

NEEDS_NOBODY = frozenset(
    {
        ask.PressStop,
        ask.PauseInfusion,
        ask.Acknowledge,
        ask.PauseAudio,
        ask.ResumeAudio,
        ask.ConfirmPresence,
        ask.CancelPressure,
        ask.LockConsole,
        ask.BreakGlass,
        ask.NoteAccess,
    }
)
"""Acts that are never kept waiting for a person to sign in."""

ENTER_AGAIN = "This needs a PIN entered within the last minute: sign in again with yours, then do it."


def is_high_risk(intent: ask.PersonIntent) -> bool:
    """Whether a PIN entered some time ago is not enough for this."""
    match intent:
        case ask.WriteOrder(inputs=inputs):
            return bool(inputs.reasons)
        case ask.AcceptBaseline(override_reason=reason):
            return bool(reason.strip())
        case ask.AnswerArrival(override=override):
            return override
        case _:
            return type(intent) in NEEDS_FRESH_PIN


def may(kind: type, *, strict: bool) -> frozenset[Role]:
    """Roles that may ask this kind of intent."""
    return STRICT_RIGHTS.get(kind, RIGHTS[kind]) if strict else RIGHTS[kind]


def objection(intent: ask.PersonIntent, actor: Actor, *, strict: bool = False) -> str:
    """Why ``actor`` may not ask this; empty when allowed.

    Args:
        intent: What is asked.
        actor: Who asks, and how sure the console is of it.
        strict: A real patient may lie there: only a physician orders, high risks take a fresh PIN.
    """
    kind = type(intent)
    if kind in NEEDS_NOBODY:
        return ""
    allowed = may(kind, strict=strict)
    if isinstance(intent, ask.SignReview):
        allowed = SIGNERS.get(_meaning(intent.meaning), frozenset())
    if kind in NEEDS_PIN and actor.authn is not Authn.PIN:
        return "This needs your own PIN: enter it and try again."
    if actor.authn is Authn.NONE:
        return "Nobody is signed in: choose your name and enter your PIN."
    if actor.role not in allowed:
        others = " or a ".join(sorted(role.value for role in allowed - {Role.ROOM}))
        return f"A {actor.role.value} may not do this: ask a {others}." if others else UNKNOWN_MEANING
    if strict and is_high_risk(intent) and actor.authn not in {Authn.PIN, Authn.FRESH}:
        return ENTER_AGAIN
    return ""


UNKNOWN_MEANING = "A signature says authored, reviewed, approved or witnessed: choose one."


def _meaning(text: str) -> Meaning | None:
    return Meaning(text) if text in set(Meaning) else None
