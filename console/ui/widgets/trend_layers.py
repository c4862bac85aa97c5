"""The layers of the session trend, each drawn by one function."""

from __future__ import annotations

from datetime import timedelta, tzinfo

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from console.ui.playout import Samples, low_high
from console.ui.theme import Theme, Weight
from console.ui.viewmodels.live_tone import Tone
from console.ui.viewmodels.live_trend import Pin, TrendView
from console.ui.widgets.paint import (
    CENTER,
    LEFT,
    MIDDLE,
    RIGHT,
    TOP,
    draw_panel,
    draw_text,
    faded,
    text_width,
)
from console.ui.widgets.trend_axis import Curve, Lane, TrendAxis

BAND_TINTS = {"Baseline": "#7f93ab", "Infusion": "#a25bff", "Observation": "#3fae86"}
PRESSURE_GRID = (60.0, 100.0, 140.0, 180.0)
OXYGEN_GRID = (90.0, 100.0)
PIN_ROWS = 2
ROW_PX = 21


def draw_bands(painter: QPainter, theme: Theme, axis: TrendAxis, view: TrendView) -> None:
    """Phases as shaded stretches with their names."""
    for band in view.bands:
        left = max(axis.plot.left(), axis.x(band.start_s))
        right = min(axis.plot.right(), axis.x(band.end_s))
        if right <= left:
            continue
        rect = QRectF(left, axis.plot.top(), right - left, axis.plot.height())
        painter.fillRect(rect, faded(BAND_TINTS[band.word], 0.11))
        painter.setPen(QPen(faded(BAND_TINTS[band.word], 0.45), 1))
        painter.drawLine(rect.topLeft(), rect.bottomLeft())
        label = rect.adjusted(theme.px(9), theme.px(5), 0, 0)
        if label.width() > theme.px(60):
            draw_text(
                painter, label, LEFT | TOP, band.word, theme.font(15, Weight.SEMIBOLD), theme.palette.muted
            )


def draw_grid(painter: QPainter, theme: Theme, axis: TrendAxis) -> None:
    """Value lines with their figures, and the edges of the lanes."""
    p = theme.palette
    font = theme.font(14, Weight.MEDIUM)
    for lane, values, tone in ((axis.main, PRESSURE_GRID, p.muted), (axis.oxygen, OXYGEN_GRID, p.spo2)):
        for value in values:
            y = lane.y(value)
            painter.setPen(QPen(faded(p.line, 0.9), 1))
            painter.drawLine(QPointF(axis.plot.left(), y), QPointF(axis.plot.right(), y))
            box = QRectF(0, y - theme.px(10), axis.plot.left() - theme.px(9), theme.px(20))
            draw_text(painter, box, RIGHT | MIDDLE, f"{value:g}", font, tone)
    painter.setPen(QPen(QColor(p.line), 1))
    for y in (axis.oxygen.rect.bottom() + theme.px(4), axis.events.top() - theme.px(3)):
        painter.drawLine(QPointF(axis.plot.left(), y), QPointF(axis.plot.right(), y))


def draw_times(
    painter: QPainter, theme: Theme, axis: TrendAxis, view: TrendView, zone: tzinfo | None
) -> None:
    """Wall times below, at round minutes."""
    p = theme.palette
    span_min = (axis.last_s - axis.first_s) / 60
    every_min = next((step for step in (1, 2, 5, 10, 15, 20, 30, 60) if span_min / step <= 11), 120)
    start = view.origin.wall_utc.astimezone(zone)
    whole = start.replace(second=0, microsecond=0)
    font = theme.font(14, Weight.MEDIUM)
    at_s = (whole - start).total_seconds() - (whole.minute % every_min) * 60
    while at_s <= axis.last_s:
        x = axis.x(at_s)
        if axis.plot.left() - 1 <= x <= axis.plot.right() + 1:
            painter.setPen(QPen(faded(p.line, 0.7), 1))
            painter.drawLine(QPointF(x, axis.plot.top()), QPointF(x, axis.plot.bottom()))
            box = QRectF(x - theme.px(40), axis.plot.bottom() + theme.px(5), theme.px(80), theme.px(22))
            draw_text(painter, box, CENTER | TOP, f"{start + timedelta(seconds=at_s):%H:%M}", font, p.muted)
        at_s += every_min * 60


