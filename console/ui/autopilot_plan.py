"""What an autopilot is told to do, and what it waits for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from console.session.events import Care
from console.session.people import OrderInputs, Patient


@dataclass(frozen=True, slots=True)
class Pin:
    """A person and the PIN."""

    user_id: str
    digits: str


@dataclass(frozen=True, slots=True)
class AutoPlan:
    """The session to play.

    Attributes:
        patient: Chosen from the list, or added when unknown.
        weight_kg: What the scales show.
        order: What the prescription says.
        nurse: Who signs in.
        second: Who checks the order.
        by_hand: Systolic and diastolic entered when the cuff gives nothing for six minutes.
        reason: Written wherever a reason is asked for.
    """

    patient: Patient
    weight_kg: Decimal
    order: OrderInputs
    nurse: Pin
    second: Pin
    by_hand: tuple[int, int] = (122, 76)
    reason: str = "Rehearsal: agreed with the prescriber"


@dataclass(frozen=True, slots=True)
class Found:
    """What a nurse finds at the chair.

    Attributes:
        moaas: 5 awake .. 0 no answer.
        dissociation: 0 none .. 4 distressing.
    """

    moaas: int = 5
    dissociation: int = 0


class Act(StrEnum):
    """What a scenario has the nurse do at the console besides her usual work."""

    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    SCORE = "score"


@dataclass(frozen=True, slots=True)
class Deed:
    """An act, or a one-touch event with its note."""

    act: Act | None = None
    care: Care | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class AutoResult:
    """How it went: a sentence either way."""

    ok: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Something to wait for.

    Attributes:
        until: Asked again and again.
        what: Finishes the sentence "waited in vain for ...".
        within_s: Room seconds; at least ten real seconds are given too.
    """

    until: Callable[[], bool]
    what: str
    within_s: float = 120.0


Script = Iterator[Wait]
"""A script acts between its waits."""
