"""The ground of the timeline: phases, grid, lane names and scales, gaps, time axis."""

from __future__ import annotations

from datetime import tzinfo

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from console.ui.review.lanes import Lane, LaneId, Picture
from console.ui.theme import Theme, Weight
from console.ui.viewmodels.live_tone import Tone
from console.ui.viewmodels.review_axis import local_time, span_text, tick_label, tick_step_s, ticks
from console.ui.viewmodels.review_fold import BASELINE, INFUSION
from console.ui.viewmodels.review_shapes import Timeline
from console.ui.widgets.paint import CENTER, LEFT, MIDDLE, RIGHT, draw_text, fitted, text_width

_TICKS: dict[LaneId, tuple[float, ...]] = {
    LaneId.PRESSURE: (40, 80, 120, 160, 200),
    LaneId.SPO2: (60, 80, 90, 100),
    LaneId.BREATH: (0, 20, 40, 60),
    LaneId.TEMP: (36, 38),
    LaneId.CO2: (0, 20, 40, 60),
}
_NAMES: dict[LaneId, tuple[tuple[str, str, Tone], ...]] = {
    LaneId.PHASES: (),
    LaneId.KETAMINE: (("Ketamine", "mg/kg/h, ng/mL", Tone.TEXT),),
    LaneId.PRESSURE: (("Pressure", "mmHg  v ^", Tone.TEXT), ("Heart rate", "/min  •", Tone.HR)),
    LaneId.SPO2: (("SpO₂", "%", Tone.SPO2),),
    LaneId.BREATH: (("RR  ○", "/min", Tone.CO2), ("EtCO₂  ▪", "mmHg", Tone.CO2)),
    LaneId.TEMP: (("Temp", "°C", Tone.TEMP),),
    LaneId.ECG: (("ECG II", "", Tone.HR),),
    LaneId.PLETH: (("Pleth", "", Tone.SPO2),),
    LaneId.CO2: (("CO₂", "mmHg", Tone.CO2),),
    LaneId.RESP: (("Respiration", "impedance", Tone.CO2),),
    LaneId.SCORES: (("Sedation", "MOAA/S", Tone.TEXT), ("Dissociation", "0-4", Tone.TEXT)),
    LaneId.ALARMS: (("Alarms", "✓ acknowledged", Tone.TEXT),),
    LaneId.PROMPTS: (("Checks", "○ due  • done", Tone.TEXT),),
    LaneId.EVENTS: (("Events", "", Tone.TEXT),),
    LaneId.COMMENTS: (("Comments", "", Tone.TEXT),),
    LaneId.THERAPIST: (("Therapist", "", Tone.TEXT),),
    LaneId.PEOPLE: (("In the room", "", Tone.TEXT),),
}


def phase_color(name: str) -> QColor:
    """Tint of a phase; pale enough to print."""
    return QColor({BASELINE: "#eef1f5", INFUSION: "#f1ebfc"}.get(name, "#e9f3ee"))


def paint_ground(p: QPainter, theme: Theme, line: Timeline, picture: Picture, zone: tzinfo | None) -> None:
    """Everything behind the curves."""
    _phases(p, theme, line, picture)
    _grid(p, theme, line, picture, zone)
    _gaps(p, theme, line, picture)
    for lane in picture.lanes.values():
        _scale(p, theme, lane)
    _names(p, theme, picture)


def _phases(p: QPainter, theme: Theme, line: Timeline, picture: Picture) -> None:
    scope, plot = picture.scope, picture.plot
    p.setPen(Qt.PenStyle.NoPen)
    for phase in line.phases:
        first, last = line.second_of(phase.start_ns), line.second_of(phase.end_ns)
        if not scope.shows(first, last):
            continue
        x0, x1 = max(scope.x(first), scope.left), min(scope.x(last), scope.right)
        p.fillRect(QRectF(x0, plot.top(), x1 - x0, plot.height()), phase_color(phase.name))
    font, small = theme.font(17, Weight.SEMIBOLD), theme.font(15)
    head = picture.lanes[LaneId.PHASES].rect
    for phase in line.phases:
        first, last = line.second_of(phase.start_ns), line.second_of(phase.end_ns)
        x0, x1 = max(scope.x(first), scope.left), min(scope.x(last), scope.right)
        room = x1 - x0 - theme.px(16)
        if not scope.shows(first, last) or room < theme.px(20):
            continue
        box = QRectF(x0 + theme.px(10), head.top(), room, head.height())
        # A name may be drawn a little smaller, never cut.
        name = phase.name if text_width(fitted(font, phase.name, room), phase.name) <= room else ""
        wide = draw_text(p, box, LEFT | MIDDLE, name, font, theme.palette.muted)
        length = span_text(last - first)
        if wide and wide + theme.px(12) + text_width(small, length) < room:
            rest = box.adjusted(wide + theme.px(12), 0, 0, 0)
            draw_text(p, rest, LEFT | MIDDLE, length, small, theme.palette.faint)


