"""Alarm limits: presets, what a value breaches, when a breach is over, and limits that keep apart.

Two rings surround a value. The inner ring (medium priority) is breached by a value outside it; the
outer ring of extreme limits (high priority) is breached by a value at it or beyond. Defaults are site
defaults that need the medical director's signature; conventions follow IEC 60601-1-8.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from console.clinical.vitals import VITALS, Vital


class Ring(StrEnum):
    """Which limit a value breaches."""

    MEDIUM_LOW = "medium_low"
    MEDIUM_HIGH = "medium_high"
    EXTREME_LOW = "extreme_low"
    EXTREME_HIGH = "extreme_high"

    @property
    def extreme(self) -> bool:
        """Whether it raises a high-priority alarm."""
        return self in (Ring.EXTREME_LOW, Ring.EXTREME_HIGH)


@dataclass(frozen=True, slots=True)
class VitalLimits:
    """Alarm limits of one vital sign, in the unit of ``VITALS``; None = no limit on that side.

    Attributes:
        vital: Which vital sign.
        low: Below it: medium priority.
        high: Above it: medium priority.
        extreme_low: At or below it: high priority.
        extreme_high: At or above it: high priority.
        delay_s: Seconds a value stays outside before a medium alarm.
        extreme_delay_s: The same for a high alarm.
        hysteresis: How far back inside a value must come before the alarm is over.
        min_gap: Least distance between ``low`` and ``high``.
    """

    vital: Vital
    low: float | None
    high: float | None
    extreme_low: float | None = None
    extreme_high: float | None = None
    delay_s: float = 0.0
    extreme_delay_s: float = 0.0
    hysteresis: float = 2.0
    min_gap: float = 5.0


@dataclass(frozen=True, slots=True)
class AlarmPreset:
    """A set of alarm limits every new patient starts with.

    Attributes:
        name: Name on the screen.
        version: Version, stored with the session.
        vitals: Limits by vital sign.
        apnoea_s: Seconds without a breath: high priority.
        probe_off_s: Seconds of a probe off before its technical alarm.
        moaas_high: MOAA/S at or below it: high priority.
        moaas_medium: MOAA/S at or below it: medium priority.
    """

    name: str
    version: int
    vitals: tuple[VitalLimits, ...]
    apnoea_s: float
    probe_off_s: float
    moaas_high: int
    moaas_medium: int

    def of(self, vital: Vital) -> VitalLimits | None:
        """The limits of one vital sign, None when it has no alarm."""
        return next((limits for limits in self.vitals if limits.vital is vital), None)

    def with_limits(self, limits: VitalLimits) -> AlarmPreset:
        """The same preset with one vital sign's limits changed."""
        kept = tuple(old for old in self.vitals if old.vital is not limits.vital)
        return replace(self, vitals=(*kept, limits))


KETAMINE_ADULT = AlarmPreset(
    name="KETAMINE-ADULT",
    version=1,
    vitals=(
        VitalLimits(Vital.SPO2, 92, None, extreme_low=88, delay_s=10, min_gap=2),
        VitalLimits(Vital.HR, 50, 120, 40, 140, delay_s=5, extreme_delay_s=5),
        VitalLimits(Vital.PR, 50, 120, 40, 140, delay_s=5, extreme_delay_s=5),
        VitalLimits(Vital.RR, 8, 28, delay_s=10),
        VitalLimits(Vital.ETCO2, 25, 50, delay_s=10),
        VitalLimits(Vital.NIBP_SYS, 90, 165, extreme_high=180),
        VitalLimits(Vital.NIBP_DIA, 50, 100, extreme_high=110),
        VitalLimits(Vital.NIBP_MEAN, 60, 120),
    ),
    apnoea_s=20.0,
    probe_off_s=10.0,
    moaas_high=2,
    moaas_medium=3,
)
"""Site default for adults receiving sub-anaesthetic ketamine."""


def breach(limits: VitalLimits, value: float) -> Ring | None:
    """Which limit a value breaches, the extreme one first; None when it is inside."""
    severest_first = (Ring.EXTREME_LOW, Ring.EXTREME_HIGH, Ring.MEDIUM_LOW, Ring.MEDIUM_HIGH)
    return next((ring for ring in severest_first if is_beyond(limits, ring, value)), None)


