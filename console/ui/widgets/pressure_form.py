"""A pressure measured by hand, where the cuff of the monitor does not work."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from console.clinical.entry import PRESSURE_MMHG
from console.ui.theme import Theme
from console.ui.widgets.entry_box import EntryBox
from console.ui.widgets.keypad import Keypad


class PressureForm(QWidget):
    """Two figures and a keypad.

    Signals:
        changed: Another figure stands there.
    """

    changed = Signal()

    def __init__(self, theme: Theme, real_s: Callable[[], float], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.systolic = EntryBox(theme, PRESSURE_MMHG, "Systolic", self)
        self.diastolic = EntryBox(theme, PRESSURE_MMHG, "Diastolic", self)
        self.pad = Keypad(theme, real_s, self)
        self.pad.setObjectName("pressure_pad")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        for box, name in ((self.systolic, "systolic"), (self.diastolic, "diastolic")):
            box.setObjectName(name)
            box.changed.connect(self.changed)
            self._column.addWidget(box)
        self.pad.serve(self.systolic, self.diastolic)
        self._column.addWidget(self.pad, 20)
        self._column.addStretch(1)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self._column.setSpacing(self._theme.px(8))

    @property
    def figures(self) -> tuple[float, float] | None:
        """Systolic and diastolic in mmHg; None while one is missing."""
        systolic, diastolic = self.systolic.value, self.diastolic.value
        if systolic is None or diastolic is None:
            return None
        return float(systolic), float(diastolic)

    def clear(self) -> None:
        """Begin with nothing."""
        self.systolic.clear()
        self.diastolic.clear()
        self.pad.write_into(self.systolic)
