"""The layer of the cursor, and of the stretch that is measured."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from console.ui.review.lanes import LaneId, Picture
from console.ui.theme import Theme, Weight
from console.ui.viewmodels.review_axis import span_text
from console.ui.widgets.paint import CENTER, MIDDLE, draw_text, faded, text_width


class CursorLayer(QWidget):
    """Lies over the picture and takes no touches; ``paint`` draws on it."""

    def __init__(self, parent: QWidget, paint: Callable[[QPainter], None]) -> None:
        super().__init__(parent)
        self._paint = paint
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint(painter)
        painter.end()


def paint_measure(p: QPainter, theme: Theme, picture: Picture, mark_s: float, cursor_s: float) -> None:
    """A band between the two ends, the far end dashed, its length on top."""
    scope, plot = picture.scope, picture.plot
    top = picture.lanes[LaneId.PHASES].rect.bottom()
    x0, x1 = sorted((scope.x(mark_s), scope.x(cursor_s)))
    left, right = max(x0, scope.left), min(x1, scope.right)
    if right > left:
        p.fillRect(QRectF(left, top, right - left, plot.bottom() - top), faded(theme.palette.accent, 0.07))
    x = scope.x(mark_s)
    if scope.left <= x <= scope.right:
        p.setPen(QPen(QColor(theme.palette.accent), 1.4, Qt.PenStyle.DashLine))
        p.drawLine(QPointF(x, top), QPointF(x, plot.bottom()))
    seconds = abs(cursor_s - mark_s)
    text = f"{seconds:.2f} s" if seconds < 10 else span_text(seconds)
    font = theme.font(14, Weight.SEMIBOLD)
    wide, high = text_width(font, text) + theme.px(14), theme.px(21)
    middle = min(max((left + right) / 2, scope.left + wide / 2), scope.right - wide / 2)
    box = QRectF(middle - wide / 2, top + theme.px(2), wide, high)
    p.setPen(QPen(QColor(theme.palette.accent), 1.0))
    p.setBrush(QColor(theme.palette.panel))
    p.drawRoundedRect(box, high / 3, high / 3)
    draw_text(p, box, CENTER | MIDDLE, text, font, theme.palette.accent)
    p.setBrush(Qt.BrushStyle.NoBrush)
