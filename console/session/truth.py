"""Everything false that could be shown: lost, frozen and damaged devices, and a pump that disagrees.

Missing input never counts as normal: what is not known to be true is not shown, and is said.
"""

from __future__ import annotations

from collections.abc import Iterator

from console.clinical.vitals import VITALS, Quality, Vital
from console.clock import Instant
from console.session.alarms import Condition
from console.session.events import Priority
from console.session.line_quality import quality_of
from console.session.pump import LinkState
from console.session.site import PUMP, Site
from console.session.sources import fallen_back
from console.session.state import IN_TREATMENT, OPEN, Phase, Session, State
from console.session.stillness import frozen
from console.session.truth_pump import pump_conditions
from console.session.unattended import silence_words
from console.session.watch import Watch, current, value_of

LINK_MEDIUM_S = 4.5
LINK_HIGH_S = 14.5
"""A device not heard of: medium within 5 s, high within 15 s while infusing (reliability target); the
half second is for the next tick and the commit."""

BLIND_S = 3.0
"""Neither device heard of for so long: one high alarm, within 5 s (reliability target). A room that has just
started is given LINK_MEDIUM_S to reach its devices."""

SIGNAL_S = 10.0
"""A breath or ECG signal lost for so long alarms (reliability target: 10 to 15 s)."""

SPO2_HIGH_S = 60.0
"""SpO₂ missing for so long while infusing is a high alarm (site default, needs the medical director's
signature)."""

NEEDS_PUMP = frozenset({Phase.PROGRAM, Phase.READY, Phase.INFUSING, Phase.PAUSED})
MONITORED = OPEN - {Phase.DISCHARGED}

WHY_NONE = {
    Quality.STALE: "no fresh value",
    Quality.FROZEN: "the monitor repeats itself",
    Quality.UNDER_RANGE: "below the monitor's range",
    Quality.OVER_RANGE: "above the monitor's range",
    Quality.CALIBRATING: "the monitor calibrates",
    Quality.TEST: "the monitor sends test figures",
}


def truth_conditions(state: State, watch: Watch, site: Site, now: Instant) -> Iterator[Condition]:
    """Everything that makes what is shown doubtful now."""
    if _blind(state, watch, site, now):
        yield Condition(
            "blind", Priority.HIGH,
            "CONSOLE BLIND: neither pump nor monitor answers. Watch the patient, read the pump, note by hand",
            False, latched=True,
        )  # fmt: skip
    else:
        yield from _links(state, watch, site, now)
    if state.phase in MONITORED:
        yield from _frozen(watch, site, now)
        yield from _lines(watch, now)
    if state.phase in IN_TREATMENT and state.session is not None:
        yield from _no_spo2(state, watch, site, now)
        yield from _no_signal(state.session, watch, site, now)
    yield from pump_conditions(state, watch, now)
    yield from _room(watch)


# --- links ----------------------------------------------------------------------------------------


def _blind(state: State, watch: Watch, site: Site, now: Instant) -> bool:
    if state.phase not in NEEDS_PUMP or not site.monitors:
        return False
    after_s = BLIND_S if watch.vitals else LINK_MEDIUM_S
    return all(_lost_s(watch, name, now) >= after_s for name in (PUMP, *site.monitors))


def _lost_s(watch: Watch, device: str, now: Instant) -> float:
    """Seconds a device has not answered; below zero while it does or was never heard of."""
    link = watch.links.get(device)
    return -1.0 if link is None or link[0] is LinkState.ANSWERING else now.seconds_since(link[1])


def _links(state: State, watch: Watch, site: Site, now: Instant) -> Iterator[Condition]:
    if state.phase in MONITORED:
        for name in site.monitors:
            words = f"Monitor {name} does not answer: check its cable and power"
            others = fallen_back(watch, name, site, now)
            if others:
                words = f"Monitor {name} does not answer. {others}. Check its cable and power"
            yield from _link(f"{name}_link", words, _lost_s(watch, name, now), state)
    if state.phase in NEEDS_PUMP:
        words = ". ".join(
            one
            for one in (
                "The pump does not answer: look at the pump, check its cable",
                silence_words(state, site),
            )
            if one
        )
        yield from _link("pump_link", words, _lost_s(watch, PUMP, now), state)


