"""Everything that is wrong now, physiological and technical, in words a nurse acts on."""

from __future__ import annotations

from collections.abc import Iterator

from console.clinical.cadence import ADVISORY_AFTER_S, MEDIUM_AFTER_S
from console.clinical.limits import (
    Ring,
    VitalLimits,
    breach,
    delay_of,
    is_over,
    limit_of,
    move_high,
    move_low,
)
from console.clinical.vitals import VITALS, Quality, Vital
from console.clock import Instant
from console.session.alarms import Condition
from console.session.events import InfusionPaused, Priority, PromptKind
from console.session.pump import LinkState, PumpState
from console.session.site import PUMP, Site
from console.session.state import IN_TREATMENT, OPEN, Phase, State
from console.session.watch import Watch, current, fresh_pump

LINK_MEDIUM_S = 4.5
LINK_HIGH_S = 14.5
"""A device not heard of: medium within 5 s, high within 15 s while infusing (reliability target); the
half second is for the next tick and the commit."""

NEEDS_PUMP = frozenset({Phase.PROGRAM, Phase.READY, Phase.INFUSING, Phase.PAUSED})
MONITORED = OPEN - {Phase.DISCHARGED}

PROMPT_WORDS = {
    PromptKind.NIBP: "Blood pressure",
    PromptKind.MOAAS: "Sedation check (MOAA/S)",
    PromptKind.DISSOCIATION: "Dissociation check",
    PromptKind.ALDRETE: "Aldrete score",
}


def conditions(state: State, watch: Watch, site: Site, now: Instant) -> tuple[Condition, ...]:
    """All conditions that hold now, whatever their delay; at most one a code."""
    found: list[Condition] = []
    if state.phase in MONITORED:
        found += _vitals(state, watch, site, now)
        found += _scores(state, site)
        found += _prompts(state, now)
        found += _monitors(state, watch, site, now)
    found += _pump(state, watch, now)
    found += _room(watch)
    return tuple({c.code: c for c in found}.values())


# --- the patient ----------------------------------------------------------------------------------


def limits_of(state: State, site: Site, vital: Vital) -> VitalLimits | None:
    """The limits in force for this patient: the preset, with what was changed for the session."""
    preset = site.preset.of(vital)
    session = state.session
    if preset is None or session is None or vital not in session.limits:
        return preset
    low, high = session.limits[vital]
    changed = preset if low is None else move_low(preset, low)
    return changed if high is None else move_high(changed, high)


def _vitals(state: State, watch: Watch, site: Site, now: Instant) -> Iterator[Condition]:
    active = {alarm.raised.code for alarm in state.alarms if alarm.condition}
    ecg = current(watch, Vital.HR, site, now)
    for vital in (
        Vital.SPO2,
        Vital.HR,
        Vital.PR,
        Vital.RR,
        Vital.ETCO2,
        Vital.NIBP_SYS,
        Vital.NIBP_DIA,
        Vital.TEMP,
    ):
        if vital is Vital.PR and ecg is not None and ecg.usable:
            continue
        reading = current(watch, vital, site, now)
        limits = limits_of(state, site, vital)
        if reading is None or limits is None or reading.value is None or not reading.usable:
            continue
        yield from _beyond(vital, reading.value, limits, active)
    yield from _apnoea(watch, site, now)
    if state.phase in IN_TREATMENT:
        yield from _no_value(watch, site, now)


RING_CODES = {
    Ring.EXTREME_LOW: "low_extreme",
    Ring.MEDIUM_LOW: "low",
    Ring.EXTREME_HIGH: "high_extreme",
    Ring.MEDIUM_HIGH: "high",
}


