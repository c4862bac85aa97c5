"""Today's list for the room: who comes, what is due around everybody in treatment, most pressing first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from console.clock import NS_PER_S
from console.course.books import Books
from console.course.due import Due, DueKind, Urgency, due
from console.course.events import CLINIC, STREAM, patient_of
from console.course.stock import Stock, stock
from console.room.course_reading import local_day, read_course, read_drug_log, read_sessions
from console.storage.queries import RecordReader
from console.storage.rows import PatientRow

IN_TREATMENT_DAYS: Final = 220
"""A course in which nothing was written for longer is asleep: maintenance is judged anew within 182 days."""


@dataclass(frozen=True, slots=True)
class ListedPatient:
    """One person on the list.

    Attributes:
        patient: Who.
        visit: The infusion planned for today, None when only something else is due.
        due: What is due or overdue, most pressing first, the visit apart.
        in_session: A session was opened for them today.
    """

    patient: PatientRow
    visit: Due | None
    due: tuple[Due, ...]
    in_session: bool


@dataclass(frozen=True, slots=True)
class TodayList:
    """The list, those who come today first; the drug log is shown with what it still lacks."""

    patients: tuple[ListedPatient, ...]
    stock: Stock


def read_today(reader: RecordReader, books: Books, now_wall_ns: int) -> TodayList:
    """Put today's list together; reads the courses of everybody in treatment, so not on a screen's thread.

    Raises:
        EventUnreadable: a course was written by a newer version, or is damaged.
    """
    since = now_wall_ns - IN_TREATMENT_DAYS * 86_400 * NS_PER_S
    found = []
    for key, written in reader.streams(STREAM):
        patient_id = patient_of(key)
        if patient_id == CLINIC or written < since:
            continue
        person = reader.patient(patient_id)
        listed = None if person is None else _listed(reader, books, person, now_wall_ns)
        if listed is not None:
            found.append(listed)
    found.sort(key=lambda one: (one.visit is None, _pressing(one), one.patient.family_name))
    return TodayList(tuple(found), stock(read_drug_log(reader)))


def _listed(reader: RecordReader, books: Books, person: PatientRow, now_wall_ns: int) -> ListedPatient | None:
    today = local_day(now_wall_ns)
    sessions = read_sessions(reader, person.patient_id)
    things = due(read_course(reader, person.patient_id), books, sessions, now_wall_ns, today)
    pressing = [one for one in things if one.urgency < Urgency.COMING]
    visit = next((one for one in pressing if one.kind is DueKind.VISIT and one.day == today), None)
    here = any(one.day == today and not one.training for one in sessions)
    if visit is None and not pressing and not here:
        return None
    return ListedPatient(person, visit, tuple(one for one in pressing if one is not visit), here)


def _pressing(listed: ListedPatient) -> int:
    return min((int(one.urgency) for one in listed.due), default=int(Urgency.COMING))
