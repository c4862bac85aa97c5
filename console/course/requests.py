"""What people ask of a course. Most requests chart a fact; a few let the console work something out first."""

from __future__ import annotations

from datetime import date

import msgspec

from console.course.events import PatientFact
from console.course.facts_stock import StockFact


class Chart(msgspec.Struct, frozen=True, tag="chart"):
    """Write a fact down; what the console has to fill in is filled in."""

    fact: PatientFact


class EnterOutcome(msgspec.Struct, frozen=True, tag="enter_outcome"):
    """Score a questionnaire.

    Attributes:
        instrument: Its id.
        answers: Answer of each item; for an instrument of scores only ``{"total": n}``.
        taken_on: The day, today when left out.
        session_id: The session it belongs to.
        by_patient: The person answered on the screen.
    """

    instrument: str
    answers: dict[str, int]
    taken_on: date | None = None
    session_id: str = ""
    by_patient: bool = False


class KeepStock(msgspec.Struct, frozen=True, tag="keep_stock"):
    """Write a line of the controlled drug log; asked with the patient id of the clinic."""

    fact: StockFact


class Strike(msgspec.Struct, frozen=True, tag="strike"):
    """Declare an earlier line wrong, with the reason; the right one is charted anew."""

    line_id: str
    reason: str


CourseRequest = Chart | EnterOutcome | KeepStock | Strike
