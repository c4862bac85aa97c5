"""A window with the course page on a whole room of one thread, its record real, its clock moved by hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import msgspec
from PySide6.QtCore import QCoreApplication, QDate, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDateEdit,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from console.clock import NS_PER_S
from console.course.events import PatientFact
from console.course.facts_stock import StockFact
from console.course.requests import Chart, CourseRequest, KeepStock
from console.room.course_reading import local_day
from console.room.projections import SessionSummary
from console.room.wire import Answer, Ask, Heartbeat, RoomMessage, StopNow, WindowMessage
from console.session.intents import AddPatient, ChangeCourse, SignIn
from console.session.people import Patient, Role
from console.storage.accounts import Accounts, PinHasher
from console.storage.queries import RecordReader
from console.storage.rows import SessionIndexRow
from console.ui.bridge import Bridge
from console.ui.course.build import COURSE, course_page
from console.ui.course.page import CoursePage
from console.ui.viewmodels.course_record import CourseView, read_view
from console.ui.viewmodels.live_reference import LiveReference
from console.ui.window import MainWindow
from tests.course.clinic import BOOKS
from tests.stories.in_process_room import NURSE, SECOND, Story, assignment, site

PHYSICIAN = ("eva", "528491")
ANA = (NURSE.user_id, NURSE.pin)
BEN = (SECOND.user_id, SECOND.pin)
PATIENT = assignment().patient


class Clinic:
    """A room with a physician and one patient, asked without a window."""

    def __init__(self, folder: Path) -> None:
        self.story = Story(folder, waves=False, where=dataclasses.replace(site(), books=BOOKS))
        accounts = Accounts(self.story.room.record, PinHasher(memory_kib=64, time_cost=1))
        accounts.add_account(PHYSICIAN[0], "Eva Lind", Role.PHYSICIAN, PHYSICIAN[1])
        assert self.send(Ask(uuid4().hex, AddPatient(PATIENT), *ANA)).accepted

    def send(self, message: Ask) -> Answer:
        return self.story.room.ask(message)

    def request(
        self, request: CourseRequest, who: tuple[str, str] = ANA, patient: str = PATIENT.patient_id
    ) -> None:
        answer = self.send(Ask(uuid4().hex, ChangeCourse(patient, request), *who))
        assert answer.accepted, answer.sentences

    def chart(self, fact: PatientFact, who: tuple[str, str] = ANA) -> None:
        self.request(Chart(fact), who)

    def keep(self, fact: StockFact, who: tuple[str, str] = ANA) -> None:
        self.request(KeepStock(fact), who, "")

    def sign_in(self, who: tuple[str, str] = ANA) -> None:
        assert self.send(Ask(uuid4().hex, SignIn(), *who)).accepted

    @property
    def now(self) -> int:
        return self.story.world.clock.now().wall_utc_ns

    @property
    def today(self) -> date:
        return local_day(self.now)

    def reader(self) -> RecordReader:
        return RecordReader(self.story.room.record.path)

    def view(self) -> CourseView:
        with self.reader() as reader:
            found = read_view(reader, BOOKS, PATIENT.patient_id, self.now)
        assert found is not None
        return found

    def later(self, days: float) -> None:
        """Days go by in which nobody touches the console."""
        self.story.world.clock.advance(days * 86_400)

    def held(self, mg: str = "34.9", patient: Patient = PATIENT) -> str:
        """A session was held: its row in the list of sessions, as the room writes it."""
        start = self.now
        end = start + 2400 * NS_PER_S
        summary = SessionSummary(
            patient=patient.full_name,
            birth_date=patient.birth_date,
            mrn=patient.mrn,
            protocol_id="MOOD-40",
            weight_kg=Decimal(70),
            dose_mg=Decimal(35),
            given_mg=Decimal(mg),
            started_wall_ns=start,
            ended_wall_ns=end,
        )
        session_id = uuid4().hex
        row = SessionIndexRow(
            session_id, patient.patient_id, start, "closed", end, False, msgspec.json.encode(summary)
        )
        self.story.room.record.append((), [row])
        self.story.world.clock.advance(2.5 * 3600)
        return session_id


class Line:
    """A RoomClient straight into the room."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic
        self._out: list[RoomMessage] = []
        self.asked: list[Ask] = []
        self.connected = True
        self._out.append(clinic.story.room.service.desk.attach(False, self._out.append))

    def poll(self) -> list[RoomMessage]:
        found, self._out[:] = list(self._out), []
        return found

    def send(self, message: WindowMessage) -> bool:
        match message:
            case Ask():
                self.asked.append(message)
                self._out.append(self._clinic.send(message))
            case StopNow() | Heartbeat():
                pass
            case _:
                raise AssertionError(f"not expected here: {message}")
        return True

    def close(self) -> None:
        self.connected = False


