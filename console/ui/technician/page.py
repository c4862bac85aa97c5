"""The technician's page: shows what the room tells of its devices, and asks it to search and to test."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from console.devices.bench.procedure import Answer as Given
from console.room.bench_desk_wire import (
    BenchBind,
    BenchLook,
    BenchRestart,
    BenchSearch,
    BenchSearchEnd,
    BenchSign,
    BenchStatus,
)
from console.room.bench_wire import BenchBegin, BenchEnd, BenchReply, BenchShown
from console.room.wire import Answer
from console.session.people import Role
from console.storage.bench_records import SignedRun, bench_runs
from console.ui.bridge import NOBODY_HEARD, BenchMessage, Bridge
from console.ui.review.background import Background
from console.ui.technician.accuracy import AccuracySection
from console.ui.technician.devices import DevicesSection
from console.ui.technician.due import DueSection
from console.ui.technician.look import technician_sheet
from console.ui.technician.parts import key, label
from console.ui.technician.run_panel import RunPanel
from console.ui.technician.test_section import TestSection
from console.ui.technician.wire import WireSection
from console.ui.technician.workstation import WorkstationSection
from console.ui.theme import LIGHT, Theme
from console.ui.viewmodels.step_people import Person

DEVICES, TEST, ACCURACY, WIRE, COMPUTER, DUE = "devices", "test", "accuracy", "wire", "computer", "due"
SECTIONS = (
    (DEVICES, "Devices"),
    (TEST, "Self-test"),
    (ACCURACY, "Pump accuracy"),
    (WIRE, "Wire view"),
    (COMPUTER, "This computer"),
    (DUE, "What is due"),
)
TECHNICIANS = frozenset({Role.TECHNICIAN, Role.ADMIN})
LOOK_S, WIRE_LOOK_S = 0.5, 0.25
"""Between two looks; the wire view asks more often."""
TESTS_S = 10.0
"""Between two readings of the signed tests."""
TESTS = "tests"


class TechnicianPage(QWidget):
    """Sections at the left, the present one at the right."""

    def __init__(
        self,
        theme: Theme,
        bridge: Bridge,
        people: Callable[[], tuple[Person, ...]],
        folder: Path,
        parent: QWidget | None = None,
    ) -> None:
        """``theme`` is the window's, of which only the scale is used; ``folder`` takes what is written."""
        super().__init__(parent)
        self.setObjectName("technician")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._window_theme, self._bridge, self._people = theme, bridge, people
        self.theme = Theme(LIGHT, theme.scale)
        self.status: BenchStatus | None = None
        self._began = TEST
        self._styled = 0.0
        self._asked: dict[str, str] = {}
        self._looked_s = self._read_s = -TESTS_S
        self._signed: tuple[SignedRun, ...] = ()
        self._reading = False
        self._work = Background()
        page = self.theme
        self.devices = DevicesSection(page, self)
        self.test = TestSection(page, self)
        self.accuracy = AccuracySection(page, self)
        self.wire = WireSection(page, folder / "wire", self)
        self.computer = WorkstationSection(page, self)
        self.due = DueSection(page, folder / "certificates", None, self)
        self._panels: dict[str, RunPanel] = {
            TEST: self.test.panel, ACCURACY: self.accuracy.panel, COMPUTER: self.computer.panel,
        }  # fmt: skip
        self._build()
        self._wire_up()
        self.show_section(DEVICES)
        self.rescale()

    def _build(self) -> None:
        self._side = QWidget(self)
        self._side.setObjectName("sections")
        self._side.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._side_column = QVBoxLayout(self._side)
        self._side_column.addWidget(label("Technician", "listtitle", self._side))
        self._keys = QButtonGroup(self)
        self.keys: dict[str, QPushButton] = {}
        for section, title in SECTIONS:
            made = key(title, f"section_{section}", self._side, "section")
            made.setCheckable(True)
            made.clicked.connect(partial(self.show_section, section))
            self._keys.addButton(made)
            self._side_column.addWidget(made)
            self.keys[section] = made
        self._side_column.addStretch(1)
        self.who = label("", "small", self._side)
        self._side_column.addWidget(self.who)
        self._stack = QStackedWidget(self)
        self._sections: dict[str, QWidget] = {
            DEVICES: self.devices, TEST: self.test, ACCURACY: self.accuracy, WIRE: self.wire,
            COMPUTER: self.computer, DUE: self.due,
        }  # fmt: skip
        for widget in self._sections.values():
            self._stack.addWidget(widget)
        self.title = QLabel("", self)
        self.title.setObjectName("pagetitle")
        self._main = QVBoxLayout()
        self._main.addWidget(self.title)
        self._main.addWidget(self._stack, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._side)
        row.addLayout(self._main, 1)

    def _wire_up(self) -> None:
        bridge = self._bridge
        bridge.ticked.connect(self._tick)
        bridge.bench_told.connect(self._told)
        bridge.bench_shown.connect(self._shown)
        bridge.answered.connect(self._answered)
        bridge.state_changed.connect(self._follow_rights)
        self.devices.search_wanted.connect(self._search)
        self.devices.end_wanted.connect(self._end_search)
        self.devices.bind_wanted.connect(self._bind)
        self.devices.restart_wanted.connect(self._restart)
        self.wire.port_chosen.connect(self._look_now)
        self.due.changed.connect(self._due_changed)
        for section, sender in ((TEST, self.test), (ACCURACY, self.accuracy), (COMPUTER, self.computer)):
            sender.begin_wanted.connect(partial(self._begin, section))
        for panel in self._panels.values():
            panel.answered.connect(self._reply)
            panel.end_wanted.connect(self._end)
            panel.sign_wanted.connect(self._sign)
        application = QApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.close_page)

    # --- looking ----------------------------------------------------------------------------------

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self.theme.scale = self._window_theme.scale
        px = self.theme.px
        if self._styled != self.theme.scale:
            # Every widget of the page is polished anew by this: only when something changed.
            self._styled = self.theme.scale
            self.setStyleSheet(technician_sheet(self.theme))
        self._side.setFixedWidth(px(250))
        self._side_column.setContentsMargins(px(12), px(16), px(12), px(14))
        self._side_column.setSpacing(px(6))
        self._main.setContentsMargins(px(20), px(10), px(20), px(12))
        self._main.setSpacing(px(10))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow the size."""
        super().resizeEvent(event)
        self.rescale()

    def showEvent(self, event: QShowEvent) -> None:
        """Look at once."""
        super().showEvent(event)
        self._follow_rights()
        self._look_now()

    def hideEvent(self, event: QHideEvent) -> None:
        """What was said before a test is void once another page is shown."""
        super().hideEvent(event)
        self.test.guard.take_back()
        self.accuracy.guard.take_back()

    def close_page(self) -> None:
        """End the reading thread and the capture, if one goes on."""
        self._work.close()
        self.wire.close_file()

    def show_section(self, section: str) -> None:
        """Show a section."""
        self.section = section
        self._stack.setCurrentWidget(self._sections[section])
        self.keys[section].setChecked(True)
        self.title.setText(dict(SECTIONS)[section])
        if section == DUE:
            self._read_s = -TESTS_S
        self._look_now()

    @property
    def may(self) -> bool:
        """The one signed in at this window may do more than look."""
        user = self._bridge.state.user
        return user is not None and user.role in TECHNICIANS and not self._bridge.read_only

    def _look_now(self, _port: str = "") -> None:
        self._looked_s = -TESTS_S

    def _tick(self, _dt_s: float) -> None:
        self._take_tests()
        watching = self.wire.capturing or (self.isVisible() and self.section == WIRE)
        if not self.isVisible() and not watching:
            return
        real_s = self._bridge.real_s
        if real_s - self._looked_s >= (WIRE_LOOK_S if watching else LOOK_S):
            self._looked_s = real_s
            port = self.wire.port if watching else ""
            self._bridge.tell_bench(BenchLook(port, self.wire.after if port else 0))
            self.computer.set_room(self._bridge.hello, self._bridge.live, may=self.may)
        if self.isVisible() and real_s - self._read_s >= TESTS_S:
            self._read_s = real_s
            self._read_tests()

    def _told(self, told: object) -> None:
        if not isinstance(told, BenchStatus):
            return
        self.status = told
        self.wire.set_status(told)
        self.devices.set_status(told, may=self.may)
        self.test.set_status(told, may=self.may)
        self.accuracy.set_status(told, may=self.may)
        self._show_tests()

    def _follow_rights(self) -> None:
        user = self._bridge.state.user
        name = "Nobody is signed in." if user is None else f"{user.name}, {user.role.value}."
        self.who.setText(name if self.may else f"{name} Looking only: a technician may test.")
        if self.status is not None:
            self.devices.set_status(self.status, may=self.may)
            self.test.set_status(self.status, may=self.may)
            self.accuracy.set_status(self.status, may=self.may)
        people = [one for one in self._people() if one.role in TECHNICIANS] if self.isVisible() else []
        for panel in self._panels.values():
            panel.sign.offer(people, "" if user is None else user.user_id)

    # --- the signed tests ---------------------------------------------------------------------------

    def _read_tests(self) -> None:
        hello = self._bridge.hello
        if hello is not None and hello.record_path and not self._reading:
            self._reading = True
            self._work.submit(TESTS, partial(bench_runs, Path(hello.record_path)))

    def _take_tests(self) -> None:
        for done in self._work.take():
            self._reading = False
            self.due.show_trouble(done.trouble)
            if isinstance(done.result, tuple):
                self._signed = done.result
                self._show_tests()

    def _show_tests(self) -> None:
        hello, status = self._bridge.hello, self.status
        if hello is not None and status is not None:
            today = status.at.wall_utc.date()
            self.due.set_tests(status.devices, self._signed, today, simulated=hello.simulated)

    def _due_changed(self, count: int) -> None:
        self.keys[DUE].setText(f"What is due ({count})" if count else "What is due")

    @property
    def busy(self) -> bool:
        """The reading thread has something to tell yet."""
        return self._work.busy

    # --- asking -----------------------------------------------------------------------------------

    def _tell(self, message: BenchMessage) -> bool:
        return self._bridge.tell_bench(message)

    def _ask(self, what: str, make: Callable[[str], BenchMessage]) -> None:
        request_id = str(uuid.uuid4())
        self._asked[request_id] = what
        if not self._tell(make(request_id)):
            self._answered(Answer(request_id, False, (NOBODY_HEARD,)))

    def _search(self, every_speed: bool) -> None:
        self._ask(DEVICES, partial(BenchSearch, every_speed=every_speed))
        self._look_now()

    def _end_search(self) -> None:
        self._tell(BenchSearchEnd())

    def _bind(self, port: str, instead_of: str) -> None:
        self._ask(DEVICES, partial(BenchBind, port=port, instead_of=instead_of))

    def _restart(self) -> None:
        self._ask(DEVICES, BenchRestart)

    def _begin(self, section: str, wanted: object) -> None:
        if isinstance(wanted, BenchBegin):
            self._began = section
            if not self._tell(wanted):
                self._panels[section].show_refused(NOBODY_HEARD)

    def _reply(self, given: object) -> None:
        if isinstance(given, Given):
            self._tell(BenchReply(given))

    def _end(self) -> None:
        self._tell(BenchEnd())

    def _sign(self, user_id: str, pin: str, note: str) -> None:
        self._ask(self._began, partial(BenchSign, user_id=user_id, pin=pin, note=note))

    def _shown(self, shown: object) -> None:
        if not isinstance(shown, BenchShown):
            return
        if self._began == ACCURACY:
            self.accuracy.take(shown)
        else:
            self._panels[self._began].take(shown)
        self._follow_rights()
        self.computer.set_room(self._bridge.hello, self._bridge.live, may=self.may)

    def _answered(self, answer: object) -> None:
        if not isinstance(answer, Answer):
            return
        what = self._asked.pop(answer.request_id, "")
        if what == DEVICES:
            self.devices.say(answer.sentences, refused=not answer.accepted)
            self._look_now()
        elif what:
            words = " ".join(answer.sentences)
            if answer.accepted:
                words = "Signed: it is in the record. Its certificate is under What is due."
                self._read_s = -TESTS_S
            self._panels[what].sign.say(words, signed=answer.accepted)
