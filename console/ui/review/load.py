"""The alarm load of a session: a small table beside the comments."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.ui.theme import Theme, Weight
from console.ui.viewmodels.review_load import LoadLine
from console.ui.widgets.paint import LEFT, MIDDLE, RIGHT, TOP, draw_text, draw_wrapped

ROW_PX = 42.0
LEAST_ROW_PX = 21.0


class LoadPanel(QWidget):
    """Label and figure of each line, what it is made of below it where there is room."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("load")
        self._theme = theme
        self._lines: tuple[LoadLine, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def lines(self) -> tuple[LoadLine, ...]:
        """What is shown."""
        return self._lines

    def set_lines(self, lines: tuple[LoadLine, ...]) -> None:
        """Show these."""
        if lines != self._lines:
            self._lines = lines
            self.setAccessibleName("; ".join(f"{one.label} {one.value} {one.note}".strip() for one in lines))
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the lines that fit."""
        theme, p = self._theme, self._theme.palette
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            count = max(1, len(self._lines))
            row = min(theme.px(ROW_PX), max(theme.px(LEAST_ROW_PX), self.height() / count))
            roomy = row >= theme.px(ROW_PX * 0.85)
            for place, line in enumerate(self._lines):
                box = QRectF(0, place * row, self.width(), row)
                if box.bottom() > self.height() + 1:
                    break
                painter.setPen(QPen(QColor(p.line), 1, Qt.PenStyle.SolidLine))
                painter.drawLine(QPointF(0, box.bottom()), QPointF(box.right(), box.bottom()))
                self._line(painter, line, box, roomy=roomy)

    def _line(self, painter: QPainter, line: LoadLine, box: QRectF, *, roomy: bool) -> None:
        theme, p = self._theme, self._theme.palette
        value = theme.font(17, Weight.SEMIBOLD)
        note = theme.font(13)
        upper = QRectF(box.left(), box.top(), box.width(), box.height() * (0.58 if roomy else 1.0))
        used = draw_text(painter, upper, RIGHT | MIDDLE, line.value, value, p.text)
        room = upper.adjusted(0, 0, -used - theme.px(10), 0)
        if roomy:
            draw_text(painter, room, LEFT | MIDDLE, line.label, theme.font(16), p.muted)
            lower = QRectF(box.left(), upper.bottom(), box.width(), box.height() - upper.height())
            if line.note:
                draw_wrapped(painter, lower, LEFT | TOP, line.note, note, p.faint)
            return
        label = draw_text(painter, room, LEFT | MIDDLE, line.label, theme.font(15), p.muted)
        rest = room.adjusted(label + theme.px(10), 0, 0, 0)
        if rest.width() > theme.px(60):
            draw_text(painter, rest, RIGHT | MIDDLE, line.note, note, p.faint)