class Hands:
    """A person at the window.

    Attributes:
        clinic: The room behind it.
        window: The window.
        page: The course page in it.
    """

    def __init__(self, clinic: Clinic, papers: Path, size: tuple[int, int] = (1366, 768)) -> None:
        self.clinic = clinic
        self.line = Line(clinic)
        self.bridge = Bridge(self.line, "window-1", clinic.story.world.clock)
        where = dataclasses.replace(site(), books=BOOKS)
        self.window = MainWindow(self.bridge, LiveReference(where, None))
        self.page: CoursePage = course_page(
            self.window.theme, self.bridge, where, papers, self.window.hand_over, self._bedside
        )
        self.window.add_page("Patients", "user", self.page)
        self.window.resize(*size)
        self.window.show()
        self.turn()
        self.window.show_page("Patients")
        self.turn()

    def _bedside(self) -> None:
        self.window.show_page("Bedside")

    def turn(self) -> None:
        self.bridge.tick()
        for _ in range(2):  # a child that was just added is shown with the next events
            QApplication.processEvents()

    def find(self, name: str) -> QWidget:
        for found in self.window.findChildren(QWidget, name):
            if found.isVisible():
                return found
        raise AssertionError(f"{name} is not on the screen")

    def sees(self, name: str) -> bool:
        return any(found.isVisible() for found in self.window.findChildren(QWidget, name))

    def touch(self, name: str) -> None:
        key = self.find(name)
        assert isinstance(key, QAbstractButton)
        assert key.isEnabled(), f"{name} is switched off"
        QTest.mouseClick(key, Qt.MouseButton.LeftButton)
        self.turn()

    def write(self, name: str, text: str) -> None:
        box = self.find(name)
        if isinstance(box, QPlainTextEdit):
            box.setPlainText(text)
        else:
            assert isinstance(box, QLineEdit)
            box.setText(text)
        self.turn()

    def pick(self, name: str, day: date) -> None:
        box = self.find(name)
        assert isinstance(box, QDateEdit)
        box.setDate(QDate(day.year, day.month, day.day))

    def sign(self, name: str, who: tuple[str, str]) -> None:
        people = self.find(f"{name}_who")
        assert isinstance(people, QComboBox)
        place = people.findData(who[0])
        assert place >= 0, f"{who[0]} may not sign here"
        people.setCurrentIndex(place)
        self.write(f"{name}_pin", who[1])
        self.touch(f"{name}_sign")

    def answer(self) -> str:
        return self.page.answer.text() if self.page.answer.isVisible() else ""

    def texts(self) -> str:
        found = []
        for widget in self.window.findChildren(QWidget):
            if widget.isVisible():
                if isinstance(widget, QLabel | QAbstractButton | QLineEdit):
                    found.append(widget.text())
                found.append(widget.accessibleName())
        return "\n".join(found)

    def back(self, section: str, who: tuple[str, str] = ANA) -> None:
        """Come back to a console that locked itself meanwhile."""
        self.clinic.sign_in(who)
        self.turn()
        self.window.show_page("Patients")
        self.turn()
        self.open(section)

    def open(self, section: str) -> None:
        self.page.open_person(PATIENT.patient_id, COURSE)
        self.turn()
        self.page.show_section(section)
        self.turn()


@contextmanager
def hands(clinic: Clinic, papers: Path, size: tuple[int, int] = (1366, 768)) -> Iterator[Hands]:
    """Hands that leave no window behind."""
    found = Hands(clinic, papers, size)
    try:
        yield found
    finally:
        found.page.desk.close_record()
        found.window.close()
        found.window.deleteLater()
        # Deleted now: a window that lives on would go on watching every touch of the tests after it.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        QApplication.processEvents()
