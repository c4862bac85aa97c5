"""One arrival check: a statement that has to be true, answered yes or no, neither to begin with."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from console.ui.theme import Theme
from console.ui.viewmodels.step_arrival import CheckView
from console.ui.widgets.big_key import BigKey

KEY_PX = 50
"""Seven rows a column beside the traces; 50 px are 14 mm on a 24 inch screen."""


class CheckRow(QWidget):
    """Statement and two keys.

    Signals:
        answered: Item id and the answer.
    """

    answered = Signal(str, bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._item_id = ""
        self.text = QLabel("", self)
        self.text.setWordWrap(True)
        self.text.setProperty("role", "small")
        self.yes = BigKey(theme, "Yes", KEY_PX, self)
        self.no = BigKey(theme, "No", KEY_PX, self)
        for button in (self.yes, self.no):
            button.setCheckable(True)
        self.yes.clicked.connect(self._yes)
        self.no.clicked.connect(self._no)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self.text, 1)
        self._row.addWidget(self.yes)
        self._row.addWidget(self.no)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        px = self._theme.px
        self._row.setSpacing(px(8))
        self.setFixedHeight(px(KEY_PX))
        for button in (self.yes, self.no):
            button.setFixedWidth(px(84))

    def set_view(self, view: CheckView) -> None:
        """Show a check and its answer."""
        if view.item.id != self._item_id:
            self._item_id = view.item.id
            self.yes.setObjectName(f"yes_{view.item.id}")
            self.no.setObjectName(f"no_{view.item.id}")
            self.text.setText(view.item.question)
            self.text.setToolTip(view.item.why)
            self.yes.setAccessibleName(f"{view.item.question}: yes")
            self.no.setAccessibleName(f"{view.item.question}: no")
        self.yes.setChecked(view.ok is True)
        self.no.setChecked(view.ok is False)
        self.no.set_words("No" if not view.overridden else "No, let through")

    def _yes(self) -> None:
        self.yes.setChecked(False)
        self.answered.emit(self._item_id, True)

    def _no(self) -> None:
        self.no.setChecked(False)
        self.answered.emit(self._item_id, False)
