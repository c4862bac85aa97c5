"""Items of a plot that are made once and moved: words, and pens that cost the same on every screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainterPath, QPen

from console.ui.playout import Samples


@dataclass(frozen=True, slots=True)
class Word:
    """A text in a plot.

    Attributes:
        x: Where, in the plot's own axis.
        y: Where, in the plot's own axis.
        text: What.
        color: As ``#rrggbb``.
    """

    x: float
    y: float
    text: str
    color: str


class Words:
    """Texts of one kind. Items are added when more are needed and never taken away, only hidden."""

    def __init__(self, box: pg.ViewBox, anchor: tuple[float, float]) -> None:
        self._box, self._anchor = box, anchor
        self._font = QFont()
        self._items: list[pg.TextItem] = []
        self._shown: tuple[Word, ...] = ()

    def set_font(self, font: QFont) -> None:
        """Another size of the window."""
        self._font = font
        for item in self._items:
            item.setFont(font)

    def show(self, words: Sequence[Word]) -> None:
        """Show exactly these; what stands already is not touched."""
        before, self._shown = self._shown, tuple(words)
        if before == self._shown:
            return
        while len(self._items) < len(words):
            self._items.append(self._made())
        for item, old, new in zip_longest(self._items, before[: len(self._items)], words):
            if new is None:
                item.setVisible(False)
            elif old != new:
                item.setText(new.text)
                item.setColor(new.color)
                item.setPos(new.x, new.y)
                item.setVisible(True)

    def _made(self) -> pg.TextItem:
        item = pg.TextItem(anchor=self._anchor)
        item.textItem.document().setDocumentMargin(0)
        item.setFont(self._font)
        self._box.addItem(item, ignoreBounds=True)
        return item


def pen(
    color: QColor | str,
    width: float = 1.0,
    style: Qt.PenStyle = Qt.PenStyle.SolidLine,
    dash: Sequence[float] = (),
) -> QPen:
    """A pen that is as wide at any range of the axes."""
    made = QPen(QColor(color), width, style)
    if dash:
        made.setDashPattern(list(dash))
    made.setCosmetic(True)
    return made


def curve(box: pg.ViewBox, z: float = 0.0, *, smooth: bool = True) -> pg.PlotCurveItem:
    """A line whose NaNs are gaps; ``smooth`` is for slanted lines, upright ones need none."""
    item = pg.PlotCurveItem(antialias=smooth, connect="finite")
    item.setZValue(z)
    box.addItem(item, ignoreBounds=True)
    return item


def marks(box: pg.ViewBox, z: float = 0.0) -> pg.ScatterPlotItem:
    """Glyphs of a size in pixels."""
    item = pg.ScatterPlotItem(pxMode=True, antialias=True)
    item.setZValue(z)
    box.addItem(item, ignoreBounds=True)
    return item


def strokes(pairs: Sequence[tuple[float, float, float, float]]) -> tuple[Samples, Samples]:
    """Single strokes ``x1, y1, x2, y2`` as one line with gaps."""
    table = np.full((len(pairs), 3, 2), np.nan, dtype=np.float32)
    if pairs:
        table[:, :2, :] = np.asarray(pairs, dtype=np.float32).reshape(-1, 2, 2)
    flat = table.reshape(-1, 2)
    return flat[:, 0], flat[:, 1]


def chevron(*, tip_down: bool) -> QPainterPath:
    """The v or the ^ of an anaesthesia record, its tip at the value, one unit wide."""
    side = -0.65 if tip_down else 0.65
    path = QPainterPath()
    path.moveTo(-0.5, side)
    path.lineTo(0.0, 0.0)
    path.lineTo(0.5, side)
    return path


def framed_box() -> QPainterPath:
    """A square with round corners, one unit wide."""
    path = QPainterPath()
    path.addRoundedRect(QRectF(-0.5, -0.5, 1.0, 1.0), 0.26, 0.26)
    return path
