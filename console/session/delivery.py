"""What the pump says, turned into facts of the infusion.

The pump's counter is the truth for what was given. Every change the console did not ask for (a stop,
a rate turned at the panel, a start at the panel, a counter that went back) becomes an event.
"""

from __future__ import annotations

from decimal import Decimal

from console.session import intents as ask
from console.session.apply_session import COUNTER_BACKWARDS_ML
from console.session.decision import NOTHING, Context, Decision, accept
from console.session.events import (
    CommandResolved,
    EndReason,
    Event,
    InfusionEnded,
    InfusionPaused,
    InfusionResumed,
    InfusionStarted,
    PumpChanged,
    RateChanged,
    StopConfirmed,
    StopPressed,
    StopUnconfirmed,
)
from console.session.pump import (
    Confirmed,
    Outcome,
    Pause,
    Program,
    PumpAlarm,
    PumpReading,
    PumpState,
    ReadBack,
    Refused,
    Resume,
    SetRate,
    Start,
    Stop,
)
from console.session.state import Phase, Session

COUNTER_NOTED_EVERY_S = 10.0
"""How often the counter is committed while nothing else changes."""

COMPLETE_TOLERANCE = Decimal("0.005")
"""Part of the volume by which a finished counter may fall short: it shows four digits."""

RATE_TOLERANCE = Decimal("0.002")
"""Part of a rate that the pump's four digits may hide."""

ALARM_WORDS = {
    PumpAlarm.RESET: "the pump lost power or was reset",
    PumpAlarm.STALL: "the drive is blocked: look for an occlusion or a clamp",
    PumpAlarm.HOST_SILENT: "the pump did not hear the console and stopped",
    PumpAlarm.PROGRAM: "the pump reports a program error",
    PumpAlarm.EMPTY: "the syringe is empty",
    PumpAlarm.AIR: "air in the line",
    PumpAlarm.DOOR: "the syringe holder is open",
    PumpAlarm.BATTERY: "the pump's battery is low",
    PumpAlarm.OTHER: "the pump alarms",
}

BOLUS_WARNING = (
    "Before the restart take the line off the patient and let the pressure go: "
    "what was pressed into the blocked line would follow as a bolus."
)
"""Post-occlusion bolus (Generic Infusion Pump safety requirements v1.0, 1.10.6 and 1.10.7)."""

HOLDING = frozenset({PumpAlarm.RESET, PumpAlarm.PROGRAM, PumpAlarm.HOST_SILENT})
"""After these the pump's program is not to be trusted: no resume, only a new remaining-dose program."""


def pump_seen(ctx: Context, intent: ask.PumpSeen) -> Decision:
    """Facts in one poll."""
    reading = intent.reading
    last = last_count(ctx, reading)
    events: list[Event] = [*last, *changed(ctx, reading, due=bool(last))]
    unresolved = ctx.state.unresolved
    if unresolved is not None and ctx.state.in_flight is None:
        outcome = _settle(unresolved.request.command, reading)
        if outcome is not None:
            events += resolution(ctx, unresolved.request.command_id, outcome, reading)
            return accept(*events)
    if ctx.state.in_flight is None:
        events += unasked(ctx, reading) or enough(ctx, reading)
    return accept(*events) if events else NOTHING


def last_count(ctx: Context, reading: PumpReading) -> tuple[Event, ...]:
    """The counter as it stood before it began anew, when more was given than the record holds yet."""
    before = ctx.watch.counted_before
    if ctx.phase not in {Phase.INFUSING, Phase.PAUSED} or before is None or reading.infused_ml is None:
        return ()
    counted_ml = before.infused_ml
    if counted_ml is None or reading.infused_ml >= counted_ml - COUNTER_BACKWARDS_ML:
        return ()
    view = ctx.state.pump
    if counted_ml <= ctx.session.counter_ml:
        return ()
    return (PumpChanged(view.state, view.rate_ml_h, counted_ml, view.alarm),)


