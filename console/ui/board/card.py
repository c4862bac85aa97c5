"""One room on the board; a click opens its session."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from console.ui.board.card_paint import Brush, paint_room, scale_of
from console.ui.theme import Theme
from console.ui.viewmodels.board_view import RoomFace


class RoomCard(QWidget):
    """Draws a face; ``chosen`` tells the session a person wants to see."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._screen = Theme(theme.palette), theme
        self._face: RoomFace | None = None
        self._hovered = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    @property
    def face(self) -> RoomFace | None:
        """What is shown."""
        return self._face

    def set_face(self, face: RoomFace) -> None:
        """Show this; nothing is drawn while nothing changed."""
        if face == self._face:
            return
        self._face = face
        self.setCursor(Qt.CursorShape.PointingHandCursor if face.session_id else Qt.CursorShape.ArrowCursor)
        self.setAccessibleName(spoken(face))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the card at the scale of its own size."""
        if self._face is None:
            return
        self._theme.scale = scale_of(self.width(), self.height(), self._screen.scale)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hovered = (self._hovered or self.hasFocus()) and bool(self._face.session_id)
        paint_room(Brush(painter, self._theme, self._screen.scale), QRectF(self.rect()), self._face, hovered)
        painter.end()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the session."""
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self._open()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the session with Return."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show that it can be opened."""
        super().enterEvent(event)
        self._hovered = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """And no longer."""
        super().leaveEvent(event)
        self._hovered = False
        self.update()

    def _open(self) -> None:
        if self._face is not None and self._face.session_id:
            self.chosen.emit(self._face.session_id)


def spoken(face: RoomFace) -> str:
    """The card in words, for screen readers and tests."""
    figures = ", ".join(f"{tile.label} {tile.value} {tile.age}".strip() for tile in face.tiles)
    alarms = "; ".join(f"{line.marker} {line.message}" for line in face.alarms)
    parts = (
        face.name,
        face.ring.title,
        face.ring.big,
        face.patient,
        face.staff,
        figures,
        alarms,
        face.silent,
    )
    return ". ".join(part for part in parts if part)
