"""A date typed digit by digit, year first, and read back with the month as a word."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from console.clinical.entry import BACK, CLEAR
from console.ui.theme import Theme, Weight
from console.ui.viewmodels.live import spoken_date
from console.ui.widgets.digit_keys import DigitKeys, key_of
from console.ui.widgets.paint import BOTTOM, LEFT, MIDDLE, RIGHT, TOP, draw_panel, draw_text

DATE_DIGITS = 8


def shown_date(digits: str) -> str:
    """``198403`` as ``1984-03-__``."""
    filled = digits.ljust(DATE_DIGITS, "_")
    return f"{filled[:4]}-{filled[4:6]}-{filled[6:]}"


def iso_date(digits: str) -> str:
    """The ISO date of eight digits; empty when they are no date."""
    if len(digits) != DATE_DIGITS:
        return ""
    try:
        return date.fromisoformat(shown_date(digits)).isoformat()
    except ValueError:
        return ""


class DateBox(QWidget):
    """The date as far as it goes."""

    def __init__(self, theme: Theme, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._title = theme, title
        self._digits = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self.setFixedHeight(self._theme.px(80))

    def set_digits(self, digits: str) -> None:
        """Show these."""
        self._digits = digits
        self.setAccessibleName(f"{self._title}: {shown_date(digits)}")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw digits and words."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            theme, p = self._theme, self._theme.palette
            iso, full = iso_date(self._digits), len(self._digits) == DATE_DIGITS
            wrong = full and not iso
            line = p.high if wrong else p.accent
            draw_panel(painter, QRectF(self.rect()), p.ground, theme.px(10), line, theme.px(2))
            inner = QRectF(self.rect()).adjusted(theme.px(16), theme.px(7), -theme.px(16), -theme.px(7))
            draw_text(painter, inner, LEFT | TOP, self._title, theme.font(17, Weight.SEMIBOLD), p.muted)
            figure = QRectF(inner.left(), inner.top(), inner.width(), inner.height() * 0.6)
            ink = p.text if self._digits else p.faint
            draw_text(
                painter, figure, RIGHT | MIDDLE, shown_date(self._digits), theme.font(28, Weight.BOLD), ink
            )
            words = (
                spoken_date(iso)
                if iso
                else "This is no date: check month and day."
                if wrong
                else "year month day"
            )
            draw_text(
                painter,
                inner,
                RIGHT | BOTTOM,
                words,
                theme.font(16, Weight.MEDIUM),
                p.text if iso or wrong else p.muted,
            )


class DatePad(QWidget):
    """Box and keys.

    Signals:
        changed: Other digits stand there.
    """

    changed = Signal()

    def __init__(self, theme: Theme, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._digits = ""
        self.box = DateBox(theme, title, self)
        self.keys = DigitKeys(theme, point=False, parent=self)
        self.keys.went_down.connect(self._down)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.box)
        self._column.addWidget(self.keys, 20)
        self._column.addStretch(1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self._column.setSpacing(self._theme.px(8))

    @property
    def iso(self) -> str:
        """The date, empty while it is none."""
        return iso_date(self._digits)

    def clear(self) -> None:
        """Begin with nothing."""
        self._set("")

    def _set(self, digits: str) -> None:
        if digits != self._digits:
            self._digits = digits
            self.box.set_digits(digits)
            self.changed.emit()

    def _down(self, key: str) -> None:
        if key == BACK:
            self._set(self._digits[:-1])
        elif key == CLEAR:
            self._set("")
        elif key.isdigit() and len(self._digits) < DATE_DIGITS:
            self._set(self._digits + key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits of a keyboard; nothing is passed on to the page."""
        key = key_of(event)
        if not key:
            super().keyPressEvent(event)
            return
        if not event.isAutoRepeat():
            self._down(key)
        event.accept()
