"""Sedation, dissociation and recovery scores: items in our own words, validation and totals.

The published scales are cited; their copyrighted wordings are not reproduced. Where a licence is
unclear only the total is taken (CADSS-6). Each scale has a version, stored with every score.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


class ScaleError(ValueError):
    """A score cannot be taken; the message says which item and what it takes."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a scale.

    Attributes:
        id: Stable id in the record.
        label: What is judged.
        lowest: Lowest score.
        highest: Highest score.
        levels: Words for each score from the highest down; empty for plain numbers.
    """

    id: str
    label: str
    lowest: int
    highest: int
    levels: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale; its total is the sum of its items.

    Attributes:
        id: Stable id in the record.
        version: Version of the wording.
        title: Name on the screen.
        items: What is judged.
        source: Who published it.
    """

    id: str
    version: int
    title: str
    items: tuple[Item, ...]
    source: str

    @property
    def lowest(self) -> int:
        """Lowest total."""
        return sum(item.lowest for item in self.items)

    @property
    def highest(self) -> int:
        """Highest total."""
        return sum(item.highest for item in self.items)


@dataclass(frozen=True, slots=True)
class Score:
    """A scale scored."""

    scale_id: str
    scale_version: int
    items: tuple[tuple[str, int], ...]
    total: int

    def of(self, item_id: str) -> int:
        """The score of one item.

        Raises:
            KeyError: when the scale has no such item.
        """
        return dict(self.items)[item_id]


MOAAS = Scale(
    "moaas",
    1,
    "MOAA/S (sedation)",
    (
        Item(
            "level",
            "Response",
            0,
            5,
            (
                (5, "Answers at once to the name, normal voice"),
                (4, "Answers slowly to the name, normal voice"),
                (3, "Answers only when called loudly or again and again"),
                (2, "Answers only when nudged or gently shaken"),
                (1, "Answers only to a painful squeeze of the trapezius"),
                (0, "No answer to a painful squeeze of the trapezius"),
            ),
        ),
    ),
    "Modified Observer's Assessment of Alertness/Sedation, Chernik 1990 J Clin Psychopharmacol 10:244",
)

DISSOCIATION = Scale(
    "dissociation",
    1,
    "Dissociation (observed)",
    (
        Item(
            "level",
            "What is seen",
            0,
            4,
            (
                (4, "Distressing"),
                (3, "Marked: few responses, calm"),
                (2, "Moderate: clearly detached from self, responds"),
                (1, "Mild: floating or altered time, responds fully"),
                (0, "None"),
            ),
        ),
    ),
    "Observation scale of this console; not validated, site default",
)

CADSS6 = Scale(
    "cadss6",
    1,
    "CADSS-6 (total only)",
    (Item("total", "Total of the clinic's own form", 0, 24),),
    "Six items of the Clinician-Administered Dissociative States Scale (Bremner 1998 J Trauma Stress "
    "11:125); J Affect Disord 2021;282:160, called unvalidated by its authors",
)

RASS = Scale(
    "rass",
    1,
    "RASS (agitation and sedation)",
    (
        Item(
            "level",
            "Behaviour",
            -5,
            4,
            (
                (4, "Violent, a danger to staff"),
                (3, "Very agitated, pulls at lines"),
                (2, "Agitated, moves without purpose"),
                (1, "Restless, anxious"),
                (0, "Alert and calm"),
                (-1, "Drowsy, keeps eye contact for more than 10 s"),
                (-2, "Eye contact for less than 10 s"),
                (-3, "Moves to voice, no eye contact"),
                (-4, "Moves to touch only"),
                (-5, "Cannot be roused"),
            ),
        ),
    ),
    "Richmond Agitation-Sedation Scale, Sessler 2002 Am J Respir Crit Care Med 166:1338",
)


def _three(two: str, one: str, none: str) -> tuple[tuple[int, str], ...]:
    return ((2, two), (1, one), (0, none))


ALDRETE = Scale(
    "aldrete",
    1,
    "Modified Aldrete (recovery)",
    (
        Item("activity", "Moves", 0, 2, _three("All four limbs", "Two limbs", "No limb")),
        Item(
            "respiration",
            "Breathing",
            0,
            2,
            _three(
                "Breathes deeply and coughs freely", "Shallow, limited or laboured", "No breath of its own"
            ),
        ),
        Item(
            "circulation",
            "Pressure against baseline",
            0,
            2,
            _three("Within 20 %", "20 to 49 % away", "50 % or more away"),
        ),
        Item(
            "consciousness",
            "Awareness",
            0,
            2,
            _three("Fully awake", "Wakes when called", "Does not respond"),
        ),
        Item(
            "oxygen",
            "Oxygen",
            0,
            2,
            _three("Above 92 % on room air", "Needs oxygen to stay above 90 %", "Below 90 % with oxygen"),
        ),
    ),
    "Aldrete 1995 J Clin Anesth 7:89, circulation in per cent of baseline",
)

