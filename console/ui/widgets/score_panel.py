"""Scoring in place: one touch on the level that fits, with words."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.clinical.scales import Scale
from console.ui.theme import Theme, Weight
from console.ui.widgets.in_place import InPlacePanel
from console.ui.widgets.paint import CENTER, LEFT, MIDDLE, draw_panel, draw_text, draw_wrapped


class LevelKey(QWidget):
    """One level of a scale.

    Signals:
        chosen: Its score.
    """

    chosen = Signal(int)

    def __init__(self, theme: Theme, level: int, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.level, self._words = level, words
        self._down = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(theme.px(64))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{level}: {words}")

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """Going down."""
        self._down = True
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Chosen when let go inside."""
        down, self._down = self._down, False
        self.update()
        if down and self.rect().contains(event.position().toPoint()):
            self.chosen.emit(self.level)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """No key acts by focus."""
        event.ignore()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw figure and words."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            theme, p = self._theme, self._theme.palette
            rect = QRectF(self.rect())
            draw_panel(painter, rect, p.line if self._down else p.panel, theme.px(10), p.line, 1)
            badge = QRectF(rect.left(), rect.top(), theme.px(72), rect.height())
            draw_text(painter, badge, CENTER | MIDDLE, str(self.level), theme.font(32, Weight.BOLD), p.text)
            words = rect.adjusted(theme.px(76), theme.px(4), -theme.px(14), -theme.px(4))
            draw_wrapped(painter, words, LEFT | MIDDLE, self._words, theme.font(18, Weight.MEDIUM), p.text)


class ScorePanel(InPlacePanel):
    """One-item scales: MOAA/S and dissociation.

    Signals:
        scored: Scale id and the score of each item.
    """

    scored = Signal(str, dict)

    def __init__(self, theme: Theme, scale: Scale, parent: QWidget | None = None) -> None:
        super().__init__(theme, scale.title, parent)
        self.scale = scale
        item = scale.items[0]
        self.keys: dict[int, LevelKey] = {}
        for level, words in item.levels:
            key = LevelKey(theme, level, words, self)
            key.chosen.connect(self._chosen)
            self.keys[level] = key
            self.body.addWidget(key, 1)

    def _chosen(self, level: int) -> None:
        self.scored.emit(self.scale.id, {self.scale.items[0].id: level})
