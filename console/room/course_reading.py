"""A patient's course from the record: its own stream of events, and what the list of sessions tells."""

from __future__ import annotations

from datetime import UTC, date, datetime

from console.clock import NS_PER_S
from console.course.author import Author
from console.course.course import Course, Line, folded
from console.course.events import CLINIC, stream_of
from console.course.sessions import SessionFact
from console.room.entries import entry_of
from console.room.projections import read_summary
from console.session.events import CourseChanged, Entry
from console.session.people import Actor, Authn
from console.storage.queries import RecordReader
from console.storage.rows import SessionIndexRow

SESSIONS_AT_MOST = 2000


def author_of(actor: Actor) -> Author:
    """The author as the course knows one."""
    return Author(actor.user_id, actor.name, actor.role.value, actor.authn is Authn.PIN)


def line_of(entry: Entry) -> Line | None:
    """The line an entry writes; None for an entry of anything else."""
    if not isinstance(entry.event, CourseChanged):
        return None
    return Line(entry.uuid, entry.seq, entry.at, author_of(entry.actor), entry.event.change)


def read_course(reader: RecordReader, patient_id: str) -> Course:
    """A patient's course as far as it is stored; read by an index, so its length alone counts.

    Raises:
        EventUnreadable: a newer version wrote in it, or it is damaged.
    """
    entries = (entry_of(stored) for stored in reader.events(stream_of(patient_id)))
    return folded(Course(patient_id), [line for line in map(line_of, entries) if line is not None])


def read_drug_log(reader: RecordReader) -> Course:
    """The clinic's drug log as far as it is stored.

    Raises:
        EventUnreadable: a newer version wrote in it, or it is damaged.
    """
    return read_course(reader, CLINIC)


def read_sessions(reader: RecordReader, patient_id: str) -> tuple[SessionFact, ...]:
    """A patient's sessions, oldest first."""
    rows = reader.sessions_of(patient_id, SESSIONS_AT_MOST)
    return tuple(session_fact(row) for row in reversed(rows))


def session_fact(row: SessionIndexRow) -> SessionFact:
    """What a row of the list of sessions tells the course."""
    summary = read_summary(row.summary)
    return SessionFact(
        session_id=row.session_id,
        day=local_day(row.opened_wall_ns),
        opened_wall_ns=row.opened_wall_ns,
        protocol_id=summary.protocol_id,
        weight_kg=summary.weight_kg,
        ordered_mg=summary.dose_mg,
        given_mg=summary.given_mg,
        started_wall_ns=summary.started_wall_ns,
        ended_wall_ns=summary.ended_wall_ns,
        closed=row.closed_wall_ns is not None,
        aborted=summary.aborted,
        training=row.training,
    )


def local_day(wall_utc_ns: int) -> date:
    """The day of a moment by this computer's time zone."""
    return datetime.fromtimestamp(wall_utc_ns / NS_PER_S, UTC).astimezone().date()
