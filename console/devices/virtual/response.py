"""How a body answers to ketamine: effect-site concentration in, changes out. Pure.

The Hill figures are a site default calibrated to the mean course of blood pressure over 2342
infusions of 0.5 mg/kg in 40 min (General Hospital Psychiatry 2024, PMID 38991311: +16.0 (SD 11.2)
systolic, +11.0 (SD 8.45) diastolic at 40 min); they drive a demonstration, never a dose.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from console.devices.virtual.patient_profile import PatientProfile


@dataclass(frozen=True, slots=True)
class Hill:
    """A sigmoid concentration response.

    Attributes:
        emax: Largest mean change, in the unit of the effect.
        ec50_ng_ml: Effect-site concentration of half that change.
        gamma: Steepness.
        cv: Spread of ``emax`` between people (lognormal coefficient of variation).
    """

    emax: float
    ec50_ng_ml: float
    gamma: float
    cv: float

    def fraction(self, effect_ng_ml: float) -> float:
        """The share of ``emax`` reached at this concentration, 0..1."""
        if effect_ng_ml <= 0:
            return 0.0
        power = effect_ng_ml**self.gamma
        return float(power / (power + self.ec50_ng_ml**self.gamma))

    def mean(self, effect_ng_ml: float) -> float:
        """The change in an average person."""
        return self.emax * self.fraction(effect_ng_ml)


SYSTOLIC: Final = Hill(emax=40.0, ec50_ng_ml=300.0, gamma=2.0, cv=0.70)
DIASTOLIC: Final = Hill(emax=27.5, ec50_ng_ml=300.0, gamma=2.0, cv=0.75)
HEART_RATE: Final = Hill(emax=20.0, ec50_ng_ml=300.0, gamma=2.0, cv=0.60)
CADSS: Final = Hill(emax=40.0, ec50_ng_ml=400.0, gamma=2.5, cv=1.0)
"""Clinician-Administered Dissociative States Scale total, 0-92 (J Psychopharmacol 2017,
doi 10.1177/0269881117725685: dose-dependent between 0.25 and 1 mg/kg)."""

SEDATION_STEPS_NG_ML: Final = (200.0, 350.0, 500.0, 650.0, 1000.0)
"""Concentrations at which MOAA/S falls to 4, 3, 2, 1 and 0. People wake at about 640 ng/mL (BJA
1979;51:1167), anaesthesia lies at 1200-2400; the steps between are a site default."""

APNOEA_NG_ML: Final = 650.0
APNOEA_RISE_NG_ML_MIN: Final = 120.0
"""Rapid injection can stop the breath (Ketalar label). Level and rise are a site default. A
ten-fold strength error given over 40 min rises by 140-150 ng/mL a minute when it passes 650."""

AGE_SLOPE_PER_YEAR: Final = 0.015
"""Severe hypertension becomes likelier with age (odds ratio 1.04 a year, PMID 38991311)."""
HYPERTENSIVE_FACTOR: Final = 1.5
MUSIC_FACTOR: Final = 0.85
FIRST_SESSION_FACTOR: Final = 1.4


@dataclass(frozen=True, slots=True)
class Susceptibility:
    """How strongly one person answers, relative to the average person; every mean is 1.

    Attributes:
        systolic: Of the systolic rise. diastolic: Of the diastolic rise. hr: Of the pulse rise.
        dissociation: Of the CADSS total.
        sedation: Of the concentrations at which sedation deepens (0.8-1.2).
        breathing: Of the concentration at which a fast rise stops the breath (0.8-1.2).
    """

    systolic: float = 1.0
    diastolic: float = 1.0
    hr: float = 1.0
    dissociation: float = 1.0
    sedation: float = 1.0
    breathing: float = 1.0

    @staticmethod
    def draw(rng: np.random.Generator) -> Susceptibility:
        """One person out of the population; systolic and diastolic answers go together."""
        pressor = rng.standard_normal()
        other = 0.85 * pressor + math.sqrt(1 - 0.85**2) * rng.standard_normal()
        return Susceptibility(
            systolic=_lognormal(pressor, SYSTOLIC.cv),
            diastolic=_lognormal(other, DIASTOLIC.cv),
            hr=_lognormal(rng.standard_normal(), HEART_RATE.cv),
            dissociation=_lognormal(rng.standard_normal(), CADSS.cv),
            sedation=float(rng.uniform(0.8, 1.2)),
            breathing=float(rng.uniform(0.8, 1.2)),
        )


def _lognormal(z: float, cv: float) -> float:
    """A lognormal factor of mean 1."""
    variance = math.log(1 + cv * cv)
    return math.exp(math.sqrt(variance) * z - variance / 2)


@dataclass(frozen=True, slots=True)
class Response:
    """What the drug does at one moment.

    Attributes:
        systolic: Change, mmHg. diastolic: Change, mmHg. hr: Change, /min. rr: Change, /min.
        ventilation: Alveolar ventilation relative to rest.
        cadss: Dissociation total, 0-92.
        moaas: Modified Observer's Assessment of Alertness/Sedation, 5 awake .. 0 unresponsive.
    """

    systolic: float
    diastolic: float
    hr: float
    rr: float
    ventilation: float
    cadss: float
    moaas: int


def respond(effect_ng_ml: float, profile: PatientProfile, person: Susceptibility) -> Response:
    """The drug's effects at an effect-site concentration, without scripted events.

    Breathing quickens a little and carbon dioxide falls by up to 2 mmHg (BJA 2024, PMID 39516125:
    ventilation rises under sub-anaesthetic esketamine).
    """
    pressor = max(0.4, 1 + AGE_SLOPE_PER_YEAR * (profile.age_y - 45))
    pressor *= HYPERTENSIVE_FACTOR if profile.hypertension else 1.0
    pressor *= MUSIC_FACTOR if profile.music else 1.0
    chronotropic = 0.5 if profile.beta_blocker else 1.0
    novelty = FIRST_SESSION_FACTOR if profile.first_session else 1.0
    share = HEART_RATE.fraction(effect_ng_ml)
    return Response(
        systolic=SYSTOLIC.mean(effect_ng_ml) * person.systolic * pressor,
        diastolic=DIASTOLIC.mean(effect_ng_ml) * person.diastolic * pressor,
        hr=HEART_RATE.mean(effect_ng_ml) * person.hr * chronotropic,
        rr=2.0 * share,
        ventilation=1 + 0.05 * share,
        cadss=min(92.0, CADSS.mean(effect_ng_ml) * person.dissociation * novelty),
        moaas=sedation(effect_ng_ml, person.sedation),
    )


def sedation(effect_ng_ml: float, personal: float = 1.0) -> int:
    """MOAA/S at an effect-site concentration; ``personal`` scales the steps."""
    return 5 - sum(effect_ng_ml >= step * personal for step in SEDATION_STEPS_NG_ML)


def dissociation_level(cadss: float) -> int:
    """The plain observer's scale 0 none, 1 mild, 2 moderate, 3 marked, from a CADSS total."""
    return sum(cadss >= step for step in (2.0, 8.0, 20.0))


def breath_stops(effect_ng_ml: float, rise_ng_ml_min: float, personal: float = 1.0) -> bool:
    """Whether the concentration is high and rising fast enough to stop the breath."""
    return effect_ng_ml > APNOEA_NG_ML * personal and rise_ng_ml_min > APNOEA_RISE_NG_ML_MIN
