"""One figure being entered: its name, the digits large with their unit, and the same in words."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.clinical.entry import Entry, EntryError, Field, accept, preview
from console.ui.theme import Theme, Weight
from console.ui.widgets.paint import BOTTOM, LEFT, MIDDLE, RIGHT, TOP, draw_panel, draw_text, text_width


class EntryBox(QWidget):
    """Shows an entry and may be the one the keypad writes into.

    Signals:
        touched: Somebody wants to write here.
        changed: The entry is another one.
    """

    touched = Signal()
    changed = Signal()

    def __init__(self, theme: Theme, field: Field, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._title = title
        self._hint = ""
        self._active = False
        self._entry = Entry(field)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self.setFixedHeight(self._theme.px(80))

    @property
    def entry(self) -> Entry:
        """The entry as it stands."""
        return self._entry

    @property
    def value(self) -> Decimal | None:
        """The finished figure; None while it is blocked, empty or unfinished."""
        try:
            return accept(self._entry).value
        except EntryError:
            return None

    @property
    def problem(self) -> str:
        """Why there is no figure yet; empty when there is one or nothing was typed."""
        if not self._entry.text and not self._entry.problem:
            return ""
        try:
            accept(self._entry)
        except EntryError as error:
            return str(error)
        return ""

    @property
    def active(self) -> bool:
        """Whether the keypad writes here."""
        return self._active

    def set_entry(self, entry: Entry) -> None:
        """Take over what the keypad made of the entry."""
        if entry == self._entry:
            return
        figure_changed = entry.text != self._entry.text or entry.problem != self._entry.problem
        self._entry = entry
        self.setAccessibleName(f"{self._title}: {self._shown()}")
        self.update()
        if figure_changed:
            self.changed.emit()

    def set_field(self, field: Field) -> None:
        """Another unit: what was typed in the old one is cleared."""
        if field != self._entry.field:
            self.set_entry(Entry(field))

    def clear(self) -> None:
        """Begin with nothing."""
        self.set_entry(Entry(self._entry.field))

    def set_hint(self, hint: str) -> None:
        """What stands there while nothing was typed; never a value that counts."""
        if hint != self._hint:
            self._hint = hint
            self.update()

    def set_active(self, *, active: bool) -> None:
        """Mark it as the one the keypad writes into."""
        if active != self._active:
            self._active = active
            self.update()

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """Write here."""
        self.touched.emit()

    def _shown(self) -> str:
        return f"{self._entry.text or '--'} {self._entry.field.unit}"

    def _below(self) -> tuple[str, bool]:
        """The line under the figure, and whether it is a reason why the entry is blocked."""
        if self._entry.problem:
            return self._entry.problem, True
        if self._entry.notices:
            return " ".join(self._entry.notices), False
        if self.problem and not self._active:
            return self.problem, True
        return preview(self._entry) or self._hint, False

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw name, figure, unit and words."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            theme, p = self._theme, self._theme.palette
            below, blocked = self._below()
            line = p.high if blocked else p.accent if self._active else p.line
            wide = theme.px(2) if self._active or blocked else 1
            draw_panel(painter, QRectF(self.rect()), p.ground, theme.px(10), line, wide)
            inner = QRectF(self.rect()).adjusted(theme.px(16), theme.px(7), -theme.px(16), -theme.px(7))
            draw_text(painter, inner, LEFT | TOP, self._title, theme.font(16, Weight.SEMIBOLD), p.muted)
            unit_font = theme.font(20, Weight.SEMIBOLD)
            unit = self._entry.field.unit
            figure = QRectF(inner.left(), inner.top() - theme.px(4), inner.width(), inner.height() * 0.68)
            draw_text(painter, figure, RIGHT | MIDDLE, unit, unit_font, p.muted)
            room = figure.adjusted(0, 0, -text_width(unit_font, unit) - theme.px(10), 0)
            text = self._entry.text or "--"
            ink = p.text if self._entry.text else p.faint
            draw_text(painter, room, RIGHT | MIDDLE, text, theme.font(36, Weight.BOLD), ink)
            draw_text(
                painter,
                inner,
                LEFT | BOTTOM,
                below,
                theme.font(15, Weight.MEDIUM),
                p.text if blocked else p.muted,
            )
