"""How a check is written: a generator that says what it is doing, asks for hands, and returns a finding.

Whoever steps it decides where time comes from and who answers: a technician at a screen, one at a
terminal, or the hands of a virtual device.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Protocol

import msgspec

from console.devices.about import Role
from console.devices.bench.stand import Stand
from console.session.bench import BenchDevice, Figure, Verdict


class Deed(StrEnum):
    """What a check may ask a person to do; virtual devices have hands for each."""

    LOAD_SYRINGE = "load_syringe"
    WEIGH = "weigh"
    CLAMP_LINE = "clamp_line"
    OPEN_LINE = "open_line"
    CYCLE_POWER = "cycle_power"
    PANEL_RATE = "panel_rate"
    PANEL_SHOWS = "panel_shows"
    RUN_AT_PANEL = "run_at_panel"
    STOP_AT_PANEL = "stop_at_panel"
    MEASURE_CUFF = "measure_cuff"
    SENSORS_OFF = "sensors_off"
    SENSORS_ON = "sensors_on"
    HEARD_TONE = "heard_tone"
    SEE_COLOURS = "see_colours"
    TOUCH_GRID = "touch_grid"


class Wants(StrEnum):
    """What answers an ask."""

    DONE = "done"
    YES_NO = "yes_no"
    NUMBER = "number"


class Ask(msgspec.Struct, frozen=True):
    """Hands are needed; the check waits.

    Attributes:
        deed: What for.
        sentence: What to do, for a person.
        wants: What answers it.
        units: Units a number may be given in, the first being usual.
    """

    deed: Deed
    sentence: str
    wants: Wants = Wants.DONE
    units: tuple[str, ...] = ()


class Answer(msgspec.Struct, frozen=True):
    """What a person answered.

    Attributes:
        done: It was done; False when it cannot be done here.
        yes: For a question.
        number: For a figure.
        unit: Unit of the figure, one of those offered.
    """

    done: bool = True
    yes: bool | None = None
    number: float | None = None
    unit: str = ""


CANNOT = Answer(done=False)


class Doing(msgspec.Struct, frozen=True):
    """What a check is doing now.

    Attributes:
        sentence: For the person who watches.
        share: How far it is, 0 to 1; None when nobody knows.
        rest_s: How long the device is left alone before the next step.
    """

    sentence: str
    share: float | None = None
    rest_s: float = 0.0


Step = Doing | Ask


class Finding(msgspec.Struct, frozen=True):
    """What a check found."""

    verdict: Verdict
    sentence: str
    figures: tuple[Figure, ...] = ()


Procedure = Generator[Step, Answer | None, Finding]


def passed(sentence: str, *figures: Figure) -> Finding:
    """All was as it should be."""
    return Finding(Verdict.PASSED, sentence, figures)


def failed(sentence: str, *figures: Figure) -> Finding:
    """Something was not; the sentence says what to do."""
    return Finding(Verdict.FAILED, sentence, figures)


def not_done(sentence: str, *figures: Figure) -> Finding:
    """It was not tried; the sentence says why."""
    return Finding(Verdict.NOT_DONE, sentence, figures)


DECLINED = not_done("It was not done: the technician passed it over.")


@dataclass(frozen=True, slots=True)
class Check:
    """One check, as data.

    Attributes:
        id: Short and lasting; the record keeps it.
        title: Its name for people.
        does: What it does, as a sentence.
        role: Pump or monitor; None for both.
        procedure: Carries it out.
        needs_no_patient: Something may flow or alarm: nobody may be connected.
        needs_hands: It asks for something.
        needs_device: It is passed over when the device was not identified.
    """

    id: str
    title: str
    does: str
    role: Role | None
    procedure: Callable[[Stand], Procedure]
    needs_no_patient: bool = False
    needs_hands: bool = False
    needs_device: bool = True

    def on(self, stand: Stand) -> Task:
        """The check, ready for one device."""
        return Task(
            id=self.id,
            title=self.title,
            does=self.does,
            begin=partial(self.procedure, stand),
            needs_no_patient=self.needs_no_patient,
            needs_hands=self.needs_hands,
            needs_device=self.needs_device,
        )


@dataclass(frozen=True, slots=True)
class Task:
    """One check of one run: a :class:`Check` with its device, or one of the workstation.

    Attributes:
        id: Of the check.
        title: Its name for people.
        does: What it does, as a sentence.
        begin: Begins it.
        needs_no_patient: Nobody may be connected.
        needs_hands: It asks for something.
        needs_device: It is passed over when the device was not identified.
    """

    id: str
    title: str
    does: str
    begin: Callable[[], Procedure]
    needs_no_patient: bool = False
    needs_hands: bool = False
    needs_device: bool = False


class Subject(Protocol):
    """What a run is about: a device on the bench, or the workstation itself."""

    name: str

    @property
    def identified(self) -> bool:
        """It said who it is."""
        ...

    def device(self) -> BenchDevice:
        """Which one it is, for the record."""
        ...

    def moved_bytes(self) -> tuple[int, int]:
        """Bytes received and sent so far."""
        ...

    def make_safe(self) -> None:
        """Stop whatever a check started; never raises."""
        ...

    def close(self) -> None:
        """Give back what was opened."""
        ...
