"""Six digits that are never shown and never kept."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from console.clinical.entry import BACK, BOUNCE_S, CLEAR
from console.ui.theme import Theme
from console.ui.widgets.digit_keys import DigitKeys, key_of

PIN_DIGITS = 6
"""Six digits, as the accounts of the product take them (site default)."""


class PinDots(QWidget):
    """How many digits were typed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._filled = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self.setFixedHeight(self._theme.px(44))

    def set_filled(self, filled: int) -> None:
        """Fill so many dots."""
        self._filled = filled
        self.setAccessibleName(f"{filled} of {PIN_DIGITS} digits")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the dots."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            p, px = self._theme.palette, self._theme.px
            radius, step = px(9), px(42)
            left = (self.width() - step * (PIN_DIGITS - 1)) / 2
            for index in range(PIN_DIGITS):
                painter.setPen(QPen(QColor(p.muted), px(2)))
                painter.setBrush(QColor(p.text) if index < self._filled else Qt.BrushStyle.NoBrush)
                box = QRectF(left + index * step - radius, self.height() / 2 - radius, 2 * radius, 2 * radius)
                painter.drawEllipse(box)


class PinPad(QWidget):
    """Collects a PIN and hands it on at the sixth digit.

    Signals:
        entered: The PIN; the pad has forgotten it already.
        typed: How many digits stand there now.
    """

    entered = Signal(str)
    typed = Signal(int)

    def __init__(self, theme: Theme, real_s: Callable[[], float], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._real_s = real_s
        self._pin = ""
        self._last = ("", -1.0)
        self.dots = PinDots(theme, self)
        self.notice = QLabel("", self)
        self.notice.setProperty("role", "small")
        self.notice.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.digits = DigitKeys(theme, point=False, parent=self)
        self.digits.went_down.connect(self._down)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.dots)
        self._column.addWidget(self.digits, 20)
        self._column.addWidget(self.notice)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self._column.setSpacing(self._theme.px(6))

    def clear(self) -> None:
        """Forget what was typed."""
        self._set("")

    def _set(self, pin: str) -> None:
        self._pin = pin
        self.dots.set_filled(len(pin))
        self.typed.emit(len(pin))

    def _down(self, key: str) -> None:
        now_s = self._real_s()
        bounced = key == self._last[0] and now_s - self._last[1] < BOUNCE_S
        self._last = (key, now_s)
        self.notice.setText("A digit that came twice within 60 ms was dropped." if bounced else "")
        if bounced:
            return
        if key == BACK:
            self._set(self._pin[:-1])
        elif key == CLEAR:
            self._set("")
        elif len(self._pin) < PIN_DIGITS:
            self._set(self._pin + key)
            if len(self._pin) == PIN_DIGITS:
                pin = self._pin
                self._set("")
                self.entered.emit(pin)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits of a keyboard; nothing is passed on to the page."""
        key = key_of(event)
        if not key:
            super().keyPressEvent(event)
            return
        if not event.isAutoRepeat() and key not in ".,":
            self._down(key)
        event.accept()
