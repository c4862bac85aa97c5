"""Persons commanding the pump: program, start, pause, resume, change the rate, stop, end.

The machine may refuse, pause and stop; it never starts, raises or resumes by itself. While the
outcome of a command is unknown nothing may raise delivery. STOP is never refused.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from console.clinical.dosing import DosePlan, round_for_pump
from console.clinical.finding import Severity
from console.clinical.titration import Step, check_step
from console.clinical.vitals import Vital
from console.session import intents as ask
from console.session.decision import Context, Decision, accept, refuse
from console.session.delivery import BOLUS_WARNING, end_events, larger_estimate_ml
from console.session.events import CommandRequested, Event, StopPressed
from console.session.fit_devices import unfit_objections
from console.session.halts import REFUSAL, repeated
from console.session.handwork import ask_by_hand
from console.session.interlocks import resume_objections
from console.session.ordering import plan_of
from console.session.people import Order
from console.session.pump import (
    LinkState,
    Pause,
    Program,
    PumpAlarm,
    PumpCommand,
    PumpState,
    Resume,
    SetRate,
    Start,
)
from console.session.site import PUMP
from console.session.state import Phase, Session
from console.session.supervised import AT_THE_PUMP, set_by_hand, stop_at_the_pump
from console.session.syringe import wrong_syringe
from console.session.tone_check import start_objection
from console.session.watch import fresh_pump, value_of
from console.units import Minutes, Rate, Volume

COMMAND_EXPIRES_S = 2.0
"""A command not sent within this is never sent: a late dose change is a wrong one (site default)."""

PROGRAM_EXPIRES_S = 10.0
VERIFICATION_VALID_S = 600.0
"""The second person's check holds for ten minutes (site default)."""


def must_reprogram(session: Session) -> bool:
    """Whether a halted pump may only go on with a fresh program of the remaining volume."""
    paused = session.paused
    return paused is not None and (paused.held or session.counter_lost) and not session.reprogrammed


def _stopped_in_pause(ctx: Context) -> bool:
    """A pump that stopped instead of pausing has lost its place in the program."""
    reading = fresh_pump(ctx.watch, ctx.now)
    stopped = reading is not None and reading.state is PumpState.STOPPED
    return ctx.phase is Phase.PAUSED and stopped and not ctx.session.reprogrammed


def program(ctx: Context, intent: ask.ProgramPump) -> Decision:
    """Program the ordered volume, or after a hold what remains of it."""
    if ctx.state.supervised:
        return refuse(f"{AT_THE_PUMP}: set it by hand, then confirm what it shows.")
    other_syringe = ctx.phase is Phase.PAUSED and wrong_syringe(ctx.session, ctx.watch) != ""
    held = must_reprogram(ctx.session) or _stopped_in_pause(ctx) or other_syringe
    if ctx.phase not in {Phase.PROGRAM, Phase.READY} and not held:
        return refuse("The pump can be programmed after the second person has checked the order.")
    objections = _objections(ctx, intent.command_id)
    if repeated(ctx.session) is not None:
        objections = (*objections, REFUSAL)
    if not held and _verification_is_old(ctx):
        objections = (*objections, _OLD_VERIFICATION)
    order = ctx.session.order
    if objections or order is None:
        return refuse(*objections)
    reading = fresh_pump(ctx.watch, ctx.now)
    if reading is None or reading.state is PumpState.INFUSING:
        return refuse("The pump does not read back as stopped: stop it at the pump, then program it.")
    volume_ml = round_for_pump(max(order.volume_ml - ctx.session.given_ml, Decimal(0)))
    if volume_ml <= 0:
        return refuse("The whole ordered volume has been given: end the infusion.")
    command = Program(order.syringe_name, order.diameter_mm, order.rate_ml_h, volume_ml, ctx.site.watchdog_s)
    return _request(ctx, intent.command_id, command, PROGRAM_EXPIRES_S)


def start(ctx: Context, intent: ask.StartInfusion) -> Decision:
    """START: everything must be there now, not only when the screen was drawn."""
    if ctx.state.supervised:
        return refuse(f"{AT_THE_PUMP}: start it by hand. The console sees it and times the session.")
    if ctx.phase is not Phase.READY:
        return refuse("There is nothing to start: the pump must be programmed and read back first.")
    objections = (*_objections(ctx, intent.command_id), *start_objections(ctx))
    reading = fresh_pump(ctx.watch, ctx.now)
    if reading is None or reading.state not in {PumpState.STOPPED, PumpState.PAUSED}:
        objections = (*objections, "The pump does not read back as stopped: look at the pump.")
    if objections:
        return refuse(*objections)
    return _request(ctx, intent.command_id, Start(), COMMAND_EXPIRES_S)


