"""Signing a run: who, with the PIN entered anew, and a note."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from console.ui.technician.parts import key, label
from console.ui.theme import Theme
from console.ui.viewmodels.step_people import Person


class SignForm(QWidget):
    """Name, PIN, note and one key.

    Signals:
        wanted: User id, PIN and note.
    """

    wanted = Signal(str, str, str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.who = QComboBox(self)
        self.who.setObjectName("sign_who")
        self.pin = QLineEdit(self)
        self.pin.setObjectName("sign_pin")
        self.pin.setPlaceholderText("PIN")
        self.pin.setEchoMode(QLineEdit.EchoMode.Password)
        self.pin.setMaxLength(32)
        self.pin.returnPressed.connect(self._sign)
        self.note = QLineEdit(self)
        self.note.setObjectName("sign_note")
        self.note.setPlaceholderText("Note for the protocol")
        self.note.setMaxLength(200)
        self.act = key("Sign this test", "sign_act", self, "primary")
        self.act.clicked.connect(self._sign)
        self.answer = label("", "heed", self)
        self.answer.hide()
        row = QHBoxLayout()
        row.addWidget(self.who, 2)
        row.addWidget(self.pin, 2)
        row.addWidget(self.note, 4)
        row.addWidget(self.act)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self.answer)

    def offer(self, people: Sequence[Person], signed_in: str) -> None:
        """Offer these, the one signed in first."""
        ordered = sorted(people, key=lambda one: (one.user_id != signed_in, one.name))
        known = [self.who.itemData(place) for place in range(self.who.count())]
        if known != [one.user_id for one in ordered]:
            self.who.clear()
            for one in ordered:
                self.who.addItem(one.name, one.user_id)

    def forget(self) -> None:
        """Another run: nothing typed before belongs to it."""
        self.pin.clear()
        self.note.clear()
        self.say("")
        self.act.setEnabled(True)

    def say(self, sentence: str, *, signed: bool = False) -> None:
        """What the room answered."""
        self.answer.setText(sentence)
        self.answer.setVisible(bool(sentence))
        self.act.setEnabled(not signed)

    def _sign(self) -> None:
        pin, user = self.pin.text(), self.who.currentData()
        self.pin.clear()
        if pin and isinstance(user, str):
            self.say("Checking…")
            self.wanted.emit(user, pin, self.note.text().strip())
        else:
            self.say("Choose your name and enter your PIN.")
