"""The ketamine lane: what the pump ran, where it paused, and the level a model predicts from it."""

from __future__ import annotations

import numpy as np
from pyqtgraph.functions import arrayToQPolygonF
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from console.clinical.pk import BAND_FRACTION
from console.ui.review.lanes import Lane, LaneId, Picture, Scope, level_top
from console.ui.theme import Theme, Weight
from console.ui.viewmodels.review_axis import span_text
from console.ui.viewmodels.review_shapes import Prediction, Samples, Timeline
from console.ui.widgets.paint import CENTER, LEFT, MIDDLE, RIGHT, draw_text, faded, text_width
from console.units import plain

NO_MODEL = "no prediction for this age or weight"


def paint_delivery(p: QPainter, theme: Theme, line: Timeline, picture: Picture, model: int) -> None:
    """Bars, pauses and the predicted curves of the chosen model."""
    lane = picture.lanes[LaneId.KETAMINE]
    p.save()
    p.setClipRect(lane.rect.adjusted(0, -4, 0, 4))
    chosen = line.predictions[min(model, len(line.predictions) - 1)] if line.predictions else None
    if chosen is not None:
        _band(p, theme, chosen, picture.scope, lane, level_top(line, model))
    _bars(p, theme, line, picture.scope, lane)
    if chosen is not None:
        _curves(p, theme, chosen, picture.scope, lane, level_top(line, model))
    _bar_labels(p, theme, line, picture.scope, lane)
    _pauses(p, theme, line, picture.scope, lane)
    p.restore()
    _legend(p, theme, line, lane, chosen, level_top(line, model))


def _bars(p: QPainter, theme: Theme, line: Timeline, scope: Scope, lane: Lane) -> None:
    for bar in line.bars:
        first, last = line.second_of(bar.start_ns), line.second_of(bar.end_ns)
        if not scope.shows(first, last):
            continue
        x0, x1 = max(scope.x(first), scope.left - 2), min(scope.x(last), scope.right + 2)
        top = lane.y(float(bar.mg_kg_h or bar.rate_ml_h))
        box = QRectF(x0, top, max(1.0, x1 - x0), lane.rect.bottom() - top)
        p.fillRect(box, faded(theme.palette.drug, 0.24))
        p.setPen(QPen(faded(theme.palette.drug, 0.75), 1.0))
        p.drawLine(box.topLeft(), box.topRight())


def _bar_labels(p: QPainter, theme: Theme, line: Timeline, scope: Scope, lane: Lane) -> None:
    """Rates, above the curves so that they stay readable in a low lane."""
    font = theme.font(15, Weight.SEMIBOLD)
    low = lane.rect.height() < theme.px(64)
    for bar in line.bars:
        first, last = line.second_of(bar.start_ns), line.second_of(bar.end_ns)
        if not scope.shows(first, last):
            continue
        x0, x1 = max(scope.x(first), scope.left), min(scope.x(last), scope.right)
        top = lane.y(float(bar.mg_kg_h or bar.rate_ml_h))
        room = x1 - x0 - theme.px(12)
        rate = f"{plain(bar.rate_ml_h)} mL/h"
        brief = rate if bar.mg_kg_h is None else plain(bar.mg_kg_h)
        long = rate if bar.mg_kg_h is None else f"{brief} mg/kg/h · {rate}"
        panel = " at the panel" if bar.at_pump else ""
        fitting = [one for one in (long + panel, long, brief) if text_width(font, one) <= room]
        if not fitting:
            continue
        wide = text_width(font, fitting[0])
        box = QRectF(x0 + theme.px(6), top + theme.px(1), wide + 2, theme.px(20))
        if low:
            p.fillRect(box.adjusted(-2, 1, 2, -1), QColor(255, 255, 255, 200))
        draw_text(p, box, LEFT | MIDDLE, fitting[0], font, theme.palette.drug)