def _beyond(vital: Vital, value: float, limits: VitalLimits, active: set[str]) -> Iterator[Condition]:
    """The limit that is passed, the extreme one first; an active one clears only well inside."""
    ring = breach(limits, value)
    held = [r for r in Ring if f"{vital.value}_{RING_CODES[r]}" in active and not is_over(limits, r, value)]
    extreme = next((r for r in held if r.extreme), None)
    ring = extreme or ring or next(iter(held), None)
    bound = None if ring is None else limit_of(limits, ring)
    if ring is None or bound is None:
        return
    kind = VITALS[vital]
    side = "low" if ring in {Ring.EXTREME_LOW, Ring.MEDIUM_LOW} else "high"
    yield Condition(
        code=f"{vital.value}_{RING_CODES[ring]}",
        priority=Priority.HIGH if ring.extreme else Priority.MEDIUM,
        message=f"{kind.label} {side}: {value:.{kind.places}f} {kind.shown_unit}, limit {bound:g}",
        physiological=True,
        delay_s=delay_of(limits, ring),
        latched=ring.extreme,
        value=value,
        limit=bound,
    )


def _apnoea(watch: Watch, site: Site, now: Instant) -> Iterator[Condition]:
    rr = current(watch, Vital.RR, site, now)
    if rr is not None and rr.usable and rr.value is not None and rr.value < 1:
        yield Condition(
            "apnoea", Priority.HIGH, "No breath: look at the patient, open the airway", True,
            delay_s=site.preset.apnoea_s, latched=True, value=rr.value,
        )  # fmt: skip


def _no_value(watch: Watch, site: Site, now: Instant) -> Iterator[Condition]:
    """Missing data counts against the infusion, never as normal."""
    spo2 = current(watch, Vital.SPO2, site, now)
    if spo2 is None or not spo2.usable:
        why = "probe off?" if spo2 is not None and spo2.quality is not Quality.STALE else "no fresh value"
        yield Condition(
            "spo2_none", Priority.MEDIUM, f"No SpO₂ while the drug is running: {why}", False,
            delay_s=site.preset.probe_off_s,
        )  # fmt: skip


def _scores(state: State, site: Site) -> Iterator[Condition]:
    session = state.session
    if session is None:
        return
    last = next((s.score for s in reversed(session.scores) if s.score.scale == "moaas"), None)
    if last is None or last.total > site.preset.moaas_medium:
        return
    deep = last.total <= site.preset.moaas_high
    yield Condition(
        "moaas_low",
        Priority.HIGH if deep else Priority.MEDIUM,
        f"Sedation MOAA/S {last.total}: " + ("pause, open the airway" if deep else "watch closely"),
        True,
        latched=deep,
        value=float(last.total),
        limit=float(site.preset.moaas_high if deep else site.preset.moaas_medium),
    )


def _prompts(state: State, now: Instant) -> Iterator[Condition]:
    session = state.session
    if session is None or state.phase not in IN_TREATMENT | {Phase.OBSERVING}:
        return
    for kind, due in session.prompted.items():
        late_s = now.seconds_since(due)
        if late_s <= ADVISORY_AFTER_S:
            continue
        medium = late_s > MEDIUM_AFTER_S and state.phase is Phase.INFUSING
        yield Condition(
            f"overdue_{kind.value}",
            Priority.MEDIUM if medium else Priority.LOW,
            f"{PROMPT_WORDS[kind]} is overdue",
            False,
        )


# --- devices --------------------------------------------------------------------------------------


def _monitors(state: State, watch: Watch, site: Site, now: Instant) -> Iterator[Condition]:
    for name in site.monitors:
        link = watch.links.get(name)
        if link is None or link[0] is LinkState.ANSWERING:
            continue
        yield from _link_lost(
            f"{name}_link", f"Monitor {name} does not answer: check its cable and power", link, state, now
        )


def _link_lost(
    code: str, message: str, link: tuple[LinkState, Instant], state: State, now: Instant
) -> Iterator[Condition]:
    lost_s = now.seconds_since(link[1])
    if lost_s < LINK_MEDIUM_S:
        return
    high = lost_s >= LINK_HIGH_S and state.phase is Phase.INFUSING
    yield Condition(code, Priority.HIGH if high else Priority.MEDIUM, message, False, latched=high)