def _grid(p: QPainter, theme: Theme, line: Timeline, picture: Picture, zone: tzinfo | None) -> None:
    scope, plot = picture.scope, picture.plot
    font = theme.font(15)
    step, found = _ticks(theme, line, picture, zone)
    top = picture.lanes[LaneId.PHASES].rect.bottom()
    lines = []
    for t_ns, box in found:
        x = box.center().x()
        lines.append(QLineF(x, top, x, plot.bottom()))
        if x <= scope.right - theme.px(24):
            draw_text(p, box, CENTER | MIDDLE, tick_label(t_ns, step, zone), font, theme.palette.faint)
    p.setPen(QPen(QColor("#d3dae4"), 1.0))
    p.drawLines(lines)
    day = local_time(line.start_ns, zone)
    draw_text(
        p,
        QRectF(
            picture.labels.left() + theme.px(16), picture.axis.top(), theme.px(110), picture.axis.height()
        ),
        LEFT | MIDDLE,
        f"{day:%Y-%m-%d}",
        font,
        theme.palette.faint,
    )
    p.setPen(QPen(QColor(theme.palette.line), 1.0))
    edges = []
    for lane in list(picture.lanes.values())[1:]:
        y = lane.rect.top() - 5.0 * theme.scale
        edges.append(QLineF(picture.labels.left(), y, scope.right + theme.px(18), y))
    edges.append(
        QLineF(picture.labels.left(), plot.bottom() + 3, scope.right + theme.px(18), plot.bottom() + 3)
    )
    p.drawLines(edges)


def _ticks(
    theme: Theme, line: Timeline, picture: Picture, zone: tzinfo | None
) -> tuple[float, list[tuple[int, QRectF]]]:
    """Step and, for each tick of the time axis, its time and the box of its label."""
    scope, axis = picture.scope, picture.axis
    step = tick_step_s(scope.span_s, scope.width, theme.px(96))
    wide = theme.px(92)
    return step, [
        (t_ns, QRectF(scope.x(line.second_of(t_ns)) - wide / 2, axis.top(), wide, axis.height()))
        for t_ns in ticks(line.ns_of(scope.first_s), line.ns_of(scope.last_s), step, zone)
    ]


def _gaps(p: QPainter, theme: Theme, line: Timeline, picture: Picture) -> None:
    """Hatched over the sensed lanes: nothing was known there."""
    scope = picture.scope
    lanes = [
        picture.lanes[one].rect
        for one in (LaneId.PRESSURE, LaneId.SPO2, LaneId.BREATH, LaneId.TEMP, LaneId.ECG, LaneId.RESP)
        if one in picture.lanes
    ]
    if not lanes:
        return
    top, bottom = min(r.top() for r in lanes), max(r.bottom() for r in lanes)
    brush = QBrush(QColor("#c3cbd6"), Qt.BrushStyle.BDiagPattern)
    font = theme.font(14, Weight.MEDIUM)
    for gap in line.gaps:
        first, last = line.second_of(gap.start_ns), line.second_of(gap.end_ns)
        if not scope.shows(first, last):
            continue
        x0, x1 = max(scope.x(first), scope.left), min(scope.x(last), scope.right)
        box = QRectF(x0, top, max(2.0, x1 - x0), bottom - top)
        p.fillRect(box, QColor("#ffffff"))
        p.fillRect(box, brush)
        text = f"no data {span_text(gap.seconds)}"
        wide = text_width(font, text) + theme.px(10)
        label = QRectF(box.center().x() - wide / 2, top + theme.px(3), wide, theme.px(20))
        label.moveLeft(min(max(label.left(), scope.left), scope.right - wide))
        p.fillRect(label, QColor("#ffffff"))
        draw_text(p, label, CENTER | MIDDLE, text, font, theme.palette.muted)


