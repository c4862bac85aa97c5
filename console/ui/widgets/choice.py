"""A forced choice: big keys, none of them chosen to begin with."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from console.ui.theme import Theme
from console.ui.widgets.big_key import BigKey


class Choice(QWidget):
    """Keys of which at most one is chosen.

    Signals:
        chosen: The value of the key touched.
    """

    chosen = Signal(str)

    def __init__(
        self, theme: Theme, name: str, columns: int, height_px: int = 60, parent: QWidget | None = None
    ) -> None:
        """``name`` begins the object name of every key: ``<name>_<value>``."""
        super().__init__(parent)
        self._theme, self._name, self._columns, self._height_px = theme, name, columns, height_px
        self._value = ""
        self._offered: tuple[tuple[str, str], ...] = ()
        self.keys: dict[str, BigKey] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def value(self) -> str:
        """What was chosen; empty while nothing was."""
        return self._value

    def offer(self, options: tuple[tuple[str, str], ...]) -> None:
        """Offer values with their texts; a choice that is no longer offered is forgotten."""
        if options == self._offered:
            return
        self._offered = options
        for key in self.keys.values():
            self._grid.removeWidget(key)
            key.hide()
            key.deleteLater()
        self.keys = {}
        for index, (value, text) in enumerate(options):
            key = BigKey(self._theme, text, self._height_px, self)
            key.setObjectName(f"{self._name}_{value}")
            key.setProperty("value", value)
            key.setCheckable(True)
            key.clicked.connect(self._clicked)
            self.keys[value] = key
            self._grid.addWidget(key, index // self._columns, index % self._columns)
            key.show()
        if self._value not in self.keys:
            self._value = ""
        self.rescale()
        self._mark()

    def choose(self, value: str) -> None:
        """Choose without a touch; an empty value chooses nothing."""
        self._value = value if value in self.keys else ""
        self._mark()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self._grid.setSpacing(self._theme.px(8))

    def _clicked(self) -> None:
        key = self.sender()
        if key is not None:
            self._value = str(key.property("value"))
            self._mark()
            self.chosen.emit(self._value)

    def _mark(self) -> None:
        for value, key in self.keys.items():
            key.setChecked(value == self._value)
