"""Vital signs, waveforms and the quality every reading carries.

A value that is not known to be true is ``None`` with the reason in ``quality``; it is never the last
value and never zero. The codes follow LOINC/UCUM (HL7 FHIR R4 vital-signs profiles) and ISO/IEEE
11073-10101 as listed beside each member.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from console.clock import Instant


class Vital(StrEnum):
    """A numeric parameter of the patient; the value is its name in the record."""

    HR = "hr"
    PR = "pr"
    SPO2 = "spo2"
    PERFUSION = "perfusion"
    RR = "rr"
    ETCO2 = "etco2"
    FICO2 = "fico2"
    TEMP = "temp"
    NIBP_SYS = "nibp_sys"
    NIBP_DIA = "nibp_dia"
    NIBP_MEAN = "nibp_mean"


class Wave(StrEnum):
    """A sampled signal."""

    ECG = "ecg"
    PLETH = "pleth"
    CO2 = "co2"
    RESP = "resp"


class Quality(StrEnum):
    """What a device says of a value; members exist in all monitor protocols spoken here."""

    VALID = "valid"
    QUESTIONABLE = "questionable"
    UNAVAILABLE = "unavailable"
    INVALID = "invalid"
    UNDER_RANGE = "under_range"
    OVER_RANGE = "over_range"
    CALIBRATING = "calibrating"
    TEST = "test"
    STALE = "stale"
    FROZEN = "frozen"
    """The source repeats itself: the figure looks fresh and is not."""


USABLE = frozenset({Quality.VALID, Quality.QUESTIONABLE})


@dataclass(frozen=True, slots=True)
class VitalKind:
    """How a vital sign is named, coded, shown and judged impossible.

    Attributes:
        label: Short name on the screen.
        unit: UCUM unit of the stored value.
        shown_unit: The unit as printed on the screen.
        loinc: LOINC code for FHIR.
        places: Decimals shown.
        lowest: Below this the figure is impossible in a living adult and refused.
        highest: Above this it is refused.
    """

    label: str
    unit: str
    shown_unit: str
    loinc: str
    places: int
    lowest: float
    highest: float


# LOINC: HL7 R4 vital-signs value set; EtCO2 19891-1 is the partial-pressure term (19889-5 is the
# fraction). Impossible-value bounds are engineering bounds: wider than any monitor's range.
VITALS: dict[Vital, VitalKind] = {
    Vital.HR: VitalKind("HR", "/min", "/min", "8867-4", 0, 10, 350),
    Vital.PR: VitalKind("PR", "/min", "/min", "8889-8", 0, 10, 350),
    Vital.SPO2: VitalKind("SpO₂", "%", "%", "59408-5", 0, 1, 100),
    Vital.PERFUSION: VitalKind("Perf", "%", "%", "61006-3", 1, 0, 100),
    Vital.RR: VitalKind("RR", "/min", "/min", "9279-1", 0, 0, 150),
    Vital.ETCO2: VitalKind("EtCO₂", "mm[Hg]", "mmHg", "19891-1", 0, 0, 150),
    Vital.FICO2: VitalKind("FiCO₂", "mm[Hg]", "mmHg", "19890-3", 0, 0, 150),
    Vital.TEMP: VitalKind("Temp", "Cel", "°C", "8310-5", 1, 20, 45),
    Vital.NIBP_SYS: VitalKind("Systolic", "mm[Hg]", "mmHg", "8480-6", 0, 20, 320),
    Vital.NIBP_DIA: VitalKind("Diastolic", "mm[Hg]", "mmHg", "8462-4", 0, 5, 250),
    Vital.NIBP_MEAN: VitalKind("Mean", "mm[Hg]", "mmHg", "8478-0", 0, 10, 280),
}


class VitalReading(msgspec.Struct, frozen=True):
    """One numeric reading as a device gave it.

    Attributes:
        vital: Which parameter.
        value: The figure in the unit of ``VITALS[vital]``; None when it is not known.
        quality: Why it may be used, or why there is none.
        source: Name of the device binding that speaks (``"s5"``).
        at: When its bytes arrived here.
        measured_at: When it was measured, for values that are measured now and then (NIBP); the
            same as ``at`` for continuous ones. A new ``measured_at`` means a new measurement.
        device_time_s: The device's own clock in Unix seconds, kept beside ours, never mixed in.
    """

    vital: Vital
    value: float | None
    quality: Quality
    source: str
    at: Instant
    measured_at: Instant
    device_time_s: float | None = None

    @property
    def usable(self) -> bool:
        """Whether the figure may be shown and judged."""
        return self.value is not None and self.quality in USABLE


def credible(reading: VitalReading) -> VitalReading:
    """The reading, without its figure when no living adult can have it or it is no number at all.

    Whatever a driver lets through: what is impossible is never shown and never judged as a number.
    """
    value, kind = reading.value, VITALS[reading.vital]
    if value is None or (math.isfinite(value) and kind.lowest <= value <= kind.highest):
        return reading
    return msgspec.structs.replace(reading, value=None, quality=Quality.INVALID)


NO_SAMPLE = -32768


class NibpState(StrEnum):
    """What the cuff is doing."""

    IDLE = "idle"
    MEASURING = "measuring"
    FAILED = "failed"


class WaveBlock(msgspec.Struct, frozen=True):
    """Consecutive samples of one waveform.

    Attributes:
        wave: Which signal.
        source: Name of the device binding that speaks.
        at: When the last sample's bytes arrived here.
        rate_hz: Nominal sampling rate; the time base is re-estimated by whoever draws.
        samples: int16 little-endian, one per sample; -32768 (NO_SAMPLE) where the device gave none.
        gain: Physical value = sample * gain + offset.
        offset: See ``gain``.
        unit: UCUM unit of the physical value (``mV``, ``mm[Hg]``, ``%``, ``Ohm``).
        gap: Samples were lost between the previous block and this one.
        usable: False when the device says lead off, probe off or artefact.
    """

    wave: Wave
    source: str
    at: Instant
    rate_hz: float
    samples: bytes
    gain: float
    offset: float
    unit: str
    gap: bool = False
    usable: bool = True
