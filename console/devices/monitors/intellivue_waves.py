"""Waves of an IntelliVue monitor: samples with what was told of them once, without those that came twice."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from console.clinical.vitals import NO_SAMPLE, Wave, WaveBlock
from console.clock import Instant
from console.devices.monitors.intellivue_messages import Cursor, Malformed, Observation, PollAnswer, figure
from console.devices.monitors.intellivue_requests import TICKS_PER_S
from console.devices.monitors.intellivue_vitals import signed_ticks

SAMPLES, COMPOUND_SAMPLES = 0x096E, 0x0967
SAMPLE_SPEC, SAMPLE_PERIOD, SCALE, FIXED_VALUES = 0x096D, 0x098D, 0x096F, 0x0A16

ECG_II = 0x0102
ECG_LEADS = frozenset({0x0100, 0x0101, ECG_II, 0x013D, 0x013E, 0x013F, 0x0140, 0x0143, 0x014B})
OTHERS = {0x4BB4: Wave.PLETH, 0x50AC: Wave.CO2, 0x5000: Wave.RESP}
UNITS = {Wave.ECG: "mV", Wave.PLETH: "%", Wave.CO2: "mm[Hg]", Wave.RESP: "Ohm"}
KPA_CODE, UNIT = 0x0F03, 0x0996
MMHG_PER_KPA = 7.50062

UNUSABLE = 0x8000 | 0x2000 | 0x1000 | 0x0C00
INVALID_MASK = 1
GAP_FACTOR, AGAIN_FACTOR = 1.5, 0.5
"""Of a block's length: a later beginning means that one was lost, an earlier one that it came twice."""
MOST_HANDLES = 64


@dataclass(slots=True)
class Described:
    """What was told of one wave object; it comes with some answers only and stands until the next."""

    bits: int = 0
    significant: int = 0
    period_ticks: int = 0
    lower: float = math.nan
    upper: float = math.nan
    lower_raw: int = 0
    upper_raw: int = 0
    invalid_bits: int = 0
    in_kpa: bool = False
    last_ticks: int | None = None


