"""In the place of patient and dosing while nobody is known to be there: how to come back."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from console.ui.theme import Theme

LOCKED = "Locked"
STAYS = (
    "Sign in to see the patient and the dose. Vital signs, alarms, STOP, Pause and silencing work as before."
)
EMERGENCY = "Emergency access"
EMERGENCY_MEANS = "No PIN, a nurse's rights. It is recorded and has to be explained within 24 hours."


class GlassPanel(QWidget):
    """Two keys and what they do.

    Signals:
        sign_in: Somebody wants to sign in.
        emergency: Somebody needs access at once.
    """

    sign_in = Signal()
    emergency = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("glass")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self._head, self._text, self._means = QLabel(LOCKED), QLabel(STAYS), QLabel(EMERGENCY_MEANS)
        self._text.setWordWrap(True)
        self._means.setWordWrap(True)
        self.key = QPushButton("Sign in", self)
        self.key.setObjectName("glass_sign_in")
        self.key.clicked.connect(self._sign_in)
        self.emergency_key = QPushButton(EMERGENCY, self)
        self.emergency_key.setObjectName("glass_emergency")
        self.emergency_key.clicked.connect(self._emergency)
        for key in (self.key, self.emergency_key):
            key.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._keys = QHBoxLayout()
        self._keys.addWidget(self.key)
        self._keys.addWidget(self.emergency_key)
        self._keys.addWidget(self._means, 1)
        self._column = QVBoxLayout(self)
        self._column.addStretch(1)
        self._column.addWidget(self._head)
        self._column.addWidget(self._text)
        self._column.addLayout(self._keys)
        self._column.addStretch(2)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        px, p = self._theme.px, self._theme.palette
        self._column.setContentsMargins(px(28), px(18), px(28), px(18))
        self._column.setSpacing(px(14))
        self._keys.setSpacing(px(16))
        self.setStyleSheet(f"#glass {{ background: {p.panel}; border-radius: {px(12)}px; }}")
        self._head.setStyleSheet(f"font-size: {px(34)}px; font-weight: 700; color: {p.text};")
        self._text.setStyleSheet(f"font-size: {px(20)}px; color: {p.text};")
        self._means.setStyleSheet(f"font-size: {px(17)}px; color: {p.muted};")
        for key in (self.key, self.emergency_key):
            key.setStyleSheet(f"font-size: {px(20)}px; padding: {px(12)}px {px(22)}px;")
            key.setMinimumHeight(px(60))

    def _sign_in(self) -> None:
        self.sign_in.emit()

    def _emergency(self) -> None:
        self.emergency.emit()
