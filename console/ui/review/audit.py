"""Who did what: every entry of the session, filterable, with a way to correct one (the original stays)."""

from __future__ import annotations

from bisect import bisect_right
from datetime import tzinfo

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
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
from console.ui.viewmodels.review_axis import hms
from console.ui.viewmodels.review_papers import filtered
from console.ui.viewmodels.review_sentences import GROUPS, SAMPLES
from console.ui.viewmodels.review_shapes import AuditLine, Timeline
from console.ui.widgets.paint import LEFT, MIDDLE, RIGHT, draw_panel, draw_text, draw_wrapped

Index = QModelIndex | QPersistentModelIndex
NO_INDEX = QModelIndex()
EVERYTHING = "Everything but samples"


class _Rows(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.shown: tuple[AuditLine, ...] = ()

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        line = self.shown[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{line.who}: {line.sentence}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"Entry {line.seq}\n{line.who} ({line.role})\n{line.sentence}\n{line.hash}"
        return None

    def replace(self, shown: tuple[AuditLine, ...]) -> None:
        self.beginResetModel()
        self.shown = shown
        self.endResetModel()


class _Painter(QStyledItemDelegate):
    def __init__(self, owner: AuditPanel) -> None:
        super().__init__(owner)
        self._owner = owner

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(10, self._owner.theme.px(66))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        owner, theme = self._owner, self._owner.theme
        line = owner.rows.shown[index.row()]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            draw_panel(painter, box, "#e6eefc", theme.px(8))
        inner = box.adjusted(theme.px(8), theme.px(3), -theme.px(8), -theme.px(3))
        head = QRectF(inner.left(), inner.top(), inner.width(), theme.px(20))
        small = theme.font(13)
        who = f"{hms(line.t_ns, owner.zone)} · {line.who}"
        draw_text(painter, head, LEFT | MIDDLE, who, theme.font(13, Weight.SEMIBOLD), theme.palette.muted)
        right = f"corrected · {line.seq}" if line.corrected else f"{line.group} {line.seq}"
        draw_text(painter, head, RIGHT | MIDDLE, right, small, theme.palette.faint)
        text = inner.adjusted(0, theme.px(20), 0, 0)
        draw_wrapped(painter, text, LEFT, line.sentence, theme.font(15), theme.palette.text)
        painter.restore()


class AuditPanel(QWidget):
    """The list with its filter.

    Signals:
        went: Second of the entry somebody touched.
        corrected: Sequence number, new text and reason of a correction.
        shown: The list came up.
    """

    went = Signal(float)
    corrected = Signal(int, str, str)
    shown = Signal()

    def __init__(self, theme: Theme, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme, self.zone = theme, zone
        self._line: Timeline | None = None
        self.rows = _Rows(self)
        self._find = QLineEdit(self)
        self._find.setPlaceholderText("Find")
        self._find.textChanged.connect(self._show)
        self._group = QComboBox(self)
        self._group.addItems([EVERYTHING, *GROUPS, SAMPLES])
        self._group.setAccessibleName("Kind of entry")
        self._group.currentTextChanged.connect(self._show)
        self._view = QListView(self)
        self._view.setModel(self.rows)
        self._view.setItemDelegate(_Painter(self))
        self._view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self._view.setUniformItemSizes(True)
        self._view.setAccessibleName("Who did what")
        self._view.selectionModel().currentChanged.connect(self._touched)
        self._text, self._reason = QLineEdit(self), QLineEdit(self)
        self._text.setPlaceholderText("Should read")
        self._reason.setPlaceholderText("Reason")
        self._correct = QPushButton("Correct", self)
        self._correct.setAccessibleName("Correct the chosen entry; the original stays")
        self._correct.clicked.connect(self._change)
        self._allowed = True
        self._following = False
        self._head = QHBoxLayout()
        self._head.addWidget(self._find, 1)
        self._head.addWidget(self._group, 1)
        self._foot = QHBoxLayout()
        for widget, share in ((self._text, 3), (self._reason, 3), (self._correct, 0)):
            self._foot.addWidget(widget, share)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addLayout(self._head)
        self._column.addWidget(self._view, 1)
        self._column.addLayout(self._foot)
        self.follow_scale()
        self._follow()

    def follow_scale(self) -> None:
        """Follow the scale of the window."""
        for layout in (self._column, self._head, self._foot):
            layout.setSpacing(self.theme.px(6))
        self._view.doItemsLayout()

    def set_line(self, line: Timeline | None) -> None:
        """Show the entries of a session."""
        self._line = line
        self._show()

    def follow(self, t_ns: int) -> None:
        """Choose the entry that was the last by then, without leading the cursor away from where it is."""
        shown = self.rows.shown
        row = bisect_right(shown, t_ns, key=lambda one: one.t_ns) - 1
        index = self._view.currentIndex()
        if not shown or row < 0 or not self.isVisible():
            return
        if index.isValid() and shown[index.row()].t_ns == shown[row].t_ns:
            return
        self._following = True
        self._view.setCurrentIndex(self.rows.index(row, 0))
        self._following = False

    def showEvent(self, event: QShowEvent) -> None:
        """The list comes up: let whoever leads the cursor place it."""
        super().showEvent(event)
        self.shown.emit()

    def set_allowed(self, allowed: bool) -> None:
        """Whether anybody may correct here."""
        self._allowed = allowed
        self._follow()

    def _show(self, _changed: object = None) -> None:
        chosen = self._group.currentText()
        groups = frozenset(GROUPS) if chosen == EVERYTHING else frozenset({chosen})
        lines = () if self._line is None else filtered(self._line.audit, groups, self._find.text())
        if lines != self.rows.shown:
            self.rows.replace(lines)
            self._follow()

    def _touched(self, index: QModelIndex, _before: QModelIndex) -> None:
        self._follow()
        if index.isValid() and self._line is not None and not self._following:
            self.went.emit(self._line.second_of(self.rows.shown[index.row()].t_ns))

    def _follow(self) -> None:
        chosen = self._view.currentIndex().isValid() and self._allowed
        for widget in (self._text, self._reason, self._correct):
            widget.setVisible(chosen)

    def _change(self) -> None:
        index = self._view.currentIndex()
        text, reason = self._text.text().strip(), self._reason.text().strip()
        if index.isValid() and text and reason:
            self.corrected.emit(self.rows.shown[index.row()].seq, text, reason)
            self._text.clear()
            self._reason.clear()
