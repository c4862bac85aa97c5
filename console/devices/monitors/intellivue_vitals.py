"""Numerics of an IntelliVue monitor turned into readings: states, units, sources of the same vital, the cuff.

Physiological ids, units and measurement states as public implementations of the Philips guide 4535 642 59271
give them (mdpnp, BSD-2; patient-monitor-datalogger, MIT).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from console.clinical.vitals import USABLE, NibpState, Quality, Vital, VitalReading, credible
from console.clock import Instant
from console.devices.monitors.intellivue_messages import (
    Cursor,
    Malformed,
    Observation,
    PollAnswer,
    clock_seconds,
    figure,
)
from console.devices.monitors.intellivue_requests import TICKS_PER_S

NUMERIC, COMPOUND = 0x0950, 0x094B
ABSOLUTE_TIME, RELATIVE_TIME = 0x0990, 0x0991

PHYSIO: dict[int, tuple[Vital, int]] = {
    0x4182: (Vital.HR, 0),
    0x4822: (Vital.PR, 0),
    0x480A: (Vital.PR, 1),
    0x4BB8: (Vital.SPO2, 0),
    0x4BB0: (Vital.PERFUSION, 0),
    0x5012: (Vital.RR, 0),
    0x500A: (Vital.RR, 1),
    0x50B0: (Vital.ETCO2, 0),
    0x50BA: (Vital.FICO2, 0),
    0x4B48: (Vital.TEMP, 0),
}
"""Vital sign and rank: where two sources tell the same vital sign, the lower rank speaks while it can."""
CUFF = {0x4A05: Vital.NIBP_SYS, 0x4A06: Vital.NIBP_DIA, 0x4A07: Vital.NIBP_MEAN}

PERCENT, DIMENSIONLESS, BPM, RPM = 0x0220, 0x0200, 0x0AA0, 0x0AE0
MMHG, KPA, CELSIUS, FAHRENHEIT = 0x0F20, 0x0F03, 0x17A0, 0x1140
MMHG_PER_KPA = 7.50062
MMHG_PER_PERCENT = 7.60
"""At 760 mmHg: this protocol tells no ambient pressure, so what was turned from percent is questionable."""

RATES = frozenset({BPM, RPM})
GASES = frozenset({Vital.ETCO2, Vital.FICO2})
PRESSURES = GASES | frozenset(CUFF.values())

TEST_OR_DEMO, ONGOING = 0x0C00, 0x0020
STATES = (
    (TEST_OR_DEMO, Quality.TEST),
    (0x8000, Quality.INVALID),
    (0x2000, Quality.UNAVAILABLE),
    (0x1000, Quality.CALIBRATING),
    (0x4040, Quality.QUESTIONABLE),
)
"""Measurement state bits, the gravest first: demonstration data must never pass for a patient's."""

SPOKEN_FOR_S = 3.0
"""A source that gave a usable figure so long ago still speaks for its vital sign."""
LONGEST_AGE_S = 86_400.0
MOST_RAW = 64


@dataclass(frozen=True, slots=True)
class Figure:
    """One observed value as sent."""

    physio: int
    state: int
    unit: int
    value: float


@dataclass(frozen=True, slots=True)
class Anchor:
    """The monitor's clock at one of its relative times."""

    ticks: int
    clock_s: float

    def at(self, ticks: int) -> float:
        """What its clock shows at ``ticks``, which wrap after six days."""
        return self.clock_s + signed_ticks(ticks - self.ticks) / TICKS_PER_S


def signed_ticks(difference: int) -> int:
    """A difference of two 32-bit relative times, the short way round."""
    return (difference + 0x80000000) % 0x100000000 - 0x80000000


def figures(observation: Observation) -> list[Figure]:
    """The values of a numeric, simple or compound.

    Raises:
        Malformed: it promises more than it holds.
    """
    found = []
    if (simple := observation.attributes.get(NUMERIC)) is not None:
        found.append(_figure(Cursor(simple)))
    if (compound := observation.attributes.get(COMPOUND)) is not None:
        cursor = Cursor(compound)
        count, inside = cursor.u16(), cursor.part()
        found += [_figure(inside) for _ in range(count)]
    return found


