"""Small pieces the sections are made of: cards, words, choices, a column that scrolls, a signature."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from console.session.people import Role
from console.ui.course.desk import CourseDesk
from console.ui.theme import Theme


class Words(QLabel):
    """Words that are never squeezed: as high as they need at the width they got."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for the height."""
        super().resizeEvent(event)
        if self.wordWrap():
            self.setMinimumHeight(max(0, self.heightForWidth(self.width())))

    def setText(self, text: str) -> None:
        """Other words."""
        super().setText(text)
        if self.wordWrap():
            self.setMinimumHeight(max(0, self.heightForWidth(self.width())))


def label(text: str, role: str = "said", name: str = "", *, wrap: bool = True) -> QLabel:
    """Words in one of the roles of the look; never read as rich text."""
    found = Words(text)
    found.setTextFormat(Qt.TextFormat.PlainText)
    found.setProperty("role", role)
    found.setWordWrap(wrap)
    if name:
        found.setObjectName(name)
    return found


def button(text: str, name: str, role: str = "", deed: Callable[[], None] | None = None) -> QPushButton:
    """A key."""
    found = QPushButton(text)
    found.setObjectName(name)
    found.setProperty("role", role)
    found.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    if deed is not None:
        found.clicked.connect(lambda: deed())
    return found


def line_edit(hint: str, name: str) -> QLineEdit:
    """One line to write in; its hint is its name for those who cannot see it."""
    found = QLineEdit()
    found.setObjectName(name)
    found.setPlaceholderText(hint)
    found.setAccessibleName(hint)
    return found


def emptied(layout: QLayout) -> None:
    """Take everything out of a layout."""
    while layout.count():
        item = layout.takeAt(0)
        if item is None:
            return
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
        elif inner is not None:
            emptied(inner)


def row(*widgets: QWidget, stretch: bool = True) -> QHBoxLayout:
    """Widgets side by side, from the left."""
    found = QHBoxLayout()
    for widget in widgets:
        found.addWidget(widget)
    if stretch:
        found.addStretch(1)
    return found


class Card(QFrame):
    """A panel with a head; ``body`` is filled by whoever made it."""

    def __init__(self, theme: Theme, head: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._theme = theme
        self.head = label(head, "head")
        self._outer = QVBoxLayout(self)
        self._outer.addWidget(self.head)
        self.head.setVisible(bool(head))
        self.body = QVBoxLayout()
        self._outer.addLayout(self.body, 1)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        px = self._theme.px
        self._outer.setContentsMargins(px(18), px(12), px(18), px(14))
        self._outer.setSpacing(px(8))
        self.body.setSpacing(px(7))

    def clear(self) -> None:
        """Empty the body."""
        emptied(self.body)

    def say(self, text: str, role: str = "said", name: str = "") -> QLabel:
        """Words at the end of the body."""
        found = label(text, role, name)
        self.body.addWidget(found)
        return found


class Scrolled(QScrollArea):
    """A column that scrolls when it is too long."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inner = QWidget()
        self.column = QVBoxLayout(inner)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.setWidget(inner)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self.column.setSpacing(self._theme.px(12))


class Chips(QWidget):
    """Choices as keys; one or several may be chosen.

    Signals:
        chosen: Id of the one touched last.
    """

    chosen = Signal(str)

    def __init__(
        self,
        theme: Theme,
        name: str,
        options: Sequence[tuple[str, str]],
        parent: QWidget | None = None,
        *,
        many: bool = False,
        columns: int = 0,
    ) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._group = QButtonGroup(self)
        self._group.setExclusive(not many)
        self.keys: dict[str, QPushButton] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.px(8))
        wide = columns or max(1, len(options))
        for place, (value, text) in enumerate(options):
            key = button(text, f"{name}_{value}", "chip", partial(self._touched, value))
            key.setCheckable(True)
            self._group.addButton(key)
            self.keys[value] = key
            grid.addWidget(key, place // wide, place % wide)
        grid.setColumnStretch(wide, 1)

    def _touched(self, value: str) -> None:
        self.chosen.emit(value)

    @property
    def value(self) -> str:
        """The one chosen, empty for none."""
        return next((value for value, key in self.keys.items() if key.isChecked()), "")

    @property
    def values(self) -> tuple[str, ...]:
        """All that are chosen."""
        return tuple(value for value, key in self.keys.items() if key.isChecked())

    def choose(self, *values: str) -> None:
        """Choose these and no others."""
        exclusive = self._group.exclusive()
        self._group.setExclusive(False)
        for value, key in self.keys.items():
            key.setChecked(value in values)
        self._group.setExclusive(exclusive)


class SignRow(QWidget):
    """Who signs, their PIN, and the key; the PIN is forgotten at once.

    Signals:
        signed: User id and PIN.
    """

    signed = Signal(str, str)

    def __init__(
        self, desk: CourseDesk, name: str, words: str, roles: tuple[Role, ...], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._desk, self._roles = desk, roles
        self.who = QComboBox()
        self.who.setObjectName(f"{name}_who")
        self.who.setAccessibleName("Who signs")
        self.pin = line_edit("PIN", f"{name}_pin")
        self.pin.setEchoMode(QLineEdit.EchoMode.Password)
        self.pin.setMaxLength(32)
        self.key = button(words, f"{name}_sign", "primary", self._sign)
        self.pin.returnPressed.connect(self._sign)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(desk.theme.px(8))
        box.addWidget(self.who, 3)
        box.addWidget(self.pin, 2)
        box.addWidget(self.key)
        self.offer()

    def offer(self) -> None:
        """Offer who may sign."""
        chosen = self.who.currentData()
        self.who.clear()
        for one in self._desk.people(*self._roles):
            self.who.addItem(one.name, one.user_id)
        place = self.who.findData(chosen)
        self.who.setCurrentIndex(place if place >= 0 else 0)
        self.key.setEnabled(self.who.count() > 0 and not self._desk.read_only)

    def choose(self, user_id: str) -> None:
        """Choose who signs."""
        self.who.setCurrentIndex(self.who.findData(user_id))

    def _sign(self) -> None:
        user, pin = self.who.currentData(), self.pin.text()
        self.pin.clear()
        if pin and isinstance(user, str):
            self.signed.emit(user, pin)
        else:
            self._desk.said.emit(("Enter your PIN.",), True)
