"""The phase ring: the phase as a word, the time that matters, and how far it has come."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.ui.theme import Theme, Weight
from console.ui.viewmodels.live_shapes import Ring
from console.ui.viewmodels.live_tone import Tone
from console.ui.viewmodels.live_words import DASHES
from console.ui.widgets.paint import BOTTOM, CENTER, MIDDLE, TOP, draw_panel, draw_text, fitted

TOP_ANGLE = 90 * 16
FULL = 360 * 16


class PhaseRing(QWidget):
    """A ring that fills clockwise."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._ring = Ring("", DASHES, "", "", 0.0, Tone.MUTED)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def ring(self) -> Ring:
        """What is shown."""
        return self._ring

    def set_ring(self, ring: Ring) -> None:
        """Show ``ring``."""
        if ring != self._ring:
            self._ring = ring
            self.setAccessibleName(f"{ring.title} {ring.big} {ring.under}")
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw ring and texts."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            theme, ring, p = self._theme, self._ring, self._theme.palette
            rect = QRectF(self.rect())
            draw_panel(painter, rect, p.panel, theme.px(12))
            foot_h = theme.px(34) if ring.foot else theme.px(8)
            side = min(rect.width() * 0.86, rect.height() - foot_h - theme.px(20))
            circle = QRectF(
                rect.center().x() - side / 2,
                rect.top() + (rect.height() - foot_h - side) / 2 + theme.px(3),
                side,
                side,
            )
            width = side * 0.062
            track = circle.adjusted(width, width, -width, -width)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(p.line), width))
            painter.drawEllipse(track)
            if ring.fraction > 0:
                pen = QPen(theme.color(ring.tone), width)
                pen.setCapStyle(Qt.PenCapStyle.RoundCap)
                painter.setPen(pen)
                painter.drawArc(track, TOP_ANGLE, -round(FULL * min(1.0, ring.fraction)))
            self._texts(painter, track, side)
            if ring.foot:
                foot = QRectF(
                    rect.left() + theme.px(12),
                    rect.bottom() - foot_h,
                    rect.width() - theme.px(24),
                    foot_h - theme.px(10),
                )
                draw_text(painter, foot, CENTER | BOTTOM, ring.foot, theme.font(16), p.muted)

    def _texts(self, painter: QPainter, track: QRectF, side: float) -> None:
        theme, ring, p = self._theme, self._ring, self._theme.palette
        middle = track.center()
        big = theme.font(20, Weight.BOLD)
        big.setPixelSize(max(18, int(side * 0.235)))
        big = fitted(big, ring.big, track.width() * 0.84)
        half = big.pixelSize() * 0.62
        box = QRectF(track.left() + side * 0.06, middle.y() - half, track.width() - side * 0.12, half * 2)
        draw_text(painter, box, CENTER | MIDDLE, ring.big, big, p.text)
        word = theme.font(20, Weight.SEMIBOLD)
        word.setPixelSize(max(11, int(side * 0.082)))
        tone = theme.color(ring.tone if ring.tone is not Tone.MUTED else Tone.TEXT)
        above = QRectF(
            box.left() + side * 0.05,
            box.top() - word.pixelSize() * 1.5,
            box.width() - side * 0.1,
            word.pixelSize() * 1.4,
        )
        draw_text(painter, above, CENTER | BOTTOM, ring.title, word, tone)
        under = theme.font(18, Weight.MEDIUM)
        under.setPixelSize(max(10, int(side * 0.064)))
        below = QRectF(
            box.left() + side * 0.03,
            box.bottom() + side * 0.005,
            box.width() - side * 0.06,
            under.pixelSize() * 1.5,
        )
        draw_text(painter, below, CENTER | TOP, ring.under, under, p.muted)