def is_beyond(limits: VitalLimits, ring: Ring, value: float) -> bool:
    """Whether a value breaches this one limit; an extreme limit is breached by a value at it."""
    limit = limit_of(limits, ring)
    if limit is None:
        return False
    return {
        Ring.EXTREME_LOW: value <= limit,
        Ring.EXTREME_HIGH: value >= limit,
        Ring.MEDIUM_LOW: value < limit,
        Ring.MEDIUM_HIGH: value > limit,
    }[ring]


def limit_of(limits: VitalLimits, ring: Ring) -> float | None:
    """The figure of one limit."""
    return {
        Ring.MEDIUM_LOW: limits.low,
        Ring.MEDIUM_HIGH: limits.high,
        Ring.EXTREME_LOW: limits.extreme_low,
        Ring.EXTREME_HIGH: limits.extreme_high,
    }[ring]


def delay_of(limits: VitalLimits, ring: Ring) -> float:
    """Seconds a value must stay beyond this limit before the alarm."""
    return limits.extreme_delay_s if ring.extreme else limits.delay_s


def is_over(limits: VitalLimits, ring: Ring, value: float) -> bool:
    """Whether a breach is over: the value is back inside by the hysteresis.

    The way back never lies beyond the middle of the inner ring, so that narrow limits can clear.
    """
    limit = limit_of(limits, ring)
    if limit is None:
        return True
    room = limits.hysteresis
    if not ring.extreme and limits.low is not None and limits.high is not None:
        room = min(room, (limits.high - limits.low) / 2)
    if ring in (Ring.MEDIUM_LOW, Ring.EXTREME_LOW):
        return value >= min(limit + room, VITALS[limits.vital].highest)
    return value <= limit - room


def problems(preset: AlarmPreset) -> tuple[str, ...]:
    """What is wrong with a set of limits, one sentence each; empty when it may be used."""
    found: list[str] = []
    for limits in preset.vitals:
        kind = VITALS[limits.vital]
        gap, unit = f"{limits.min_gap:g}", kind.shown_unit
        if limits.low is not None and limits.high is not None and limits.high - limits.low < limits.min_gap:
            found.append(f"{kind.label}: the high limit must be at least {gap} {unit} above the low limit.")
        if limits.extreme_low is not None and limits.low is not None and limits.extreme_low > limits.low:
            found.append(f"{kind.label}: the extreme low limit must not be above the low limit.")
        if limits.extreme_high is not None and limits.high is not None and limits.extreme_high < limits.high:
            found.append(f"{kind.label}: the extreme high limit must not be below the high limit.")
        for value in (limits.low, limits.high, limits.extreme_low, limits.extreme_high):
            if value is not None and not kind.lowest <= value <= kind.highest:
                span = f"{kind.lowest:g} to {kind.highest:g} {unit}"
                found.append(f"{kind.label}: a limit of {value:g} is outside {span}.")
    return tuple(found)


def limit_verdict(limits: VitalLimits, recent: Sequence[float]) -> str:
    """Why these limits make no sense for this patient; empty when they do.

    Args:
        limits: The limits as they would be.
        recent: Recent values, oldest first, the last one the current.

    Returns:
        A sentence when an inner limit alarms on the values as they are, or when it never can: because
        the extreme limit comes first, or because no value lies beyond it.
    """
    found = (_never(limits, Ring.MEDIUM_LOW), _never(limits, Ring.MEDIUM_HIGH))
    always = (_always(limits, ring, recent) for ring in (Ring.MEDIUM_LOW, Ring.MEDIUM_HIGH))
    return next((sentence for sentence in (*always, *found) if sentence), "")


def _always(limits: VitalLimits, ring: Ring, recent: Sequence[float]) -> str:
    if not recent or not is_beyond(limits, ring, recent[-1]):
        return ""
    kind, limit = VITALS[limits.vital], limit_of(limits, ring)
    side = "low" if ring is Ring.MEDIUM_LOW else "high"
    named = f"{kind.label} {side} limit {limit:g}"
    if len(recent) > 1 and all(is_beyond(limits, ring, value) for value in recent):
        span = f"{min(recent):.{kind.places}f} to {max(recent):.{kind.places}f}"
        return f"{named} alarms all the time: the recent values are {span} {kind.shown_unit}."
    return f"{named} alarms at once: the value is {recent[-1]:.{kind.places}f} {kind.shown_unit} now."


