"""A pump that does not do, or may not be doing, what the screen says."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from console.clock import Instant
from console.session.alarms import Condition
from console.session.delivery import ALARM_WORDS, BOLUS_WARNING
from console.session.events import InfusionPaused, Priority
from console.session.flow import flow_of, in_time
from console.session.halts import repeated
from console.session.pump import PumpAlarm, PumpReading, PumpState
from console.session.state import IN_TREATMENT, OPEN, Phase, Session, State
from console.session.syringe import wrong_syringe
from console.session.watch import Watch, fresh_pump

NEAR_END_S = 180.0
NEAR_END_SHARE = Decimal("0.10")
NEAR_END_ML = Decimal(1)
"""Said before the end: 3 min, 10 % of the ordered volume or 1 mL, whichever comes first (reliability
target; 1 mL after Open PCA Pump System Requirements 1.0.0, R6.8)."""

BATTERY_HIGH_MIN = 10.0
BATTERY_MEDIUM_MIN = 30.0
BATTERY_MEDIUM_SHARE = 0.20
"""A pump without mains: low at once, medium from 30 min or 20 % left, high from 10 min (reliability
target)."""

SYRINGE_LOW_ML = Decimal(1)
"""What a full syringe can still hold (Open PCA Pump System Requirements 1.0.0, R6.8; computed as the Generic
Infusion Pump safety requirements v1.0, 1.5.1 ask, because the pump cannot see how full its syringe is)."""


def pump_conditions(state: State, watch: Watch, now: Instant) -> Iterator[Condition]:
    """Everything wrong with the pump and with what it gives."""
    stop = state.stop
    if stop is not None and not stop.confirmed and stop.unconfirmed_alarm:
        words = "STOP NOT CONFIRMED - STOP AT THE PUMP"
        if state.supervised:
            words = "STOP AT THE PUMP: this console can only read it, and it does not read as stopped yet"
        yield Condition("stop_unconfirmed", Priority.HIGH, words, False, latched=True)
    if state.unresolved is not None:
        yield Condition(
            "pump_unknown", Priority.HIGH, "Outcome of the last command unknown: look at the pump", False
        )
    yield from _pump_itself(state, watch, now)
    session = state.session
    if session is None:
        return
    if session.paused is not None and session.paused.by_pump:
        halted = halted_words(session.paused, by_hand=state.supervised)
        yield Condition("pump_halted", Priority.HIGH, halted, False, latched=True)
    syringe = wrong_syringe(session, watch) if state.phase in IN_TREATMENT | {Phase.READY} else ""
    if syringe:
        again = "set it right at the pump" if state.supervised else "program it again"
        do = f"{_stop(state)}, then end" if state.phase is Phase.INFUSING else again
        yield Condition("syringe_mismatch", Priority.HIGH, f"{syringe}: {do}", False, latched=True)
    if state.phase in IN_TREATMENT:
        yield from _treatment(session)
    if state.phase is Phase.INFUSING and session.programmed is not None and session.segments:
        yield from _rate(session, _stop(state))
        yield from _amount(session, watch, now, _stop(state))
        yield from _what_is_left(session)


def _pump_itself(state: State, watch: Watch, now: Instant) -> Iterator[Condition]:
    reading = fresh_pump(watch, now)
    if reading is None:
        return
    ended = state.phase in OPEN and state.phase not in IN_TREATMENT | {Phase.READY}
    if reading.state is PumpState.INFUSING and ended and state.in_flight is None:
        what = "without an order"
        if state.supervised and state.phase in {Phase.VERIFY, Phase.PROGRAM}:
            what = "and was not compared with the order"
        yield Condition(
            "pump_infusing", Priority.HIGH, f"The pump infuses {what}: {_stop(state)}", False, latched=True
        )
    battery = _battery(reading, running=state.phase in IN_TREATMENT) if state.phase in OPEN else None
    if battery is not None:
        yield Condition(
            "pump_battery", battery, "The pump runs on its battery: plug it in" + _lasts(reading), False
        )


def _battery(reading: PumpReading, *, running: bool) -> Priority | None:
    """How bad it is that the pump has no mains; None when it has, or does not tell."""
    minutes, share = reading.battery_min, reading.battery_share
    if reading.alarm is PumpAlarm.BATTERY:
        return Priority.HIGH if running else Priority.MEDIUM
    if reading.on_mains is not False:
        return None
    if minutes is not None and minutes <= BATTERY_HIGH_MIN:
        return Priority.HIGH
    short = minutes is not None and minutes <= BATTERY_MEDIUM_MIN
    low = share is not None and share <= BATTERY_MEDIUM_SHARE
    return Priority.MEDIUM if short or low else Priority.LOW


def _lasts(reading: PumpReading) -> str:
    if reading.battery_min is not None:
        return f", it lasts {reading.battery_min:.0f} min"
    return "" if reading.battery_share is None else f", {reading.battery_share:.0%} are left"


def _treatment(session: Session) -> Iterator[Condition]:
    if not session.counter_trusted:
        yield Condition(
            "pump_reset", Priority.HIGH, "The pump's counter was reset: the given volume is an estimate",
            False, latched=True,
        )  # fmt: skip
    halt = repeated(session)
    if halt is not None:
        why = ALARM_WORDS[PumpAlarm(halt.code)]
        yield Condition(
            "repeat_halts", Priority.HIGH,
            f"The pump halted three times in ten minutes ({why}): end the infusion, take the pump out of use",
            False, latched=True,
        )  # fmt: skip


def _stop(state: State) -> str:
    """What STOP means: a key here, or a key at the pump."""
    return "STOP AT THE PUMP" if state.supervised else "STOP"


def halted_words(paused: InfusionPaused, *, by_hand: bool = False) -> str:
    """Why the pump halted and what may be done."""
    what = "Program the remaining dose or end" if paused.held else "Resume or end"
    if by_hand:
        what = "Set the remaining dose at the pump, or end" if paused.held else "Start it again or end"
    bolus = f" {BOLUS_WARNING}" if paused.alarm is PumpAlarm.STALL else ""
    return f"The pump halted: {paused.reason}.{bolus} {what}."


def _rate(session: Session, stop: str) -> Iterator[Condition]:
    rate, order = session.segments[-1].rate_ml_h, session.order
    if order is not None and rate > order.hard_rate_ml_h:
        yield Condition(
            "rate_above_limit", Priority.HIGH,
            f"The pump runs at {rate} mL/h, above the hard limit {order.hard_rate_ml_h}: {stop}",
            False, latched=True,
        )  # fmt: skip
    elif session.panel_rate:
        yield Condition(
            "rate_at_pump", Priority.HIGH,
            f"The rate was changed at the pump to {rate} mL/h: say why, or set it right", False, latched=True,
        )  # fmt: skip


def _what_is_left(session: Session) -> Iterator[Condition]:
    order, programmed = session.order, session.programmed
    rate = session.segments[-1].rate_ml_h
    if order is None or programmed is None or rate <= 0:
        return
    left_ml = max(programmed.volume_ml - session.counter_ml, Decimal(0))
    left_s = float(left_ml / rate) * 3600
    if left_s <= NEAR_END_S or left_ml < max(NEAR_END_ML, NEAR_END_SHARE * order.volume_ml):
        yield Condition(
            "near_end", Priority.LOW,
            f"The infusion ends in about {max(left_s / 60, 0):.0f} min: {left_ml:.1f} mL are left", False,
        )  # fmt: skip
    reservoir_ml = order.syringe_ml - session.given_ml
    short = reservoir_ml < left_ml
    if short or reservoir_ml < SYRINGE_LOW_ML:
        words = "it will be empty before the dose is given" if short else "it is nearly empty"
        yield Condition(
            "syringe_low", Priority.MEDIUM if short else Priority.LOW,
            f"The syringe held at most {order.syringe_ml} mL, {session.given_ml:.1f} mL are given: {words}",
            False,
        )  # fmt: skip


# --- the counter ----------------------------------------------------------------------------------


def _amount(session: Session, watch: Watch, now: Instant, stop: str) -> Iterator[Condition]:
    """The counter against rate times time, over the last minutes and over the whole infusion."""
    flow = flow_of(watch.counts)
    if flow is not None and (flow.over or flow.under):
        yield _delivers(flow.over, flow.given_ml, flow.owed_ml, "in the last 3 min", stop)
        return
    reading = fresh_pump(watch, now)
    if reading is None or reading.infused_ml is None or not session.counter_trusted:
        return
    if not in_time(watch.counts):
        return
    expected = sum(
        float(s.rate_ml_h) * max((s.end or reading.at).seconds_since(s.start), 0.0) / 3600.0
        for s in session.segments
    )
    given = float(session.carried_ml + reading.infused_ml)
    slack_ml = max(0.10 * expected, 0.2)
    running_s = now.seconds_since(session.segments[0].start)
    if running_s >= 180 and abs(given - expected) > slack_ml:
        yield _delivers(given > expected, given, expected, "in all", stop)


def _delivers(over: bool, given_ml: float, owed_ml: float, span: str, stop: str) -> Condition:
    press = "press STOP" if stop == "STOP" else stop
    what = f"too much: {press}" if over else "too little: look at syringe, line and pump"
    return Condition(
        "delivery_mismatch",
        Priority.HIGH if over else Priority.MEDIUM,
        f"The pump gives {what}. {given_ml:.2f} mL {span} by its counter, {owed_ml:.2f} mL by its rate",
        False,
        latched=True,
        value=given_ml,
        limit=owed_ml,
    )
