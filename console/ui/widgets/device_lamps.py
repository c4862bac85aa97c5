"""One device with its two lamps: port open, device answering."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.ui.theme import Theme, Weight
from console.ui.viewmodels.step_room import DeviceLamps
from console.ui.widgets.paint import LEFT, MIDDLE, RIGHT, TOP, draw_panel, draw_text, draw_wrapped


class LampCard(QWidget):
    """Name, lamps with words, and the reason."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lamps = DeviceLamps("", False, False, "")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self.setFixedHeight(self._theme.px(128))

    def set_lamps(self, lamps: DeviceLamps) -> None:
        """Show ``lamps``."""
        if lamps != self._lamps:
            self._lamps = lamps
            port = "open" if lamps.port_open else "closed"
            answers = "answering" if lamps.answering else "not answering"
            self.setAccessibleName(f"{lamps.name}: port {port}, {answers}. {lamps.sentence}")
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the card."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            theme, p, lamps = self._theme, self._theme.palette, self._lamps
            draw_panel(painter, QRectF(self.rect()), p.ground, theme.px(10), p.line, 1)
            inner = QRectF(self.rect()).adjusted(theme.px(16), theme.px(10), -theme.px(16), -theme.px(10))
            head = QRectF(inner.left(), inner.top(), inner.width(), theme.px(28))
            used = draw_text(painter, head, LEFT | MIDDLE, lamps.name, theme.font(20, Weight.BOLD), p.text)
            right = head.adjusted(used + theme.px(16), 0, 0, 0)
            identity = lamps.identity + (" · simulated" if lamps.simulated else "")
            draw_text(painter, right, RIGHT | MIDDLE, identity, theme.font(16, Weight.MEDIUM), p.muted)
            x = inner.left()
            for on, word in (
                (lamps.port_open, "port open" if lamps.port_open else "port closed"),
                (lamps.answering, "device answering" if lamps.answering else "not answering"),
            ):
                x = self._lamp(painter, x, inner.top() + theme.px(45), word, on=on)
            box = QRectF(
                inner.left(), inner.top() + theme.px(62), inner.width(), inner.height() - theme.px(62)
            )
            draw_wrapped(painter, box, LEFT | TOP, lamps.sentence, theme.font(16), p.muted)

    def _lamp(self, painter: QPainter, x: float, y: float, word: str, *, on: bool) -> float:
        theme, p = self._theme, self._theme.palette
        radius = theme.px(8)
        painter.setPen(QPen(QColor(p.good if on else p.muted), max(1.5, theme.px(2))))
        painter.setBrush(QColor(p.good) if on else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(x + radius, y), radius, radius)
        box = QRectF(x + radius * 2 + theme.px(8), y - theme.px(13), theme.px(220), theme.px(26))
        font = theme.font(17, Weight.SEMIBOLD)
        used = draw_text(painter, box, LEFT | MIDDLE, word, font, p.text if on else p.muted)
        return box.left() + used + theme.px(26)
