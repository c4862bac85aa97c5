"""What a virtual IntelliVue monitor shows: numerics, alarms, and waves at its own rates."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from console.clinical.vitals import NibpState, Wave
from console.devices.virtual.body import WAVE_RATES_HZ, Numerics
from console.devices.virtual.intellivue_wire import (
    attribute,
    clock_digits,
    counted,
    number,
    observation,
    wide,
)

MMHG_PER_KPA = 7.50062
DEMO, UNAVAILABLE, QUESTIONABLE, ONGOING = 0x0400, 0x2000, 0x4000, 0x0020
PERCENT, PLAIN, BPM, RPM, MMHG, KPA, CELSIUS, MILLIVOLT, OHM = (
    0x0220,
    0x0200,
    0x0AA0,
    0x0AE0,
    0x0F20,
    0x0F03,
    0x17A0,
    0x10B2,
    0x10C0,
)
SPO2_LOW, HR_LOW, HR_HIGH, RR_LOW, SYS_HIGH = 90, 50, 120, 8, 160
LOW, MEDIUM, HIGH = 1, 2, 4


def numeric_objects(seen: Numerics, clock_s: float, *, demo: bool, kpa: bool) -> list[bytes]:
    """Every numeric with its state."""
    rough = QUESTIONABLE if seen.artefact else 0
    flag = DEMO if demo else 0
    gas, places, factor = (KPA, 2, 1 / MMHG_PER_KPA) if kpa else (MMHG, 0, 1.0)
    impedance = seen.rr if seen.hr is not None else None

    def gas_of(mmhg: float | None) -> float | None:
        return None if mmhg is None else mmhg * factor

    rows = (
        (0x4182, seen.hr, BPM, 0, rough),
        (0x4BB8, seen.spo2, PERCENT, 0, rough),
        (0x4822, seen.pr, BPM, 0, rough),
        (0x4BB0, seen.perfusion, PLAIN, 1, 0),
        (0x500A, impedance, RPM, 0, 0),
        (0x5012, seen.rr, RPM, 0, 0),
        (0x50B0, gas_of(seen.etco2), gas, places, 0),
        (0x50BA, gas_of(seen.fico2), gas, places, 0),
        (0x4B48, seen.temp, CELSIUS, 1, 0),
        (0x4261, 0.0, BPM, 0, 0),
    )
    found = [
        observation(
            physio,
            [
                attribute(0x0924, struct.pack(">I", 0x20000 | physio)),
                attribute(0x0950, _value(physio, value, unit, decimals, state | flag)),
            ],
        )
        for physio, value, unit, decimals, state in rows
    ]
    return [*found, *_cuff(seen, clock_s, flag, kpa)]


def _value(physio: int, value: float | None, unit: int, places: int, state: int) -> bytes:
    state |= UNAVAILABLE if value is None else 0
    return struct.pack(">3HI", physio, state, unit, number(value, places))


def _cuff(seen: Numerics, clock_s: float, flag: int, kpa: bool) -> list[bytes]:
    if seen.cuff is None and seen.cuff_state is NibpState.IDLE:
        return []
    last = seen.cuff
    state = flag | (ONGOING if seen.cuff_state is NibpState.MEASURING else 0)
    lost = seen.cuff_state is NibpState.FAILED or last is None
    values = (None, None, None) if lost or last is None else (last.systolic, last.diastolic, last.mean)
    unit, places, factor = (KPA, 1, 1 / MMHG_PER_KPA) if kpa else (MMHG, 0, 1.0)
    items = [
        _value(physio, None if value is None else value * factor, unit, places, state)
        for physio, value in zip((0x4A05, 0x4A06, 0x4A07), values, strict=True)
    ]
    told = [attribute(0x0924, struct.pack(">I", 0x24A04)), attribute(0x094B, counted(items))]
    if last is not None:
        told.append(attribute(0x0990, clock_digits(round(clock_s - last.age_s))))
    return [observation(0x4A04, told)]


def alarm_object(seen: Numerics, *, demo: bool) -> bytes:
    """The alarm monitor with both its lists."""
    patient: list[tuple[int, str]] = []
    technical: list[tuple[int, str]] = []
    if seen.apnoea:
        patient.append((HIGH, "*** APNEA"))
    if seen.spo2 is None:
        technical.append((MEDIUM, "SpO2 SENSOR OFF"))
    elif seen.spo2 < SPO2_LOW:
        patient.append((MEDIUM, "** SpO2 LOW"))
    if seen.hr is None:
        technical.append((MEDIUM, "ECG LEADS OFF"))
    elif not HR_LOW <= seen.hr <= HR_HIGH:
        patient.append((MEDIUM, "** HR HIGH" if seen.hr > HR_HIGH else "** HR LOW"))
    if seen.rr is not None and not seen.apnoea and seen.rr < RR_LOW:
        patient.append((MEDIUM, "** RR LOW"))
    if seen.cuff_state is NibpState.FAILED:
        technical.append((LOW, "NBP MEASURE FAILED"))
    elif seen.cuff is not None and seen.cuff.systolic > SYS_HIGH:
        patient.append((MEDIUM, "** NBPs HIGH"))
    state = 0x0100 if demo else 0
    lists = [
        attribute(0x0902, counted([_alarm(level << 8, text, state) for level, text in patient])),
        attribute(0x0904, counted([_alarm(level, text, state) for level, text in technical])),
    ]
    return observation(0x0036, lists)


def _alarm(kind: int, text: str, state: int) -> bytes:
    info = struct.pack(">HIHH", 0, 0, 0, 0) + wide(text)
    return struct.pack(">9H", 0, 0x1000, kind, state, 0x36, 0, 1, 0x0204, len(info)) + info


class WaveSource:
    """One wave of a body, resampled to the monitor's own rate."""

    def __init__(
        self,
        wave: Wave,
        physio: int,
        unit: int,
        period_ticks: int,
        significant: int,
        lower: float,
        step: float,
        *,
        scaled: bool = True,
    ) -> None:
        self.wave = wave
        self._physio = physio
        self._unit = unit
        self._period_ticks = period_ticks
        self._significant = significant
        self._lower = lower
        self._step = step
        self._scaled = scaled
        self._kept: NDArray[np.float64] = np.empty(0)
        self._phase = 0.0

    def keep(self, taken: NDArray[np.float64]) -> None:
        """Add the body's samples; at most a second waits."""
        self._kept = np.concatenate([self._kept, taken])[-WAVE_RATES_HZ[self.wave] :]

    def object(self, block_ticks: int, *, described: bool, demo: bool) -> bytes:
        """The next block as an object of a poll answer."""
        count = block_ticks // self._period_ticks
        values = self._next(count)
        top = (1 << self._significant) - 1
        off = np.isnan(values)
        raw = np.clip(np.round((np.where(off, 0.0, values) - self._lower) / self._step), 0, top).astype(">u2")
        raw[off] = 0x8000
        state = (UNAVAILABLE if off.all() else 0) | (DEMO if demo else 0)
        data = raw.tobytes()
        told = [attribute(0x096E, struct.pack(">3H", self._physio, state, len(data)) + data)]
        return observation(self._physio, told + (self._description(count, top) if described else []))

    def _description(self, count: int, top: int) -> list[bytes]:
        upper = self._lower + top * self._step
        ends = (number(self._lower, 3), number(upper, 3)) if self._scaled else (number(None, 0),) * 2
        return [
            attribute(0x096D, struct.pack(">HBBH", count, 16, self._significant, 0x3000)),
            attribute(0x098D, struct.pack(">I", self._period_ticks)),
            attribute(0x096F, struct.pack(">IIHH", *ends, 0, top)),
            attribute(0x0A16, counted([struct.pack(">HH", 1, 0x8000), struct.pack(">HH", 2, 0x4000)])),
            attribute(0x0996, struct.pack(">H", self._unit)),
            attribute(0x0924, struct.pack(">I", 0x20000 | self._physio)),
        ]

    def _next(self, count: int) -> NDArray[np.float64]:
        ratio = WAVE_RATES_HZ[self.wave] * self._period_ticks / 8000
        places = self._phase + np.arange(count) * ratio
        if not len(self._kept):
            return np.full(count, np.nan)
        values: NDArray[np.float64] = np.interp(places, np.arange(len(self._kept)), self._kept)
        end = self._phase + count * ratio
        used = min(int(end), len(self._kept) - 1)
        self._phase = min(end - used, 1.0)
        self._kept = self._kept[used:]
        return values


def wave_sources() -> dict[int, WaveSource]:
    """The waves a monitor can send, by label: ECG 250 Hz, pleth 125 Hz, CO2 and respiration 62.5 Hz."""
    return {
        0x00020102: WaveSource(Wave.ECG, 0x0102, MILLIVOLT, 32, 14, -40.96, 0.005),
        0x00024BB4: WaveSource(Wave.PLETH, 0x4BB4, PLAIN, 64, 12, 0.0, 100 / 4095, scaled=False),
        0x000250AC: WaveSource(Wave.CO2, 0x50AC, MMHG, 128, 12, 0.0, 0.04),
        0x00025000: WaveSource(Wave.RESP, 0x5000, OHM, 128, 12, -10.24, 0.005),
    }
