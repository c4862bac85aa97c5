"""Asks for a reason in place: ready reasons as keys, a line for more, and one key that does it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from console.ui.theme import Theme
from console.ui.widgets.choice import Choice


class ReasonSheet(QWidget):
    """A reason and the act it belongs to.

    Signals:
        given: The reason, after the act was touched.
        done: The sheet is finished with: given or taken back.
    """

    given = Signal(str)
    done = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.question = QLabel("", self)
        self.question.setProperty("role", "big")
        self.choice = Choice(theme, "reason", 4, 64, self)
        self.choice.chosen.connect(self._look)
        self.more = QLineEdit(self)
        self.more.setObjectName("reason_text")
        self.more.setMaxLength(300)
        self.more.setPlaceholderText("In your own words")
        self.more.textChanged.connect(self._look)
        self.act = QPushButton("", self)
        self.act.setObjectName("reason_act")
        self.act.setProperty("role", "primary")
        self.act.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.act.clicked.connect(self._give)
        self.back = QPushButton("Back", self)
        self.back.setObjectName("reason_back")
        self.back.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.back.clicked.connect(self.done)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.question)
        self._column.addWidget(self.choice)
        self._column.addWidget(self.more)
        self._column.addStretch(1)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.back)
        row.addWidget(self.act)
        self._row = row
        self._column.addLayout(row)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        px = self._theme.px
        self._column.setSpacing(px(14))
        self._row.setSpacing(px(14))
        self.act.setFixedSize(px(330), px(60))
        self.back.setFixedHeight(px(60))

    def ask(self, question: str, reasons: tuple[str, ...], act: str) -> None:
        """Ask ``question``; nothing is chosen to begin with."""
        self.question.setText(question)
        self.choice.offer(tuple((reason, reason) for reason in reasons))
        self.choice.choose("")
        self.more.clear()
        self.act.setText(act)
        self._look()

    @property
    def reason(self) -> str:
        """What was chosen and written."""
        return ": ".join(part for part in (self.choice.value, self.more.text().strip()) if part)

    def _look(self) -> None:
        self.act.setEnabled(bool(self.reason))

    def _give(self) -> None:
        reason = self.reason
        if reason:
            self.done.emit()
            self.given.emit(reason)
