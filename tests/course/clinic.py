"""A clinic for tests: its books, a course that people write in, sessions that took place."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from console.clinical.library import load_library
from console.clock import NS_PER_S, Instant
from console.course.author import Author
from console.course.books import Books
from console.course.books_file import load_books
from console.course.course import Course, Line, apply
from console.course.decide import decide
from console.course.decide_stock import decide_stock
from console.course.decision import CourseContext, CourseDecision
from console.course.events import CourseEvent, PatientFact
from console.course.facts_plan import (
    Indicated,
    Reply,
    ScreeningAnswered,
    SuitabilityDecided,
    Verdict,
)
from console.course.facts_stock import StockFact
from console.course.requests import Chart, CourseRequest, KeepStock
from console.course.sessions import SessionFact

ROOT = Path(__file__).parents[2]
NURSE = Author("n1", "Nurse One", "nurse")
SECOND = Author("n2", "Nurse Two", "nurse", by_pin=True)
PHYSICIAN = Author("p1", "Physician One", "physician", by_pin=True)
UNSIGNED = Author("p1", "Physician One", "physician")
ADMIN = Author("a1", "Admin One", "admin", by_pin=True)
LIBRARY = load_library((ROOT / "resources/library/ketamine-v1.toml").read_bytes())
MONDAY = date(2026, 11, 2)


def books() -> Books:
    files = sorted((ROOT / "resources/instruments").glob("*.toml"))
    return load_books(
        (ROOT / "resources/clinic/books-v1.toml").read_bytes(), {one.name: one.read_bytes() for one in files}
    )


BOOKS = books()


def noon(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()) * NS_PER_S


def treated(day: date, mg: str = "35", number: int = 1) -> SessionFact:
    at = noon(day)
    return SessionFact(
        session_id=f"s{number}-{day:%m%d}",
        day=day,
        opened_wall_ns=at,
        protocol_id="MOOD-40",
        weight_kg=Decimal(70),
        ordered_mg=Decimal(mg),
        given_mg=Decimal(mg),
        started_wall_ns=at,
        ended_wall_ns=at + 2400 * NS_PER_S,
        closed=True,
    )


class Clinic:
    """One patient's course and the clinic's drug log, on a day that can be moved on."""

    def __init__(self, today: date = MONDAY) -> None:
        self.today = today
        self.course = Course("pt-1")
        self.log = Course("")
        self.sessions: list[SessionFact] = []
        self.books = BOOKS
        self._seq = 0

    def later(self, days: int) -> None:
        self.today += timedelta(days=days)

    def ask(self, request: CourseRequest, by: Author = NURSE) -> CourseDecision:
        decision = decide(self._context(self.course, by), request)
        for fact in decision.facts:
            self.course = apply(self.course, self._line(fact, by))
        return decision

    def chart(self, fact: PatientFact, by: Author = NURSE) -> CourseDecision:
        return self.ask(Chart(fact), by)

    def keep(self, fact: StockFact, by: Author = NURSE) -> CourseDecision:
        decision = decide_stock(self._context(self.log, by), KeepStock(fact))
        for one in decision.facts:
            self.log = apply(self.log, self._line(one, by))
        return decision

    def screened(self) -> None:
        """Nothing is found, and a physician finds the person suitable."""
        assert not self.chart(Indicated(("trd",))).refusals
        for item in self.books.screening:
            assert not self.chart(ScreeningAnswered(item.id, Reply.NO)).refusals
        decision = self.chart(
            SuitabilityDecided(Verdict.SUITABLE, ("Two antidepressants failed",)), PHYSICIAN
        )
        assert not decision.refusals

    def treat(self, mg: str = "35") -> SessionFact:
        """A session takes place today."""
        session = treated(self.today, mg, len(self.sessions) + 1)
        self.sessions.append(session)
        return session

    def _context(self, course: Course, by: Author) -> CourseContext:
        return CourseContext(
            course=course,
            sessions=tuple(self.sessions),
            books=self.books,
            library=LIBRARY,
            by=by,
            now=Instant(noon(self.today), 1),
            today=self.today,
            new_id=self._new_id,
        )

    def _new_id(self) -> str:
        self._seq += 1
        return f"id-{self._seq}"

    def _line(self, fact: CourseEvent, by: Author) -> Line:
        self._seq += 1
        return Line(f"line-{self._seq}", self._seq, Instant(noon(self.today), 1), by, fact)


def days(*offsets: int) -> tuple[date, ...]:
    return tuple(MONDAY + timedelta(days=one) for one in offsets)
