"""A window with all its steps on an in-process room, worked by hand: what a person touches, by name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget

from console.room.wire import Ask
from console.session import intents as ask
from console.session.people import Patient
from console.session.state import Phase, Session
from console.ui.bedside.step_tools import StepTools
from console.ui.bedside.steps import BedsideSteps
from console.ui.bridge import Bridge
from console.ui.viewmodels.live_reference import LiveReference
from console.ui.viewmodels.step_people import LastSession
from console.ui.widgets.hold_button import HoldButton
from console.ui.window import MainWindow
from tests.session.bench import NURSE_PIN
from tests.ui.desk import ZONE
from tests.ui.in_process_room import KNOWN, PEOPLE, PINS, InProcessRoom, KnownPatients

KEYS = {".": "point", "<": "back"}
Intent = TypeVar("Intent")


class Rig:
    """A nurse's hands on the window.

    Attributes:
        room: The room behind the window.
        window: The window.
        steps: Its steps.
    """

    def __init__(self, last: dict[str, LastSession] | None = None, room: InProcessRoom | None = None) -> None:
        self.room = InProcessRoom() if room is None else room
        self.bridge = Bridge(self.room, "window-1", self.room.bench.clock)
        reference = LiveReference(self.room.bench.site, ZONE)
        self.window = MainWindow(self.bridge, reference)
        tools = StepTools(self.window.theme, self.bridge, reference, lambda: PEOPLE, KnownPatients(last), {})
        self.steps = BedsideSteps(self.window, tools)
        self.window.resize(1366, 768)
        self.room.hello()
        self.room.bench.connect()
        self.room.name_devices()
        self.window.show()
        self.turn()

    # --- time -------------------------------------------------------------------------------------

    def turn(self, times: int = 3, seconds: float = 0.1) -> None:
        for _ in range(times):
            self.room.step(seconds, waves=False)
            self.bridge.tick()
        QApplication.processEvents()

    # --- looking ----------------------------------------------------------------------------------

    def find(self, name: str, inside: QWidget | None = None) -> QWidget:
        root = inside or self.window
        for found in root.findChildren(QWidget, name):
            if found.isVisible():
                return found
        raise AssertionError(f"{name} is not on the screen")

    def sees(self, name: str) -> bool:
        return any(found.isVisible() for found in self.window.findChildren(QWidget, name))

    def can_touch(self, name: str) -> bool:
        return self.sees(name) and self.find(name).isEnabled()

    def label(self, name: str) -> str:
        found = self.find(name)
        assert isinstance(found, QLabel | QAbstractButton)
        return found.text()

    def texts(self) -> str:
        """Every text that is on the screen, also of painted widgets by their accessible names."""
        found = []
        for widget in self.window.findChildren(QWidget):
            if widget.isVisible():
                text = widget.text() if isinstance(widget, QLabel | QAbstractButton | QLineEdit) else ""
                found += [text, widget.accessibleName()]
        view = self.window.top
        return "\n".join(found) + view._view.identifiers

    @property
    def phase(self) -> Phase:
        return self.room.bench.phase()

    @property
    def session(self) -> Session:
        session = self.room.bench.state.session
        assert session is not None
        return session

    def asked(self, kind: type[Intent]) -> list[Intent]:
        """What was asked of this kind, in order."""
        return [m.intent for m in self.room.sent if isinstance(m, Ask) and isinstance(m.intent, kind)]

    # --- touching ---------------------------------------------------------------------------------

    def touch(self, name: str) -> None:
        self.press(self.find(name))

    def press(self, widget: QWidget) -> None:
        assert widget.isEnabled(), f"{widget.objectName()} is switched off"
        for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
            self.mouse(widget, kind)
        self.turn(2)

    def mouse(self, widget: QWidget, kind: QEvent.Type) -> None:
        at = QPointF(widget.rect().center())
        left = Qt.MouseButton.LeftButton
        held = left if kind is QEvent.Type.MouseButtonPress else Qt.MouseButton.NoButton
        event = QMouseEvent(kind, at, widget.mapToGlobal(at), left, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(widget, event)

    def digits(self, pad: str, text: str) -> None:
        for character in text:
            self.press(self.find(f"key_{KEYS.get(character, character)}", self.find(pad)))

    def write(self, name: str, text: str) -> None:
        line = self.find(name)
        assert isinstance(line, QLineEdit)
        line.setText(text)
        self.turn(1)

    def hold(self, name: str, seconds: float) -> None:
        """Keep a button down, looked at every 30 ms."""
        widget = self.find(name)
        assert isinstance(widget, HoldButton)
        self.mouse(widget, QEvent.Type.MouseButtonPress)
        for _look in range(round(seconds / 0.03)):
            widget.look(0.03)
        self.mouse(widget, QEvent.Type.MouseButtonRelease)
        self.turn()

    # --- a nurse's way ----------------------------------------------------------------------------

    def sign_in(self) -> None:
        self.touch("person_n1")
        self.digits("pin_pad", PINS["n1"])
        self.turn()

    def open_session(self, patient: Patient = KNOWN[0]) -> None:
        """Signed in with an open session, without touching anything."""
        self.room.bench.tell(ask.SignIn(), NURSE_PIN)
        self.room.bench.tell(ask.TestTones())
        self.room.bench.tell(ask.ConfirmTones(True))
        self.room.bench.tell(ask.OpenSession("s-1", patient))
        self.turn()

    def arrived(self) -> None:
        """Everything is there but the order."""
        self.room.bench.arrive()
        self.turn()

    def enter_order(self, amount: str = "0.5", minutes: str = "40", concentration: str = "2") -> None:
        self.touch("protocol_MOOD-40")
        self.touch("order_amount")
        self.digits("order_pad", amount)
        self.touch("order_minutes")
        self.digits("order_pad", minutes)
        self.touch(f"concentration_{concentration}")
        self.touch("brand_BD")
        self.touch("syringe_BD 60 mL")

    def second_person(
        self, weight: str, concentration: str, amount: str, minutes: str = "40", who: str = "n2"
    ) -> None:
        self.touch(f"person_{who}")
        self.digits("pin_pad", PINS[who])
        for box, text in (
            ("check_weight", weight),
            ("check_concentration", concentration),
            ("check_amount", amount),
            ("check_minutes", minutes),
        ):
            self.touch(box)
            self.digits("check_pad", text)
        self.touch("primary")
        self.turn()


@contextmanager
def a_rig(last: dict[str, LastSession] | None = None, room: InProcessRoom | None = None) -> Iterator[Rig]:
    """A rig that leaves no window behind."""
    rig = Rig(last, room)
    yield rig
    rig.window.close()
    rig.window.deleteLater()
    QApplication.sendPostedEvents()
    QApplication.processEvents()
