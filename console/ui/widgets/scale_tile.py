"""Sedation and dissociation: the last score in words; touching it opens scoring in place."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.ui.theme import Theme, Weight
from console.ui.viewmodels.live_shapes import MARKERS, Scale
from console.ui.viewmodels.live_words import DASHES
from console.ui.widgets.blink import Blink
from console.ui.widgets.numeric_tile import alarm_fill
from console.ui.widgets.paint import LEFT, MIDDLE, RIGHT, TOP, draw_panel, draw_text, draw_wrapped


class ScaleTile(QWidget):
    """Two scales side by side.

    Signals:
        wanted: Scale id to score.
    """

    wanted = Signal(str)

    def __init__(self, theme: Theme, left_id: str, right_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._ids = (left_id, right_id)
        self._scales: tuple[Scale, Scale] = (Scale("", DASHES, "", ""), Scale("", DASHES, "", ""))
        self._due = ("", "")
        self._blink = Blink()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_scales(self, left: Scale, right: Scale, due: tuple[str, str], blink: Blink) -> None:
        """Show the last scores and when the next fall due."""
        lit_before = self._lit(self._blink)
        changed = (left, right) != self._scales or due != self._due
        self._scales, self._due, self._blink = (left, right), due, blink
        if changed or lit_before != self._lit(blink):
            self.setAccessibleName(f"{left.label} {left.score}, {right.label} {right.score}")
            self.update()

    def _lit(self, blink: Blink) -> tuple[bool, ...]:
        return tuple(blink.on(scale.alarm, scale.flashing) for scale in self._scales)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open the scale under the finger."""
        self.wanted.emit(self._ids[0 if event.position().x() < self.width() / 2 else 1])

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw both halves."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            gap = self._theme.px(10)
            half = (self.width() - gap) / 2
            for index, scale in enumerate(self._scales):
                rect = QRectF(index * (half + gap), 0, half, self.height())
                self._half(painter, rect, scale, self._due[index])

    def _half(self, painter: QPainter, rect: QRectF, scale: Scale, due: str) -> None:
        theme, p = self._theme, self._theme.palette
        ink, soft = p.text, p.muted
        label = scale.label
        if scale.alarm is not None:
            fill, on = alarm_fill(theme, scale.alarm)
            label = f"{MARKERS[scale.alarm]} {label}"
            if self._blink.on(scale.alarm, scale.flashing):
                draw_panel(painter, rect, fill, theme.px(12))
                ink = soft = on
            else:
                draw_panel(painter, rect, p.panel, theme.px(12), fill, theme.px(3))
        else:
            draw_panel(painter, rect, p.panel, theme.px(12))
        pad = theme.px(13)
        inner = rect.adjusted(pad, theme.px(9), -pad, -theme.px(8))
        draw_text(painter, inner, LEFT | TOP, label, theme.font(16, Weight.BOLD), ink)
        line_h = theme.px(20)
        body = inner.adjusted(0, line_h, 0, -line_h)
        big = theme.font(48, Weight.BOLD)
        big.setPixelSize(max(16, min(int(body.height() * 0.95), theme.px(58))))
        known = scale.score != DASHES
        if not known:
            big = theme.font(30, Weight.BOLD)
        wide = draw_text(painter, body, LEFT | MIDDLE, scale.score, big, ink if known else p.faint)
        words = body.adjusted(wide + theme.px(10), 0, 0, 0)
        draw_wrapped(painter, words, LEFT | MIDDLE, scale.words, theme.font(15, Weight.MEDIUM), soft)
        foot = QRectF(inner.left(), inner.bottom() - line_h, inner.width(), line_h)
        late = due.startswith(("overdue", "due now"))
        weight = Weight.BOLD if late else Weight.MEDIUM
        used = draw_text(painter, foot, RIGHT | MIDDLE, due, theme.font(15, weight), ink if late else soft)
        if not late:
            draw_text(
                painter,
                foot.adjusted(0, 0, -used - theme.px(6), 0),
                LEFT | MIDDLE,
                scale.age,
                theme.font(14),
                soft,
            )
