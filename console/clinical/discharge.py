"""The gate to going home: every unmet condition as one sentence, none when the patient may leave.

The conditions are a site default built on Aldrete 1995, Chung 1995, the ketamine prescribing information
(outpatients leave only with a responsible adult) and the SPRAVATO REMS observation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from console.clinical.scales import (
    ALDRETE,
    DISSOCIATION,
    MOAAS,
    MPADSS,
    RECOVERED_TOTAL,
    Score,
    aldrete_passes,
    percent_from_baseline,
)

BP_PERCENT = 20.0
BP_ACCEPTED = (150.0, 95.0)
BP_NOT_LOW = 100.0
LAST_SET_MINUTES = 15.0
OBSERVATION_RANGE_MIN = (30, 120)
OBSERVATION_DEFAULT_MIN = 60


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A condition only a person can confirm."""

    id: str
    label: str
    unmet: str


CONFIRMATIONS: tuple[Confirmation, ...] = (
    Confirmation(
        "oriented", "Knows who, where and when", "Confirm that the patient knows who, where and when."
    ),
    Confirmation("steady_gait", "Walks steadily", "Let the patient walk and confirm a steady gait."),
    Confirmation("safety_check", "Safety check done", "Do the suicide-risk and safety check and confirm it."),
    Confirmation("escort", "Escort is here", "Wait for the responsible adult who takes the patient home."),
    Confirmation(
        "instructions",
        "Instructions given",
        "Give the written instructions: no driving, machinery, alcohol or important decisions until "
        "tomorrow, after a night's sleep.",
    ),
    Confirmation("iv_removed", "IV line removed", "Remove the IV line and confirm it."),
)


@dataclass(frozen=True, slots=True)
class DischargeFacts:
    """What is known when somebody asks for discharge; None = not known, which never passes.

    Attributes:
        observed_min: Minutes since the end of the infusion.
        required_min: Least minutes of the protocol; kept within 30 to 120.
        moaas: Latest sedation score.
        dissociation: Latest observed dissociation.
        aldrete: Latest recovery score.
        mpadss: Latest fitness score.
        systolic: Latest pressure in mmHg.
        diastolic: The same.
        pressure_age_min: Minutes since it was measured.
        baseline_systolic: Pressure before the infusion.
        baseline_diastolic: The same.
        oxygen_at_baseline: The patient needed as much oxygen before.
        confirmed: Ids of the confirmations given.
    """

    observed_min: float
    required_min: float = OBSERVATION_DEFAULT_MIN
    moaas: Score | None = None
    dissociation: Score | None = None
    aldrete: Score | None = None
    mpadss: Score | None = None
    systolic: float | None = None
    diastolic: float | None = None
    pressure_age_min: float | None = None
    baseline_systolic: float | None = None
    baseline_diastolic: float | None = None
    oxygen_at_baseline: bool = False
    confirmed: frozenset[str] = frozenset()


def gate(facts: DischargeFacts) -> tuple[str, ...]:
    """Why the patient may not leave yet; empty when every condition is met.

    Raises:
        ValueError: when a score belongs to another scale.
    """
    for given, wanted in (
        (facts.moaas, MOAAS),
        (facts.dissociation, DISSOCIATION),
        (facts.aldrete, ALDRETE),
        (facts.mpadss, MPADSS),
    ):
        if given is not None and given.scale_id != wanted.id:
            raise ValueError(f"a {given.scale_id} score was given for {wanted.id}")
    unmet = (
        _observation(facts),
        _sedation(facts),
        _dissociation(facts),
        _recovery(facts),
        _fitness(facts),
        pressure_unmet(facts),
        *(check.unmet for check in CONFIRMATIONS if check.id not in facts.confirmed),
    )
    return tuple(sentence for sentence in unmet if sentence)


def _observation(facts: DischargeFacts) -> str:
    shortest, longest = OBSERVATION_RANGE_MIN
    required = min(max(facts.required_min, shortest), longest)
    if facts.observed_min >= required:
        return ""
    left = math.ceil(required - facts.observed_min)
    return f"Observe for {left} more min ({required:g} min after the infusion)."


def _sedation(facts: DischargeFacts) -> str:
    if facts.moaas is None:
        return "Score MOAA/S."
    return "" if facts.moaas.total == 5 else f"MOAA/S is {facts.moaas.total}; it has to be 5."


def _dissociation(facts: DischargeFacts) -> str:
    if facts.dissociation is None:
        return "Score dissociation."
    level = facts.dissociation.total
    return "" if level == 0 else f"Dissociation is {level}; it has to be 0 (resolved)."


def _recovery(facts: DischargeFacts) -> str:
    if facts.aldrete is None:
        return "Score Aldrete."
    return aldrete_passes(facts.aldrete, oxygen_at_baseline=facts.oxygen_at_baseline)


def _fitness(facts: DischargeFacts) -> str:
    if facts.mpadss is None:
        return "Score MPADSS."
    total = facts.mpadss.total
    return "" if total >= RECOVERED_TOTAL else f"MPADSS is {total}; it has to be {RECOVERED_TOTAL} or more."


def pressure_unmet(facts: DischargeFacts) -> str:
    """Why the pressure does not pass; empty when it does.

    Within 20 % of baseline, or at most 150/95 and not low (below 100 systolic, the advisory cut-off of
    ``hold``); not older than 15 min (site default).
    """
    if facts.systolic is None or facts.diastolic is None or facts.pressure_age_min is None:
        return "Take a blood pressure."
    if facts.pressure_age_min > LAST_SET_MINUTES:
        return f"The last blood pressure is {facts.pressure_age_min:.0f} min old. Take another."
    if facts.baseline_systolic is None or facts.baseline_diastolic is None:
        return "There is no baseline pressure to compare with. Ask the prescriber to judge and record one."
    pairs = ((facts.systolic, facts.baseline_systolic), (facts.diastolic, facts.baseline_diastolic))
    within = all(percent_from_baseline(now, before) <= BP_PERCENT for now, before in pairs)
    normal = BP_NOT_LOW <= facts.systolic <= BP_ACCEPTED[0] and facts.diastolic <= BP_ACCEPTED[1]
    if within or normal:
        return ""
    return (
        f"Blood pressure {facts.systolic:.0f}/{facts.diastolic:.0f} is not within 20 % of the baseline "
        f"{facts.baseline_systolic:.0f}/{facts.baseline_diastolic:.0f} "
        "and not between 100 systolic and 150/95. Wait and measure again, or call the prescriber."
    )
