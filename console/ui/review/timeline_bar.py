"""Above the timeline: which stretch is shown, buttons for it, and the model of the prediction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from console.clinical.pk import TITLES
from console.ui.theme import Theme
from console.ui.viewmodels.review_axis import hms, span_text
from console.ui.viewmodels.review_shapes import Timeline

SPANS: tuple[tuple[str, float], ...] = (("30 min", 1800), ("2 min", 120), ("5 s", 5))
PAPER_MM_S = 25.0


class TimelineBar(QWidget):
    """Buttons of the timeline.

    Signals:
        whole: Show the whole session.
        span: Show so many seconds about the cursor.
        paper: Show the paper speed, mm/s.
        zoomed: Show so many times the span.
        stepped: To the next event (True) or the one before.
        model: Which prediction to draw.
        abnormal: To the next abnormal moment (True) or the one before.
        measured: Begin or end measuring.
        waves: Show overviews of the waveforms, or not.
    """

    whole = Signal()
    span = Signal(float)
    paper = Signal(float)
    zoomed = Signal(float)
    stepped = Signal(bool)
    model = Signal(int)
    abnormal = Signal(bool)
    measured = Signal()
    waves = Signal(bool)

    def __init__(self, theme: Theme, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._zone = theme, zone
        self._label = QLabel("", self)
        self._label.setObjectName("scope")
        # The words give way, never the buttons: a bar that is too wide would widen the window.
        self._label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self._label, 1)
        self._models = QButtonGroup(self)
        for place, title in enumerate(TITLES.values()):
            button = self._button(title, f"Predict with the model {title}", partial(self.model.emit, place))
            button.setCheckable(True)
            button.setChecked(place == 0)
            self._models.addButton(button)
        self._row.addSpacing(theme.px(10))
        self._button("Session", "The whole session", self.whole.emit)
        for text, seconds in SPANS:
            self._button(text, f"{text} about the cursor", partial(self.span.emit, seconds))
        self._button("25 mm/s", "ECG paper speed about the cursor", partial(self.paper.emit, PAPER_MM_S))
        self._row.addSpacing(theme.px(10))
        self._button("−", "Show more", partial(self.zoomed.emit, 2.0))
        self._button("+", "Show less, closer", partial(self.zoomed.emit, 0.5))
        self._button("‹", "Event before", partial(self.stepped.emit, False))
        self._button("›", "Next event", partial(self.stepped.emit, True))
        self._row.addSpacing(theme.px(10))
        self._button("‹ !", "Abnormal moment before (Shift+A)", partial(self.abnormal.emit, False))
        self._button("! ›", "Next abnormal moment (A)", partial(self.abnormal.emit, True))
        self._waves = self._button("Waves", "Overviews of the waveforms", self._ask_waves)
        self._waves.setCheckable(True)
        self._measure = self._button(
            "Measure", "Measure from the cursor (M); a click with Shift moves that end", self.measured.emit
        )
        self._measure.setCheckable(True)
        self.follow_scale()

    def _button(self, text: str, told: str, act: Callable[[], None]) -> QPushButton:
        button = QPushButton(text, self)
        button.setProperty("role", "tool")
        button.setAccessibleName(told)
        button.setToolTip(told)
        button.clicked.connect(act)
        self._row.addWidget(button)
        return button

    def follow_scale(self) -> None:
        """Follow the scale of the window."""
        px = self._theme.px
        self._row.setContentsMargins(px(16), px(6), px(12), px(4))
        self._row.setSpacing(px(4))

    def _ask_waves(self) -> None:
        self.waves.emit(self._waves.isChecked())

    def set_measuring(self, *, on: bool) -> None:
        """Tell whether something is measured."""
        self._measure.setChecked(on)

    def set_scope(self, line: Timeline | None, first_s: float, last_s: float) -> None:
        """Tell which stretch is shown."""
        if line is None:
            self._label.setText("")
            return
        first, last = line.ns_of(max(0.0, first_s)), line.ns_of(min(last_s, line.seconds))
        seconds = last_s - first_s
        length = f"{seconds:.1f} s" if seconds < 20 else span_text(seconds)
        self._label.setText(f"{hms(first, self._zone)} – {hms(last, self._zone)}   {length}")
