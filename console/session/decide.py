"""The one decision function: state, intent and instant in; events or refusals out. Pure and total."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from msgspec.structs import replace

from console.clinical.vitals import Vital
from console.clock import Instant
from console.session import (
    commanding,
    decide_arrival,
    decide_bedside,
    delivery,
    delivery_by_hand,
    emergency,
    fit_devices,
    handwork,
    ordering,
    tone_check,
)
from console.session import intents as ask
from console.session.alarms import judge, timed
from console.session.apply import apply
from console.session.conditions import conditions
from console.session.cuff import by_itself, cuff_decision, cuff_events, cuff_told
from console.session.decision import NOTHING, Context, Decision, accept, refuse
from console.session.events import (
    ArchiveFound,
    ClockStepped,
    Entry,
    Event,
    LinkChanged,
    PressureTaken,
    SessionOpened,
)
from console.session.interlock_senses import sense
from console.session.interlocks import cancel_proposal, interlock_events
from console.session.patient_limits import limits_back
from console.session.people import Actor
from console.session.prompts import prompt_events
from console.session.rights import objection
from console.session.site import Site
from console.session.sleep import slept_events
from console.session.sources import source_events
from console.session.state import OPEN, State
from console.session.supervised import as_counted, recounted
from console.session.watch import Watch, current, look, value_of

CLOCK_STEP_S = 2.0
"""Wall and monotonic clock drifting apart by more than this is an event (and nothing else)."""


def decide(
    state: State,
    watch: Watch,
    intent: ask.Intent,
    actor: Actor,
    now: Instant,
    site: Site,
    new_id: Callable[[], str],
) -> Decision:
    """Decide one intent, alarms apart. ``watch`` already holds what a device intent reports."""
    ctx = Context(state, watch, actor, now, site, new_id)
    if isinstance(intent, ask.RoomIntent):
        return _room(ctx, intent)
    refusal = objection(intent, actor, strict=site.strict)
    return refuse(refusal) if refusal else _person(ctx, intent)


def step(
    state: State,
    watch: Watch,
    intent: ask.Intent,
    actor: Actor,
    now: Instant,
    site: Site,
    new_id: Callable[[], str],
) -> tuple[Decision, Watch]:
    """Sense, decide, and judge the alarms: the one call of whoever drives the machine."""
    intent, counter_ml = as_counted(state, intent)
    sensed = look(watch, intent, now) if isinstance(intent, ask.RoomIntent) else watch
    if counter_ml is not None:
        sensed = replace(sensed, counter_ml=counter_ml)
    if isinstance(intent, ask.Tick | ask.VitalsSeen):
        sensed = replace(sensed, gates=sense(state, sensed, site, now))
    decision = decide(state, sensed, intent, actor, now, site, new_id)
    ahead = _ahead(state, decision.events, actor, now)
    sensed = recounted(sensed, state, ahead)
    wrong = conditions(ahead, sensed, site, now)
    sensed = timed(sensed, wrong, now)
    if isinstance(intent, ask.Tick) or sensed.offset_ns is None:
        # Compared at each tick, so it is kept from tick to tick: a reading in between must not hide a step.
        sensed = replace(sensed, offset_ns=now.wall_utc_ns - now.mono_ns)
    alarms = judge(Context(ahead, sensed, actor, now, site, new_id), wrong)
    return Decision((*decision.events, *alarms), decision.refusals, decision.notices), sensed


def _ahead(state: State, events: tuple[Event, ...], actor: Actor, now: Instant) -> State:
    """The state as it will be, so that alarms are judged on what was just decided."""
    for event in events:
        session_id = "" if state.session is None else state.session.session_id
        if isinstance(event, SessionOpened):
            session_id = event.session_id
        state = apply(state, Entry(state.seq + 1, "", session_id, now, "", actor, event))
    return state


def _room(ctx: Context, intent: ask.RoomIntent) -> Decision:
    match intent:
        case ask.LinkSeen():
            events = _link(ctx, intent)
        case ask.VitalsSeen():
            taken = _pressure(ctx)
            events = (*taken, *cuff_events(ctx, taken), *source_events(ctx), *interlock_events(ctx))
        case ask.PumpSeen():
            owner = delivery_by_hand if ctx.state.supervised else delivery
            events = owner.pump_seen(ctx, intent).events
        case ask.CuffSeen():
            events = cuff_told(ctx, intent)
        case ask.CommandAnswered():
            events = delivery.command_answered(ctx, intent).events
        case ask.StopSeen():
            events = delivery.stop_seen(ctx, intent).events
        case ask.LineSeen() | ask.SoundSeen() | ask.RecordingSeen() | ask.DiskSeen() | ask.LeaseSeen():
            events = ()
        case ask.FitnessSeen():
            events = ()
        case ask.ArchiveSeen(found=found, sentence=sentence, about=about):
            events = (ArchiveFound(found, sentence, about),)
        case ask.Slept():
            events = slept_events(ctx, intent)
        case ask.Tick():
            prompts = prompt_events(ctx)
            events = (
                *_clock_step(ctx),
                *prompts,
                *by_itself(ctx, prompts),
                *cuff_events(ctx),
                *source_events(ctx),
                *decide_bedside.silence_over(ctx),
                *limits_back(ctx),
                *interlock_events(ctx),
            )
        case _:
            assert_never(intent)
    return accept(*events) if events else NOTHING


def _link(ctx: Context, intent: ask.LinkSeen) -> tuple[Event, ...]:
    before = ctx.state.links.get(intent.device)
    told = intent.control is None or intent.control is ctx.state.control
    if before is not None and before.state is intent.state and before.identity == intent.identity and told:
        return ()
    return (LinkChanged(intent.device, intent.state, intent.reason, intent.identity, intent.control),)


def _pressure(ctx: Context) -> tuple[Event, ...]:
    """A cuff measurement that is newer than the session and not yet in it."""
    session = ctx.state.session
    if session is None or ctx.phase not in OPEN:
        return ()
    reading = current(ctx.watch, Vital.NIBP_SYS, ctx.site, ctx.now)
    diastolic = value_of(ctx.watch, Vital.NIBP_DIA, ctx.site, ctx.now)
    if reading is None or reading.value is None or not reading.usable or diastolic is None:
        return ()
    at = reading.measured_at
    known = any(p.measured_at.mono_ns == at.mono_ns and p.source == reading.source for p in session.pressures)
    if known or at.mono_ns < session.opened_at.mono_ns:
        return ()
    mean = value_of(ctx.watch, Vital.NIBP_MEAN, ctx.site, ctx.now)
    return (PressureTaken(reading.value, diastolic, mean, reading.source, at),)


def _clock_step(ctx: Context) -> tuple[Event, ...]:
    offset = ctx.watch.offset_ns
    if offset is None:
        return ()
    drift_s = (ctx.now.wall_utc_ns - ctx.now.mono_ns - offset) / 1e9
    return (ClockStepped(drift_s),) if abs(drift_s) > CLOCK_STEP_S else ()


def _person(ctx: Context, intent: ask.PersonIntent) -> Decision:
    match intent:
        case ask.PressStop():
            return commanding.press_stop(ctx, intent)
        case ask.PauseInfusion():
            return commanding.pause(ctx, intent)
        case ask.CancelPauseProposal():
            return cancel_proposal(ctx, intent)
        case ask.LockConsole() | ask.BreakGlass() | ask.ExplainEmergency() | ask.NoteAccess():
            return emergency.decided(ctx, intent)
        case ask.SignIn() | ask.SignOut() | ask.AddPatient() | ask.OpenSession():
            return _door(ctx, intent)
        case ask.Comment() | ask.Correct() | ask.SignReview():
            return decide_bedside.afterwards(ctx, intent)
        case ask.Acknowledge() | ask.PauseAudio() | ask.ResumeAudio():
            return decide_bedside.hush(ctx, intent)
        case ask.TestTones() | ask.ConfirmTones():
            return tone_check.tones(ctx, intent)
        case ask.SignTest() | ask.UseUnfitDevice():
            return fit_devices.fitness_decision(ctx, intent)
        case ask.ChangeCourse():
            # Decided by the room with the course at hand (console.course.decide); the machine holds none.
            return refuse("The course of treatment cannot be reached now: try again.")
        case _ if ctx.state.session is None:
            return refuse("There is no session: choose a patient first.")
        case (
            ask.ConfirmIdentity()
            | ask.AnswerArrival()
            | ask.RecordWeight()
            | ask.EnterPressure()
            | ask.TakeBaseline()
            | ask.AcceptBaseline()
            | ask.AbortSession()
        ):
            return _arrival(ctx, intent)
        case ask.WriteOrder():
            return ordering.write_order(ctx, intent)
        case ask.VerifyOrder():
            return ordering.verify_order(ctx, intent)
        case ask.WithdrawOrder():
            return ordering.withdraw_order(ctx, intent)
        case ask.ProgramPump():
            return commanding.program(ctx, intent)
        case ask.ConfirmSetByHand():
            return commanding.confirm_by_hand(ctx, intent)
        case ask.DropHandwork():
            return handwork.drop(ctx, intent)
        case ask.TakePressure() | ask.CancelPressure() | ask.SetCuffCadence():
            return cuff_decision(ctx, intent)
        case ask.StartInfusion():
            return commanding.start(ctx, intent)
        case ask.ResumeInfusion():
            return commanding.resume(ctx, intent)
        case ask.ChangeRate():
            return commanding.change_rate(ctx, intent)
        case ask.EndInfusion():
            return commanding.end_infusion(ctx, intent)
        case _:
            return decide_bedside.care(ctx, intent)


def _door(ctx: Context, intent: ask.SignIn | ask.SignOut | ask.AddPatient | ask.OpenSession) -> Decision:
    match intent:
        case ask.SignIn():
            return decide_arrival.sign_in()
        case ask.SignOut():
            return decide_arrival.sign_out(ctx, intent)
        case ask.AddPatient():
            return decide_arrival.add_patient(ctx, intent)
        case ask.OpenSession():
            return decide_arrival.open_session(ctx, intent)


def _arrival(
    ctx: Context,
    intent: ask.ConfirmIdentity
    | ask.AnswerArrival
    | ask.RecordWeight
    | ask.EnterPressure
    | ask.TakeBaseline
    | ask.AcceptBaseline
    | ask.AbortSession,
) -> Decision:
    match intent:
        case ask.ConfirmIdentity():
            return decide_arrival.confirm_identity(ctx, intent)
        case ask.AnswerArrival():
            return decide_arrival.answer_arrival(ctx, intent)
        case ask.RecordWeight():
            return decide_arrival.record_weight(ctx, intent)
        case ask.EnterPressure():
            return decide_arrival.enter_pressure(ctx, intent)
        case ask.TakeBaseline():
            return decide_arrival.take_baseline(ctx, intent)
        case ask.AcceptBaseline():
            return decide_arrival.accept_baseline(ctx, intent)
        case ask.AbortSession():
            return decide_arrival.abort(ctx, intent)
