"""What stands on the screen while nobody is signed in: what this is, and what it is not."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from console.ui.theme import Theme, Weight
from console.ui.widgets.paint import LEFT, TOP, draw_panel, draw_text, draw_wrapped

NOT_A_DEVICE = (
    "Research software. Not a medical device: it is not cleared for patients by any authority, and the "
    "New Era NE-1000 pump's own manual excludes human clinical use. Whoever uses it near a person does so "
    "under a protocol of their own. The monitor and the pump keep their own alarms: never switch them off."
)


class IdleScreen(QWidget):
    """Product, room and the note."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._room = ""
        self._version = ""

    def set_room(self, room: str, version: str) -> None:
        """Name the room and the version."""
        if (room, version) != (self._room, self._version):
            self._room, self._version = room, version
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the texts on the left half."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            theme, p = self._theme, self._theme.palette
            draw_panel(painter, QRectF(self.rect()), p.panel, theme.px(12))
            left = QRectF(theme.px(70), self.height() * 0.16, self.width() * 0.46, self.height() * 0.7)
            size = theme.px(64)
            icon = theme.pixmap("pump", p.drug, size, self.devicePixelRatioF())
            painter.drawPixmap(int(left.left()), int(left.top()), icon)
            y = left.top() + size + theme.px(22)
            head = QRectF(left.left(), y, left.width(), theme.px(64))
            draw_text(painter, head, LEFT | TOP, "Infusion-room console", theme.font(46, Weight.BOLD), p.text)
            where = " · ".join(part for part in (self._room, self._version) if part)
            under = QRectF(left.left(), y + theme.px(68), left.width(), theme.px(34))
            draw_text(painter, under, LEFT | TOP, where, theme.font(22, Weight.MEDIUM), p.muted)
            note = QRectF(left.left(), y + theme.px(132), left.width(), theme.px(250))
            draw_wrapped(painter, note, LEFT | TOP, NOT_A_DEVICE, theme.font(20), p.muted)
