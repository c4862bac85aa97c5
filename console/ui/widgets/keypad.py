"""The numeric keypad: every key goes through the entry rules, from the screen or from a keyboard."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from console.clinical.entry import check_held, press, release
from console.clock import NS_PER_S, Instant
from console.ui.theme import Theme
from console.ui.widgets.digit_keys import DigitKeys, key_of
from console.ui.widgets.entry_box import EntryBox

STUCK_CHECK_MS = 200


class Keypad(QWidget):
    """Writes into one of its boxes at a time.

    Bounces and stuck keys are judged in real seconds, whatever speed the room's clock runs at.

    Signals:
        finished: Enter was pressed on a keyboard.
    """

    finished = Signal()

    def __init__(self, theme: Theme, real_s: Callable[[], float], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._real_s = real_s
        self._boxes: tuple[EntryBox, ...] = ()
        self._active: EntryBox | None = None
        self.digits = DigitKeys(theme, point=True, parent=self)
        self.digits.went_down.connect(self._down)
        self.digits.came_up.connect(self._up)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.digits)
        self._stuck = QTimer(self)
        self._stuck.setInterval(STUCK_CHECK_MS)
        self._stuck.timeout.connect(self._look_for_stuck)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def serve(self, *boxes: EntryBox) -> None:
        """Write into these boxes, the first one first."""
        self._boxes = boxes
        for box in boxes:
            box.touched.connect(self._touched)
        self.write_into(boxes[0])

    @property
    def active(self) -> EntryBox | None:
        """The box it writes into."""
        return self._active

    def write_into(self, box: EntryBox) -> None:
        """Write into ``box`` from now on."""
        self._active = box
        for other in self._boxes:
            other.set_active(active=other is box)
        self.digits.allow_point(allowed=box.entry.field.decimals > 0)

    def refresh_point(self) -> None:
        """Look again whether the active field takes decimals."""
        if self._active is not None:
            self.digits.allow_point(allowed=self._active.entry.field.decimals > 0)

    def _touched(self) -> None:
        box = self.sender()
        if isinstance(box, EntryBox):
            self.write_into(box)
            self.setFocus()

    def _at(self) -> Instant:
        ns = round(self._real_s() * NS_PER_S)
        return Instant(ns, ns)

    def _down(self, key: str) -> None:
        if self._active is not None:
            self._active.set_entry(press(self._active.entry, key, self._at()))
            self._stuck.start()

    def _up(self, key: str) -> None:
        self._stuck.stop()
        if self._active is not None:
            self._active.set_entry(release(self._active.entry, key, self._at()))

    def _look_for_stuck(self) -> None:
        if self._active is not None:
            self._active.set_entry(check_held(self._active.entry, self._at()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits of a keyboard obey the same rules; nothing is passed on to the page."""
        key = key_of(event)
        if key and not event.isAutoRepeat():
            self._down(key)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.finished.emit()
        elif not key:
            super().keyPressEvent(event)
            return
        event.accept()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """The key comes up."""
        key = key_of(event)
        if key and not event.isAutoRepeat():
            self._up(key)
        event.accept()
