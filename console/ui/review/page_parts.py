"""The widgets of the review page and how they stand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from functools import partial

from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from console.ui.review.audit import AuditPanel
from console.ui.review.compare import ComparePanel
from console.ui.review.head import Cards, Head
from console.ui.review.load import LoadPanel
from console.ui.review.notes import NotesPanel
from console.ui.review.session_list import SessionList
from console.ui.review.side_values import EcgStrip, ValuesPanel
from console.ui.review.sign import SignPanel
from console.ui.review.timeline import TimelineView
from console.ui.review.timeline_bar import TimelineBar
from console.ui.theme import Theme
from console.ui.viewmodels.review_load import load_lines
from console.ui.viewmodels.review_shapes import Timeline
from console.ui.viewmodels.review_values import cards

Series = Callable[[str], int | None]


class PageParts:
    """Everything on the page; built once, children of ``page``."""

    def __init__(self, page: QWidget, theme: Theme, zone: tzinfo | None, series: Series) -> None:
        self._theme, self._zone = theme, zone
        self.sessions = SessionList(theme, series, zone, page)
        self.sessions.setObjectName("sessions")
        self.head, self.cards = Head(theme, page), Cards(theme, page)
        self.report_button = QPushButton("Report", page)
        self.compare_button = QPushButton("Compare", page)
        self.sign_button = QPushButton("Sign review", page)
        self.sign_button.setProperty("role", "primary")
        self.bar, self.timeline = TimelineBar(theme, zone, page), TimelineView(theme, zone, page)
        self.values, self.strip = ValuesPanel(theme, page), EcgStrip(theme, page)
        self.notes, self.audit = NotesPanel(theme, zone, page), AuditPanel(theme, zone, page)
        self.load = LoadPanel(theme, page)
        self.sign = SignPanel(theme, zone, page)
        self._card, self._side = QFrame(page), QFrame(page)
        self._card.setObjectName("card")
        self._side.setObjectName("card")
        self._card_column = QVBoxLayout(self._card)
        self._card_column.addWidget(self.bar)
        self._card_column.addWidget(self.timeline, 1)
        self._tabs, self._tab_row, self._tab_stack = QButtonGroup(page), QHBoxLayout(), QStackedWidget(page)
        pages = (("Comments", self.notes), ("Who did what", self.audit), ("Alarms", self.load))
        for place, (text, panel) in enumerate(pages):
            tab = QPushButton(text, page)
            tab.setProperty("role", "tab")
            tab.setObjectName(f"tab_{place}")
            tab.setCheckable(True)
            tab.setChecked(place == 0)
            tab.clicked.connect(partial(self._tab_stack.setCurrentIndex, place))
            self._tabs.addButton(tab, place)
            self._tab_row.addWidget(tab)
            self._tab_stack.addWidget(panel)
        self._tab_row.addStretch(1)
        self._side_column = QVBoxLayout(self._side)
        self._side_column.addWidget(self.values)
        self._side_column.addWidget(self.strip)
        self._side_column.addLayout(self._tab_row)
        self._side_column.addWidget(self._tab_stack, 1)
        self._side_column.addWidget(self.sign)
        self._top, self._middle = QHBoxLayout(), QHBoxLayout()
        self._top.addWidget(self.head, 1)
        self._top.addWidget(self.compare_button)
        self._top.addWidget(self.report_button)
        self._top.addWidget(self.sign_button)
        self.compare = ComparePanel(theme, zone, page)
        self.compare.hide()
        self._middle.addWidget(self._card, 1)
        self._middle.addWidget(self.compare, 1)
        self._middle.addWidget(self._side)
        self._main = QVBoxLayout()
        self._main.addLayout(self._top)
        self._main.addWidget(self.cards)
        self._main.addLayout(self._middle, 1)
        self._row = QHBoxLayout(page)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._row.addWidget(self.sessions)
        self._row.addLayout(self._main, 1)

    def show_comparison(self, *, on: bool) -> None:
        """The comparison in place of the one session and what stands beside it, or back."""
        # What goes is hidden first: both at once would widen the window for good.
        for widget in (self._card, self._side) if on else (self.compare,):
            widget.hide()
        for widget in (self.compare,) if on else (self._card, self._side):
            widget.show()

    def show_figures(self, line: Timeline) -> None:
        """The cards on top, and the alarm load."""
        self.cards.set_cards(cards(line, self._zone))
        self.load.set_lines(load_lines(line.load))

    def follow_scale(self, *, low: bool) -> None:
        """Follow the scale of the window; a low page gets tighter rows."""
        px = self._theme.px
        self._main.setContentsMargins(px(20), px(8 if low else 16), px(20), px(4 if low else 18))
        self._main.setSpacing(px(10 if low else 14))
        self._top.setSpacing(px(12))
        self._middle.setSpacing(px(14))
        self._card_column.setContentsMargins(1, 1, 1, px(4))
        self._card_column.setSpacing(0)
        self._side_column.setContentsMargins(px(16), px(12), px(16), px(10))
        self._side_column.setSpacing(px(6 if low else 10))
        self._tab_row.setSpacing(px(10))
        self._side.setFixedWidth(px(376))
        self.head.setFixedHeight(px(54 if low else 62))
        self.cards.setFixedHeight(px(80 if low else 96))
        self.values.set_tight(tight=low)
        self.strip.set_tight(tight=low)
        for part in (self.sessions, self.bar, self.values, self.strip, self.notes, self.audit, self.sign):
            part.follow_scale()
        self.timeline.redraw()
