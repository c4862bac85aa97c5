"""Alarm limits: presets, what a value breaches, when a breach is over, and limits that keep apart.

Two rings surround a value. The inner ring (medium priority) is breached by a value outside it; the
outer ring of extreme limits (high priority) is breached by a value at it or beyond. Defaults are site
defaults that need the medical director's signature; conventions follow IEC 60601-1-8.
"""

from __future__ import annotations

from collections.abc import Mapping
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
    if limits.extreme_low is not None and value <= limits.extreme_low:
        return Ring.EXTREME_LOW
    if limits.extreme_high is not None and value >= limits.extreme_high:
        return Ring.EXTREME_HIGH
    if limits.low is not None and value < limits.low:
        return Ring.MEDIUM_LOW
    if limits.high is not None and value > limits.high:
        return Ring.MEDIUM_HIGH
    return None


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