def start_objections(ctx: Context) -> tuple[str, ...]:
    """Why nothing should be started now, whoever starts it and wherever."""
    objections = []
    if _verification_is_old(ctx):
        objections.append(_OLD_VERIFICATION)
    if value_of(ctx.watch, Vital.SPO2, ctx.site, ctx.now) is None:
        objections.append("There is no SpO₂: put the probe on and wait for a value.")
    syringe = wrong_syringe(ctx.session, ctx.watch)
    if syringe:
        objections.append(f"{syringe}. Program the pump again.")
    unheard = start_objection(ctx.state, ctx.watch, ctx.now)
    if unheard:
        objections.append(unheard)
    if ctx.watch.not_recording:
        objections.append("The record cannot be written: free the disk before starting.")
    return (*objections, *unfit_objections(ctx))


def confirm_by_hand(ctx: Context, intent: ask.ConfirmSetByHand) -> Decision:
    """A pump that can only be read was set by hand: compared with the order, and kept as its program."""
    if not ctx.state.supervised:
        return refuse("This pump is programmed from here: press Program the pump.")
    held = must_reprogram(ctx.session)
    if ctx.phase not in {Phase.PROGRAM, Phase.READY} and not held:
        return refuse("The pump can be set after the second person has checked the order.")
    objections = list(_objections(ctx, ""))
    if repeated(ctx.session) is not None:
        objections.append(REFUSAL)
    if not held and _verification_is_old(ctx):
        objections.append(_OLD_VERIFICATION)
    return set_by_hand(ctx, intent, fresh_pump(ctx.watch, ctx.now), tuple(objections))


def pause(ctx: Context, intent: ask.PauseInfusion) -> Decision:
    """Pause. Allowed even while another outcome is unknown: it can only lower delivery."""
    if ctx.phase is not Phase.INFUSING:
        return refuse("Nothing is being infused.")
    if ctx.state.supervised:
        return ask_by_hand(ctx, intent.command_id, Pause(), intent.reason)
    if ctx.state.in_flight is not None:
        return refuse("The pump is still answering the last command: press STOP to stop at once.")
    if intent.command_id in ctx.state.used_ids:
        return refuse("This was asked already.")
    return _request(ctx, intent.command_id, Pause(), COMMAND_EXPIRES_S)


def resume(ctx: Context, intent: ask.ResumeInfusion) -> Decision:
    """Go on after a pause; after a hold, only a fresh remaining-dose program is started."""
    if ctx.phase is not Phase.PAUSED or ctx.session.paused is None:
        return refuse("Nothing is paused.")
    objections = list(_objections(ctx, intent.command_id))
    reprogrammed = ctx.session.reprogrammed
    if repeated(ctx.session) is not None:
        objections.append(REFUSAL)
    objections += resume_objections(ctx)
    syringe = wrong_syringe(ctx.session, ctx.watch)
    if syringe:
        objections.append(f"{syringe}. Program the remaining dose first.")
    if must_reprogram(ctx.session):
        objections.append(
            "The pump cannot simply go on: program the remaining dose first, or end the infusion."
        )
    reading = fresh_pump(ctx.watch, ctx.now)
    if reading is None or reading.state not in {PumpState.PAUSED, PumpState.STOPPED}:
        objections.append("The pump does not read back as paused: look at the pump.")
    elif reading.state is PumpState.STOPPED and not reprogrammed and not ctx.state.supervised:
        objections.append("The pump was stopped, not paused: program the remaining dose first.")
    if ctx.watch.not_recording:
        objections.append("The record cannot be written: free the disk before resuming.")
    if objections:
        return refuse(*objections)
    if ctx.state.supervised:
        return ask_by_hand(ctx, intent.command_id, Resume())
    command: PumpCommand = Start() if reprogrammed else Resume()
    decision = _request(ctx, intent.command_id, command, COMMAND_EXPIRES_S)
    occluded = ctx.session.paused.alarm is PumpAlarm.STALL
    return replace(decision, notices=(*decision.notices, BOLUS_WARNING)) if occluded else decision


def change_rate(ctx: Context, intent: ask.ChangeRate) -> Decision:
    """Titrate within the library's limits."""
    if ctx.phase is not Phase.INFUSING or not ctx.session.segments:
        return refuse("The rate can be changed while the pump is infusing.")
    objections = _objections(ctx, intent.command_id)
    if objections:
        return refuse(*objections)
    session = ctx.session
    if intent.rate_ml_h <= 0:
        return refuse("A rate must be above zero: pause or stop instead.")
    plan = plan_of(ctx)
    if not isinstance(plan, DosePlan):
        return refuse("The order can no longer be judged against the library: stop, or keep the rate.")
    entry = ctx.site.library.entry(plan.protocol_id)
    findings = check_step(entry, plan, _step(ctx, session, intent.rate_ml_h))
    hard = tuple(f.sentence for f in findings if f.blocks)
    soft = tuple(f.sentence for f in findings if f.severity is Severity.SOFT)
    if hard:
        return refuse(*hard)
    if soft and not intent.reason.strip():
        return refuse(*soft, "Give a reason to go on.")
    command = SetRate(intent.rate_ml_h)
    if ctx.state.supervised:
        objection = above_hard_limit(command, session.order, session.given_ml)
        by_hand = ask_by_hand(ctx, intent.command_id, command, intent.reason.strip())
        return refuse(objection) if objection else by_hand
    decision = _request(ctx, intent.command_id, command, COMMAND_EXPIRES_S)
    return Decision(decision.events, decision.refusals, tuple(f.sentence for f in findings))


