"""The numerics and the pump in one line, for the pages that are not the bedside."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.ui.theme import Theme, Weight
from console.ui.viewmodels.live_shapes import MARKERS, LiveView, Tile
from console.ui.viewmodels.live_words import DASHES
from console.ui.widgets.blink import Blink
from console.ui.widgets.numeric_tile import alarm_fill
from console.ui.widgets.paint import LEFT, MIDDLE, TOP, draw_panel, draw_text


class StatusLine(QWidget):
    """Nobody on the review or technician page loses sight of the patient."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._view: LiveView | None = None
        self._blink = Blink()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_view(self, view: LiveView, blink: Blink) -> None:
        """Show ``view``."""
        self._view, self._blink = view, blink
        if self.isVisible():
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the cells."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            view = self._view
            if view is not None:
                tiles = (view.hr, view.spo2, view.nibp, view.rr, view.etco2)
                shares = (1.0, 1.0, 1.5, 0.8, 0.9)
                gap = self._theme.px(10)
                pump_w = self.width() * 0.34
                unit = (self.width() - pump_w - gap * len(tiles)) / sum(shares)
                x = 0.0
                for tile, share in zip(tiles, shares, strict=True):
                    rect = QRectF(x, 0, unit * share, self.height())
                    self._cell(painter, rect, tile)
                    x += unit * share + gap
                self._pump(painter, QRectF(x, 0, self.width() - x, self.height()), view)

    def _cell(self, painter: QPainter, rect: QRectF, tile: Tile) -> None:
        theme, p = self._theme, self._theme.palette
        label, ink, soft = tile.label, theme.color(tile.tone), theme.color(tile.tone)
        if tile.alarm is not None and self._blink.on(tile.alarm, tile.flashing):
            fill, on = alarm_fill(theme, tile.alarm)
            draw_panel(painter, rect, fill, theme.px(12))
            ink = soft = QColor(on)
            label = f"{MARKERS[tile.alarm]} {label}"
        else:
            draw_panel(painter, rect, p.panel, theme.px(12))
        inner = rect.adjusted(theme.px(12), theme.px(8), -theme.px(8), -theme.px(6))
        draw_text(painter, inner, LEFT | TOP, label, theme.font(15, Weight.BOLD), soft)
        body = inner.adjusted(0, theme.px(20), 0, 0)
        value = theme.font(40, Weight.BOLD)
        draw_text(
            painter, body, LEFT | MIDDLE, tile.value, value, p.faint if tile.value.startswith(DASHES) else ink
        )

    def _pump(self, painter: QPainter, rect: QRectF, view: LiveView) -> None:
        theme, p = self._theme, self._theme.palette
        draw_panel(painter, rect, p.panel, theme.px(12))
        inner = rect.adjusted(theme.px(16), theme.px(8), -theme.px(12), -theme.px(8))
        half = inner.height() / 2
        upper = QRectF(inner.left(), inner.top(), inner.width(), half)
        lower = QRectF(inner.left(), inner.top() + half, inner.width(), half)
        text = f"{view.pump.word}   {view.pump.rate}"
        draw_text(
            painter, upper, LEFT | MIDDLE, text, theme.font(24, Weight.BOLD), theme.color(view.pump.word_tone)
        )
        line = f"{view.ring.title}  {view.ring.big}  {view.ring.under}"
        draw_text(painter, lower, LEFT | MIDDLE, line, theme.font(17, Weight.MEDIUM), p.muted)
