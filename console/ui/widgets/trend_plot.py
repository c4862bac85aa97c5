"""The session trend as a pyqtgraph plot: one time axis, and a view box for every scale drawn over it.

What pyqtgraph does well is kept (curves with gaps, glyphs, regions, axes), what costs or surprises is off:
no menus, no mouse, no automatic ranges, every item made once and only given new data. Background and
antialiasing are set on these items alone; the library's global settings stay untouched.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta, tzinfo

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtWidgets import QFrame, QWidget

from console.ui.theme import Theme, Weight
from console.ui.viewmodels.live_trend import TrendView
from console.ui.widgets.paint import faded
from console.ui.widgets.trend_axis import OXYGEN_HIGH, OXYGEN_LOW, Lane, TrendAxis, trend_axis
from console.ui.widgets.trend_items import curve, pen, strokes

PRESSURE_GRID = (60.0, 100.0, 140.0, 180.0)
OXYGEN_GRID = (90.0, 100.0)
ROW_NAMES = ("mg/kg/h", "MOAA/S", "events")
ROW_PX = 21
LEFT_PX, RIGHT_PX, FOOT_PX, HEAD_PX = 60, 52, 30, 4


@dataclass(frozen=True, slots=True)
class Boxes:
    """The view boxes from back to front. All lie over each other and share the seconds of the x axis.

    Attributes:
        back: Phases, grid and rate steps; y is in pixels from the head of the plot.
        drug: Predicted levels, ng/mL, with the axis on the right.
        main: Pressure and rates, with the axis on the left.
        oxygen: SpO2, with its own axis on the left.
        front: Scores, pins and the now line; y is in pixels from the head of the plot.
    """

    back: pg.ViewBox
    drug: pg.ViewBox
    main: pg.ViewBox
    oxygen: pg.ViewBox
    front: pg.ViewBox

    @property
    def all(self) -> tuple[pg.ViewBox, ...]:
        """Every box."""
        return self.back, self.drug, self.main, self.oxygen, self.front


class TrendPlot:
    """The plot and its axes; the layers put their items into :attr:`boxes`."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        self._theme = theme
        self.widget = pg.PlotWidget(parent, background=theme.palette.panel, enableMenu=False)
        self._plot = self.widget.getPlotItem()
        self._quiet()
        self.boxes = Boxes(
            self._box(-2, upside_down=True),
            self._box(-1),
            self._plot.getViewBox(),
            self._box(1),
            self._box(2, upside_down=True),
        )
        self._oxygen_axis = self._left_axis(self.boxes.oxygen)
        self._row_axis = self._left_axis(self.boxes.front)
        self._plot.showAxis("right")
        self._plot.getAxis("right").linkToView(self.boxes.drug)
        self._grid = curve(self.boxes.back, -5, smooth=False)
        self._applied: TrendAxis | None = None
        self._ticked: tuple[object, ...] = ()
        for axis in self._axes():
            axis.setPen(None)
            axis.setTickPen(None)
            axis.setStyle(tickAlpha=0, tickLength=0, autoExpandTextSpace=False, autoReduceTextSpace=False)
            axis.setStyle(hideOverlappingLabels=False)
        self.rescale()

    def _quiet(self) -> None:
        """A picture: it takes neither the mouse nor the keyboard."""
        self.widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.widget.setFrameShape(QFrame.Shape.NoFrame)
        self.widget.setMouseEnabled(x=False, y=False)
        self._plot.hideButtons()
        self._plot.disableAutoRange()

    def _box(self, z: float, *, upside_down: bool = False) -> pg.ViewBox:
        box = pg.ViewBox(enableMenu=False, enableMouse=False, invertY=upside_down, defaultPadding=0.0)
        box.disableAutoRange()
        box.setZValue(z)
        self.widget.scene().addItem(box)
        return box

    def _left_axis(self, box: pg.ViewBox) -> pg.AxisItem:
        """A further axis in the left margin."""
        axis = pg.AxisItem("left")
        self.widget.scene().addItem(axis)
        axis.linkToView(box)
        return axis

    def _axes(self) -> tuple[pg.AxisItem, ...]:
        sides = tuple(self._plot.getAxis(side) for side in ("left", "right", "bottom"))
        return (*sides, self._oxygen_axis, self._row_axis)

    def rescale(self) -> None:
        """Follow the scale of the window."""
        theme, p = self._theme, self._theme.palette
        left, right, bottom = (self._plot.getAxis(side) for side in ("left", "right", "bottom"))
        self._plot.layout.setContentsMargins(0, theme.px(HEAD_PX), 0, 0)
        self._plot.layout.setSpacing(0)
        for axis in (left, self._oxygen_axis, self._row_axis):
            axis.setWidth(theme.px(LEFT_PX))
        right.setWidth(theme.px(RIGHT_PX))
        bottom.setHeight(theme.px(FOOT_PX))
        font = theme.font(14, Weight.MEDIUM)
        for axis, color in zip(self._axes(), (p.muted, p.drug, p.muted, p.spo2, p.muted), strict=True):
            axis.setStyle(tickFont=font, tickTextOffset=theme.px(7))
            axis.setTextPen(pen(color))
        self._row_axis.setStyle(tickFont=theme.font(12, Weight.MEDIUM), tickTextOffset=theme.px(5))
        self._grid.setPen(pen(faded(p.line, 0.8)))
        self._applied, self._ticked = None, ()

    def geometry(self, view: TrendView, span_s: float | None) -> TrendAxis:
        """Where everything lies at the present size."""
        self._plot.layout.activate()
        plot = QRectF(self.boxes.main.sceneBoundingRect())
        plot.setWidth(max(40.0, plot.width()))
        plot.setHeight(max(60.0, plot.height()))
        return trend_axis(self._theme, plot, view, span_s)

    def apply(self, axis: TrendAxis, top_ng_ml: float) -> bool:
        """Set every range; tells whether anything moved. In most seconds nothing does."""
        wanted = axis.scaled(0.0, top_ng_ml)
        if wanted == self._applied:
            return False
        self._applied = wanted
        boxes, foot = self.boxes, axis.plot.height()
        lanes = ((boxes.main, axis.main), (boxes.drug, wanted.main), (boxes.oxygen, axis.oxygen))
        spans = {id(box): axis.extent(lane) for box, lane in lanes}
        for box in boxes.all:
            if box is not boxes.main:
                box.setGeometry(axis.plot)
            box.setRange(
                xRange=(axis.first_s, axis.last_s), yRange=spans.get(id(box), (0.0, foot)),
                padding=0, update=True, disableAutoRange=True,
            )  # fmt: skip
        for beside in (self._oxygen_axis, self._row_axis):
            beside.setGeometry(QRectF(0, axis.plot.top(), self._plot.getAxis("left").width(), foot))
        return True

    def set_ticks(
        self, axis: TrendAxis, view: TrendView, zone: tzinfo | None, top_ng_ml: float | None
    ) -> None:
        """Figures at the axes and the lines behind the curves."""
        key = (axis, view.origin, zone, top_ng_ml)
        if key == self._ticked:
            return
        self._ticked = key
        left, right, bottom = (self._plot.getAxis(side) for side in ("left", "right", "bottom"))
        left.setTicks([[(value, f"{value:g}") for value in PRESSURE_GRID]])
        self._row_axis.setTicks([[(self._row_y(axis, row), name) for row, name in enumerate(ROW_NAMES)]])
        self._oxygen_axis.setTicks([[(value, f"{value:g}") for value in OXYGEN_GRID]])
        levels = () if top_ng_ml is None else (0.0, top_ng_ml / 2, top_ng_ml)
        right.setTicks([[(level, f"{level:.0f}") for level in levels]])
        times = clock_ticks(axis, view, zone)
        bottom.setTicks([times])
        self._draw_grid(axis, [at_s for at_s, _text in times])

    def _row_y(self, axis: TrendAxis, row: int) -> float:
        """Pixels from the head of the plot to the middle of a row of the lowest lane."""
        return axis.events.top() - axis.plot.top() + (row + 0.45) * self._theme.px(ROW_PX)

    def _draw_grid(self, axis: TrendAxis, times_s: list[float]) -> None:
        theme, top, height = self._theme, axis.plot.top(), axis.plot.height()
        across = [axis.main.y(value) for value in PRESSURE_GRID]
        across += [Lane(axis.oxygen.rect, OXYGEN_LOW, OXYGEN_HIGH).y(value) for value in OXYGEN_GRID]
        across += [axis.oxygen.rect.bottom() + theme.px(4), axis.events.top() - theme.px(3)]
        lines = [(axis.first_s, y - top, axis.last_s, y - top) for y in across]
        lines += [(at_s, 0.0, at_s, height) for at_s in times_s]
        self._grid.setData(*strokes(lines))


def clock_ticks(axis: TrendAxis, view: TrendView, zone: tzinfo | None) -> list[tuple[float, str]]:
    """Wall times at round minutes, as seconds of the axis and words."""
    span_min = (axis.last_s - axis.first_s) / 60
    every_min = next((step for step in (1, 2, 5, 10, 15, 20, 30, 60) if span_min / step <= 11), 120)
    start = view.origin.wall_utc.astimezone(zone)
    whole = start.replace(second=0, microsecond=0)
    at_s = (whole - start).total_seconds() - (whole.minute % every_min) * 60
    found: list[tuple[float, str]] = []
    while at_s <= axis.last_s:
        if at_s >= axis.first_s:
            found.append((at_s, f"{start + timedelta(seconds=at_s):%H:%M}"))
        at_s += every_min * 60
    return found
