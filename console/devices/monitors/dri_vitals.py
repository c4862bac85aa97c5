"""What the counts of an S/5 record mean: vital signs with their quality, waves, and status texts.

Source of scales, codes and status bits: GE "S/5 Datex-Ohmeda Record Interface" 8005313, 12th
edition, section 3.4. Pure functions; what needs memory is in
:mod:`console.devices.monitors.dri_stream` and :mod:`console.devices.monitors.dri_nibp`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from console.clinical.vitals import NO_SAMPLE, USABLE, VITALS, Quality, Vital, VitalReading, Wave, WaveBlock
from console.clock import Instant
from console.devices.monitors.dri_physiology import Group, Physiology
from console.devices.monitors.dri_waves import WAVE_KINDS, WaveRecord

HIGHEST_CODE = -32001
"""A value at or below this is a code, not a number."""

HIGHEST_WAVE_CODE = -32000
"""A sample at or below this is a control code."""

CODE_QUALITY = {
    -32767: Quality.INVALID,
    -32766: Quality.UNAVAILABLE,  # not updated
    -32765: Quality.INVALID,  # discontinuity
    -32764: Quality.UNDER_RANGE,
    -32763: Quality.OVER_RANGE,
    -32762: Quality.CALIBRATING,
}

STANDARD_AMBIENT_MMHG = 760.0
LOWEST_AMBIENT_MMHG = 400.0
HIGHEST_AMBIENT_MMHG = 850.0
"""Barometric pressures outside cannot be true anywhere people live."""

ASYSTOLE = 1 << 2
ECG_NOISE = 1 << 7
ECG_ARTEFACT = 1 << 8
ECG_SOURCES = frozenset({1, 9})
"""Heart-rate sources that look at the ECG; 2-5 are invasive pressures, 6 is the pleth."""

APNOEA = 1 << 2
CO2_CALIBRATING = 1 << 3
CO2_ZEROING = 1 << 4
CO2_OCCLUSION = 1 << 5
CO2_LEAK = 1 << 6
APNOEA_OFF = 1 << 8
"""Set in recordings together with APNOEA while the patient breathes: the bit then says nothing."""

Judged = tuple[float | None, Quality]
"""A figure with its quality; None unless the quality is usable."""

NOT_MEASURED: Judged = (None, Quality.UNAVAILABLE)


def judge(count: int, scale: float, vital: Vital) -> Judged:
    """Turn a count into a figure, a code into its quality, and refuse the impossible."""
    if count <= HIGHEST_CODE:
        return None, CODE_QUALITY.get(count, Quality.INVALID)
    value = round(float(count) * scale, 4)
    kind = VITALS[vital]
    if not kind.lowest <= value <= kind.highest:
        return None, Quality.INVALID
    return value, Quality.VALID


def in_group(group: Group, field: str, scale: float, vital: Vital) -> Judged:
    """Judge one value of a group; nothing in an inactive group is believed."""
    return judge(group.counts[field], scale, vital) if group.active else NOT_MEASURED


def doubted(judged: Judged) -> Judged:
    """The same figure, to be looked at twice."""
    value, quality = judged
    return (value, Quality.QUESTIONABLE) if quality is Quality.VALID else judged


def hr_source(ecg: Group) -> int:
    """Where the monitor takes its heart rate from: bits 3-6 of the ECG status."""
    return ecg.status >> 3 & 0xF


def heart_rate(ecg: Group, extra: Group) -> Judged:
    """The rate from the ECG; a rate the monitor took from the pleth is a pulse, not a heart rate."""
    if ecg.status & ASYSTOLE and ecg.active:
        return None, Quality.INVALID
    source = hr_source(ecg)
    if 2 <= source <= 6:
        judged = judge(extra.counts["hr_ecg"], 1, Vital.HR) if ecg.active else NOT_MEASURED
        judged = judged if judged[0] is not None else NOT_MEASURED
    else:
        judged = in_group(ecg, "hr", 1, Vital.HR)
        judged = judged if source in ECG_SOURCES else doubted(judged)
    return doubted(judged) if ecg.status & (ECG_NOISE | ECG_ARTEFACT) else judged


def apnoeic(co2: Group) -> bool:
    """Whether the CO2 module says that the patient does not breathe."""
    return co2.active and bool(co2.status & APNOEA) and not co2.status & APNOEA_OFF


def respiration_rate(co2: Group, ecg: Group) -> tuple[Judged, str]:
    """The respiration rate and where it was measured: ``"co2"`` or ``"impedance"``.

    In apnoea the impedance is never asked: a chest that works against a closed airway moves.
    """
    judged = in_group(co2, "rr", 1, Vital.RR)
    if apnoeic(co2):
        if judged[0]:
            return doubted(judged), "co2"
        return (0.0, Quality.VALID), "co2"
    if judged[0] is not None:
        return judged, "co2"
    impedance = in_group(ecg, "imp_rr", 1, Vital.RR)
    if impedance[0] is None:
        return judged, "co2"
    return impedance, "impedance"


def ambient_mmhg(co2: Group) -> float | None:
    """Ambient pressure as the CO2 module measures it; None when it tells none that can be true."""
    value = co2.counts["ambient"] / 10
    return value if LOWEST_AMBIENT_MMHG <= value <= HIGHEST_AMBIENT_MMHG else None


def gas_pressure(co2: Group, field: str, vital: Vital) -> Judged:
    """EtCO2 or FiCO2 in mmHg: the fraction of the ambient pressure."""
    if not co2.active:
        return NOT_MEASURED
    if co2.status & (CO2_CALIBRATING | CO2_ZEROING):
        return None, Quality.CALIBRATING
    ambient = ambient_mmhg(co2)
    if co2.status & CO2_OCCLUSION or ambient is None:
        return None, Quality.INVALID
    judged = judge(co2.counts[field], ambient / 10_000, vital)
    return doubted(judged) if co2.status & CO2_LEAK else judged


def judged_vitals(physiology: Physiology) -> Iterator[tuple[Vital, Judged]]:
    """Every continuous vital sign of a basic-class subrecord; NIBP needs memory and is not here."""
    groups = physiology.groups
    ecg, spo2, co2 = groups["ecg"], groups["spo2"], groups["co2"]
    yield Vital.HR, heart_rate(ecg, groups["ecg_extra"])
    yield Vital.SPO2, in_group(spo2, "spo2", 0.01, Vital.SPO2)
    yield Vital.PR, in_group(spo2, "pr", 1, Vital.PR)
    yield Vital.PERFUSION, in_group(spo2, "ir_amp", 0.01, Vital.PERFUSION)
    yield Vital.RR, respiration_rate(co2, ecg)[0]
    yield Vital.ETCO2, gas_pressure(co2, "et", Vital.ETCO2)
    yield Vital.FICO2, gas_pressure(co2, "fi", Vital.FICO2)
    yield Vital.TEMP, in_group(groups["t1"], "temp", 0.01, Vital.TEMP)


def readings_of(physiology: Physiology, source: str, at: Instant) -> tuple[VitalReading, ...]:
    """The continuous vital signs as readings, the missing ones with their reason."""
    return tuple(
        VitalReading(
            vital=vital,
            value=value if quality in USABLE else None,
            quality=quality,
            source=source,
            at=at,
            measured_at=at,
            device_time_s=float(physiology.time_s),
        )
        for vital, (value, quality) in judged_vitals(physiology)
    )


def status_texts(physiology: Physiology) -> tuple[str, ...]:
    """What the status bits say in words; for the line "monitor says"."""
    ecg, co2 = physiology.groups["ecg"], physiology.groups["co2"]
    told = (
        (ecg, ecg.status & ASYSTOLE, "Asystole"),
        (ecg, ecg.status & ECG_NOISE, "ECG noise"),
        (ecg, ecg.status & ECG_ARTEFACT, "ECG artefact"),
        (co2, apnoeic(co2), "Apnoea (CO2)"),
        (co2, co2.status & CO2_CALIBRATING, "CO2 calibrating"),
        (co2, co2.status & CO2_ZEROING, "CO2 zeroing"),
        (co2, co2.status & CO2_OCCLUSION, "CO2 sample line blocked"),
        (co2, co2.status & CO2_LEAK, "CO2 air leak"),
    )
    return tuple(text for group, bit, text in told if group.active and bit)


@dataclass(frozen=True, slots=True)
class WaveScale:
    """How a waveform's counts become physical values.

    Attributes:
        wave: Which signal.
        gain: Physical value per count; None where it follows the ambient pressure.
        unit: UCUM unit of the physical value.
    """

    wave: Wave
    gain: float | None
    unit: str


WAVE_SCALES = {
    1: WaveScale(Wave.ECG, 0.001, "mV"),
    8: WaveScale(Wave.PLETH, 0.01, "%"),
    9: WaveScale(Wave.CO2, None, "mm[Hg]"),
    15: WaveScale(Wave.RESP, 0.01, "Ohm"),
}
"""Waveforms with a place in the product: ECG uV, pleth 1/100 %, CO2 1/100 %, respiration 1/100 Ohm."""

LEAD_WAVES = frozenset({Wave.ECG, Wave.RESP})
"""Signals that come from the ECG leads; respiration is their impedance."""


def wave_block(record: WaveRecord, source: str, at: Instant, lost: bool, ambient: float) -> WaveBlock | None:
    """A waveform record as a block; None for an empty record and for waves without a place here."""
    scale = WAVE_SCALES.get(record.kind)
    if scale is None or not len(record.counts):
        return None
    missing = record.counts <= HIGHEST_WAVE_CODE
    off = record.lead_off and scale.wave in LEAD_WAVES
    return WaveBlock(
        wave=scale.wave,
        source=source,
        at=at,
        rate_hz=float(WAVE_KINDS[record.kind].rate_hz),
        samples=np.where(missing, NO_SAMPLE, record.counts).astype("<i2").tobytes(),
        gain=ambient / 10_000 if scale.gain is None else scale.gain,
        offset=0.0,
        unit=scale.unit,
        gap=lost or record.gap,
        usable=not off and not bool(missing.all()),
    )