def press_stop(ctx: Context, intent: ask.PressStop) -> Decision:
    """STOP is never refused, whatever the state, whoever asks; that it cannot be sent is said at once."""
    if ctx.state.supervised:
        return accept(*stop_at_the_pump(intent.reason))
    return accept(StopPressed(intent.reason))


def end_infusion(ctx: Context, intent: ask.EndInfusion) -> Decision:
    """Give the rest up: paused, or running on a pump that does not answer STOP."""
    stopping = ctx.state.stop is not None and not ctx.state.stop.confirmed
    if ctx.phase is not Phase.PAUSED and not (ctx.phase is Phase.INFUSING and stopping):
        return refuse("Press STOP, or pause first; then the infusion can be ended.")
    if not intent.reason.strip():
        return refuse("Say why the infusion ends early.")
    reading = fresh_pump(ctx.watch, ctx.now)
    if reading is not None and reading.state is PumpState.INFUSING:
        return refuse("The pump still infuses: stop it first.")
    events: tuple[Event, ...] = end_events(ctx, intent.reason, known=reading is not None)
    stop: tuple[Event, ...] = () if ctx.state.stop is not None else (StopPressed(intent.reason),)
    if ctx.state.supervised:
        # Read as standing still there is nothing to stop; silent, only a look at it can tell.
        stop = () if reading is not None else stop_at_the_pump(intent.reason)
    return accept(*stop, *events)


_OLD_VERIFICATION = (
    "The second person's check is older than ten minutes: ask the second person to check again."
)


def _verification_is_old(ctx: Context) -> bool:
    verified_at = ctx.session.verified_at
    return verified_at is None or ctx.seconds_since(verified_at) > VERIFICATION_VALID_S


def _objections(ctx: Context, command_id: str) -> tuple[str, ...]:
    """Why nothing that may raise delivery can be asked of the pump now."""
    found = []
    if command_id in ctx.state.used_ids:
        found.append("This was asked already: look at the pump's state.")
    if ctx.state.unresolved is not None:
        found.append("The outcome of the last command is unknown: look at the pump.")
    elif ctx.state.in_flight is not None:
        found.append("The pump is still answering the last command: wait a moment.")
    link = ctx.state.links.get(PUMP)
    if link is None or link.state is not LinkState.ANSWERING:
        found.append("The pump does not answer: check its cable and power.")
    if ctx.state.stop is not None and not ctx.state.stop.confirmed:
        found.append("STOP is not confirmed yet: make sure at the pump that it has stopped.")
    return tuple(found)


def _step(ctx: Context, session: Session, rate_ml_h: Decimal) -> Step:
    started = session.started_at or ctx.now
    last = session.last_step_at or started
    return Step(
        current=Rate(session.segments[-1].rate_ml_h),
        new=Rate(rate_ml_h),
        since_change=_minutes(ctx.seconds_since(last)),
        given=Volume(larger_estimate_ml(ctx)),
        elapsed=_minutes(ctx.seconds_since(started)),
    )


def _minutes(seconds: float) -> Minutes:
    return Minutes(Decimal(round(seconds * 1000)) / 60000)


def _request(ctx: Context, command_id: str, command: PumpCommand, expires_s: float) -> Decision:
    """The one way a command leaves the machine: nothing above the order's hard limits passes."""
    order = ctx.session.order
    objection = above_hard_limit(command, order, ctx.session.given_ml)
    if objection:
        return refuse(objection)
    return accept(CommandRequested(command_id, command, expires_s))


def above_hard_limit(command: PumpCommand, order: Order | None, given_ml: Decimal) -> str:
    """Why ``command`` may never be sent for ``order``; empty when it may."""
    if isinstance(command, Program | SetRate):
        if order is None:
            return "There is no order: nothing may be programmed."
        if command.rate_ml_h > order.hard_rate_ml_h:
            return (
                f"Hard limit {order.hard_rate_ml_h} mL/h ({order.inputs.protocol_id}, "
                f"library v{order.library_version}): {command.rate_ml_h} mL/h is never sent."
            )
    if isinstance(command, Program) and order is not None:
        total_ml = command.volume_ml + given_ml
        if total_ml > min(order.hard_volume_ml, order.volume_ml):
            return f"{total_ml} mL in all is more than was ordered: it is never sent."
    return ""