def enough(ctx: Context, reading: PumpReading) -> tuple[Event, ...]:
    """STOP by the room itself once the ordered volume is given but the pump would go on.

    That happens when the pump lost its counter in mid-infusion and was started again at its panel.
    """
    if ctx.phase is not Phase.INFUSING or ctx.session.order is None or reading.infused_ml is None:
        return ()
    if ctx.state.stop is not None or not (ctx.session.counter_lost or went_back(ctx, reading)):
        return ()
    given = ctx.session.carried_ml + reading.infused_ml
    ordered = ctx.session.order.volume_ml
    return (StopPressed("the ordered volume is given"),) if given >= ordered else ()


def command_answered(ctx: Context, intent: ask.CommandAnswered) -> Decision:
    """The port owner finished a command."""
    flight = ctx.state.in_flight
    if flight is None or flight.request.command_id != intent.command_id:
        return NOTHING
    reading = None
    if isinstance(intent.outcome, Confirmed):
        back = intent.outcome.read_back
        reading = PumpReading(ctx.now, back.state, back.rate_ml_h, back.infused_ml)
    return accept(*resolution(ctx, intent.command_id, intent.outcome, reading))


def stop_seen(ctx: Context, intent: ask.StopSeen) -> Decision:
    """Progress of STOP."""
    stop = ctx.state.stop
    if not intent.confirmed:
        if stop is not None and (stop.confirmed or stop.unconfirmed_alarm):
            return NOTHING
        return accept(StopUnconfirmed(intent.attempts, intent.seconds))
    if stop is None or stop.confirmed:
        return NOTHING
    infused_ml = None if intent.reading is None else intent.reading.infused_ml
    events: list[Event] = []
    if intent.reading is not None:
        events += changed(ctx, intent.reading)
    events.append(StopConfirmed(intent.attempts, intent.seconds, infused_ml))
    if ctx.phase in {Phase.INFUSING, Phase.PAUSED}:
        events += end_events(ctx, ctx.session.stop_reason, known=True, infused_ml=infused_ml)
    return accept(*events)


def resolution(
    ctx: Context, command_id: str, outcome: Outcome, reading: PumpReading | None
) -> tuple[Event, ...]:
    """The resolved command and what follows from it for the infusion."""
    flight = ctx.state.in_flight or ctx.state.unresolved
    resolved = CommandResolved(command_id, outcome)
    if flight is None or not isinstance(outcome, Confirmed) or ctx.state.session is None:
        return (resolved,)
    command, session = flight.request.command, ctx.session
    rate_ml_h = outcome.read_back.rate_ml_h or programmed_rate(session)
    noted: tuple[Event, ...] = () if reading is None else changed(ctx, reading)
    match command:
        case Start() if ctx.phase is Phase.READY:
            return (resolved, InfusionStarted(rate_ml_h), *noted)
        case Start() | Resume() if ctx.phase is Phase.PAUSED:
            resumed_ml_h = outcome.read_back.rate_ml_h or _rate_to_resume(session)
            return (resolved, InfusionResumed(resumed_ml_h), *noted)
        case Pause() if ctx.phase is Phase.INFUSING:
            return (resolved, InfusionPaused(_pause_reason(ctx)), *noted)
        case SetRate() if ctx.phase is Phase.INFUSING and session.segments:
            return (resolved, RateChanged(session.segments[-1].rate_ml_h, rate_ml_h, ""), *noted)
        case _:
            return (resolved, *noted)


def _pause_reason(ctx: Context) -> str:
    pausing = ctx.session.pause_asked
    if pausing is not None and pausing.by_room:
        return f"paused by an interlock: {pausing.reason}"
    asked = [care for care in ctx.session.cares if care.care == "asked_to_stop"]
    flight = ctx.state.in_flight
    if asked and flight is not None and abs(flight.at.seconds_since(asked[-1].happened_at)) < 5:
        return "the patient asked to stop"
    return "paused from the console"


