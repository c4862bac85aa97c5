"""The three columns of the bedside: traces with the trend, numerics, delivery."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from console.clinical.vitals import Wave
from console.room.music_view import MusicView
from console.session.events import PromptKind
from console.ui.bridge import Bridge
from console.ui.theme import Theme
from console.ui.viewmodels.live_due import when_due
from console.ui.viewmodels.live_scales import DISSOCIATION, MOAAS
from console.ui.viewmodels.live_shapes import LiveView
from console.ui.widgets.blink import Blink
from console.ui.widgets.cuff_keys import CuffKeys
from console.ui.widgets.music_panel import key_words
from console.ui.widgets.numeric_tile import NumericTile
from console.ui.widgets.paint import draw_panel
from console.ui.widgets.phase_ring import PhaseRing
from console.ui.widgets.prompt_chips import PromptChips
from console.ui.widgets.pump_panel import PumpPanel
from console.ui.widgets.scale_tile import ScaleTile
from console.ui.widgets.strips import STRIPS
from console.ui.widgets.sweep_trace import SweepTrace

SLOW_EVERY = 4
SLOW_TURNS = {Wave.CO2: 0, Wave.RESP: 2}
"""In which of four frames a sweep of 6.25 mm/s is drawn: then it has moved by a pixel or two."""
LONG_FRAME_S = 0.05


class TracePanel(QWidget):
    """Four strips; respiration goes where the monitor sends other waves but never that one."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._column = QVBoxLayout(self)
        self.traces = {strip.wave: SweepTrace(theme, strip, self) for strip in STRIPS}
        for trace in self.traces.values():
            self._column.addWidget(trace, 1)
        self._small = False
        self._frame = 0
        self._offer(frozenset())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        px = self._theme.px
        self._column.setContentsMargins(px(6), px(8), px(6), px(8))
        self._column.setSpacing(px(4))

    def set_small(self, small: bool) -> None:
        """Only ECG and pleth, as beside the set-up steps."""
        self._small = small

    def _offer(self, waves: frozenset[Wave]) -> None:
        for wave, trace in self.traces.items():
            wanted = wave is not Wave.RESP or not waves or wave in waves
            if self._small and wave in {Wave.CO2, Wave.RESP}:
                wanted = False
            if trace.isHidden() == wanted:
                trace.setVisible(wanted)

    def advance(self, bridge: Bridge, dt_s: float) -> None:
        """Draw what ``dt_s`` seconds brought; a slow sweep moves by less than a pixel a frame: it waits."""
        now = bridge.now()
        self._frame += 1
        self._offer(frozenset(bridge.playouts))
        for wave, trace in self.traces.items():
            turn = wave not in SLOW_TURNS or self._frame % SLOW_EVERY == SLOW_TURNS[wave]
            trace.advance(bridge.playouts.get(wave), dt_s, now, turn=turn or dt_s > LONG_FRAME_S)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the panel under the strips."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw_panel(painter, QRectF(self.rect()), self._theme.palette.panel, self._theme.px(12))


class VitalsColumn(QWidget):
    """Numerics; the column stays where it is from sign-in to discharge."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.hr, self.spo2 = NumericTile(theme, self), NumericTile(theme, self)
        self.nibp = NumericTile(theme, self)
        self.cuff = CuffKeys(theme, self)
        self.rr, self.etco2 = NumericTile(theme, self), NumericTile(theme, self)
        self.temp = NumericTile(theme, self, most_px=52)
        self.tiles = (self.hr, self.spo2, self.nibp, self.rr, self.etco2, self.temp)
        self.scales = ScaleTile(theme, MOAAS, DISSOCIATION, self)
        self._pair = QHBoxLayout()
        self._pair.addWidget(self.rr, 1)
        self._pair.addWidget(self.etco2, 1)
        for tile, share in ((self.hr, 22), (self.spo2, 22), (self.nibp, 24)):
            self._column.addWidget(tile, share)
        self._column.addWidget(self.cuff)
        self._column.addLayout(self._pair, 19)
        self._column.addWidget(self.temp, 11)
        self._column.addWidget(self.scales, 20)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self._column.setSpacing(self._theme.px(10))
        self._pair.setSpacing(self._theme.px(10))
        self.cuff.rescale()

    def set_view(self, view: LiveView, blink: Blink) -> None:
        """Show the numerics."""
        self.hr.set_tile(view.hr, blink)
        self.spo2.set_tile(view.spo2, blink)
        self.nibp.set_tile(view.nibp, blink)
        self.cuff.set_face(view.cuff)
        self.rr.set_tile(view.rr, blink)
        self.etco2.set_tile(view.etco2, blink)
        self.temp.set_tile(view.temp, blink)
        self.temp.setVisible(view.temp.reason not in {"not monitored", "no data from the room"})
        due = (when_due(view.prompts, PromptKind.MOAAS), when_due(view.prompts, PromptKind.DISSOCIATION))
        self.scales.set_scales(view.sedation, view.dissociation, due, blink)


class DeliveryColumn(QWidget):
    """Phase ring, pump, scheduled checks."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.ring = PhaseRing(theme, self)
        self.pump = PumpPanel(theme, self)
        self.prompts = PromptChips(theme, self)
        self.steps_button = QPushButton("Set-up steps", self)
        self._column.addWidget(self.ring, 45)
        self._column.addWidget(self.pump, 52)
        self._column.addWidget(self.prompts)
        self._column.addWidget(self.steps_button)
        self.music_button = QPushButton("Music", self)
        self.music_button.hide()
        self._column.addWidget(self.music_button)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self._column.setSpacing(self._theme.px(12))

    def set_view(self, view: LiveView) -> None:
        """Show ring, pump and checks."""
        self.ring.set_ring(view.ring)
        self.pump.set_face(view.pump)
        self.prompts.set_prompts(view.prompts)
        self.prompts.setVisible(bool(view.prompts))

    def set_music(self, music: MusicView, *, glass: bool) -> None:
        """Show the music in a word; a room without any has no key for it."""
        shown = bool(music.playlists or music.playlist) and not glass
        if self.music_button.isHidden() == shown:
            self.music_button.setVisible(shown)
        words = key_words(music)
        if self.music_button.text() != words:
            self.music_button.setText(words)
