"""A source that fell silent and is back must be steady for a while before it speaks ahead of another one.

Without that, a plug that flickers would change the source shown, and the record, every second.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from console.clinical.vitals import Vital, VitalReading
from console.clock import Instant

RETURNS_AFTER_S = 10.0
"""Steady data for so long before a source that had failed goes ahead of the one that replaced it (site
default, needs the medical director's signature)."""

Backs = dict[Vital, dict[str, Instant]]
"""Since when each source that had failed has been back."""


def followed_back(
    backs: Backs,
    before: Mapping[Vital, Mapping[str, VitalReading]],
    readings: Iterable[VitalReading],
    gap_s: float,
    now: Instant,
) -> Backs:
    """What is known of returns after these readings; ``gap_s`` between two usable ones is a failure."""
    found = dict(backs)
    for reading in readings:
        last = before.get(reading.vital, {}).get(reading.source)
        if last is None or not reading.usable:
            continue
        if not last.usable or reading.at.seconds_since(last.at) > gap_s:
            found[reading.vital] = {**found.get(reading.vital, {}), reading.source: now}
    return found


def all_back(
    backs: Backs, vitals: Mapping[Vital, Mapping[str, VitalReading]], device: str, now: Instant
) -> Backs:
    """After a device's link is back: everything it measured before has to prove itself anew."""
    measured = [vital for vital, by_source in vitals.items() if device in by_source]
    return {**backs, **{vital: {**backs.get(vital, {}), device: now} for vital in measured}}


def steady(backs: Backs, reading: VitalReading, now: Instant) -> bool:
    """Whether the source has not failed lately."""
    back = backs.get(reading.vital, {}).get(reading.source)
    return back is None or now.seconds_since(back) >= RETURNS_AFTER_S
