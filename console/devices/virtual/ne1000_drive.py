"""Motor, syringe and line of a virtual pump: what it counts, and where the millilitres really go."""

from __future__ import annotations

import math
from decimal import Decimal
from enum import Enum
from typing import Final

_PICOLITRE_ML: Final = 1e-9


class Syringe:
    """A syringe with a line that may be blocked. All volumes are real mL, not what a pump counts.

    The plunger compresses a blocked line until its compliance is used up; then the drive stalls. What
    was trapped leaves at once when the line is opened: the post-occlusion bolus of the Generic
    Infusion Pump hazard analysis (UPenn MS-CIS-08-31, requirement 1.10.7).

    Attributes:
        inner_diameter_mm: The true bore, None when it is what the pump was told.
        content_ml: What is left to infuse, infinite when nobody counts it.
        capacity_ml: Full, where a withdrawing plunger meets the end.
        trapped_ml: Pushed out of the barrel and held back by an occlusion.
        delivered_ml: What has left the line towards the patient; never falls.
    """

    __slots__ = (
        "_compliance_ml",
        "capacity_ml",
        "content_ml",
        "delivered_ml",
        "inner_diameter_mm",
        "trapped_ml",
    )

    def __init__(self, content_ml: float = math.inf, inner_diameter_mm: float | None = None) -> None:
        self.load(content_ml, inner_diameter_mm)
        self.trapped_ml = 0.0
        self.delivered_ml = 0.0
        self._compliance_ml: float | None = None

    def load(self, content_ml: float, inner_diameter_mm: float | None) -> None:
        """Put a fresh syringe in; what was delivered stays delivered."""
        self.content_ml = content_ml
        self.capacity_ml = max(content_ml, 60.0)
        self.inner_diameter_mm = inner_diameter_mm

    def real_ml_per_counted(self, pump_diameter_mm: float) -> float:
        """Real mL per mL the pump counts: the ratio of the bores squared.

        Entering a BD 60 (26.59 mm) for a Terumo 60 (29.7 mm) delivers 24.8 % too much.
        """
        if self.inner_diameter_mm is None:
            return 1.0
        return (self.inner_diameter_mm / pump_diameter_mm) ** 2

    def occlude(self, compliance_ml: float) -> None:
        """Block the line; it swallows ``compliance_ml`` before the drive stalls."""
        self._compliance_ml = compliance_ml

    def release(self) -> None:
        """Open the line; the trapped volume goes out at once."""
        self._compliance_ml = None
        self.delivered_ml += self.trapped_ml
        self.trapped_ml = 0.0

    def room_ml(self, infusing: bool) -> float:
        """How much more the plunger can move before the drive stalls."""
        if not infusing:
            return math.inf if math.isinf(self.capacity_ml) else self.capacity_ml - self.content_ml
        if self._compliance_ml is None:
            return self.content_ml
        return min(self.content_ml, max(0.0, self._compliance_ml - self.trapped_ml))

    def move(self, real_ml: float, infusing: bool) -> None:
        """Move the plunger by a volume that fits in :meth:`room_ml`."""
        if not infusing:
            self.content_ml = min(self.capacity_ml, self.content_ml + real_ml)
            return
        self.content_ml = max(0.0, self.content_ml - real_ml)
        if self._compliance_ml is None:
            self.delivered_ml += real_ml
        else:
            self.trapped_ml += real_ml


class Turned(Enum):
    """How a stretch of turning ended."""

    GOING = "going"
    TARGET = "target"
    """The volume of the phase is reached."""
    STALLED = "stalled"
    """The plunger can move no further."""


class Drive:
    """Motor and counters of one pump. Volumes are as the pump counts them unless called real.

    Attributes:
        syringe: What the plunger pushes.
        infusing: The motor's direction, also while it stands still.
        rate_ml_h: Rate of the phase in progress.
        infused_ml, withdrawn_ml: The dispensed-volume counters.
    """

    __slots__ = ("_done_ml", "_target_ml", "infused_ml", "infusing", "rate_ml_h", "syringe", "withdrawn_ml")

    def __init__(self, syringe: Syringe) -> None:
        self.syringe = syringe
        self.infusing = True
        self.rate_ml_h = Decimal(0)
        self.clear_counters()
        self.begin(math.inf)

    def clear_counters(self) -> None:
        """Both counters to zero."""
        self.infused_ml = 0.0
        self.withdrawn_ml = 0.0

    def begin(self, target_ml: float) -> None:
        """Begin a phase of ``target_ml`` (infinite = without an end)."""
        self._done_ml = 0.0
        self._target_ml = target_ml

    def retarget(self, target_ml: float) -> None:
        """Change the volume of the phase in progress; what was done counts."""
        self._target_ml = target_ml

    def turn(self, rate_ml_h: Decimal, available_s: float, diameter_mm: Decimal) -> tuple[float, Turned]:
        """Turn for at most ``available_s``; the seconds it took and how it ended."""
        ml_s = float(rate_ml_h) / 3600.0
        real_per_counted = self.syringe.real_ml_per_counted(float(diameter_mm))
        room_ml = self.syringe.room_ml(self.infusing) / real_per_counted
        ahead_ml = max(0.0, self._target_ml - self._done_ml)
        moved_ml = min(ml_s * available_s, room_ml, ahead_ml)
        self._done_ml += moved_ml
        if self.infusing:
            self.infused_ml += moved_ml
        else:
            self.withdrawn_ml += moved_ml
        self.syringe.move(moved_ml * real_per_counted, self.infusing)
        used_s = min(available_s, moved_ml / ml_s)
        if ahead_ml - moved_ml <= _PICOLITRE_ML:
            return used_s, Turned.TARGET
        if room_ml - moved_ml <= _PICOLITRE_ML:
            return used_s, Turned.STALLED
        return available_s, Turned.GOING