def _figure(cursor: Cursor) -> Figure:
    return Figure(cursor.u16(), cursor.u16(), cursor.u16(), figure(cursor.u32()))


def judge(vital: Vital, seen: Figure) -> tuple[float | None, Quality]:
    """The figure in the unit of the vital sign and how far it may be used; None where it may not."""
    quality = next((quality for bits, quality in STATES if seen.state & bits), Quality.VALID)
    if quality not in USABLE:
        return None, quality
    if math.isnan(seen.value):
        return None, Quality.UNAVAILABLE
    if math.isinf(seen.value):
        return None, Quality.OVER_RANGE if seen.value > 0 else Quality.UNDER_RANGE
    if vital in GASES and seen.unit == PERCENT:
        return seen.value * MMHG_PER_PERCENT, Quality.QUESTIONABLE
    value = _in_own_unit(vital, seen)
    return (None, Quality.UNAVAILABLE) if value is None else (value, quality)


def _in_own_unit(vital: Vital, seen: Figure) -> float | None:
    """None for a unit nobody expects with this vital sign."""
    if vital in PRESSURES:
        factor = {MMHG: 1.0, KPA: MMHG_PER_KPA}.get(seen.unit)
        return None if factor is None else seen.value * factor
    if vital is Vital.TEMP:
        if seen.unit == FAHRENHEIT:
            return (seen.value - 32.0) / 1.8
        return seen.value if seen.unit == CELSIUS else None
    expected = {
        Vital.SPO2: frozenset({PERCENT}),
        Vital.PERFUSION: frozenset({PERCENT, DIMENSIONLESS}),
    }.get(vital, RATES)
    return seen.value if seen.unit in expected else None