def _pump(state: State, watch: Watch, now: Instant) -> Iterator[Condition]:
    stop = state.stop
    if stop is not None and not stop.confirmed and stop.unconfirmed_alarm:
        yield Condition(
            "stop_unconfirmed", Priority.HIGH, "STOP NOT CONFIRMED - STOP AT THE PUMP", False, latched=True
        )
    if state.unresolved is not None:
        yield Condition(
            "pump_unknown", Priority.HIGH, "Outcome of the last command unknown: look at the pump", False
        )
    link = watch.links.get(PUMP)
    if state.phase in NEEDS_PUMP and link is not None and link[0] is not LinkState.ANSWERING:
        yield from _link_lost(
            "pump_link", "The pump does not answer: look at the pump, check its cable", link, state, now
        )
    reading = fresh_pump(watch, now)
    ended = state.phase in OPEN and state.phase not in IN_TREATMENT | {Phase.READY}
    if reading is not None and reading.state is PumpState.INFUSING and ended and state.in_flight is None:
        yield Condition(
            "pump_infusing", Priority.HIGH, "The pump infuses without an order: STOP", False, latched=True
        )
    yield from _delivery(state, watch, now)


def _delivery(state: State, watch: Watch, now: Instant) -> Iterator[Condition]:
    session = state.session
    if session is None:
        return
    if session.paused is not None and session.paused.by_pump:
        yield Condition("pump_halted", Priority.HIGH, _halted_words(session.paused), False, latched=True)
    if state.phase not in IN_TREATMENT:
        return
    if not session.counter_trusted:
        yield Condition(
            "pump_reset", Priority.HIGH, "The pump's counter was reset: the given volume is an estimate",
            False, latched=True,
        )  # fmt: skip
    if state.phase is not Phase.INFUSING or session.programmed is None or not session.segments:
        return
    order = session.order
    rate = session.segments[-1].rate_ml_h
    if order is not None and rate > order.hard_rate_ml_h:
        yield Condition(
            "rate_above_limit", Priority.HIGH,
            f"The pump runs at {rate} mL/h, above the hard limit {order.hard_rate_ml_h}: STOP",
            False, latched=True,
        )  # fmt: skip
    elif session.panel_rate:
        yield Condition(
            "rate_at_pump", Priority.HIGH, f"The rate was changed at the pump to {rate} mL/h", False,
            latched=True,
        )  # fmt: skip
    yield from _mismatch(state, watch, now)
    left_ml = session.programmed.volume_ml - session.counter_ml
    if rate > 0 and float(left_ml / rate) * 60 <= 3.0:
        yield Condition("near_end", Priority.LOW, "The infusion ends in less than 3 min", False)


def _halted_words(paused: InfusionPaused) -> str:
    what = "Program the remaining dose or end" if paused.held else "Resume or end"
    return f"The pump halted: {paused.reason}. {what}."


def _mismatch(state: State, watch: Watch, now: Instant) -> Iterator[Condition]:
    """The counter against rate times time: more than 10 % apart (after the first 2 mL/3 min)."""
    session = state.session
    reading = fresh_pump(watch, now)
    if session is None or reading is None or reading.infused_ml is None or not session.counter_trusted:
        return
    expected = sum(
        float(s.rate_ml_h) * (s.end or now).seconds_since(s.start) / 3600.0 for s in session.segments
    )
    given = float(session.carried_ml + reading.infused_ml)
    slack_ml = max(0.10 * expected, 0.2)
    running_s = now.seconds_since(session.segments[0].start)
    if running_s < 180 or abs(given - expected) <= slack_ml:
        return
    yield Condition(
        "delivery_mismatch", Priority.HIGH,
        f"Given {given:.2f} mL by the pump's counter, expected {expected:.2f} mL: look at the pump",
        False, latched=True, value=given, limit=expected,
    )  # fmt: skip


def _room(watch: Watch) -> Iterator[Condition]:
    if watch.not_recording:
        yield Condition("not_recording", Priority.HIGH, f"NOT RECORDING: {watch.not_recording}", False)
    if watch.silent:
        yield Condition(
            "no_sound", Priority.MEDIUM, f"Alarms cannot be heard: {watch.silent}. Stay in sight", False
        )
