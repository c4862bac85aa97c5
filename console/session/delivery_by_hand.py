"""What a pump that can only be read says, turned into facts of the infusion.

A person starts, pauses, resumes and stops it at its own panel. The session is timed from what it reads; what
it gives is counted from where its counter stood, or reckoned by its rate and the time when it tells none.
"""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from console.session import intents as ask
from console.session.commanding import start_objections
from console.session.decision import NOTHING, Context, Decision, accept
from console.session.delivery import (
    COMPLETE_TOLERANCE,
    changed,
    end_events,
    enough,
    last_count,
    programmed_rate,
    same_rate,
    unasked,
    went_back,
)
from console.session.events import (
    Event,
    InfusionEnded,
    InfusionPaused,
    InfusionResumed,
    InfusionStarted,
    RateChanged,
    StopConfirmed,
    VolumeReckoned,
)
from console.session.handwork import done, is_rate_asked
from console.session.pump import Pause, PumpReading, PumpState, SetRate
from console.session.state import IN_TREATMENT, Phase, Session
from console.session.supervised import HALTED, stop_at_the_pump
from console.session.watch import pump_stale_s

RECKONED_EVERY_S = 10.0
"""How often the reckoned volume is committed while nothing else changes."""

KEEPS_OPEN_SHARE = Decimal("0.5")
"""A rate below this part of the one that ran, after the whole volume, is the one that keeps the vein open."""


def pump_seen(ctx: Context, intent: ask.PumpSeen) -> Decision:
    """Facts in one reading of a pump that is worked by hand."""
    told = intent.reading
    last = last_count(ctx, told)
    reckoned = _reckoned_ml(ctx, told)
    reading = told if reckoned is None else replace(told, infused_ml=reckoned - ctx.session.carried_ml)
    reading = _as_ended(ctx, reading)
    facts = _stopped(ctx, reading) or _facts(ctx, reading)
    events: list[Event] = [*last, *changed(ctx, told, due=bool(last))]
    if reckoned is not None and (facts or _is_due(ctx)):
        events.append(VolumeReckoned(reckoned))
    events += (_estimated(one) if reckoned is not None else one for one in facts)
    return accept(*events) if events else NOTHING


def _stopped(ctx: Context, reading: PumpReading) -> tuple[Event, ...]:
    """The pump reads as standing still since STOP was pressed."""
    stop = ctx.state.stop
    if stop is None or stop.confirmed or reading.state not in HALTED:
        return ()
    if reading.at.mono_ns < stop.pressed_at.mono_ns:
        return ()
    confirmed = StopConfirmed(0, round(ctx.seconds_since(stop.pressed_at), 1), reading.infused_ml)
    if ctx.phase not in IN_TREATMENT:
        return (confirmed,)
    ended = end_events(ctx, ctx.session.stop_reason, known=True, infused_ml=reading.infused_ml)
    return (confirmed, *ended)


def _facts(ctx: Context, reading: PumpReading) -> tuple[Event, ...]:
    """What a person or the pump did, and what that says of the instruction that stands."""
    given = _given_out(ctx, reading)
    if given:
        return given
    found = tuple(_known(ctx, one, reading) for one in unasked(ctx, reading))
    return (*found, *_rate(ctx, reading), *done(ctx, reading)) or enough(ctx, reading)


def _known(ctx: Context, event: Event, reading: PumpReading) -> Event:
    """What the machine found, with what is known of a pump worked by hand."""
    task = ctx.session.handwork
    command = None if task is None else task.asked.command
    match event:
        case InfusionStarted():
            # A rate other than expected follows as a change of its own.
            base, unread_s = _counter_base(ctx), _unread_s(ctx, reading)
            why = (f"It was not read for {unread_s:.0f} s before.",) if unread_s else ()
            despite = (*start_objections(ctx), *why)
            return InfusionStarted(_running(ctx, reading), True, despite, base, unread_s)
        case InfusionResumed():
            base = _counter_base(ctx) if ctx.session.reprogrammed else None
            return InfusionResumed(_running(ctx, reading), base)
        case InfusionPaused() if went_back(ctx, reading):
            return event
        case InfusionPaused(alarm=None) if isinstance(command, Pause) and reading.state in HALTED:
            asked = task.asked.reason if task is not None else ""
            return InfusionPaused(f"paused at the pump, as asked{': ' if asked else ''}{asked}")
        case InfusionPaused(alarm=None) if reading.state is PumpState.STOPPED:
            # A person's key: it may simply be started again there.
            return InfusionPaused("stopped at the pump", by_pump=True)
        case RateChanged(from_ml_h=old, to_ml_h=new) if isinstance(command, SetRate) and is_rate_asked(
            command.rate_ml_h, new
        ):
            return RateChanged(old, new, task.asked.reason if task is not None else "")
        case _:
            return event


def _running(ctx: Context, reading: PumpReading) -> Decimal:
    """The rate read when it is the expected one within the pump's steps, else the expected one."""
    expected, told = _expected(ctx.session), reading.rate_ml_h
    return told if told is not None and _is_ordered(expected, told) else expected


