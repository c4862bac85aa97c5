"""The picture of a course: one axis of days, a lane for each sort of thing, infusions through all of them."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.ui.course.chart_marks import ChartMarks, Frame
from console.ui.course.look import INFUSION, MAINTENANCE
from console.ui.theme import Theme, Weight
from console.ui.viewmodels.course_lanes import Lanes, ScoreLane
from console.ui.widgets.paint import (
    BOTTOM,
    CENTER,
    LEFT,
    MIDDLE,
    RIGHT,
    TOP,
    draw_text,
    draw_wrapped,
    text_width,
)

LABELS_PX, AXIS_PX = 150, 34
TALL = {"infusions": 2.0, "score": 2.1, "adverse": 0.95, "medicines": 1.0, "decisions": 1.15, "tasks": 1.15}
"""Heights of the lanes against each other."""


class CourseChart(QWidget):
    """Draws :class:`Lanes`; printing draws the same picture on paper."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lanes: Lanes | None = None
        self.setObjectName("course_chart")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def lanes(self) -> Lanes | None:
        """What is drawn."""
        return self._lanes

    def set_lanes(self, lanes: Lanes | None) -> None:
        """Draw these."""
        if lanes == self._lanes:
            return
        self._lanes = lanes
        self.setAccessibleName("" if lanes is None else spoken(lanes))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the picture."""
        if self._lanes is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_course(painter, QRectF(self.rect()), self._lanes, self._theme)
        painter.end()


def spoken(lanes: Lanes) -> str:
    """The picture in words."""
    parts = [f"{one.day:%d %b} infusion {one.under} {one.over}" for one in lanes.infusions]
    parts += [
        f"{lane.title} {', '.join(str(total) for _, total, _ in lane.points)} {lane.said}"
        for lane in lanes.scores
    ]
    parts += [f"{one.text} grade {one.grade}" for one in lanes.adverse]
    parts += [one.text for one in lanes.medicines]
    parts += [one.text for one in (*lanes.decisions, *lanes.tasks)]
    return "; ".join(parts)


def draw_course(painter: QPainter, rect: QRectF, lanes: Lanes, theme: Theme) -> None:
    """Draw the whole picture into ``rect``."""
    names = ["infusions", *("score" for _ in lanes.scores)]
    names += [] if lanes.only_scores else ["adverse", "medicines", "decisions", "tasks"]
    tall = {**TALL, "infusions": 1.1} if lanes.only_scores else TALL
    whole = sum(tall[name] for name in names)
    left = rect.left() + theme.px(LABELS_PX)
    body = QRectF(left, rect.top(), rect.right() - left - theme.px(14), rect.height() - theme.px(AXIS_PX))
    frame = Frame(lanes, body, theme)
    _ground(painter, frame)
    y = body.top()
    marks = ChartMarks(painter, frame)
    score = iter(lanes.scores)
    for place, name in enumerate(names):
        box = QRectF(body.left(), y, body.width(), body.height() * tall[name] / whole)
        if place:
            painter.setPen(QPen(QColor(theme.palette.line), 1))
            painter.drawLine(QLineF(rect.left(), y, rect.right(), y))
        label = QRectF(rect.left() + theme.px(16), y, theme.px(LABELS_PX - 26), box.height())
        match name:
            case "infusions":
                _label(painter, theme, label, "Ketamine", "mg by the pump")
                marks.infusions(box)
            case "score":
                _score_lane(painter, frame, box, label, next(score))
            case "adverse":
                _label(painter, theme, label, "Adverse", "grade, 1 to 5")
                marks.stretches(box, lanes.adverse)
            case "medicines":
                _label(painter, theme, label, "Medicines", "")
                marks.stretches(box, lanes.medicines)
            case "decisions":
                _label(painter, theme, label, "Decisions", "and consent")
                marks.pins(box, lanes.decisions)
            case _:
                _label(painter, theme, label, "Follow-up", "done, due, overdue")
                marks.pins(box, lanes.tasks)
        y += box.height()
    _axis(painter, frame, rect)


def _label(painter: QPainter, theme: Theme, box: QRectF, title: str, under: str) -> None:
    p = theme.palette
    upper = QRectF(box.left(), box.top() + theme.px(10), box.width(), theme.px(22))
    draw_text(painter, upper, LEFT | MIDDLE, title, theme.font(16, Weight.SEMIBOLD), p.text)
    lower = QRectF(box.left(), upper.bottom(), box.width(), theme.px(20))
    draw_text(painter, lower, LEFT | MIDDLE, under, theme.font(14), p.muted)


def _ground(painter: QPainter, frame: Frame) -> None:
    """Weeks, the series shaded, a line through all lanes at each infusion, and today."""
    theme, body, lanes = frame.theme, frame.body, frame.lanes
    p = theme.palette
    if lanes.series is not None:
        half = frame.day_px / 2
        first, last = frame.x(lanes.series[0]) - half, frame.x(lanes.series[1]) + half
        first, last = max(first, body.left()), min(last, body.right())
        painter.fillRect(QRectF(first, body.top(), last - first, body.height()), QColor(INFUSION))
        if last < body.right() and any(one.under == "M" for one in lanes.infusions):
            rest = QRectF(last, body.top(), body.right() - last, body.height())
            painter.fillRect(rest, QColor(MAINTENANCE))
    painter.setPen(QPen(QColor(p.line), 1))
    for day in frame.ticks():
        painter.drawLine(QLineF(frame.x(day), body.top(), frame.x(day), body.bottom()))
    painter.setPen(QPen(QColor("#cbb2ec"), 1, Qt.PenStyle.DotLine))
    for one in lanes.infusions:
        if one.given and frame.shows(one.day):
            painter.drawLine(QLineF(frame.x(one.day), body.top(), frame.x(one.day), body.bottom()))
    if frame.shows(lanes.today):
        painter.setPen(QPen(QColor(p.accent), theme.px(2)))
        painter.drawLine(QLineF(frame.x(lanes.today), body.top(), frame.x(lanes.today), body.bottom()))


def _axis(painter: QPainter, frame: Frame, rect: QRectF) -> None:
    theme, p = frame.theme, frame.theme.palette
    y, font = frame.body.bottom(), frame.theme.font(14)
    free = -1e9
    today = frame.x(frame.lanes.today)
    for day in frame.ticks():
        text = f"{day:%d %b}"
        wide = text_width(font, text)
        x = frame.x(day) - wide / 2
        if x < free or abs(frame.x(day) - today) < wide / 2 + theme.px(62):
            continue
        free = x + wide + theme.px(14)
        draw_text(painter, QRectF(x, y, wide + 2, theme.px(AXIS_PX)), LEFT | MIDDLE, text, font, p.muted)
    if frame.shows(frame.lanes.today):
        strong = theme.font(14, Weight.BOLD)
        box = QRectF(today - theme.px(50), y, theme.px(100), theme.px(AXIS_PX))
        box.moveRight(min(box.right(), rect.right()))
        draw_text(painter, box, CENTER | MIDDLE, f"Today {frame.lanes.today:%d %b}", strong, p.accent)


def _score_lane(painter: QPainter, frame: Frame, box: QRectF, label: QRectF, lane: ScoreLane) -> None:
    """Bands as grounds of rising weight with their words, the points joined, both thresholds dashed."""
    theme, p = frame.theme, frame.theme.palette
    _label(painter, theme, label, lane.title, lane.said)
    inner = box.adjusted(0, theme.px(26), 0, -theme.px(12))

    def y(value: float) -> float:
        share = (value - lane.lowest) / max(1, lane.highest - lane.lowest)
        return inner.bottom() - share * inner.height()

    small = theme.font(12)
    edges = [*(low for low, _ in lane.bands), lane.highest]
    for place, (low, words) in enumerate(lane.bands):
        band = QRectF(inner.left(), y(edges[place + 1]), inner.width(), y(low) - y(edges[place + 1]))
        shade = QColor(p.muted)
        shade.setAlphaF(0.035 * place)
        painter.fillRect(band, shade)
        if band.height() > theme.px(11):
            room = band.adjusted(0, 0, -theme.px(8), 0)
            draw_text(painter, room, RIGHT | MIDDLE, words, small, p.faint)
    for value in (lane.lowest, lane.highest):
        tick = QRectF(inner.left() - theme.px(40), y(value) - theme.px(9), theme.px(34), theme.px(18))
        draw_text(painter, tick, RIGHT | MIDDLE, str(value), small, p.muted)
    for at, words in ((lane.response_at, "response"), (lane.remission_at, "remission")):
        if at is not None:
            painter.setPen(QPen(QColor(p.good), 1.2, Qt.PenStyle.DashLine))
            painter.drawLine(QLineF(inner.left(), y(at), inner.right(), y(at)))
            spot = QRectF(inner.left() + theme.px(6), y(at) - theme.px(17), theme.px(90), theme.px(16))
            draw_text(painter, spot, LEFT | BOTTOM, words, small, p.good)
    points = [(QPointF(frame.x(day), y(total)), total, alone) for day, total, alone in lane.points]
    painter.setPen(QPen(QColor(p.accent), theme.px(2.4)))
    for (one, _, _), (other, _, _) in pairwise(points):
        painter.drawLine(one, other)
    strong = theme.font(15, Weight.SEMIBOLD)
    for spot_at, total, alone in points:
        if not inner.left() - 1 <= spot_at.x() <= inner.right() + 1:
            continue
        painter.setPen(QPen(QColor(p.accent), theme.px(2)))
        # A filled mark was answered by the person alone, an open one entered by the staff.
        painter.setBrush(QColor(p.accent) if alone else QColor(p.panel))
        painter.drawEllipse(spot_at, theme.px(5), theme.px(5))
        spot = QRectF(spot_at.x() - theme.px(20), spot_at.y() - theme.px(26), theme.px(40), theme.px(20))
        draw_text(painter, spot, CENTER | MIDDLE, str(total), strong, p.text)


def legend(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    """What the shapes mean, in one line."""
    words = (
        "filled bar: given · dashed: planned · filled point: answered by the patient alone, open: entered by "
        "staff · square: decision · filled mark: done, open: due, crossed: overdue"
    )
    draw_wrapped(painter, rect, LEFT | TOP, words, theme.font(13), theme.palette.muted)
