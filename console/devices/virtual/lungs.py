"""Breathing and gas exchange: breath by breath, with stores of oxygen and carbon dioxide.

Between breaths the alveolar oxygen falls at a constant rate and every breath refreshes a share of it,
so that a pause in breathing on room air brings the saturation into the eighties after about a minute,
the sooner the shallower the breaths before. The saturation is the Severinghaus curve (J Appl Physiol
1979;46:599).
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from console.devices.virtual.patient_profile import Baseline

ROOM_AIR_MMHG: Final = 150.0
"""Partial pressure of oxygen in moist inspired air at sea level."""
NASAL_OXYGEN_MMHG: Final = 257.0
"""The same under 4 L/min by nasal prongs (inspired fraction about 0.36)."""
RESTING_ALVEOLAR_MMHG: Final = 102.0
ARTERIAL_GAP_MMHG: Final = 6.0
OXYGEN_FALL_MMHG_MIN: Final = 62.0
"""Fall of alveolar oxygen without a breath: 250 mL/min out of the lungs' and the blood's stores."""
LUNG_STORE_ML_MMHG: Final = 3.4
BLOOD_STORE_ML: Final = 400.0
"""Oxygen in 2.4 L of lung per mmHg, and in the share of the blood that exchanges with it within a minute."""
CO2_RISE_MMHG_MIN: Final = 5.0
"""Rise of carbon dioxide without a breath: 3-6 mmHg a minute."""
FINGER_DELAY_S: Final = 18
APNOEA_S: Final = 20.0
KEEP_BREATHS: Final = 24


@dataclass(frozen=True, slots=True)
class Breath:
    """One breath: in, out, and the rest until the next.

    Attributes:
        start_s: Inspiration begins. out_s: Expiration begins. end_s: The next may begin.
        depth: Tidal volume relative to rest. etco2: mmHg at the end of expiration.
    """

    start_s: float
    out_s: float
    end_s: float
    depth: float
    etco2: float


@dataclass(frozen=True, slots=True)
class BreathDrive:
    """How the patient is breathing.

    Attributes:
        rate: Breaths per minute. depth: Tidal volume relative to rest.
        held_until_s: No breath begins before this time.
        inspired_mmhg: Oxygen in what is breathed in.
        blunted: The drug has blunted the answer to carbon dioxide.
    """

    rate: float
    depth: float
    held_until_s: float = 0.0
    inspired_mmhg: float = ROOM_AIR_MMHG
    blunted: bool = False


def saturation(oxygen_mmhg: float) -> float:
    """Haemoglobin saturation in % at an arterial oxygen pressure in mmHg (Severinghaus 1979)."""
    if oxygen_mmhg <= 1:
        return 0.0
    return 100 / (1 + 23400 / (oxygen_mmhg**3 + 150 * oxygen_mmhg))


def oxygen_buffer(oxygen_mmhg: float) -> float:
    """How much faster than at rest the oxygen pressure changes; well below 1 where blood unloads."""
    return _store_ml_mmhg(RESTING_ALVEOLAR_MMHG) / _store_ml_mmhg(oxygen_mmhg)


def _store_ml_mmhg(alveolar_mmhg: float) -> float:
    arterial = alveolar_mmhg - ARTERIAL_GAP_MMHG
    slope = (saturation(arterial + 1) - saturation(arterial - 1)) / 200
    return LUNG_STORE_ML_MMHG + BLOOD_STORE_ML * slope


class Lungs:
    """Makes breaths one after the other and keeps the gases."""

    def __init__(self, rng: np.random.Generator, rest: Baseline) -> None:
        self._rng = rng
        self._rest = rest
        refill = OXYGEN_FALL_MMHG_MIN / (rest.rr * (ROOM_AIR_MMHG - RESTING_ALVEOLAR_MMHG))
        self._refill_per_breath = min(0.5, refill)
        self._wash_per_breath = CO2_RISE_MMHG_MIN / (rest.rr * rest.etco2)
        self._bias = rest.spo2 - saturation(RESTING_ALVEOLAR_MMHG - ARTERIAL_GAP_MMHG)
        self._now_s = 0.0
        self.oxygen_mmhg = RESTING_ALVEOLAR_MMHG
        self.co2_mmhg = rest.etco2
        self._blood: deque[float] = deque([rest.spo2] * FINGER_DELAY_S, maxlen=FINGER_DELAY_S)
        self._next_blood_s = 1.0
        self._finger = rest.spo2
        self.breaths: deque[Breath] = deque(maxlen=KEEP_BREATHS)
        self.breaths.append(self._breath(0.2, BreathDrive(rest.rr, 1.0)))

    @property
    def spo2(self) -> float:
        """Saturation at the finger, %: some 20 s behind the lungs and averaged."""
        return self._finger

    def advance(self, until_s: float, drive: BreathDrive) -> None:
        """Let the gases change and breaths begin until ``until_s``."""
        minutes = (until_s - self._now_s) / 60
        self._now_s = until_s
        fall = OXYGEN_FALL_MMHG_MIN * minutes * oxygen_buffer(self.oxygen_mmhg)
        self.oxygen_mmhg = max(15.0, self.oxygen_mmhg - fall)
        self.co2_mmhg += CO2_RISE_MMHG_MIN * minutes
        ended = self.breaths[-1].end_s
        if ended <= until_s and drive.held_until_s <= until_s:
            waited = until_s - ended > 0.1
            self.breaths.append(self._breath(until_s if waited else ended, drive))
        while self._next_blood_s <= until_s:
            self._next_blood_s += 1.0
            self._blood.append(self._arterial())
            self._finger += (self._blood[0] - self._finger) / 4.0

    def _breath(self, start_s: float, drive: BreathDrive) -> Breath:
        chemical = 1.0 if drive.blunted else 1 + 0.03 * (self.co2_mmhg - self._rest.etco2)
        thirst = max(0.0, 62.0 - self.oxygen_mmhg) / 16
        depth = drive.depth * min(1.6, max(0.6, chemical)) + thirst
        depth = min(2.2, depth * math.exp(0.07 * self._rng.standard_normal()))
        period = 60 / drive.rate * math.exp(0.06 * self._rng.standard_normal())
        inspiration = min(1.6, 0.36 * period)
        share = 1 - (1 - self._refill_per_breath * min(2.0, oxygen_buffer(self.oxygen_mmhg))) ** depth
        self.oxygen_mmhg += share * (drive.inspired_mmhg - self.oxygen_mmhg)
        self.co2_mmhg -= self._wash_per_breath * depth * self.co2_mmhg
        diluted = min(1.0, 0.5 + 0.5 * depth / 0.6)
        etco2 = (self.co2_mmhg + 0.4 * self._rng.standard_normal()) * diluted
        return Breath(start_s, start_s + inspiration, start_s + period, depth, etco2)

    def _arterial(self) -> float:
        real = saturation(self.oxygen_mmhg - ARTERIAL_GAP_MMHG)
        return min(100.0, real + self._bias * min(1.0, max(0.0, (real - 70) / 27)))

    def inflation(self, at_s: float) -> float:
        """How full the lungs are: 0 at rest, about 1 at the top of a resting breath."""
        for breath in reversed(self.breaths):
            if breath.start_s <= at_s:
                return breath_volume(breath, at_s)
        return 0.0

    def quiet_s(self, now_s: float) -> float:
        """Seconds since the last breath began."""
        return now_s - self.breaths[-1].start_s if self.breaths[-1].start_s <= now_s else 0.0

    def exhaled(self, now_s: float, after_s: float) -> Breath | None:
        """The last breath breathed out completely and begun after ``after_s``."""
        done = [b for b in self.breaths if b.end_s <= now_s and b.start_s >= after_s]
        return done[-1] if done else None

    def rate(self, now_s: float, after_s: float) -> float | None:
        """Breaths per minute over the last four; None while there are fewer than two."""
        begun = [b.start_s for b in self.breaths if after_s <= b.start_s <= now_s][-5:]
        if len(begun) < 2:
            return None
        span = max(begun[-1] - begun[0], 0.1)
        waiting = now_s - begun[-1]
        mean = span / (len(begun) - 1)
        return 60 / (mean if waiting <= 1.5 * mean else (span + waiting) / len(begun))

    def ventilate(self, now_s: float) -> None:
        """End a breath that is still waiting for its successor, so that the next can begin now."""
        last = self.breaths[-1]
        if last.end_s > now_s > last.out_s + 1.0:
            self.breaths[-1] = replace(last, end_s=now_s)


def breath_volume(breath: Breath, at_s: float) -> float:
    """Volume of air in one breath at ``at_s``, relative to a resting breath."""
    if at_s < breath.out_s:
        share = (at_s - breath.start_s) / (breath.out_s - breath.start_s)
        return breath.depth * 0.5 * (1 - math.cos(math.pi * share))
    share = min(1.0, (at_s - breath.out_s) / (0.8 * (breath.end_s - breath.out_s)))
    return breath.depth * 0.5 * (1 + math.cos(math.pi * share**0.7))
