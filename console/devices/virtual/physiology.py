"""The slow side of a virtual patient: drug in, and once a second what heart and lungs are told to do."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Final, Protocol, assert_never

import numpy as np

from console.devices.virtual.disturbance import (
    Anxiety,
    Apnoea,
    Hypoventilation,
    Nausea,
    Surge,
    Treatment,
)
from console.devices.virtual.heart import HeartDrive
from console.devices.virtual.lungs import NASAL_OXYGEN_MMHG, ROOM_AIR_MMHG, BreathDrive
from console.devices.virtual.patient_profile import PatientProfile
from console.devices.virtual.response import (
    SYSTOLIC,
    Response,
    Susceptibility,
    breath_stops,
    dissociation_level,
    respond,
)

STEP_S: Final = 1.0
RISE_WINDOW_S: Final = 30
DIASTOLIC_SHARE: Final = 0.55
"""Diastolic part of a scripted systolic rise."""


class Kinetics(Protocol):
    """Where the drug is; the only thing that knows how it gets there."""

    @property
    def plasma_ng_ml(self) -> float:
        """Concentration in plasma."""
        ...

    @property
    def effect_ng_ml(self) -> float:
        """Concentration at the site of effect."""
        ...

    def give(self, ketamine_mg: float, seconds: float) -> None:
        """Let ``seconds`` pass in which ``ketamine_mg`` enter the vein at an even rate."""
        ...


@dataclass(frozen=True, slots=True)
class Drive:
    """What the fast side follows until the next second."""

    heart: HeartDrive
    breath: BreathDrive


@dataclass(slots=True)
class _Course:
    """A scripted course: begins, and ends by itself."""

    start_s: float
    until_s: float
    size: float

    def now(self, at_s: float, onset_s: float, ebb_s: float) -> float:
        if at_s <= self.start_s:
            return 0.0
        rising = 1.0 if onset_s <= 0 else min(1.0, (at_s - self.start_s) / onset_s)
        ebbing = 1.0 if at_s <= self.until_s else math.exp(-(at_s - self.until_s) / ebb_s)
        return self.size * rising * ebbing


class Physiology:
    """Everything about the patient that changes over seconds to minutes."""

    def __init__(self, profile: PatientProfile, rng: np.random.Generator, kinetics: Kinetics) -> None:
        self.profile = profile
        self.person = Susceptibility.draw(rng) if profile.individual else Susceptibility()
        self.kinetics = kinetics
        self._rng = rng
        self.now_s = 0.0
        self._noise = [0.0, 0.0, 0.0]
        self._history: deque[float] = deque([0.0] * (RISE_WINDOW_S + 1), maxlen=RISE_WINDOW_S + 1)
        self._surge: Surge | None = None
        self._surge_from = (0.0, 0.0)
        self._distress: _Course | None = None
        self._nausea: _Course | None = None
        self._shallow: _Course | None = None
        self._lowered: _Course | None = None
        self._held_until_s = 0.0
        self._supported_until_s = 0.0
        self._inspired_mmhg = ROOM_AIR_MMHG
        self._depressed = False
        self._next_pause_s = 0.0
        self.response = respond(0.0, profile, self.person)
        self.drive = self._drive(profile.baseline.spo2)

    def step(self, ketamine_mg: float, spo2: float) -> None:
        """Let one second pass.

        Args:
            ketamine_mg: Drug that entered the vein in this second.
            spo2: Saturation now, %: the heart answers to it.
        """
        self.now_s += STEP_S
        self.kinetics.give(ketamine_mg, STEP_S)
        self._history.append(self.kinetics.effect_ng_ml)
        self.response = respond(self.kinetics.effect_ng_ml, self.profile, self.person)
        for i, (spread, tau_s) in enumerate(((2.5, 60.0), (1.6, 60.0), (1.5, 40.0))):
            kick = spread * math.sqrt(2 * STEP_S / tau_s) * self._rng.standard_normal()
            self._noise[i] += -self._noise[i] * STEP_S / tau_s + kick
        self._depress(spo2)
        self.drive = self._drive(spo2)

    def befall(self, event: Surge | Hypoventilation | Apnoea | Nausea | Anxiety) -> None:
        """Let something happen to the body now."""
        now = self.now_s
        match event:
            case Surge():
                self._surge = event
                self._surge_from = (now, SYSTOLIC.fraction(self.kinetics.effect_ng_ml))
            case Hypoventilation(ventilation, for_s):
                self._shallow = _Course(now, now + for_s, 1 - ventilation)
            case Apnoea(for_s):
                self._held_until_s = now + for_s
            case Nausea(score, for_s):
                self._nausea = _Course(now, now + for_s, float(score))
            case Anxiety(distress, for_s):
                self._distress = _Course(now, now + for_s, distress)
            case _:
                assert_never(event)

    def treat(self, treatment: Treatment) -> None:
        """Let a nurse act on the body now; what concerns sensors alone changes nothing here."""
        now = self.now_s
        match treatment:
            case Treatment.OXYGEN:
                self._inspired_mmhg = NASAL_OXYGEN_MMHG
            case Treatment.OXYGEN_OFF:
                self._inspired_mmhg = ROOM_AIR_MMHG
            case Treatment.STIMULATE:
                self._held_until_s = min(self._held_until_s, now)
                self._supported_until_s = max(self._supported_until_s, now + 45.0)
            case Treatment.OPEN_AIRWAY:
                self._held_until_s = min(self._held_until_s, now)
                self._supported_until_s = max(self._supported_until_s, now + 60.0)
                if self._shallow is not None:
                    self._shallow.until_s = min(self._shallow.until_s, now)
            case Treatment.VENTILATE:
                self._held_until_s = min(self._held_until_s, now)
                self._supported_until_s = max(self._supported_until_s, now + 180.0)
            case Treatment.ANTIHYPERTENSIVE:
                self._lowered = _Course(now, now + 1800.0, 22.0)
            case Treatment.ANTIEMETIC:
                if self._nausea is not None:
                    self._nausea.until_s = min(self._nausea.until_s, now + 300.0)
            case Treatment.REASSURE:
                if self._distress is not None:
                    self._distress.until_s = min(self._distress.until_s, now + 30.0)
            case Treatment.REATTACH:
                return
            case _:
                assert_never(treatment)

    @property
    def distress(self) -> float:
        """Distress 0-10: a scripted fright, or what the dissociation brings with it.

        Music lowers the second (observed anxiety 0.4 against 1.4 points without).
        """
        strange = min(3.0, self.response.cadss / 12) * (0.4 if self.profile.music else 1.0)
        fright = 0.0 if self._distress is None else self._distress.now(self.now_s, 30.0, 120.0)
        return min(10.0, max(strange, fright))

    @property
    def nausea(self) -> int:
        """Nausea 0 none, 1 mild, 2 moderate, 3 vomiting."""
        return 0 if self._nausea is None else round(self._nausea.now(self.now_s, 0.0, 240.0))

    @property
    def dissociation(self) -> int:
        """0 none .. 3 marked, 4 distressing; 3 when too sedated to tell."""
        if self.response.moaas <= 1:
            return 3
        level = dissociation_level(self.response.cadss)
        return 4 if level >= 1 and self.distress >= 7 else level

    @property
    def breathing_depressed(self) -> bool:
        """Whether an overdose holds the breath down."""
        return self._depressed

    def _depress(self, spo2: float) -> None:
        """Start and end the overdose branch: pauses of 24-40 s between stretches of 6-8 shallow breaths.

        The answer to want of oxygen stays intact (BJA 2024, PMID 39516125): no new pause below 94 %.
        """
        effect = self.kinetics.effect_ng_ml
        rise = (self._history[-1] - self._history[0]) * 60 / RISE_WINDOW_S
        if not self._depressed and breath_stops(effect, rise, self.person.breathing):
            self._depressed = True
            self._next_pause_s = self.now_s
        if self._depressed and effect < 500.0 * self.person.breathing:
            self._depressed = False
        supported = self.now_s < self._supported_until_s
        if self._depressed and self.now_s >= self._next_pause_s and not supported and spo2 >= 94.0:
            pause = float(self._rng.uniform(24.0, 40.0))
            self._held_until_s = max(self._held_until_s, self.now_s + pause)
            self._next_pause_s = self.now_s + pause + float(self._rng.uniform(50.0, 90.0))

    def _surge_mmhg(self) -> float:
        if self._surge is None:
            return 0.0
        start, at_onset = self._surge_from
        course = _Course(start, start + self._surge.onset_s + self._surge.hold_s, self._surge.rise_mmhg)
        size = course.now(self.now_s, self._surge.onset_s, 420.0)
        if at_onset < 0.05:
            return size
        return size * min(1.5, SYSTOLIC.fraction(self.kinetics.effect_ng_ml) / at_onset)

    def _drive(self, spo2: float) -> Drive:
        base = self.profile.baseline
        answer = self.response
        fright = max(0.0, self.distress - 2.0)
        hypoxia = max(0.0, 92.0 - spo2)
        surge = self._surge_mmhg() + 3.0 * fright + 0.8 * min(hypoxia, 15.0)
        surge -= 0.0 if self._lowered is None else self._lowered.now(self.now_s, 300.0, 2400.0)
        rate = base.hr + answer.hr + self._noise[2] + 2.5 * fright + 1.6 * min(hypoxia, 15.0)
        rate -= 2.5 * max(0.0, 72.0 - spo2)
        rate -= 0.0 if self._lowered is None else self._lowered.now(self.now_s, 300.0, 2400.0) * 0.3
        systolic = base.systolic + answer.systolic + surge + self._noise[0]
        diastolic = base.diastolic + answer.diastolic + DIASTOLIC_SHARE * surge + self._noise[1]
        calm = max(0.3, 1 - 0.012 * (self.profile.age_y - 25)) / (1 + answer.hr / 40 + fright / 10)
        heart = HeartDrive(
            rate=min(185.0, max(28.0, rate)),
            systolic=max(50.0, systolic),
            diastolic=max(25.0, min(diastolic, systolic - 15.0)),
            arrhythmia=0.085 * calm,
            perfusion=max(0.45, 1 - 0.05 * fright - 0.004 * max(0.0, surge)),
        )
        return Drive(heart, self._breathing(answer, fright))

    def _breathing(self, answer: Response, fright: float) -> BreathDrive:
        rest = self.profile.baseline.rr
        rate = rest + answer.rr + 1.2 * fright
        depth = answer.ventilation * rest / rate * (1 + 0.03 * fright)
        if self._depressed:
            rate, depth = 7.0, 0.6
        if self._shallow is not None:
            left = 1 - self._shallow.now(self.now_s, 10.0, 15.0)
            rate, depth = rate * left**0.3, depth * left**0.7
        if self.now_s < self._supported_until_s:
            rate, depth = max(rate, 12.0), max(depth, 0.95)
        return BreathDrive(
            rate=max(4.0, rate),
            depth=depth,
            held_until_s=self._held_until_s,
            inspired_mmhg=self._inspired_mmhg,
            blunted=self._depressed or self._shallow is not None,
        )