def programmed_rate(session: Session) -> Decimal:
    """The rate the pump was programmed with or set to, 0 before."""
    return session.programmed.rate_ml_h if session.programmed is not None else Decimal(0)


def _rate_to_resume(session: Session) -> Decimal:
    """The rate before the pause, which may have been titrated; the program's when it was made since."""
    if session.segments and not session.reprogrammed:
        return session.segments[-1].rate_ml_h
    return programmed_rate(session)


def changed(ctx: Context, reading: PumpReading, due: bool = False) -> tuple[Event, ...]:
    """The reading as an event, when it says anything new or the counter is due to be noted."""
    view = ctx.state.pump
    rate = view.rate_ml_h if reading.rate_ml_h is None else reading.rate_ml_h
    differs = reading.state is not view.state or rate != view.rate_ml_h or reading.alarm is not view.alarm
    counted = reading.infused_ml is not None and reading.infused_ml != view.infused_ml
    due = due or view.at is None or ctx.seconds_since(view.at) >= COUNTER_NOTED_EVERY_S
    if not differs and not (counted and due) and not went_back(ctx, reading):
        return ()
    kept = None if ctx.state.supervised else view.infused_ml
    infused = kept if reading.infused_ml is None else reading.infused_ml
    return (PumpChanged(reading.state, rate, infused, reading.alarm),)


def went_back(ctx: Context, reading: PumpReading) -> bool:
    """Whether the pump's counter began anew in mid-infusion."""
    if ctx.phase not in {Phase.INFUSING, Phase.PAUSED} or reading.infused_ml is None:
        return False
    return reading.infused_ml < ctx.session.counter_ml - COUNTER_BACKWARDS_ML


def _settle(command: object, reading: PumpReading) -> Outcome | None:
    """What a read-back says of a command whose reply was lost; None while it says nothing."""
    back = ReadBack(reading.state, None, reading.rate_ml_h, None, reading.infused_ml)
    running = reading.state is PumpState.INFUSING
    halted = reading.state in {PumpState.PAUSED, PumpState.STOPPED, PumpState.ALARM}
    match command:
        case Start() | Resume():
            if running:
                return Confirmed(back)
            return Refused("the pump reads back as not infusing: it was not started") if halted else None
        case Pause() | Stop():
            if halted:
                return Confirmed(back)
            return Refused("the pump reads back as infusing: it was not paused") if running else None
        case SetRate(rate_ml_h=asked):
            if reading.rate_ml_h is None:
                return None
            if same_rate(reading.rate_ml_h, asked):
                return Confirmed(back)
            return Refused(f"the pump reads back {reading.rate_ml_h} mL/h: the rate was not changed")
        case Program():
            return Refused("programming was cut short: program the pump again") if halted else None
        case _:
            return None


def same_rate(left: Decimal, right: Decimal) -> bool:
    """Whether two rates differ by no more than the pump's digits may hide."""
    return abs(left - right) <= RATE_TOLERANCE * max(left, right)


def unasked(ctx: Context, reading: PumpReading) -> tuple[Event, ...]:
    """What the pump did that nobody asked for from here."""
    if reading.state is PumpState.UNKNOWN:
        return ()
    match ctx.phase:
        case Phase.READY if reading.state is PumpState.INFUSING:
            return (InfusionStarted(reading.rate_ml_h or programmed_rate(ctx.session)),)
        case Phase.PAUSED if reading.state is PumpState.INFUSING:
            return (InfusionResumed(reading.rate_ml_h or _rate_to_resume(ctx.session)),)
        case Phase.INFUSING:
            return _halted(ctx, reading) or _panel_rate(ctx, reading)
        case _:
            return ()


