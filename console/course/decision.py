"""What a decision about a course is made from, and what it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from console.clinical.protocol import DrugLibrary
from console.clock import Instant
from console.course.author import PHYSICIAN, Author
from console.course.books import Books
from console.course.course import Course
from console.course.events import CourseEvent
from console.course.sessions import SessionFact


@dataclass(frozen=True, slots=True)
class CourseDecision:
    """Facts to write, or sentences that say why not; notices may come with facts."""

    facts: tuple[CourseEvent, ...] = ()
    refusals: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CourseContext:
    """Everything a decision may look at.

    Attributes:
        course: As far as it is written.
        sessions: The patient's sessions.
        books: The clinic's books.
        library: The drug library in force.
        by: Who asks.
        now: The instant of the decision.
        today: The local day.
        new_id: Mints ids.
    """

    course: Course
    sessions: Sequence[SessionFact]
    books: Books
    library: DrugLibrary
    by: Author
    now: Instant
    today: date
    new_id: Callable[[], str]

    def knows_session(self, session_id: str) -> bool:
        """Whether the patient has this session."""
        return any(one.session_id == session_id for one in self.sessions)


def accept(*facts: CourseEvent, notices: tuple[str, ...] = ()) -> CourseDecision:
    """Decide for ``facts``."""
    return CourseDecision(facts, (), notices)


def refuse(*sentences: str) -> CourseDecision:
    """Decide for nothing, and say why."""
    return CourseDecision((), sentences)


def signature_missing(by: Author, what: str) -> str:
    """Why this is no physician's signature; empty when it is."""
    if by.role != PHYSICIAN:
        return f"{what} is a physician's decision: ask one to sign it with their PIN."
    if not by.by_pin:
        return f"{what} is signed: enter your own PIN."
    return ""
