"""Two sessions under each other, aligned at the start of the infusion, one cursor through both."""

from __future__ import annotations

from datetime import tzinfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from console.ui.review.timeline import TimelineView
from console.ui.review.wave_store import WaveStore
from console.ui.theme import Theme
from console.ui.viewmodels.review_compare import common_stretch, compared, label_of, start_s
from console.ui.viewmodels.review_shapes import Timeline

CHOOSE = "Choose a session to compare with"


class ComparePanel(QFrame):
    """The comparison.

    Signals:
        wanted: Id of the session somebody chose to compare with.
        closed: Back to the one session.
    """

    wanted = Signal(str)
    closed = Signal()

    def __init__(self, theme: Theme, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._theme, self._zone = theme, zone
        self._pick = QComboBox(self)
        self._pick.setAccessibleName(CHOOSE)
        self._pick.activated.connect(self._picked)
        self._pick.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._back = QPushButton("Back to one session", self)
        self._back.clicked.connect(self.closed.emit)
        self.views = (TimelineView(theme, zone, self), TimelineView(theme, zone, self))
        self._names = (QLabel("", self), QLabel("", self))
        self._told = QLabel("", self)
        self._told.setWordWrap(True)
        self._told.setObjectName("comparison")
        for label in (*self._names, self._told):
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        top = QHBoxLayout()
        top.addWidget(self._names[0], 1)
        top.addWidget(self._pick, 1)
        top.addWidget(self._back)
        self._column = QVBoxLayout(self)
        self._column.addLayout(top)
        self._column.addWidget(self.views[0], 1)
        self._column.addWidget(self._names[1])
        self._column.addWidget(self.views[1], 1)
        self._column.addWidget(self._told)
        self._leading = False
        for place, view in enumerate(self.views):
            view.cursor_moved.connect(lambda _second, one=place: self._follow(one))
            view.scope_changed.connect(lambda _first, _last, one=place: self._follow(one))

    @property
    def told(self) -> str:
        """The differences in words."""
        return self._told.text()

    def offer(self, sessions: tuple[tuple[str, str], ...]) -> None:
        """Sessions to choose from: id and words."""
        self._pick.clear()
        self._pick.addItem(CHOOSE, "")
        for session_id, words in sessions:
            self._pick.addItem(words, session_id)

    def set_line(self, place: int, line: Timeline | None, store: WaveStore | None) -> None:
        """Show a session above (0) or below (1)."""
        self.views[place].set_line(line, store)
        self._names[place].setText("" if line is None else label_of(line, self._zone))
        first, second = (view.line for view in self.views)
        self._told.setText("" if first is None or second is None else compared(first, second))
        if first is not None and second is not None:
            self.views[0].show_span(*common_stretch(first, second))
        self._follow(0)

    def _picked(self) -> None:
        chosen = self._pick.currentData()
        if isinstance(chosen, str) and chosen:
            self.wanted.emit(chosen)

    def _follow(self, leader: int) -> None:
        """Give the other view the same stretch and cursor, counted from its own start of the infusion."""
        led, other = self.views[leader], self.views[1 - leader]
        if self._leading or led.line is None or other.line is None:
            return
        self._leading = True
        shift = start_s(other.line) - start_s(led.line)
        first, last = led.scope
        other.show_span(first + shift, last + shift)
        other.set_cursor(led.cursor_s + shift)
        self._leading = False
