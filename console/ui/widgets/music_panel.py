"""Music for the person in the chair: which playlist, playing or not, how loud. In place, and calm."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from console.room.music_view import MusicView
from console.ui.theme import Theme
from console.ui.widgets.big_key import BigKey
from console.ui.widgets.in_place import InPlacePanel

KEY_PX = 66
SILENCE = "Silence"
MOST = 6
"""Playlists that can be offered side by side."""
STEP = 10
"""Per cent of volume with one touch."""


class MusicPanel(InPlacePanel):
    """Keys for playlists, for play and halt, and for the volume.

    Signals:
        chosen: Name of a playlist, empty for silence.
        adjusted: Whether it plays, and its volume in per cent.
    """

    chosen = Signal(str)
    adjusted = Signal(bool, int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Music", parent)
        self._view = MusicView()
        self.keys = [BigKey(theme, "", KEY_PX, self) for _ in range(MOST)]
        self.silence = BigKey(theme, SILENCE, KEY_PX, self)
        row = QHBoxLayout()
        for key in (*self.keys, self.silence):
            key.setCheckable(True)
            key.clicked.connect(self._choose)
            row.addWidget(key)
        self.play_key = BigKey(theme, "Play", KEY_PX, self)
        self.softer, self.louder = (
            BigKey(theme, "Softer", KEY_PX, self),
            BigKey(theme, "Louder", KEY_PX, self),
        )
        self.said = QLabel("", self)
        self.said.setWordWrap(True)
        self.play_key.clicked.connect(self._play)
        self.softer.clicked.connect(self._softer)
        self.louder.clicked.connect(self._louder)
        line = QHBoxLayout()
        for key in (self.play_key, self.softer, self.louder):
            line.addWidget(key)
        self.body.addLayout(row)
        self.body.addLayout(line)
        self.body.addWidget(self.said)
        self.body.addStretch(1)

    def set_music(self, view: MusicView) -> None:
        """Show how it is; what the room says counts, not what was touched."""
        self._view = view
        for place, key in enumerate(self.keys):
            name = view.playlists[place] if place < len(view.playlists) else ""
            key.setVisible(bool(name))
            key.set_words(name)
            key.setChecked(bool(name) and name == view.playlist)
        self.silence.setChecked(not view.playlist)
        self.play_key.set_words("Halt" if view.playing else "Play")
        for key in (self.play_key, self.softer, self.louder):
            key.setEnabled(bool(view.playlist))
        self.said.setText(sentence(view))

    def _choose(self) -> None:
        key = self.sender()
        if isinstance(key, BigKey):
            self.chosen.emit("" if key is self.silence else key.text())
        self.set_music(self._view)

    def _play(self) -> None:
        self.adjusted.emit(not self._view.playing, self._view.percent)

    def _softer(self) -> None:
        self.adjusted.emit(self._view.playing, max(0, self._view.percent - STEP))

    def _louder(self) -> None:
        self.adjusted.emit(self._view.playing, min(100, self._view.percent + STEP))


def sentence(view: MusicView) -> str:
    """How the music stands, for people."""
    if view.trouble:
        return f"Nothing is heard: {view.trouble}. Alarms are not touched by this."
    if not view.playlist:
        return "Choose a folder of music on this computer. Any alarm holds it down at once."
    if not view.playing:
        return f"{view.playlist} is halted; volume {view.percent} %."
    held = "; an alarm holds it down" if view.ducked else ""
    return f"{view.playlist}, volume {view.percent} %, with the fades of each phase{held}."


def key_words(view: MusicView) -> str:
    """The word on the key that opens the panel."""
    if view.trouble:
        return f"Music: {view.trouble}"
    if not view.playlist:
        return "Music: silence"
    return f"Music: {view.playlist}" if view.playing else f"Music: {view.playlist}, halted"
