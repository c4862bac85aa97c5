"""The screen on the bench: colours beside each other, and fields that fill when they are touched."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.ui.theme import DARK, Theme, Weight
from console.ui.widgets.paint import CENTER, MIDDLE, draw_text

COLUMNS, ROWS = 12, 5
PATCHES = (
    ("ECG", DARK.hr), ("SpO₂", DARK.spo2), ("CO₂", DARK.co2), ("NIBP", DARK.nibp), ("Temp", DARK.temp),
    ("Drug", DARK.drug), ("High", DARK.high_fill), ("Medium", DARK.medium), ("Low", DARK.low),
)  # fmt: skip
"""The colours of the bedside page; alarms are shown here as samples."""
GREYS = 12


class ColourBars(QWidget):
    """Every colour of the bedside on its dark ground, and a wedge of greys."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAccessibleName("Samples of the bedside's colours")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self.setFixedHeight(self._theme.px(130))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the samples."""
        with QPainter(self) as painter:
            px, rect = self._theme.px, QRectF(self.rect())
            painter.fillRect(rect, QColor(DARK.ground))
            wide = rect.width() / len(PATCHES)
            for place, (name, colour) in enumerate(PATCHES):
                box = QRectF(place * wide + px(6), px(8), wide - px(12), px(56))
                painter.fillRect(box, QColor(colour))
                under = QRectF(place * wide, px(66), wide, px(22))
                draw_text(
                    painter, under, CENTER | MIDDLE, name, self._theme.font(14, Weight.MEDIUM), DARK.text
                )
            step = rect.width() / GREYS
            for place in range(GREYS):
                level = round(255 * place / (GREYS - 1))
                painter.fillRect(QRectF(place * step, px(92), step + 1, px(38)), QColor(level, level, level))


class TouchGrid(QWidget):
    """Fields that fill when a finger or the pointer passes over them while pressed.

    Signals:
        complete: Every field was touched.
    """

    complete = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.touched: set[tuple[int, int]] = set()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self.setFixedHeight(self._theme.px(260))

    def clear(self) -> None:
        """Begin anew."""
        self.touched.clear()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A touch."""
        self._touch(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A finger that is drawn over the fields."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._touch(event)

    def _touch(self, event: QMouseEvent) -> None:
        at = event.position()
        column = int(at.x() * COLUMNS / max(1, self.width()))
        row = int(at.y() * ROWS / max(1, self.height()))
        before = len(self.touched)
        if 0 <= column < COLUMNS and 0 <= row < ROWS:
            self.touched.add((column, row))
        if len(self.touched) != before:
            self.update()
            if len(self.touched) == COLUMNS * ROWS:
                self.complete.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the fields; a touched one carries a tick beside its colour."""
        with QPainter(self) as painter:
            p = self._theme.palette
            wide, tall = self.width() / COLUMNS, self.height() / ROWS
            font = self._theme.font(20, Weight.BOLD)
            for column in range(COLUMNS):
                for row in range(ROWS):
                    box = QRectF(column * wide + 2, row * tall + 2, wide - 4, tall - 4)
                    done = (column, row) in self.touched
                    painter.fillRect(box, QColor("#cfe6d8" if done else p.panel))
                    painter.setPen(QColor(p.line))
                    painter.drawRect(box)
                    if done:
                        draw_text(painter, box, CENTER | MIDDLE, "✓", font, p.good)
