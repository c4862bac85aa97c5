"""Questionnaires as data: what is asked, how it is scored, what a score means. A clinic adds its own.

Where the licence lets the text ship, it ships with its attribution; of all others only the score is taken
and the clinic asks from its own form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class AnswerWrong(ValueError):
    """A questionnaire cannot be scored; the message says which answer and what it takes."""


class Rule(StrEnum):
    """How answers become a result."""

    SUM = "sum"
    FIRST_MATCH = "first_match"
    """No total: the first of the listed conditions that holds names the band."""


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be given."""

    value: int
    label: str


@dataclass(frozen=True, slots=True)
class Question:
    """One item; ``options`` are those of the instrument unless it has its own."""

    id: str
    text: str
    options: tuple[Option, ...]

    @property
    def values(self) -> tuple[int, ...]:
        """Values that can be given."""
        return tuple(option.value for option in self.options)


@dataclass(frozen=True, slots=True)
class ScoreBand:
    """What a total from ``low`` to ``high`` means."""

    id: str
    label: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Match:
    """With :attr:`Rule.FIRST_MATCH`: any of these items answered above zero names the band."""

    band: str
    any_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Alert:
    """What an answer asks of the staff at once (PHQ-9 item 9 above zero: a safety assessment).

    Attributes:
        id: Stable id in the record.
        item: Which item, or ``"total"``.
        at_least: From which value on.
        sentence: What to do.
    """

    id: str
    item: str
    at_least: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Change:
    """When a change counts; None where nothing is published.

    Attributes:
        response_percent: A fall of so much from baseline is a response.
        remission_at_most: At or below this total is remission.
        meaningful: A change of so many points is more than chance.
    """

    response_percent: int | None = None
    remission_at_most: int | None = None
    meaningful: int | None = None


@dataclass(frozen=True, slots=True)
class Instrument:
    """A questionnaire.

    Attributes:
        id: Stable id in the record.
        version: Version of this file.
        title: Full name.
        short: As on an axis.
        intro: What is said before the items; empty where only scores are taken.
        items: The questions; none where only the total is entered.
        lowest: Lowest total.
        highest: Highest total.
        bands: What totals mean, lowest first.
        rule: How answers become a result.
        matches: For :attr:`Rule.FIRST_MATCH`.
        alerts: What answers ask of the staff.
        change: When a change counts.
        by_patient: The person may answer it alone on the screen.
        attribution: Whose it is, printed below it.
        licence: Why its text may or may not ship.
        source: Where scoring and bands are from.
    """

    id: str
    version: int
    title: str
    short: str
    intro: str
    items: tuple[Question, ...]
    lowest: int
    highest: int
    bands: tuple[ScoreBand, ...]
    rule: Rule
    matches: tuple[Match, ...]
    alerts: tuple[Alert, ...]
    change: Change
    by_patient: bool
    attribution: str
    licence: str
    source: str

    @property
    def score_only(self) -> bool:
        """Whether only a total is entered."""
        return not self.items

    def band(self, band_id: str) -> ScoreBand | None:
        """The band with this id."""
        return next((band for band in self.bands if band.id == band_id), None)

    def band_of(self, total: int) -> ScoreBand | None:
        """The band a total falls into."""
        return next((band for band in self.bands if band.low <= total <= band.high), None)


@dataclass(frozen=True, slots=True)
class Result:
    """A scored questionnaire; ``total`` None where the instrument has none."""

    total: int | None
    band: str
    alerts: tuple[Alert, ...]


TOTAL = "total"


def score(instrument: Instrument, answers: Mapping[str, int]) -> Result:
    """Score answers, or take a total where the instrument is of scores only.

    Raises:
        AnswerWrong: an answer is missing, unknown or out of range.
    """
    if instrument.score_only:
        return _result(instrument, answers, _entered(instrument, answers))
    known = {item.id: item for item in instrument.items}
    for given in answers:
        if given not in known:
            raise AnswerWrong(f"{instrument.short} has no question {given}.")
    for place, item in enumerate(instrument.items, 1):
        if item.id not in answers:
            raise AnswerWrong(f"{instrument.short}: question {place} is not answered.")
        value = answers[item.id]
        if isinstance(value, bool) or value not in item.values:
            takes = ", ".join(str(one) for one in item.values)
            raise AnswerWrong(f"{instrument.short}: question {place} takes {takes}.")
    if instrument.rule is Rule.FIRST_MATCH:
        return _result(instrument, answers, None)
    return _result(instrument, answers, sum(answers[item.id] for item in instrument.items))


def _entered(instrument: Instrument, answers: Mapping[str, int]) -> int:
    if set(answers) != {TOTAL}:
        raise AnswerWrong(f"{instrument.short}: enter the score of the clinic's own form.")
    total = answers[TOTAL]
    if isinstance(total, bool) or not instrument.lowest <= total <= instrument.highest:
        raise AnswerWrong(f"{instrument.short}: the score is {instrument.lowest} to {instrument.highest}.")
    return total


def _result(instrument: Instrument, answers: Mapping[str, int], total: int | None) -> Result:
    if total is None:
        met = (m.band for m in instrument.matches if any(answers.get(item, 0) > 0 for item in m.any_of))
        band_id = next(met, instrument.bands[0].id if instrument.bands else "")
    else:
        band = instrument.band_of(total)
        band_id = "" if band is None else band.id
    values = dict(answers) if total is None else {**answers, TOTAL: total}
    alerts = tuple(alert for alert in instrument.alerts if values.get(alert.item, 0) >= alert.at_least)
    return Result(total, band_id, alerts)
