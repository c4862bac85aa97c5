"""Alarm limits of this patient, in place: drafted with the keys, looked at, then set with one touch."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from console.clinical.vitals import Vital
from console.ui.theme import Theme, Weight
from console.ui.viewmodels.live_limits import LimitsView
from console.ui.widgets.in_place import InPlacePanel
from console.ui.widgets.limit_row import (
    FIGURE_PX,
    GAP_PX,
    KEY_PX,
    LABEL_PX,
    OFF_PX,
    VALUE_PX,
    LimitRowWidget,
)
from console.ui.widgets.limits_foot import LimitsFoot
from console.ui.widgets.paint import CENTER, LEFT, MIDDLE, RIGHT, draw_text

MOST_HEED = 2
"""Sentences under the rows; every row tells its own in short."""


class ColumnHeads(QWidget):
    """What the columns are, above the rows."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self.setFixedHeight(self._theme.px(22))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the words over their columns."""
        with QPainter(self) as painter:
            theme, px, p = self._theme, self._theme.px, self._theme.palette
            font, tall = theme.font(15, Weight.SEMIBOLD), float(self.height())
            group = 2 * px(KEY_PX + 8) + px(FIGURE_PX)
            right = self.width() - px(OFF_PX) - px(2 * GAP_PX)
            high, low = right - group, right - 2 * group - px(2 * GAP_PX)
            bar = px(LABEL_PX + VALUE_PX + 3 * GAP_PX)
            for left, wide, align, text in (
                (0, px(LABEL_PX + VALUE_PX), RIGHT, "now"),
                (bar, low - px(3 * GAP_PX) - bar, LEFT, "last 10 min over the limits"),
                (low, group, CENTER, "low"),
                (high, group, CENTER, "high"),
                (self.width() - px(OFF_PX), px(OFF_PX), CENTER, "alarm"),
            ):
                draw_text(painter, QRectF(left, 0, wide, tall), align | MIDDLE, text, font, p.muted)


class LimitsPanel(InPlacePanel):
    """The panel.

    Signals:
        nudged: Vital sign, side and steps of a key.
        set_wanted: Set what was drafted.
        undo_wanted: Forget what was drafted.
        auto_wanted: Limits around the values now.
        preset_wanted: The limits every patient starts with.
        off_asked: Vital sign, seconds and reason.
        on_asked: Vital sign whose limits come back.
    """

    MOST_WIDE_PX: ClassVar[int] = 1400
    TALL: ClassVar[bool] = True

    nudged = Signal(object, object, int)
    set_wanted = Signal()
    undo_wanted = Signal()
    auto_wanted = Signal()
    preset_wanted = Signal()
    off_asked = Signal(object, float, str)
    on_asked = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Alarm limits", parent)
        self.setObjectName("limits_panel")
        self.rows: dict[Vital, LimitRowWidget] = {}
        self._off_vital: Vital | None = None
        self.heads = ColumnHeads(theme, self)
        self.body.addWidget(self.heads)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self.body.addLayout(self._rows, 1)
        self.heed = QLabel("", self)
        self.heed.setObjectName("limits_heed")
        self.heed.setWordWrap(True)
        self.heed.setProperty("tone", "muted")
        self.body.addWidget(self.heed)
        self.foot = LimitsFoot(theme, self)
        self.body.addWidget(self.foot)
        self.foot.auto_button.clicked.connect(self.auto_wanted)
        self.foot.preset_button.clicked.connect(self.preset_wanted)
        self.foot.undo_button.clicked.connect(self.undo_wanted)
        self.foot.set_button.clicked.connect(self.set_wanted)
        self.foot.off_given.connect(self._off)

    def set_view(self, view: LimitsView, *, usable: bool) -> None:
        """Show ``view``; keys are off in a window that may only look."""
        may = usable and view.open
        for row in view.rows:
            widget = self.rows.get(row.vital)
            if widget is None:
                widget = LimitRowWidget(self._theme, row, self)
                widget.nudged.connect(partial(self.nudged.emit, row.vital))
                widget.off_wanted.connect(partial(self._off_touched, row.vital))
                self.rows[row.vital] = widget
                self._rows.addWidget(widget, 1)
            widget.set_row(row, usable=may)
        told = "\n".join(view.heed[:MOST_HEED])
        if told != self.heed.text():
            self.heed.setText(told)
        self.heed.setVisible(bool(told) and not self.foot.asking_off)
        foot = self.foot
        foot.preset_button.setText(f"Default {view.preset}")
        foot.preset_button.setEnabled(may and view.differs)
        foot.auto_button.setEnabled(may)
        foot.undo_button.setVisible(view.changed)
        foot.set_button.setEnabled(may and view.changed)

    def _off_touched(self, vital: Vital) -> None:
        row = self.rows[vital].row
        if row.off_until:
            self.on_asked.emit(vital)
            return
        self._off_vital = vital
        self.heed.hide()
        self.foot.ask_off(row.label)

    def _off(self, for_s: float, reason: str) -> None:
        if self._off_vital is not None:
            self.off_asked.emit(self._off_vital, for_s, reason)

    def open(self) -> None:
        """Show the panel as a whole."""
        self.foot.close_off()
        super().open()
