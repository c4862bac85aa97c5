"""What the pages of a course read from the record: one person's story, everybody known, the drug log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from console.clock import NS_PER_S
from console.course.books import Books
from console.course.course import Course
from console.course.sessions import SessionFact
from console.course.story import Story, story
from console.room.course_reading import local_day, read_course, read_sessions
from console.session.people import Patient, Sex
from console.storage.queries import RecordReader
from console.storage.rows import PatientRow

NO_PREGNANCY = frozenset({Sex.MALE})
"""Where the record leaves the sex open, pregnancy is asked about."""


@dataclass(frozen=True, slots=True)
class CourseView:
    """One person's course as the pages show it.

    Attributes:
        patient: Who.
        course: The lines.
        sessions: Every session, oldest first.
        story: Everything worked out of both.
        today: Local day.
        now_ns: Moment of reading, UTC nanoseconds.
    """

    patient: Patient
    course: Course
    sessions: tuple[SessionFact, ...]
    story: Story
    today: date
    now_ns: int


def patient_of_row(row: PatientRow) -> Patient:
    """The person a row of the record tells of."""
    return Patient(row.patient_id, row.family_name, row.given_name, row.birth_date, row.mrn, Sex(row.sex))


def read_view(reader: RecordReader, books: Books, patient_id: str, now_ns: int) -> CourseView | None:
    """One person's course; None when the record does not know them.

    Raises:
        EventUnreadable: a newer version wrote in it, or it is damaged.
    """
    row = reader.patient(patient_id)
    if row is None:
        return None
    patient, today = patient_of_row(row), local_day(now_ns)
    course, sessions = read_course(reader, patient_id), read_sessions(reader, patient_id)
    told = story(course, books, sessions, now_ns, today, pregnancy_possible=patient.sex not in NO_PREGNANCY)
    return CourseView(patient, course, sessions, told, today, now_ns)


def day_words(day: date) -> str:
    """A day as the pages print it."""
    return f"{day:%d %b %Y}"


def moment_words(wall_ns: int, zone: tzinfo | None = None) -> str:
    """A moment as the pages print it, by the clinic's zone."""
    return f"{datetime.fromtimestamp(wall_ns / NS_PER_S).astimezone(zone):%d %b %H:%M}"


def identifiers(patient: Patient) -> str:
    """Both identifiers of a person."""
    return f"born {patient.birth_date} · MRN {patient.mrn}"
