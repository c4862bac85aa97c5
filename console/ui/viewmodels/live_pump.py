"""The pump's true state as a word, and what may be asked of it now."""

from __future__ import annotations

from dataclasses import replace

from console.clock import Instant
from console.room.wire import Live
from console.session.handwork import instruction
from console.session.people import Order
from console.session.pump import (
    LinkState,
    Pause,
    Program,
    PumpAlarm,
    PumpCommand,
    PumpState,
    Resume,
    RunsOn,
    SetRate,
    Start,
    Stop,
)
from console.session.site import PUMP
from console.session.state import Phase, Session, State
from console.ui.viewmodels.live_delivery import Delivery
from console.ui.viewmodels.live_shapes import PumpFace
from console.ui.viewmodels.live_tone import Tone
from console.ui.viewmodels.live_words import DASHES, fixed, shown_rate
from console.units import plain

LOOK = "Unknown: look at the pump"
MODELS = {
    "ne1000": "NE-1000",
    "bcc": "Space",
    "alaris": "Alaris",
    "fresenius": "Fresenius",
    "harvard": "Harvard",
}

DOING: dict[type[PumpCommand], str] = {
    Program: "Programming…",
    Start: "Starting…",
    Pause: "Pausing…",
    Resume: "Resuming…",
    SetRate: "Changing rate…",
    Stop: "Stopping…",
}

WORDS = {
    PumpState.UNKNOWN: LOOK,
    PumpState.STOPPED: "Stopped",
    PumpState.INFUSING: "Infusing",
    PumpState.PAUSED: "Paused",
    PumpState.ALARM: "Pump alarm",
    PumpState.OTHER: "Unexpected mode: look at the pump",
}

ALARM_WORDS = {
    PumpAlarm.RESET: "Pump lost power",
    PumpAlarm.STALL: "Occlusion or end of travel",
    PumpAlarm.HOST_SILENT: "Pump stopped: lost the console",
    PumpAlarm.PROGRAM: "Pump program fault",
    PumpAlarm.EMPTY: "Syringe empty",
    PumpAlarm.AIR: "Air in line",
    PumpAlarm.DOOR: "Pump door open",
    PumpAlarm.BATTERY: "Pump battery low",
    PumpAlarm.OTHER: "Pump alarm",
}

LINK_WORDS = {
    LinkState.CLOSED: "not connected",
    LinkState.OPEN: "no answer",
    LinkState.ANSWERING: "answering",
    LinkState.WRONG_DEVICE: "wrong device",
}


def pump_word(state: State, live: Live | None) -> tuple[str, Tone]:
    """The state as a word with its colour: a wish under way, a lost reply and silence each say so."""
    link = state.links.get(PUMP)
    if link is None or link.state is LinkState.CLOSED:
        return ("No pump", Tone.FAINT) if state.phase not in _DELIVERING else (LOOK, Tone.MEDIUM)
    if state.unresolved is not None:
        return LOOK, Tone.MEDIUM
    if state.stop is not None and not state.stop.confirmed:
        if state.supervised:
            return "STOP AT THE PUMP", Tone.HIGH
        return ("STOP not confirmed" if state.stop.unconfirmed_alarm else "Stopping…"), Tone.HIGH
    if state.in_flight is not None:
        return DOING[type(state.in_flight.request.command)], Tone.DRUG
    reading = None if live is None else live.pump
    if reading is None:
        return LOOK, Tone.MEDIUM
    if reading.alarm is not None:
        return ALARM_WORDS[reading.alarm], Tone.HIGH
    tones = {
        PumpState.INFUSING: Tone.DRUG,
        PumpState.PAUSED: Tone.TEXT,
        PumpState.STOPPED: Tone.TEXT,
        PumpState.ALARM: Tone.HIGH,
    }
    return WORDS[reading.state], tones.get(reading.state, Tone.MEDIUM)


_DELIVERING = (Phase.INFUSING, Phase.PAUSED)


def pump_face(
    state: State,
    live: Live | None,
    given: Delivery,
    predicted: tuple[float, float] | None,
    now: Instant,
) -> PumpFace:
    """The whole panel."""
    word, tone = pump_word(state, live)
    link = state.links.get(PUMP)
    lamp = LinkState.CLOSED if link is None else link.state
    identity = None if link is None else link.identity
    device = "Pump" if identity is None else MODELS.get(identity.kind, identity.model or identity.kind)
    face = PumpFace(
        word=word,
        word_tone=tone,
        device=device,
        link=f"read only · {LINK_WORDS[lamp]}" if state.supervised else LINK_WORDS[lamp],
        port_open=lamp is not LinkState.CLOSED,
        answering=lamp is LinkState.ANSWERING,
        notice=_task(state, now) or _notice(state),
    )
    face = _with_buttons(face, state, live)
    order = None if state.session is None else state.session.order
    if order is None:
        return face
    plasma, effect = ("", "") if predicted is None else (f"{predicted[0]:.0f}", f"{predicted[1]:.0f}")
    return replace(_with_figures(face, order, given, state), predicted_plasma=plasma, predicted_effect=effect)


