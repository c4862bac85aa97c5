"""Where the screening stands: what is open, what stops, what was let through, which medicines bear on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from console.course.books import Books, MedicineGroup, ScreeningItem, Stop
from console.course.course import Course, Line
from console.course.facts_plan import (
    ConsentGiven,
    ConsentWithdrawn,
    MedicineEnded,
    MedicineListed,
    Reply,
    ScreeningAnswered,
    ScreeningOverridden,
    SuitabilityDecided,
)


@dataclass(frozen=True, slots=True)
class ScreeningRow:
    """One item of the checklist and what was answered.

    Attributes:
        item: What is looked for.
        answer: The last answer with its author and time, None when it was not asked.
        override: The physician's override of that answer.
    """

    item: ScreeningItem
    answer: tuple[Line, ScreeningAnswered] | None
    override: tuple[Line, ScreeningOverridden] | None

    @property
    def reply(self) -> Reply | None:
        """The answer alone."""
        return None if self.answer is None else self.answer[1].reply

    @property
    def stops(self) -> bool:
        """Whether this finding stands in the way."""
        if self.reply is None or self.reply is Reply.NO or self.item.stop is Stop.CAUTION:
            return False
        return self.item.stop is Stop.HARD or self.override is None


@dataclass(frozen=True, slots=True)
class Medicine:
    """A medicine that is taken, and the groups of it that bear on ketamine."""

    name: str
    dose: str
    groups: tuple[MedicineGroup, ...]
    line_id: str


@dataclass(frozen=True, slots=True)
class Screening:
    """The whole of it.

    Attributes:
        rows: Every item asked of this person.
        medicines: What is taken.
        open: What is not answered, one sentence each.
        stops: What stands in the way, one sentence each.
        cautions: What to keep in mind, one sentence each.
    """

    rows: tuple[ScreeningRow, ...]
    medicines: tuple[Medicine, ...]
    open: tuple[str, ...]
    stops: tuple[str, ...]
    cautions: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Everything is answered and nothing stands in the way."""
        return not self.open and not self.stops


def screening(course: Course, books: Books, *, pregnancy_possible: bool = True) -> Screening:
    """Judge the checklist. Unknown counts like yes: what is not known is not excluded."""
    rows = tuple(
        _row(course, item) for item in books.screening if pregnancy_possible or not item.if_pregnancy_possible
    )
    taken = medicines(course, books)
    return Screening(
        rows=rows,
        medicines=taken,
        open=tuple(f"Not asked: {row.item.finding}." for row in rows if row.answer is None),
        stops=tuple(_stop_sentence(row) for row in rows if row.stops),
        cautions=(
            *(_caution(row) for row in rows if row.reply in {Reply.YES, Reply.UNKNOWN} and not row.stops),
            *(f"{one.name}: {group.title}. {group.advice}" for one in taken for group in one.groups),
        ),
    )


def _row(course: Course, item: ScreeningItem) -> ScreeningRow:
    answers = [pair for pair in course.lines_of(ScreeningAnswered) if pair[1].item == item.id]
    if not answers:
        return ScreeningRow(item, None, None)
    answer = answers[-1]
    overrides = [
        pair
        for pair in course.lines_of(ScreeningOverridden)
        if pair[1].item == item.id and pair[0].seq > answer[0].seq
    ]
    return ScreeningRow(item, answer, overrides[-1] if overrides else None)


def _stop_sentence(row: ScreeningRow) -> str:
    unknown = " It is not known, which counts the same." if row.reply is Reply.UNKNOWN else ""
    if row.item.stop is Stop.HARD:
        return f"{row.item.finding}.{unknown} Do not treat here; this cannot be overridden."
    return f"{row.item.finding}.{unknown} A physician may let it through, with the reason and their PIN."


def _caution(row: ScreeningRow) -> str:
    if row.override is None:
        return f"{row.item.finding}. {row.item.why}."
    line, override = row.override
    return f"{row.item.finding}. Let through by {line.by.name}: {override.reason}"


def medicines(course: Course, books: Books) -> tuple[Medicine, ...]:
    """What is taken now, newest entry of each name."""
    ended = {fact.name.casefold(): line.seq for line, fact in course.lines_of(MedicineEnded)}
    found: dict[str, Medicine] = {}
    for line, fact in course.lines_of(MedicineListed):
        key = fact.name.casefold()
        found.pop(key, None)
        if ended.get(key, 0) < line.seq:
            found[key] = Medicine(fact.name, fact.dose, books.groups_of(fact.name), line.id)
    return tuple(found.values())


@dataclass(frozen=True, slots=True)
class ConsentStanding:
    """Whether the person's consent holds.

    Attributes:
        given: The consent in question, with author and time.
        valid_until: Its last day.
        problem: Why it does not hold, as a sentence; empty while it does.
    """

    given: tuple[Line, ConsentGiven] | None
    valid_until: date | None
    problem: str


def consent(course: Course, books: Books, today: date) -> ConsentStanding:
    """Judge the consent: given, not withdrawn since, of the version in force, not too old."""
    given = course.lines_of(ConsentGiven)
    if not given:
        return ConsentStanding(None, None, "There is no consent: a professional explains and obtains it.")
    line, fact = given[-1]
    day = fact.given_on or line.at.wall_utc.date()
    until = day + timedelta(days=books.consent.valid_days)
    withdrawn = [one for one, _ in course.lines_of(ConsentWithdrawn) if one.seq > line.seq]
    if withdrawn:
        problem = "The consent was withdrawn: do not treat."
    elif fact.version != books.consent.version:
        problem = (
            f"The consent is of version {fact.version}; {books.consent.version} is in force: obtain it anew."
        )
    elif today > until:
        problem = f"The consent ended on {until:%d %b %Y}: obtain it anew."
    else:
        problem = ""
    return ConsentStanding((line, fact), until, problem)


def suitability(course: Course) -> tuple[Line, SuitabilityDecided] | None:
    """The last decision about suitability."""
    found = course.lines_of(SuitabilityDecided)
    return found[-1] if found else None
