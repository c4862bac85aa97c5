"""Conditions in words, each with a sign: met, not met, not known."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.ui.theme import Theme, Weight
from console.ui.viewmodels.step_ready import Condition
from console.ui.widgets.paint import CENTER, LEFT, MIDDLE, draw_text

COLUMNS = 2


class ConditionList(QWidget):
    """Two columns of conditions."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._conditions: tuple[Condition, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What is shown."""
        return self._conditions

    def set_conditions(self, conditions: tuple[Condition, ...]) -> None:
        """Show these."""
        if conditions != self._conditions:
            self._conditions = conditions
            self.setAccessibleName("; ".join(f"{c.label}: {c.words}" for c in conditions))
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the conditions."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            rows = -(-len(self._conditions) // COLUMNS) or 1
            tall = min(self.height() / rows, self._theme.px(66))
            wide = self.width() / COLUMNS
            for index, condition in enumerate(self._conditions):
                box = QRectF(index // rows * wide, index % rows * tall, wide - self._theme.px(20), tall)
                self._one(painter, condition, box)

    def _one(self, painter: QPainter, condition: Condition, box: QRectF) -> None:
        theme, p = self._theme, self._theme.palette
        radius = theme.px(14)
        centre = QPointF(box.left() + radius + theme.px(2), box.center().y())
        met = condition.met
        ink = p.good if met else p.high if met is False else p.muted
        painter.setPen(QPen(QColor(ink), theme.px(2)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(centre, radius, radius)
        sign = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
        if met:
            size = theme.px(17)
            icon = theme.pixmap("check", ink, size, self.devicePixelRatioF())
            painter.drawPixmap(QPointF(centre.x() - size / 2, centre.y() - size / 2), icon)
        else:
            draw_text(
                painter, sign, CENTER | MIDDLE, "✕" if met is False else "?", theme.font(17, Weight.BOLD), ink
            )
        left = box.left() + 2 * radius + theme.px(18)
        name = QRectF(left, box.top(), box.width() * 0.30, box.height())
        draw_text(painter, name, LEFT | MIDDLE, condition.label, theme.font(19, Weight.SEMIBOLD), p.text)
        words = QRectF(
            name.right() + theme.px(8), box.top(), box.right() - name.right() - theme.px(8), box.height()
        )
        weight = Weight.MEDIUM if met else Weight.BOLD
        draw_text(
            painter, words, LEFT | MIDDLE, condition.words, theme.font(18, weight), p.muted if met else p.text
        )
