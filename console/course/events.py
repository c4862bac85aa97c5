"""What can be told of a course of treatment. The tag of each fact is its kind inside the record's event."""

from __future__ import annotations

import msgspec

from console.course.facts_care import CareFact
from console.course.facts_plan import PlanFact
from console.course.facts_stock import StockFact


class Struck(msgspec.Struct, frozen=True, tag="struck"):
    """An earlier line does not hold; it stays in the record."""

    line_id: str
    reason: str


PatientFact = PlanFact | CareFact
CourseEvent = PatientFact | StockFact | Struck

CLINIC = ""
"""The patient id of what belongs to no patient: the clinic's stock of the controlled drug."""

STREAM = "course:"
"""What the keys of courses begin with."""


def stream_of(patient_id: str) -> str:
    """The key under which the record keeps a patient's course (its session column is an index)."""
    return STREAM + patient_id


def patient_of(stream: str) -> str:
    """The patient of a course's key; empty for the clinic's stock."""
    return stream.removeprefix(STREAM)


def is_course_stream(session_id: str) -> bool:
    """Whether an entry's session is a course and no session."""
    return session_id.startswith(STREAM)
