"""The phase ring: the one time that matters now."""

from __future__ import annotations

from datetime import tzinfo

from console.clock import Instant
from console.session.events import EndReason
from console.session.state import Phase, State
from console.ui.viewmodels.live_delivery import Delivery
from console.ui.viewmodels.live_pump import held_seconds
from console.ui.viewmodels.live_shapes import Ring
from console.ui.viewmodels.live_tone import Tone
from console.ui.viewmodels.live_words import DASHES, clock_hm, countdown, minutes_seconds
from console.units import plain

PHASE_WORDS = {
    Phase.NO_SESSION: "No session",
    Phase.ARRIVAL: "Arrival",
    Phase.ORDER: "Order",
    Phase.VERIFY: "Second person",
    Phase.PROGRAM: "Program",
    Phase.READY: "Ready",
    Phase.INFUSING: "Infusion",
    Phase.PAUSED: "Paused",
    Phase.OBSERVING: "Observation",
    Phase.DISCHARGED: "Discharged",
    Phase.CLOSED: "Closed",
    Phase.ABORTED: "Aborted",
}

ENDINGS = {
    EndReason.COMPLETE: "infusion complete",
    EndReason.STOPPED: "stopped early",
    EndReason.PUMP_FAILED: "pump failed",
}


def phase_ring(state: State, given: Delivery, now: Instant, zone: tzinfo | None) -> Ring:
    """The ring of the present phase."""
    title = PHASE_WORDS[state.phase]
    session = state.session
    order = None if session is None else session.order
    foot = "" if order is None else f"then observation, at least {plain(order.min_observation_min)} min"
    match state.phase:
        case Phase.READY:
            left = DASHES if given.left_s is None else countdown(given.left_s)
            return Ring(title, left, "planned infusion", foot, 0.0, Tone.DRUG)
        case Phase.INFUSING if given.left_s is None or not given.running:
            return Ring(title, DASHES, "time left not known", foot, given.fraction, Tone.DRUG)
        case Phase.INFUSING:
            left_s = given.left_s or 0.0
            under = f"left · ends {clock_hm(now.plus(left_s), zone)}"
            return Ring(title, countdown(left_s), under, foot, given.fraction, Tone.DRUG)
        case Phase.PAUSED:
            left = "" if given.left_s is None else f"{countdown(given.left_s)} of infusion left"
            paused = minutes_seconds(held_seconds(state, now))
            return Ring(title, paused, "since delivery halted", left, given.fraction, Tone.MUTED)
        case Phase.OBSERVING:
            return _observation(state, now, zone)
    return Ring(title, DASHES, "", "", 0.0, Tone.MUTED)


def _observation(state: State, now: Instant, zone: tzinfo | None) -> Ring:
    session = state.session
    if session is None or session.ended_at is None or session.ended is None:
        return Ring(PHASE_WORDS[Phase.OBSERVING], DASHES, "", "", 0.0, Tone.EFFECT)
    least_s = 0.0 if session.order is None else float(session.order.min_observation_min) * 60
    passed_s = now.seconds_since(session.ended_at)
    how = ENDINGS[session.ended.why]
    foot = f"{how} {clock_hm(session.ended_at, zone)}"
    title = PHASE_WORDS[Phase.OBSERVING]
    if passed_s < least_s:
        under = f"left · earliest {clock_hm(session.ended_at.plus(least_s), zone)}"
        return Ring(
            title, countdown(least_s - passed_s), under, foot, round(passed_s / least_s, 3), Tone.EFFECT
        )
    return Ring(title, minutes_seconds(passed_s), "observed · discharge checks", foot, 1.0, Tone.EFFECT)
