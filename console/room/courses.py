"""Decides what is asked of courses of treatment. Holds a few of them, and only as long as they are used.

Belongs to the conductor's thread. A course is read when it is asked for; what is decided meanwhile is
folded onto it, so that nothing is missing from it while the disk fails.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from console.clock import Instant
from console.course.course import Course, apply
from console.course.decide import decide
from console.course.decide_stock import decide_stock
from console.course.decision import CourseContext, CourseDecision
from console.course.events import CLINIC
from console.course.readiness import Readiness, readiness
from console.room.course_reading import author_of, line_of, local_day, read_course, read_sessions
from console.session.codec import EventUnreadable
from console.session.decision import Decision, refuse
from console.session.events import CourseChanged, Entry
from console.session.intents import ChangeCourse, Intent, OpenSession
from console.session.people import Actor
from console.session.rights import objection
from console.session.site import Site
from console.storage.chain import uuid7
from console.storage.queries import RecordReader
from console.storage.trouble import DiskTrouble, RecordRefused

HELD_AT_MOST: Final = 16

_log = logging.getLogger(__name__)


class Courses:
    """The courses lately asked about."""

    def __init__(self, record: Path, site: Site) -> None:
        """``record``: the file they are read from, on a connection that cannot write."""
        self._record = record
        self._site = site
        self._held: OrderedDict[str, Course] = OrderedDict()

    def decide(self, intent: ChangeCourse, actor: Actor, now: Instant) -> Decision:
        """Decide one request; nothing is written here."""
        why_not = objection(intent, actor, strict=self._site.strict)
        if why_not:
            return refuse(why_not)
        try:
            with RecordReader(self._record) as reader:
                decision = self._decided(reader, intent, actor, now)
        except (SQLAlchemyError, RecordRefused, DiskTrouble, EventUnreadable, msgspec.MsgspecError) as error:
            _log.error("a course cannot be read: %s", error)
            return refuse("This course cannot be read from the record: call the technician.")
        events = tuple(CourseChanged(intent.patient_id, fact) for fact in decision.facts)
        return Decision(events, decision.refusals, decision.notices)

    def readiness(self, intent: Intent, now: Instant) -> Readiness:
        """What the course of a patient says of a session that is to be begun; nothing of any other intent.

        A course that cannot be read stops nobody: the arrival checklist still does.
        """
        if not isinstance(intent, OpenSession) or intent.training or self._site.training:
            return Readiness()
        try:
            with RecordReader(self._record) as reader:
                course = self._course(reader, intent.patient.patient_id)
        except (SQLAlchemyError, RecordRefused, DiskTrouble, EventUnreadable, msgspec.MsgspecError) as error:
            _log.error("a course cannot be read: %s", error)
            return Readiness(heed=("The course of this patient cannot be read: ask about what was found.",))
        return readiness(course, self._site.books, local_day(now.wall_utc_ns))

    def _decided(
        self, reader: RecordReader, intent: ChangeCourse, actor: Actor, now: Instant
    ) -> CourseDecision:
        course = self._course(reader, intent.patient_id)
        if intent.patient_id != CLINIC and reader.patient(intent.patient_id) is None:
            return CourseDecision(refusals=("There is no such patient in this record.",))
        ctx = CourseContext(
            course=course,
            sessions=() if intent.patient_id == CLINIC else read_sessions(reader, intent.patient_id),
            books=self._site.books,
            library=self._site.library,
            by=author_of(actor),
            now=now,
            today=local_day(now.wall_utc_ns),
            new_id=lambda: uuid7(now.wall_utc_ns),
        )
        return (
            decide_stock(ctx, intent.request) if intent.patient_id == CLINIC else decide(ctx, intent.request)
        )

    def _course(self, reader: RecordReader, patient_id: str) -> Course:
        if patient_id not in self._held:
            self._held[patient_id] = read_course(reader, patient_id)
            while len(self._held) > HELD_AT_MOST:
                self._held.popitem(last=False)
        self._held.move_to_end(patient_id)
        return self._held[patient_id]

    def committed(self, entries: Sequence[Entry]) -> None:
        """Fold what was committed onto the courses that are held."""
        for entry in entries:
            line = line_of(entry)
            if line is None or not isinstance(entry.event, CourseChanged):
                continue
            held = self._held.get(entry.event.patient_id)
            if held is not None:
                self._held[entry.event.patient_id] = apply(held, line)
