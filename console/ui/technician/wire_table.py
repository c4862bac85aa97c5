"""The bytes of a port as a table of which only what is seen is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from console.devices.bench.wire_view import WireRow
from console.ui.theme import Theme
from console.ui.viewmodels.bench_wire_rows import KEPT

HEADS = ("Time", "", "Bytes", "Hexadecimal", "Characters", "Meaning")
HEX_SHOWN, TEXT_SHOWN = 96, 32
MENDED = 400
"""So far back from the end a row may still get its meaning."""
Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()


class WireModel(QAbstractTableModel):
    """Rows for the table; grows at its end and forgets at its beginning."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.rows: list[WireRow] = []

    def rowCount(self, parent: Index = NOWHERE) -> int:
        """How many rows."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        """How many columns."""
        return 0 if parent.isValid() else len(HEADS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Names of the columns."""
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return HEADS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """One cell."""
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cell(row, index.column())
        if role == Qt.ItemDataRole.ForegroundRole:
            p = self._theme.palette
            return QColor(p.accent if row.sent else p.text)
        if role == Qt.ItemDataRole.ToolTipRole and index.column() >= 3:
            return row.meaning or row.hexadecimal
        return None

    def replace(self, rows: list[WireRow]) -> None:
        """Show these from now on."""
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def grow(self, fresh: Sequence[WireRow]) -> None:
        """Add rows at the end."""
        if not fresh:
            return
        over = len(self.rows) + len(fresh) - KEPT
        if over > 0:
            self.beginRemoveRows(QModelIndex(), 0, min(over, len(self.rows)) - 1)
            del self.rows[:over]
            self.endRemoveRows()
        self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(fresh) - 1)
        self.rows.extend(fresh)
        self.endInsertRows()

    def mend(self, rows: Sequence[WireRow]) -> None:
        """Rows whose meaning became known with what came after them."""
        for row in rows:
            for place in range(len(self.rows) - 1, max(-1, len(self.rows) - MENDED), -1):
                if self.rows[place].number == row.number:
                    self.rows[place] = row
                    at = self.index(place, len(HEADS) - 1)
                    self.dataChanged.emit(at, at)
                    break


def cell(row: WireRow, column: int) -> str:
    """The text of one cell."""
    if column == 0:
        return f"{row.at.wall_utc:%H:%M:%S.%f}"[:-3]
    if column == 1:
        return "→ sent" if row.sent else "← received"
    if column == 2:
        return str(row.size)
    if column == 3:
        return _cut(row.hexadecimal, HEX_SHOWN)
    return _cut(row.text, TEXT_SHOWN) if column == 4 else row.meaning


@lru_cache(maxsize=4096)
def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 2].rstrip()} …"


class WireTable(QTableView):
    """Rows of one height, so that a scroll or a new row costs what is seen and no more."""

    def __init__(self, theme: Theme, model: WireModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("wire_table")
        self.setModel(model)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head = self.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setSectionResizeMode(5, QHeaderView.ResizeMode.Stretch)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        px = self._theme.px
        self.verticalHeader().setDefaultSectionSize(px(28))
        for column, wide in enumerate((130, 110, 64, 560, 260)):
            self.setColumnWidth(column, px(wide))
