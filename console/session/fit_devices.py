"""What speaks against a START until somebody says why: an unfit device, a patient who is in two rooms."""

from __future__ import annotations

from typing import Final

from console.session import intents as ask
from console.session.decision import Context, Decision, accept, refuse
from console.session.events import DeviceTested, UnfitDeviceAccepted
from console.session.state import IN_TREATMENT, OPEN, Session
from console.session.watch import Watch

NOT_NOW = "A session is open: tests are signed while no patient is being treated."
NOTHING_AGAINST = "Nothing speaks against this device: it needs no reason."


PATIENT: Final = "patient"
"""Stands for the patient among the devices; no binding has this name."""


def unfit_now(session: Session, watch: Watch) -> tuple[tuple[str, str], ...]:
    """Binding name and objection of everything nobody has let through in this session."""
    return not_let_through(session, watch.unfit)


def not_let_through(session: Session, unfit: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """What speaks against it still: the devices given, and the patient in another room."""
    elsewhere = ((PATIENT, session.elsewhere),) if session.elsewhere else ()
    return tuple(
        (device, said) for device, said in (*elsewhere, *unfit) if session.unfit_accepted.get(device) != said
    )


def unfit_objections(ctx: Context) -> tuple[str, ...]:
    """Why nothing should be started with the devices of this room."""
    return tuple(said for _device, said in unfit_now(ctx.session, ctx.watch))


def fitness_decision(ctx: Context, intent: ask.SignTest | ask.UseUnfitDevice) -> Decision:
    """A signed run of the bench, or a reason to use a device all the same."""
    match intent:
        case ask.SignTest(run=run):
            return refuse(NOT_NOW) if ctx.phase in OPEN else accept(DeviceTested(run))
        case ask.UseUnfitDevice():
            return _let_through(ctx, intent)


def _let_through(ctx: Context, intent: ask.UseUnfitDevice) -> Decision:
    if ctx.state.session is None or ctx.phase not in OPEN:
        return refuse("There is no session: choose a patient first.")
    if ctx.phase in IN_TREATMENT:
        return refuse("The infusion has begun: write a note instead.")
    said = dict(unfit_now(ctx.session, ctx.watch)).get(intent.device)
    if said is None:
        return refuse(NOTHING_AGAINST)
    if not intent.reason.strip():
        return refuse("Say why it is done all the same.")
    return accept(UnfitDeviceAccepted(intent.device, said, intent.reason.strip()))
