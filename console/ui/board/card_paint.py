"""How a room is drawn on the board: large with a ring, or small in three lines. Filled colours are alarms."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from console.session.events import Priority
from console.ui.theme import Theme, Weight
from console.ui.viewmodels.board_view import RoomFace
from console.ui.viewmodels.live_shapes import AlarmLine, Ring, Tile
from console.ui.viewmodels.live_words import DASHES
from console.ui.widgets.paint import (
    CENTER,
    LEFT,
    MIDDLE,
    RIGHT,
    TOP,
    draw_panel,
    draw_text,
    draw_wrapped,
    faded,
)

LARGE = (480.0, 300.0)
SMALL = (300.0, 142.0)
SMALL_BELOW = 0.66
"""A card whose large layout would be drawn smaller than that, on a screen of 1920 x 1080, is drawn small."""


@dataclass(frozen=True, slots=True)
class Brush:
    """What a card is drawn with; the theme's scale is that of the card, ``screen`` that of the screen."""

    painter: QPainter
    theme: Theme
    screen: float = 1.0

    def px(self, length: float) -> float:
        """A length given at scale 1."""
        return length * self.theme.scale

    def text(
        self,
        box: QRectF,
        align: Qt.AlignmentFlag,
        words: str,
        size: float,
        color: QColor | str,
        weight: Weight = Weight.REGULAR,
    ) -> float:
        """One line; returns its width."""
        return draw_text(self.painter, box, align, words, self.theme.font(size, weight), color)


def alarm_colours(theme: Theme, priority: Priority) -> tuple[str, str]:
    """Fill and ink of an alarm."""
    p = theme.palette
    return {
        Priority.HIGH: (p.high_fill, p.on_high),
        Priority.MEDIUM: (p.medium, p.on_alarm),
        Priority.LOW: (p.low, p.on_alarm),
    }[priority]


def paint_room(brush: Brush, area: QRectF, face: RoomFace, hovered: bool) -> None:
    """The whole card."""
    p = brush.theme.palette
    top = face.top
    radius = brush.px(12)
    fill = p.panel if face.open else p.ground
    line, width = (p.faint, brush.px(1.5)) if hovered else (p.line, brush.px(1.2))
    if top is not None:
        line, width = alarm_colours(brush.theme, top.priority)[0], brush.px(3)
    draw_panel(brush.painter, area, fill, radius, line, max(1.0, width))
    if face.silent and face.open and top is None:
        pen = QPen(QColor(p.muted), max(1.0, brush.px(2)), Qt.PenStyle.DashLine)
        brush.painter.setPen(pen)
        brush.painter.setBrush(Qt.BrushStyle.NoBrush)
        inset = brush.px(2)
        brush.painter.drawRoundedRect(area.adjusted(inset, inset, -inset, -inset), radius, radius)
    if is_small(area.width(), area.height(), brush.screen):
        _small(brush, area, face)
    else:
        _large(brush, area, face)


def is_small(width: float, height: float, screen: float) -> bool:
    """Whether a card of this size is drawn small: a finer screen is not a nearer one."""
    return min(width / LARGE[0], height / LARGE[1]) < SMALL_BELOW * screen


def scale_of(width: float, height: float, screen: float) -> float:
    """Scale of everything in a card of this size."""
    design = SMALL if is_small(width, height, screen) else LARGE
    return max(0.3, min(width / design[0], height / design[1]))


# --- large --------------------------------------------------------------------------------------------


def _large(brush: Brush, area: QRectF, face: RoomFace) -> None:
    px, p = brush.px, brush.theme.palette
    inner = area.adjusted(px(18), px(12), -px(18), -px(12))
    head = QRectF(inner.left(), inner.top(), inner.width(), px(36))
    used = brush.text(head, LEFT | MIDDLE, face.name, 26, p.text if face.open else p.muted, Weight.SEMIBOLD)
    rest = head.adjusted(used + px(14), 0, 0, 0)
    brush.text(rest, RIGHT | MIDDLE, face.patient, 21, p.text, Weight.MEDIUM)
    foot = QRectF(inner.left(), inner.bottom() - px(24), inner.width(), px(24))
    _foot(brush, foot, face)
    middle = QRectF(inner.left(), head.bottom() + px(4), inner.width(), foot.top() - head.bottom() - px(8))
    if not face.open:
        words = _capital(face.silent) if face.silent else face.ring.title
        brush.text(middle, CENTER | MIDDLE, words, 22, p.faint, Weight.MEDIUM)
        return
    strip = QRectF(middle.left(), middle.bottom() - px(40), middle.width(), px(38))
    middle.setBottom(strip.top() - px(6))
    _strip(brush, strip, face, "No alarms")
    side = min(middle.height(), middle.width() * 0.36)
    ring_box = QRectF(middle.left(), middle.center().y() - side / 2, side, side)
    _ring(brush, ring_box, face.ring, "" if face.silent else face.pump)
    tiles = QRectF(ring_box.right() + px(16), middle.top(), 0, middle.height())
    tiles.setRight(middle.right())
    _tiles(brush, tiles, face)


