"""Whether a monitor still measures, or repeats itself: identical figures and an identical pleth.

A monitor or adapter that hangs may go on sending its last figures. They look fresh and are not. What
gives it away is that nothing moves: not the saturation, not the pulse, not the breath and not one
sample of the plethysmogram, which in a living patient never repeats.
"""

from __future__ import annotations

import msgspec

from console.clinical.vitals import Vital, VitalReading
from console.clock import Instant

FROZEN_S = 30.0
"""Identical figures and an identical pleth for this long: the source is frozen (reliability target)."""

FROZEN_FIGURES_S = 180.0
"""The same for a source that never sent a pleth, of which whole figures alone are compared.

Figures of a calm patient do stand still for a while: in 100 simulated hours SpO2, pulse and breath
together never stood still for a quarter of this (site default, needs the medical director's signature).
"""

SPOKEN_GAP_S = 12.0
"""A longer silence ends a run of identical figures: silence is judged by age, not by likeness. Twice the
longest interval between values asked of a monitor (5 s), and a little."""

COMPARED = (Vital.SPO2, Vital.PR, Vital.RR)

Figures = tuple[float | None, ...]


class Still(msgspec.Struct, frozen=True):
    """How long a source has been saying the same.

    Attributes:
        since: Since when nothing it says has changed.
        spoken_at: When it last spoke.
        figures: SpO2, pulse and breath as last told; None where there was no usable value.
        pleth: Checksum of the pleth as last told; None as long as it never sent one.
    """

    since: Instant
    spoken_at: Instant
    figures: Figures
    pleth: int | None = None


def figures_of(vitals: dict[Vital, dict[str, VitalReading]], source: str) -> Figures:
    """The compared figures of ``source``, whole as a screen shows them."""
    return tuple(_figure(vitals.get(vital, {}).get(source)) for vital in COMPARED)


def _figure(reading: VitalReading | None) -> float | None:
    return reading.value if reading is not None and reading.usable else None


def followed(before: Still | None, figures: Figures, pleth: int | None, now: Instant) -> Still:
    """The run of likeness after the source spoke; ``pleth`` is None when it brought no pleth now."""
    if before is None or now.seconds_since(before.spoken_at) > SPOKEN_GAP_S:
        return Still(now, now, figures, pleth)
    seen = before.pleth if pleth is None else pleth
    same = figures == before.figures and seen == before.pleth
    return Still(before.since if same else now, now, figures, seen)


def frozen(still: Still | None, now: Instant) -> bool:
    """Whether the source only repeats itself. Without SpO2 and pulse it is a probe off, not frozen."""
    if still is None or None in still.figures[:2]:
        return False
    limit_s = FROZEN_FIGURES_S if still.pleth is None else FROZEN_S
    return now.seconds_since(still.since) >= limit_s
