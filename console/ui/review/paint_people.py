"""Who was in the room, and what the therapist wrote: the lowest lanes of the timeline."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from console.ui.review.lanes import Lane, LaneId, Picture
from console.ui.theme import Theme, Weight
from console.ui.viewmodels.review_people import Presence
from console.ui.viewmodels.review_shapes import Timeline
from console.ui.widgets.paint import LEFT, MIDDLE, draw_text, faded, text_width

MOST_ROWS = 4
LEAST_ROW_PX = 16.0


def paint_people(p: QPainter, theme: Theme, line: Timeline, picture: Picture) -> None:
    """A bar while somebody was signed in, a tick at each act; the name stands on the bar's row."""
    lane = picture.lanes.get(LaneId.PEOPLE)
    if lane is None or not line.people:
        return
    rows = min(MOST_ROWS, len(line.people), max(1, int(lane.rect.height() / theme.px(LEAST_ROW_PX))))
    high = lane.rect.height() / rows
    for place, one in enumerate(line.people[:rows]):
        box = QRectF(lane.rect.left(), lane.rect.top() + place * high, lane.rect.width(), high)
        hidden = len(line.people) - rows if place == rows - 1 else 0
        _person(p, theme, line, picture, one, box, hidden)


def _person(
    p: QPainter, theme: Theme, line: Timeline, picture: Picture, one: Presence, box: QRectF, hidden: int
) -> None:
    scope, y = picture.scope, box.center().y()
    color = QColor(theme.palette.accent if one.role == "physician" else theme.palette.muted)
    thick = min(theme.px(9), box.height() * 0.62)
    p.setPen(Qt.PenStyle.NoPen)
    p.setBrush(faded(color, 0.28))
    for first_ns, last_ns in one.spans:
        first, last = line.second_of(first_ns), line.second_of(last_ns)
        if scope.shows(first, last):
            x0, x1 = max(scope.x(first), scope.left), min(scope.x(last), scope.right)
            p.drawRect(QRectF(x0, y - thick / 2, x1 - x0, thick))
    p.setPen(QPen(color, 1.2))
    shown = sorted({round(scope.x(line.second_of(at))) for at in one.acts})
    p.drawLines([QLineF(x, y - thick / 2, x, y + thick / 2) for x in shown if scope.left <= x <= scope.right])
    p.setBrush(Qt.BrushStyle.NoBrush)
    more = f"  and {hidden} more" if hidden else ""
    text, font = f"{one.name}, {one.role}{more}", theme.font(13, Weight.MEDIUM)
    wide = text_width(font, text) + theme.px(10)
    room = QRectF(scope.right - wide - theme.px(4), y - box.height() / 2, wide, box.height())
    p.fillRect(room, faded("#ffffff", 0.86))
    draw_text(p, room.adjusted(theme.px(5), 0, 0, 0), LEFT | MIDDLE, text, font, theme.palette.text)


def paint_therapist(p: QPainter, theme: Theme, line: Timeline, picture: Picture) -> None:
    """A ring at each note, its words as far as the next one allows."""
    lane = picture.lanes.get(LaneId.THERAPIST)
    if lane is None:
        return
    seconds = [line.second_of(one.t_ns) for one in line.therapist]
    _notes(p, theme, picture, lane, seconds, [one.text for one in line.therapist])


def _notes(
    p: QPainter,
    theme: Theme,
    picture: Picture,
    lane: Lane,
    seconds: Sequence[float],
    texts: Sequence[str],
) -> None:
    scope, y, a = picture.scope, lane.rect.center().y(), theme.px(4)
    font = theme.font(14)
    for place, (second, text) in enumerate(zip(seconds, texts, strict=True)):
        if not scope.shows(second, second):
            continue
        x = scope.x(second)
        p.setPen(QPen(QColor(theme.palette.drug), 1.6))
        p.setBrush(QColor("#ffffff"))
        p.drawEllipse(QPointF(x, y), a, a)
        following = scope.x(seconds[place + 1]) if place + 1 < len(seconds) else scope.right
        room = QRectF(x + 2 * a, lane.rect.top(), following - x - 4 * a, lane.rect.height())
        if room.width() > theme.px(40):
            draw_text(p, room, LEFT | MIDDLE, text, font, theme.palette.muted)
    p.setBrush(Qt.BrushStyle.NoBrush)
