"""The list of sessions on the left: who, when, which of the series, and what to look at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from functools import partial

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from console.ui.theme import Theme, Weight
from console.ui.viewmodels.live_tone import Tone
from console.ui.viewmodels.review_axis import MONTHS, local_time
from console.ui.viewmodels.review_record import Flags, ListedSession
from console.ui.viewmodels.review_worklist import Pile, belongs, counts
from console.ui.widgets.paint import LEFT, MIDDLE, RIGHT, draw_panel, draw_text

Index = QModelIndex | QPersistentModelIndex
ROW_PX = 96.0
PILE_TITLES = {
    Pile.TO_SIGN: "To review",
    Pile.OVERDUE: "Overdue",
    Pile.ALARMS: "With alarms",
    Pile.ADVERSE: "Adverse events",
    Pile.ALL: "Sessions",
}
PILE_WORDS = {
    Pile.TO_SIGN: "To sign",
    Pile.OVERDUE: "Overdue",
    Pile.ALARMS: "Alarms",
    Pile.ADVERSE: "Adverse",
    Pile.ALL: "All",
}
PILE_TOLD = {
    Pile.TO_SIGN: "Sessions no physician has signed",
    Pile.OVERDUE: "Not signed 72 hours after they began",
    Pile.ALARMS: "Sessions with alarms of high or medium priority",
    Pile.ADVERSE: "Sessions with adverse events, treatments or an early stop",
    Pile.ALL: "All sessions, signed ones too",
}
NO_INDEX = QModelIndex()


def when(opened_ns: int, now_ns: int, zone: tzinfo | None) -> str:
    """``Today 10:07``, ``Yesterday 09:10``, ``Fri 3 Mar 09:10``."""
    at, now = local_time(opened_ns, zone), local_time(now_ns, zone)
    if at.date() == now.date():
        return f"Today {at:%H:%M}"
    if at.date() == (now - timedelta(days=1)).date():
        return f"Yesterday {at:%H:%M}"
    return f"{at.day} {MONTHS[at.month - 1]}{_year(at, now)} {at:%H:%M}"


def _year(at: datetime, now: datetime) -> str:
    return "" if at.year == now.year else f" {at.year}"


def place_in_series(session: ListedSession, series: Callable[[str], int | None]) -> str:
    """``3 of 6``; ``session 3`` where the series has no length."""
    if session.training:
        return "training"
    if session.aborted:
        return "aborted"
    of = series(session.protocol) if session.protocol else None
    return f"{session.number} of {of}" if of is not None else f"session {session.number}"


def flag_text(session: ListedSession, flags: Flags | None) -> tuple[str, Tone]:
    """What to look at, with its colour role; the text is the first cue."""
    if session.aborted:
        return "aborted before the infusion", Tone.MUTED
    if flags is None:
        return "", Tone.FAINT
    parts = []
    if flags.early_stop:
        parts.append("stopped early")
    if flags.adverse:
        parts.append(f"{flags.adverse} adverse")
    if flags.alarms:
        parts.append(f"{flags.alarms} alarm{'' if flags.alarms == 1 else 's'}")
    if flags.gaps:
        parts.append("gap")
    tone = Tone.HIGH if flags.high else Tone.MEDIUM if parts else Tone.MUTED
    return " · ".join(parts) or "no alarms", tone


class _Rows(QAbstractListModel):
    """Sessions as rows; texts are made by the delegate."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.shown: tuple[ListedSession, ...] = ()

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        """Number of sessions shown."""
        return 0 if parent.isValid() else len(self.shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The name, for screen readers and for typing ahead."""
        if role == Qt.ItemDataRole.DisplayRole and index.isValid():
            return self.shown[index.row()].patient
        return None

    def replace(self, shown: tuple[ListedSession, ...]) -> None:
        self.beginResetModel()
        self.shown = shown
        self.endResetModel()


class _Painter(QStyledItemDelegate):
    def __init__(self, owner: SessionList) -> None:
        super().__init__(owner)
        self._owner = owner

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(10, self._owner.theme.px(ROW_PX))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        owner, theme = self._owner, self._owner.theme
        session = owner.shown[index.row()]
        flags = owner.flags.get(session.session_id)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(option.rect).adjusted(theme.px(2), theme.px(3), -theme.px(2), -theme.px(3))
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            draw_panel(painter, box, "#e6eefc", theme.px(10))
        x, wide = box.left() + theme.px(14), box.width() - theme.px(28)
        line = theme.px(25)
        y = box.top() + theme.px(8)
        state = self._state(painter, QRectF(x, y, wide, line), session, flags)
        draw_text(
            painter,
            QRectF(x, y, wide - state, line),
            LEFT | MIDDLE,
            session.patient,
            theme.font(18, Weight.SEMIBOLD),
            theme.palette.text,
        )
        under = (
            f"{when(session.opened_ns, owner.now_ns, owner.zone)} · {place_in_series(session, owner.series)}"
        )
        draw_text(
            painter,
            QRectF(x, y + line, wide, line),
            LEFT | MIDDLE,
            under,
            theme.font(15),
            theme.palette.muted,
        )
        text, tone = flag_text(session, flags)
        self._flags(painter, QRectF(x, y + 2 * line, wide, line), text, tone)
        painter.restore()

    def _state(self, painter: QPainter, box: QRectF, session: ListedSession, flags: Flags | None) -> float:
        """Going on or signed, at the right; returns the width it takes."""
        theme = self._owner.theme
        if session.open:
            text, color = "● going on", theme.palette.accent
        elif flags is not None and flags.signed:
            text, color = "✓ signed", theme.palette.good
        else:
            return 0.0
        font = theme.font(14, Weight.MEDIUM)
        return draw_text(painter, box, RIGHT | MIDDLE, text, font, color) + theme.px(8)

    def _flags(
        self,
        painter: QPainter,
        box: QRectF,
        text: str,
        tone: Tone,
    ) -> None:
        theme = self._owner.theme
        x = box.left()
        if tone in {Tone.HIGH, Tone.MEDIUM}:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.palette.high if tone is Tone.HIGH else "#e2a400"))
            size = theme.px(9)
            middle = QRectF(x, box.center().y() - size / 2, size, size)
            if tone is Tone.HIGH:
                painter.drawRect(middle)
            else:
                painter.drawEllipse(middle)
            x += theme.px(17)
        room = QRectF(x, box.top(), box.right() - x, box.height())
        draw_text(painter, room, LEFT | MIDDLE, text, theme.font(15), theme.palette.text)


class SessionList(QWidget):
    """Sessions to review, or all; newest first.

    Signals:
        chosen: Id of the session somebody chose.
        searched: What somebody typed to search for.

    Attributes:
        flags: What is known of each session.
    """

    chosen = Signal(str)
    searched = Signal(str)

    def __init__(
        self,
        theme: Theme,
        series: Callable[[str], int | None],
        zone: tzinfo | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.theme, self.series, self.zone = theme, series, zone
        self.flags: dict[str, Flags] = {}
        self.now_ns = 0
        self._all: tuple[ListedSession, ...] = ()
        self._title = QLabel("To review", self)
        self._title.setObjectName("listtitle")
        self._count = QLabel("0", self)
        self._count.setObjectName("pill")
        self._pile = Pile.TO_SIGN
        self._piles = {pile: self._pile_button(pile) for pile in Pile}
        self._find = QLineEdit(self)
        self._find.setPlaceholderText("Name, number or protocol")
        self._find.textChanged.connect(self._searched)
        self._rows = _Rows(self)
        self._view = QListView(self)
        self._view.setModel(self._rows)
        self._view.setItemDelegate(_Painter(self))
        self._view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._view.setAccessibleName("Sessions")
        self._view.selectionModel().currentChanged.connect(self._choose)
        self._head = QHBoxLayout()
        self._head.addWidget(self._title)
        self._head.addWidget(self._count)
        self._head.addStretch(1)
        self._rows_of_piles = (QHBoxLayout(), QHBoxLayout())
        for place, button in enumerate(self._piles.values()):
            self._rows_of_piles[place // 3].addWidget(button, 1)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._head)
        for row in self._rows_of_piles:
            self._column.addLayout(row)
        self._column.addWidget(self._find)
        self._column.addWidget(self._view, 1)
        self._setting = False
        self.follow_scale()

    @property
    def shown(self) -> tuple[ListedSession, ...]:
        """Sessions in the list now."""
        return self._rows.shown

    @property
    def pile(self) -> Pile:
        """Which pile is listed."""
        return self._pile

    def _pile_button(self, pile: Pile) -> QPushButton:
        button = QPushButton(PILE_WORDS[pile], self)
        button.setProperty("role", "tool")
        button.setCheckable(True)
        button.setChecked(pile is self._pile)
        button.setAccessibleName(PILE_TOLD[pile])
        button.setToolTip(PILE_TOLD[pile])
        button.clicked.connect(partial(self.set_pile, pile))
        return button

    def set_pile(self, pile: Pile, _checked: object = None) -> None:
        """List another pile."""
        self._pile = pile
        for one, button in self._piles.items():
            button.setChecked(one is pile)
        self._show()

    def _searched(self, text: str) -> None:
        self.searched.emit(text)
        self._show()

    def follow_scale(self) -> None:
        """Follow the scale of the window."""
        px = self.theme.px
        self._column.setContentsMargins(px(14), px(18), px(10), px(10))
        self._column.setSpacing(px(10))
        for row in self._rows_of_piles:
            row.setSpacing(px(4))
        self.setFixedWidth(px(300))
        self._view.doItemsLayout()

    def set_sessions(
        self, sessions: tuple[ListedSession, ...], flags: dict[str, Flags], now_ns: int, current: str
    ) -> None:
        """Show these; the chosen one stays chosen."""
        self._all, self.flags, self.now_ns = sessions, flags, now_ns
        self._show(current=current)

    def _show(self, _changed: object = None, current: str | None = None) -> None:
        chosen = self.current() if current is None else current
        words = self._find.text().casefold().split()
        shown = tuple(
            one
            for one in self._all
            if (words or one.session_id == chosen or self._lies(one, self._pile))
            and all(word in f"{one.patient} {one.summary.mrn} {one.protocol}".casefold() for word in words)
        )
        found = counts(self._all, self.flags, self.now_ns)
        self._count.setText(str(len(shown) if words else found[self._pile]))
        self._title.setText("Found" if words else PILE_TITLES[self._pile])
        for pile, button in self._piles.items():
            told = "" if pile is Pile.ALL else f" {found[pile]}"
            button.setText(f"{PILE_WORDS[pile]}{told}")
        self._setting = True
        if shown != self._rows.shown:
            self._rows.replace(shown)
        place = next((row for row, one in enumerate(shown) if one.session_id == chosen), -1)
        if place >= 0 and self._view.currentIndex().row() != place:
            self._view.setCurrentIndex(self._rows.index(place, 0))
        self._setting = False
        self._view.viewport().update()

    def _lies(self, session: ListedSession, pile: Pile) -> bool:
        return belongs(pile, session, self.flags.get(session.session_id), self.now_ns)

    def current(self) -> str:
        """Id of the chosen session, empty when none is."""
        index = self._view.currentIndex()
        return self._rows.shown[index.row()].session_id if index.isValid() else ""

    def _choose(self, index: QModelIndex, _before: QModelIndex) -> None:
        if index.isValid() and not self._setting:
            self.chosen.emit(self._rows.shown[index.row()].session_id)