def _ring(brush: Brush, box: QRectF, ring: Ring, pump: str) -> None:
    px, p = brush.px, brush.theme.palette
    side = box.width()
    thick = side * 0.065
    circle = box.adjusted(thick, thick, -thick, -thick)
    painter = brush.painter
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(p.line), thick, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
    painter.drawEllipse(circle)
    if ring.fraction > 0:
        painter.setPen(
            QPen(brush.theme.color(ring.tone), thick, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        )
        painter.drawArc(circle, 90 * 16, -round(ring.fraction * 360 * 16))
    unit = side / px(150)
    inside = box.adjusted(side * 0.15, 0, -side * 0.15, 0)
    third = side / 3
    title = QRectF(inside.left(), box.top() + side * 0.2, inside.width(), third * 0.45)
    brush.text(title, CENTER | MIDDLE, ring.title, 15 * unit, p.muted, Weight.MEDIUM)
    big = QRectF(inside.left(), box.top() + third, inside.width(), third)
    brush.text(big, CENTER | MIDDLE, ring.big or DASHES, 36 * unit, p.text, Weight.SEMIBOLD)
    under = QRectF(inside.left() + side * 0.04, big.bottom(), inside.width() - side * 0.08, third * 0.5)
    words = ring.under.split(" · ")[-1] if " · " in ring.under else (pump or ring.under)
    draw_wrapped(painter, under, CENTER | TOP, words, brush.theme.font(13 * unit), p.faint)


def _tiles(brush: Brush, box: QRectF, face: RoomFace) -> None:
    heart, spo2, pressure, breaths, carbon = face.tiles
    row = box.height() / 3
    half = box.width() / 2
    _tile(brush, QRectF(box.left(), box.top(), half, row), heart, face.old)
    _tile(brush, QRectF(box.left() + half, box.top(), half, row), spo2, face.old)
    _tile(brush, QRectF(box.left(), box.top() + row, box.width(), row), pressure, face.old)
    _tile(brush, QRectF(box.left(), box.top() + 2 * row, half, row), breaths, face.old)
    _tile(brush, QRectF(box.left() + half, box.top() + 2 * row, half, row), carbon, face.old)


def _tile(brush: Brush, box: QRectF, tile: Tile, old: bool) -> None:
    px, p = brush.px, brush.theme.palette
    tone = brush.theme.color(tile.tone)
    if tile.alarm is not None and tile.value != DASHES:
        fill, ink = alarm_colours(brush.theme, tile.alarm)
        draw_panel(brush.painter, box.adjusted(0, px(1), -px(6), -px(1)), fill, px(6))
        tone = QColor(ink)
    elif tile.value.startswith(DASHES):
        tone = QColor(p.faint)
    elif tile.dim or (old and tile.age):
        tone = faded(tone, 0.6)
    label = QRectF(box.left() + px(6), box.top(), px(58), box.height())
    name = label.adjusted(0, box.height() * 0.12, 0, -box.height() * 0.46)
    brush.text(name, LEFT | MIDDLE, tile.label, 15, tone, Weight.SEMIBOLD)
    below = label.adjusted(0, box.height() * 0.48, px(30), -box.height() * 0.14)
    missing = tile.value.startswith(DASHES)
    words = tile.age or (tile.reason if missing else tile.unit)
    brush.text(below, LEFT | MIDDLE, words, 12, tone if tile.alarm and not missing else p.faint)
    value = QRectF(label.right() + px(2), box.top(), box.right() - label.right() - px(14), box.height())
    if tile.beside:
        side = value.adjusted(0, box.height() * 0.2, 0, 0)
        used = brush.text(side, RIGHT | MIDDLE, tile.beside, 17, tone)
        value.setRight(value.right() - used - px(6))
    brush.text(value, RIGHT | MIDDLE, tile.value, 40, tone, Weight.SEMIBOLD)


# --- small --------------------------------------------------------------------------------------------


def _small(brush: Brush, area: QRectF, face: RoomFace) -> None:
    px, p = brush.px, brush.theme.palette
    inner = area.adjusted(px(12), px(7), -px(12), -px(8))
    head = QRectF(inner.left(), inner.top(), inner.width(), px(32))
    ink = p.text if face.open else p.muted
    if not face.open:
        brush.text(head, LEFT | MIDDLE, face.name, 22, ink, Weight.SEMIBOLD)
        rest = QRectF(inner.left(), head.bottom(), inner.width(), inner.bottom() - head.bottom())
        words = _capital(face.silent) if face.silent else face.ring.title
        draw_wrapped(brush.painter, rest, LEFT | MIDDLE, words, brush.theme.font(18), p.faint)
        return
    shown = face.ring.big or DASHES
    right = brush.text(head, RIGHT | MIDDLE, shown, 24, brush.theme.color(face.ring.tone), Weight.SEMIBOLD)
    left = head.adjusted(0, 0, -right - px(8), 0)
    used = brush.text(left, LEFT | MIDDLE, face.name, 22, ink, Weight.SEMIBOLD)
    phase = left.adjusted(used + px(10), 0, 0, 0)
    if phase.width() > px(40):
        brush.text(phase, RIGHT | MIDDLE, face.ring.title, 16, p.muted)
    strip = QRectF(inner.left(), inner.bottom() - px(30), inner.width(), px(30))
    middle = QRectF(inner.left(), head.bottom() + px(2), inner.width(), strip.top() - head.bottom() - px(6))
    heart, spo2, pressure, breaths, _carbon = face.tiles
    shares = ((heart, 0.2), (spo2, 0.2), (pressure, 0.4), (breaths, 0.2))
    x = middle.left()
    for tile, share in shares:
        _figure(brush, QRectF(x, middle.top(), middle.width() * share, middle.height()), tile)
        x += middle.width() * share
    _strip(brush, strip, face, face.staff)


def _figure(brush: Brush, box: QRectF, tile: Tile) -> None:
    px, p = brush.px, brush.theme.palette
    tone = brush.theme.color(tile.tone)
    missing = tile.value.startswith(DASHES)
    if tile.alarm is not None and not missing:
        fill, ink = alarm_colours(brush.theme, tile.alarm)
        draw_panel(brush.painter, box.adjusted(0, 0, -px(3), 0), fill, px(5))
        tone = QColor(ink)
    elif missing:
        tone = QColor(p.faint)
    elif tile.dim:
        tone = faded(tone, 0.6)
    upper = QRectF(box.left() + px(4), box.top() + px(1), box.width() - px(11), box.height() * 0.34)
    label = f"{tile.label}  {tile.age}" if tile.age and tile.age != "just now" else tile.label
    brush.text(upper, LEFT | MIDDLE, label, 12, tone, Weight.MEDIUM)
    lower = QRectF(upper.left(), upper.bottom(), upper.width(), box.height() * 0.66 - px(1))
    brush.text(lower, LEFT | MIDDLE, tile.value, 29, tone, Weight.SEMIBOLD)


# --- shared -------------------------------------------------------------------------------------------


def _strip(brush: Brush, box: QRectF, face: RoomFace, calm: str) -> None:
    px, p = brush.px, brush.theme.palette
    top = face.top
    if top is not None:
        _alarm(brush, box, top, len(face.alarms), face.silent)
        return
    words = _capital(face.silent) if face.silent else face.note
    if face.silent:
        draw_panel(brush.painter, box, p.raised, px(6), p.muted, max(1.0, px(1)))
        brush.text(box.adjusted(px(12), 0, -px(12), 0), CENTER | MIDDLE, words, 18, p.text, Weight.SEMIBOLD)
    elif words:
        brush.text(box.adjusted(px(4), 0, -px(4), 0), LEFT | MIDDLE, words, 15, p.muted)
    else:
        brush.text(box.adjusted(px(4), 0, -px(4), 0), LEFT | MIDDLE, calm, 15, p.faint)


def _alarm(brush: Brush, box: QRectF, top: AlarmLine, count: int, silent: str) -> None:
    px = brush.px
    fill, ink = alarm_colours(brush.theme, top.priority)
    if top.acknowledged:
        # Somebody saw it: the colour stays as an outline, the fill goes.
        draw_panel(brush.painter, box, brush.theme.palette.panel, px(6), fill, max(1.0, px(2)))
        ink = fill
    else:
        draw_panel(brush.painter, box, fill, px(6))
    inside = box.adjusted(px(12), 0, -px(12), 0)
    more = "silent since" if silent else f"+{count - 1}" if count > 1 else ""
    used = brush.text(inside, RIGHT | MIDDLE, more, 16, ink, Weight.SEMIBOLD)
    line = inside.adjusted(0, 0, -used - px(8), 0)
    brush.text(line, LEFT | MIDDLE, f"{top.marker}  {top.message}", 19, ink, Weight.SEMIBOLD)


def _foot(brush: Brush, box: QRectF, face: RoomFace) -> None:
    p = brush.theme.palette
    used = brush.text(box, RIGHT | MIDDLE, face.figures, 15, p.muted if face.old else p.faint)
    brush.text(box.adjusted(0, 0, -used - brush.px(12), 0), LEFT | MIDDLE, face.staff, 15, p.muted)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
