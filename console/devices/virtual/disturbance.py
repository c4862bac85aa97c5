"""What can befall a virtual patient, and what a nurse can do for him."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Sensor(StrEnum):
    """What is attached to the patient and can come off."""

    LEADS = "leads"
    PROBE = "probe"
    CO2_LINE = "co2_line"
    TEMPERATURE = "temperature"


@dataclass(frozen=True, slots=True)
class Surge:
    """A pressor surge. It follows the drug: when the infusion pauses, it ebbs with the concentration.

    Attributes:
        rise_mmhg: Systolic rise on top of the usual response at the concentration of its onset.
        onset_s: Seconds until it is fully there. hold_s: Seconds it then lasts before it ebbs.
    """

    rise_mmhg: float
    onset_s: float = 120.0
    hold_s: float = 1500.0


@dataclass(frozen=True, slots=True)
class Hypoventilation:
    """The airway partly closes: breaths become shallow and the saturation falls over minutes.

    Attributes:
        ventilation: What is left of it, 0..1. for_s: Seconds.
    """

    ventilation: float = 0.4
    for_s: float = 240.0


@dataclass(frozen=True, slots=True)
class Apnoea:
    """No breath for ``for_s`` seconds."""

    for_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Nausea:
    """Nausea of ``score`` 1 mild, 2 moderate, 3 vomiting, for ``for_s`` seconds."""

    score: int = 1
    for_s: float = 900.0


@dataclass(frozen=True, slots=True)
class Anxiety:
    """Distress of 0-10 for ``for_s`` seconds: pulse, pressure and breathing go up with it."""

    distress: float = 7.0
    for_s: float = 600.0


@dataclass(frozen=True, slots=True)
class Motion:
    """Movement that disturbs the ECG, the pulse wave and a running cuff, for ``for_s`` seconds."""

    for_s: float = 8.0


@dataclass(frozen=True, slots=True)
class Cough:
    """A bout of coughing of ``for_s`` seconds."""

    for_s: float = 3.0


@dataclass(frozen=True, slots=True)
class SensorOff:
    """A sensor comes off for ``for_s`` seconds, or until someone puts it back when None."""

    sensor: Sensor
    for_s: float | None = None


@dataclass(frozen=True, slots=True)
class CuffTrouble:
    """The next ``readings`` cuff measurements fail, or only need a second try."""

    readings: int = 1
    fails: bool = True


Disturbance = Surge | Hypoventilation | Apnoea | Nausea | Anxiety | Motion | Cough | SensorOff | CuffTrouble


class Treatment(StrEnum):
    """What a nurse can do at the chair."""

    OXYGEN = "oxygen"
    OXYGEN_OFF = "oxygen_off"
    STIMULATE = "stimulate"
    OPEN_AIRWAY = "open_airway"
    VENTILATE = "ventilate"
    ANTIHYPERTENSIVE = "antihypertensive"
    ANTIEMETIC = "antiemetic"
    REASSURE = "reassure"
    REATTACH = "reattach"
