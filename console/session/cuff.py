"""The blood-pressure cuff, started and cancelled from here where the monitor takes it.

A cuff inflates on a person's arm: it is started only when a person asks, or by the cadence a person switched
on for this session, at the times of the protocol; never because a monitor was connected.
"""

from __future__ import annotations

from console.clinical.vitals import NibpState, Vital
from console.session import intents as ask
from console.session.decision import Context, Decision, accept, refuse
from console.session.events import (
    CuffAnswered,
    CuffAsked,
    CuffCadenceSet,
    CuffDeed,
    CuffEnded,
    CuffResult,
    Event,
    PressureTaken,
    PromptCameDue,
    PromptKind,
)
from console.session.pump import LinkState
from console.session.site import Site
from console.session.state import OPEN, CuffRun, Phase

CUFF_PHASES = OPEN - {Phase.DISCHARGED}
TOLD_WITHIN_S = 5.0
"""A request the port owner has not handed on by then is not handed on any more."""
BEGINS_WITHIN_S = 10.0
SETTLES_S = 5.0
"""A cuff that is down is given this long to tell its pressure."""
LONGEST_S = 180.0
"""A determination takes half a minute, twice as long when it has to try again (site default)."""

NO_MONITOR = "No monitor of this room lets its cuff be started from here: start it at the monitor."


def cuff_monitor(site: Site) -> str:
    """Binding name of the monitor whose cuff is worked from here; empty when there is none."""
    return next((name for name in site.sources(Vital.NIBP_SYS) if name in site.cuffs), "")


def cuff_decision(
    ctx: Context, intent: ask.TakePressure | ask.CancelPressure | ask.SetCuffCadence
) -> Decision:
    """What a person asks of the cuff."""
    match intent:
        case ask.TakePressure():
            objection = _objection(ctx)
            return refuse(objection) if objection else accept(_start(ctx, automatic=False))
        case ask.CancelPressure():
            device = cuff_monitor(ctx.site)
            if not device:
                return refuse(NO_MONITOR)
            return accept(CuffAsked(ctx.new_id(), device, CuffDeed.CANCEL))
        case ask.SetCuffCadence(on=on):
            if ctx.phase not in CUFF_PHASES:
                return refuse("There is no open session.")
            if on and not cuff_monitor(ctx.site):
                return refuse(NO_MONITOR)
            if on is ctx.session.cuff_by_itself:
                return refuse("That is so already.")
            return accept(CuffCadenceSet(on))


def by_itself(ctx: Context, prompts: tuple[Event, ...]) -> tuple[Event, ...]:
    """The measurement that follows from a pressure check that falls due now, while the cadence is on."""
    session = ctx.state.session
    if session is None or not session.cuff_by_itself:
        return ()
    if PromptCameDue(PromptKind.NIBP) not in prompts or _objection(ctx):
        return ()
    return (_start(ctx, automatic=True),)


def _start(ctx: Context, *, automatic: bool) -> CuffAsked:
    return CuffAsked(ctx.new_id(), cuff_monitor(ctx.site), CuffDeed.START, automatic)


def _objection(ctx: Context) -> str:
    if ctx.phase not in CUFF_PHASES:
        return "There is no open session: a pressure belongs to a patient."
    device = cuff_monitor(ctx.site)
    if not device:
        return NO_MONITOR
    link = ctx.state.links.get(device)
    if link is None or link.state is not LinkState.ANSWERING:
        return f"Monitor {device} does not answer: check its cable and power, or measure by hand."
    if ctx.session.cuff is not None or ctx.watch.nibp.get(device) is NibpState.MEASURING:
        return "The cuff is measuring already: wait, or cancel it."
    return ""


def cuff_told(ctx: Context, intent: ask.CuffSeen) -> tuple[Event, ...]:
    """The port owner handed the request on, or did not."""
    run = None if ctx.state.session is None else ctx.session.cuff
    answered = CuffAnswered(intent.request_id, intent.refusal)
    if run is None or run.asked.request_id != intent.request_id or not intent.refusal:
        return (answered,)
    return (answered, CuffEnded(intent.request_id, CuffResult.REFUSED, intent.refusal))


def cuff_events(ctx: Context, pressures: tuple[Event, ...] = ()) -> tuple[Event, ...]:
    """How the measurement ended that was started from here; nothing while it goes on.

    Args:
        ctx: The moment.
        pressures: Pressures that were taken over just now.
    """
    run = None if ctx.state.session is None else ctx.session.cuff
    if run is None:
        return ()
    found = _result(ctx, run, pressures)
    if found is None:
        return ()
    result, words = found
    return (CuffEnded(run.asked.request_id, result, words),)


def _result(ctx: Context, run: CuffRun, pressures: tuple[Event, ...]) -> tuple[CuffResult, str] | None:
    device = run.asked.device
    for taken in pressures:
        ours = isinstance(taken, PressureTaken) and taken.source == device
        if isinstance(taken, PressureTaken) and ours and taken.measured_at.mono_ns >= run.at.mono_ns:
            return CuffResult.MEASURED, f"{taken.systolic:.0f}/{taken.diastolic:.0f} mmHg"
    if run.told_at is None:
        late = ctx.seconds_since(run.at) > TOLD_WITHIN_S
        return (CuffResult.REFUSED, "The monitor was not reached.") if late else None
    link = ctx.state.links.get(device)
    if link is None or link.state is not LinkState.ANSWERING:
        return CuffResult.FAILED, "The monitor no longer answers: look at the cuff."
    told_s = ctx.seconds_since(run.told_at)
    if ctx.watch.nibp.get(device) is NibpState.MEASURING:
        late = told_s > LONGEST_S
        return (CuffResult.FAILED, "The cuff has been up for 3 min: look at the arm.") if late else None
    began = ctx.watch.measuring_at.get(device)
    if run.cancelling:
        return (CuffResult.CANCELLED, "") if told_s > 1.0 else None
    if began is None or began.mono_ns < run.told_at.mono_ns:
        late = told_s > BEGINS_WITHIN_S
        return (CuffResult.NOT_BEGUN, "The monitor does not begin: look at cuff and tube.") if late else None
    if ctx.watch.nibp.get(device) is NibpState.FAILED:
        return CuffResult.FAILED, "No pressure was found: look at cuff, tube and arm, then measure again."
    if ctx.seconds_since(began) > SETTLES_S:
        return CuffResult.FAILED, "The cuff came down without a pressure: measure again."
    return None