class WaveReader:
    """Waves of one association. Make a new one for the next.

    Attributes:
        raw: Waves nobody mapped, by physiological id.
    """

    def __init__(self, source: str) -> None:
        self.raw: dict[int, str] = {}
        self._source = source
        self._described: dict[int, Described] = {}
        self._lead: int | None = None

    def read(self, answer: PollAnswer, at: Instant) -> tuple[WaveBlock, ...]:
        """The blocks of a poll answer.

        Raises:
            Malformed: an observation promises more than it holds.
        """
        told: list[WaveBlock] = []
        for observation in answer.observations:
            arrays = _arrays(observation)
            if observation.handle not in self._described and len(self._described) >= MOST_HANDLES:
                continue
            known = self._described.setdefault(observation.handle, Described())
            _learn(known, observation)
            if arrays and known.bits in (8, 16) and known.period_ticks:
                told += self._blocks(arrays, known, answer.ticks, at)
        return tuple(told)

    def _blocks(
        self, arrays: list[tuple[int, int, bytes]], known: Described, ticks: int, at: Instant
    ) -> list[WaveBlock]:
        length = max(len(data) for _, _, data in arrays) * 8 // known.bits * known.period_ticks
        since = None if known.last_ticks is None else signed_ticks(ticks - known.last_ticks)
        if not length or (since is not None and since < length * AGAIN_FACTOR):
            return []
        known.last_ticks = ticks
        gap = since is not None and since > length * GAP_FACTOR
        leads = [physio for physio, _, _ in arrays if physio in ECG_LEADS]
        if leads and (self._lead is None or ECG_II in leads):
            self._lead = ECG_II if ECG_II in leads else leads[0]
        told = []
        for physio, state, data in arrays:
            wave = Wave.ECG if physio in ECG_LEADS else OTHERS.get(physio)
            if wave is None:
                if physio in self.raw or len(self.raw) < MOST_HANDLES:
                    self.raw[physio] = f"unmapped wave {physio:04X}, {TICKS_PER_S / known.period_ticks:g} Hz"
            elif wave is not Wave.ECG or physio == self._lead:
                told.append(self._block(wave, state, data, known, gap, at))
        return told

    def _block(
        self, wave: Wave, state: int, data: bytes, known: Described, gap: bool, at: Instant
    ) -> WaveBlock:
        if known.bits == 16:
            sent = np.frombuffer(data[: len(data) // 2 * 2], ">u2").astype(np.int32)
        else:
            sent = np.frombuffer(data, "u1").astype(np.int32)
        top = (1 << known.significant) - 1
        # Sixteen significant bits do not fit a signed sample: half the range is taken off.
        middle = 0x8000 if known.significant > 15 else 0
        samples = np.maximum((sent & top) - middle, NO_SAMPLE + 1)
        samples[(sent & known.invalid_bits) != 0] = NO_SAMPLE
        gain, offset = _scale(known, top)
        if wave is Wave.CO2 and known.in_kpa:
            gain, offset = gain * MMHG_PER_KPA, offset * MMHG_PER_KPA
        return WaveBlock(
            wave,
            self._source,
            at,
            TICKS_PER_S / known.period_ticks,
            samples.astype("<i2").tobytes(),
            gain,
            offset + middle * gain,
            UNITS[wave],
            gap=gap,
            usable=not state & UNUSABLE,
        )


def _scale(known: Described, top: int) -> tuple[float, float]:
    """Gain and offset of the raw counts; without a scale (pleth) they are per cent of their range."""
    span = known.upper_raw - known.lower_raw
    if not span or not math.isfinite(known.lower) or not math.isfinite(known.upper):
        return 100.0 / (known.upper_raw or top), 0.0
    gain = (known.upper - known.lower) / span
    return gain, known.lower - known.lower_raw * gain


def _arrays(observation: Observation) -> list[tuple[int, int, bytes]]:
    """Physiological id, state and samples of every array of an object."""
    found = []
    if (simple := observation.attributes.get(SAMPLES)) is not None:
        found.append(_array(Cursor(simple)))
    if (compound := observation.attributes.get(COMPOUND_SAMPLES)) is not None:
        cursor = Cursor(compound)
        count, inside = cursor.u16(), cursor.part()
        found += [_array(inside) for _ in range(count)]
    return found


def _array(cursor: Cursor) -> tuple[int, int, bytes]:
    return cursor.u16(), cursor.u16(), cursor.take(cursor.u16())


def _learn(known: Described, observation: Observation) -> None:
    told = observation.attributes
    if (spec := told.get(SAMPLE_SPEC)) is not None:
        cursor = Cursor(spec)
        cursor.u16()
        known.bits, known.significant = cursor.whole(1), cursor.whole(1)
        if not 0 < known.significant <= known.bits:
            raise Malformed(f"{known.significant} significant bits of {known.bits}")
    if (period := told.get(SAMPLE_PERIOD)) is not None:
        known.period_ticks = Cursor(period).u32()
    if (scale := told.get(SCALE)) is not None:
        cursor = Cursor(scale)
        known.lower, known.upper = figure(cursor.u32()), figure(cursor.u32())
        known.lower_raw, known.upper_raw = cursor.u16(), cursor.u16()
    if (fixed := told.get(FIXED_VALUES)) is not None:
        cursor = Cursor(fixed)
        count, inside = cursor.u16(), cursor.part()
        # Pacer, defibrillator and QRS marks ride on good samples; only the invalid mark empties one.
        marks = [(inside.u16(), inside.u16()) for _ in range(count)]
        known.invalid_bits = next((bits for name, bits in marks if name == INVALID_MASK), 0)
    if (unit := told.get(UNIT)) is not None:
        known.in_kpa = Cursor(unit).u16() == KPA_CODE