def _pauses(p: QPainter, theme: Theme, line: Timeline, scope: Scope, lane: Lane) -> None:
    font = theme.font(14, Weight.MEDIUM)
    for pause in line.pauses:
        first, last = line.second_of(pause.start_ns), line.second_of(pause.end_ns)
        if not scope.shows(first, last):
            continue
        x0, x1 = max(scope.x(first), scope.left), min(scope.x(last), scope.right)
        y = lane.rect.bottom() - theme.px(2)
        p.setPen(QPen(QColor(theme.palette.muted), 1.6))
        p.drawLine(QPointF(x0, y), QPointF(x1, y))
        p.drawLine(QPointF(x0, y - theme.px(6)), QPointF(x0, y))
        p.drawLine(QPointF(x1, y - theme.px(6)), QPointF(x1, y))
        text = f"paused {span_text((pause.end_ns - pause.start_ns) / 1e9)}"
        wide = text_width(font, text) + theme.px(10)
        box = QRectF((x0 + x1 - wide) / 2, y - theme.px(25), wide, theme.px(19))
        p.setPen(Qt.PenStyle.NoPen)
        p.setBrush(QColor(255, 255, 255, 225))
        p.drawRoundedRect(box, 4, 4)
        draw_text(p, box, CENTER | MIDDLE, text, font, theme.palette.text)


def _points(
    curve: Prediction, values: Samples, scope: Scope, lane: Lane, top: float
) -> tuple[Samples, Samples]:
    """Pixels of the visible part of a curve, about one point every four pixels."""
    begin = max(0, int(np.searchsorted(curve.t_s, scope.first_s)) - 1)
    end = min(len(curve.t_s), int(np.searchsorted(curve.t_s, scope.last_s)) + 1)
    stride = max(1, int((end - begin) * 4 / max(1.0, scope.width)))
    places = np.unique(np.append(np.arange(begin, end, stride), max(begin, end - 1)))
    places = places[places < len(curve.t_s)]
    x = scope.left + (curve.t_s[places] - scope.first_s) * (scope.width / scope.span_s)
    return x, lane.rect.bottom() - values[places] * (lane.rect.height() / top)


def _band(p: QPainter, theme: Theme, curve: Prediction, scope: Scope, lane: Lane, top: float) -> None:
    x, low = _points(curve, curve.plasma * (1 - BAND_FRACTION), scope, lane, top)
    _, high = _points(curve, curve.plasma * (1 + BAND_FRACTION), scope, lane, top)
    if len(x) < 2:
        return
    outline = arrayToQPolygonF(np.concatenate((x, x[::-1])), np.concatenate((high, low[::-1])))
    p.setPen(Qt.PenStyle.NoPen)
    p.setBrush(faded(theme.palette.drug, 0.09))
    p.drawPolygon(outline)
    p.setBrush(Qt.BrushStyle.NoBrush)


def _curves(p: QPainter, theme: Theme, curve: Prediction, scope: Scope, lane: Lane, top: float) -> None:
    p.setBrush(Qt.BrushStyle.NoBrush)
    p.setPen(QPen(QColor(theme.palette.drug), 1.6))
    p.drawPolyline(arrayToQPolygonF(*_points(curve, curve.plasma, scope, lane, top)))
    p.setPen(QPen(QColor(theme.palette.effect), 1.6, Qt.PenStyle.DashLine))
    p.drawPolyline(arrayToQPolygonF(*_points(curve, curve.effect, scope, lane, top)))


def _legend(
    p: QPainter, theme: Theme, line: Timeline, lane: Lane, chosen: Prediction | None, top: float
) -> None:
    small = theme.font(14, Weight.MEDIUM)
    if chosen is None:
        if line.bars:
            draw_text(p, lane.rect, RIGHT | Qt.AlignmentFlag.AlignTop, NO_MODEL, small, theme.palette.faint)
        return
    x, y = lane.rect.right() - theme.px(6), lane.rect.top()
    row = theme.px(18)
    # The end of the lane is empty once the level has fallen: the legend stands there.
    for text, color in (
        (chosen.title, theme.palette.muted),
        ("— plasma    - - effect site    band ±35 %", theme.palette.drug),
    ):
        wide = text_width(small, text) + theme.px(10)
        box = QRectF(x - wide, y, wide, row)
        p.fillRect(box.adjusted(0, 0, theme.px(4), 0), QColor(255, 255, 255, 150))
        draw_text(p, box, RIGHT | MIDDLE, text, small, color)
        y += row
    tick = theme.font(14)
    for share in (0.0, 0.5):
        value = top * (1 - share)
        box = QRectF(
            lane.rect.left() - theme.px(56),
            lane.rect.top() + lane.rect.height() * share - (0 if share == 0 else theme.px(9)),
            theme.px(48),
            theme.px(18),
        )
        draw_text(p, box, RIGHT | MIDDLE, f"{value:.0f}", tick, theme.palette.faint)
