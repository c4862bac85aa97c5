"""The four parts of the arrival: identity, checks, weight, baseline pressures."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from console.clinical.entry import WEIGHT_KG
from console.ui.theme import Theme
from console.ui.viewmodels.step_arrival import ArrivalView, BaselineView, CheckView
from console.ui.widgets.big_key import BigKey
from console.ui.widgets.check_row import CheckRow
from console.ui.widgets.date_pad import DatePad
from console.ui.widgets.entry_box import EntryBox
from console.ui.widgets.keypad import Keypad
from console.ui.widgets.pressure_form import PressureForm

ROWS = 14


class IdentityPage(QWidget):
    """Both identifiers as the person tells them; what is known is not shown beside them."""

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        left = QVBoxLayout()
        words = QLabel(
            "Ask the patient for the birth date, and read the record number from the wristband or the card. "
            "Enter both as told: do not copy them from the screen.", self
        )  # fmt: skip
        words.setWordWrap(True)
        left.addWidget(words)
        head = QLabel("Record number, typed or scanned", self)
        head.setProperty("role", "head")
        left.addWidget(head)
        self.mrn = QLineEdit(self)
        self.mrn.setObjectName("record_number")
        self.mrn.setMaxLength(60)
        self.mrn.textChanged.connect(self.changed)
        left.addWidget(self.mrn)
        self.done = QLabel("", self)
        self.done.setProperty("role", "heed")
        self.done.setWordWrap(True)
        self.done.hide()
        left.addWidget(self.done)
        left.addStretch(1)
        row.addLayout(left, 1)
        self.birth = DatePad(theme, "Birth date", self)
        self.birth.setObjectName("birth_date")
        self.birth.changed.connect(self.changed)
        row.addWidget(self.birth)

    @property
    def complete(self) -> bool:
        """Both identifiers were entered."""
        return bool(self.birth.iso) and bool(self.mrn.text().strip())

    def clear(self) -> None:
        """Begin with nothing."""
        self.mrn.clear()
        self.birth.clear()

    def set_view(self, view: ArrivalView) -> None:
        """Say whether it is confirmed."""
        self.done.setText("Both identifiers agree: the identity is confirmed.")
        self.done.setVisible(view.identity)


class ChecksPage(QWidget):
    """All checks; ``strip`` asks for the reason of one that is not met and is placed by the step.

    Signals:
        answered: Item id and the answer.
        overridden: Item id and the prescriber's reason.
    """

    answered = Signal(str, bool)
    overridden = Signal(str, str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: CheckView | None = None
        self._override_item = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        inside = QWidget(area)
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.px(30))
        grid.setVerticalSpacing(theme.px(4))
        self.rows = [CheckRow(theme, inside) for _ in range(ROWS)]
        half = ROWS // 2
        for index, check in enumerate(self.rows):
            check.answered.connect(self.answered)
            grid.addWidget(check, index % half, index // half)
        grid.setRowStretch(half, 1)
        area.setWidget(inside)
        column.addWidget(area, 1)
        self._build_strip(theme)

    def _build_strip(self, theme: Theme) -> None:
        self.strip = QWidget(self)
        row = QHBoxLayout(self.strip)
        row.setContentsMargins(0, 0, 0, 0)
        self.words = QLabel("", self.strip)
        self.words.setProperty("role", "answer")
        self.words.setWordWrap(True)
        self.reason = QLineEdit(self.strip)
        self.reason.setObjectName("override_text")
        self.reason.setPlaceholderText("The prescriber's reason")
        self.reason.setMaxLength(300)
        self.reason.textChanged.connect(self._look)
        self.let_through = BigKey(theme, "Let through", 54, self.strip)
        self.let_through.setObjectName("override")
        self.let_through.clicked.connect(self._override)
        row.addWidget(self.words, 3)
        row.addWidget(self.reason, 2)
        row.addWidget(self.let_through)
        self.strip.hide()

    def set_view(self, view: ArrivalView, *, shown: bool) -> None:
        """Show every check that is asked of this patient; what to do about one stands in the footer."""
        for index, row in enumerate(self.rows):
            row.setVisible(index < len(view.checks))
            if index < len(view.checks):
                row.set_view(view.checks[index])
        unmet = [check for check in view.checks if check.ok is False and check.open]
        first = unmet[0] if unmet else None
        self.strip.setVisible(first is not None and shown)
        if first == self._shown:
            return
        self._shown = first
        if first is not None:
            self.words.setText(f"Not so: {first.item.question}. {first.item.what_to_do}")
            if first.item.id != self._override_item:
                self.reason.clear()
            self._override_item = first.item.id
            self.reason.setVisible(first.may_override)
            self.let_through.setVisible(first.may_override)
        self._look()

    def _look(self) -> None:
        self.let_through.setEnabled(bool(self.reason.text().strip()))

    def _override(self) -> None:
        if self._shown is not None and self.reason.text().strip():
            self.overridden.emit(self._shown.item.id, self.reason.text().strip())


class WeightPage(QWidget):
    """Kilograms from the scales, today."""

    changed = Signal()

    def __init__(self, theme: Theme, real_s: Callable[[], float], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        left = QVBoxLayout()
        words = QLabel("Weigh the patient today, without shoes and coat, in kilograms.", self)
        words.setWordWrap(True)
        left.addWidget(words)
        self.box = EntryBox(theme, WEIGHT_KG, "Weight", self)
        self.box.setObjectName("weight")
        self.box.changed.connect(self.changed)
        left.addWidget(self.box)
        self.last = QLabel("", self)
        self.last.setProperty("tone", "muted")
        left.addWidget(self.last)
        self.warning = QLabel("", self)
        self.warning.setProperty("role", "answer")
        self.warning.setWordWrap(True)
        self.warning.hide()
        left.addWidget(self.warning)
        self.confirm = BigKey(theme, "The change is right", 60, self)
        self.confirm.setObjectName("confirm_weight")
        self.confirm.setCheckable(True)
        self.confirm.clicked.connect(self.changed)
        self.confirm.hide()
        left.addWidget(self.confirm)
        left.addStretch(1)
        row.addLayout(left, 1)
        right = QVBoxLayout()
        self.pad = Keypad(theme, real_s, self)
        self.pad.setObjectName("weight_pad")
        self.pad.serve(self.box)
        right.addWidget(self.pad, 20)
        right.addStretch(1)
        row.addLayout(right)

    def clear(self) -> None:
        """Begin with nothing."""
        self.box.clear()
        self.confirm.setChecked(False)

    def set_view(self, recorded: str, last: str, warning: str) -> None:
        """Show what is recorded, the last session's weight and what to confirm."""
        parts = [f"Recorded today: {recorded}." if recorded else "", f"Last session: {last}." if last else ""]
        self.last.setText("  ".join(part for part in parts if part))
        self.warning.setText(warning)
        self.warning.setVisible(bool(warning))
        self.confirm.setVisible(bool(warning))
        if not warning:
            self.confirm.setChecked(False)


