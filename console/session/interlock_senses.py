"""Whether the conditions of the interlock rules are true, and for how long they have been.

A value counts only after its gates: usable, moving, the pulse in accord with the ECG, two samples in a
row. A value that is missing never counts as normal: it neither ends a condition nor stops its clock, a
source that was lost counts as one of two warnings (as in the OpenICE demonstration), and a lost
oximeter is a condition of its own. Only a cuff on the oximeter's limb stops the clock, for at most as
long as the rules allow.
"""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from console.clinical.interlock_rules import (
    CUFF_VITALS,
    Beyond,
    Gates,
    LinkLost,
    Lost,
    ScoredAtMost,
    Sign,
    Step,
)
from console.clinical.vitals import NibpState, Vital
from console.clock import Instant
from console.session.events import PressureTaken
from console.session.holds import CuffGate, Held, Holds, Truth
from console.session.pump import LinkState
from console.session.site import PUMP, Site
from console.session.state import IN_TREATMENT, Session, State
from console.session.stillness import frozen
from console.session.watch import NIBP_KEPT_S, Watch, current

NS_PER_S = 1_000_000_000


def sense(state: State, watch: Watch, site: Site, now: Instant) -> Holds:
    """What holds after this look; nothing outside an infusion, or while no rules are in force."""
    rules, session = site.interlocks, state.session
    if not rules.armed or session is None or state.phase not in IN_TREATMENT:
        return Holds()
    before = watch.gates
    cuff = _cuff(before.cuff, watch, site, now)
    look = _Look(session, watch, site, now, hides(cuff, now))
    truths = {step.key: _truth(look, step) for step in rules.steps}
    held = {
        step.key: after
        for step in rules.steps
        if (after := _followed(look, step, before.held.get(step.key), truths[step.key])) is not None
    }
    return Holds(held, truths, cuff)


def satisfied(step: Step, holds: Holds, gates: Gates) -> bool:
    """Whether the step's condition has held for as long as the rule asks, surely enough to act on."""
    held = holds.held.get(step.key)
    if held is None or (_is_sampled(step) and held.samples < gates.samples):
        return False
    if holds.truths.get(step.key) is Truth.HIDDEN:
        # A cuff explains a silent oximeter, but never for longer than the rules allow.
        long_ns = round(gates.cuff_longest_s * NS_PER_S)
        if not isinstance(step.trigger, Lost) or held.counted_ns < long_ns:
            return False
    return held.counted_ns >= round(step.for_s * NS_PER_S)


def hides(cuff: CuffGate | None, now: Instant) -> bool:
    """Whether a cuff hides the oximeter now."""
    return cuff is not None and now.mono_ns < cuff.until.mono_ns


def trusted(watch: Watch, vital: Vital, site: Site, now: Instant) -> float | None:
    """The value of ``vital`` when it may be judged; None when it is not known or not believed."""
    value = _moving(watch, vital, site, now)
    if vital is Vital.HR and value is None:
        return trusted(watch, Vital.PR, site, now)
    if value is None or vital not in {Vital.SPO2, Vital.PR}:
        return value
    pulse, heart = _moving(watch, Vital.PR, site, now), _moving(watch, Vital.HR, site, now)
    if pulse is None or heart is None:
        return value
    return value if abs(pulse - heart) <= site.interlocks.gates.pulse_apart * heart else None


def beyond_now(step: Step, watch: Watch, session: Session, site: Site, now: Instant) -> dict[Sign, float]:
    """The signs of a step that are beyond their bounds now, with their values."""
    if not isinstance(step.trigger, Beyond):
        return {}
    pressures = _since_start(session)
    found = {}
    for sign in step.trigger.signs:
        if sign.vital not in CUFF_VITALS:
            value = trusted(watch, sign.vital, site, now)
        else:
            value = _of_pressure(pressures[-1], sign.vital) if pressures else None
        if value is not None and sign.beyond(value):
            found[sign] = value
    return found


@dataclass(frozen=True, slots=True)
class _Look:
    session: Session
    watch: Watch
    site: Site
    now: Instant
    hidden: bool


def _moving(watch: Watch, vital: Vital, site: Site, now: Instant) -> float | None:
    """A usable value of a source that does not merely repeat itself."""
    reading = current(watch, vital, site, now)
    if reading is None or not reading.usable or frozen(watch.still.get(reading.source), now):
        return None
    return reading.value


def _cuff(before: CuffGate | None, watch: Watch, site: Site, now: Instant) -> CuffGate | None:
    """The gate of a cuff on the oximeter's limb; a new one opens only well after the last."""
    if not site.cuff_on_oximeter_limb:
        return None
    gates = site.interlocks.gates
    measuring = any(watch.nibp.get(name) is NibpState.MEASURING for name in site.monitors)
    longest_s = gates.cuff_longest_s
    rested = before is None or now.mono_ns >= before.until.plus(longest_s).mono_ns
    if measuring and rested and (before is None or not before.measuring):
        return CuffGate(now.plus(longest_s), True)
    if before is None or before.measuring == measuring:
        return before
    ends = before.until if measuring else min(before.until, now.plus(gates.cuff_after_s), key=_mono)
    return CuffGate(ends, measuring)


def _mono(instant: Instant) -> int:
    return instant.mono_ns


# --- one look at one condition --------------------------------------------------------------------