def _link(code: str, message: str, lost_s: float, state: State) -> Iterator[Condition]:
    if lost_s < LINK_MEDIUM_S:
        return
    high = lost_s >= LINK_HIGH_S and state.phase is Phase.INFUSING
    yield Condition(code, Priority.HIGH if high else Priority.MEDIUM, message, False, latched=high)


def _lines(watch: Watch, now: Instant) -> Iterator[Condition]:
    for device, counts in watch.lines.items():
        quality = quality_of(counts, now)
        if quality is None or not quality.poor or _lost_s(watch, device, now) >= 0:
            continue
        name = "pump" if device == PUMP else f"monitor {device}"
        yield Condition(
            f"serial_errors_{device}", Priority.MEDIUM,
            f"{quality.share:.0%} of the messages of the {name} arrive damaged: check its plug and cable",
            False, value=quality.share, limit=0.05,
        )  # fmt: skip


# --- the monitor ----------------------------------------------------------------------------------


def _frozen(watch: Watch, site: Site, now: Instant) -> Iterator[Condition]:
    for name in site.monitors:
        if frozen(watch.still.get(name), now) and _lost_s(watch, name, now) < 0:
            yield Condition(
                f"frozen_{name}", Priority.MEDIUM,
                f"Monitor {name} repeats the same figures and pleth: do not trust it. Look at the patient, "
                "check the monitor",
                False, latched=True,
            )  # fmt: skip


def _no_spo2(state: State, watch: Watch, site: Site, now: Instant) -> Iterator[Condition]:
    """Missing data counts against the infusion, never as normal."""
    spo2 = current(watch, Vital.SPO2, site, now)
    if spo2 is not None and spo2.usable:
        return
    why = "no fresh value" if spo2 is None else WHY_NONE.get(spo2.quality, "probe off?")
    lost_s = now.seconds_since(watch.since.get("spo2_none", now))
    high = lost_s >= SPO2_HIGH_S and state.phase is Phase.INFUSING
    yield Condition(
        "spo2_none",
        Priority.HIGH if high else Priority.MEDIUM,
        f"No SpO₂ while the drug is running: {why}",
        False,
        delay_s=site.preset.probe_off_s,
    )


def _no_signal(session: Session, watch: Watch, site: Site, now: Instant) -> Iterator[Condition]:
    """A signal this patient had and has no more; what was never connected is not missed."""
    if _gone(Vital.RR, session, watch, site, now):
        yield Condition(
            "rr_none", Priority.MEDIUM, "No breathing rate: look at the patient, check the CO₂ line", False,
            delay_s=SIGNAL_S,
        )  # fmt: skip
    elif _gone(Vital.ETCO2, session, watch, site, now):
        yield Condition(
            "etco2_none", Priority.LOW, "No EtCO₂: check the CO₂ line", False, delay_s=SIGNAL_S
        )  # fmt: skip
    if _gone(Vital.HR, session, watch, site, now):
        pulse = value_of(watch, Vital.PR, site, now) is not None
        yield Condition(
            "ecg_none", Priority.LOW if pulse else Priority.MEDIUM,
            f"No {VITALS[Vital.HR].label} from the ECG: check the leads", False, delay_s=SIGNAL_S,
        )  # fmt: skip


def _gone(vital: Vital, session: Session, watch: Watch, site: Site, now: Instant) -> bool:
    had = watch.usable_at.get(vital)
    reading = current(watch, vital, site, now)
    if had is None or had.mono_ns < session.opened_at.mono_ns or reading is None or reading.usable:
        return False
    if reading.quality in {Quality.FROZEN, Quality.CALIBRATING}:
        return False
    # A monitor that does not answer at all has an alarm of its own.
    return _lost_s(watch, reading.source, now) < 0


# --- the room -------------------------------------------------------------------------------------


def _room(watch: Watch) -> Iterator[Condition]:
    if watch.not_recording:
        yield Condition("not_recording", Priority.HIGH, f"NOT RECORDING: {watch.not_recording}", False)
    if watch.silent:
        yield Condition(
            "no_sound", Priority.MEDIUM, f"Alarms cannot be heard: {watch.silent}. Stay in sight", False
        )
