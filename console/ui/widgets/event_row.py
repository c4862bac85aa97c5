"""One-touch events: stamped when the key goes down, before anything is drawn."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from console.session.events import Care
from console.ui.theme import Theme, Weight
from console.ui.widgets.paint import BOTTOM, CENTER, LEFT, MIDDLE, TOP, draw_panel, draw_text, draw_wrapped

KEYS: tuple[tuple[Care, str, str], ...] = (
    (Care.NAUSEA, "Nausea", "nausea"),
    (Care.DIZZINESS, "Dizzy", "dizziness"),
    (Care.ANXIETY, "Anxiety", "anxiety"),
    (Care.DISSOCIATION, "Dissociation", "dissociation"),
    (Care.VOMITING, "Vomiting", "vomiting"),
    (Care.BP_DRUG, "BP drug", "bp_drug"),
    (Care.NOTE, "Note", "note"),
    (Care.ASKED_TO_STOP, "Patient asks to stop", "hand"),
)
"""The keys from left to right; digits 1..8 press them."""


class TouchKey(QWidget):
    """A big key with an icon that acts when it goes down.

    Signals:
        pressed: It went down.
    """

    pressed = Signal()

    def __init__(
        self, theme: Theme, text: str, icon: str, digit: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._text, self._icon, self._digit = text, icon, digit
        self._down = False
        self._under = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(text)

    @property
    def text(self) -> str:
        """The word on the key."""
        return self._text

    def set_text(self, text: str, under: str = "") -> None:
        """Another word, with a small one below."""
        if (text, under) != (self._text, self._under):
            self._text, self._under = text, under
            self.setAccessibleName(text)
            self.update()

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """The key goes down: it acts."""
        if self.isEnabled():
            self._down = True
            self.update()
            self.pressed.emit()

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        """The second press of a double tap is one press too many."""
        self._down = True
        self.update()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """The key comes up."""
        self._down = False
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """No key acts by focus."""
        event.ignore()

    def changeEvent(self, event: QEvent) -> None:
        """Show when it is switched off."""
        self.update()
        super().changeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw icon above word."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            theme, p = self._theme, self._theme.palette
            rect = QRectF(self.rect())
            ink = p.text if self.isEnabled() else p.faint
            draw_panel(painter, rect, p.line if self._down else p.panel, theme.px(12), p.line, 1)
            size = min(theme.px(34), int(rect.height() * 0.34))
            icon = theme.pixmap(
                self._icon, p.muted if self.isEnabled() else p.faint, size, self.devicePixelRatioF()
            )
            painter.drawPixmap(
                int(rect.center().x() - size / 2), int(rect.top() + rect.height() * 0.13), icon
            )
            if self._digit:
                box = rect.adjusted(theme.px(10), theme.px(6), 0, 0)
                draw_text(painter, box, LEFT | TOP, self._digit, theme.font(13, Weight.MEDIUM), p.faint)
            area = QRectF(
                rect.left() + theme.px(8),
                rect.top() + rect.height() * 0.5,
                rect.width() - theme.px(16),
                rect.height() * 0.44,
            )
            font = theme.font(18, Weight.SEMIBOLD)
            if self._under:
                draw_text(painter, area, CENTER | TOP, self._text, theme.font(21, Weight.BOLD), ink)
                draw_text(painter, area, CENTER | BOTTOM, self._under, theme.font(14, Weight.MEDIUM), p.muted)
            else:
                draw_wrapped(painter, area, CENTER | MIDDLE, self._text, font, ink)


class EventRow(QWidget):
    """The row of one-touch keys.

    Signals:
        noted: A key went down; carries the :class:`Care`.
    """

    noted = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self.keys: dict[Care, TouchKey] = {}
        for index, (care, text, icon) in enumerate(KEYS):
            key = TouchKey(theme, text, icon, str(index + 1), self)
            key.setProperty("care", care.value)
            key.pressed.connect(self._pressed)
            self.keys[care] = key
            self._row.addWidget(key, 1)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self._row.setSpacing(self._theme.px(10))

    def _pressed(self) -> None:
        key = self.sender()
        if key is not None:
            self.noted.emit(Care(key.property("care")))


def care_of_digit(digit: int) -> Care | None:
    """The event a digit key stands for, None when it stands for none."""
    return KEYS[digit - 1][0] if 1 <= digit <= len(KEYS) else None
