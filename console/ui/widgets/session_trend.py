"""The whole session in one picture, redrawn once a second onto a pixmap.

Drawn by hand for the same reason as the sweeps: a redraw costs a few milliseconds whatever the length of
the session, because history is reduced to one low-high pair a pixel column first.
"""

from __future__ import annotations

from datetime import tzinfo

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.clinical.vitals import Vital
from console.ui.playout import Samples, TrendHistory
from console.ui.theme import Theme, Weight
from console.ui.viewmodels.live_tone import Tone
from console.ui.viewmodels.live_trend import TrendView
from console.ui.widgets import trend_layers as layers
from console.ui.widgets.paint import CENTER, LEFT, MIDDLE, draw_panel, draw_text, faded, text_width
from console.ui.widgets.trend_axis import (
    CURVES,
    OXYGEN_HIGH,
    OXYGEN_LOW,
    PRESSURE_HIGH,
    PRESSURE_LOW,
    Curve,
    Lane,
    TrendAxis,
)

SPANS: tuple[tuple[str, float | None], ...] = (("Session", None), ("60 min", 3600.0), ("15 min", 900.0))
MODEL = "model"


class SessionTrend(QWidget):
    """The trend. Touching a name shows or hides its curve; touching a span zooms."""

    def __init__(self, theme: Theme, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._zone = zone
        self._view: TrendView | None = None
        self._history: TrendHistory | None = None
        self._canvas = QPixmap()
        self._shown = {curve.vital.value for curve in CURVES if curve.shown} | {MODEL}
        self._span: float | None = None
        self._touch: list[tuple[QRectF, str]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Session trend")

    @property
    def shown(self) -> frozenset[str]:
        """Names of the curves that are shown."""
        return frozenset(self._shown)

    @property
    def span_s(self) -> float | None:
        """Seconds shown, None for the whole session."""
        return self._span

    def set_trend(self, view: TrendView | None, history: TrendHistory | None) -> None:
        """Show the session; called once a second."""
        self._view, self._history = view, history
        self.redraw()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self.redraw()

    def axis(self, view: TrendView) -> TrendAxis:
        """The geometry for ``view`` at the present size."""
        px = self._theme.px
        plot = QRectF(
            px(64), px(50), max(40, self.width() - px(64 + 56)), max(60, self.height() - px(50 + 34))
        )
        events_h = px(84)
        oxygen = QRectF(plot.left(), plot.top() + px(28), plot.width(), (plot.height() - events_h) * 0.17)
        top = oxygen.bottom() + px(12)
        main = QRectF(plot.left(), top, plot.width(), plot.bottom() - events_h - px(8) - top)
        events = QRectF(plot.left(), plot.bottom() - events_h, plot.width(), events_h)
        first, last = 0.0, view.span_s
        if self._span is not None:
            last = max(self._span, view.now_s + self._span * 0.2)
            first = last - self._span
        return TrendAxis(
            plot,
            Lane(oxygen, OXYGEN_LOW, OXYGEN_HIGH),
            Lane(main, PRESSURE_LOW, PRESSURE_HIGH),
            events,
            first,
            last,
        )

    def redraw(self) -> None:
        """Draw everything onto the canvas."""
        ratio = self.devicePixelRatioF()
        if self.width() < 60 or self.height() < 60:
            return
        size = (round(self.width() * ratio), round(self.height() * ratio))
        if (self._canvas.width(), self._canvas.height()) != size:
            self._canvas = QPixmap(*size)
            self._canvas.setDevicePixelRatio(ratio)
        self._canvas.fill(Qt.GlobalColor.transparent)
        painter = QPainter(self._canvas)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_panel(painter, QRectF(self.rect()), self._theme.palette.panel, self._theme.px(12))
        self._legend(painter)
        if self._view is None:
            text = "The session's curves appear here once a patient is chosen"
            draw_text(
                painter, self.rect(), CENTER | MIDDLE, text, self._theme.font(18), self._theme.palette.faint
            )
        else:
            self._body(painter, self._view)
        painter.end()
        self.update()

    def _body(self, painter: QPainter, view: TrendView) -> None:
        theme, axis = self._theme, self.axis(view)
        layers.draw_bands(painter, theme, axis, view)
        layers.draw_grid(painter, theme, axis)
        layers.draw_times(painter, theme, axis, view, self._zone)
        painter.save()
        painter.setClipRect(axis.plot.adjusted(-self._theme.px(8), 0, 0, 0))
        layers.draw_steps(painter, theme, axis, view)
        if MODEL in self._shown:
            layers.draw_model(painter, theme, axis, view)
        for curve in CURVES:
            if curve.vital.value in self._shown:
                self._curve(painter, axis, curve)
        layers.draw_pressures(painter, theme, axis, view)
        layers.draw_scores(painter, theme, axis, view)
        layers.draw_pins(painter, theme, axis, view)
        layers.draw_now(painter, theme, axis, view)
        painter.restore()
        layers.draw_row_names(painter, theme, axis)
        if MODEL in self._shown:
            layers.draw_model_axis(painter, theme, axis, view)

    def _curve(self, painter: QPainter, axis: TrendAxis, curve: Curve) -> None:
        if self._history is None:
            return
        values = self._values(curve.vital, axis.last_s)
        offset = max(0, int(axis.first_s))
        lane = axis.oxygen if curve.vital is Vital.SPO2 else Lane(axis.main.rect, curve.low, curve.high)
        layers.draw_curve(painter, self._theme, axis, lane, curve, values[offset:], float(offset))

    def _values(self, vital: Vital, upto_s: float) -> Samples:
        history = self._history
        if history is None:
            return np.empty(0, dtype=np.float32)
        values = history.values(vital, upto_s)
        if vital is not Vital.HR:
            return values
        pulse = history.values(Vital.PR, upto_s)
        if len(pulse) != len(values):
            return values
        return np.where(np.isnan(values), pulse, values).astype(np.float32)

    # --- legend and touch -------------------------------------------------------------------------

    def _legend(self, painter: QPainter) -> None:
        theme, p = self._theme, self._theme.palette
        row = QRectF(theme.px(18), theme.px(8), self.width() - theme.px(36), theme.px(36))
        x = row.left() + draw_text(
            painter, row, LEFT | MIDDLE, "Session", theme.font(19, Weight.BOLD), p.text
        )
        x += theme.px(22)
        spans = self._spans(painter, row)
        self._touch = list(spans)
        limit = min((rect.left() for rect, _name in spans), default=row.right()) - theme.px(10)
        x = self._glyphs(painter, row, x)
        entries = [(curve.vital.value, curve.label, curve.tone, curve.style) for curve in CURVES]
        entries.append(
            (MODEL, "ketamine ng/mL, model (effect site dashed)", Tone.DRUG, Qt.PenStyle.SolidLine)
        )
        font = theme.font(14, Weight.MEDIUM)
        for name, label, tone, style in entries:
            wide = theme.px(24) + text_width(font, label) + theme.px(14)
            if x + wide > limit and name == MODEL:
                label = "ketamine, model"
                wide = theme.px(24) + text_width(font, label) + theme.px(14)
            if x + wide > limit:
                continue
            on = name in self._shown
            color = theme.color(tone) if on else QColor(p.faint)
            painter.setPen(QPen(color if on else faded(p.faint, 0.6), max(1.5, 2.2 * theme.scale), style))
            y = row.center().y()
            painter.drawLine(QPointF(x, y), QPointF(x + theme.px(18), y))
            box = QRectF(x + theme.px(24), row.top(), wide, row.height())
            draw_text(painter, box, LEFT | MIDDLE, label, font, color)
            self._touch.append((QRectF(x, row.top(), wide, row.height()), name))
            x += wide

    def _glyphs(self, painter: QPainter, row: QRectF, x: float) -> float:
        theme, p = self._theme, self._theme.palette
        size, y = theme.px(5), row.center().y()
        painter.setPen(QPen(QColor(p.nibp), max(1.4, 1.8 * theme.scale)))
        painter.drawPolyline([QPointF(x, y - 3), QPointF(x + size, y + size), QPointF(x + 2 * size, y - 3)])
        x += 2 * size + theme.px(3)
        painter.drawPolyline([QPointF(x, y + 4), QPointF(x + size, y - size), QPointF(x + 2 * size, y + 4)])
        x += theme.px(16)
        font = theme.font(14, Weight.MEDIUM)
        return (
            x
            + draw_text(
                painter, row.adjusted(x - row.left(), 0, 0, 0), LEFT | MIDDLE, "pressure", font, p.nibp
            )
            + theme.px(16)
        )

    def _spans(self, painter: QPainter, row: QRectF) -> list[tuple[QRectF, str]]:
        theme, p = self._theme, self._theme.palette
        font = theme.font(14, Weight.SEMIBOLD)
        right, found = row.right(), []
        for name, span in reversed(SPANS):
            wide = text_width(font, name) + theme.px(22)
            box = QRectF(right - wide, row.top() + theme.px(2), wide, row.height() - theme.px(4))
            on = span == self._span
            draw_panel(painter, box, p.raised if on else p.panel, theme.px(8), p.muted if on else p.line, 1)
            draw_text(painter, box, CENTER | MIDDLE, name, font, p.text if on else p.muted)
            found.append((box, name))
            right -= wide + theme.px(6)
        return found

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Switch a curve or the span."""
        spans = dict(SPANS)
        for rect, name in self._touch:
            if not rect.contains(event.position()):
                continue
            if name in spans:
                self._span = spans[name]
            else:
                self._shown ^= {name}
            self.redraw()
            return

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """The canvas has another size."""
        self.redraw()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Copy the canvas."""
        painter = QPainter(self)
        if not self._canvas.isNull():
            painter.drawPixmap(0, 0, self._canvas)
        painter.end()
