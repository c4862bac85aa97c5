"""Comments and corrections, each in a frame; a new comment speaks of the moment at the cursor."""

from __future__ import annotations

from datetime import tzinfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from console.ui.theme import Theme
from console.ui.viewmodels.review_axis import hm, hms
from console.ui.viewmodels.review_shapes import Amendment, Remark, Timeline


class _Note(QFrame):
    """One frame; a touch goes to its moment."""

    touched = Signal(float)

    def __init__(self, theme: Theme, head: str, text: str, kind: str, second: float | None) -> None:
        super().__init__()
        self._second = second
        self.setProperty("note", kind)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(12), theme.px(8), theme.px(12), theme.px(8))
        column.setSpacing(theme.px(2))
        for line, role in ((head, "notehead"), (text, "notetext")):
            label = QLabel(line)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setObjectName(role)
            label.setWordWrap(True)
            column.addWidget(label)
        if second is not None:
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the moment."""
        if self._second is not None:
            self.touched.emit(self._second)
        event.accept()


class NotesPanel(QWidget):
    """Comments and corrections of a session.

    Signals:
        went: Second of the moment a touched comment speaks of.
        written: Text of a new comment on the moment at the cursor.
    """

    went = Signal(float)
    written = Signal(str)

    def __init__(self, theme: Theme, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._zone = theme, zone
        self._shown: tuple[tuple[Remark, ...], tuple[Amendment, ...], float] = ((), (), 0.0)
        self._list = QWidget()
        self._notes = QVBoxLayout(self._list)
        self._notes.addStretch(1)
        self._area = QScrollArea(self)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(self._list)
        self._entry = QLineEdit(self)
        self._entry.setAccessibleName("New comment")
        self._entry.returnPressed.connect(self._write)
        self._add = QPushButton("Add", self)
        self._add.clicked.connect(self._write)
        self._row = QHBoxLayout()
        self._row.addWidget(self._entry, 1)
        self._row.addWidget(self._add)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._area, 1)
        self._column.addLayout(self._row)
        self.follow_scale()

    def follow_scale(self) -> None:
        """Follow the scale of the window."""
        px = self._theme.px
        self._notes.setContentsMargins(0, 0, px(4), 0)
        self._notes.setSpacing(px(8))
        self._column.setSpacing(px(8))
        self._row.setSpacing(px(8))

    def set_line(self, line: Timeline | None) -> None:
        """Show what was written about a session."""
        shown = ((), (), 0.0) if line is None else (line.remarks, line.amendments, float(self._theme.scale))
        if shown == self._shown:
            return
        self._shown = shown
        while self._notes.count() > 1:
            item = self._notes.takeAt(0)
            widget = None if item is None else item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        if line is None:
            return
        for place, note in enumerate(self._made(line)):
            note.touched.connect(self.went)
            self._notes.insertWidget(place, note)

    def _made(self, line: Timeline) -> list[_Note]:
        notes = []
        for number, remark in enumerate(line.remarks, 1):
            written = hms(remark.written_ns, self._zone)
            head = f"{number}  at {hm(remark.t_ns, self._zone)} · {remark.author}, written {written}"
            kind = "physician" if remark.role == "physician" else "nurse"
            notes.append(_Note(self._theme, head, remark.text, kind, line.second_of(remark.t_ns)))
        for change in line.amendments:
            head = f"Correction · {hms(change.written_ns, self._zone)} · {change.author}"
            text = f"Was: {change.original}\nIs: {change.text}\nBecause: {change.reason}"
            notes.append(_Note(self._theme, head, text, "correction", None))
        if not notes:
            notes.append(_Note(self._theme, "No comments yet", "", "empty", None))
        return notes

    def set_moment(self, label: str) -> None:
        """Tell which moment a new comment would speak of."""
        self._entry.setPlaceholderText(f"Comment at {label}…")

    def set_allowed(self, allowed: bool) -> None:
        """Whether anybody may write here."""
        self._entry.setEnabled(allowed)
        self._add.setEnabled(allowed)

    def _write(self) -> None:
        text = self._entry.text().strip()
        if text:
            self._entry.clear()
            self.written.emit(text)