def draw_curve(
    painter: QPainter,
    theme: Theme,
    axis: TrendAxis,
    lane: Lane,
    curve: Curve,
    values: Samples,
    offset_s: float,
) -> None:
    """A one-second curve, reduced to a low-high pair a column; a gap stays a gap."""
    columns = max(16, int(axis.plot.width() / 1.5))
    middle, lows, highs = low_high(values, columns)
    pen = QPen(theme.color(curve.tone), max(1.3, 1.8 * theme.scale), curve.style)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    run: list[QPointF] = []
    known = np.isfinite(lows)
    for index in range(len(middle)):
        if not known[index]:
            _stroke(painter, run)
            run = []
            continue
        x = axis.x(float(middle[index]) + offset_s)
        run.append(QPointF(x, lane.y(float(lows[index]))))
        if highs[index] != lows[index]:
            run.append(QPointF(x, lane.y(float(highs[index]))))
    _stroke(painter, run)


def _stroke(painter: QPainter, run: list[QPointF]) -> None:
    if len(run) > 1:
        painter.drawPolyline(QPolygonF(run))
    elif run:
        painter.drawPoint(run[0])


def draw_model(painter: QPainter, theme: Theme, axis: TrendAxis, view: TrendView) -> None:
    """Predicted plasma (solid, ahead dashed) and effect site (dashed); labelled as a model."""
    if not view.curve_s:
        return
    p = theme.palette
    top = level_top(view)
    lane = Lane(axis.main.rect, 0.0, top)
    for levels, tone, style in (
        (view.effect, Tone.EFFECT, Qt.PenStyle.DashLine),
        (view.plasma, Tone.DRUG, Qt.PenStyle.SolidLine),
    ):
        past: list[QPointF] = []
        ahead: list[QPointF] = []
        for at_s, level in zip(view.curve_s, levels, strict=True):
            point = QPointF(axis.x(at_s), lane.y(level))
            if at_s <= view.now_s:
                past.append(point)
            else:
                ahead = ahead or past[-1:]
                ahead.append(point)
        painter.setPen(QPen(theme.color(tone), max(1.3, 2.0 * theme.scale), style))
        _stroke(painter, past)
        pen = QPen(faded(p.of(tone), 0.75), max(1.2, 1.6 * theme.scale), Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([2, 4] if tone is Tone.EFFECT else [6, 4])
        painter.setPen(pen)
        _stroke(painter, ahead)


def draw_model_axis(painter: QPainter, theme: Theme, axis: TrendAxis, view: TrendView) -> None:
    """Figures of the predicted level at the right edge."""
    if not view.curve_s:
        return
    p, top = theme.palette, level_top(view)
    lane = Lane(axis.main.rect, 0.0, top)
    font = theme.font(14, Weight.MEDIUM)
    for value in (0.0, top / 2, top):
        box = QRectF(
            axis.plot.right() + theme.px(7), lane.y(value) - theme.px(10), theme.px(52), theme.px(20)
        )
        draw_text(painter, box, LEFT | MIDDLE, f"{value:.0f}", font, p.drug)


def level_top(view: TrendView) -> float:
    """A round figure above the highest predicted level, ng/mL."""
    highest = max(view.plasma, default=0.0) * 1.25
    return next(
        (float(step) for step in (100, 200, 300, 400, 600, 800, 1200, 2000) if step >= highest), 4000.0
    )


def draw_pressures(painter: QPainter, theme: Theme, axis: TrendAxis, view: TrendView) -> None:
    """Pressures as on an anaesthesia record: a v with its tip at systolic, a ^ at diastolic."""
    p = theme.palette
    size = theme.px(6)
    for point in view.pressures:
        x = axis.x(point.at_s)
        if not axis.plot.left() <= x <= axis.plot.right():
            continue
        top, foot = axis.main.y(point.systolic), axis.main.y(point.diastolic)
        painter.setPen(QPen(faded(p.nibp, 0.35), 1))
        painter.drawLine(QPointF(x, top), QPointF(x, foot))
        painter.setPen(QPen(QColor(p.nibp), max(1.4, 2.0 * theme.scale)))
        painter.drawPolyline(
            [QPointF(x - size, top - size * 1.3), QPointF(x, top), QPointF(x + size, top - size * 1.3)]
        )
        painter.drawPolyline(
            [QPointF(x - size, foot + size * 1.3), QPointF(x, foot), QPointF(x + size, foot + size * 1.3)]
        )


def draw_steps(painter: QPainter, theme: Theme, axis: TrendAxis, view: TrendView) -> None:
    """Rate steps as bars with their mg/kg/h."""
    p = theme.palette
    height = theme.px(19)
    for step in view.steps:
        left, right = axis.x(step.start_s), axis.x(step.end_s)
        rect = QRectF(left, axis.events.top(), max(2.0, right - left), height).intersected(axis.plot)
        painter.fillRect(rect, faded(p.drug, 0.32))
        painter.fillRect(QRectF(rect.left(), rect.top(), theme.px(2), rect.height()), QColor(p.drug))
        text = step.mg_kg_h
        font = theme.font(13, Weight.SEMIBOLD)
        room = rect.adjusted(theme.px(7), 0, 0, 0)
        if room.width() >= text_width(font, text):
            draw_text(painter, room, LEFT | MIDDLE, text, font, p.text)


def draw_row_names(painter: QPainter, theme: Theme, axis: TrendAxis) -> None:
    """Names of the rows of the lowest lane, in the left margin."""
    font = theme.font(12, Weight.MEDIUM)
    for index, name in enumerate(("mg/kg/h", "MOAA/S", "events")):
        top = axis.events.top() + index * theme.px(ROW_PX)
        box = QRectF(0, top, axis.plot.left() - theme.px(7), theme.px(ROW_PX - 2))
        draw_text(painter, box, RIGHT | MIDDLE, name, font, theme.palette.muted)


def draw_scores(painter: QPainter, theme: Theme, axis: TrendAxis, view: TrendView) -> None:
    """MOAA/S as figures on the time line; below 4 they stand in a frame."""
    p = theme.palette
    top = axis.events.top() + theme.px(ROW_PX)
    side = theme.px(ROW_PX - 2)
    for point in view.scores:
        box = QRectF(axis.x(point.at_s) - side / 2, top, side, side)
        draw_panel(painter, box, p.raised, theme.px(5), p.text if point.score < 4 else p.line, 1)
        draw_text(painter, box, CENTER | MIDDLE, str(point.score), theme.font(14, Weight.BOLD), p.text)


def draw_pins(painter: QPainter, theme: Theme, axis: TrendAxis, view: TrendView) -> None:
    """Events as pins; names that would overlap go to the second row, and past that keep only a tick."""
    p = theme.palette
    font = theme.font(14, Weight.MEDIUM)
    row_h = theme.px(ROW_PX)
    top = axis.events.top() + theme.px(2 * ROW_PX)
    taken: list[list[tuple[float, float]]] = [[] for _row in range(PIN_ROWS)]
    for pin in sorted(view.pins, key=lambda pin: not pin.strong):
        x = axis.x(pin.at_s)
        if not axis.plot.left() <= x <= axis.plot.right():
            continue
        wide = text_width(font, pin.text) + theme.px(16)
        flip = x + wide > axis.plot.right()
        left, right = (x - wide, x) if flip else (x - theme.px(5), x + wide)
        row = next((rows for rows in range(PIN_ROWS) if _is_free(taken[rows], left, right)), None)
        ink = p.text if pin.strong else p.muted
        painter.setPen(QPen(faded(ink, 0.7), 1))
        if row is None:
            painter.drawLine(QPointF(x, top - theme.px(3)), QPointF(x, top + theme.px(3)))
            continue
        taken[row].append((left, right))
        y = top + row * row_h + row_h / 2
        painter.drawLine(QPointF(x, top - theme.px(2)), QPointF(x, y))
        _dot(painter, theme, QPointF(x, y), ink, pin)
        box = QRectF(left, y - row_h / 2, wide - theme.px(8), row_h)
        if not flip:
            box.translate(theme.px(13), 0)
        draw_text(painter, box, (RIGHT if flip else LEFT) | MIDDLE, pin.text, font, ink)


def _is_free(taken: list[tuple[float, float]], left: float, right: float) -> bool:
    return all(right <= other_left or left >= other_right for other_left, other_right in taken)


def _dot(painter: QPainter, theme: Theme, at: QPointF, ink: str, pin: Pin) -> None:
    radius = theme.px(4)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(ink))
    if pin.strong:
        painter.drawRect(QRectF(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius))
    else:
        painter.drawEllipse(at, radius, radius)


def draw_now(painter: QPainter, theme: Theme, axis: TrendAxis, view: TrendView) -> None:
    """The now line."""
    x = axis.x(view.now_s)
    painter.setPen(QPen(QColor(theme.palette.text), theme.px(2)))
    painter.drawLine(QPointF(x, axis.plot.top()), QPointF(x, axis.plot.bottom()))