def _halted(ctx: Context, reading: PumpReading) -> tuple[Event, ...]:
    session = ctx.session
    if reading.state is PumpState.ALARM or _halts(ctx, reading):
        alarm = reading.alarm or PumpAlarm.OTHER
        return (InfusionPaused(ALARM_WORDS[alarm], by_pump=True, held=alarm in HOLDING, alarm=alarm),)
    if went_back(ctx, reading):
        return (InfusionPaused("the pump's counter went back: it was reset", by_pump=True, held=True),)
    if reading.state is PumpState.PAUSED:
        return (InfusionPaused("paused at the pump", by_pump=True),)
    if reading.state is PumpState.OTHER:
        return (InfusionPaused("the pump left the infusion: look at the pump", by_pump=True, held=True),)
    if reading.state is not PumpState.STOPPED:
        return ()
    counter = session.counter_ml if reading.infused_ml is None else reading.infused_ml
    programmed = session.programmed.volume_ml if session.programmed is not None else Decimal(0)
    if counter >= programmed * (1 - COMPLETE_TOLERANCE):
        total = session.carried_ml + counter
        return (
            InfusionEnded(EndReason.COMPLETE, "", total, _dose_mg(session, total), session.counter_trusted),
        )
    if ctx.state.stop is not None and not ctx.state.stop.confirmed:
        return ()
    return (
        InfusionPaused(
            f"the pump stopped by itself after {session.carried_ml + counter} mL", by_pump=True, held=True
        ),
    )


def _halts(ctx: Context, reading: PumpReading) -> bool:
    """Whether the alarm a reading carries is one that halted the pump.

    A driver carries an alarm on until delivery is commanded from here: a pump that was started again at
    its own panel infuses and still shows the old one. A low battery halts nothing by itself.
    """
    if reading.alarm is None:
        return False
    if reading.state is not PumpState.INFUSING:
        return reading.alarm is not PumpAlarm.BATTERY
    return reading.alarm is not PumpAlarm.BATTERY and reading.alarm is not ctx.state.pump.alarm


def _panel_rate(ctx: Context, reading: PumpReading) -> tuple[Event, ...]:
    segments = ctx.session.segments
    if reading.rate_ml_h is None or not segments or segments[-1].end is not None:
        return ()
    expected = segments[-1].rate_ml_h
    if same_rate(reading.rate_ml_h, expected):
        return ()
    return (RateChanged(expected, reading.rate_ml_h, "changed at the pump", at_pump=True),)


def _dose_mg(session: Session, volume_ml: Decimal) -> Decimal | None:
    return None if session.order is None else volume_ml * session.order.inputs.concentration_mg_ml


def end_events(
    ctx: Context, reason: str, *, known: bool, infused_ml: Decimal | None = None
) -> tuple[Event, ...]:
    """The early end of an infusion; without a counter the larger possible volume is assumed."""
    session = ctx.session
    if known and infused_ml is not None:
        counter = max(infused_ml, session.counter_ml)
        total = session.carried_ml + counter
    else:
        total = session.given_ml if known else larger_estimate_ml(ctx)
    trusted = session.counter_trusted and known
    programmed = session.programmed
    planned = session.carried_ml + (programmed.volume_ml if programmed is not None else Decimal(0))
    complete = programmed is not None and total >= planned * (1 - COMPLETE_TOLERANCE) and trusted
    why = EndReason.COMPLETE if complete else EndReason.STOPPED
    return (InfusionEnded(why, reason, total, _dose_mg(session, total), trusted),)


def larger_estimate_ml(ctx: Context) -> Decimal:
    """The most that can have been given: the last counter plus the rate since, within the program."""
    session = ctx.session
    if not session.segments or session.programmed is None:
        return session.given_ml
    segment = session.segments[-1]
    noted = (ctx.state.pump.at or segment.start, session.reckoned_at or segment.start)
    since = max(noted, key=lambda at: at.mono_ns)
    running = segment.end is None or ctx.state.unresolved is not None
    seconds = max(ctx.seconds_since(since), 0.0) if running else 0.0
    flowed = segment.rate_ml_h * Decimal(round(seconds * 1000)) / Decimal(3_600_000)
    most = session.carried_ml + session.programmed.volume_ml
    return max(min(session.given_ml + flowed, most), session.given_ml)
