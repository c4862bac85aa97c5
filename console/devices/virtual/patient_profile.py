"""Who lies in the chair: the facts about a virtual patient that his physiology starts from."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum


class Sex(StrEnum):
    """Sex as used by weight formulas and by the pressor response."""

    FEMALE = "female"
    MALE = "male"


@dataclass(frozen=True, slots=True)
class Baseline:
    """Vital signs at rest before the drug.

    Attributes:
        systolic: mmHg. diastolic: mmHg. hr: /min. rr: /min.
        spo2: % on room air. etco2: mmHg. temp: degrees Celsius.
    """

    systolic: float = 122.0
    diastolic: float = 76.0
    hr: float = 72.0
    rr: float = 14.0
    spo2: float = 98.0
    etco2: float = 38.0
    temp: float = 36.7


@dataclass(frozen=True, slots=True)
class PatientProfile:
    """A virtual patient.

    Attributes:
        age_y: Years. weight_kg: Actual body weight, kg. height_cm: cm. sex: Sex.
        hypertension: Known high blood pressure: the pressor response is half as large again.
        beta_blocker: Takes a beta blocker: the rise in heart rate is halved.
        first_session: Dissociation is strongest at the first infusion.
        music: Listens to music, which softens the pressor response and the distress.
        individual: Draw how strongly this person answers to the drug from the seed; False gives
            the average person, for demonstrations that must look the same each time.
        cuff_on_probe_arm: The cuff sits on the arm of the SpO2 probe, so each measurement cuts the
            pulse off for some seconds.
        baseline: Vital signs at rest.

    Raises:
        ValueError: for figures no adult chair patient has; the text names the field.
    """

    age_y: float = 45.0
    weight_kg: float = 70.0
    height_cm: float = 172.0
    sex: Sex = Sex.FEMALE
    hypertension: bool = False
    beta_blocker: bool = False
    first_session: bool = False
    music: bool = False
    individual: bool = True
    cuff_on_probe_arm: bool = True
    baseline: Baseline = field(default_factory=Baseline)

    def __post_init__(self) -> None:
        _within("age_y", self.age_y, 16, 100)
        _within("weight_kg", self.weight_kg, 30, 250)
        _within("height_cm", self.height_cm, 120, 230)
        base = self.baseline
        _within("baseline.systolic", base.systolic, 80, 200)
        _within("baseline.diastolic", base.diastolic, 40, 120)
        _within("baseline.hr", base.hr, 40, 130)
        _within("baseline.rr", base.rr, 8, 30)
        _within("baseline.spo2", base.spo2, 90, 100)
        _within("baseline.etco2", base.etco2, 25, 50)
        _within("baseline.temp", base.temp, 34, 41)
        if base.diastolic > base.systolic - 15:
            raise ValueError("baseline.diastolic must lie at least 15 mmHg below baseline.systolic")


def _within(name: str, value: float, low: float, high: float) -> None:
    if not (math.isfinite(value) and low <= value <= high):
        raise ValueError(f"{name} must lie between {low} and {high}, got {value}")
