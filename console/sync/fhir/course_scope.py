"""A course of treatment as the projection looks at it: its lines, the person, the visits it names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from console.course.author import Author
from console.course.books import Books
from console.course.course import Course, Line, folded
from console.course.events import CLINIC, patient_of
from console.course.sessions import SessionFact
from console.session.events import CourseChanged, Entry
from console.session.people import Authn, Patient
from console.sync.fhir.codes import PROCEDURE
from console.sync.fhir.scope import NOBODY, patient_id
from console.sync.fhir.source import Episode, Naming, Resource, resource
from console.sync.fhir.values import Body, coding, concept, instant

ENTERED_IN_ERROR = "entered-in-error"


@dataclass(frozen=True, slots=True)
class CourseSource:
    """One course as it is handed to the projection.

    Attributes:
        naming: Whose record it is.
        stream: Key of the course (:func:`console.course.events.stream_of`).
        entries: Its entries in order.
        patient: The person; None for the clinic's stock.
        books: The clinic's books, for names and questions.
        sessions: The person's sessions, oldest first.
        visits: Entry that opened each session, by session.
        today: The day it is looked at.
        episode: How the series stands.
        test_data: Of a training or a room of simulated devices.
    """

    naming: Naming
    stream: str
    entries: tuple[Entry, ...]
    patient: Patient | None
    books: Books
    sessions: tuple[SessionFact, ...]
    visits: Mapping[str, int]
    today: date
    episode: Episode = field(default_factory=Episode)
    test_data: bool = False


@dataclass(frozen=True, slots=True)
class CourseScope:
    """The same, folded once."""

    source: CourseSource
    course: Course
    entries: Mapping[int, Entry]

    @property
    def names(self) -> Naming:
        """Whose record it is."""
        return self.source.naming

    @property
    def books(self) -> Books:
        """The clinic's books."""
        return self.source.books

    @property
    def subject(self) -> Body:
        """The patient."""
        return {"reference": f"Patient/{patient_id(self.names, self.course.patient_id)}"}

    @property
    def series(self) -> Body:
        """The series of treatments."""
        return {"reference": f"EpisodeOfCare/{series_id(self.names, self.course.patient_id)}"}

    @property
    def is_stock(self) -> bool:
        """The clinic's stock of the drug, and no patient."""
        return self.course.patient_id == CLINIC

    def made(self, type_: str, line: Line, part: str, body: Body, more: Sequence[Line] = ()) -> Resource:
        """A resource of one line, and of the others that had a part in it."""
        seqs = (line.seq, *(one.seq for one in more))
        return resource(self.names, type_, self.names.of_entry(line.seq, part), body, seqs)

    def ref(self, type_: str, line: Line, part: str) -> Body:
        """A reference to what :meth:`made` makes."""
        return {"reference": f"{type_}/{self.names.of_entry(line.seq, part)}"}

    def who(self, line: Line) -> Body | None:
        """Who wrote a line; None for the console itself."""
        if line.by.user_id in NOBODY:
            return None if line.by.user_id == "room" else {"display": line.by.name}
        of_staff = self.names.of_site(f"practitioner/{line.by.user_id}")
        return {"reference": f"Practitioner/{of_staff}", "display": line.by.name}

    def visit(self, session_id: str) -> Body | None:
        """The visit a fact belongs to, None when to none that is known."""
        seq = self.source.visits.get(session_id)
        return None if seq is None else {"reference": f"Encounter/{self.names.of_entry(seq, 'encounter')}"}

    def finding(
        self,
        line: Line,
        code: str,
        words: str,
        *,
        session_id: str = "",
        at: str = "",
        system: str = "finding",
    ) -> Body:
        """What every observation of a course begins with.

        Args:
            line: Line it is made of.
            code: Own code; no published one exists.
            words: The same for people.
            session_id: Session it belongs to.
            at: When it was so, empty for the time of the line.
            system: Which of our own systems the code is of.
        """
        who = self.who(line)
        return {
            "status": ENTERED_IN_ERROR if line.struck else "final",
            "category": [PROCEDURE],
            "code": concept(words, coding(self.names.system(system), code, words)),
            "subject": self.subject,
            "encounter": self.visit(session_id),
            "effectiveDateTime": at or when(line),
            "performer": [] if who is None else [who],
        }

    def answered(
        self, line: Line, name: str, version: object, items: Sequence[Body], *, session_id: str = ""
    ) -> Body:
        """A filled-in list of questions."""
        return {
            "questionnaire": f"{self.names.system('questionnaire')}:{name}|{version}",
            "status": ENTERED_IN_ERROR if line.struck else "completed",
            "subject": self.subject,
            "encounter": self.visit(session_id),
            "authored": when(line),
            "author": self.who(line),
            "item": items,
        }


def when(line: Line) -> str:
    """When a line was written."""
    return instant(line.at.wall_utc_ns)


def series_id(names: Naming, patient: str) -> str:
    """Id of a patient's series, the same in every session and in the course."""
    return names.of_site(f"series/{patient}")


def course_scope(source: CourseSource) -> CourseScope:
    """Fold the lines of a course."""
    lines = [
        Line(
            entry.uuid,
            entry.seq,
            entry.at,
            Author(
                entry.actor.user_id,
                entry.actor.name,
                entry.actor.role.value,
                entry.actor.authn is Authn.PIN,
            ),
            entry.event.change,
        )
        for entry in source.entries
        if isinstance(entry.event, CourseChanged)
    ]
    course = folded(Course(patient_of(source.stream)), lines)
    return CourseScope(source, course, {entry.seq: entry for entry in source.entries})
