"""Curves of a pump and the history of a figure, drawn for a screen and for paper."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.clinical.accuracy import LIMIT_PERCENT, WINDOWS_MIN
from console.session.bench import Verdict
from console.storage.bench_records import FigurePoint
from console.ui.theme import Theme, Weight
from console.ui.viewmodels.bench_curves import Curves
from console.ui.widgets.paint import CENTER, LEFT, MIDDLE, RIGHT, draw_text


@dataclass(frozen=True, slots=True)
class Axes:
    """A frame in which figures have their place.

    Attributes:
        box: Where curves are drawn.
        x: From and to.
        y: From and to.
        log_x: The horizontal axis is logarithmic.
    """

    box: QRectF
    x: tuple[float, float]
    y: tuple[float, float]
    log_x: bool = False

    def at(self, x: float, y: float) -> QPointF:
        """The place of a point."""
        across = (self._x(x) - self._x(self.x[0])) / (self._x(self.x[1]) - self._x(self.x[0]))
        up = (y - self.y[0]) / (self.y[1] - self.y[0])
        return QPointF(
            self.box.left() + across * self.box.width(), self.box.bottom() - up * self.box.height()
        )

    def _x(self, x: float) -> float:
        return math.log10(x) if self.log_x else x


def steps(low: float, high: float, most: int = 6) -> tuple[float, ...]:
    """Round figures between two, at most so many."""
    span = max(high - low, 1e-9)
    raw = span / most
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(one * power for one in (1, 2, 5, 10) if one * power >= raw)
    first = math.ceil(low / step - 1e-9)
    return tuple(round(place * step, 10) for place in range(first, math.floor(high / step + 1e-9) + 1))


class Plot(QWidget):
    """A titled plot; whoever knows the figures draws them."""

    def __init__(self, theme: Theme, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.title = title
        self.empty = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Draw everything into ``rect``, on a screen or on paper."""
        self.frame(painter, rect)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw on the screen."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.draw(painter, QRectF(self.rect()))

    def frame(self, painter: QPainter, rect: QRectF) -> QRectF:
        """Draw the title; returns the box for the curves."""
        theme, p = self._theme, self._theme.palette
        head = QRectF(rect.left(), rect.top(), rect.width(), theme.px(28))
        draw_text(painter, head, LEFT | MIDDLE, self.title, theme.font(17, Weight.SEMIBOLD), p.text)
        box = rect.adjusted(theme.px(58), theme.px(38), -theme.px(40), -theme.px(30))
        if self.empty:
            draw_text(painter, box, CENTER | MIDDLE, self.empty, theme.font(17), p.muted)
        return box

    def grid(
        self, painter: QPainter, axes: Axes, xs: Sequence[tuple[float, str]], ys: Sequence[tuple[float, str]]
    ) -> None:
        """Draw lines and figures of both axes."""
        theme, p = self._theme, self._theme.palette
        font = theme.font(14)
        painter.setPen(QPen(QColor(p.line), 1))
        for y, words in ys:
            place = axes.at(axes.x[0], y)
            painter.setPen(QPen(QColor(p.line), 1))
            painter.drawLine(place, QPointF(axes.box.right(), place.y()))
            box = QRectF(axes.box.left() - theme.px(58), place.y() - theme.px(10), theme.px(50), theme.px(20))
            draw_text(painter, box, RIGHT | MIDDLE, words, font, p.muted)
        for x, words in xs:
            place = axes.at(x, axes.y[0])
            painter.setPen(QPen(QColor(p.line), 1))
            painter.drawLine(place, QPointF(place.x(), axes.box.top()))
            box = QRectF(
                place.x() - theme.px(40), axes.box.bottom() + theme.px(4), theme.px(80), theme.px(20)
            )
            draw_text(painter, box, CENTER | MIDDLE, words, font, p.muted)

    def curve(
        self, painter: QPainter, points: Sequence[QPointF], colour: str, *, dashed: bool = False
    ) -> None:
        """Draw a line through points."""
        style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
        painter.setPen(QPen(QColor(colour), self._theme.px(2), style))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(list(points)))

    def level(
        self, painter: QPainter, axes: Axes, y: float, colour: str, words: str, *, below: bool = False
    ) -> None:
        """A dashed line across, with its words at the right."""
        if not axes.y[0] <= y <= axes.y[1]:
            return
        left, right = axes.at(axes.x[0], y), axes.at(axes.x[1], y)
        self.curve(painter, (left, right), colour, dashed=True)
        px = self._theme.px
        top = right.y() + (px(3) if below else -px(20))
        box = QRectF(right.x() - px(220), top, px(216), px(18))
        draw_text(painter, box, RIGHT | MIDDLE, words, self._theme.font(13, Weight.MEDIUM), colour)