MPADSS = Scale(
    "mpadss",
    1,
    "MPADSS (fit to go home)",
    (
        Item(
            "vitals",
            "Pressure and pulse against baseline",
            0,
            2,
            _three("Within 20 %", "20 to 40 % away", "More than 40 % away"),
        ),
        Item(
            "walking",
            "Walking",
            0,
            2,
            _three("Steady, not dizzy", "With help", "Cannot walk, or dizzy"),
        ),
        Item("nausea", "Nausea and vomiting", 0, 2, _three("Minimal", "Moderate, treated", "Severe")),
        Item("pain", "Pain", 0, 2, _three("Minimal", "Moderate, treated", "Severe")),
        Item("iv_site", "IV site", 0, 2, _three("No problem", "Some bleeding or swelling", "Severe")),
    ),
    "Modified post-anaesthetic discharge scoring, Chung 1995 J Clin Anesth 7:500; bleeding is judged at the "
    "IV site (site default)",
)


def _nrs(scale_id: str, title: str, lowest_word: str, highest_word: str) -> Scale:
    item = Item("score", title, 0, 10, ((10, highest_word), (0, lowest_word)))
    return Scale(scale_id, 1, f"{title} 0-10", (item,), "Numeric rating scale, own wording")


DISTRESS = _nrs("distress", "Distress", "None", "The worst imaginable")
NAUSEA = _nrs("nausea", "Nausea", "None", "The worst imaginable")
PAIN = _nrs("pain", "Pain", "None", "The worst imaginable")

SCALES: tuple[Scale, ...] = (MOAAS, DISSOCIATION, CADSS6, RASS, ALDRETE, MPADSS, DISTRESS, NAUSEA, PAIN)

RECOVERED_TOTAL = 9
"""Aldrete and MPADSS totals from which a patient counts as recovered (Aldrete 1995, Chung 1995)."""


def scale(scale_id: str) -> Scale:
    """The scale with this id.

    Raises:
        ScaleError: when there is none.
    """
    for candidate in SCALES:
        if candidate.id == scale_id:
            return candidate
    raise ScaleError(f"There is no scale {scale_id}.")


def score(of: Scale, answers: Mapping[str, int]) -> Score:
    """Score a scale.

    Raises:
        ScaleError: when an item is missing, unknown or out of range.
    """
    known = {item.id for item in of.items}
    for item_id in answers:
        if item_id not in known:
            raise ScaleError(f"{of.title} has no item {item_id}.")
    for item in of.items:
        value = answers.get(item.id)
        if value is None:
            raise ScaleError(f"{of.title}: score {item.label.lower()} before going on.")
        if isinstance(value, bool) or not item.lowest <= value <= item.highest:
            raise ScaleError(f"{of.title}: {item.label.lower()} takes {item.lowest} to {item.highest}.")
    items = tuple((item.id, answers[item.id]) for item in of.items)
    return Score(of.id, of.version, items, sum(value for _, value in items))


def percent_from_baseline(current: float, baseline: float) -> float:
    """How far a value is from its baseline, in per cent of the baseline, without sign.

    Raises:
        ScaleError: when the baseline is not above zero.
    """
    if baseline <= 0:
        raise ScaleError("There is no baseline pressure to compare with. Enter it first.")
    return abs(current - baseline) * 100 / baseline


def aldrete_circulation(baseline_systolic: float, systolic: float) -> int:
    """Suggested circulation item from the systolic pressure; the nurse confirms it."""
    away = percent_from_baseline(systolic, baseline_systolic)
    if away <= 20:
        return 2
    return 1 if away < 50 else 0


def aldrete_oxygen(spo2: float, *, on_oxygen: bool) -> int:
    """Suggested oxygen item; the nurse confirms it.

    Between the published levels (room air, not above 92 %) the lower one is taken.
    """
    if not on_oxygen:
        return 2 if spo2 > 92 else 1 if spo2 > 90 else 0
    return 1 if spo2 > 90 else 0


def mpadss_vitals(baseline_systolic: float, systolic: float) -> int:
    """Suggested vital-signs item of MPADSS; the nurse confirms it."""
    away = percent_from_baseline(systolic, baseline_systolic)
    if away <= 20:
        return 2
    return 1 if away <= 40 else 0


def aldrete_passes(result: Score, *, oxygen_at_baseline: bool = False) -> str:
    """Why an Aldrete score does not pass; empty when it does.

    At least 9, no item 0, and the oxygen item 2 or what it was before (site default).
    """
    if result.total < RECOVERED_TOTAL:
        return f"Aldrete is {result.total}; it has to be {RECOVERED_TOTAL} or more."
    if any(value == 0 for _, value in result.items):
        return "An Aldrete item is 0. Wait and score again."
    if result.of("oxygen") != 2 and not oxygen_at_baseline:
        return "The oxygen item of Aldrete is not 2 and not what it was before. Wait and score again."
    return ""
