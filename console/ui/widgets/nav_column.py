"""The parts of a step, one key each, with what is done of them."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from console.ui.theme import Theme
from console.ui.widgets.big_key import BigKey

KEY_PX = 58


class NavColumn(QWidget):
    """Keys below each other; the present part is marked.

    Signals:
        chosen: Id of the part touched.
    """

    chosen = Signal(str)

    def __init__(
        self, theme: Theme, name: str, parts: tuple[tuple[str, str], ...], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._titles = dict(parts)
        self.keys: dict[str, BigKey] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        for part, title in parts:
            key = BigKey(theme, title, KEY_PX, self, left=True)
            key.setObjectName(f"{name}_{part}")
            key.setProperty("part", part)
            key.setCheckable(True)
            key.clicked.connect(self._clicked)
            self.keys[part] = key
            self._column.addWidget(key)
        self._column.addStretch(1)
        self._current = parts[0][0]
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.rescale()
        self.show_part(self._current)

    @property
    def current(self) -> str:
        """The part shown."""
        return self._current

    def rescale(self) -> None:
        """Follow the scale of the window."""
        px = self._theme.px
        self._column.setSpacing(px(8))
        self.setFixedWidth(px(300))

    def show_part(self, part: str) -> None:
        """Mark ``part`` as the present one."""
        self._current = part
        for other, key in self.keys.items():
            key.setChecked(other == part)

    def set_progress(self, part: str, words: str, *, done: bool) -> None:
        """What is done of a part; a tick is the second cue."""
        key = self.keys[part]
        p = self._theme.palette
        key.set_words(f"{self._titles[part]}\n{words}" if words else self._titles[part])
        key.set_mark("check" if done else "clock", p.good if done else p.muted)

    def _clicked(self) -> None:
        key = self.sender()
        if key is not None:
            part = str(key.property("part"))
            self.show_part(part)
            self.chosen.emit(part)
