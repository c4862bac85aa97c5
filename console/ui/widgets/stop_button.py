"""STOP: always there, one touch, and it says what became of it."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.ui.theme import Theme, Weight
from console.ui.viewmodels.live_shapes import StopFace, StopMode
from console.ui.widgets.blink import Blink
from console.ui.widgets.paint import LEFT, MIDDLE, draw_panel, draw_text, fitted


class StopButton(QWidget):
    """The octagon. It acts on the press, not on the release.

    Signals:
        pressed: STOP was asked for.
    """

    pressed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._face = StopFace()
        self._blink = Blink()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("STOP")

    @property
    def face(self) -> StopFace:
        """What is shown."""
        return self._face

    def set_face(self, face: StopFace, blink: Blink) -> None:
        """Show ``face``."""
        flashing = StopMode.UNCONFIRMED in (face.mode, self._face.mode)
        changed = face != self._face or (flashing and blink.fast != self._blink.fast)
        self._face, self._blink = face, blink
        if changed:
            self.setAccessibleName(f"{face.text} {face.under}")
            self.update()

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """Any button, any touch: STOP."""
        self.pressed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys are handled by the window (F12), never by focus."""
        event.ignore()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the key."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            theme, p, face = self._theme, self._theme.palette, self._face
            rect = QRectF(self.rect())
            fill, line, ink = p.stop_fill, p.stop_line, QColor(p.text)
            if face.mode is StopMode.UNCONFIRMED:
                fill = p.high_fill if self._blink.fast else p.stop_fill
                line, ink = p.high, QColor(p.on_high)
            elif face.mode is StopMode.STOPPED:
                fill, line = p.panel, p.text
            draw_panel(painter, rect, fill, theme.px(12), line, theme.px(2))
            compact = face.mode is not StopMode.READY
            side = rect.height() * (0.46 if compact else 0.56)
            left = rect.left() + (rect.width() * 0.055 if compact else rect.width() * 0.13)
            centre = QPointF(left + side / 2, rect.center().y())
            self._octagon(painter, centre, side / 2, QColor(line), filled=face.mode is StopMode.REQUESTED)
            x = left + side + rect.width() * (0.045 if compact else 0.07)
            room = rect.right() - x - theme.px(12)
            title = theme.font(20, Weight.BOLD)
            title.setPixelSize(int(rect.height() * (0.27 if compact else 0.46)))
            upper = QRectF(
                x, rect.top() + rect.height() * 0.14, room, rect.height() * (0.40 if compact else 0.52)
            )
            draw_text(painter, upper, LEFT | MIDDLE, face.text, fitted(title, face.text, room), ink)
            hint = theme.font(16, Weight.SEMIBOLD)
            hint.setPixelSize(max(11, int(rect.height() * (0.22 if compact else 0.14))))
            lower = QRectF(
                x, rect.top() + rect.height() * (0.54 if compact else 0.68), room, rect.height() * 0.30
            )
            loud = face.mode is StopMode.UNCONFIRMED
            draw_text(
                painter,
                lower,
                LEFT | MIDDLE,
                face.under,
                fitted(hint, face.under, room),
                ink if loud else p.muted,
            )

    def _octagon(
        self, painter: QPainter, centre: QPointF, radius: float, color: QColor, *, filled: bool
    ) -> None:
        corners = [math.radians(22.5 + 45 * step) for step in range(8)]
        shape = QPolygonF([centre + QPointF(radius * math.cos(a), radius * math.sin(a)) for a in corners])
        painter.setPen(QPen(color, self._theme.px(4)))
        painter.setBrush(color if filled else Qt.BrushStyle.NoBrush)
        painter.drawPolygon(shape)
