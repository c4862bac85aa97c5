"""The digit keys under every pad: big, plain, and they report going down and coming up."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QPushButton, QSizePolicy, QWidget

from console.clinical.entry import BACK, CLEAR
from console.ui.theme import Theme

ROWS = ("789", "456", "123")
KEY_PX, KEY_MOST_PX = 54, 76
"""On a 24 inch screen of 1920 x 1080 54 px are 15 mm: 15 to 20 mm suit gloved fingers (HE75 practice)."""


class DigitKeys(QWidget):
    """Digits, back and clear; the point only where a field takes one.

    Signals:
        went_down: Key name (a digit, ``"."``, ``"back"`` or ``"clear"``).
        came_up: The same.
    """

    went_down = Signal(str)
    came_up = Signal(str)

    def __init__(self, theme: Theme, *, point: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self.keys: dict[str, QPushButton] = {}
        for row, names in enumerate(ROWS):
            for column, name in enumerate(names):
                self._add(name, name, row, column)
        if point:
            self._add("0", "0", 3, 0, wide=2)
            self._add(".", ".", 3, 2)
        else:
            self._add("0", "0", 3, 0, wide=3)
        self._add(BACK, "⌫", 0, 3, tall=2)
        self._add(CLEAR, "C", 2, 3, tall=2)
        self.keys[BACK].setAccessibleName("Delete the last digit")
        self.keys[CLEAR].setAccessibleName("Clear the entry")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.rescale()

    def _add(self, name: str, text: str, row: int, column: int, wide: int = 1, tall: int = 1) -> None:
        button = QPushButton(text, self)
        button.setProperty("key", name)
        button.setProperty("role", "key")
        button.setObjectName(f"key_{'point' if name == '.' else name}")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        button.pressed.connect(self._down)
        button.released.connect(self._up)
        self.keys[name] = button
        self._grid.addWidget(button, row, column, tall, wide)

    def rescale(self) -> None:
        """Follow the scale of the window."""
        px = self._theme.px
        gaps = 3 * px(7)
        self._grid.setSpacing(px(7))
        self.setMinimumSize(4 * px(76) + gaps, 4 * px(KEY_PX) + gaps)
        self.setMaximumSize(4 * px(110) + gaps, 4 * px(KEY_MOST_PX) + gaps)

    def allow_point(self, *, allowed: bool) -> None:
        """Switch the point off for whole numbers."""
        point = self.keys.get(".")
        if point is not None:
            point.setEnabled(allowed)

    def _down(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.went_down.emit(str(sender.property("key")))

    def _up(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.came_up.emit(str(sender.property("key")))


def key_of(event: QKeyEvent) -> str:
    """The pad key a keyboard key stands for; empty for every other key."""
    if event.key() == Qt.Key.Key_Backspace:
        return BACK
    if event.key() == Qt.Key.Key_Delete:
        return CLEAR
    text = event.text()
    return text if len(text) == 1 and text in "0123456789.," else ""
