"""What a virtual monitor's sensors pick up from a virtual patient.

The virtual patient implements :class:`Body`; virtual monitors read it. Neither knows the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from console.clinical.vitals import NibpState, Wave

WAVE_RATES_HZ: dict[Wave, int] = {Wave.ECG: 300, Wave.PLETH: 100, Wave.CO2: 25, Wave.RESP: 25}
"""Samples per second a body gives; the rates of the GE/Datex-Ohmeda S/5 waveform records."""


@dataclass(frozen=True, slots=True)
class CuffReading:
    """The last completed cuff measurement.

    Attributes:
        systolic: mmHg. diastolic: mmHg. mean: mmHg. pulse: /min.
        age_s: Seconds since it was completed.
    """

    systolic: float
    diastolic: float
    mean: float
    pulse: float
    age_s: float


@dataclass(frozen=True, slots=True)
class Numerics:
    """The numbers a monitor would derive now; None where its sensor sees nothing.

    Attributes:
        hr: Heart rate from the ECG, /min; None with the leads off.
        pr: Pulse rate from the pleth, /min; None with the probe off.
        spo2: %, None with the probe off.
        perfusion: Pulse amplitude, %.
        rr: Breaths per minute from the CO2 line; 0 in apnoea.
        etco2: mmHg. fico2: mmHg.
        temp: degrees Celsius.
        cuff: Last completed cuff measurement, None before the first.
        cuff_state: What the cuff is doing now.
        apnoea: No breath for 20 s.
        artefact: The signals are disturbed by motion.
    """

    hr: float | None
    pr: float | None
    spo2: float | None
    perfusion: float | None
    rr: float | None
    etco2: float | None
    fico2: float | None
    temp: float | None
    cuff: CuffReading | None
    cuff_state: NibpState
    apnoea: bool
    artefact: bool


class Body(Protocol):
    """A body with sensors on it."""

    def numerics(self) -> Numerics:
        """The numbers now."""
        ...

    def take_wave(self, wave: Wave) -> NDArray[np.float64]:
        """Samples since the last take, at WAVE_RATES_HZ; NaN where the sensor sees nothing.

        Units: ECG mV, pleth % of amplitude, CO2 mmHg, respiration Ohm.
        """
        ...

    def start_cuff(self) -> None:
        """Begin a cuff measurement; does nothing while one is running."""
        ...
