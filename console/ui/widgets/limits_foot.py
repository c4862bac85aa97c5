"""The keys under the limits: auto, default, set; in their place, switching inner limits off for a while."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from console.ui.theme import Theme
from console.ui.viewmodels.live_limits import OFF_CHOICES_S, OFF_REASONS
from console.ui.widgets.choice import Choice


class LimitsFoot(QStackedWidget):
    """Two sets of keys in one place.

    Signals:
        off_given: Seconds and reason.
    """

    off_given = Signal(float, str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.auto_button = self._key("limits_auto", "Auto, around the values now")
        self.preset_button = self._key("limits_preset", "Default")
        self.undo_button = self._key("limits_undo", "Undo")
        self.set_button = self._key("limits_set", "Set limits", "primary")
        self.off_back = self._key("off_back", "Back")
        self.off_act = self._key("off_act", "Switch off", "primary")
        self.off_for = Choice(theme, "off_for", len(OFF_CHOICES_S), 60, self)
        self.off_for.offer(tuple((f"{s:g}", f"{s / 60:g} min") for s in OFF_CHOICES_S))
        self.off_why = Choice(theme, "off_why", len(OFF_REASONS), 60, self)
        self.off_why.offer(tuple((reason, reason) for reason in OFF_REASONS))
        self.addWidget(self._build_keys())
        self.addWidget(self._build_off())
        self.off_for.chosen.connect(self._look)
        self.off_why.chosen.connect(self._look)
        self.off_back.clicked.connect(self.close_off)
        self.off_act.clicked.connect(self._give)
        self.rescale()

    def _key(self, name: str, text: str, role: str = "") -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        if role:
            button.setProperty("role", role)
        return button

    def _build_keys(self) -> QWidget:
        page = QWidget(self)
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.auto_button)
        row.addWidget(self.preset_button)
        row.addStretch(1)
        row.addWidget(self.undo_button)
        row.addWidget(self.set_button)
        return page

    def _build_off(self) -> QWidget:
        page = QWidget(self)
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(0, 0, 0, 0)
        upper = QHBoxLayout()
        upper.addWidget(self.off_for, 1)
        upper.addWidget(self.off_back)
        upper.addWidget(self.off_act)
        self._column.addLayout(upper)
        self._column.addWidget(self.off_why)
        return page

    def rescale(self) -> None:
        """Follow the scale of the window."""
        px = self._theme.px
        for button in (self.auto_button, self.preset_button, self.undo_button, self.set_button):
            button.setFixedHeight(px(60))
        for button in (self.off_back, self.off_act):
            button.setFixedHeight(px(60))
        self.set_button.setMinimumWidth(px(200))
        self.off_act.setMinimumWidth(px(300))
        self._column.setSpacing(px(8))
        self._fit()

    def _fit(self) -> None:
        self.setFixedHeight(self._theme.px(128 if self.asking_off else 60))

    @property
    def asking_off(self) -> bool:
        """Whether it is asked how long and why."""
        return self.currentIndex() == 1

    def ask_off(self, label: str) -> None:
        """Ask for how long and why the limits of ``label`` are switched off; nothing is chosen yet."""
        self.off_for.choose("")
        self.off_why.choose("")
        self.off_act.setText(f"Switch {label} limits off")
        self._look()
        self.setCurrentIndex(1)
        self._fit()

    def close_off(self) -> None:
        """Back to the keys of the whole panel."""
        self.setCurrentIndex(0)
        self._fit()

    def _look(self) -> None:
        self.off_act.setEnabled(bool(self.off_for.value and self.off_why.value))

    def _give(self) -> None:
        if self.off_for.value and self.off_why.value:
            self.off_given.emit(float(self.off_for.value), self.off_why.value)
