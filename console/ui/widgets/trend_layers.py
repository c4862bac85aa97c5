"""The layers of the session trend: each owns items of the plot and gives them new data when it changed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont

from console.ui.playout import Samples, low_high
from console.ui.theme import Theme, Weight
from console.ui.viewmodels.live_tone import Tone
from console.ui.viewmodels.live_trend import Pin, TrendView
from console.ui.widgets.paint import faded, text_width
from console.ui.widgets.trend_axis import CURVES, Curve, TrendAxis
from console.ui.widgets.trend_items import Word, Words, chevron, curve, framed_box, marks, pen, strokes
from console.ui.widgets.trend_plot import ROW_PX, Boxes

BAND_TINTS = {"Baseline": "#7f93ab", "Infusion": "#a25bff", "Observation": "#3fae86"}
PIN_ROWS = 2
SLANTED_PX = 1.5
"""Width of smooth curves of few points. Jagged ones stay at 1: wider ones cost many times more."""


class Bands:
    """Phases as shaded stretches with their names."""

    def __init__(self, theme: Theme, boxes: Boxes) -> None:
        self._theme, self._box = theme, boxes.back
        self._regions: dict[str, pg.LinearRegionItem] = {}
        for word, tint in BAND_TINTS.items():
            edge, fill = pen(faded(tint, 0.45)), faded(tint, 0.11)
            region = pg.LinearRegionItem(brush=fill, hoverBrush=fill, pen=edge, hoverPen=edge, movable=False)
            region.setZValue(-10)
            region.setVisible(False)
            self._box.addItem(region, ignoreBounds=True)
            self._regions[word] = region
        self._words = Words(self._box, (0.0, 0.0))

    def restyle(self) -> None:
        """Follow the scale of the window."""
        self._words.set_font(self._theme.font(15, Weight.SEMIBOLD))

    def draw(self, axis: TrendAxis, view: TrendView) -> None:
        """Show the phases."""
        theme, words = self._theme, []
        ends = {band.word: (band.start_s, band.end_s) for band in view.bands}
        for word, region in self._regions.items():
            first_s, last_s = ends.get(word, (0.0, 0.0))
            first_s, last_s = max(axis.first_s, first_s), min(axis.last_s, last_s)
            region.setVisible(last_s > first_s)
            if last_s <= first_s:
                continue
            if region.getRegion() != (first_s, last_s):
                region.setRegion((first_s, last_s))
            if (last_s - first_s) * axis.px_per_s > theme.px(69):
                start_s = axis.second(axis.x(first_s) + theme.px(9))
                words.append(Word(start_s, theme.px(5), word, theme.palette.muted))
        self._words.show(words)


class Steps:
    """Rate steps as bars with their mg/kg/h."""

    def __init__(self, theme: Theme, boxes: Boxes) -> None:
        self._theme = theme
        self._bars = pg.BarGraphItem(x0=[], x1=[], y0=[], height=[], pen=None, brush=None)
        boxes.back.addItem(self._bars, ignoreBounds=True)
        self._edges = curve(boxes.back, 1, smooth=False)
        self._words = Words(boxes.back, (0.0, 0.5))
        self._drawn: tuple[object, ...] = ()

    def restyle(self) -> None:
        """Follow the scale of the window."""
        self._words.set_font(self._theme.font(13, Weight.SEMIBOLD))
        self._edges.setPen(pen(self._theme.palette.drug, self._theme.px(2)))
        self._drawn = ()

    def draw(self, axis: TrendAxis, view: TrendView) -> None:
        """Show the steps."""
        if self._drawn == (axis, view.steps):
            return
        self._drawn = (axis, view.steps)
        theme, p = self._theme, self._theme.palette
        top, height = axis.events.top() - axis.plot.top(), theme.px(19)
        seen = [step for step in view.steps if step.end_s > axis.first_s and step.start_s < axis.last_s]
        lefts = [max(axis.first_s, step.start_s) for step in seen]
        rights = [min(axis.last_s, max(step.end_s, step.start_s + 2 / axis.px_per_s)) for step in seen]
        self._bars.setOpts(
            x0=lefts, x1=rights, y0=[top] * len(seen), height=[height] * len(seen),
            brush=faded(p.drug, 0.32), pen=pg.mkPen(None),
        )  # fmt: skip
        self._edges.setData(*strokes([(left, top, left, top + height) for left in lefts]))
        font, words = theme.font(13, Weight.SEMIBOLD), []
        for step, left, right in zip(seen, lefts, rights, strict=True):
            if (right - left) * axis.px_per_s - theme.px(7) >= text_width(font, step.mg_kg_h):
                at_s = left + theme.px(7) / axis.px_per_s
                words.append(Word(at_s, top + height / 2, step.mg_kg_h, p.text))
        self._words.show(words)


class Model:
    """Predicted plasma (solid, ahead dashed) and effect site (dashed)."""

    def __init__(self, theme: Theme, boxes: Boxes) -> None:
        self._theme = theme
        self._past = {tone: curve(boxes.drug) for tone in (Tone.EFFECT, Tone.DRUG)}
        self._ahead = {tone: curve(boxes.drug) for tone in (Tone.EFFECT, Tone.DRUG)}

    def restyle(self) -> None:
        """Follow the scale of the window."""
        theme, wide = self._theme, SLANTED_PX * max(1.0, self._theme.scale)
        for tone, style in ((Tone.EFFECT, Qt.PenStyle.DashLine), (Tone.DRUG, Qt.PenStyle.SolidLine)):
            self._past[tone].setPen(pen(theme.color(tone), wide, style))
            dash = (2, 4) if tone is Tone.EFFECT else (6, 4)
            faint = faded(theme.palette.of(tone), 0.8)
            self._ahead[tone].setPen(pen(faint, wide * 0.85, Qt.PenStyle.CustomDashLine, dash))

    def draw(self, view: TrendView, *, shown: bool) -> None:
        """Show the levels, past and ahead."""
        at_s = np.asarray(view.curve_s, dtype=np.float64)
        turn = int(np.searchsorted(at_s, view.now_s, side="right"))
        for tone, levels in ((Tone.EFFECT, view.effect), (Tone.DRUG, view.plasma)):
            values = np.asarray(levels, dtype=np.float64)
            self._past[tone].setVisible(shown)
            self._ahead[tone].setVisible(shown)
            if shown:
                self._past[tone].setData(at_s[:turn], values[:turn])
                self._ahead[tone].setData(at_s[max(0, turn - 1) :], values[max(0, turn - 1) :])


def level_top(view: TrendView) -> float:
    """A round figure above the highest predicted level, ng/mL."""
    highest = max(view.plasma, default=0.0) * 1.25
    return next(
        (float(step) for step in (100, 200, 300, 400, 600, 800, 1200, 2000) if step >= highest), 4000.0
    )


class Vitals:
    """One-second curves, reduced to a low-high pair a column; a gap stays a gap."""

    def __init__(self, theme: Theme, boxes: Boxes) -> None:
        self._theme = theme
        own = {Tone.SPO2: boxes.oxygen}
        self._items = {one.vital: curve(own.get(one.tone, boxes.main)) for one in CURVES}

    def restyle(self) -> None:
        """Follow the scale of the window."""
        for one in CURVES:
            wide = 1.0 if self._theme.scale < 1.5 else 2.0
            self._items[one.vital].setPen(pen(self._theme.color(one.tone), wide, one.style))

    def draw(self, axis: TrendAxis, one: Curve, values: Samples | None) -> None:
        """Show a curve, or hide it when ``values`` is None."""
        item = self._items[one.vital]
        item.setVisible(values is not None)
        if values is None:
            return
        first = max(0, int(axis.first_s))
        middle, lows, highs = low_high(values[first:], max(16, int(axis.plot.width() / 1.5)))
        seconds = np.repeat(middle, 2) + first
        pairs = np.column_stack((lows, highs)).ravel()
        lane = axis.oxygen if one.tone is Tone.SPO2 else axis.main
        share = (np.clip(pairs, one.low, one.high) - one.low) / (one.high - one.low)
        item.setData(seconds, lane.low + share * (lane.high - lane.low))


class Pressures:
    """Pressures as on an anaesthesia record: a v with its tip at systolic, a ^ at diastolic."""

    def __init__(self, theme: Theme, boxes: Boxes) -> None:
        self._theme = theme
        self._stems = curve(boxes.main, 5, smooth=False)
        self._heads, self._feet = marks(boxes.main, 6), marks(boxes.main, 6)
        self._drawn: object = None

    def restyle(self) -> None:
        """Follow the scale of the window."""
        theme, white = self._theme, self._theme.palette.nibp
        self._stems.setPen(pen(faded(white, 0.35)))
        for item, tip_down in ((self._heads, True), (self._feet, False)):
            item.setSymbol(chevron(tip_down=tip_down))
            item.setSize(theme.px(12))
            item.setBrush(None)
            item.setPen(pen(white, max(1.4, 2.0 * theme.scale)))
        self._drawn = None

    def draw(self, axis: TrendAxis, view: TrendView) -> None:
        """Show the pressures."""
        if view.pressures == self._drawn:
            return
        self._drawn = view.pressures
        low, high = axis.main.low, axis.main.high
        seconds = [point.at_s for point in view.pressures]
        tops = [min(high, max(low, point.systolic)) for point in view.pressures]
        feet = [min(high, max(low, point.diastolic)) for point in view.pressures]
        self._heads.setData(seconds, tops)
        self._feet.setData(seconds, feet)
        pairs = zip(seconds, feet, seconds, tops, strict=True)
        self._stems.setData(*strokes(list(pairs)))


class Scores:
    """MOAA/S as figures on the time line; below 4 they stand in a brighter frame."""

    def __init__(self, theme: Theme, boxes: Boxes) -> None:
        self._theme = theme
        self._frames = marks(boxes.front)
        self._words = Words(boxes.front, (0.5, 0.5))
        self._drawn: tuple[object, ...] = ()

    def restyle(self) -> None:
        """Follow the scale of the window."""
        self._words.set_font(self._theme.font(14, Weight.BOLD))
        self._drawn = ()

    def draw(self, axis: TrendAxis, view: TrendView) -> None:
        """Show the scores."""
        if self._drawn == (axis, view.scores):
            return
        self._drawn = (axis, view.scores)
        p, side = self._theme.palette, self._theme.px(ROW_PX - 2)
        y = axis.events.top() - axis.plot.top() + self._theme.px(ROW_PX) + side / 2
        seen = [point for point in view.scores if axis.first_s <= point.at_s <= axis.last_s]
        frames = [QColor(p.text if point.score < 4 else p.line) for point in seen]
        self._frames.setData(
            [point.at_s for point in seen], [y] * len(seen), symbol=framed_box(), size=side,
            brush=QColor(p.raised), pen=[pen(frame) for frame in frames],
        )  # fmt: skip
        self._words.show([Word(point.at_s, y, str(point.score), p.text) for point in seen])


class Pins:
    """Events as pins; names that would overlap go to the second row, and past that keep only a tick."""

    def __init__(self, theme: Theme, boxes: Boxes) -> None:
        self._theme = theme
        self._stems = curve(boxes.front, smooth=False)
        self._dots = marks(boxes.front, 1)
        self._right, self._left = Words(boxes.front, (0.0, 0.5)), Words(boxes.front, (1.0, 0.5))
        self._font = QFont()
        self._drawn: tuple[object, ...] = ()

    def restyle(self) -> None:
        """Follow the scale of the window."""
        self._font = self._theme.font(14, Weight.MEDIUM)
        self._right.set_font(self._font)
        self._left.set_font(self._font)
        self._stems.setPen(pen(faded(self._theme.palette.text, 0.6)))
        self._drawn = ()

    def draw(self, axis: TrendAxis, view: TrendView) -> None:
        """Show the events."""
        if self._drawn == (axis, view.pins):
            return
        self._drawn = (axis, view.pins)
        theme, p = self._theme, self._theme.palette
        row_h, gap_s = theme.px(ROW_PX), theme.px(13) / axis.px_per_s
        top = axis.events.top() - axis.plot.top() + 2 * row_h
        stems, dots = [], []
        right: list[Word] = []
        left: list[Word] = []
        for pin, row, flip in placed(axis, theme, self._font, view.pins):
            at_s, ink = pin.at_s, p.text if pin.strong else p.muted
            y = top + (0 if row is None else row * row_h + row_h / 2)
            stems.append((at_s, top - theme.px(3), at_s, y + (theme.px(3) if row is None else 0)))
            if row is None:
                continue
            dots.append((at_s, y, "s" if pin.strong else "o", ink))
            (left if flip else right).append(Word(at_s + (-gap_s if flip else gap_s), y, pin.text, ink))
        self._stems.setData(*strokes(stems))
        self._dots.setData(
            [dot[0] for dot in dots], [dot[1] for dot in dots], symbol=[dot[2] for dot in dots],
            brush=[QColor(dot[3]) for dot in dots], pen=pg.mkPen(None), size=theme.px(8),
        )  # fmt: skip
        self._right.show(right)
        self._left.show(left)


def placed(
    axis: TrendAxis, theme: Theme, font: QFont, pins: Sequence[Pin]
) -> list[tuple[Pin, int | None, bool]]:
    """Which row each pin's name gets, None for none, and whether it stands to the left; strong ones first."""
    taken: list[list[tuple[float, float]]] = [[] for _row in range(PIN_ROWS)]
    found: list[tuple[Pin, int | None, bool]] = []
    for pin in sorted(pins, key=lambda pin: not pin.strong):
        x = axis.x(pin.at_s)
        if not axis.plot.left() <= x <= axis.plot.right():
            continue
        wide = text_width(font, pin.text) + theme.px(16)
        flip = x + wide > axis.plot.right()
        left, right = (x - wide, x) if flip else (x - theme.px(5), x + wide)
        row = next((row for row in range(PIN_ROWS) if _is_free(taken[row], left, right)), None)
        if row is not None:
            taken[row].append((left, right))
        found.append((pin, row, flip))
    return found


def _is_free(taken: list[tuple[float, float]], left: float, right: float) -> bool:
    return all(right <= other_left or left >= other_right for other_left, other_right in taken)


class Now:
    """The now line."""

    def __init__(self, theme: Theme, boxes: Boxes) -> None:
        self._theme = theme
        self._line = pg.InfiniteLine(angle=90, movable=False)
        self._line.setZValue(10)
        boxes.front.addItem(self._line, ignoreBounds=True)

    def restyle(self) -> None:
        """Follow the scale of the window."""
        self._line.setPen(pen(self._theme.palette.text, self._theme.px(2)))

    def draw(self, view: TrendView) -> None:
        """Move it."""
        self._line.setValue(view.now_s)
