"""The course itself: its lines in order, and how to look through them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from console.clock import Instant
from console.course.author import Author
from console.course.events import CourseEvent, Struck

Fact = TypeVar("Fact", bound=msgspec.Struct)


class Line(msgspec.Struct, frozen=True):
    """One fact as the record holds it.

    Attributes:
        id: UUIDv7 of the entry.
        seq: Place in the record.
        at: When it was written.
        by: Who wrote it.
        fact: What.
        struck: Why it does not hold, empty while it does.
    """

    id: str
    seq: int
    at: Instant
    by: Author
    fact: CourseEvent
    struck: str = ""


class Course(msgspec.Struct, frozen=True):
    """A patient's course of treatment (or the clinic's drug log), as far as it is written."""

    patient_id: str
    lines: tuple[Line, ...] = ()

    def standing(self) -> tuple[Line, ...]:
        """The lines that hold."""
        return tuple(line for line in self.lines if not line.struck)

    def line(self, line_id: str) -> Line | None:
        """The line with this id."""
        return next((line for line in self.lines if line.id == line_id), None)

    def lines_of(self, kind: type[Fact]) -> tuple[tuple[Line, Fact], ...]:
        """Lines of one kind that hold, oldest first, each with its fact."""
        return tuple(
            (line, line.fact) for line in self.lines if not line.struck and isinstance(line.fact, kind)
        )

    def all_of(self, kind: type[Fact]) -> tuple[Fact, ...]:
        """Facts of one kind that hold, oldest first."""
        return tuple(fact for _, fact in self.lines_of(kind))

    def latest(self, kind: type[Fact]) -> Fact | None:
        """The newest fact of one kind that holds."""
        found = self.all_of(kind)
        return found[-1] if found else None


def apply(course: Course, line: Line) -> Course:
    """The course after one more line."""
    return folded(course, (line,))


def folded(course: Course, lines: Sequence[Line]) -> Course:
    """The course after more lines; total, and the same live and at replay."""
    why = {line.fact.line_id: line.fact.reason for line in lines if isinstance(line.fact, Struck)}
    every = (*course.lines, *lines)
    if why:
        every = tuple(
            replace(line, struck=why[line.id] or "struck") if line.id in why else line for line in every
        )
    return Course(course.patient_id, every)
