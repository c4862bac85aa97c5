"""The other alarms, opened in place under the strip."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from console.ui.theme import Theme, Weight
from console.ui.viewmodels.live_shapes import AlarmLine
from console.ui.widgets.numeric_tile import alarm_fill
from console.ui.widgets.paint import CENTER, LEFT, MIDDLE, draw_panel, draw_text


class AlarmList(QWidget):
    """The other alarms, laid over the page under the strip; not modal.

    Signals:
        acknowledge: Alarm id to acknowledge.
    """

    acknowledge = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lines: tuple[AlarmLine, ...] = ()
        self.hide()

    def set_lines(self, lines: tuple[AlarmLine, ...]) -> None:
        """Show these; the list closes when there is none."""
        if lines == self._lines:
            return
        self._lines = lines
        self.setFixedHeight(self._row_height() * max(1, len(lines)) + self._theme.px(16))
        if not lines:
            self.hide()
        self.update()

    def _row_height(self) -> int:
        return self._theme.px(58)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Touching an alarm acknowledges it."""
        index = int((event.position().y() - self._theme.px(8)) // self._row_height())
        if 0 <= index < len(self._lines) and not self._lines[index].acknowledged:
            self.acknowledge.emit(self._lines[index].alarm_id)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw one line an alarm."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            theme, p = self._theme, self._theme.palette
            draw_panel(painter, QRectF(self.rect()), p.raised, theme.px(12), p.line, 2)
            for index, line in enumerate(self._lines):
                top = theme.px(8) + index * self._row_height()
                row = QRectF(theme.px(18), top, self.width() - theme.px(36), self._row_height())
                fill, ink = alarm_fill(theme, line.priority)
                chip = QRectF(row.left(), row.center().y() - theme.px(17), theme.px(58), theme.px(34))
                draw_panel(painter, chip, fill, theme.px(8))
                font = theme.font(20, Weight.BOLD)
                draw_text(painter, chip, CENTER | MIDDLE, line.marker, font, ink)
                text = row.adjusted(theme.px(76), 0, -theme.px(400), 0)
                draw_text(painter, text, LEFT | MIDDLE, line.message, theme.font(20, Weight.SEMIBOLD), p.text)
                since = QRectF(row.right() - theme.px(390), row.top(), theme.px(180), row.height())
                stands = f"for {line.for_text}" if line.condition else f"was, {line.for_text} ago"
                draw_text(painter, since, LEFT | MIDDLE, stands, theme.font(17), p.muted)
                gap = theme.px(6)
                key = QRectF(
                    row.right() - theme.px(200), row.top() + gap, theme.px(200), row.height() - 2 * gap
                )
                self._key(painter, key, line)

    def _key(self, painter: QPainter, key: QRectF, line: AlarmLine) -> None:
        theme, p = self._theme, self._theme.palette
        if line.acknowledged:
            draw_text(painter, key, CENTER | MIDDLE, "acknowledged", theme.font(17), p.muted)
            return
        draw_panel(painter, key, p.ground, theme.px(9), p.line, 2)
        size = theme.px(22)
        icon = theme.pixmap("check", p.text, size, self.devicePixelRatioF())
        painter.drawPixmap(int(key.left() + theme.px(16)), int(key.center().y() - size / 2), icon)
        words = key.adjusted(theme.px(48), 0, 0, 0)
        draw_text(painter, words, LEFT | MIDDLE, "Acknowledge", theme.font(18, Weight.SEMIBOLD), p.text)
