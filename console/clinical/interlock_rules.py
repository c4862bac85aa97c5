"""Interlock rules as data: what makes the room propose a pause, how long it must hold, what is done.

An interlock may pause an infusion; it never starts, raises or resumes one. The rules are a file of the
site (:mod:`console.clinical.interlock_file`), off as shipped.

Thresholds and holds are site defaults that need the medical director's signature. They follow the pause
rules published for monitored opioid infusions: the OpenICE patient-controlled analgesia demonstration
(any critical value, or two warnings, for a persistence time; a missing source counts as a warning), and
the argument of a stop-only supervisor (Pajic et al. 2014, PMC3810414: staff alone resumes, lost data
counts against the infusion).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from console.clinical import scales
from console.clinical.vitals import VITALS, Vital

CUFF_VITALS = frozenset({Vital.NIBP_SYS, Vital.NIBP_DIA, Vital.NIBP_MEAN})


class Action(StrEnum):
    """What a step does once its condition has held for long enough."""

    MEDIUM = "medium"
    HIGH = "high"
    PROPOSE = "propose"
    """A high alarm and a pause after a countdown that a person may cancel."""
    PAUSE = "pause"
    """The same without a countdown."""


PAUSING = frozenset({Action.PROPOSE, Action.PAUSE})


@dataclass(frozen=True, slots=True)
class Sign:
    """A vital sign beyond a bound, in the unit of ``VITALS``."""

    vital: Vital
    below: float | None = None
    above: float | None = None

    def beyond(self, value: float) -> bool:
        """Whether ``value`` passes a bound; a value at the bound does not."""
        return (self.below is not None and value < self.below) or (
            self.above is not None and value > self.above
        )

    @property
    def words(self) -> str:
        """The sign as people say it."""
        if self == NO_BREATH:
            return "no breath"
        kind = VITALS[self.vital]
        bounds = (("below", self.below), ("above", self.above))
        said = " or ".join(f"{side} {bound:g}" for side, bound in bounds if bound is not None)
        return f"{kind.label} {said} {kind.shown_unit}"


NO_BREATH = Sign(Vital.RR, below=1.0)


@dataclass(frozen=True, slots=True)
class Beyond:
    """At least ``need`` of the signs, found in ``measurements`` successive cuff measurements."""

    signs: tuple[Sign, ...]
    need: int = 1
    measurements: int = 1

    @property
    def of_the_cuff(self) -> bool:
        """Whether it is about single measurements and not about continuous values."""
        return all(sign.vital in CUFF_VITALS for sign in self.signs)

    @property
    def words(self) -> str:
        """The condition as people say it."""
        said = ", ".join(sign.words for sign in self.signs)
        some = f"{self.need} of: {said}" if self.need > 1 else said.replace(", ", " or ")
        return some if self.measurements == 1 else f"{some} in {self.measurements} measurements"


@dataclass(frozen=True, slots=True)
class Lost:
    """No value that may be trusted."""

    vital: Vital

    @property
    def words(self) -> str:
        """The condition as people say it."""
        return f"no {VITALS[self.vital].label} that can be trusted"


@dataclass(frozen=True, slots=True)
class LinkLost:
    """The pump or a monitor does not answer."""

    @property
    def words(self) -> str:
        """The condition as people say it."""
        return "the pump or a monitor does not answer"


@dataclass(frozen=True, slots=True)
class ScoredAtMost:
    """The last score of a scale since the start is at or below a limit."""

    scale: str
    limit: int

    @property
    def words(self) -> str:
        """The condition as people say it."""
        return f"{scales.scale(self.scale).title} {self.limit} or less"


Trigger = Beyond | Lost | LinkLost | ScoredAtMost


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a rule.

    Attributes:
        key: Unique name (``"A2.1"``).
        rule: Id of its rule (``"A2"``).
        title: Name of its rule for people.
        trigger: The condition.
        for_s: Seconds it has to hold; a value that is missing in between does not end it.
        action: What is done then.
        countdown_s: Seconds a person has to cancel; 0 where nothing is counted down.
    """

    key: str
    rule: str
    title: str
    trigger: Trigger
    for_s: float
    action: Action
    countdown_s: float = 0.0

    @property
    def words(self) -> str:
        """The step as people say it."""
        return f"{self.trigger.words} for {self.for_s:g} s" if self.for_s else self.trigger.words


@dataclass(frozen=True, slots=True)
class Gates:
    """When a value may not be held against the infusion, and for how long at most.

    Attributes:
        samples: Samples in a row that make a condition begin to count, and that end it.
        pulse_apart: Part of the heart rate by which the oximeter's pulse may differ before its SpO2 is
            no longer trusted.
        cuff_after_s: Seconds after a cuff on the oximeter's limb in which SpO2 is ignored for a pause.
        cuff_longest_s: Longest time in all that a cuff may hide SpO2; at most 60 s (a suppressed
            oximeter can hide a critical state for as long as that, as Philips says of its IntelliVue
            monitors).
        repeat_after_s: Least time between two cuff measurements that confirm one another.
        cancel_holds_s: Seconds a rule stays quiet after a person cancelled its pause.
    """

    samples: int = 2
    pulse_apart: float = 0.10
    cuff_after_s: float = 30.0
    cuff_longest_s: float = 60.0
    repeat_after_s: float = 60.0
    cancel_holds_s: float = 120.0


@dataclass(frozen=True, slots=True)
class InterlockRules:
    """The rules of a site and whether they are in force.

    Attributes:
        armed: In force.
        words: Why they are off, or which version is in force and who signed it; a sentence.
        faulty: Somebody meant them to be in force and they are not.
        version: Version of the file.
        signed_by: Name of the site director in the file.
        signed_on: Date in the file, ISO 8601.
        digest: SHA-256 of the file as hex.
        gates: When values are not held against the infusion.
        steps: The lines of all rules, in the order of the file.
    """

    armed: bool
    words: str
    faulty: bool = False
    version: int = 0
    signed_by: str = ""
    signed_on: str = ""
    digest: str = ""
    gates: Gates = field(default_factory=Gates)
    steps: tuple[Step, ...] = ()

    def of(self, rule: str) -> tuple[Step, ...]:
        """The steps of one rule."""
        return tuple(step for step in self.steps if step.rule == rule)


OFF = InterlockRules(False, "Interlocks are off: this site has not switched them on.")
