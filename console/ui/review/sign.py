"""Signing a review: who, with the PIN entered anew, what it means, and the chain it covers."""

from __future__ import annotations

from datetime import tzinfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from console.session.people import Role
from console.storage.accounts import Account
from console.storage.verify import VerifyReport
from console.ui.theme import Theme
from console.ui.viewmodels.review_axis import day, hms
from console.ui.viewmodels.review_shapes import Signature, Timeline

MEANING = "reviewed"
VERIFYING = "Verifying the record…"


def signature_text(one: Signature, zone: tzinfo | None = None) -> str:
    """Printed name, date and time, and meaning of a signature (21 CFR 11.50)."""
    later = ""
    if one.later:
        later = f"; {one.later} {'entry' if one.later == 1 else 'entries'} added since"
    return (
        f"{one.meaning.capitalize()} by {one.name}, {one.role}, {day(one.t_ns, zone)} "
        f"{hms(one.t_ns, zone)}{later}"
    )


def short_hash(hash_hex: str) -> str:
    """Beginning and end of a hash."""
    return f"{hash_hex[:4]}…{hash_hex[-2:]}" if len(hash_hex) > 8 else hash_hex


def verified_text(report: VerifyReport | None, trouble: str = "") -> str:
    """What was found when the record was verified."""
    if trouble:
        return f"The record could not be verified: {trouble}"
    if report is None:
        return VERIFYING
    if not report.ok:
        return f"RECORD NOT SOUND. {report.sentence}"
    count = f"{report.events:,}".replace(",", " ")
    return f"Record verified: {count} events, chain {short_hash(report.head_hash)}"


class SignPanel(QWidget):
    """State of the signature, and the form that opens in place.

    Signals:
        signed: User id and PIN of the physician who signs.
    """

    signed = Signal(str, str)

    def __init__(self, theme: Theme, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._zone = theme, zone
        self._state, self._proof, self._answer = QLabel(self), QLabel(self), QLabel(self)
        for label, role in ((self._state, "signstate"), (self._proof, "proof"), (self._answer, "answer")):
            label.setObjectName(role)
            label.setWordWrap(True)
        self._form = QWidget(self)
        self._who, self._pin = QComboBox(self._form), QLineEdit(self._form)
        self._who.setAccessibleName("Physician")
        self._pin.setPlaceholderText("PIN")
        self._pin.setEchoMode(QLineEdit.EchoMode.Password)
        self._pin.setMaxLength(32)
        self._pin.returnPressed.connect(self._sign)
        self._confirm = QPushButton("Sign as reviewed", self._form)
        self._confirm.setProperty("role", "primary")
        self._confirm.clicked.connect(self._sign)
        self._cancel = QPushButton("Cancel", self._form)
        self._cancel.clicked.connect(self.close_form)
        self._upper, self._lower = QHBoxLayout(), QHBoxLayout()
        self._upper.addWidget(self._who, 3)
        self._upper.addWidget(self._pin, 2)
        self._lower.addWidget(self._cancel)
        self._lower.addWidget(self._confirm, 1)
        self._inner = QVBoxLayout(self._form)
        self._inner.setContentsMargins(0, 0, 0, 0)
        self._inner.addLayout(self._upper)
        self._inner.addLayout(self._lower)
        self._form.hide()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        for widget in (self._form, self._answer, self._state, self._proof):
            self._column.addWidget(widget)
        self._answer.hide()
        self.follow_scale()

    def follow_scale(self) -> None:
        """Follow the scale of the window."""
        for layout in (self._column, self._inner, self._upper, self._lower):
            layout.setSpacing(self._theme.px(6))

    def set_line(self, line: Timeline | None) -> None:
        """Show the signatures of a session."""
        if line is None:
            self._state.setText("")
        elif line.signatures:
            self._state.setText("\n".join(signature_text(one, self._zone) for one in line.signatures))
        else:
            self._state.setText("Still going on" if line.open else "Not signed yet")

    def set_proof(self, report: VerifyReport | None, trouble: str = "") -> None:
        """Show what verifying found."""
        sound = not trouble and (report is None or report.ok)
        self._proof.setText(verified_text(report, trouble))
        self._proof.setProperty("sound", sound)
        self._proof.style().unpolish(self._proof)
        self._proof.style().polish(self._proof)

    def set_answer(self, text: str) -> None:
        """Show what the room said."""
        self._answer.setText(text)
        self._answer.setVisible(bool(text))

    @property
    def proof(self) -> str:
        """The sentence about the record."""
        return self._proof.text()

    @property
    def state(self) -> str:
        """The sentence about the signature."""
        return self._state.text()

    @property
    def answer(self) -> str:
        """What the room said last, empty when nothing stands there."""
        return "" if self._answer.isHidden() else self._answer.text()

    @property
    def form_open(self) -> bool:
        """The form is there."""
        return not self._form.isHidden()

    def open_form(self, people: tuple[Account, ...], signed_in: str) -> None:
        """Offer the physicians; the one signed in first."""
        physicians = [one for one in people if one.active and one.role is Role.PHYSICIAN]
        self._who.clear()
        for one in sorted(physicians, key=lambda one: (one.user_id != signed_in, one.name)):
            self._who.addItem(one.name, one.user_id)
        self.set_answer("" if physicians else "Nobody here is a physician: ask the administrator.")
        self._pin.clear()
        self._form.setVisible(bool(physicians))
        self._pin.setFocus()

    def close_form(self) -> None:
        """Take the form away, with whatever was typed."""
        self._pin.clear()
        self._form.hide()

    def _sign(self) -> None:
        pin, user = self._pin.text(), self._who.currentData()
        self._pin.clear()
        if pin and isinstance(user, str):
            self.set_answer("Checking…")
            self.signed.emit(user, pin)
        else:
            self.set_answer("Enter your PIN.")
