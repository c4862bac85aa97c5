"""The curves of the session trend: the plot and the layers in it, made once and given new data."""

from __future__ import annotations

from datetime import tzinfo

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget

from console.clinical.vitals import Vital
from console.ui.playout import Samples, TrendHistory
from console.ui.theme import Theme
from console.ui.viewmodels.live_trend import TrendView
from console.ui.widgets import trend_layers as layers
from console.ui.widgets.trend_axis import CURVES
from console.ui.widgets.trend_legend import MODEL
from console.ui.widgets.trend_plot import TrendPlot


class TrendPicture:
    """A pyqtgraph plot with everything that is drawn in it.

    Attributes:
        s_per_px: Seconds a pixel of the picture last drawn, 0 before the first.
    """

    def __init__(self, theme: Theme, zone: tzinfo | None, parent: QWidget) -> None:
        self._zone = zone
        self.s_per_px = 0.0
        self._plot = TrendPlot(theme, parent)
        self._plot.widget.hide()
        boxes = self._plot.boxes
        self._bands, self._steps = layers.Bands(theme, boxes), layers.Steps(theme, boxes)
        self._model, self._vitals = layers.Model(theme, boxes), layers.Vitals(theme, boxes)
        self._pressures, self._scores = layers.Pressures(theme, boxes), layers.Scores(theme, boxes)
        self._pins, self._now = layers.Pins(theme, boxes), layers.Now(theme, boxes)
        self._restyle()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self._plot.rescale()
        self._restyle()

    def _restyle(self) -> None:
        for layer in (
            self._bands, self._steps, self._model, self._vitals,
            self._pressures, self._scores, self._pins, self._now,
        ):  # fmt: skip
            layer.restyle()

    def place(self, area: QRect) -> None:
        """Lie there in the parent."""
        self._plot.widget.setGeometry(area)

    def show(self, *, shown: bool) -> bool:
        """Show or hide it; tells whether that changed anything."""
        if self._plot.widget.isHidden() != shown:
            return False
        self._plot.widget.setVisible(shown)
        return True

    def draw(
        self, view: TrendView, history: TrendHistory | None, shown: frozenset[str], span_s: float | None
    ) -> None:
        """Show the session as it is: the curves named in ``shown``, over ``span_s`` or the whole of it."""
        axis = self._plot.geometry(view, span_s)
        self.s_per_px = 1.0 / axis.px_per_s
        top, modelled = layers.level_top(view), MODEL in shown and bool(view.curve_s)
        self._plot.apply(axis, top)
        self._plot.set_ticks(axis, view, self._zone, top if modelled else None)
        self._bands.draw(axis, view)
        self._steps.draw(axis, view)
        self._model.draw(view, shown=modelled)
        for curve in CURVES:
            values = None
            if history is not None and curve.vital.value in shown:
                values = values_of(history, curve.vital, axis.last_s)
            self._vitals.draw(axis, curve, values)
        self._pressures.draw(axis, view)
        self._scores.draw(axis, view)
        self._pins.draw(axis, view)
        self._now.draw(view)


def values_of(history: TrendHistory, vital: Vital, upto_s: float) -> Samples:
    """One-second values; where there is no heart rate, the pulse stands in for it."""
    values = history.values(vital, upto_s)
    if vital is not Vital.HR:
        return values
    pulse = history.values(Vital.PR, upto_s)
    if len(pulse) != len(values):
        return values
    return np.where(np.isnan(values), pulse, values).astype(np.float32)
