"""Marks on the picture of a course: bars of infusions, stretches of time, pins words that never overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from console.ui.theme import Theme, Weight
from console.ui.viewmodels.course_lanes import Lanes, Mark, Shape, Stretch
from console.ui.widgets.paint import CENTER, LEFT, MIDDLE, draw_panel, draw_text, text_width

BAR_PX = 26
ROW_PX = 24


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the days lie."""

    lanes: Lanes
    body: QRectF
    theme: Theme

    @property
    def day_px(self) -> float:
        """Width of a day."""
        return self.body.width() / max(1, (self.lanes.last - self.lanes.first).days)

    def x(self, day: date) -> float:
        """Where a day lies."""
        return self.body.left() + (day - self.lanes.first).days * self.day_px

    def shows(self, day: date) -> bool:
        """Whether the day is in the picture."""
        return self.lanes.first <= day <= self.lanes.last

    def ticks(self) -> tuple[date, ...]:
        """Mondays to draw a line at, and to name where there is room."""
        first, last = self.lanes.first, self.lanes.last
        weeks = max(1, round((last - first).days / 7 / 18))
        day = first + timedelta(days=-first.weekday() % 7)
        found = []
        while day <= last:
            found.append(day)
            day += timedelta(days=7 * weeks)
        return tuple(found)


