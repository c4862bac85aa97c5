"""A window with the technician's page on a room whose bench is the real one over virtual devices."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QWidget

from console.app.bench_binding import RoomFile
from console.app.records import vouched_chunks
from console.app.selftest_virtual import VirtualBench
from console.app.virtual_devices import read_scenario
from console.clinical.accuracy import Weighing
from console.clock import Instant, ManualClock
from console.devices.about import Role as DeviceRole
from console.devices.bench.stand import PumpTrial
from console.devices.bench.stepper import BenchRefused, checks_for
from console.devices.capture import Direction
from console.devices.discovery import PortFacts
from console.devices.portloop import WireStatistics
from console.devices.ports import LineSettings, Link, LinkLost
from console.devices.slots import Waiter
from console.room.bench_desk import BenchDesk, BenchPlan
from console.room.bench_desk_wire import (
    BenchBind,
    BenchLook,
    BenchRestart,
    BenchSearch,
    BenchSearchEnd,
    BenchSign,
)
from console.room.bench_host import BenchHost, Prepared, Run
from console.room.bench_screen import screen_tasks
from console.room.bench_signing import Signing
from console.room.bench_status import BoundDevice, DeviceLook
from console.room.bench_taps import Taps
from console.room.bench_wire import WORKSTATION, BenchBegin, BenchEnd, BenchReply
from console.room.mailbox import Mailbox
from console.room.wire import Answer, Ask, Hello, RoomMessage, WindowMessage, pack, unpack_room, unpack_window
from console.room.workstation import Workstation
from console.session.intents import SignTest
from console.session.people import Actor, Authn, Role
from console.session.state import OPEN
from console.storage.bench_records import SignedRun, bench_runs, sign_run
from console.storage.record import Record
from console.ui.bridge import Bridge
from console.ui.late_page import LatePage
from console.ui.technician.page import TechnicianPage
from console.ui.viewmodels.live_reference import LiveReference
from console.ui.widgets.hold_button import HoldButton
from console.ui.window import MainWindow
from tests.session.bench import SITE
from tests.stories.in_process_room import QuietSpeaker
from tests.ui.desk import ZONE
from tests.ui.in_process_room import PEOPLE, PINS, InProcessRoom

PAGE = "Technician"
TECHNICIAN = Actor("t1", "Technician One", Role.TECHNICIAN, Authn.PIN)
PORTS = {"pump": "/dev/serial/by-id/usb-FTDI_A1-if00-port0", "s5": "/dev/serial/by-id/usb-FTDI_B2-if00-port0"}
FACTS = (
    PortFacts("/dev/ttyUSB0", "FT232R USB UART", PORTS["pump"], True, "0403:6001", "A1"),
    PortFacts("/dev/ttyUSB1", "FT232R USB UART", PORTS["s5"], True, "0403:6001", "B2"),
    PortFacts("/dev/ttyUSB2", "CP2102", "/dev/serial/by-id/usb-CP2102_C3", True, "10c4:ea60", "C3"),
    PortFacts("/dev/ttyUSB3", "CP2102", "/dev/ttyUSB3", False, "10c4:ea60", ""),
)
STEPS_A_TURN = 400


class BenchRoom(InProcessRoom):
    """The machine of the step tests, with the room's own bench behind the wire."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.clock: ManualClock = self.bench.clock
        self.record_path = folder / "record.sqlite"
        self.record = Record.open(self.record_path, self.clock, "boot-1", "site", "ws-1")
        self.taps = Taps()
        self.restarts = 0
        self.began: list[BenchBegin] = []
        self.virtual: VirtualBench | None = None
        self.counts: dict[str, WireStatistics] = {}
        self.open_link: Callable[[str, LineSettings], Link] = self._nothing
        self.background: list[Callable[[threading.Event], None]] = []
        self.read_only = False
        bound = (
            BoundDevice("pump", DeviceRole.PUMP, "ne1000", PORTS["pump"]),
            BoundDevice("s5", DeviceRole.MONITOR, "s5", PORTS["s5"]),
        )
        plan = BenchPlan(
            bound,
            self.taps,
            lambda: FACTS,
            lambda port, line: self.open_link(port, line),
            tuple,
            RoomFile(folder / "room.toml").bind,
        )
        self.host = BenchHost(
            self._prepare,
            self.clock,
            self._waiter,
            lambda: self.bench.state.phase in OPEN,
            self._out.append,
            self._start,
        )
        self.desk = BenchDesk(
            plan,
            SITE,
            self.clock,
            lambda: self.bench.state,
            DeviceLook(bound, self.taps, lambda: self.counts, plan.ports, self.clock),
            self.host,
            Signing(self.host, self._check, "0.1.0"),
            Mailbox(),
            self._start,
            self._restart,
        )
        self._tell_bench: list[RoomMessage] = self._out

    # --- the wire ---------------------------------------------------------------------------------

    def hello(self, *, simulated: bool = True) -> None:
        super().hello(simulated=simulated)
        greeting = self._out.pop()
        assert isinstance(greeting, Hello)
        self._out.append(
            type(greeting)(
                greeting.room_name, greeting.boot_id, "0.1.0", simulated, self.read_only, 1.0, None,
                str(self.record_path), self.bench.state, ("s5",),
            )
        )  # fmt: skip

    def poll(self) -> list[RoomMessage]:
        messages = super().poll()
        self.host._tell = self.put
        return messages

    def put(self, message: RoomMessage) -> None:
        """Over the wire and back: what a window gets was packed."""
        self._out.append(unpack_room(pack(message)))

    def send(self, message: WindowMessage) -> bool:
        self.host._tell = self.put
        match message:
            case BenchLook():
                self.put(self.desk.look(message))
            case BenchBegin() | BenchReply() | BenchEnd():
                if isinstance(message, BenchBegin):
                    self.began.append(message)
                self.desk.run(message, self.put)
            case BenchSearch() | BenchSearchEnd() | BenchBind() | BenchRestart() | BenchSign():
                again = unpack_window(pack(message))
                assert again == message
                self.desk.do(message, self.put)
            case _:
                return super().send(message)
        return True

    def step(self, seconds: float = 0.1, *, waves: bool = True) -> None:
        super().step(seconds, waves=waves)
        for live in [one for one in self._out if type(one).__name__ == "Live"]:
            self.desk.hear(live)
        for run in self.background[:]:
            self.background.remove(run)
            run(threading.Event())
        self._steps()

    # --- the bench --------------------------------------------------------------------------------

    def _prepare(self, begin: BenchBegin) -> Prepared:
        if begin.device == WORKSTATION:
            subject = Workstation(
                "Room 2", "ws-1", self.record_path, vouched_chunks, self.clock, QuietSpeaker()
            )
            tasks = (*subject.tasks(), *screen_tasks())
            return Prepared(subject, [one for one in tasks if not begin.checks or one.id in begin.checks])
        driver = {"pump": "ne1000", "s5": "s5"}.get(begin.device)
        if driver is None:
            raise BenchRefused(f"There is no device {begin.device}.")
        self.virtual = VirtualBench(driver, read_scenario("routine"), self.clock.now())
        stand = self.virtual.stand()
        stand.plate_serial = begin.serial
        stand.facts = next(one for one in FACTS if one.stable_path == PORTS[begin.device])
        self.taps._logs[begin.device] = stand.wire
        stand.weighings = tuple(Weighing(at_s, grams) for at_s, grams in begin.weights)
        usual = stand.trial
        stand.trial = PumpTrial(
            flow_ml_h=begin.flow_ml_h or usual.flow_ml_h, flow_min=begin.flow_min or usual.flow_min
        )
        if not begin.balance:
            stand.open_balance = None
        return Prepared(stand, checks_for(stand, begin.checks), begin.device, driver, stand.wire)

    def _waiter(self) -> Waiter:
        return self.virtual.cable if self.virtual is not None else _Waits(self.clock)

    def _start(self, name: str, run: Callable[[threading.Event], None]) -> object:
        if name != "the bench":
            self.background.append(run)
        return None

    def _steps(self) -> None:
        run = self.host._run
        if not isinstance(run, Run) or run.over:
            return
        for _ in range(STEPS_A_TURN):
            going = run.bench.step()
            if not going:
                run._shown_at = None
                run._show(last=True)
                run.over = True
                return
            if run.bench.picture.asks is not None:
                break
        run._shown_at = None
        run._show(last=False)

    def _nothing(self, port: str, _line: LineSettings) -> Link:
        raise LinkLost(f"{port} is in use by another program: close it.")

    def _restart(self) -> None:
        self.restarts += 1

    def _check(self, asked: Ask, reply: Callable[[Answer], None]) -> None:
        if PINS.get(asked.user_id) != asked.pin:
            reply(Answer(asked.request_id, False, ("The PIN is wrong: 4 tries left.",)))
            return
        person = next(one for one in PEOPLE if one.user_id == asked.user_id)
        actor = Actor(person.user_id, person.name, person.role, Authn.PIN)
        decision = self.bench.tell(asked.intent, actor)
        if not decision.refusals and isinstance(asked.intent, SignTest):
            sign_run(self.record, asked.intent.run, actor, self.clock.now())
        reply(Answer(asked.request_id, not decision.refusals, decision.refusals))

    def signed(self) -> tuple[SignedRun, ...]:
        """What the record holds."""
        return bench_runs(self.record_path)

    def talk(self, name: str, sent: bytes, received: bytes, after_s: float = 0.03) -> None:
        """One question and its answer on a port."""
        log = self.taps.of(name)
        if sent:
            log.record(Direction.SENT, self.clock.now(), sent)
        at = self.clock.now()
        log.record(Direction.RECEIVED, Instant(at.wall_utc_ns, at.mono_ns + int(after_s * 1e9)), received)