class BaselinePage(QWidget):
    """Readings, what they allow, and entry by hand where the cuff does not work."""

    changed = Signal()

    def __init__(self, theme: Theme, real_s: Callable[[], float], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        left = QVBoxLayout()
        self.sentence = QLabel("", self)
        self.sentence.setWordWrap(True)
        self.sentence.setProperty("role", "heed")
        left.addWidget(self.sentence)
        self.readings = QLabel("", self)
        self.readings.setObjectName("readings")
        self.readings.setProperty("role", "list")
        left.addWidget(self.readings)
        self.reason = QLineEdit(self)
        self.reason.setObjectName("baseline_reason")
        self.reason.setPlaceholderText("The prescriber's reason to go on")
        self.reason.setMaxLength(300)
        self.reason.textChanged.connect(self.changed)
        self.reason.hide()
        left.addWidget(self.reason)
        left.addStretch(1)
        self.by_hand = BigKey(theme, "Enter a pressure by hand", 60, self)
        self.by_hand.setObjectName("by_hand")
        self.by_hand.setCheckable(True)
        self.by_hand.clicked.connect(self._toggle)
        left.addWidget(self.by_hand)
        self._row.addLayout(left, 1)
        self.manual = PressureForm(theme, real_s, self)
        self.manual.changed.connect(self.changed)
        self.manual.hide()
        self._row.addWidget(self.manual)

    def _toggle(self) -> None:
        self.manual.clear()
        self.manual.setVisible(self.by_hand.isChecked())
        self.changed.emit()

    def close_manual(self) -> None:
        """Back to the cuff."""
        self.by_hand.setChecked(False)
        self._toggle()

    def set_view(self, view: BaselineView, *, accepted: bool) -> None:
        """Show readings and verdict."""
        self.sentence.setText("The baseline is accepted." if accepted else view.sentence)
        lines = [
            f"{'●' if row.counted else '○'}  <b>{row.figure}</b>  &nbsp; {row.when} &nbsp; {row.source}"
            + (" &nbsp; counted" if row.counted else "")
            for row in view.rows
        ]
        self.readings.setText(
            "<br>".join(lines) or "No pressure was measured yet: start the cuff at the monitor."
        )
        self.reason.setVisible(view.needs_reason and not accepted)