class NumericReader:
    """Readings of one association. Make a new one for the next.

    Attributes:
        anchor: The monitor's clock, once it was told.
        raw: What nobody mapped, as sent, by physiological id.
        nibp: What the cuff is doing; None before it was told.
    """

    def __init__(self, source: str) -> None:
        self.anchor: Anchor | None = None
        self.raw: dict[int, str] = {}
        self.nibp: NibpState | None = None
        self._source = source
        self._spoke: dict[Vital, tuple[int, Instant]] = {}
        self._stamp: bytes = b""
        self._cuff_values: tuple[float | None, ...] = ()
        self._measured_at: Instant | None = None

    def device_time(self, ticks: int) -> float | None:
        """The monitor's clock at its relative time ``ticks``."""
        return None if self.anchor is None else self.anchor.at(ticks)

    def read(self, answer: PollAnswer, at: Instant) -> tuple[VitalReading, ...]:
        """The readings of a poll answer.

        Raises:
            Malformed: an observation promises more than it holds; then nothing of it counts.
        """
        held = [(observation, figures(observation)) for observation in answer.observations]
        told: list[VitalReading] = []
        for observation, seen in held:
            cuff = [one for one in seen if one.physio in CUFF]
            if cuff:
                told += self._cuff(cuff, observation, answer, at)
            for one in seen:
                if one.physio in PHYSIO:
                    told += self._continuous(one, answer, at)
                if one.physio not in PHYSIO and one.physio not in CUFF:
                    self._keep(one, "unmapped")
        return tuple(told)

    def _keep(self, seen: Figure, why: str) -> None:
        if seen.physio in self.raw or len(self.raw) < MOST_RAW:
            self.raw[seen.physio] = (
                f"{why} {seen.physio:04X}: {seen.value:g}, unit {seen.unit:04X}, state {seen.state:04X}"
            )

    def _unit_kept(self, vital: Vital, seen: Figure) -> None:
        """What was sent in another unit than ours is said; what was sent in none of ours is kept whole."""
        if seen.unit in (KPA, FAHRENHEIT) or (vital in GASES and seen.unit == PERCENT):
            name = {KPA: "kPa", FAHRENHEIT: "degrees Fahrenheit", PERCENT: "% (taken at 760 mmHg)"}[seen.unit]
            self.raw[seen.physio] = f"{vital.value} is sent in {name}"
        elif math.isfinite(seen.value) and _in_own_unit(vital, seen) is None:
            self._keep(seen, f"{vital.value} in an unknown unit,")
        else:
            self.raw.pop(seen.physio, None)

    def _continuous(self, seen: Figure, answer: PollAnswer, at: Instant) -> list[VitalReading]:
        vital, rank = PHYSIO[seen.physio]
        value, quality = judge(vital, seen)
        self._unit_kept(vital, seen)
        spoke = self._spoke.get(vital)
        reading = credible(
            VitalReading(vital, value, quality, self._source, at, at, self.device_time(answer.ticks))
        )
        taken = spoke is not None and spoke[0] != rank and at.seconds_since(spoke[1]) <= SPOKEN_FOR_S
        if taken and spoke is not None and (spoke[0] < rank or not reading.usable):
            return []
        if reading.usable:
            self._spoke[vital] = (rank, at)
        return [reading]

    def _cuff(
        self, seen: list[Figure], observation: Observation, answer: PollAnswer, at: Instant
    ) -> list[VitalReading]:
        """The last measurement stands while the next one runs, so meanwhile there are no readings."""
        if any(one.state & ONGOING for one in seen):
            self.nibp = NibpState.MEASURING
            return []
        judged = [(CUFF[one.physio], *judge(CUFF[one.physio], one)) for one in seen]
        for one in seen:
            self._unit_kept(CUFF[one.physio], one)
        self._settle(tuple(value for _, value, _ in judged), observation, answer, at)
        told = []
        for vital, value, quality in judged:
            if value is not None and self._measured_at is None:
                value, quality = None, Quality.STALE
            measured_at = at if value is None or self._measured_at is None else self._measured_at
            device_s = self.device_time(answer.ticks)
            told.append(
                credible(VitalReading(vital, value, quality, self._source, at, measured_at, device_s))
            )
        return told

    def _settle(
        self, values: tuple[float | None, ...], observation: Observation, answer: PollAnswer, at: Instant
    ) -> None:
        """Decide whether these values are a new measurement, how old it is, and what the cuff is doing."""
        ended = self.nibp is NibpState.MEASURING
        stamp, age_s = self._stamped(observation, answer)
        changed = values != self._cuff_values if not stamp else stamp != self._stamp
        if None in values:
            self.nibp = NibpState.FAILED if ended else self.nibp or NibpState.IDLE
            return
        if changed or (ended and not stamp):
            first = not self._cuff_values
            if age_s is not None:
                self._measured_at = at.plus(-age_s)
            else:
                self._measured_at = None if first and not ended else at
            self.nibp = NibpState.IDLE
        elif ended:
            self.nibp = NibpState.FAILED
        else:
            self.nibp = self.nibp or NibpState.IDLE
        self._cuff_values, self._stamp = values, stamp or self._stamp

    def _stamped(self, observation: Observation, answer: PollAnswer) -> tuple[bytes, float | None]:
        """When the monitor says the values were measured, and how many seconds ago that is."""
        relative = observation.attributes.get(RELATIVE_TIME, b"")
        absolute = observation.attributes.get(ABSOLUTE_TIME, b"")
        age_s: float | None = None
        if relative:
            if len(relative) != 4:
                raise Malformed("a relative time that is not four bytes long")
            age_s = signed_ticks(answer.ticks - int.from_bytes(relative, "big")) / TICKS_PER_S
        elif absolute and (measured_s := clock_seconds(absolute)) is not None:
            now_s = self.device_time(answer.ticks)
            age_s = None if now_s is None else now_s - measured_s
        elif absolute:
            absolute = b""
        if age_s is not None and not -2.0 <= age_s <= LONGEST_AGE_S:
            age_s = None
        return relative or absolute, None if age_s is None else max(age_s, 0.0)