def _with_figures(face: PumpFace, order: Order, given: Delivery, state: State) -> PumpFace:
    concentration = order.inputs.concentration_mg_ml
    rate = given.rate_ml_h
    if state.phase not in _DELIVERING and not given.running:
        rate = order.rate_ml_h if state.phase in (Phase.PROGRAM, Phase.READY) else None
    rates = ""
    if rate is not None:
        mg_h = rate * concentration
        rates = f"{fixed(mg_h / order.weight_kg, 2)} mg/kg/h · {fixed(mg_h, 1)} mg/h"
    total_ml = order.volume_ml
    shown = "" if state.phase is Phase.OBSERVING else DASHES
    if rate is not None:
        shown = f"{shown_rate(rate)} mL/h" if given.running else f"set {shown_rate(rate)} mL/h"
    return replace(
        face,
        rate=shown,
        running=given.running,
        drug_rate=rates,
        given=f"{fixed(given.given_ml * concentration, 1)} of {fixed(total_ml * concentration, 1)} mg",
        fraction=given.fraction,
        volume=f"{fixed(given.given_ml, 1)} of {fixed(total_ml, 1)} mL · {plain(concentration)} mg/mL"
        f" · {order.syringe_name}",
    )


def _with_buttons(face: PumpFace, state: State, live: Live | None) -> PumpFace:
    """Only what can succeed is offered; STOP is another key and always there."""
    idle = state.in_flight is None
    stopping = state.stop is not None and not state.stop.confirmed
    known = face.answering and live is not None and live.pump is not None
    sure = idle and state.unresolved is None and known and not stopping
    held = _must_reprogram(state.session)
    phase, by_hand = state.phase, state.supervised
    task = None if state.session is None else state.session.handwork
    return replace(
        face,
        can_start=phase is Phase.READY and sure and not by_hand,
        can_change=phase is Phase.INFUSING and sure and task is None,
        can_pause=phase is Phase.INFUSING,
        can_resume=phase is Phase.PAUSED and sure and not held and task is None,
        can_reprogram=phase is Phase.PAUSED and sure and held,
        can_end=phase is Phase.PAUSED,
        by_hand=by_hand,
        task="" if task is None else task.asked.task_id,
    )


def _must_reprogram(session: Session | None) -> bool:
    """The pump cannot simply go on, and the remaining dose was not programmed since."""
    if session is None or session.paused is None or not session.paused.held:
        return False
    programmed, paused = session.programmed_at, session.paused_at
    return programmed is None or paused is None or programmed.mono_ns <= paused.mono_ns


def _task(state: State, now: Instant) -> str:
    """What is to be done at a pump that can only be read, and how long it has waited."""
    session = state.session
    if session is None or not state.supervised:
        return ""
    if session.handwork is not None:
        waited_s = max(0.0, now.seconds_since(session.handwork.at))
        return f"{instruction(session.handwork.asked.command)} · not read yet, {waited_s:.0f} s"
    if state.phase is Phase.READY:
        return "Start it at the pump: the console sees it and times the session."
    if state.phase is Phase.INFUSING and session.reckoned_at is not None:
        return "Reckoned by rate and time: this pump tells no counter."
    return ""


def _notice(state: State) -> str:
    """The sentence under the word, when there is one to act on."""
    if state.unresolved is not None:
        return "A reply was lost. Look at the pump; the console reads it back before anything else."
    session = state.session
    if session is not None and session.paused is not None and session.ended is None:
        if session.paused.held:
            what = "set at the pump" if state.supervised else "programmed"
            return f"{session.paused.reason}. Only the remaining dose can be {what}."
        return session.paused.reason
    if session is not None and not session.counter_trusted and session.ended is None:
        return "The pump's counter was lost; the larger estimate is shown."
    link = state.links.get(PUMP)
    if link is not None and link.state is not LinkState.ANSWERING:
        return link.reason
    if state.phase is Phase.INFUSING and isinstance(state.unattended, RunsOn) and not state.supervised:
        return "Should the console fail, this pump goes on: stop it at the pump."
    return ""


def held_seconds(state: State, now: Instant) -> float:
    """Seconds since delivery was paused."""
    session = state.session
    if session is None or session.paused_at is None:
        return 0.0
    return now.seconds_since(session.paused_at)
