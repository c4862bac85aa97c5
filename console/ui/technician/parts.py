"""Small parts every section is made of: cards, labelled facts, keys, sentences."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QGridLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from console.ui.theme import Theme

ON, OFF = "✓  ", "–  "


def label(text: str, name: str, parent: QWidget, *, wraps: bool = True) -> QLabel:
    """A label of one of the page's styles."""
    made = QLabel(text, parent)
    made.setObjectName(name)
    made.setWordWrap(wraps)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def key(text: str, name: str, parent: QWidget, role: str = "") -> QPushButton:
    """A key that no keyboard presses by accident."""
    made = QPushButton(text, parent)
    made.setObjectName(name)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    if role:
        made.setProperty("role", role)
    return made


def item_key(text: str, name: str, parent: QWidget) -> QPushButton:
    """One of several to choose from."""
    made = key(text, name, parent, "item")
    made.setCheckable(True)
    return made


def ticked(text: str, name: str, parent: QWidget) -> QCheckBox:
    """A box whose words carry a tick while it is checked."""
    made = QCheckBox(f"{OFF}{text}", parent)
    made.setObjectName(name)
    made.toggled.connect(lambda on: made.setText(f"{ON if on else OFF}{text}"))
    return made


def card(parent: QWidget) -> tuple[QFrame, QVBoxLayout]:
    """A white card and its column."""
    frame = QFrame(parent)
    frame.setObjectName("card")
    return frame, QVBoxLayout(frame)


def scrolled(widget: QWidget, parent: QWidget) -> QScrollArea:
    """A widget that may be taller than its place."""
    area = QScrollArea(parent)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(widget)
    return area


def mark(target: QLabel, verdict: str) -> None:
    """Colour a sign by a verdict; the sign itself is the first cue."""
    if target.property("verdict") != verdict:
        target.setProperty("verdict", verdict)
        target.style().unpolish(target)
        target.style().polish(target)


def restyled(target: QLabel, name: str) -> None:
    """Give a label another of the page's styles."""
    if target.objectName() != name:
        target.setObjectName(name)
        target.style().unpolish(target)
        target.style().polish(target)


class Facts(QWidget):
    """Labels and values below each other; values change, labels stay."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(1, 1)
        self._values: list[tuple[QLabel, QLabel]] = []
        self.follow_scale()

    def follow_scale(self) -> None:
        """Follow the scale of the window."""
        self._grid.setVerticalSpacing(self._theme.px(4))
        self._grid.setHorizontalSpacing(self._theme.px(16))
        self._grid.setColumnMinimumWidth(0, self._theme.px(140))

    def show_facts(self, facts: tuple[tuple[str, str], ...]) -> None:
        """Show these."""
        while len(self._values) < len(facts):
            row = len(self._values)
            pair = (label("", "label", self, wraps=False), label("", "words", self))
            for column, part in enumerate(pair):
                self._grid.addWidget(part, row, column, Qt.AlignmentFlag.AlignTop)
            self._values.append(pair)
        for place, (name, value) in enumerate(self._values):
            shown = place < len(facts)
            for part, text in zip((name, value), facts[place] if shown else ("", ""), strict=True):
                if part.isHidden() == shown:
                    part.setVisible(shown)
                if part.text() != text:
                    part.setText(text)
