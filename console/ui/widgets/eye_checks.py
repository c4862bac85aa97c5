"""What a pump does not tell and a person looks at: one key a value, none of them pressed to begin with."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from console.session.events import Setting
from console.ui.theme import Theme
from console.ui.widgets.big_key import BigKey

KEY_PX = 54
COLUMNS = 3


class EyeChecks(QWidget):
    """Keys to be pressed after a look at the pump.

    Signals:
        changed: A key was pressed or released.
    """

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._offered: tuple[tuple[Setting, str], ...] = ()
        self.keys: dict[Setting, BigKey] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, theme.px(14), 0, 0)
        self.head = QLabel("The pump does not tell these. Look at it, then press what you have seen:", self)
        self.head.setProperty("role", "head")
        self._grid.addWidget(self.head, 0, 0, 1, COLUMNS)
        self.hide()

    @property
    def seen(self) -> tuple[Setting, ...]:
        """What was looked at."""
        return tuple(setting for setting, key in self.keys.items() if key.isChecked())

    @property
    def complete(self) -> bool:
        """Everything that has to be looked at was."""
        return all(key.isChecked() for key in self.keys.values())

    def offer(self, wanted: tuple[tuple[Setting, str], ...]) -> None:
        """Offer what has to be looked at; a value that changed has to be looked at anew."""
        if wanted == self._offered:
            return
        before = {setting for setting, words in self._offered if (setting, words) in wanted}
        kept = {setting for setting in self.seen if setting in before}
        self._offered = wanted
        for key in self.keys.values():
            self._grid.removeWidget(key)
            key.hide()
            key.deleteLater()
        self.keys = {}
        for index, (setting, words) in enumerate(wanted):
            key = BigKey(self._theme, words, KEY_PX, self)
            key.setObjectName(f"seen_{setting.value}")
            key.setCheckable(True)
            key.setChecked(setting in kept)
            key.clicked.connect(self._clicked)
            self.keys[setting] = key
            self._grid.addWidget(key, 1 + index // COLUMNS, index % COLUMNS)
            key.show()
        self.setVisible(bool(wanted))

    def _clicked(self) -> None:
        self.changed.emit()
