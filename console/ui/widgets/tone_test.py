"""Testing the alarm sound: sound it, then say whether it was heard."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from console.ui.theme import Theme
from console.ui.viewmodels.live_tones import ToneFace


class ToneTest(QWidget):
    """One line: how it stands, and the keys that are needed now.

    Signals:
        test_wanted: Sound the burst of each priority once.
        answered: Whether it was heard.
    """

    test_wanted = Signal()
    answered = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.words = QLabel("", self)
        self.words.setObjectName("tones_words")
        self.words.setWordWrap(True)
        self.heard = self._key("tones_heard", "I heard it")
        self.silent = self._key("tones_not_heard", "I heard nothing")
        self.test = self._key("tones_test", "Test alarm sound")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self.words, 1)
        for key in (self.heard, self.silent, self.test):
            self._row.addWidget(key)
        self.test.clicked.connect(self.test_wanted)
        self.heard.clicked.connect(partial(self.answered.emit, True))
        self.silent.clicked.connect(partial(self.answered.emit, False))
        self.rescale()

    def _key(self, name: str, text: str) -> QPushButton:
        key = QPushButton(text, self)
        key.setObjectName(name)
        key.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return key

    def rescale(self) -> None:
        """Follow the scale of the window."""
        px = self._theme.px
        self._row.setSpacing(px(12))
        self.test.setIcon(self._theme.icon("bell"))
        for key in (self.heard, self.silent, self.test):
            key.setFixedHeight(px(60))

    def set_face(self, face: ToneFace, *, usable: bool, refused: str = "") -> None:
        """Show how it stands, or what the room said against it."""
        words = refused or face.words
        if words != self.words.text():
            self.words.setText(words)
        self.heard.setVisible(face.asking)
        self.silent.setVisible(face.asking)
        self.test.setText("Sound again" if face.asking else "Test alarm sound")
        for key in (self.heard, self.silent, self.test):
            key.setEnabled(usable)
