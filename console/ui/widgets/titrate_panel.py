"""Changing the rate in place: mL/h and mg/kg/h with the end time, before it is asked."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QSizePolicy, QWidget

from console.ui.theme import Theme, Weight
from console.ui.viewmodels.live_titrate import TitrateView
from console.ui.widgets.in_place import InPlacePanel
from console.ui.widgets.paint import CENTER, MIDDLE, draw_text

NOTHING = TitrateView(Decimal(0), "", "", "", "")


class RatePreview(QWidget):
    """The candidate rate, large."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._view = NOTHING
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(theme.px(150))

    def set_view(self, view: TitrateView) -> None:
        """Show a candidate."""
        if view != self._view:
            self._view = view
            self.setAccessibleName(f"{view.big} {view.same} {view.ends}")
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw three lines."""
        with QPainter(self) as painter:
            theme, p, view = self._theme, self._theme.palette, self._view
            rect = QRectF(self.rect())
            third = rect.height() / 100
            top = QRectF(rect.left(), rect.top(), rect.width(), third * 48)
            middle = QRectF(rect.left(), rect.top() + third * 48, rect.width(), third * 26)
            low = QRectF(rect.left(), rect.top() + third * 74, rect.width(), third * 26)
            draw_text(painter, top, CENTER | MIDDLE, view.big, theme.font(54, Weight.BOLD), p.drug)
            draw_text(painter, middle, CENTER | MIDDLE, view.same, theme.font(23, Weight.SEMIBOLD), p.text)
            parts = "  ·  ".join(part for part in (view.change, view.ends) if part)
            draw_text(painter, low, CENTER | MIDDLE, parts, theme.font(19, Weight.MEDIUM), p.muted)


class TitratePanel(InPlacePanel):
    """Step keys, the preview, the reason and one key that asks.

    Signals:
        stepped: Steps to move the candidate by.
        asked: The reason given; the candidate is kept by the page.
    """

    stepped = Signal(int)
    asked = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Change rate", parent)
        self.preview = RatePreview(theme, self)
        self.body.addWidget(self.preview, 1)
        self.step_buttons: dict[int, QPushButton] = {}
        row = QHBoxLayout()
        for steps, text in ((-4, "−0.20"), (-1, "−0.05"), (1, "+0.05"), (4, "+0.20")):
            button = QPushButton(f"{text} mg/kg/h", self)
            button.setProperty("steps", steps)
            button.setProperty("role", "tab")
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setMinimumHeight(theme.px(64))
            button.clicked.connect(self._step)
            self.step_buttons[steps] = button
            row.addWidget(button)
        self.body.addLayout(row)
        self.reason = QLineEdit(self)
        self.reason.setPlaceholderText("Reason (asked for above a soft limit)")
        self.body.addWidget(self.reason)
        self.ask_button = QPushButton("Set this rate", self)
        self.ask_button.setProperty("role", "primary")
        self.ask_button.setMinimumHeight(theme.px(64))
        self.ask_button.clicked.connect(self._ask)
        self.body.addWidget(self.ask_button)

    def set_view(self, view: TitrateView, *, changed: bool) -> None:
        """Show a candidate; the key is off while it is the running rate."""
        self.preview.set_view(view)
        self.ask_button.setText(f"Set {view.big}")
        self.ask_button.setEnabled(changed and view.rate_ml_h > 0)

    def _step(self) -> None:
        button = self.sender()
        if button is not None:
            self.stepped.emit(int(button.property("steps")))

    def _ask(self) -> None:
        self.asked.emit(self.reason.text().strip())
