"""Scores, alarms, scheduled checks, events and comments of the timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPolygonF

from console.clinical.cadence import ADVISORY_AFTER_S
from console.clock import NS_PER_S
from console.session.events import Priority, PromptKind
from console.ui.review.lanes import LaneId, Picture, Scope
from console.ui.review.paint_people import paint_people, paint_therapist
from console.ui.theme import Theme, Weight
from console.ui.viewmodels.live_shapes import MARKERS
from console.ui.viewmodels.live_words import minutes_seconds
from console.ui.viewmodels.review_axis import span_text
from console.ui.viewmodels.review_pins import PlacedPin, place_pins
from console.ui.viewmodels.review_shapes import AlarmBar, Pin, PinTone, PromptMark, ScoreMark, Timeline
from console.ui.widgets.paint import CENTER, LEFT, MIDDLE, RIGHT, draw_text, faded, text_width

ROW = 21.0
STOOD_PX = 12
LETTERS = {
    PromptKind.NIBP: "P",
    PromptKind.MOAAS: "S",
    PromptKind.DISSOCIATION: "D",
    PromptKind.ALDRETE: "A",
}


def paint_marks(p: QPainter, theme: Theme, line: Timeline, picture: Picture) -> None:
    """Everything that happened at a moment or for a while."""
    if LaneId.SCORES in picture.lanes:
        paint_scores(p, theme, line, picture)
    paint_alarms(p, theme, line, picture)
    if LaneId.PROMPTS in picture.lanes:
        paint_prompts(p, theme, line, picture)
    paint_events(p, theme, line, picture)
    paint_comments(p, theme, line, picture)
    paint_therapist(p, theme, line, picture)
    paint_people(p, theme, line, picture)


# --- scores -------------------------------------------------------------------------------------------


def paint_scores(p: QPainter, theme: Theme, line: Timeline, picture: Picture) -> None:
    """MOAA/S chips in the upper row, dissociation and recovery scores in the lower."""
    lane, scope = picture.lanes[LaneId.SCORES], picture.scope
    row = lane.rect.height() / 2
    upper = [one for one in line.scores if one.scale == "moaas"]
    lower = [one for one in line.scores if one.scale != "moaas"]
    for place, marks in enumerate((upper, lower)):
        top = lane.rect.top() + place * row
        _chips(p, theme, line, scope, marks, QRectF(lane.rect.left(), top, lane.rect.width(), row - 2))


def _chips(
    p: QPainter, theme: Theme, line: Timeline, scope: Scope, marks: Sequence[ScoreMark], row: QRectF
) -> None:
    font = theme.font(14, Weight.SEMIBOLD)
    high = min(row.height(), theme.px(24))
    reached = scope.left - 1e9
    for mark in marks:
        second = line.second_of(mark.t_ns)
        if not scope.shows(second, second):
            continue
        text = score_text(mark)
        wide = max(high, text_width(font, text) + theme.px(12))
        x = max(scope.x(second) - wide / 2, reached + theme.px(2))
        if x + wide > scope.right + theme.px(16):
            continue
        reached = x + wide
        box = QRectF(x, row.center().y() - high / 2, wide, high)
        fill, ink = _chip_colors(mark)
        p.setPen(QPen(QColor(ink), 1.0) if mark.scale == "moaas" and mark.total <= 3 else Qt.PenStyle.NoPen)
        p.setBrush(QColor(fill))
        radius = high / 2 if mark.scale == "dissociation" else theme.px(6)
        p.drawRoundedRect(box, radius, radius)
        draw_text(p, box, CENTER | MIDDLE, text, font, ink)
    p.setBrush(Qt.BrushStyle.NoBrush)


def score_text(mark: ScoreMark) -> str:
    """As short as a chip."""
    prefix = {"moaas": "", "dissociation": "", "aldrete": "Ald ", "mpadss": "MPADSS ", "cadss6": "CADSS "}
    return f"{prefix.get(mark.scale, mark.scale[:4].capitalize() + ' ')}{mark.total}"


def _chip_colors(mark: ScoreMark) -> tuple[str, str]:
    if mark.scale == "moaas":
        if mark.total >= 5:
            return "#e4e8ef", "#141b24"
        return ("#c3d4f7", "#12306e") if mark.total == 4 else ("#8eb0f0", "#0c2150")
    if mark.scale == "dissociation":
        return ("#e9e3f4", "#33244f") if mark.total == 0 else ("#d2bdf2", "#33145f")
    return "#dcefe4", "#0f4a32"


# --- alarms -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _PlacedAlarm:
    bar: AlarmBar
    x0: float
    x1: float
    row: int
    text: str
    text_x: float
    inside: bool
    stood: str


def paint_alarms(p: QPainter, theme: Theme, line: Timeline, picture: Picture) -> None:
    """Bars in each priority's colour: marker, words, how long it stood, a tick when it was seen."""
    lane, scope = picture.lanes[LaneId.ALARMS], picture.scope
    font = theme.font(14, Weight.MEDIUM)
    rows = max(1, int(lane.rect.height() // theme.px(ROW)))
    pitch = lane.rect.height() / rows
    for one in _placed_alarms(theme, line, scope, rows, font):
        y = lane.rect.top() + one.row * pitch + pitch / 2
        high = theme.px(20) if one.inside else theme.px(16)
        _alarm_bar(p, theme, one.bar, QRectF(one.x0, y - high / 2, one.x1 - one.x0, high))
        if one.bar.acknowledged_ns is not None:
            _tick(p, theme, scope.x(line.second_of(one.bar.acknowledged_ns)), y, scope)
        ink = theme.palette.text
        if one.inside and one.bar.priority is Priority.HIGH:
            ink = theme.palette.on_high
        box = QRectF(one.text_x, y - theme.px(10), text_width(font, one.text) + 2, theme.px(20))
        draw_text(p, box, LEFT | MIDDLE, one.text, font, ink)
        if one.stood:
            high_ink = theme.palette.on_high if one.bar.priority is Priority.HIGH else theme.palette.text
            room = QRectF(one.x0, y - high / 2, one.x1 - one.x0 - theme.px(5), high)
            draw_text(p, room, RIGHT | MIDDLE, one.stood, theme.font(STOOD_PX, Weight.SEMIBOLD), high_ink)


def _placed_alarms(theme: Theme, line: Timeline, scope: Scope, rows: int, font: QFont) -> list[_PlacedAlarm]:
    """First every bar gets a row, then the words stand where they cover nothing, the gravest first."""
    gap = float(theme.px(6))
    taken: list[list[tuple[float, float]]] = [[] for _ in range(rows)]
    bars: list[tuple[AlarmBar, float, float, int]] = []
    for bar in sorted(line.alarms, key=lambda one: one.start_ns):
        first = line.second_of(bar.start_ns)
        last = line.second_of(line.end_ns if bar.end_ns is None else bar.end_ns)
        if scope.shows(first, last):
            x0 = max(scope.x(first), scope.left)
            x1 = max(min(scope.x(last), scope.right), x0 + theme.px(8))
            row = _row_for(bar, x0 - gap, taken)
            taken[row].append((x0 - gap, x1 + gap))
            bars.append((bar, x0, x1, row))
    rank = {Priority.HIGH: 0, Priority.MEDIUM: 1, Priority.LOW: 2}
    placed = []
    for bar, x0, x1, row in sorted(bars, key=lambda one: (rank[one[0].priority], one[1])):
        end_ns = line.end_ns if bar.end_ns is None else bar.end_ns
        length = span_text((end_ns - bar.start_ns) / NS_PER_S)
        marker = MARKERS[bar.priority]
        briefly = bar.message.partition(":")[0]
        stood = minutes_seconds((end_ns - bar.start_ns) / NS_PER_S)
        holds = x1 - x0 >= text_width(theme.font(STOOD_PX, Weight.SEMIBOLD), stood) + theme.px(22)
        texts = (
            f"{marker} {short_message(bar)} · {length}",
            f"{marker} {briefly} · {length}",
            f"{marker} {briefly}" if holds else f"{marker} {briefly} {stood}",
            marker if holds else f"{marker} {stood}",
        )
        text, text_x, inside = _words(texts, font, (x0, x1), taken[row], scope, gap, theme.px(40))
        told = text.endswith((length, stood))
        placed.append(
            _PlacedAlarm(bar, x0, x1, row, text, text_x, inside, "" if told or not holds else stood)
        )
    return placed


def _row_for(bar: AlarmBar, first: float, taken: list[list[tuple[float, float]]]) -> int:
    """A free row: low alarms gather in the last one, so that the others have room for their words."""
    rows = range(len(taken))
    ends = {row: max((end for _, end in taken[row]), default=-1e9) for row in rows}
    free = [row for row in rows if ends[row] <= first]
    if not free:
        return rows[-1]
    if bar.priority is Priority.LOW:
        return free[-1]
    return min(free, key=lambda row: (row == rows[-1], ends[row]))


def short_message(bar: AlarmBar) -> str:
    """The message without its limit."""
    return bar.message.partition(", limit")[0]


def _words(
    texts: tuple[str, ...],
    font: QFont,
    xs: tuple[float, float],
    taken: list[tuple[float, float]],
    scope: Scope,
    gap: float,
    tick_room: float,
) -> tuple[str, float, bool]:
    """The longest words that stand in the bar, after it or before it without covering anything."""
    x0, x1 = xs
    for text in texts:
        wide = text_width(font, text)
        if x1 - x0 > wide + 2 * tick_room:
            return text, x0 + tick_room, True
        for text_x in (x1 + gap, x0 - gap - wide):
            first, last = text_x - 1, text_x + wide + 1
            own = (x0 - gap, x1 + gap)
            free = all(last <= since or first >= until for since, until in taken if (since, until) != own)
            if text_x >= scope.left and text_x + wide <= scope.right and free:
                taken.append((first, last))
                return text, text_x, False
    return "", x1, False


def _alarm_bar(p: QPainter, theme: Theme, bar: AlarmBar, box: QRectF) -> None:
    fill = {
        Priority.HIGH: theme.palette.high,
        Priority.MEDIUM: "#e2a400",
        Priority.LOW: theme.palette.low,
    }[bar.priority]
    radius = theme.px(4)
    if bar.priority is Priority.LOW:
        p.setPen(QPen(QColor(fill), 1.6))
        p.setBrush(faded(fill, 0.18))
        box = box.adjusted(1, 3, -1, -3)
    else:
        p.setPen(Qt.PenStyle.NoPen)
        p.setBrush(QColor(fill))
    p.drawRoundedRect(box, radius, radius)
    p.setBrush(Qt.BrushStyle.NoBrush)


def _tick(p: QPainter, theme: Theme, x: float, y: float, scope: Scope) -> None:
    """A check mark where the alarm was acknowledged, white-edged so that it shows on its bar."""
    if not scope.left <= x <= scope.right:
        return
    a = theme.px(4)
    shape = QPolygonF([QPointF(x - a, y), QPointF(x - a * 0.2, y + a), QPointF(x + a * 1.3, y - a * 1.2)])
    for color, wide in (("#ffffff", 4.4), (theme.palette.text, 2.0)):
        p.setPen(QPen(QColor(color), wide))
        p.drawPolyline(shape)


# --- checks -------------------------------------------------------------------------------------------


def paint_prompts(p: QPainter, theme: Theme, line: Timeline, picture: Picture) -> None:
    """Each scheduled check: a ring when it fell due, a dot when it was done, a heavy line when late."""
    lane, scope = picture.lanes[LaneId.PROMPTS], picture.scope
    y = lane.rect.bottom() - theme.px(5)
    small, late_font = theme.font(12, Weight.MEDIUM), theme.font(13, Weight.SEMIBOLD)
    reached = -1e9
    for mark in line.prompts:
        first, last, late = prompt_times(line, mark)
        if not scope.shows(first, last):
            continue
        x0, x1 = scope.x(first), scope.x(last)
        _prompt(p, theme, mark, (max(x0, scope.left), min(x1, scope.right)), y, late)
        text = f"{LETTERS[mark.kind]} +{span_text(last - first)}" if late else LETTERS[mark.kind]
        font = late_font if late else small
        wide = text_width(font, text)
        x = x0 - theme.px(3)
        if x < reached or x + wide > scope.right or x0 < scope.left:
            continue
        reached = x + wide + theme.px(3)
        color = theme.palette.text if late else theme.palette.faint
        top = QRectF(x, lane.rect.top() - theme.px(4), wide + 2, theme.px(16))
        draw_text(p, top, LEFT | MIDDLE, text, font, color)


def prompt_times(line: Timeline, mark: PromptMark) -> tuple[float, float, bool]:
    """Second it fell due, second it was done (or dropped, or now), and whether that was late."""
    done = mark.done_ns if mark.done_ns is not None else mark.dropped_ns
    end = line.end_ns if done is None else done
    return (
        line.second_of(mark.due_ns),
        line.second_of(end),
        (end - mark.due_ns) / NS_PER_S > ADVISORY_AFTER_S,
    )


def _prompt(
    p: QPainter, theme: Theme, mark: PromptMark, xs: tuple[float, float], y: float, late: bool
) -> None:
    color = QColor(theme.palette.text if late else theme.palette.faint)
    p.setPen(QPen(color, 3.0 if late else 1.2))
    p.drawLine(QPointF(xs[0], y), QPointF(xs[1], y))
    p.setPen(QPen(color, 1.3))
    p.setBrush(QColor("#ffffff"))
    p.drawEllipse(QPointF(xs[0], y), theme.px(3), theme.px(3))
    if mark.done_ns is not None:
        p.setBrush(color)
        p.drawEllipse(QPointF(xs[1], y), theme.px(3), theme.px(3))
    p.setBrush(Qt.BrushStyle.NoBrush)


# --- events and comments ------------------------------------------------------------------------------


def placed_events(theme: Theme, line: Timeline, picture: Picture) -> tuple[PlacedPin, ...]:
    """Where the pins stand in this picture."""
    lane, scope = picture.lanes[LaneId.EVENTS], picture.scope
    rows = max(1, int(lane.rect.height() // theme.px(ROW)))
    shown = [
        (pin, scope.x(line.second_of(pin.t_ns)))
        for pin in line.pins
        if scope.shows(line.second_of(pin.t_ns), line.second_of(pin.t_ns))
    ]
    width = partial(text_width, theme.font(15))
    return place_pins(shown, rows, scope.left, scope.right + theme.px(14), theme.px(9), width)


def paint_events(p: QPainter, theme: Theme, line: Timeline, picture: Picture) -> None:
    """Pins with their texts."""
    lane = picture.lanes[LaneId.EVENTS]
    rows = max(1, int(lane.rect.height() // theme.px(ROW)))
    pitch = lane.rect.height() / rows
    font = theme.font(15)
    placed = placed_events(theme, line, picture)
    p.setPen(QPen(QColor("#bcc5d1"), 1.0))
    top = lane.rect.top() - theme.px(2)
    heights = [top if one.row < 0 else lane.rect.top() + (one.row + 0.5) * pitch for one in placed]
    for one, y in zip(placed, heights, strict=True):
        p.drawLine(QPointF(one.x, top - theme.px(2)), QPointF(one.x, y))
    for one, y in zip(placed, heights, strict=True):
        pin_shape(p, theme, one.pin, one.x, y)
        if one.text:
            box = QRectF(one.text_x, y - pitch / 2, text_width(font, one.text) + 2, pitch)
            draw_text(p, box, LEFT | MIDDLE, one.text, font, theme.palette.text)
    p.setBrush(Qt.BrushStyle.NoBrush)


def pin_shape(p: QPainter, theme: Theme, pin: Pin, x: float, y: float) -> None:
    """Triangle for delivery, disc for care, square for staff, diamond for trouble."""
    a = theme.px(4)
    color = {
        PinTone.DELIVERY: theme.palette.drug,
        PinTone.CARE: theme.palette.accent,
        PinTone.STAFF: theme.palette.muted,
        PinTone.TROUBLE: theme.palette.text,
    }[pin.tone]
    p.setPen(Qt.PenStyle.NoPen)
    p.setBrush(QColor(color))
    match pin.tone:
        case PinTone.DELIVERY:
            p.drawPolygon([QPointF(x - a, y - a * 1.2), QPointF(x + a * 1.3, y), QPointF(x - a, y + a * 1.2)])
        case PinTone.CARE:
            p.drawEllipse(QPointF(x, y), a, a)
        case PinTone.STAFF:
            p.drawRect(QRectF(x - a * 0.9, y - a * 0.9, a * 1.8, a * 1.8))
        case PinTone.TROUBLE:
            b = a * 1.3
            p.drawPolygon([QPointF(x, y - b), QPointF(x + b, y), QPointF(x, y + b), QPointF(x - b, y)])


def paint_comments(p: QPainter, theme: Theme, line: Timeline, picture: Picture) -> None:
    """Numbered flags; the texts stand beside the picture."""
    lane, scope = picture.lanes[LaneId.COMMENTS], picture.scope
    font, text_font = theme.font(13, Weight.SEMIBOLD), theme.font(14)
    high = min(lane.rect.height(), theme.px(20))
    reached = -1e9
    for number, remark in enumerate(line.remarks, 1):
        second = line.second_of(remark.t_ns)
        if not scope.shows(second, second):
            continue
        x = max(scope.x(second) - high / 2, reached)
        box = QRectF(x, lane.rect.center().y() - high / 2, high, high)
        p.setPen(Qt.PenStyle.NoPen)
        p.setBrush(QColor(theme.palette.accent))
        p.drawRoundedRect(box, theme.px(4), theme.px(4))
        draw_text(p, box, CENTER | MIDDLE, str(number), font, "#ffffff")
        following = [line.second_of(one.t_ns) for one in line.remarks[number:]]
        limit = min([scope.x(one) - high for one in following] + [scope.right])
        room = QRectF(box.right() + theme.px(6), box.top(), limit - box.right() - theme.px(10), high)
        reached = box.right() + theme.px(3)
        if room.width() > theme.px(80):
            reached += draw_text(p, room, LEFT | MIDDLE, remark.text, text_font, theme.palette.muted)
    p.setBrush(Qt.BrushStyle.NoBrush)
