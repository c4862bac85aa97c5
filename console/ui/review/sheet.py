"""The whole picture painted once, then only moved: what makes panning and zooming as quick as a screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from console.ui.review.lanes import Lane, Picture, Scope
from console.ui.review.paint_delivery import paint_delivery
from console.ui.review.paint_frame import paint_ground
from console.ui.review.paint_marks import paint_marks
from console.ui.review.paint_overview import paint_overview
from console.ui.review.paint_vitals import (
    CURVES,
    curve_color,
    curve_points,
    paint_limits,
    paint_markers,
    paint_pressures,
)
from console.ui.review.paint_waves import Ruler, paint_waves
from console.ui.review.wave_store import WaveStore
from console.ui.theme import Theme
from console.ui.viewmodels.review_shapes import Timeline

TWICE_PX = 0.7
"""A curve is drawn twice, this far apart: a pen of one pixel is many times faster than a thicker one."""
BESIDE: Final = 1.0
"""Windows painted on either side of the one that is moved."""
MOST_STRETCH: Final = 2.0
"""A sheet is stretched this much at most while the hand moves; then it is painted anew."""


@dataclass(frozen=True, slots=True)
class Look:
    """What decides how a session is painted, beside the window of time."""

    theme: Theme
    line: Timeline
    store: WaveStore | None
    ruler: Ruler
    model: int = 0
    zone: tzinfo | None = None


def paint_session(p: QPainter, look: Look, picture: Picture) -> None:
    """Everything but the cursor."""
    theme, line = look.theme, look.line
    p.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_ground(p, theme, line, picture, look.zone)
    paint_delivery(p, theme, line, picture, look.model)
    paint_limits(p, theme, line, picture)
    p.save()
    plot = picture.plot
    p.setClipRect(plot.adjusted(-theme.px(8), 0, theme.px(12), 0))
    _curves(p, theme, line, picture)
    paint_markers(p, theme, line, picture)
    paint_pressures(p, theme, line, picture)
    p.restore()
    if look.store is not None:
        if picture.scope.close:
            paint_waves(p, theme, picture, line.start_ns, look.store.samples, look.ruler)
        else:
            paint_overview(p, theme, picture, line.start_ns, look.store)
    paint_marks(p, theme, line, picture)


def _curves(p: QPainter, theme: Theme, line: Timeline, picture: Picture) -> None:
    p.setBrush(Qt.BrushStyle.NoBrush)
    for style in CURVES:
        lane = picture.lanes.get(style.lane)
        if lane is None:
            continue
        x, y = curve_points(line, style, picture.scope, lane)
        if not np.isfinite(y).any():
            continue
        p.setPen(QPen(curve_color(theme, style), 1))
        path = pg.arrayToQPath(x, y, connect="finite")
        p.drawPath(path)
        p.drawPath(path.translated(0.0, TWICE_PX))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A painted picture and the geometry it was painted by."""

    pixmap: QPixmap
    picture: Picture

    def covers(self, scope: Scope) -> bool:
        """Whether a window can be cut out of it without stretching it too much."""
        own = self.picture.scope
        per_second, wanted = own.width / own.span_s, scope.width / scope.span_s
        return (
            own.first_s <= scope.first_s + 1e-6
            and own.last_s >= scope.last_s - 1e-6
            and own.close == scope.close
            and 1 / MOST_STRETCH <= wanted / per_second <= MOST_STRETCH
        )

    def draw(self, p: QPainter, picture: Picture) -> None:
        """Its part for a window of time; the column of names is not drawn."""
        scope, own = picture.scope, self.picture.scope
        ratio = self.pixmap.devicePixelRatio()
        top, high = picture.labels.top(), picture.axis.bottom() - picture.labels.top()
        x0, x1 = own.x(scope.first_s), own.x(scope.last_s)
        source = QRectF(x0 * ratio, top * ratio, (x1 - x0) * ratio, high * ratio)
        p.drawPixmap(QRectF(scope.left, top, scope.width, high), self.pixmap, source)


def painted(
    picture: Picture, size: QSizeF, ratio: float, fill: str, paint: Callable[[QPainter], None]
) -> Sheet:
    """A sheet of this size."""
    pixmap = QPixmap(round(size.width() * ratio), round(size.height() * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(QColor(fill))
    painter = QPainter(pixmap)
    paint(painter)
    painter.end()
    return Sheet(pixmap, picture)


def widened(picture: Picture, whole_s: tuple[float, float]) -> Picture:
    """The same lanes with the windows beside it, as far as the session reaches."""
    scope = picture.scope
    per_second = scope.width / scope.span_s
    first = max(whole_s[0], scope.first_s - BESIDE * scope.span_s)
    last = min(whole_s[1], scope.last_s + BESIDE * scope.span_s)
    right = scope.left + (last - first) * per_second
    wide = Scope(first, last, scope.left, right)
    lanes = {one: _stretched(lane, wide) for one, lane in picture.lanes.items()}
    axis = QRectF(wide.left, picture.axis.top(), wide.width, picture.axis.height())
    return Picture(wide, lanes, picture.labels, axis)


def _stretched(lane: Lane, scope: Scope) -> Lane:
    return replace(lane, rect=QRectF(scope.left, lane.rect.top(), scope.width, lane.rect.height()))
