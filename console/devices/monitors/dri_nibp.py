"""When a cuff measurement was made, told from records that do not say so.

The displayed values of an S/5 carry no time of the cuff measurement, only label bits: 5 measuring,
7 calibrating, 8 older than 60 s (GE "S/5 Datex-Ohmeda Record Interface" 8005313, 12th edition,
NIBP group). Values that are not old are a new measurement when they changed, when
the old bit was set before, when the auxiliary record names a later time, or when measuring has just
ended and the last measurement is itself too old for them. Equal values soon after the last
measurement stay the last one: showing a reading older than it is does no harm. Values already old
when first seen have an unknown age and are never shown as if they were fresh.
"""

from __future__ import annotations

from collections.abc import Sequence

from console.clinical.vitals import USABLE, NibpState, Quality, Vital, VitalReading
from console.clock import Instant
from console.devices.monitors.dri_physiology import Group, Physiology
from console.devices.monitors.dri_vitals import Judged, in_group

MEASURING = 1 << 5
CALIBRATING = 1 << 7
OLDER_THAN_60_S = 1 << 8

NOT_OLD_S = 65.0
"""A measurement older than this, by our clock, cannot be the one a monitor calls not old."""

FIELDS = ((Vital.NIBP_SYS, "sys"), (Vital.NIBP_DIA, "dia"), (Vital.NIBP_MEAN, "mean"))
_Values = tuple[float | None, ...]


class CuffWatch:
    """Follows one monitor's cuff from record to record.

    Attributes:
        state: What the cuff is doing; None before the first record.
    """

    def __init__(self) -> None:
        self.state: NibpState | None = None
        self._values: _Values = ()
        self._measured_at: Instant | None = None
        self._was_old = False
        self._named_time_s: int | None = None
        self._named_new = False

    def named_time(self, time_s: int | None) -> None:
        """Take the time of the last measurement from an auxiliary record."""
        if time_s is not None and self._named_time_s is not None and time_s > self._named_time_s:
            self._named_new = True
        self._named_time_s = time_s if time_s is not None else self._named_time_s

    def see(self, physiology: Physiology, source: str, at: Instant) -> tuple[VitalReading, ...]:
        """Take one basic-class record; returns the cuff readings it justifies.

        While the cuff measures there are none: the last measurement stands, with its age. A reading
        without a value is no measurement, whatever its ``measured_at``.
        """
        group = physiology.groups["nibp"]
        judged = tuple(in_group(group, field, 0.01, vital) for vital, field in FIELDS)
        if group.active and group.label & CALIBRATING:
            judged = ((None, Quality.CALIBRATING),) * len(FIELDS)
        if group.active and group.label & MEASURING:
            self.state = NibpState.MEASURING
            return ()
        self._settle(group, judged, at)
        return self._readings(judged, source, at, float(physiology.time_s))

    def _settle(self, group: Group, judged: Sequence[Judged], at: Instant) -> None:
        """Decide whether these values are a new measurement and what the cuff is doing."""
        ended = self.state is NibpState.MEASURING
        old = bool(group.label & OLDER_THAN_60_S)
        values = tuple(value for value, _ in judged)
        known = None not in values
        changed = values != self._values
        if known and not old and (changed or self._renewed(ended, at)):
            self._measured_at = at
            self.state = NibpState.IDLE
        elif ended and (old or not known):
            self.state = NibpState.FAILED
        elif self.state is not NibpState.FAILED:
            self.state = NibpState.IDLE
        if known:
            if old and changed:
                self._measured_at = None
            self._values, self._was_old, self._named_new = values, old, False

    def _renewed(self, ended: bool, at: Instant) -> bool:
        """Whether values equal to the last ones are a new measurement all the same."""
        if self._measured_at is None or self._was_old or self._named_new:
            return True
        return ended and at.seconds_since(self._measured_at) > NOT_OLD_S

    def _readings(
        self, judged: Sequence[Judged], source: str, at: Instant, device_time_s: float
    ) -> tuple[VitalReading, ...]:
        told = []
        for (vital, _), (value, quality) in zip(FIELDS, judged, strict=True):
            if value is not None and self._measured_at is None:
                value, quality = None, Quality.STALE
            usable = value is not None and quality in USABLE
            measured_at = self._measured_at if usable and self._measured_at is not None else at
            told.append(VitalReading(vital, value, quality, source, at, measured_at, device_time_s))
        return tuple(told)
