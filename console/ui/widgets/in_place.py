"""The frame of everything that is asked in place: a panel over the page, never a dialog, never over STOP."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from console.ui.theme import Theme
from console.ui.widgets.paint import draw_panel


class InPlacePanel(QWidget):
    """A titled panel with a close button and room for the room's answer.

    Signals:
        closed: It was closed without asking anything more.

    Attributes:
        body: Layout to fill.
        answer: Sentences of the room's answer.
    """

    MOST_WIDE_PX: ClassVar[int] = 760
    """How wide it may grow; the page gives it this much where there is room."""
    TALL: ClassVar[bool] = False
    """Whether it takes the whole height of the page."""

    closed = Signal()

    def __init__(self, theme: Theme, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.title = QLabel(title, self)
        self.title.setProperty("kind", "title")
        self.close_button = QPushButton(self)
        self.close_button.setAccessibleName("Close")
        self.close_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.close_button.clicked.connect(self.dismiss)
        self.answer = QLabel("", self)
        self.answer.setWordWrap(True)
        self._outer = QVBoxLayout(self)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.close_button)
        self._outer.addLayout(head)
        self.body = QVBoxLayout()
        self._outer.addLayout(self.body, 1)
        self._outer.addWidget(self.answer)
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        self.rescale()
        self.hide()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        px = self._theme.px
        self._outer.setContentsMargins(px(22), px(16), px(22), px(18))
        self._outer.setSpacing(px(12))
        self.body.setSpacing(px(10))
        self.close_button.setIcon(self._theme.icon("close"))
        self.close_button.setIconSize(QSize(px(24), px(24)))
        self.close_button.setFixedWidth(px(64))

    def show_answer(self, sentences: tuple[str, ...]) -> None:
        """Show what the room said, one sentence a line."""
        self.answer.setText("\n".join(sentences))
        self.answer.setVisible(bool(sentences))

    def open(self) -> None:
        """Show the panel with an empty answer."""
        self.show_answer(())
        self.show()
        self.raise_()

    def dismiss(self) -> None:
        """Close without asking anything more."""
        self.hide()
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the frame."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            p = self._theme.palette
            draw_panel(painter, QRectF(self.rect()), p.raised, self._theme.px(14), p.faint, 1.5)
