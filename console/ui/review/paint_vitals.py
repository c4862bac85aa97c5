"""Pressures as an anaesthesia record draws them, limits, and the markers on the curves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from console.clinical.vitals import Vital
from console.ui.review.lanes import Lane, LaneId, Picture, Scope
from console.ui.theme import Theme, Weight
from console.ui.viewmodels.live_tone import Tone
from console.ui.viewmodels.review_shapes import Pressure, Samples, Timeline
from console.ui.viewmodels.review_trends import decimated
from console.ui.viewmodels.review_values import tone_of
from console.ui.widgets.paint import BOTTOM, CENTER, draw_text

MARKER_EVERY_PX = 62.0


@dataclass(frozen=True, slots=True)
class CurveStyle:
    """How one vital sign is drawn: lane, colour and the marker that tells it from its neighbour."""

    vital: Vital
    lane: LaneId
    tone: Tone
    marker: str
    lighter: int = 100


CURVES = (
    CurveStyle(Vital.HR, LaneId.PRESSURE, Tone.HR, "dot"),
    CurveStyle(Vital.SPO2, LaneId.SPO2, Tone.SPO2, ""),
    CurveStyle(Vital.RR, LaneId.BREATH, Tone.CO2, "ring"),
    CurveStyle(Vital.ETCO2, LaneId.BREATH, Tone.CO2, "square", 150),
    CurveStyle(Vital.TEMP, LaneId.TEMP, Tone.TEMP, ""),
)


def curve_color(theme: Theme, style: CurveStyle) -> QColor:
    """Colour of a curve on paper and screen."""
    return theme.color(style.tone).lighter(style.lighter)


def curve_points(line: Timeline, style: CurveStyle, scope: Scope, lane: Lane) -> tuple[Samples, Samples]:
    """Pixels of the visible part of a curve; NaN breaks it."""
    trend = line.trends.get(style.vital)
    if trend is None:
        return np.empty(0), np.empty(0)
    seconds, values = decimated(trend.values, scope.first_s, scope.last_s, int(scope.width))
    x = scope.left + (seconds - scope.first_s) * (scope.width / scope.span_s)
    share = (np.clip(values, lane.low, lane.high) - lane.low) / (lane.high - lane.low)
    return x, lane.rect.bottom() - share * lane.rect.height()


def paint_limits(p: QPainter, theme: Theme, line: Timeline, picture: Picture) -> None:
    """Upper limit of the systolic pressure and lower limit of SpO2, as they were in force."""
    for lane_id, vital, upper in (
        (LaneId.PRESSURE, Vital.NIBP_SYS, True),
        (LaneId.SPO2, Vital.SPO2, False),
    ):
        lane = picture.lanes.get(lane_id)
        if lane is None:
            continue
        p.setPen(QPen(QColor(theme.palette.medium), 1.2, Qt.PenStyle.DashLine))
        steps = line.limits.get(vital, ())
        for place, step in enumerate(steps):
            value = step.high if upper else step.low
            last = steps[place + 1].t_ns if place + 1 < len(steps) else line.end_ns
            if value is None:
                continue
            x0 = max(picture.scope.x(line.second_of(step.t_ns)), picture.scope.left)
            x1 = min(picture.scope.x(line.second_of(last)), picture.scope.right)
            if x1 > x0:
                p.drawLine(QPointF(x0, lane.y(value)), QPointF(x1, lane.y(value)))


def paint_pressures(p: QPainter, theme: Theme, line: Timeline, picture: Picture) -> None:
    """``v`` at the systolic, ``^`` at the diastolic (tips at the value), joined, with a tick at the mean."""
    lane, scope = picture.lanes[LaneId.PRESSURE], picture.scope
    size = theme.px(7)
    shown = [one for one in line.pressures if scope.shows(line.second_of(one.t_ns), line.second_of(one.t_ns))]
    p.setPen(QPen(QColor("#9aa4b4"), 1.0))
    p.drawLines(
        [
            QLineF(x, lane.y(one.systolic), x, lane.y(one.diastolic))
            for one in shown
            for x in (scope.x(line.second_of(one.t_ns)),)
        ]
    )
    roomy = len(shown) < scope.width / theme.px(74)
    told = -1e9
    for one in shown:
        x = scope.x(line.second_of(one.t_ns))
        tell = (roomy or one.alarm is not None) and x - told >= theme.px(62)
        told = x if tell else told
        _glyph(p, theme, one, x, lane, size, tell)


def _glyph(p: QPainter, theme: Theme, one: Pressure, x: float, lane: Lane, size: float, tell: bool) -> None:
    color = theme.color(tone_of(one.alarm))
    p.setPen(QPen(color, 2.4 if one.alarm is not None else 1.7))
    high, low = lane.y(one.systolic), lane.y(one.diastolic)
    p.drawPolyline([QPointF(x - size, high - size), QPointF(x, high), QPointF(x + size, high - size)])
    p.drawPolyline([QPointF(x - size, low + size), QPointF(x, low), QPointF(x + size, low + size)])
    if one.mean is not None:
        p.setPen(QPen(QColor("#6d7889"), 1.4))
        mean = lane.y(one.mean)
        p.drawLine(QPointF(x - size * 0.6, mean), QPointF(x + size * 0.6, mean))
    if tell:
        font = theme.font(13, Weight.SEMIBOLD if one.alarm is not None else Weight.REGULAR)
        text = f"{one.systolic:.0f}/{one.diastolic:.0f}"
        box = QRectF(x - theme.px(36), high - size - theme.px(18), theme.px(72), theme.px(16))
        box.moveRight(min(box.right(), lane.rect.right() + theme.px(10)))
        draw_text(p, box, CENTER | BOTTOM, text, font, color if one.alarm else theme.palette.muted)


def paint_markers(p: QPainter, theme: Theme, line: Timeline, picture: Picture) -> None:
    """A shape on each curve at even distances, so that it is told by more than its colour."""
    scope = picture.scope
    radius = max(2.0, theme.px(3) * 1.0)
    step = scope.span_s * MARKER_EVERY_PX * theme.scale / scope.width
    places = np.arange(np.ceil(scope.first_s / step), np.floor(scope.last_s / step) + 1) * step
    for style in CURVES:
        lane, trend = picture.lanes.get(style.lane), line.trends.get(style.vital)
        if lane is None or trend is None or not style.marker:
            continue
        color = curve_color(theme, style)
        p.setPen(QPen(color, 1.3))
        p.setBrush(QColor("#ffffff") if style.marker == "ring" else color)
        for second in places:
            value = trend.at(float(second))
            if value is None:
                continue
            centre = QPointF(scope.x(float(second)), lane.y(value))
            if style.marker == "square":
                p.drawRect(
                    QRectF(centre.x() - radius * 0.8, centre.y() - radius * 0.8, radius * 1.6, radius * 1.6)
                )
            else:
                p.drawEllipse(centre, radius, radius)
    p.setBrush(Qt.BrushStyle.NoBrush)