def _scale(p: QPainter, theme: Theme, lane: Lane) -> None:
    values = [one for one in _TICKS.get(lane.id, ()) if lane.low <= one <= lane.high]
    font = theme.font(14)
    least = theme.px(15)
    p.setPen(QPen(QColor("#e2e7ee"), 1.0))
    p.drawLines([QLineF(lane.rect.left(), lane.y(v), lane.rect.right(), lane.y(v)) for v in values])
    last: float | None = None
    for value in reversed(values):
        # Kept inside the lane, so that two neighbours' scales never stand over each other.
        y = min(max(lane.y(value), lane.rect.top() + theme.px(5)), lane.rect.bottom() - theme.px(6))
        if last is not None and abs(y - last) < least:
            continue
        last = y
        box = QRectF(lane.rect.left() - theme.px(56), y - theme.px(9), theme.px(48), theme.px(18))
        draw_text(p, box, RIGHT | MIDDLE, f"{value:g}", font, theme.palette.faint)


def _names(p: QPainter, theme: Theme, picture: Picture) -> None:
    bold, small = theme.font(16, Weight.SEMIBOLD), theme.font(14)
    x, wide = picture.labels.left() + theme.px(16), theme.px(142)
    for lane in picture.lanes.values():
        y = lane.rect.top() - theme.px(2)
        room = lane.rect.height() + theme.px(4)
        for name, unit, tone in _NAMES[lane.id]:
            if y + theme.px(18) > lane.rect.top() + room:
                break
            side = lane.id in {LaneId.TEMP, LaneId.SPO2, LaneId.BREATH, LaneId.PROMPTS} or room < theme.px(44)
            drawn = draw_text(
                p, QRectF(x, y, wide, theme.px(20)), LEFT | MIDDLE, name, bold, theme.color(tone)
            )
            if side or (lane.id is LaneId.SCORES):
                beside = QRectF(x + drawn + theme.px(6), y, wide - drawn - theme.px(2), theme.px(20))
                limit = theme.px(100) if lane.id in _TICKS else wide
                fits = drawn + theme.px(6) + text_width(small, unit) <= limit
                if unit and fits and lane.id is not LaneId.SCORES:
                    draw_text(p, beside, LEFT | MIDDLE, unit, small, theme.palette.faint)
                y += theme.px(22 if lane.id is not LaneId.SCORES else 27)
                continue
            y += theme.px(20)
            if unit:
                draw_text(
                    p, QRectF(x, y, wide, theme.px(18)), LEFT | MIDDLE, unit, small, theme.palette.faint
                )
                y += theme.px(22)


def paint_cursor(
    p: QPainter,
    theme: Theme,
    line: Timeline,
    picture: Picture,
    second: float,
    label: str,
    zone: tzinfo | None = None,
) -> None:
    """The shared time cursor."""
    x = picture.scope.x(second)
    if not picture.scope.left <= x <= picture.scope.right:
        return
    font = theme.font(15, Weight.SEMIBOLD)
    wide, high = text_width(font, label) + theme.px(18), theme.px(24)
    p.setPen(QPen(QColor(theme.palette.accent), 1.4))
    top = picture.lanes[LaneId.PHASES].rect.bottom()
    p.drawLine(QPointF(x, top), QPointF(x, picture.axis.top() + theme.px(6)))
    left = min(max(x - wide / 2, picture.labels.left() + theme.px(4)), picture.scope.right - wide / 2)
    box = QRectF(left, picture.axis.center().y() - high / 2, wide, high)
    # A tick label that would look out by half is hidden whole.
    for _, under in _ticks(theme, line, picture, zone)[1]:
        if under.intersects(box):
            p.fillRect(under.adjusted(0, 2, 0, -2), QColor(theme.palette.panel))
    p.setPen(Qt.PenStyle.NoPen)
    p.setBrush(QColor(theme.palette.accent))
    p.drawRoundedRect(box, high / 3, high / 3)
    draw_text(p, box, CENTER | MIDDLE, label, font, "#ffffff")


def paint_empty(p: QPainter, theme: Theme, rect: QRectF, text: str) -> None:
    """Shown where there is nothing to show."""
    draw_text(p, rect, CENTER | MIDDLE, text, theme.font(19), theme.palette.faint)
