"""Takes out of a course what tells who somebody is, for research.

What leaves: a pseudonym, age (90 and above as 90), sex, dates moved by a number of days of the person's own,
codes, figures and answers. What never leaves: names, record numbers, ids, true dates, and every free text,
because nobody can promise what people write (45 CFR 164.514(b)(2)). Pseudonym and shift follow from a key
that stays in the clinic: whoever has it can undo them, so it is never part of an export. Moved dates are more
than safe harbour allows: release needs an expert's determination or a limited data set agreement.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256

from console.course.adverse import adverse_events
from console.course.books import Books
from console.course.course import Course
from console.course.facts_care import EffectNoted, OutcomeScored
from console.course.facts_plan import Indicated, OnwardDecided, SuitabilityDecided, TriedBefore
from console.course.sessions import SessionFact

Cell = str | int | float | bool | None
Row = dict[str, Cell]

OLDEST = 90
SHIFT_DAYS = 364
"""Dates move by 1 to 364 days into the past; a multiple of seven is not asked for."""
SHORTEST_KEY = 16


class KeyTooShort(ValueError):
    """The key could be guessed."""


@dataclass(frozen=True, slots=True)
class Veil:
    """Hides one person; the same person looks the same in every export of a clinic.

    Attributes:
        subject: Pseudonym.
        shift_days: Days every date moves by; below zero.
    """

    subject: str
    shift_days: int
    secret: bytes

    def day(self, day: date) -> str:
        """A day, moved."""
        return (day + timedelta(days=self.shift_days)).isoformat()

    def thing(self, known_id: str) -> str:
        """A pseudonym for a session or another thing of this person."""
        return hmac.new(self.secret, known_id.encode(), sha256).hexdigest()[:12] if known_id else ""


def veil(key: bytes, patient_id: str) -> Veil:
    """The veil of one person.

    Raises:
        KeyTooShort: the key has fewer than 16 bytes.
    """
    if len(key) < SHORTEST_KEY:
        raise KeyTooShort(f"The key of the export has fewer than {SHORTEST_KEY} bytes.")
    secret = hmac.new(key, patient_id.encode(), sha256).digest()
    return Veil(secret.hex()[:12], -(1 + int.from_bytes(secret[16:20]) % SHIFT_DAYS), secret[20:])


@dataclass(frozen=True, slots=True)
class PersonFact:
    """What is known of the person beside the course."""

    patient_id: str
    birth_date: date | None
    sex: str


def deidentified(
    person: PersonFact, course: Course, sessions: Sequence[SessionFact], books: Books, key: bytes
) -> dict[str, list[Row]]:
    """The tables of one person: ``subjects``, ``sessions``, ``outcomes``, ``answers``, ``effects``.

    Raises:
        KeyTooShort: see :func:`veil`.
    """
    hidden = veil(key, person.patient_id)
    treated = sorted((one for one in sessions if one.treated), key=lambda one: one.opened_wall_ns)
    first = treated[0].day if treated else None
    return {
        "subjects": [_subject(hidden, person, course, first)],
        "sessions": [_session(hidden, number, one, first) for number, one in enumerate(treated, 1)],
        "outcomes": _outcomes(hidden, course, first),
        "answers": _answers(hidden, course),
        "effects": _effects(hidden, course, books, treated),
    }


def _subject(hidden: Veil, person: PersonFact, course: Course, first: date | None) -> Row:
    indicated = course.latest(Indicated)
    judged = course.latest(SuitabilityDecided)
    onward = course.latest(OnwardDecided)
    return {
        "subject": hidden.subject,
        "age": _age(person.birth_date, first),
        "sex": person.sex,
        "indications": "" if indicated is None else " ".join(indicated.codes),
        "treatments_before": len(course.all_of(TriedBefore)),
        "suitability": "" if judged is None else judged.verdict.value,
        "onward": "" if onward is None else onward.onward.value,
        "interval_days": None if onward is None else onward.every_days,
    }


def _age(born: date | None, on: date | None) -> int | None:
    if born is None or on is None:
        return None
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return min(OLDEST, years)


def _session(hidden: Veil, number: int, one: SessionFact, first: date | None) -> Row:
    minutes = None
    if one.started_wall_ns is not None and one.ended_wall_ns is not None:
        minutes = round((one.ended_wall_ns - one.started_wall_ns) / 60e9, 1)
    return {
        "subject": hidden.subject,
        "session": hidden.thing(one.session_id),
        "number": number,
        "date": hidden.day(one.day),
        "day_of_course": None if first is None else (one.day - first).days,
        "protocol": one.protocol_id,
        "weight_kg": _figure(one.weight_kg),
        "ordered_mg": _figure(one.ordered_mg),
        "given_mg": _figure(one.given_mg),
        "minutes": minutes,
    }


def _figure(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _outcomes(hidden: Veil, course: Course, first: date | None) -> list[Row]:
    return [
        {
            "subject": hidden.subject,
            "outcome": hidden.thing(line.id),
            "session": hidden.thing(fact.session_id),
            "date": hidden.day(fact.taken_on),
            "day_of_course": None if first is None else (fact.taken_on - first).days,
            "instrument": fact.instrument,
            "version": fact.version,
            "total": fact.total,
            "band": fact.band,
            "by_patient": fact.by_patient,
        }
        for line, fact in course.lines_of(OutcomeScored)
    ]


def _answers(hidden: Veil, course: Course) -> list[Row]:
    return [
        {"subject": hidden.subject, "outcome": hidden.thing(line.id), "item": item, "answer": answer}
        for line, fact in course.lines_of(OutcomeScored)
        for item, answer in fact.answers.items()
    ]


def _effects(hidden: Veil, course: Course, books: Books, treated: Sequence[SessionFact]) -> list[Row]:
    began = {one.session_id: one.started_wall_ns for one in treated}
    rows: list[Row] = [
        {
            "subject": hidden.subject,
            "session": hidden.thing(fact.session_id),
            "kind": "expected",
            "effect": fact.effect,
            "grade": fact.strength,
            "serious": False,
            "minute": _minute(fact.at_wall_ns, began.get(fact.session_id)),
            "lasted_min": None,
        }
        for fact in course.all_of(EffectNoted)
    ]
    for event in adverse_events(course, books):
        lasted = None if event.ended_wall_ns is None else event.ended_wall_ns - event.onset_wall_ns
        rows.append(
            {
                "subject": hidden.subject,
                "session": hidden.thing(event.session_id),
                "kind": "adverse",
                "effect": event.effect,
                "grade": event.worst,
                "serious": event.serious,
                "minute": _minute(event.onset_wall_ns, began.get(event.session_id)),
                "lasted_min": None if lasted is None else round(lasted / 60e9, 1),
            }
        )
    return rows


def _minute(at: int, began: int | None) -> float | None:
    return None if began is None else round((at - began) / 60e9, 1)
