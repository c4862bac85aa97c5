"""A note in words, stamped when the key was pressed and not when it was written."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from console.clock import Instant
from console.ui.theme import Theme
from console.ui.widgets.big_key import BigKey
from console.ui.widgets.in_place import InPlacePanel

QUICK_PX = 66


class TextPanel(InPlacePanel):
    """Asks for one line of text.

    Signals:
        written: The text, and the :class:`Instant` the panel was opened for.
    """

    written = Signal(str, object)

    def __init__(
        self,
        theme: Theme,
        title: str,
        hint: str,
        action: str,
        quick: tuple[str, ...] = (),
        parent: QWidget | None = None,
    ) -> None:
        """``quick`` are ready texts, sent with one touch."""
        super().__init__(theme, title, parent)
        self._at: Instant | None = None
        self.field = QLineEdit(self)
        self.field.setPlaceholderText(hint)
        self.field.setMaxLength(400)
        self.field.returnPressed.connect(self._write)
        self.action_button = QPushButton(action, self)
        self.action_button.setProperty("role", "primary")
        self.action_button.clicked.connect(self._write)
        self.quick_buttons = []
        row = QHBoxLayout()
        for text in quick:
            button = BigKey(theme, text, QUICK_PX, self)
            button.clicked.connect(self._quick)
            self.quick_buttons.append(button)
            row.addWidget(button)
        if quick:
            self.body.addLayout(row)
        line = QHBoxLayout()
        line.addWidget(self.field, 1)
        line.addWidget(self.action_button)
        self.body.addLayout(line)
        self.body.addStretch(1)

    def ask_at(self, at: Instant) -> None:
        """Open for something that happened at ``at``."""
        self._at = at
        self.field.clear()
        self.open()
        self.field.setFocus()

    def _quick(self) -> None:
        button = self.sender()
        if isinstance(button, BigKey):
            self.written.emit(button.text(), self._at)

    def _write(self) -> None:
        text = self.field.text().strip()
        if text:
            self.written.emit(text, self._at)
        else:
            self.show_answer(("Write it first.",))
