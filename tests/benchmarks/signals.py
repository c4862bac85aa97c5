"""Waveforms of a calm patient, made once and repeated, so that making them costs nearly nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from console.clinical.vitals import Vital, Wave, WaveBlock
from console.clock import Instant

RATES_300: dict[Wave, float] = {Wave.ECG: 300.0, Wave.PLETH: 100.0, Wave.CO2: 25.0, Wave.RESP: 25.0}
RATES_500: dict[Wave, float] = {Wave.ECG: 500.0, Wave.PLETH: 125.0, Wave.CO2: 62.5, Wave.RESP: 25.0}
LOOP_S = 60
"""A whole number of beats and breaths, so that the loop has no seam."""
BEATS_MIN, BREATHS_MIN = 72, 14
SCALES: dict[Wave, tuple[float, str]] = {
    Wave.ECG: (0.001, "mV"),
    Wave.PLETH: (0.01, "%"),
    Wave.CO2: (0.01, "mm[Hg]"),
    Wave.RESP: (0.001, "Ohm"),
}

Values = NDArray[np.float64]


def _bump(phase: Values, centre: float, width: float, height: float) -> Values:
    return height * np.exp(-((phase - centre) ** 2) / (2 * width**2))


def _shape(wave: Wave, at_s: Values) -> Values:
    beat = (at_s * BEATS_MIN / 60) % 1.0
    breath = (at_s * BREATHS_MIN / 60) % 1.0
    match wave:
        case Wave.ECG:
            waves = (
                _bump(beat, 0.18, 0.025, 0.14)
                + _bump(beat, 0.295, 0.008, -0.12)
                + _bump(beat, 0.32, 0.010, 1.15)
                + _bump(beat, 0.345, 0.010, -0.26)
                + _bump(beat, 0.58, 0.05, 0.28)
            )
            noise = np.random.default_rng(7).normal(0.0, 0.008, len(at_s))
            return waves + noise
        case Wave.PLETH:
            return _bump(beat, 0.42, 0.09, 100.0) + _bump(beat, 0.68, 0.10, 42.0)
        case Wave.CO2:
            rise = np.clip((breath - 0.42) / 0.05, 0, 1) * np.clip((0.93 - breath) / 0.035, 0, 1)
            return 38.0 * rise
        case _:
            return np.sin(2 * np.pi * breath)


class Loop:
    """Blocks as a monitor would send them; a drop-in for the wave source of the tests' room."""

    def __init__(self, rates_hz: dict[Wave, float]) -> None:
        self.rates_hz = rates_hz
        self._raw = {
            wave: np.round(_shape(wave, np.arange(int(rate * LOOP_S)) / rate) / SCALES[wave][0]).astype("<i2")
            for wave, rate in rates_hz.items()
        }
        self._sent = dict.fromkeys(rates_hz, 0.0)

    def blocks(
        self, at: Instant, seconds: float, values: dict[Vital, float | None] | None = None
    ) -> tuple[WaveBlock, ...]:
        """The samples of the next ``seconds``, one block a wave."""
        del values  # the loop does not follow the patient
        return tuple(self._block(wave, at, seconds) for wave in self.rates_hz)

    def _block(self, wave: Wave, at: Instant, seconds: float) -> WaveBlock:
        raw, rate = self._raw[wave], self.rates_hz[wave]
        first = int(self._sent[wave])
        self._sent[wave] += seconds * rate
        taken = raw.take(np.arange(first, int(self._sent[wave])), mode="wrap")
        gain, unit = SCALES[wave]
        return WaveBlock(wave, "s5", at, rate, taken.tobytes(), gain, 0.0, unit)
