"""Everything that is wrong now, physiological and technical, in words a nurse acts on."""

from __future__ import annotations

from collections.abc import Iterator

from console.clinical.cadence import ADVISORY_AFTER_S, MEDIUM_AFTER_S
from console.clinical.limits import (
    Ring,
    VitalLimits,
    delay_of,
    is_beyond,
    is_over,
    limit_of,
    move_high,
    move_low,
)
from console.clinical.vitals import VITALS, Vital
from console.clock import Instant
from console.session.alarms import Condition
from console.session.disk_space import disk_conditions
from console.session.events import Priority, PromptKind
from console.session.handwork import handwork_conditions
from console.session.interlocks import interlock_conditions
from console.session.reminders import reminder_conditions
from console.session.set_aside import set_aside_conditions
from console.session.site import Site
from console.session.sleep import slept_conditions
from console.session.state import IN_TREATMENT, Phase, State
from console.session.tone_check import sound_conditions
from console.session.truth import MONITORED, truth_conditions
from console.session.watch import NIBP_VITALS, Watch, current

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
        found += _limits_off(state, now)
        found += _prompts(state, now)
    found += truth_conditions(state, watch, site, now)
    found += reminder_conditions(state, watch, site, now)
    found += disk_conditions(watch, site.disk)
    found += set_aside_conditions(state, watch, now)
    found += slept_conditions(state, watch, now)
    found += sound_conditions(state, watch, now)
    found += interlock_conditions(state, watch, site, now)
    found += handwork_conditions(state, now)
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


LIMITED = (
    Vital.SPO2,
    Vital.HR,
    Vital.PR,
    Vital.RR,
    Vital.ETCO2,
    Vital.NIBP_SYS,
    Vital.NIBP_DIA,
    Vital.TEMP,
)


def _vitals(state: State, watch: Watch, site: Site, now: Instant) -> Iterator[Condition]:
    active = frozenset(alarm.raised.code for alarm in state.alarms if alarm.condition)
    ecg = current(watch, Vital.HR, site, now)
    for vital in LIMITED:
        if vital is Vital.PR and ecg is not None and ecg.usable:
            continue
        limits = limits_of(state, site, vital)
        if limits is None:
            continue
        reading = current(watch, vital, site, now)
        if reading is None or reading.value is None or not reading.usable:
            if _only_a_gap(state, watch, vital, now):
                yield from _lost(vital, active | frozenset(watch.since))
        else:
            yield from _beyond(vital, reading.value, limits, active, _inner_is_on(state, vital, now))
    yield from _apnoea(state, watch, site, now)


SIDES = (
    ("low", Ring.EXTREME_LOW, Ring.MEDIUM_LOW),
    ("high", Ring.EXTREME_HIGH, Ring.MEDIUM_HIGH),
)
RING_CODES = {
    Ring.EXTREME_LOW: "low_extreme",
    Ring.MEDIUM_LOW: "low",
    Ring.EXTREME_HIGH: "high_extreme",
    Ring.MEDIUM_HIGH: "high",
}


def _beyond(
    vital: Vital, value: float, limits: VitalLimits, active: frozenset[str], inner_on: bool
) -> Iterator[Condition]:
    """The limits that are passed; an alarm that is on is over only well inside.

    The inner limit goes on counting while the extreme one is passed, so that a value that swings about
    the extreme limit cannot keep both from ever alarming.
    """
    kind = VITALS[vital]
    for side, extreme, inner in SIDES:
        for ring in (extreme, inner):
            bound, code = limit_of(limits, ring), _code(vital, ring)
            held = code in active and not is_over(limits, ring, value)
            if bound is None or not (is_beyond(limits, ring, value) or held):
                continue
            if ring is inner and not inner_on:
                continue
            yield Condition(
                code=code,
                priority=Priority.HIGH if ring.extreme else Priority.MEDIUM,
                message=f"{kind.label} {side}: {value:.{kind.places}f} {kind.shown_unit}, limit {bound:g}",
                physiological=True,
                delay_s=delay_of(limits, ring),
                latched=ring.extreme,
                value=value,
                limit=bound,
                within=_within(vital, ring),
            )


def _code(vital: Vital, ring: Ring) -> str:
    return f"{vital.value}_{RING_CODES[ring]}"


def _within(vital: Vital, ring: Ring) -> str:
    """The alarm that says the same and worse."""
    match ring:
        case Ring.MEDIUM_LOW if vital is Vital.RR:
            return "apnoea"
        case Ring.MEDIUM_LOW:
            return _code(vital, Ring.EXTREME_LOW)
        case Ring.MEDIUM_HIGH:
            return _code(vital, Ring.EXTREME_HIGH)
        case _:
            return ""


def _inner_is_on(state: State, vital: Vital, now: Instant) -> bool:
    off = None if state.session is None else state.session.limits_off.get(vital)
    return off is None or now.mono_ns >= off.until.mono_ns


GAP_S = 10.0
"""A value missing for so long ends what it alarmed (its absence alarms by then); when it comes back still
beyond a limit that is a new alarm, which sounds and shows whatever was silenced before (site default)."""


def _only_a_gap(state: State, watch: Watch, vital: Vital, now: Instant) -> bool:
    """The value was known, or the room came up, a moment ago: missing data is not a recovery."""
    known = (state.room_started_at, None if vital in NIBP_VITALS else watch.usable_at.get(vital))
    return any(at is not None and now.seconds_since(at) <= GAP_S for at in known)


def _lost(vital: Vital, codes: frozenset[str]) -> Iterator[Condition]:
    for ring in Ring:
        code = _code(vital, ring)
        if code in codes:
            priority = Priority.HIGH if ring.extreme else Priority.MEDIUM
            yield Condition(code, priority, "", True, within=_within(vital, ring), lost=True)


REMINDED_AFTER_S = 120.0
"""A switched-off limit is called to mind after two minutes (site default)."""


def _limits_off(state: State, now: Instant) -> Iterator[Condition]:
    session = state.session
    for vital, off in () if session is None else session.limits_off.items():
        if now.seconds_since(off.since) >= REMINDED_AFTER_S and now.mono_ns < off.until.mono_ns:
            yield Condition(
                f"limits_off_{vital.value}",
                Priority.LOW,
                f"The {VITALS[vital].label} limits are off: switch them on as soon as you can",
                False,
            )


def _apnoea(state: State, watch: Watch, site: Site, now: Instant) -> Iterator[Condition]:
    rr = current(watch, Vital.RR, site, now)
    known = rr is not None and rr.usable and rr.value is not None
    on = "apnoea" in watch.since or any(a.raised.code == "apnoea" and a.condition for a in state.alarms)
    if rr is not None and known and rr.value is not None and rr.value < 1:
        yield Condition(
            "apnoea", Priority.HIGH, "No breath: look at the patient, open the airway", True,
            delay_s=site.preset.apnoea_s, latched=True, value=rr.value,
        )  # fmt: skip
    elif not known and on and _only_a_gap(state, watch, Vital.RR, now):
        yield Condition("apnoea", Priority.HIGH, "", True, delay_s=site.preset.apnoea_s, lost=True)


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