def _truth(look: _Look, step: Step) -> Truth:
    match step.trigger:
        case Beyond() as trigger if trigger.of_the_cuff:
            return _measured(look, trigger)
        case Beyond(signs=signs, need=need):
            return _vote(look, signs, need)
        case Lost(vital=vital):
            if trusted(look.watch, vital, look.site, look.now) is not None:
                return Truth.FALSE
            return Truth.HIDDEN if look.hidden and vital is Vital.SPO2 else Truth.TRUE
        case LinkLost():
            return _links(look)
        case ScoredAtMost(scale=scale, limit=limit):
            return _scored(look, scale, limit)


def _vote(look: _Look, signs: tuple[Sign, ...], need: int) -> Truth:
    found = [_sign(look, sign) for sign in signs]
    beyond, hidden = found.count(Truth.TRUE), found.count(Truth.HIDDEN)
    lost = sum(
        truth is Truth.UNKNOWN and sign.vital in look.watch.usable_at
        for sign, truth in zip(signs, found, strict=True)
    )
    if beyond >= need or (need > 1 and beyond and beyond + lost >= need):
        return Truth.TRUE
    unknown = found.count(Truth.UNKNOWN)
    if beyond + unknown + hidden < need:
        return Truth.FALSE
    return Truth.HIDDEN if hidden else Truth.UNKNOWN


def _sign(look: _Look, sign: Sign) -> Truth:
    if look.hidden and sign.vital is Vital.SPO2:
        return Truth.HIDDEN
    value = trusted(look.watch, sign.vital, look.site, look.now)
    if value is None:
        return Truth.UNKNOWN
    return Truth.TRUE if sign.beyond(value) else Truth.FALSE


def _measured(look: _Look, trigger: Beyond) -> Truth:
    """Cuff measurements since the start: the last ones beyond, far enough apart to confirm each other."""
    pressures = _since_start(look.session)
    if not pressures or look.now.seconds_since(pressures[-1].measured_at) > NIBP_KEPT_S:
        return Truth.UNKNOWN
    last = pressures[-1]
    for run, pressure in enumerate(reversed(pressures), start=1):
        if not _is_beyond(pressure, trigger):
            break
        apart_s = last.measured_at.seconds_since(pressure.measured_at)
        enough_s = look.site.interlocks.gates.repeat_after_s * (trigger.measurements - 1)
        if run >= trigger.measurements and apart_s >= enough_s:
            return Truth.TRUE
    return Truth.FALSE


def _is_beyond(pressure: PressureTaken, trigger: Beyond) -> bool:
    values = ((sign, _of_pressure(pressure, sign.vital)) for sign in trigger.signs)
    return sum(value is not None and sign.beyond(value) for sign, value in values) >= trigger.need


def _of_pressure(pressure: PressureTaken, vital: Vital) -> float | None:
    match vital:
        case Vital.NIBP_SYS:
            return pressure.systolic
        case Vital.NIBP_DIA:
            return pressure.diastolic
        case _:
            return pressure.mean


def _since_start(session: Session) -> tuple[PressureTaken, ...]:
    started = session.started_at
    if started is None:
        return ()
    return tuple(p for p in session.pressures if p.measured_at.mono_ns >= started.mono_ns)


def _links(look: _Look) -> Truth:
    for name in (PUMP, *look.site.monitors):
        link = look.watch.links.get(name)
        if link is None or link[0] is not LinkState.ANSWERING:
            return Truth.TRUE
    return Truth.FALSE


def _scored(look: _Look, scale: str, limit: int) -> Truth:
    started = look.session.started_at
    for scored in reversed(look.session.scores):
        if started is None or scored.at.mono_ns < started.mono_ns:
            break
        if scored.score.scale == scale:
            return Truth.TRUE if scored.score.total <= limit else Truth.FALSE
    return Truth.UNKNOWN


# --- from look to look ----------------------------------------------------------------------------


def _is_sampled(step: Step) -> bool:
    return isinstance(step.trigger, Beyond) and not step.trigger.of_the_cuff


def _followed(look: _Look, step: Step, held: Held | None, truth: Truth) -> Held | None:
    """The condition after one more look at it."""
    lost = isinstance(step.trigger, Lost)
    shown = truth is Truth.TRUE or (lost and truth is Truth.HIDDEN)
    sampled_ns = _sampled_ns(look, step)
    if held is None:
        return Held(look.now, look.now, sampled_ns) if shown else None
    fresh, enough = sampled_ns > held.sampled_ns, look.site.interlocks.gates.samples
    normal, samples = held.normal, held.samples
    if truth is Truth.FALSE:
        normal += 1 if fresh else 0
        if not sampled_ns or normal >= enough:
            return None
        samples = samples if samples >= enough else 0
    elif shown:
        normal, samples = 0, samples + (1 if fresh else 0)
    stopped = truth is Truth.HIDDEN and not lost
    passed_ns = 0 if stopped else look.now.mono_ns - held.looked_at.mono_ns
    return replace(
        held,
        looked_at=look.now,
        sampled_ns=max(sampled_ns, held.sampled_ns),
        counted_ns=held.counted_ns + passed_ns,
        samples=samples,
        normal=normal,
    )


def _sampled_ns(look: _Look, step: Step) -> int:
    """Monotonic time of the newest sample behind the condition; 0 where it is not made of samples."""
    match step.trigger:
        case Beyond(signs=signs) if _is_sampled(step):
            vitals = tuple(sign.vital for sign in signs)
            vitals += (Vital.PR,) if Vital.HR in vitals else ()
        case Lost(vital=vital):
            vitals = (vital,)
        case _:
            return 0
    readings = (current(look.watch, vital, look.site, look.now) for vital in vitals)
    return max((one.at.mono_ns for one in readings if one is not None and one.usable), default=0)
