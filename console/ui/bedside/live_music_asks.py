"""What the bedside asks of the music: each touch is written down in the patient's course."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from console.course.facts_care import MusicChosen, MusicSet
from console.course.requests import Chart
from console.room.music_view import MusicView
from console.room.wire import Answer
from console.session import intents as ask
from console.ui.bridge import Bridge
from console.ui.theme import Theme
from console.ui.widgets.in_place import InPlacePanel
from console.ui.widgets.music_panel import MusicPanel


class MusicAsks(QObject):
    """The music panel and what it sends.

    Signals:
        opening: The panel is about to open: the page puts it in its place.
    """

    opening = Signal(object)

    def __init__(self, theme: Theme, bridge: Bridge, page: QWidget) -> None:
        super().__init__(page)
        self._bridge = bridge
        self._asked: set[str] = set()
        self.panel = MusicPanel(theme, page)
        self.panels: tuple[InPlacePanel, ...] = (self.panel,)
        self.panel.chosen.connect(self._choose)
        self.panel.adjusted.connect(self._adjust)
        bridge.answered.connect(self._answered)

    @property
    def music(self) -> MusicView:
        """The music as the room last told it."""
        live = self._bridge.live
        return MusicView() if live is None else live.music

    def refresh(self) -> None:
        """Follow the room while the panel is open."""
        if self.panel.isVisible():
            self.panel.set_music(self.music)

    def toggle(self) -> None:
        """Open the panel, or close it."""
        if self.panel.isVisible():
            self.panel.dismiss()
            return
        self.panel.set_music(self.music)
        self.opening.emit(self.panel)
        self.panel.open()

    def close_all(self) -> None:
        """The phase changed."""
        self.panel.hide()

    def _choose(self, name: str) -> None:
        session = self._bridge.state.session
        if session is not None:
            self._ask(MusicChosen(session.session_id, name))

    def _adjust(self, playing: bool, percent: int) -> None:
        session = self._bridge.state.session
        if session is not None:
            self._ask(MusicSet(session.session_id, playing, percent))

    def _ask(self, fact: MusicChosen | MusicSet) -> None:
        session = self._bridge.state.session
        if session is not None:
            request = ask.ChangeCourse(session.patient.patient_id, Chart(fact))
            self._asked.add(self._bridge.ask(request))

    def _answered(self, answer: object) -> None:
        if isinstance(answer, Answer) and answer.request_id in self._asked:
            self._asked.discard(answer.request_id)
            self.panel.show_answer(() if answer.accepted else answer.sentences)
