"""Where the session stands: the eight steps from arrival to discharge."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.session.state import Phase
from console.ui.theme import Theme, Weight
from console.ui.widgets.paint import CENTER, MIDDLE, draw_text

STEPS: tuple[tuple[str, frozenset[Phase]], ...] = (
    ("Arrival", frozenset({Phase.NO_SESSION, Phase.ARRIVAL})),
    ("Order", frozenset({Phase.ORDER})),
    ("Second person", frozenset({Phase.VERIFY})),
    ("Program", frozenset({Phase.PROGRAM})),
    ("Start", frozenset({Phase.READY})),
    ("Infusion", frozenset({Phase.INFUSING, Phase.PAUSED})),
    ("Observation", frozenset({Phase.OBSERVING})),
    ("Discharge", frozenset({Phase.DISCHARGED, Phase.CLOSED})),
)


def step_of(phase: Phase) -> int | None:
    """Index of the step a phase belongs to, None for an aborted session."""
    return next((index for index, (_word, phases) in enumerate(STEPS) if phase in phases), None)


class PhaseRail(QWidget):
    """Steps done carry a tick, the present one is filled, later ones are hollow."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._phase = Phase.NO_SESSION
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.rescale()

    @property
    def current(self) -> int | None:
        """Index of the present step."""
        return step_of(self._phase)

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self.setFixedHeight(self._theme.px(64))

    def set_phase(self, phase: Phase) -> None:
        """Mark the step of ``phase``."""
        if phase is not self._phase:
            self._phase = phase
            index = self.current
            word = "aborted" if index is None else STEPS[index][0]
            self.setAccessibleName(f"Step: {word}")
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw dots, line and words."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            theme, p = self._theme, self._theme.palette
            current = -1 if self.current is None else self.current
            wide = self.width() / len(STEPS)
            y, radius = theme.px(18), theme.px(11)
            painter.setPen(QPen(QColor(p.line), theme.px(3)))
            painter.drawLine(QPointF(wide / 2, y), QPointF(self.width() - wide / 2, y))
            if current > 0:
                painter.setPen(QPen(QColor(p.accent), theme.px(3)))
                painter.drawLine(QPointF(wide / 2, y), QPointF(wide * (current + 0.5), y))
            for index, (word, _phases) in enumerate(STEPS):
                centre = QPointF(wide * (index + 0.5), y)
                done, here = index < current, index == current
                painter.setPen(QPen(QColor(p.accent if done or here else p.faint), theme.px(2)))
                painter.setBrush(QColor(p.accent if here else p.raised if done else p.ground))
                painter.drawEllipse(centre, radius, radius)
                if done:
                    size = theme.px(16)
                    icon = theme.pixmap("check", p.accent, size, self.devicePixelRatioF())
                    painter.drawPixmap(QPointF(centre.x() - size / 2, centre.y() - size / 2), icon)
                elif here:
                    painter.setPen(Qt.PenStyle.NoPen)
                    painter.setBrush(QColor(p.ground))
                    painter.drawEllipse(centre, radius * 0.36, radius * 0.36)
                box = QRectF(wide * index + 2, y + radius + theme.px(3), wide - 4, theme.px(28))
                weight = Weight.BOLD if here else Weight.MEDIUM
                ink = p.text if here else p.muted if done else p.faint
                draw_text(painter, box, CENTER | MIDDLE, word, theme.font(16, weight), ink)
