"""Courses out of a damaged record: every line that proves itself, and a mark that lines may be missing.

Unlike a session, a course with a hole is carried over: a finding that stops a treatment must not be
forgotten because another line was lost. Whoever opens it is told, until somebody has compared it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Final

from console.clock import Instant
from console.course.events import CLINIC, CourseEvent
from console.course.facts_care import LinesMayBeMissing
from console.course.facts_stock import CaseOpened
from console.room.entries import draft_of, entry_of, session_ids
from console.session.codec import EventUnreadable
from console.session.events import CourseChanged, Entry
from console.session.people import ROOM
from console.session.state import State
from console.storage.rows import EventDraft, StoredEvent

KIND: Final = "course_changed"


def marks(
    carried: Sequence[StoredEvent], file: str, now: Instant, boot_id: str, new_id: Callable[[], str]
) -> tuple[EventDraft, ...]:
    """What is written behind the lines that were carried over: a mark for each course.

    Args:
        carried: Lines of courses out of the damaged record.
        file: Name of the file the damaged record was moved to.
        now: When.
        boot_id: Boot of the machine.
        new_id: Mints ids.
    """
    patients: dict[str, None] = {}
    for stored in carried:
        with suppress(EventUnreadable):
            event = entry_of(stored).event
            if isinstance(event, CourseChanged):
                patients[event.patient_id] = None
    events = [CourseChanged(patient_id, _mark(patient_id, file, new_id)) for patient_id in patients]
    keys = session_ids(events, None, State())
    return tuple(
        draft_of(Entry(0, new_id(), key, now, boot_id, ROOM, event))
        for key, event in zip(keys, events, strict=True)
    )


def _mark(patient_id: str, file: str, new_id: Callable[[], str]) -> CourseEvent:
    if patient_id != CLINIC:
        return LinesMayBeMissing(file)
    sentence = f"The record was damaged and set aside as {file}: count every lot and compare."
    return CaseOpened(new_id(), file, Decimal(0), sentence)
