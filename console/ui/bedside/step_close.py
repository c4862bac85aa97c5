"""After discharge: the summary, and the session is closed."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from console.room.wire import Answer
from console.session import intents as ask
from console.ui.bedside import step_names
from console.ui.bedside.step_tools import Asking, StepTools
from console.ui.viewmodels.step_release import summary
from console.ui.widgets.step_frame import StepFrame

LINES = 10


class StepClose(QWidget):
    """What was done, line by line, and one action."""

    def __init__(self, tools: StepTools, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(step_names.CLOSE)
        self._tools = tools
        self._asking = Asking(tools.bridge, self)
        self.frame = StepFrame(tools.theme, "Discharged", "Close session", self)
        self.frame.primary.clicked.connect(self._go)
        self._grid = QGridLayout()
        self._lines: list[tuple[QLabel, QLabel]] = []
        for row in range(LINES):
            label, text = QLabel("", self), QLabel("", self)
            label.setProperty("role", "head")
            text.setWordWrap(True)
            text.setProperty("role", "list")
            self._grid.addWidget(label, row, 0)
            self._grid.addWidget(text, row, 1)
            self._lines.append((label, text))
        self._grid.setColumnStretch(1, 1)
        self.frame.body.addLayout(self._grid)
        self.frame.body.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.frame)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self._grid.setHorizontalSpacing(self._tools.theme.px(30))
        self._grid.setVerticalSpacing(self._tools.theme.px(8))

    def showEvent(self, event: QShowEvent) -> None:
        """Show what is so now."""
        super().showEvent(event)
        self.frame.say(())
        self.refresh()

    def refresh(self) -> None:
        """Follow the state."""
        session = self._tools.state.session
        lines = () if session is None else summary(session, self._tools.reference.zone)
        for index, (label, text) in enumerate(self._lines):
            shown = index < len(lines)
            label.setVisible(shown)
            text.setVisible(shown)
            if shown:
                label.setText(lines[index].label)
                text.setText(lines[index].text)
        self.frame.primary.setEnabled(session is not None and not self._asking.waiting)

    def _go(self) -> None:
        if not self._asking.waiting:
            self._asking.ask(ask.CloseSession(), self._said)
            self.refresh()

    def _said(self, answer: Answer) -> None:
        self.frame.say(answer.sentences, refused=not answer.accepted)
        self.refresh()
