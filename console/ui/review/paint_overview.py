"""Waveforms of minutes and hours: the stored smallest and largest values, no chunk decoded."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from console.clock import NS_PER_S
from console.storage.traces import WaveBins
from console.ui.review.lanes import WAVE_LANES, Lane, Picture, Scope
from console.ui.review.paint_waves import TONES
from console.ui.review.wave_store import WaveStore
from console.ui.theme import Theme
from console.ui.viewmodels.review_shapes import Samples
from console.ui.widgets.paint import CENTER, MIDDLE, draw_text

READING = "reading the waveforms…"
NOTHING = "not recorded"


def paint_overview(p: QPainter, theme: Theme, picture: Picture, start_ns: int, store: WaveStore) -> None:
    """Every waveform lane of a picture that is too wide for the waveforms themselves."""
    for lane_id, wave in WAVE_LANES.items():
        lane = picture.lanes.get(lane_id)
        if lane is None:
            continue
        bins = store.bins.get(wave)
        x, y = (
            (np.empty(0), np.empty(0))
            if bins is None
            else overview_points(bins, lane, picture.scope, start_ns)
        )
        if not len(x):
            text = READING if store.bins_wanted else NOTHING
            visible = QRectF(picture.labels.right(), lane.rect.top(), 400, lane.rect.height())
            draw_text(p, visible, CENTER | MIDDLE, text, theme.font(14), theme.palette.faint)
            continue
        p.save()
        p.setClipRect(lane.rect)
        p.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        p.setPen(QPen(theme.color(TONES[wave]), 1.0))
        p.setBrush(Qt.BrushStyle.NoBrush)
        p.drawPath(pg.arrayToQPath(x, y, connect="pairs"))
        p.restore()


def overview_points(bins: WaveBins, lane: Lane, scope: Scope, start_ns: int) -> tuple[Samples, Samples]:
    """One upright line a pixel column (or a bin where those are wider), scaled by what the window holds."""
    first_ns, last_ns = (start_ns + scope.first_s * NS_PER_S, start_ns + scope.last_s * NS_PER_S)
    begin, end = (int(at) for at in np.searchsorted(bins.middle_ns, (first_ns, last_ns)))
    if end <= begin:
        return np.empty(0), np.empty(0)
    seconds = (bins.middle_ns[begin:end] - start_ns) / NS_PER_S
    low: Samples = bins.low[begin:end]
    high: Samples = bins.high[begin:end]
    x = scope.left + (seconds - scope.first_s) * (scope.width / scope.span_s)
    columns = np.floor(x).astype(np.int64)
    starts = np.flatnonzero(np.concatenate(([True], np.diff(columns) > 0)))
    if len(starts) < len(columns):
        x, low, high = (
            x[starts],
            np.minimum.reduceat(low, starts),
            np.maximum.reduceat(high, starts),
        )
    least, most = bins.scale
    share = lane.rect.height() / max(most - least, 1e-9)
    y_low, y_high = (lane.rect.bottom() - (np.clip(v, least, most) - least) * share for v in (low, high))
    # A line without length would not be drawn at all.
    y_high = np.minimum(y_high, y_low - 0.5)
    return np.repeat(x, 2), np.column_stack((y_low, y_high)).reshape(-1)
