"""The arrival checklist and the baseline pressure: what has to be true before an order is written.

Items follow the prescribing information and clinic practice; which answer blocks is a site default that
needs the medical director's signature.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from console.clinical.hold import HoldLevel, Sign, met, sentence
from console.clinical.vitals import Vital
from console.clock import Instant


class Effect(StrEnum):
    """What an item that is not met does."""

    BLOCKS = "blocks"
    """Nobody can let it through here; mend it."""
    PRESCRIBER = "prescriber"
    """The prescriber may let it through with a reason."""
    NOTE = "note"
    """It is written down; nothing stops."""


@dataclass(frozen=True, slots=True)
class ArrivalItem:
    """One check, answered "yes, it is so" or "no".

    Attributes:
        id: Stable id in the record.
        question: A statement that has to be true.
        effect: What "no" does.
        what_to_do: What helps.
        why: The reason, with its source.
        if_pregnancy_possible: Asked only where pregnancy is possible.
    """

    id: str
    question: str
    effect: Effect
    what_to_do: str
    why: str
    if_pregnancy_possible: bool = False


ARRIVAL_VERSION = 1

ARRIVAL_ITEMS: tuple[ArrivalItem, ...] = (
    ArrivalItem(
        "consent",
        "Consent is signed, current and confirmed today",
        Effect.BLOCKS,
        "Have the prescriber obtain consent.",
        "Sanacora 2017 JAMA Psychiatry 74:399",
    ),
    ArrivalItem(
        "escort",
        "A responsible adult will take the patient home",
        Effect.BLOCKS,
        "Arrange an escort, or postpone the session.",
        "Ketamine prescribing information: outpatients leave only with a responsible adult",
    ),
    ArrivalItem(
        "fasting",
        "No heavy meal in the last few hours",
        Effect.PRESCRIBER,
        "Wait, or ask the prescriber.",
        "Nausea and vomiting; clinic practice",
    ),
    ArrivalItem("fluids", "Drank enough today", Effect.NOTE, "Offer water.", "Clinic practice"),
    ArrivalItem(
        "alcohol_cannabis",
        "No alcohol and no cannabis today",
        Effect.PRESCRIBER,
        "Ask the prescriber; usually the session is postponed.",
        "Added sedation; SPRAVATO REMS monitoring form",
    ),
    ArrivalItem(
        "sedatives_opioids",
        "No opioid and no new sedative today; usual benzodiazepine as agreed",
        Effect.PRESCRIBER,
        "Ask the prescriber.",
        "Added sedation and respiratory depression; benzodiazepines may blunt the effect "
        "(ketamine prescribing information, SPRAVATO REMS monitoring form)",
    ),
    ArrivalItem(
        "pressor_drugs",
        "No stimulant and no MAO inhibitor since the last review",
        Effect.PRESCRIBER,
        "Ask the prescriber.",
        "Rise of blood pressure; SPRAVATO REMS monitoring form",
    ),
    ArrivalItem(
        "theophylline",
        "No theophylline and no aminophylline",
        Effect.PRESCRIBER,
        "Ask the prescriber.",
        "Lowered seizure threshold; ketamine prescribing information",
    ),
    ArrivalItem(
        "medicines",
        "The list of medicines is reviewed; blood pressure tablets were taken; lamotrigine is known",
        Effect.PRESCRIBER,
        "Complete the list and ask the prescriber about changes.",
        "Lamotrigine may blunt the effect; uncontrolled pressure is a contraindication",
    ),
    ArrivalItem(
        "illness",
        "No new illness, no chest pain, no fever, no bladder pain",
        Effect.PRESCRIBER,
        "Ask the prescriber.",
        "Ketamine prescribing information: cardiovascular disease; genitourinary pain",
    ),
    ArrivalItem(
        "allergy",
        "No allergy to ketamine or the syringe's other contents",
        Effect.BLOCKS,
        "Do not give it; tell the prescriber.",
        "Ketamine prescribing information: hypersensitivity",
    ),
    ArrivalItem(
        "pregnancy",
        "Pregnancy is excluded today",
        Effect.BLOCKS,
        "Do a test, or ask the prescriber.",
        "Cohen 2018 Reg Anesth Pain Med 43:521",
        if_pregnancy_possible=True,
    ),
    ArrivalItem(
        "iv_line",
        "The IV line is placed, flows freely and does not hurt",
        Effect.BLOCKS,
        "Place or replace the line.",
        "Needed to infuse",
    ),
    ArrivalItem(
        "rescue",
        "Oxygen, suction, airway kit and rescue drugs are in the room and checked",
        Effect.BLOCKS,
        "Bring and check them.",
        "ASA 2018 moderate sedation, Anesthesiology 128:437",
    ),
)


@dataclass(frozen=True, slots=True)
class ArrivalAnswer:
    """The answer to one item; ``overridden`` = let through by the prescriber with a reason."""

    ok: bool
    overridden: bool = False


def items_for(*, pregnancy_possible: bool) -> tuple[ArrivalItem, ...]:
    """The items asked of this patient."""
    return tuple(item for item in ARRIVAL_ITEMS if pregnancy_possible or not item.if_pregnancy_possible)


def item(item_id: str) -> ArrivalItem:
    """The item with this id.

    Raises:
        KeyError: when there is none.
    """
    for candidate in ARRIVAL_ITEMS:
        if candidate.id == item_id:
            return candidate
    raise KeyError(f"The arrival checklist v{ARRIVAL_VERSION} has no item {item_id}.")


def may_override(item_id: str) -> bool:
    """Whether the prescriber may let this item through."""
    return item(item_id).effect is not Effect.BLOCKS


def outstanding(items: Sequence[ArrivalItem], answers: Mapping[str, ArrivalAnswer]) -> tuple[str, ...]:
    """Why the patient may not go on yet, one sentence an item; empty when the list is done."""
    found = []
    for check in items:
        answer = answers.get(check.id)
        if answer is None:
            found.append(f"Not answered: {check.question}.")
        elif answer.ok or check.effect is Effect.NOTE:
            continue
        elif check.effect is Effect.BLOCKS:
            found.append(f"Not so: {check.question}. {check.what_to_do}")
        elif not answer.overridden:
            found.append(f"Not so: {check.question}. {check.what_to_do} It needs the prescriber's reason.")
    return tuple(found)


BASELINE_READINGS = 2
BASELINE_SPACING_S = 5 * 60.0
SPACING_TOLERANCE_S = 15.0
"""A cuff takes about half a minute; readings a little closer than five minutes still count."""


class BaselineVerdict(StrEnum):
    """What the averaged pressure allows."""

    MEASURE_AGAIN = "measure_again"
    GO = "go"
    PRESCRIBER = "prescriber"
    DO_NOT_START = "do_not_start"


@dataclass(frozen=True, slots=True)
class CuffReading:
    """One complete pressure in mmHg and when it was measured."""

    systolic: float
    diastolic: float
    at: Instant


@dataclass(frozen=True, slots=True)
class Baseline:
    """The averaged pressure before the infusion.

    Attributes:
        verdict: What it allows.
        sentence: The same for the nurse.
        systolic: Average in mmHg, None until two readings 5 min apart exist.
        diastolic: The same.
    """

    verdict: BaselineVerdict
    sentence: str
    systolic: float | None = None
    diastolic: float | None = None


def baseline_pressure(readings: Sequence[CuffReading]) -> Baseline:
    """Judge the newest reading with the newest one at least 5 min older.

    Both below 140/90 go straight on; from 140/90 the prescriber decides (SPRAVATO prescribing
    information: consider delay above 140/90); from 160/100, or below 90 systolic, do not start without
    an override (site default).
    """
    if not readings:
        return Baseline(BaselineVerdict.MEASURE_AGAIN, "Take a first blood pressure.")
    ordered = sorted(readings, key=lambda reading: reading.at.mono_ns)
    second = ordered[-1]
    firsts = [
        reading
        for reading in ordered[:-1]
        if second.at.seconds_since(reading.at) >= BASELINE_SPACING_S - SPACING_TOLERANCE_S
    ]
    if not firsts:
        return Baseline(
            BaselineVerdict.MEASURE_AGAIN, "Take a second blood pressure five minutes after the first."
        )
    first = firsts[-1]
    systolic = (first.systolic + second.systolic) / 2
    diastolic = (first.diastolic + second.diastolic) / 2
    verdict = _verdict(systolic, diastolic)
    if verdict is BaselineVerdict.GO and _verdict_of_each(first, second) is not BaselineVerdict.GO:
        verdict = BaselineVerdict.PRESCRIBER
    figures = f"Baseline {systolic:.0f}/{diastolic:.0f} mmHg."
    advice = {
        BaselineVerdict.GO: "It may go on.",
        BaselineVerdict.PRESCRIBER: "At 140/90 or above the prescriber decides whether to go on.",
        BaselineVerdict.DO_NOT_START: (
            "Do not start (160/100 or above, or below 90 systolic); only the prescriber can override, "
            "with a reason."
        ),
    }
    return Baseline(verdict, f"{figures} {advice[verdict]}", systolic, diastolic)


def _verdict_of_each(*readings: CuffReading) -> BaselineVerdict:
    verdicts = [_verdict(reading.systolic, reading.diastolic) for reading in readings]
    return next((found for found in verdicts if found is not BaselineVerdict.GO), BaselineVerdict.GO)


def _verdict(systolic: float, diastolic: float) -> BaselineVerdict:
    rules = (*met(Vital.NIBP_SYS, systolic), *met(Vital.NIBP_DIA, diastolic))
    levels = {rule.level for rule in rules}
    if HoldLevel.DO_NOT_START in levels:
        return BaselineVerdict.DO_NOT_START
    return BaselineVerdict.PRESCRIBER if HoldLevel.PRESCRIBER in levels else BaselineVerdict.GO


def do_not_start(values: Mapping[Vital | Sign, float]) -> tuple[str, ...]:
    """Why not to start with these signs, one sentence each; empty when nothing speaks against it.

    Pressures are judged by :func:`baseline_pressure`, not here.
    """
    pressures = (Vital.NIBP_SYS, Vital.NIBP_DIA)
    return tuple(
        sentence(rule, value)
        for sign, value in values.items()
        if sign not in pressures
        for rule in met(sign, value)
        if rule.level is HoldLevel.DO_NOT_START
    )