def _rate(ctx: Context, reading: PumpReading) -> tuple[Event, ...]:
    """Set going at another rate than expected: that is a change of the rate at the pump."""
    if ctx.phase not in {Phase.READY, Phase.PAUSED} or reading.state is not PumpState.INFUSING:
        return ()
    expected, told = _expected(ctx.session), reading.rate_ml_h
    if told is None or _is_ordered(expected, told):
        return ()
    return (RateChanged(expected, told, "set going at another rate", at_pump=True),)


def _expected(session: Session) -> Decimal:
    """The rate the pump should run at: the last one that ran, or the one it was set to since."""
    if session.segments and not session.reprogrammed:
        return session.segments[-1].rate_ml_h
    return programmed_rate(session)


def _is_ordered(ordered: Decimal, told: Decimal) -> bool:
    return same_rate(told, ordered) or is_rate_asked(ordered, told)


def _counter_base(ctx: Context) -> Decimal | None:
    """Where the pump's own counter stood before it ran: nothing before that went to this patient."""
    now_ml, before = ctx.watch.counter_ml, ctx.watch.counted_before
    if now_ml is None:
        return None
    base = ctx.session.counter_from_ml
    if before is not None and before.infused_ml is not None and before.state is not PumpState.INFUSING:
        base += before.infused_ml
    return base if now_ml >= base else Decimal(0)


def _unread_s(ctx: Context, reading: PumpReading) -> float:
    """How long a pump without a counter may have run unseen: the larger possible volume is assumed."""
    since = ctx.watch.pump_before_at or ctx.session.programmed_at
    if reading.infused_ml is not None or since is None:
        return 0.0
    unread_s = ctx.seconds_since(since)
    return round(unread_s, 1) if unread_s > pump_stale_s(ctx.watch) else 0.0


# --- a pump without a counter ---------------------------------------------------------------------


def _reckoned_ml(ctx: Context, reading: PumpReading) -> Decimal | None:
    """Given since the start by rate and time; None for a pump that tells a counter, or before the start."""
    if ctx.phase not in IN_TREATMENT or reading.infused_ml is not None:
        return None
    session = ctx.session
    if session.reckoned_at is None and session.counter_ml > 0:
        return None  # a counter that is not told just now; the last one stands
    return max(by_rate_and_time_ml(session, ctx), session.given_ml)


def by_rate_and_time_ml(session: Session, ctx: Context) -> Decimal:
    """Rate times time over every stretch of the infusion."""
    total = Decimal(0)
    for segment in session.segments:
        seconds = (segment.end or ctx.now).seconds_since(segment.start)
        total += segment.rate_ml_h * Decimal(round(seconds * 1000)) / 3_600_000
    return total.quantize(Decimal("0.0001"))


def _is_due(ctx: Context) -> bool:
    at = ctx.session.reckoned_at
    return ctx.phase is Phase.INFUSING and (at is None or ctx.seconds_since(at) >= RECKONED_EVERY_S)


def _slack_ml(ctx: Context) -> Decimal:
    """What may flow between two readings, which reckoning cannot see."""
    session = ctx.session
    if session.reckoned_at is None:
        return Decimal(0)
    return _expected(session) * Decimal(round(pump_stale_s(ctx.watch) * 1000)) / 3_600_000


def _estimated(event: Event) -> Event:
    return replace(event, counter_trusted=False) if isinstance(event, InfusionEnded) else event


# --- the whole volume -----------------------------------------------------------------------------


def _is_whole(ctx: Context, reading: PumpReading) -> bool:
    """Whether the programmed volume is given, as far as counter or reckoning can tell."""
    programmed = ctx.session.programmed
    if programmed is None or reading.infused_ml is None:
        return False
    least = programmed.volume_ml * (1 - COMPLETE_TOLERANCE) - _slack_ml(ctx)
    return reading.infused_ml >= least


def _as_ended(ctx: Context, reading: PumpReading) -> PumpReading:
    """A pump that holds, or stops a reading early by reckoning, with the whole volume given has ended."""
    programmed = ctx.session.programmed if ctx.state.session is not None else None
    if ctx.phase is not Phase.INFUSING or programmed is None or reading.state not in HALTED:
        return reading
    if not _is_whole(ctx, reading) or reading.alarm is not None:
        return reading
    infused = reading.infused_ml or Decimal(0)
    if ctx.session.reckoned_at is not None:
        infused = max(infused, programmed.volume_ml)  # the larger possible volume
    return replace(reading, state=PumpState.STOPPED, infused_ml=infused)


def _given_out(ctx: Context, reading: PumpReading) -> tuple[Event, ...]:
    """The ordered volume is given and the pump goes on, or only keeps the vein open: STOP AT THE PUMP."""
    session, infused = ctx.state.session, reading.infused_ml
    if ctx.phase is not Phase.INFUSING or session is None or session.order is None or infused is None:
        return ()
    if ctx.state.stop is not None or reading.state is not PumpState.INFUSING or not session.segments:
        return ()
    keeps_open = (
        reading.rate_ml_h is not None
        and reading.rate_ml_h < session.segments[-1].rate_ml_h * KEEPS_OPEN_SHARE
        and _is_whole(ctx, reading)
    )
    most = session.order.volume_ml * (1 + COMPLETE_TOLERANCE) + _slack_ml(ctx)
    if not keeps_open and session.carried_ml + infused <= most:
        return ()
    why = "the ordered volume is given" + (", the pump keeps the vein open" if keeps_open else "")
    return stop_at_the_pump(why)
