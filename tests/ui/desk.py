"""A window, its bridge and its fake room together, driven step by step on a manual clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from console.room.wire import Ask, StopNow
from console.session.intents import PersonIntent
from console.session.state import Phase
from console.ui.bridge import Bridge
from console.ui.viewmodels.live_shapes import LiveView, StopMode
from console.ui.widgets.hold_button import HoldButton
from console.ui.window import MainWindow
from tests.ui.fake_room import FakeRoom

ZONE = ZoneInfo("Europe/Berlin")


@dataclass
class Desk:
    """What a window test holds in its hands."""

    room: FakeRoom
    bridge: Bridge
    window: MainWindow
    bot: QtBot

    def open(self, prepare: Callable[[FakeRoom], None] | None = None) -> Desk:
        """Prepare the room, greet the window and show it."""
        if prepare is not None:
            prepare(self.room)
        self.room.hello()
        self.room.tell()
        self.window.show()
        self.play(0.5)
        return self

    def play(self, seconds: float, dt: float = 0.1, *, waves: bool = True) -> None:
        """Let time pass in the room and in the window."""
        for _turn in range(max(1, round(seconds / dt))):
            self.room.step(dt, waves=waves)
            self.bridge.tick()

    def wait(self, seconds: float, dt: float = 0.1) -> None:
        """Let time pass in the window alone: the room is silent."""
        for _turn in range(max(1, round(seconds / dt))):
            self.room.bench.clock.advance(dt)
            self.bridge.tick()

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        """A touch."""
        touch(widget, at)
        self.bridge.tick()

    def hold(self, widget: QWidget, seconds: float) -> None:
        """A touch that stays, looked at every 30 ms."""
        assert isinstance(widget, HoldButton)
        press(widget)
        for _look in range(round(seconds / 0.03)):
            widget.look(0.03)
        release(widget)
        self.bridge.tick()

    @property
    def view(self) -> LiveView:
        view = self.window.view
        assert view is not None
        return view

    def stop_mode(self) -> StopMode:
        """What the STOP key shows."""
        return self.window.stop_key.face.mode

    def phase(self) -> Phase:
        """The phase shown."""
        return self.view.phase

    def connected(self) -> bool:
        """Whether the room is there."""
        return self.bridge.connected

    def asked(self) -> list[PersonIntent]:
        """Everything the window asked so far."""
        return [message.intent for message in self.room.sent if isinstance(message, Ask)]

    def stops(self) -> list[StopNow]:
        """Every STOP the window sent."""
        return [message for message in self.room.sent if isinstance(message, StopNow)]


LEFT = Qt.MouseButton.LeftButton


def touch(widget: QWidget, at: QPoint | None = None) -> None:
    """Down and up, in the middle unless told otherwise."""
    QTest.mouseClick(widget, LEFT, pos=widget.rect().center() if at is None else at)


def press(widget: QWidget) -> None:
    """Down."""
    QTest.mousePress(widget, LEFT, pos=widget.rect().center())


def release(widget: QWidget) -> None:
    """Up."""
    QTest.mouseRelease(widget, LEFT, pos=widget.rect().center())


def double_tap(widget: QWidget) -> None:
    """Two touches in quick succession."""
    QTest.mouseDClick(widget, LEFT, pos=widget.rect().center())


def key(widget: QWidget, which: Qt.Key) -> None:
    """One key."""
    QTest.keyClick(widget, which)


def inside(outer: QWidget, inner: QWidget) -> bool:
    """Whether ``inner`` lies wholly within ``outer``."""
    top_left = inner.mapTo(outer, QPoint(0, 0))
    bottom_right = inner.mapTo(outer, QPoint(inner.width() - 1, inner.height() - 1))
    return outer.rect().contains(top_left) and outer.rect().contains(bottom_right)
