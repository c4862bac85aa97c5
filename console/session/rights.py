"""Who may ask what. STOP, pausing and acknowledging never need a name or a PIN."""

from __future__ import annotations

from console.session import intents as ask
from console.session.people import Actor, Authn, Role

EVERYBODY = frozenset(Role)
CARE = frozenset({Role.NURSE, Role.PHYSICIAN})

RIGHTS: dict[type, frozenset[Role]] = {
    ask.SignIn: EVERYBODY,
    ask.SignOut: EVERYBODY,
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
    ask.SignReview: frozenset({Role.PHYSICIAN}),
    ask.ChangeCourse: CARE | {Role.ADMIN},
    ask.SignTest: frozenset({Role.TECHNICIAN, Role.ADMIN}),
    ask.UseUnfitDevice: CARE,
}
"""Roles that may ask each intent of a person (role table of the product; site default)."""

NEEDS_PIN = frozenset({ask.SignIn, ask.VerifyOrder, ask.SignReview, ask.SignTest})
"""Acts for which the PIN is entered anew."""

NEEDS_NOBODY = frozenset(
    {
        ask.PressStop,
        ask.PauseInfusion,
        ask.Acknowledge,
        ask.PauseAudio,
        ask.ResumeAudio,
        ask.ConfirmPresence,
        ask.CancelPressure,
    }
)
"""Acts that are never kept waiting for a person to sign in."""


def objection(intent: ask.PersonIntent, actor: Actor) -> str:
    """Why ``actor`` may not ask this; empty when allowed."""
    kind = type(intent)
    if kind in NEEDS_NOBODY:
        return ""
    if kind in NEEDS_PIN and actor.authn is not Authn.PIN:
        return "This needs your own PIN: enter it and try again."
    if actor.authn is Authn.NONE:
        return "Nobody is signed in: choose your name and enter your PIN."
    if actor.role not in RIGHTS[kind]:
        allowed = " or a ".join(sorted(role.value for role in RIGHTS[kind] - {Role.ROOM}))
        return f"A {actor.role.value} may not do this: ask a {allowed}."
    return ""