class FlowPlot(Plot):
    """Flow against time, with the ordered rate and five per cent around it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Flow against time, mL/h", parent)
        self._curves = Curves()

    def set_curves(self, curves: Curves) -> None:
        """Show these."""
        self._curves = curves
        self.setAccessibleName(f"Flow of {len(curves.flow)} half minutes")
        self.update()

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the curve."""
        curves, p = self._curves, self._theme.palette
        self.empty = "" if curves.flow else "No flow was measured yet."
        box = self.frame(painter, rect)
        if curves.flow:
            rate = curves.rate_ml_h or 0.0
            flows = [flow for _at, flow in curves.flow]
            high = max(*flows, rate * 1.12, 0.1) * 1.03
            axes = Axes(box, (0.0, max(curves.flow[-1][0], 1.0)), (0.0, high))
            xs = [(x, f"{x:g} min") for x in steps(*axes.x, most=8)]
            self.grid(painter, axes, xs, [(y, f"{y:g}") for y in steps(*axes.y)])
            if curves.analysed_from_min:
                left = axes.at(curves.analysed_from_min, axes.y[1])
                painter.fillRect(QRectF(left, box.bottomRight()), QColor(122, 53, 200, 14))
            if rate:
                self.level(painter, axes, rate, p.accent, "")
                self.level(painter, axes, rate * (1 + LIMIT_PERCENT / 100), p.faint, "")
                words = f"ordered {rate:g} mL/h ±{LIMIT_PERCENT:g} %"
                self.level(painter, axes, rate * (1 - LIMIT_PERCENT / 100), p.faint, words, below=True)
            self.curve(painter, [axes.at(x, y) for x, y in curves.flow], p.drug)


class TrumpetPlot(Plot):
    """Most and least mean deviation over each observation window, with the limit."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Trumpet curve, % of the ordered rate", parent)
        self._curves = Curves()

    def set_curves(self, curves: Curves) -> None:
        """Show these."""
        self._curves = curves
        told = "; ".join(f"{w:g} min {low:+.1f} to {high:+.1f} %" for w, high, low in curves.trumpet)
        self.setAccessibleName(f"Trumpet curve: {told}")
        self.update()

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the trumpet."""
        curves, p = self._curves, self._theme.palette
        self.empty = "" if curves.trumpet else "No trumpet curve yet."
        box = self.frame(painter, rect)
        if curves.trumpet:
            reach = max(LIMIT_PERCENT * 1.4, *(abs(y) * 1.15 for _w, *ys in curves.trumpet for y in ys))
            axes = Axes(box, (float(WINDOWS_MIN[0]), float(WINDOWS_MIN[-1])), (-reach, reach), log_x=True)
            ys = [(y, f"{y:+g}" if y else "0") for y in steps(*axes.y)]
            self.grid(painter, axes, [(float(w), f"{w} min") for w in WINDOWS_MIN], ys)
            for sign in (1, -1):
                words = f"limit {sign * LIMIT_PERCENT:+g} %"
                self.level(painter, axes, sign * LIMIT_PERCENT, p.medium, words)
            if curves.mean_percent is not None:
                self.level(painter, axes, curves.mean_percent, p.accent, f"mean {curves.mean_percent:+.2f} %")
            for place in (1, 2):
                points = [axes.at(one[0], one[place]) for one in curves.trumpet]
                self.curve(painter, points, p.drug)
                painter.setBrush(QColor(p.drug))
                for point in points:
                    painter.drawEllipse(point, self._theme.px(3), self._theme.px(3))


class HistoryPlot(Plot):
    """One figure over the runs of a device; a failed check is an open square, a passed one a dot."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "History", parent)
        self._points: tuple[FigurePoint, ...] = ()

    def set_points(self, title: str, points: tuple[FigurePoint, ...]) -> None:
        """Show these."""
        self.title, self._points = title, points
        told = "; ".join(f"{one.day.isoformat()} {one.value:g}" for one in points)
        self.setAccessibleName(f"{title}: {told}")
        self.update()

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the points."""
        points, p, px = self._points, self._theme.palette, self._theme.px
        self.empty = "" if points else "No figure of this device is in the record yet."
        box = self.frame(painter, rect)
        if points:
            days = [one.day.toordinal() for one in points]
            values = [one.value for one in points]
            reach = max((max(values) - min(values)) * 0.2, abs(max(values, key=abs)) * 0.1, 0.1)
            first, last = min(days), max(days)
            if first == last:
                first, last = first - 1, last + 1
            axes = Axes(box, (float(first), float(last)), (min(values) - reach, max(values) + reach))
            marks = sorted({days[0], days[len(days) // 2], days[-1]})
            names = {one.day.toordinal(): one.day.isoformat() for one in points}
            self.grid(
                painter,
                axes,
                [(float(day), names[day]) for day in marks],
                [(y, f"{y:g}") for y in steps(*axes.y)],
            )
            places = [axes.at(float(day), value) for day, value in zip(days, values, strict=True)]
            self.curve(painter, places, p.faint)
            for one, place in zip(points, places, strict=True):
                bad = one.verdict is Verdict.FAILED
                painter.setPen(QPen(QColor(p.high if bad else p.good), px(2)))
                painter.setBrush(QColor(p.panel if bad else p.good))
                if bad:
                    painter.drawRect(QRectF(place.x() - px(5), place.y() - px(5), px(10), px(10)))
                else:
                    painter.drawEllipse(place, px(5), px(5))
