"""One numeric: the value three to four times the label, limits small, dashes when it is not known."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.session.events import Priority
from console.ui.theme import Theme, Weight
from console.ui.viewmodels.live_shapes import MARKERS, Tile
from console.ui.viewmodels.live_tone import Tone
from console.ui.viewmodels.live_words import DASHES
from console.ui.widgets.blink import Blink
from console.ui.widgets.paint import (
    BOTTOM,
    LEFT,
    MIDDLE,
    RIGHT,
    TOP,
    draw_panel,
    draw_text,
    fitted,
    text_width,
)

CAP_SHARE = 1.22
"""Digits are 0.73 of the font's size tall: this lets them fill the room they have."""


def alarm_fill(theme: Theme, priority: Priority) -> tuple[str, str]:
    """Fill and ink of an alarm of this priority."""
    p = theme.palette
    if priority is Priority.HIGH:
        return p.high_fill, p.on_high
    return (p.medium if priority is Priority.MEDIUM else p.low), p.on_alarm


class NumericTile(QWidget):
    """A tile of the vitals column; ``most_px`` keeps a lesser parameter from outgrowing the vital ones.

    Signals:
        touched: Its limits are wanted.
    """

    touched = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None, most_px: float = 124) -> None:
        super().__init__(parent)
        self._theme = theme
        self._most_px = most_px
        self._tile = Tile("", "")
        self._blink = Blink()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, False)

    @property
    def tile(self) -> Tile:
        """What is shown."""
        return self._tile

    def set_tile(self, tile: Tile, blink: Blink) -> None:
        """Show ``tile``; repaints only when something changed."""
        lit_before = self._blink.on(self._tile.alarm, self._tile.flashing)
        changed = tile != self._tile or lit_before != blink.on(tile.alarm, tile.flashing)
        self._tile, self._blink = tile, blink
        if changed:
            self.setAccessibleName(f"{tile.label} {tile.value} {tile.unit}")
            self.update()

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """Touching a numeric shows its limits."""
        self.touched.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the tile."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            theme, tile, p = self._theme, self._tile, self._theme.palette
            rect = QRectF(self.rect())
            radius = theme.px(12)
            value_color, label_color, small = theme.color(tile.tone), theme.color(tile.tone), QColor(p.muted)
            lit = tile.alarm is not None and self._blink.on(tile.alarm, tile.flashing)
            if tile.alarm is not None and lit:
                fill, ink = alarm_fill(theme, tile.alarm)
                draw_panel(painter, rect, fill, radius)
                value_color = label_color = small = QColor(ink)
            elif tile.alarm is not None:
                fill, _ink = alarm_fill(theme, tile.alarm)
                draw_panel(painter, rect, p.panel, radius, fill, theme.px(3))
            else:
                draw_panel(painter, rect, p.panel, radius)
            if tile.dim or tile.value.startswith(DASHES):
                value_color = QColor(small) if lit else QColor(p.faint)
            self._draw(painter, rect, value_color, label_color, small)

    def _draw(
        self, painter: QPainter, rect: QRectF, value_color: QColor, label_color: QColor, small: QColor
    ) -> None:
        theme, tile = self._theme, self._tile
        pad_x, pad_y = rect.width() * 0.05, max(rect.height() * 0.07, theme.px(6))
        inner = rect.adjusted(pad_x, pad_y, -pad_x, -pad_y)
        label_font = theme.font(19, Weight.BOLD)
        label = tile.label if tile.alarm is None else f"{MARKERS[tile.alarm]} {tile.label}"
        used = draw_text(painter, inner, LEFT | TOP, label, label_font, label_color)
        small_font = theme.font(15)
        room = QRectF(inner).adjusted(used + theme.px(8), 0, 0, 0)
        unit_w = draw_text(painter, room, RIGHT | TOP, tile.unit, small_font, small)
        source = QRectF(room).adjusted(0, 0, -unit_w - theme.px(10), 0)
        tiny = theme.font(13)
        beside = bool(tile.source) and text_width(tiny, tile.source) <= source.width()
        if beside:
            draw_text(painter, source, RIGHT | TOP, tile.source, tiny, self._dimmed(small))
        line = small_font.pixelSize() * 1.25
        limits_top = inner.top() + label_font.pixelSize() * 1.45
        foot_h = self._foot(painter, inner, small)
        if tile.source and not beside and not foot_h:
            draw_text(painter, inner, LEFT | BOTTOM, tile.source, tiny, self._dimmed(small))
        limits_w = self._limits(painter, inner, limits_top, line, small)
        area = QRectF(
            inner.left() + limits_w + theme.px(6),
            inner.top() + line * 0.95,
            inner.width() - limits_w - theme.px(6),
            inner.height() - line * 0.95 - foot_h,
        )
        font = theme.font(20, Weight.SEMIBOLD)
        font.setPixelSize(max(20, min(int(area.height() * CAP_SHARE), theme.px(self._most_px))))
        beside_font = theme.font(18, Weight.MEDIUM)
        font = fitted(font, tile.value, area.width())
        draw_text(painter, area, RIGHT | MIDDLE, tile.value, font, value_color)
        if tile.beside and not foot_h:
            draw_text(painter, inner, RIGHT | BOTTOM, tile.beside, beside_font, small)

    def _dimmed(self, small: QColor) -> QColor:
        color = QColor(small)
        color.setAlphaF(0.75)
        return color

    def _foot(self, painter: QPainter, inner: QRectF, small: QColor) -> float:
        """Reason, age and next due in the last line; returns the height it took."""
        theme, tile = self._theme, self._tile
        left = (tile.busy_words or "measuring…") if tile.busy else tile.reason
        right = " · ".join(part for part in (f"{tile.beside} {tile.age}".strip(), tile.next_due) if part)
        if tile.busy:
            right = tile.age
        if tile.label != "NIBP":
            right = ""
        if not left and not right:
            return 0.0
        foot_font = theme.font(16, Weight.MEDIUM)
        height = foot_font.pixelSize() * 1.3
        box = QRectF(inner.left(), inner.bottom() - height, inner.width(), height)
        taken = 0.0
        if right:
            taken = draw_text(painter, box, RIGHT | BOTTOM, right, foot_font, small)
        if left:
            room = box.adjusted(0, 0, -taken - theme.px(8) if taken else 0, 0)
            if room.width() > theme.px(50):
                tint = theme.color(Tone.TEXT) if tile.busy and tile.alarm is None else small
                align = (LEFT if right else RIGHT) | BOTTOM
                draw_text(painter, room, align, left, foot_font, tint)
        return height

    def _limits(self, painter: QPainter, inner: QRectF, top: float, line: float, small: QColor) -> float:
        """Limits under the label, or the crossed bell; returns the width they took."""
        theme, tile = self._theme, self._tile
        if tile.limits_off or tile.off_until:
            size = theme.px(20)
            icon = theme.pixmap("bell_off", small.name(), size, self.devicePixelRatioF())
            painter.drawPixmap(QPointF(inner.left(), top), icon)
            if not tile.off_until:
                return size
            font, until = theme.font(15, Weight.SEMIBOLD), f"to {tile.off_until}"
            under = QRectF(inner.left(), top + size + theme.px(2), theme.px(90), line)
            return max(size, draw_text(painter, under, LEFT | TOP, until, font, small))
        font_small = theme.font(16, Weight.MEDIUM)
        width = 0.0
        for index, text in enumerate((tile.high, tile.low)):
            box = QRectF(inner.left() + theme.px(14), top + index * line * 1.05, theme.px(52), line)
            if not text:
                continue
            width = max(width, theme.px(14) + text_width(font_small, text))
            draw_text(painter, box, LEFT | TOP, text, font_small, small)
            self._chevron(painter, inner.left(), box.top() + line * 0.5, up=index == 0, color=small)
        return width

    def _chevron(self, painter: QPainter, x: float, y: float, *, up: bool, color: QColor) -> None:
        size = self._theme.px(4)
        painter.setPen(QPen(color, max(1.0, 1.5 * self._theme.scale)))
        tip, base = (y - size / 2, y + size / 2) if up else (y + size / 2, y - size / 2)
        painter.drawPolyline([QPointF(x, base), QPointF(x + size, tip), QPointF(x + 2 * size, base)])