class ChartMarks:
    """Draws marks into lanes."""

    def __init__(self, painter: QPainter, frame: Frame) -> None:
        self._painter, self._frame = painter, frame

    def infusions(self, box: QRectF) -> None:
        """A bar for each, as high as its dose; the words above it step aside when it is crowded."""
        frame, painter, theme = self._frame, self._painter, self._frame.theme
        p = theme.palette
        shown = [one for one in frame.lanes.infusions if frame.shows(one.day)]
        closest = min((frame.x(b.day) - frame.x(a.day) for a, b in pairwise(shown)), default=1e9)
        wide = max(theme.px(6), min(theme.px(BAR_PX), closest * 0.72))
        foot = box.bottom() - theme.px(26)
        tall = foot - box.top() - theme.px(34)
        font, small = theme.font(14, Weight.SEMIBOLD), theme.font(13, Weight.MEDIUM)
        free = -1e9
        for one in shown:
            x, high = frame.x(one.day), max(theme.px(8), tall * one.share)
            bar = QRectF(x - wide / 2, foot - high, wide, high)
            if one.given:
                draw_panel(painter, bar, p.drug, theme.px(4))
            else:
                painter.setBrush(QColor(p.panel))
                style = Qt.PenStyle.DotLine if one.missed else Qt.PenStyle.DashLine
                painter.setPen(QPen(QColor(p.drug), theme.px(1.6), style))
                painter.drawRoundedRect(bar, theme.px(4), theme.px(4))
                if one.missed:
                    painter.drawLine(QLineF(bar.topLeft(), bar.bottomRight()))
                    painter.drawLine(QLineF(bar.topRight(), bar.bottomLeft()))
            number = QRectF(x - theme.px(20), foot + theme.px(2), theme.px(40), theme.px(20))
            draw_text(painter, number, CENTER | MIDDLE, one.under, small, p.muted)
            words = text_width(font if one.given else small, one.over)
            if x - words / 2 < free:
                continue
            free = x + words / 2 + theme.px(6)
            over = QRectF(x - words / 2 - 2, bar.top() - theme.px(24), words + 4, theme.px(22))
            ink = p.drug if one.given else p.muted
            draw_text(painter, over, CENTER | MIDDLE, one.over, font if one.given else small, ink)

    def stretches(self, box: QRectF, stretches: Sequence[Stretch]) -> None:
        """Bars from the first to the last day, to today while they go on, in as few rows as may be."""
        frame, painter, theme = self._frame, self._painter, self._frame.theme
        p, font = theme.palette, theme.font(14, Weight.MEDIUM)
        rows: list[float] = []
        for one in stretches:
            last = one.last or frame.lanes.today
            if last < frame.lanes.first or one.first > frame.lanes.last:
                continue
            words = f"{one.text} · grade {one.grade}" if one.grade else one.text
            x = max(frame.x(one.first), frame.body.left())
            end = min(max(frame.x(last), x + theme.px(10)), frame.body.right())
            row = _row(rows, x, max(end, x + text_width(font, words) + theme.px(24)) + theme.px(10))
            y = box.top() + theme.px(6) + row * theme.px(ROW_PX)
            if y + theme.px(ROW_PX) > box.bottom() + 1:
                continue
            bar = QRectF(x, y + theme.px(4), end - x, theme.px(ROW_PX - 8))
            shade = QColor(p.text if one.grade else p.muted)
            shade.setAlphaF(0.18 + 0.14 * one.grade)
            painter.setBrush(shade)
            pen = QPen(QColor(p.text if one.grade else p.muted), 1)
            painter.setPen(pen)
            painter.drawRoundedRect(bar, theme.px(4), theme.px(4))
            fits = bar.width() > text_width(font, words) + theme.px(12)
            at = bar.left() + theme.px(8) if fits else bar.right() + theme.px(6)
            spot = QRectF(at, y, frame.body.right() - at, theme.px(ROW_PX))
            draw_text(painter, spot, LEFT | MIDDLE, words, font, p.text)

    def pins(self, box: QRectF, marks: Sequence[Mark]) -> None:
        """Marks with words, in rows so that no words overlap; what lies beyond says its day."""
        frame, painter, theme = self._frame, self._painter, self._frame.theme
        p, font = theme.palette, theme.font(14)
        rows: list[float] = []
        most = max(1, int((box.height() - theme.px(8)) / theme.px(ROW_PX)))
        for one in sorted(marks, key=lambda mark: mark.day):
            if one.day < frame.lanes.first:
                continue
            beyond = one.day > frame.lanes.last
            text = f"{one.text} {one.day:%d %b %Y}" if beyond else one.text
            x = min(frame.x(one.day), frame.body.right() - theme.px(8))
            wide = text_width(font, text)
            before = x + wide + theme.px(14) > frame.body.right()
            left = x - wide - theme.px(14) if before else x - theme.px(6)
            row = _row(rows, left, left + wide + theme.px(28))
            if row >= most:
                self._pin(QPointF(x, box.bottom() - theme.px(8)), one.shape)
                continue
            y = box.top() + theme.px(4) + (row + 0.5) * theme.px(ROW_PX)
            self._pin(QPointF(x, y), one.shape)
            at = QRectF(
                left if before else x + theme.px(10), y - theme.px(11), wide + theme.px(4), theme.px(22)
            )
            draw_text(painter, at, LEFT | MIDDLE, text, font, p.text)

    def _pin(self, at: QPointF, shape: Shape) -> None:
        painter, theme = self._painter, self._frame.theme
        p, r = theme.palette, float(theme.px(5))
        painter.setPen(QPen(QColor(p.accent), theme.px(1.8)))
        painter.setBrush(QColor(p.accent) if shape in {Shape.DONE, Shape.DECISION} else QColor(p.panel))
        box = QRectF(at.x() - r, at.y() - r, 2 * r, 2 * r)
        if shape is Shape.DECISION:
            painter.drawRect(box)
            return
        painter.drawEllipse(box)
        if shape is Shape.LATE:
            painter.setPen(QPen(QColor(p.text), theme.px(1.8)))
            painter.drawLine(QLineF(box.topLeft(), box.bottomRight()))
            painter.drawLine(QLineF(box.topRight(), box.bottomLeft()))


def _row(rows: list[float], left: float, right: float) -> int:
    """The first row with room, which it then takes."""
    for place, taken in enumerate(rows):
        if taken <= left:
            rows[place] = right
            return place
    rows.append(right)
    return len(rows) - 1
