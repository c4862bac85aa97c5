"""Scheduled checks as chips: touch one to do it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.ui.theme import Theme, Weight
from console.ui.viewmodels.live_shapes import Prompt
from console.ui.widgets.paint import BOTTOM, CENTER, LEFT, MIDDLE, TOP, draw_panel, draw_text


class PromptChips(QWidget):
    """At most four chips in one panel.

    Signals:
        wanted: The :class:`~console.session.events.PromptKind` touched.
    """

    wanted = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._prompts: tuple[Prompt, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.rescale()

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        """What is shown."""
        return self._prompts

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self.setFixedHeight(self._theme.px(126))

    def set_prompts(self, prompts: tuple[Prompt, ...]) -> None:
        """Show these, the most urgent first."""
        if prompts[:4] != self._prompts:
            self._prompts = prompts[:4]
            self.setAccessibleName("; ".join(f"{prompt.label} {prompt.when}" for prompt in self._prompts))
            self.update()

    def _boxes(self) -> list[QRectF]:
        """Two columns of chips."""
        gap = self._theme.px(10)
        wide = (self.width() - gap) / 2
        tall = (self.height() - gap) / 2
        return [
            QRectF((index % 2) * (wide + gap), (index // 2) * (tall + gap), wide, tall)
            for index in range(len(self._prompts))
        ]

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Do the check under the finger."""
        for prompt, box in zip(self._prompts, self._boxes(), strict=True):
            if box.contains(event.position()):
                self.wanted.emit(prompt.kind)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the chips."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            theme, p = self._theme, self._theme.palette
            if not self._prompts:
                rect = QRectF(self.rect())
                draw_panel(painter, rect, p.panel, theme.px(12))
                draw_text(painter, rect, CENTER | MIDDLE, "No check scheduled", theme.font(17), p.faint)
            for prompt, box in zip(self._prompts, self._boxes(), strict=True):
                fill, line = (p.raised, p.text) if prompt.overdue else (p.panel, p.line)
                draw_panel(painter, box, fill, theme.px(12), line, theme.px(2) if prompt.overdue else 1)
                inner = box.adjusted(theme.px(14), theme.px(6), -theme.px(10), -theme.px(6))
                draw_text(painter, inner, LEFT | TOP, prompt.label, theme.font(16, Weight.SEMIBOLD), p.text)
                weight = Weight.BOLD if prompt.overdue else Weight.MEDIUM
                ink = p.text if prompt.overdue else p.muted
                draw_text(painter, inner, LEFT | BOTTOM, prompt.when, theme.font(15, weight), ink)
