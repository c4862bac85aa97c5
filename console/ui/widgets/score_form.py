"""A scale in place: every item with its levels in words; suggestions never count by themselves."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from console.clinical.scales import Scale
from console.ui.theme import Theme
from console.ui.viewmodels.step_release import Suggestion
from console.ui.widgets.big_key import BigKey

KEY_PX = 54


class ScoreForm(QWidget):
    """One row an item, one key a level; a scale of one item has one row a level.

    Signals:
        changed: Another level was chosen.
    """

    changed = Signal()

    def __init__(self, theme: Theme, scale: Scale, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.scale = scale
        self._levels: dict[str, int] = {}
        self._keys: dict[tuple[str, int], BigKey] = {}
        self._hints: dict[str, QLabel] = {}
        self._single = len(scale.items) == 1
        self._grid = QGridLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._grid)
        column.addStretch(1)
        for row, item in enumerate(scale.items):
            if not self._single:
                self._add_label(row, item.id, item.label)
            for place, (level, words) in enumerate(item.levels):
                key = BigKey(theme, f"{level}   {words}", KEY_PX, self, left=True)
                key.setObjectName(f"level_{item.id}_{level}")
                key.setProperty("item", item.id)
                key.setProperty("level", level)
                key.setCheckable(True)
                key.clicked.connect(self._clicked)
                self._keys[item.id, level] = key
                if self._single:
                    self._grid.addWidget(key, place, 0)
                else:
                    self._grid.addWidget(key, row, 1 + place)
                    self._grid.setColumnStretch(1 + place, 3)
        self._grid.setColumnStretch(0, 3)
        self.source = QLabel(f"{scale.source}. Version {scale.version}.", self)
        self.source.setProperty("tone", "faint")
        self.source.setProperty("role", "small")
        self.source.setWordWrap(True)
        column.addWidget(self.source)
        self.rescale()

    def _add_label(self, row: int, item_id: str, label: str) -> None:
        cell = QWidget(self)
        column = QVBoxLayout(cell)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        name = QLabel(label, cell)
        name.setWordWrap(True)
        hint = QLabel("", cell)
        hint.setProperty("role", "small")
        hint.setProperty("tone", "muted")
        hint.setWordWrap(True)
        column.addWidget(name)
        column.addWidget(hint)
        self._hints[item_id] = hint
        self._grid.addWidget(cell, row, 0)

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self._grid.setSpacing(self._theme.px(7))

    @property
    def levels(self) -> dict[str, int]:
        """What was chosen so far."""
        return dict(self._levels)

    @property
    def complete(self) -> bool:
        """Every item has a level."""
        return all(item.id in self._levels for item in self.scale.items)

    @property
    def total(self) -> int:
        """Sum of what was chosen."""
        return sum(self._levels.values())

    def clear(self) -> None:
        """Nothing is chosen."""
        self._levels = {}
        self._mark()

    def suggest(self, suggestions: tuple[Suggestion, ...]) -> None:
        """Say what live data suggest, and mark that key; the nurse touches it to confirm."""
        by_item = {one.item_id: one for one in suggestions}
        for item_id, hint in self._hints.items():
            one = by_item.get(item_id)
            chosen = self._levels.get(item_id)
            confirm = "" if one is None or chosen is not None else f"suggests {one.level}: "
            hint.setText("" if one is None else f"{confirm}{one.why}")
        for (item_id, level), key in self._keys.items():
            one = by_item.get(item_id)
            suggested = one is not None and one.level == level and item_id not in self._levels
            key.set_suggested(suggested=suggested)

    def _clicked(self) -> None:
        key = self.sender()
        if key is not None:
            self._levels[str(key.property("item"))] = int(key.property("level"))
            self._mark()
            self.changed.emit()

    def _mark(self) -> None:
        for (item_id, level), key in self._keys.items():
            key.setChecked(self._levels.get(item_id) == level)