def _never(limits: VitalLimits, ring: Ring) -> str:
    kind, limit = VITALS[limits.vital], limit_of(limits, ring)
    if limit is None:
        return ""
    low = ring is Ring.MEDIUM_LOW
    side, named = "low" if low else "high", f"{kind.label} {'low' if low else 'high'} limit {limit:g}"
    extreme = limits.extreme_low if low else limits.extreme_high
    if extreme is not None and (limit <= extreme if low else limit >= extreme):
        return f"{named} never alarms: the extreme {side} limit {extreme:g} comes first."
    if limit <= kind.lowest if low else limit >= kind.highest:
        edge = kind.lowest if low else kind.highest
        return (
            f"{named} never alarms: no value lies {'below' if low else 'above'} {edge:g} {kind.shown_unit}."
        )
    return ""


def move_low(limits: VitalLimits, low: float) -> VitalLimits:
    """Set the low limit; it pushes the high limit up and stops at the extreme limits."""
    kind = VITALS[limits.vital]
    floor = kind.lowest if limits.extreme_low is None else limits.extreme_low
    ceiling = _ceiling(limits)
    if limits.high is None:
        return replace(limits, low=min(max(low, floor), ceiling))
    low = min(max(low, floor), ceiling - limits.min_gap)
    return replace(limits, low=low, high=max(limits.high, low + limits.min_gap))


def move_high(limits: VitalLimits, high: float) -> VitalLimits:
    """Set the high limit; it pushes the low limit down and stops at the extreme limits."""
    kind = VITALS[limits.vital]
    floor = kind.lowest if limits.extreme_low is None else limits.extreme_low
    ceiling = _ceiling(limits)
    if limits.low is None:
        return replace(limits, high=min(max(high, floor), ceiling))
    high = max(min(high, ceiling), floor + limits.min_gap)
    return replace(limits, high=high, low=min(limits.low, high - limits.min_gap))


def _ceiling(limits: VitalLimits) -> float:
    return VITALS[limits.vital].highest if limits.extreme_high is None else limits.extreme_high


def auto_limits(preset: AlarmPreset, current: Mapping[Vital, float]) -> AlarmPreset:
    """Inner limits set around the current values; extreme limits, SpO2 and EtCO2 stay as they are.

    Rule taken from the manual of an N-series patient monitor: HR 0.8 to 1.25 times (40 to 240), RR 0.5
    to 1.5 times (6 to 30), systolic 0.68 S + 10 to 0.86 S + 38, diastolic 0.68 D + 6 to 0.86 D + 32,
    mean 0.68 M + 8 to 0.86 M + 35. Limits never reach beyond the extreme ones.
    """
    changed = preset
    for limits in preset.vitals:
        value = current.get(limits.vital)
        if value is None:
            continue
        suggested = _auto(limits.vital, value)
        if suggested is None:
            continue
        low, high = suggested
        wide = replace(limits, low=None, high=None)
        bounded = replace(wide, low=move_low(wide, round(low)).low, high=move_high(wide, round(high)).high)
        if bounded.low is not None and bounded.high is not None:
            changed = changed.with_limits(move_high(bounded, bounded.high))
    return changed


def _auto(vital: Vital, value: float) -> tuple[float, float] | None:
    match vital:
        case Vital.HR | Vital.PR:
            return max(0.8 * value, 40), min(1.25 * value, 240)
        case Vital.RR:
            return max(0.5 * value, 6), min(1.5 * value, 30)
        case Vital.NIBP_SYS:
            return 0.68 * value + 10, 0.86 * value + 38
        case Vital.NIBP_DIA:
            return 0.68 * value + 6, 0.86 * value + 32
        case Vital.NIBP_MEAN:
            return 0.68 * value + 8, 0.86 * value + 35
        case _:
            return None
