"""The numeric tiles: unknown is dashes with the reason, a pressure tells its age."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import tzinfo

from console.clinical.vitals import VITALS, NibpState, Quality, Vital, VitalReading
from console.clock import Instant
from console.room.wire import Live
from console.session.conditions import limits_of
from console.session.site import Site
from console.session.state import Session, State
from console.ui.viewmodels.live_alarms import PREFIXES, alarm_on
from console.ui.viewmodels.live_cuff import cuff_face
from console.ui.viewmodels.live_reference import LiveReference
from console.ui.viewmodels.live_shapes import Tile
from console.ui.viewmodels.live_tone import Tone
from console.ui.viewmodels.live_words import DASHES, REASONS, ago, clock_hm, shown_limit, shown_vital

NIBP_OLD_S = 300.0
"""A pressure older than 5 min is dimmed (anaesthesia-record practice: pressure at least every 5 min)."""

TONES = {
    Vital.HR: Tone.HR,
    Vital.PR: Tone.SPO2,
    Vital.SPO2: Tone.SPO2,
    Vital.RR: Tone.CO2,
    Vital.ETCO2: Tone.CO2,
    Vital.TEMP: Tone.TEMP,
}


def limits_in_force(state: State, site: Site, vital: Vital) -> tuple[float | None, float | None]:
    """Low and high alarm limit of this patient; (None, None) when the vital sign has no alarm."""
    limits = limits_of(state, site, vital)
    return (None, None) if limits is None else (limits.low, limits.high)


def off_until(state: State, now: Instant, zone: tzinfo | None, *vitals: Vital) -> str:
    """Clock time until which inner limits of any of these are switched off; empty while all are on."""
    off = {} if state.session is None else state.session.limits_off
    ends = [off[vital].until for vital in vitals if vital in off and off[vital].until.mono_ns > now.mono_ns]
    return clock_hm(max(ends, key=lambda at: at.mono_ns), zone) if ends else ""


def vital_tile(vital: Vital, state: State, live: Live | None, now: Instant, reference: LiveReference) -> Tile:
    """The tile of a continuous parameter."""
    kind = VITALS[vital]
    low, high = limits_in_force(state, reference.site, vital)
    alarm, flashing = alarm_on(state, *PREFIXES.get(vital, (vital.value,)))
    tile = Tile(
        label=kind.label,
        unit=kind.shown_unit,
        tone=TONES[vital],
        high="" if high is None else shown_limit(high),
        low="" if low is None else shown_limit(low),
        limits_off=low is None and high is None,
        off_until=off_until(state, now, reference.zone, vital),
        alarm=alarm,
        flashing=flashing,
    )
    if live is None:
        return replace(tile, reason="no data from the room")
    return _filled(tile, vital, live.vitals.get(vital))


def heart_tile(state: State, live: Live | None, now: Instant, reference: LiveReference) -> Tile:
    """Heart rate from the ECG, or the pulse rate under its own name when there is no ECG."""
    tile = vital_tile(Vital.HR, state, live, now, reference)
    pulse = None if live is None else live.vitals.get(Vital.PR)
    if tile.value != DASHES or pulse is None or not pulse.usable:
        return tile
    return replace(
        tile,
        label="PR",
        value=shown_vital(Vital.PR, pulse.value),
        tone=Tone.SPO2,
        reason="pulse, no ECG",
        source=pulse.source,
        off_until=off_until(state, now, reference.zone, Vital.PR),
    )


def _filled(tile: Tile, vital: Vital, reading: VitalReading | None) -> Tile:
    if reading is None:
        return replace(tile, reason="not monitored")
    if not reading.usable:
        return replace(tile, reason=REASONS[reading.quality] or "no value", source=reading.source)
    doubt = REASONS[reading.quality] if reading.quality is Quality.QUESTIONABLE else ""
    return replace(tile, value=shown_vital(vital, reading.value), reason=doubt, source=reading.source)


@dataclass(frozen=True, slots=True)
class Pressure:
    """The newest pressure, whoever measured it."""

    systolic: float
    diastolic: float
    mean: float | None
    at: Instant
    source: str


def newest_pressure(session: Session | None, live: Live | None) -> Pressure | None:
    """The newest completed measurement from the record or from the monitor, None if there is none."""
    candidates = []
    if session is not None and session.pressures:
        last = max(session.pressures, key=lambda taken: taken.measured_at.mono_ns)
        candidates.append(Pressure(last.systolic, last.diastolic, last.mean, last.measured_at, last.source))
    seen = None if live is None else _seen_pressure(live)
    if seen is not None:
        candidates.append(seen)
    return max(candidates, key=lambda pressure: pressure.at.mono_ns) if candidates else None


def _seen_pressure(live: Live) -> Pressure | None:
    systolic, diastolic = live.vitals.get(Vital.NIBP_SYS), live.vitals.get(Vital.NIBP_DIA)
    if systolic is None or diastolic is None or not (systolic.usable and diastolic.usable):
        return None
    if systolic.value is None or diastolic.value is None:
        return None
    mean = live.vitals.get(Vital.NIBP_MEAN)
    return Pressure(
        systolic.value,
        diastolic.value,
        mean.value if mean is not None and mean.usable else None,
        systolic.measured_at,
        systolic.source,
    )


def pressure_tile(
    state: State, live: Live | None, now: Instant, reference: LiveReference, next_due: str
) -> Tile:
    """The pressure with its mean, its age, the next due time and what the cuff is doing."""
    low, high = limits_in_force(state, reference.site, Vital.NIBP_SYS)
    alarm, flashing = alarm_on(state, *PREFIXES[Vital.NIBP_SYS])
    cuff = NibpState.IDLE if live is None else live.nibp
    asked = cuff_face(state, live, reference.site)
    tile = Tile(
        label="NIBP",
        unit="mmHg",
        tone=Tone.NIBP,
        high="" if high is None else shown_limit(high),
        low="" if low is None else shown_limit(low),
        limits_off=low is None and high is None,
        off_until=off_until(state, now, reference.zone, Vital.NIBP_SYS, Vital.NIBP_DIA, Vital.NIBP_MEAN),
        busy=cuff is NibpState.MEASURING or asked.under_way != "",
        busy_words=asked.under_way,
        next_due=next_due,
        alarm=alarm,
        flashing=flashing,
    )
    failed = asked.words or ("measurement failed" if cuff is NibpState.FAILED else "")
    pressure = newest_pressure(state.session, live)
    if pressure is None:
        return replace(tile, value=f"{DASHES}/{DASHES}", reason=failed or "no measurement yet")
    age_s = now.seconds_since(pressure.at)
    return replace(
        tile,
        value=f"{pressure.systolic:.0f}/{pressure.diastolic:.0f}",
        beside="" if pressure.mean is None else f"({pressure.mean:.0f})",
        source=pressure.source,
        age=ago(age_s),
        dim=age_s > NIBP_OLD_S,
        reason=failed,
    )