class _Waits:
    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock

    def wait(self, timeout_s: float) -> None:
        self._clock.advance(timeout_s)


class TechnicianRig:
    """A technician's hands on the window."""

    def __init__(self, folder: Path, size: tuple[int, int] = (1920, 1080)) -> None:
        self.room = BenchRoom(folder)
        self.bridge = Bridge(self.room, "window-1", self.room.bench.clock)
        self.window = MainWindow(self.bridge, LiveReference(self.room.bench.site, ZONE))
        self.late = LatePage(
            lambda: TechnicianPage(self.window.theme, self.bridge, lambda: PEOPLE, folder / "out")
        )
        self.window.add_page(PAGE, "technician", self.late)
        self.window.resize(*size)
        self.room.hello()
        self.room.bench.connect()
        self.room.name_devices()
        self.window.show()
        self.turn()

    @property
    def page(self) -> TechnicianPage:
        page = self.late.page
        assert isinstance(page, TechnicianPage)
        return page

    def come(self, actor: Actor = TECHNICIAN) -> TechnicianRig:
        """Sign in and go to the page by its key."""
        self.room.sign_in(actor)
        self.turn()
        self.press(self.window.top.page_buttons[PAGE])
        return self

    def turn(self, times: int = 3, seconds: float = 0.3) -> None:
        for _ in range(times):
            self.room.step(seconds, waves=False)
            self.bridge.tick()
        QApplication.processEvents()

    def read(self) -> None:
        """Wait for the reading thread of the page."""
        for _ in range(400):
            self.turn(1)
            if not self.page.busy:
                break
            threading.Event().wait(0.01)
        self.turn(3)

    def find(self, name: str) -> QWidget:
        for found in self.window.findChildren(QWidget, name):
            if found.isVisible():
                return found
        raise AssertionError(f"{name} is not on the screen")

    def sees(self, name: str) -> bool:
        return any(found.isVisible() for found in self.window.findChildren(QWidget, name))

    def touch(self, name: str) -> None:
        self.press(self.find(name))

    def press(self, widget: QWidget) -> None:
        assert widget.isEnabled(), f"{widget.objectName()} is switched off"
        if isinstance(widget, QAbstractButton):
            widget.click()
        self.turn(2)

    def write(self, name: str, text: str) -> None:
        field = self.find(name)
        assert isinstance(field, QLineEdit)
        field.setText(text)
        self.turn(1)

    def hold(self, name: str, seconds: float = 1.2) -> None:
        widget = self.find(name)
        assert isinstance(widget, HoldButton)
        assert widget.isEnabled(), f"{name} is switched off"
        at = QPointF(widget.rect().center())
        left = Qt.MouseButton.LeftButton
        none = Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(
            widget, QMouseEvent(QEvent.Type.MouseButtonPress, at, widget.mapToGlobal(at), left, left, none)
        )
        for _look in range(round(seconds / 0.03)):
            widget.look(0.03)
        QApplication.sendEvent(
            widget, QMouseEvent(QEvent.Type.MouseButtonRelease, at, widget.mapToGlobal(at), left, left, none)
        )
        self.turn(1)

    def texts(self) -> str:
        """Every text on the page."""
        found = []
        for widget in self.late.findChildren(QWidget):
            if widget.isVisible() and isinstance(widget, QLabel | QAbstractButton):
                found.append(widget.text())
        return "\n".join(found)

    def help_the_device(self) -> None:
        """Do what the run asks, as the virtual device's own hands would, until it asks no more."""
        for _ in range(60):
            self.turn(1)
            run = self.room.host._run
            if run is None or run.over:
                return
            asks = run.bench.picture.asks
            if asks is not None and self.room.virtual is not None:
                given = self.room.virtual.hands(asks)
                self.turn(1)
                self.answer(given)

    def answer(self, given: object) -> None:
        """Give an answer by touching the keys of the panel."""
        number, unit = getattr(given, "number", None), getattr(given, "unit", "")
        yes, done = getattr(given, "yes", None), getattr(given, "done", True)
        if number is not None:
            self.write("ask_number", f"{number}")
            box = self.find("ask_unit")
            assert isinstance(box, QComboBox)
            box.setCurrentText(unit)
            self.touch("ask_enter")
        elif yes is not None:
            self.touch("ask_yes" if yes else "ask_no")
        else:
            self.touch("ask_done" if done else "ask_cannot")

    def close(self) -> None:
        if self.late.page is not None:
            self.page.close_page()
        self.window.close()
        self.window.deleteLater()
        self.room.record.close()


@contextmanager
def a_technician(folder: Path, size: tuple[int, int] = (1920, 1080)) -> Iterator[TechnicianRig]:
    """A rig that leaves nothing behind."""
    rig = TechnicianRig(folder, size)
    try:
        yield rig
    finally:
        rig.close()
