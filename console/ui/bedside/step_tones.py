"""The sound test inside a step: shown until a person has heard the alarm sound."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from console.room.wire import Answer
from console.session import intents as ask
from console.ui.bedside.step_tools import Asking, StepTools
from console.ui.viewmodels.live_tones import tone_face
from console.ui.widgets.tone_test import ToneTest


class ToneLine(QWidget):
    """The line of the test, wired to the room; what the room refuses stands in the same line."""

    def __init__(self, tools: StepTools, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tools = tools
        self._asking = Asking(tools.bridge, self)
        self._refused: tuple[str, ...] = ()
        self.test = ToneTest(tools.theme, self)
        self.test.test_wanted.connect(self._sound)
        self.test.answered.connect(self._confirm)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.test)

    def refresh(self) -> None:
        """Follow the state."""
        tools, bridge = self._tools, self._tools.bridge
        face = tone_face(bridge.state, bridge.live, bridge.now(), tools.reference.zone)
        usable = bridge.connected and not bridge.read_only and not self._asking.waiting
        self.test.set_face(face, usable=usable, refused=" ".join(self._refused))
        self.setVisible(not face.passed)

    def _sound(self) -> None:
        self._asking.ask(ask.TestTones(), self._said)

    def _confirm(self, heard: bool) -> None:
        self._asking.ask(ask.ConfirmTones(heard), self._said)

    def _said(self, answer: Answer) -> None:
        self._refused = () if answer.accepted else answer.sentences
        self.refresh()
