"""The frame of every step: what it is, its body, what the room answered, and the one action, always there."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QHideEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from console.ui.theme import Theme
from console.ui.widgets.paint import draw_panel
from console.ui.widgets.reason_sheet import ReasonSheet


def step_sheet(theme: Theme) -> str:
    """Style of the keys and labels inside a step."""
    p, px = theme.palette, theme.px
    return f"""
    QPushButton[role="key"] {{ font-size: {px(30)}px; font-weight: 700; min-height: 0; padding: 0; }}
    QLabel[role="small"] {{ font-size: {px(15)}px; }}
    QLabel[role="title"] {{ font-size: {px(24)}px; font-weight: 600; }}
    QLabel[role="list"] {{ font-size: {px(21)}px; }}
    QLabel[role="head"] {{ font-size: {px(17)}px; font-weight: 600; color: {p.muted}; }}
    QLabel[role="big"] {{ font-size: {px(30)}px; font-weight: 700; }}
    QLabel[role="answer"] {{ font-size: {px(18)}px; font-weight: 600; border-left: {px(4)}px solid {p.high};
        padding-left: {px(12)}px; }}
    QLabel[role="heed"] {{ font-size: {px(18)}px; font-weight: 500; border-left: {px(4)}px solid {p.accent};
        padding-left: {px(12)}px; color: {p.text}; }}
    """


class StepFrame(QWidget):
    """Title, body, answer line and footer.

    Attributes:
        body: Layout to fill.
        foot_left: Where answers stand; a step may ask for something small there.
        primary: The one action of the step, bottom right.
        sheet: Asks for a reason in place of the body.
    """

    def __init__(self, theme: Theme, title: str, primary: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.title = QLabel(title, self)
        self.title.setProperty("role", "title")
        self.subtitle = QLabel("", self)
        self.subtitle.setProperty("tone", "muted")
        self.subtitle.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._head = QHBoxLayout()
        self._head.addWidget(self.title)
        self._head.addWidget(self.subtitle, 1)
        self._pages = QStackedWidget(self)
        self._content = QWidget(self._pages)
        self.body = QVBoxLayout(self._content)
        self.body.setContentsMargins(0, 0, 0, 0)
        self._pages.addWidget(self._content)
        self.sheet = ReasonSheet(theme, self._pages)
        self.sheet.done.connect(self._sheet_done)
        self._pages.addWidget(self.sheet)
        self.answer = QLabel("", self)
        self.answer.setObjectName("answer")
        self.answer.setProperty("role", "answer")
        self.answer.setWordWrap(True)
        self.answer.hide()
        self.primary = QPushButton(primary, self)
        self.primary.setObjectName("primary")
        self.primary.setProperty("role", "primary")
        self.primary.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._secondary: list[QPushButton] = []
        self._footer = QWidget(self)
        self._foot = QHBoxLayout(self._footer)
        self._foot.setContentsMargins(0, 0, 0, 0)
        self.foot_left = QVBoxLayout()
        self.foot_left.addWidget(self.answer)
        self._foot.addLayout(self.foot_left, 1)
        self._foot.addWidget(self.primary)
        self._outer = QVBoxLayout(self)
        self._outer.addLayout(self._head)
        self._outer.addWidget(self._pages, 1)
        self._outer.addWidget(self._footer)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        px = self._theme.px
        self.setStyleSheet(step_sheet(self._theme))
        self._outer.setContentsMargins(px(22), px(14), px(22), px(16))
        self._outer.setSpacing(px(10))
        self._foot.setSpacing(px(14))
        self.body.setSpacing(px(10))
        self.primary.setFixedSize(px(330), px(60))
        for button in self._secondary:
            button.setFixedHeight(px(60))

    def add_secondary(self, name: str, text: str) -> QPushButton:
        """Another way out, left of the primary action."""
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._secondary.append(button)
        self._foot.insertWidget(self._foot.indexOf(self.primary), button)
        button.setFixedHeight(self._theme.px(60))
        return button

    def add_held(self, widget: QWidget) -> None:
        """A button to be held, in the place of the primary action."""
        self._foot.addWidget(widget)

    def replace_primary(self, widget: QWidget) -> None:
        """Put a button to be held where the primary action stands, for good."""
        self.primary.hide()
        self.add_held(widget)

    def say(self, sentences: tuple[str, ...], *, refused: bool = True) -> None:
        """Show what the room said, next to the action it is about."""
        self.answer.setProperty("role", "answer" if refused else "heed")
        self.answer.style().unpolish(self.answer)
        self.answer.style().polish(self.answer)
        self.answer.setText("\n".join(sentences))
        self.answer.setVisible(bool(sentences))

    def ask_reason(self) -> None:
        """Show the sheet in place of the body."""
        self._pages.setCurrentWidget(self.sheet)
        self._footer.hide()

    @property
    def asking_reason(self) -> bool:
        """Whether the sheet is shown."""
        return self._pages.currentWidget() is self.sheet

    def _sheet_done(self) -> None:
        self._pages.setCurrentWidget(self._content)
        self._footer.show()

    def hideEvent(self, event: QHideEvent) -> None:
        """What was being asked is void once something else is shown."""
        self._sheet_done()
        super().hideEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A digit typed here is never a one-touch event of the page."""
        event.accept()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the panel."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw_panel(painter, QRectF(self.rect()), self._theme.palette.panel, self._theme.px(12))
