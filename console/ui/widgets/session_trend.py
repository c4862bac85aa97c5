"""The whole session in one picture: a pyqtgraph plot, given new data once a second, beneath touchable names.

History is reduced to one low-high pair a pixel column first, so that a redraw costs a few milliseconds
whatever the length of the session.
"""

from __future__ import annotations

from datetime import tzinfo

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.clinical.vitals import Vital
from console.ui.playout import Samples, TrendHistory
from console.ui.theme import Theme
from console.ui.viewmodels.live_trend import TrendView
from console.ui.widgets import trend_layers as layers
from console.ui.widgets.paint import CENTER, MIDDLE, draw_panel, draw_text
from console.ui.widgets.trend_axis import CURVES
from console.ui.widgets.trend_legend import MODEL, SPANS, TrendLegend
from console.ui.widgets.trend_plot import TrendPlot

HEAD_PX, INSET_PX = 46, 5
NOTHING_YET = "The session's curves appear here once a patient is chosen"


class SessionTrend(QWidget):
    """The trend. Touching a name shows or hides its curve; touching a span zooms."""

    def __init__(self, theme: Theme, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._zone = zone
        self._view: TrendView | None = None
        self._history: TrendHistory | None = None
        self._shown = {curve.vital.value for curve in CURVES if curve.shown} | {MODEL}
        self._span: float | None = None
        self._touch: list[tuple[QRectF, str]] = []
        self._legend = TrendLegend(theme)
        self.plot = TrendPlot(theme, self)
        boxes = self.plot.boxes
        self._bands, self._steps = layers.Bands(theme, boxes), layers.Steps(theme, boxes)
        self._model, self._vitals = layers.Model(theme, boxes), layers.Vitals(theme, boxes)
        self._pressures, self._scores = layers.Pressures(theme, boxes), layers.Scores(theme, boxes)
        self._pins, self._now = layers.Pins(theme, boxes), layers.Now(theme, boxes)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Session trend")
        self.rescale()

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
        self.plot.rescale()
        for layer in (
            self._bands, self._steps, self._model, self._vitals,
            self._pressures, self._scores, self._pins, self._now,
        ):  # fmt: skip
            layer.restyle()
        self._place()
        self.redraw()

    def _place(self) -> None:
        self._legend.arrange(self.width())
        self._touch = self._legend.touchable
        inset, head = self._theme.px(INSET_PX), self._theme.px(HEAD_PX)
        wide, tall = self.width() - 2 * inset, self.height() - head - inset
        self.plot.widget.setGeometry(inset, head, max(60, wide), max(60, tall))

    def redraw(self) -> None:
        """Give the plot the session as it is."""
        view = self._view
        if self.plot.widget.isHidden() == (view is not None):
            self.plot.widget.setVisible(view is not None)
            self.update()
        if view is None or self.width() < 60 or self.height() < 60:
            return
        axis = self.plot.geometry(view, self._span)
        top, modelled = layers.level_top(view), MODEL in self._shown and bool(view.curve_s)
        self.plot.apply(axis, top)
        self.plot.set_ticks(axis, view, self._zone, top if modelled else None)
        self._bands.draw(axis, view)
        self._steps.draw(axis, view)
        self._model.draw(view, shown=modelled)
        for curve in CURVES:
            wanted = curve.vital.value in self._shown and self._history is not None
            self._vitals.draw(axis, curve, self._values(curve.vital, axis.last_s) if wanted else None)
        self._pressures.draw(axis, view)
        self._scores.draw(axis, view)
        self._pins.draw(axis, view)
        self._now.draw(view)

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
            self.update()
            return

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """The plot has another size."""
        self._place()
        self.redraw()

    def showEvent(self, _event: QShowEvent) -> None:
        """What came while it was hidden."""
        self.redraw()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the panel and the names above the plot."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, p = self._theme, self._theme.palette
        draw_panel(painter, QRectF(self.rect()), p.panel, theme.px(12))
        self._legend.draw(painter, self.shown, self._span)
        if self._view is None:
            draw_text(painter, self.rect(), CENTER | MIDDLE, NOTHING_YET, theme.font(18), p.faint)
        painter.end()
