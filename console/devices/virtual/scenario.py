"""A rehearsal: who comes, what was ordered, what goes wrong when, and what a good nurse would do.

Pure data. A line of the script fires once, at a minute of the infusion or when the room is in a
certain state, and says what to do to the patient, the pump, a cable, or what the nurse does.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from console.devices.virtual.disturbance import Disturbance, Treatment
from console.devices.virtual.faults import PumpFault
from console.devices.virtual.patient_profile import PatientProfile
from console.session.events import Care


class ScenarioError(Exception):
    """A scenario file cannot be played; the text names the place and says what to do."""


class Cable(StrEnum):
    """A cable that can be pulled, named as the room binds its devices."""

    PUMP = "pump"
    MONITOR = "monitor"


@dataclass(frozen=True, slots=True)
class PatientEffect:
    """Something befalls the patient: hand ``event`` to ``VirtualPatient.befall``."""

    event: Disturbance


@dataclass(frozen=True, slots=True)
class PumpEffect:
    """Something goes wrong at the pump: inject ``fault`` into the virtual pump."""

    fault: PumpFault


@dataclass(frozen=True, slots=True)
class CablePull:
    """A cable is pulled for ``for_s`` seconds; None: until the nurse plugs it in."""

    cable: Cable
    for_s: float | None


class NurseDeed(StrEnum):
    """What the nurse of a demonstration does besides her usual charting."""

    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    CUFF = "cuff"
    SCORE = "score"
    ACKNOWLEDGE = "acknowledge"
    PLUG_IN = "plug_in"


@dataclass(frozen=True, slots=True)
class NurseAct:
    """The nurse works at the console or at a cable.

    Attributes:
        deed: What she does. note: What she says or writes about it.
    """

    deed: NurseDeed
    note: str = ""


@dataclass(frozen=True, slots=True)
class NurseTreats:
    """The nurse does something for the patient: hand it to ``VirtualPatient.treat``."""

    treatment: Treatment
    note: str = ""


@dataclass(frozen=True, slots=True)
class NurseCharts:
    """The nurse presses a one-touch event; ``grade`` 0 where the event has none."""

    care: Care
    grade: int = 0
    note: str = ""


ScenarioEffect = PatientEffect | PumpEffect | CablePull | NurseAct | NurseTreats | NurseCharts


@dataclass(frozen=True, slots=True)
class AtMinute:
    """Fires ``minute`` minutes after the start of the infusion."""

    minute: float


class Watched(StrEnum):
    """A figure a line can wait for."""

    SYSTOLIC = "systolic"
    DIASTOLIC = "diastolic"
    SPO2 = "spo2"
    HR = "hr"
    RR = "rr"
    ETCO2 = "etco2"
    MOAAS = "moaas"
    DISSOCIATION = "dissociation"
    NAUSEA = "nausea"
    DISTRESS = "distress"
    EFFECT_NG_ML = "effect_ng_ml"


class Turn(StrEnum):
    """A turn of the session a line can wait for."""

    PAUSED = "paused"
    RUNNING = "running"
    PUMP_ALARM = "pump_alarm"
    LINK_LOST = "link_lost"
    LINK_BACK = "link_back"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class WhenFigure:
    """Fires ``after_s`` seconds after a figure first lies below or above a bound.

    Attributes:
        figure: What is watched; unknown figures fire nothing.
        below: Fire when it is lower than ``bound``; otherwise when it is higher.
        bound: In the unit of the figure.
        after_s: How long somebody takes to react.
        for_s: How long the figure must have lain there.
        since_min: Not before this minute of the infusion.
        during: Only while the session is in this turn, None: always.
    """

    figure: Watched
    below: bool
    bound: float
    after_s: float = 0.0
    for_s: float = 0.0
    since_min: float = 0.0
    during: Turn | None = None


@dataclass(frozen=True, slots=True)
class WhenTurn:
    """Fires ``after_s`` seconds after the session first takes this turn after ``since_min``."""

    turn: Turn
    after_s: float = 0.0
    since_min: float = 0.0


Trigger = AtMinute | WhenFigure | WhenTurn


@dataclass(frozen=True, slots=True)
class ScriptLine:
    """One line of the script."""

    trigger: Trigger
    effect: ScenarioEffect


@dataclass(frozen=True, slots=True)
class Person:
    """How the patient of the demonstration is called."""

    given_name: str
    family_name: str
    mrn: str


@dataclass(frozen=True, slots=True)
class OrderHint:
    """What the physician of the demonstration orders.

    Attributes:
        protocol: Protocol id of the drug library. amount: mg/kg, or mg/kg/h by the protocol.
        minutes: Duration. concentration_mg_ml: As labelled and ordered.
        syringe: Name in the syringe catalogue.
    """

    protocol: str
    amount: Decimal
    minutes: Decimal
    concentration_mg_ml: Decimal
    syringe: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole rehearsal.

    Attributes:
        title: A few words. description: What will happen and what to look at.
        seed: Everything chance decides follows from it.
        person: The name on the wristband. patient: The body. order: What is ordered.
        true_concentration_mg_ml: What is really in the syringe; differs from the label when
            somebody drew up the wrong vial.
        script: Lines in the order of the file.
    """

    title: str
    description: str
    seed: int
    person: Person
    patient: PatientProfile
    order: OrderHint
    true_concentration_mg_ml: Decimal
    script: tuple[ScriptLine, ...]
