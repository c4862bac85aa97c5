"""The clinic's own books around the infusion: what is treated, asked, explained, charted and followed up.

Versioned files; every entry is a site default that needs the medical director's signature.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from console.course.instruments import Instrument


@dataclass(frozen=True, slots=True)
class Indication:
    """What can be treated.

    Attributes:
        code: Stable id in the record.
        group: Mood, anxiety, pain and so on.
        title: Name.
        evidence: What is known, with its source; says so where it is research use.
        protocols: Entries of the drug library that fit, usual one first.
        outcomes: Instruments that follow it, primary one first.
    """

    code: str
    group: str
    title: str
    evidence: str
    protocols: tuple[str, ...]
    outcomes: tuple[str, ...]


class Stop(StrEnum):
    """What a finding of the screening does."""

    HARD = "hard"
    """Nobody can let it through here."""
    PHYSICIAN = "physician"
    """A physician may, by PIN and with a reason."""
    CAUTION = "caution"
    """It is written down and shown."""


@dataclass(frozen=True, slots=True)
class ScreeningItem:
    """A finding that is looked for.

    Attributes:
        id: Stable id in the record.
        finding: What is asked for; "yes" means it is there.
        stop: What "yes" does.
        why: The reason, with its source.
        if_pregnancy_possible: Asked only where pregnancy is possible.
    """

    id: str
    finding: str
    stop: Stop
    why: str
    if_pregnancy_possible: bool = False


@dataclass(frozen=True, slots=True)
class MedicineGroup:
    """Medicines that bear on ketamine.

    Attributes:
        id: Stable id in the record.
        title: Name of the group.
        words: Beginnings of names, in lower case, that belong to it.
        advice: What to do.
        why: What happens, with its source.
    """

    id: str
    title: str
    words: tuple[str, ...]
    advice: str
    why: str


class Nature(StrEnum):
    """Whether an effect is expected, adverse, or either by how the person takes it."""

    EXPECTED = "expected"
    ADVERSE = "adverse"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Effect:
    """An effect that can be charted."""

    code: str
    title: str
    nature: Nature
    note: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """Something to explain or to arrange."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class FollowUpTask:
    """What falls due after a session.

    Attributes:
        id: Stable id in the record.
        title: What is done.
        after_h: Hours after the end of the session.
        late_h: So many hours later it is overdue.
        instruments: What is asked then.
    """

    id: str
    title: str
    after_h: int
    late_h: int
    instruments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IntervalCheck:
    """A check that returns.

    Attributes:
        id: Stable id in the record.
        title: What is looked for.
        every_days: Days after which it is due again, counted from the first infusion.
        every_sessions: Or sessions; None where only days count.
        advice: What to do when there is a concern.
        why: Source.
    """

    id: str
    title: str
    every_days: int
    every_sessions: int | None
    advice: str
    why: str


@dataclass(frozen=True, slots=True)
class Consent:
    """The clinic's consent.

    Attributes:
        version: Of its text.
        valid_days: It holds so long.
        topics: What has to be explained; all of them.
    """

    version: str
    valid_days: int
    topics: tuple[Topic, ...]


@dataclass(frozen=True, slots=True)
class Leaflet:
    """A text to hand over: title and paragraphs."""

    version: int
    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Books:
    """All of them; an empty one where a clinic has none."""

    version: int = 0
    signed_by: str = ""
    indications: tuple[Indication, ...] = ()
    screening: tuple[ScreeningItem, ...] = ()
    tests: tuple[Topic, ...] = ()
    medicines: tuple[MedicineGroup, ...] = ()
    effects: tuple[Effect, ...] = ()
    comfort: tuple[Topic, ...] = ()
    follow_up: tuple[FollowUpTask, ...] = ()
    checks: tuple[IntervalCheck, ...] = ()
    consent: Consent = Consent("", 0, ())
    after_care: Leaflet = Leaflet(0, "", ())
    education: Leaflet = Leaflet(0, "", ())
    instruments: dict[str, Instrument] = field(default_factory=dict)

    def indication(self, code: str) -> Indication | None:
        """The indication with this code."""
        return next((one for one in self.indications if one.code == code), None)

    def screening_item(self, item_id: str) -> ScreeningItem | None:
        """The screening item with this id."""
        return next((one for one in self.screening if one.id == item_id), None)

    def effect(self, code: str) -> Effect | None:
        """The effect with this code."""
        return next((one for one in self.effects if one.code == code), None)

    def task(self, task_id: str) -> FollowUpTask | None:
        """The follow-up task with this id."""
        return next((one for one in self.follow_up if one.id == task_id), None)

    def check(self, check_id: str) -> IntervalCheck | None:
        """The interval check with this id."""
        return next((one for one in self.checks if one.id == check_id), None)

    def groups_of(self, medicine: str) -> tuple[MedicineGroup, ...]:
        """The interaction groups a medicine belongs to, by its name."""
        words = medicine.casefold().replace("-", " ").split()
        return tuple(
            group
            for group in self.medicines
            if any(word.startswith(known) for word in words for known in group.words)
        )

    def outcomes_for(self, codes: tuple[str, ...]) -> tuple[Instrument, ...]:
        """The instruments that follow these indications, each once, primary ones first."""
        found = [self.indication(code) for code in codes]
        longest = max((len(one.outcomes) for one in found if one is not None), default=0)
        names = [
            one.outcomes[place]
            for place in range(longest)
            for one in found
            if one is not None and place < len(one.outcomes)
        ]
        return tuple(self.instruments[name] for name in dict.fromkeys(names) if name in self.instruments)
