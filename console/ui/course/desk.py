"""What every section is handed: the record to read, the room to ask, the people who can sign."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal

from console.clock import Instant
from console.course.books import Books
from console.course.course import Course
from console.course.events import CLINIC, PatientFact
from console.course.facts_stock import StockFact
from console.course.requests import Chart, CourseRequest, KeepStock
from console.room.course_reading import read_drug_log, read_sessions
from console.room.wire import Answer
from console.session import intents as ask
from console.session.codec import EventUnreadable
from console.session.events import Access
from console.session.people import Patient, Role
from console.session.site import Site
from console.session.state import Phase
from console.storage.chain import uuid7
from console.storage.queries import RecordReader
from console.storage.trouble import RecordRefused
from console.ui.bedside.step_tools import Asking
from console.ui.bridge import Bridge
from console.ui.theme import Theme
from console.ui.viewmodels.course_record import CourseView, patient_of_row, read_view
from console.ui.viewmodels.step_people import Person

NOT_READ: Final = "The record cannot be read here: call the technician."
WAITING: Final = "Asking…"

Then = Callable[[bool], None]


class CourseDesk(QObject):
    """Reads the record, asks the room, and tells every section when something is new.

    Signals:
        changed: Another person was chosen, or the record has something new about them.
        said: Sentences of the room (or of the desk), and whether it was a refusal.

    Attributes:
        theme: The light theme of these pages.
        site: The clinic's configuration.
        seen_seq: Newest line that was read and shown.
    """

    changed = Signal()
    said = Signal(object, bool)

    def __init__(self, theme: Theme, bridge: Bridge, site: Site, parent: QObject) -> None:
        super().__init__(parent)
        self.theme, self.site = theme, site
        self._bridge = bridge
        self._asking = Asking(bridge, self)
        self._path: Path | None = None
        self._reader: RecordReader | None = None
        self._view: CourseView | None = None
        self._patient_id = ""
        self.seen_seq = 0

    # --- reading ----------------------------------------------------------------------------------

    @property
    def books(self) -> Books:
        """The clinic's books."""
        return self.site.books

    @property
    def view(self) -> CourseView | None:
        """The person shown, None while nobody is chosen."""
        return self._view

    @property
    def path(self) -> Path | None:
        """The record that is read."""
        return self._path

    def now(self) -> Instant:
        """The room's time."""
        return self._bridge.now()

    @property
    def role(self) -> Role | None:
        """Role of whoever is signed in."""
        user = self._bridge.state.user
        return None if user is None else user.role

    @property
    def user_id(self) -> str:
        """Whoever is signed in, empty for nobody."""
        user = self._bridge.state.user
        return "" if user is None else user.user_id

    @property
    def read_only(self) -> bool:
        """Nothing can be asked from this window."""
        return self._bridge.read_only

    @property
    def in_session(self) -> bool:
        """A session is open in this room."""
        return self._bridge.state.session is not None

    @property
    def phase(self) -> Phase:
        """Where the room's session stands."""
        return self._bridge.state.phase

    def open_record(self, path: Path) -> None:
        """Read this record from now on."""
        self.close_record()
        try:
            self._reader = RecordReader(path)
        except RecordRefused as refusal:
            self.said.emit((str(refusal),), True)
            return
        self._path = path
        self.reload()

    def close_record(self) -> None:
        """Give the file back."""
        if self._reader is not None:
            self._reader.close()
        self._reader, self._path = None, None

    def choose(self, patient_id: str) -> None:
        """Show another person; the record keeps who looked at whom."""
        if patient_id != self._patient_id:
            self.note(Access.VIEWED, patient_id, "course")
        self._patient_id = patient_id
        self.reload()

    def note(self, what: Access, patient_id: str, detail: str) -> None:
        """Leave in the record that something was looked at or printed."""
        self._bridge.ask(ask.NoteAccess(what, patient_id=patient_id, detail=detail))

    def reload(self) -> None:
        """Read the person's course anew."""
        self._view = None
        if self._reader is not None and self._patient_id:
            try:
                now_ns = self.now().wall_utc_ns
                self._view = read_view(self._reader, self.books, self._patient_id, now_ns)
            except EventUnreadable as problem:
                self.said.emit((f"{NOT_READ} {problem}",), True)
        if self._view is not None and self._view.course.lines:
            self.seen_seq = max(self.seen_seq, self._view.course.lines[-1].seq)
        self.changed.emit()

    def people(self, *roles: Role) -> tuple[Person, ...]:
        """Active accounts of these roles, whoever is signed in first."""
        if self._reader is None:
            return ()
        found = [one for one in self._reader.users() if one.active and one.role in roles]
        found.sort(key=lambda one: (one.user_id != self.user_id, one.name))
        return tuple(Person(one.user_id, one.name, one.role) for one in found)

    def patients(self, text: str) -> tuple[Patient, ...]:
        """Known persons whose names or number begin with ``text``."""
        if self._reader is None:
            return ()
        return tuple(patient_of_row(row) for row in self._reader.patients(text, limit=12))

    def drug_log(self) -> Course:
        """The clinic's drug log; empty while it cannot be read."""
        try:
            log = Course(CLINIC) if self._reader is None else read_drug_log(self._reader)
        except EventUnreadable as problem:
            self.said.emit((f"{NOT_READ} {problem}",), True)
            return Course(CLINIC)
        self.seen_seq = max(self.seen_seq, log.lines[-1].seq if log.lines else 0)
        return log

    def given_by_pump(self, patient_id: str, session_id: str) -> Decimal | None:
        """What the pump's counter said of a session, None while that is not known."""
        sessions = () if self._reader is None else read_sessions(self._reader, patient_id)
        return next((one.given_mg for one in sessions if one.session_id == session_id), None)

    # --- asking -----------------------------------------------------------------------------------

    @property
    def waiting(self) -> bool:
        """An answer is still to come."""
        return self._asking.waiting

    def chart(self, fact: PatientFact, then: Then | None = None, user: str = "", pin: str = "") -> None:
        """Ask to write a fact about the person shown."""
        self.request(Chart(fact), then, user, pin)

    def keep(self, fact: StockFact, then: Then | None = None, user: str = "", pin: str = "") -> None:
        """Ask to write a line of the drug log."""
        self._send(ask.ChangeCourse(CLINIC, KeepStock(fact)), then, user, pin)

    def request(
        self, request: CourseRequest, then: Then | None = None, user: str = "", pin: str = ""
    ) -> None:
        """Ask anything of the course of the person shown."""
        if self._view is None:
            self.said.emit(("Choose a patient first.",), True)
            return
        self._send(ask.ChangeCourse(self._view.patient.patient_id, request), then, user, pin)

    def begin_session(self, patient: Patient, then: Then | None = None) -> None:
        """Begin a session with this person; the room says whether that may be."""
        sessions = () if self._reader is None else read_sessions(self._reader, patient.patient_id)
        last = next((one for one in reversed(sessions) if one.treated), None)
        opened = ask.OpenSession(
            uuid7(self.now().wall_utc_ns),
            patient,
            None if last is None else last.weight_kg,
            None if last is None else last.ordered_mg,
        )
        self._send(opened, then, "", "")

    def send(
        self, intent: ask.PersonIntent, then: Callable[[Answer], None], user: str = "", pin: str = ""
    ) -> None:
        """Ask anything; ``then`` gets the whole answer and nothing is said here."""
        self._asking.ask(intent, then, user, pin)

    def _send(self, intent: ask.PersonIntent, then: Then | None, user: str, pin: str) -> None:
        self.said.emit((WAITING,), False)

        def answered(answer: Answer) -> None:
            self.said.emit(answer.sentences, not answer.accepted)
            if answer.accepted:
                self.reload()
            if then is not None:
                then(answer.accepted)

        self._asking.ask(intent, answered, user, pin)
