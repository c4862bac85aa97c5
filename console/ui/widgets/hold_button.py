"""A button that acts after being held for one second; the ring fills while it is held."""

from __future__ import annotations

import uuid

from PySide6.QtCore import QElapsedTimer, QEvent, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.ui.theme import Theme, Weight
from console.ui.widgets.paint import LEFT, MIDDLE, draw_panel, draw_text, text_width

HOLD_S = 1.0
"""Hold for START and RESUME (site default; single taps are for PAUSE and STOP)."""
FRAME_MS = 30
FRAME_COUNTS_MOST_S = 0.1
"""What one look may add to the hold: a window that stood still did not see a finger that held."""


class HoldButton(QWidget):
    """Hold to act. Letting go early or leaving the button takes the wish back.

    Only time in which the window looked at the finger counts, so that a tap in a window that stalls
    before it hears of the letting go never becomes a hold.

    Signals:
        held: The second is over; carries the command id minted when the button was armed.
    """

    held = Signal(str)

    def __init__(
        self,
        theme: Theme,
        text: str,
        icon: str = "play",
        parent: QWidget | None = None,
        hold_s: float = HOLD_S,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._text = text
        self._icon = icon
        self._hold_s = hold_s
        self._command_id = ""
        self._since_look = QElapsedTimer()
        self._held_s = 0.0
        self._down = False
        self._frames = QTimer(self)
        self._frames.setInterval(FRAME_MS)
        self._frames.timeout.connect(self._frame)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(f"{text}, hold one second")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self.setFixedHeight(self._theme.px(76))

    def set_text(self, text: str) -> None:
        """Another word on the button."""
        if text != self._text:
            self._text = text
            self.setAccessibleName(f"{text}, hold one second")
            self.update()

    @property
    def progress(self) -> float:
        """Share of the hold that is done, 0..1."""
        if not self._down:
            return 0.0
        return min(1.0, self._held_s / self._hold_s)

    @property
    def held_down(self) -> bool:
        """A finger is on it and its second is not over."""
        return self._down

    def look(self, passed_s: float) -> None:
        """The finger is still there, ``passed_s`` after the last look."""
        if not self._down:
            return
        self._held_s += min(passed_s, FRAME_COUNTS_MOST_S)
        if self.progress >= 1.0:
            self._let_go()
            self.held.emit(self._command_id)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Arm: mint the command id and start the ring."""
        if event.button() is Qt.MouseButton.LeftButton and self.isEnabled():
            self._down = True
            self._command_id = str(uuid.uuid4())
            self._held_s = 0.0
            self._since_look.start()
            self._frames.start()
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Leaving the button takes the wish back."""
        if self._down and not self.rect().contains(event.position().toPoint()):
            self._let_go()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Letting go early takes the wish back."""
        self._let_go()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """No key acts here: space and enter never start anything."""
        event.ignore()

    def changeEvent(self, event: QEvent) -> None:
        """A button that is switched off in mid-hold lets go."""
        if event.type() is QEvent.Type.EnabledChange:
            if not self.isEnabled():
                self._let_go()
            self.update()
        super().changeEvent(event)

    def _let_go(self) -> None:
        self._down = False
        self._frames.stop()
        self.update()

    def _frame(self) -> None:
        self.look(self._since_look.restart() / 1000)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the button with its ring."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            theme, p = self._theme, self._theme.palette
            on = self.isEnabled()
            rect = QRectF(self.rect())
            ink = QColor(p.drug if on else p.faint)
            draw_panel(
                painter, rect, p.raised if on else p.panel, theme.px(12), ink if on else p.line, theme.px(2)
            )
            side = rect.height() * 0.58
            title = theme.font(26, Weight.BOLD)
            hint = theme.font(15, Weight.MEDIUM)
            text_w = max(text_width(title, self._text), text_width(hint, "hold 1 s"))
            left = max(theme.px(14), (rect.width() - side - theme.px(16) - text_w) / 2)
            ring = QRectF(left, (rect.height() - side) / 2, side, side)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(p.line), theme.px(5)))
            painter.drawEllipse(ring)
            if self.progress > 0:
                pen = QPen(ink, theme.px(5))
                pen.setCapStyle(Qt.PenCapStyle.RoundCap)
                painter.setPen(pen)
                painter.drawArc(ring, 90 * 16, -round(360 * 16 * self.progress))
            size = round(side * 0.52)
            icon = theme.pixmap(self._icon, ink.name(), size, self.devicePixelRatioF())
            painter.drawPixmap(round(ring.center().x() - size / 2), round(ring.center().y() - size / 2), icon)
            x = ring.right() + theme.px(16)
            room = rect.width() - x - theme.px(8)
            upper = QRectF(x, rect.top() + rect.height() * 0.12, room, rect.height() * 0.46)
            lower = QRectF(x, rect.top() + rect.height() * 0.58, room, rect.height() * 0.28)
            draw_text(painter, upper, LEFT | MIDDLE, self._text, title, p.text if on else p.faint)
            draw_text(painter, lower, LEFT | MIDDLE, "hold 1 s", hint, p.muted if on else p.faint)
