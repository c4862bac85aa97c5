"""Plays music for the person in the chair: fades with the phases, down to a murmur with any alarm.

The alarms have their own sound stream and their own thread. Whatever fails here is a line in the log and a
word on the screen: the music is then silent, and nothing else changes.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from console.clock import Clock
from console.course.facts_care import MusicChosen, MusicSet
from console.course.music import Mood, MusicPhase, heard, volume
from console.room.music_files import (
    CHANNELS,
    RATE_HZ,
    Decode,
    Samples,
    decoded,
    endless,
    playlists,
    tracks,
)
from console.room.music_output import MusicOutput
from console.room.music_view import MusicView
from console.room.speaker import NoSound
from console.room.wire import Committed, RoomMessage
from console.session.events import AlarmRaised, CourseChanged
from console.session.state import Phase, State

AHEAD_S: Final = 2.0
"""Seconds that are decoded before they are needed."""
DOWN_S: Final = 0.015
"""From full to nothing without a click."""
UP_S: Final = 0.5
STEP_S: Final = 0.2
AGAIN_S: Final = 10.0
"""Seconds until a device that was not there is tried again."""
LOOK_S: Final = 5.0

PHASES: Final = {
    Phase.INFUSING: MusicPhase.JOURNEY,
    Phase.PAUSED: MusicPhase.PAUSED,
    Phase.OBSERVING: MusicPhase.RETURN,
    Phase.DISCHARGED: MusicPhase.RETURN,
    Phase.NO_SESSION: MusicPhase.SILENCE,
    Phase.CLOSED: MusicPhase.SILENCE,
    Phase.ABORTED: MusicPhase.SILENCE,
}
"""What each phase is to the music; every phase before the infusion is settling."""

_log = logging.getLogger(__name__)


class MusicPlayer:
    """One room's music.

    :meth:`hear` and :meth:`view` belong to the conductor, :meth:`step` and :meth:`run` to the player's own
    thread, :meth:`pull` to the sound library's. Nothing plays before a person chose it in this session.
    """

    def __init__(
        self,
        folder: Path,
        output: MusicOutput,
        clock: Clock,
        state: Callable[[], State],
        decode: Decode = decoded,
    ) -> None:
        """Args: folder of the playlists, where it is played, the machine's clock, the room's state."""
        self._folder, self._output, self._clock = folder, output, clock
        self._state, self._decode = state, decode
        self._lock = threading.Lock()
        self._changed = threading.Event()
        self._mood, self._gain, self._told = Mood(), 0.0, 0
        self._view, self._session = MusicView(), ""
        self._asked: list[CourseChanged] = []
        self._ready = np.zeros(0, dtype=np.int16)
        self._source: Iterator[Samples] | None = None
        self._opened = False
        self._look_at = self._try_at = float("-inf")

    def view(self) -> MusicView:
        """The music as a window shows it."""
        with self._lock:
            return self._view

    def hear(self, message: RoomMessage) -> None:
        """Take note of what was committed; an alarm is heard of before anything else happens."""
        if not isinstance(message, Committed):
            return
        raised = any(isinstance(entry.event, AlarmRaised) for entry in message.entries)
        asked = [entry.event for entry in message.entries if isinstance(entry.event, CourseChanged)]
        with self._lock:
            self._told += 1
            self._asked += [one for one in asked if isinstance(one.change, MusicChosen | MusicSet)]
            if raised:
                self._mood = heard(self._mood, self._mood.phase, True, self._now_s())
        if raised or asked:
            self._changed.set()

    def run(self, stopping: threading.Event) -> None:
        """Play until the room ends (call :meth:`wake` to make it look)."""
        try:
            while not stopping.is_set():
                self._changed.clear()
                self.step()
                self._changed.wait(STEP_S)
        finally:
            self._silence()

    def wake(self) -> None:
        """Make :meth:`run` look whether it should end."""
        self._changed.set()

    # --- the player's thread ----------------------------------------------------------------------

    def step(self) -> None:
        """Follow the room, then see to it that enough is decoded."""
        with self._lock:
            told = self._told
        state, now_s = self._state(), self._now_s()
        session = state.session
        phase = PHASES.get(state.phase, MusicPhase.SETTLING)
        with self._lock:
            asked, self._asked = self._asked, []
            if told == self._told:
                self._mood = heard(self._mood, phase, bool(state.alarms), now_s)
        if session is None or session.session_id != self._session or phase is MusicPhase.SILENCE:
            self._session = "" if session is None else session.session_id
            self._choose("")
        for one in asked:
            self._obey(one)
        self._look(now_s)
        self._play(now_s)

    def _obey(self, asked: CourseChanged) -> None:
        match asked.change:
            case MusicChosen(session_id=of, playlist=name) if of == self._session:
                self._choose(name)
            case MusicSet(session_id=of, playing=playing, percent=percent) if of == self._session:
                self._show(playing=playing and bool(self._view.playlist), percent=percent)
            case _:
                pass

    def _choose(self, name: str) -> None:
        if name == self._view.playlist and (name == "" or self._view.playing):
            return
        self._source = None
        with self._lock:
            self._ready = self._ready[:0]
        if name:
            known = name in playlists(self._folder)
            self._show(playlist=name if known else "", playing=known, trouble="" if known else "not found")
            if known:
                self._source = endless(tracks(self._folder / name), self._decode, self._skipped)
        else:
            self._show(playlist="", playing=False, trouble="")
            self._silence()

    def _look(self, now_s: float) -> None:
        if now_s - self._look_at >= LOOK_S:
            self._look_at = now_s
            self._show(playlists=playlists(self._folder))
        with self._lock:
            ducked = self._mood.alarm
        self._show(ducked=ducked)

    def _play(self, now_s: float) -> None:
        if self._source is None:
            return
        if not self._opened and now_s >= self._try_at:
            self._open(now_s)
        while self._opened and len(self._ready) < AHEAD_S * RATE_HZ * CHANNELS:
            piece = next(self._source, None)
            if piece is None:
                self._source = None
                self._show(playing=False, trouble="no file can be played")
                return
            with self._lock:
                self._ready = np.concatenate([self._ready, piece])

    def _open(self, now_s: float) -> None:
        try:
            self._output.open(self.pull)
        except NoSound as error:
            self._try_at = now_s + AGAIN_S
            if self._view.trouble != str(error):
                _log.warning("no music: %s", error)
            self._show(trouble=str(error))
        else:
            self._opened = True
            self._show(trouble="")

    def _silence(self) -> None:
        if self._opened:
            self._opened = False
            self._output.close()
        self._gain = 0.0

    def _skipped(self, path: Path) -> None:
        _log.warning("no music: %s cannot be decoded", path.name)

    def _show(
        self,
        *,
        playlists: tuple[str, ...] | None = None,
        playlist: str | None = None,
        playing: bool | None = None,
        percent: int | None = None,
        ducked: bool | None = None,
        trouble: str | None = None,
    ) -> None:
        with self._lock:
            old = self._view
            self._view = MusicView(
                playlists=old.playlists if playlists is None else playlists,
                playlist=old.playlist if playlist is None else playlist,
                playing=old.playing if playing is None else playing,
                percent=old.percent if percent is None else max(0, min(100, percent)),
                ducked=old.ducked if ducked is None else ducked,
                trouble=old.trouble if trouble is None else trouble,
            )

    # --- the sound library's thread ---------------------------------------------------------------

    def pull(self, frames: int) -> bytes:
        """The next samples at the volume of now; silence where none are ready."""
        with self._lock:
            playing, percent = self._view.playing, self._view.percent
            wanted = volume(self._mood, self._now_s()) * percent / 100 if playing else 0.0
            begin = self._gain
            stopped = not playing and begin == 0.0
            count = 0 if stopped else min(frames * CHANNELS, len(self._ready))
            piece, self._ready = self._ready[:count], self._ready[count:]
            gains = _ramp(begin, wanted, frames)
            self._gain = float(gains[-1]) if frames else begin
        out = np.zeros(frames * CHANNELS, dtype=np.int16)
        out[:count] = (piece * np.repeat(gains, CHANNELS)[:count]).astype(np.int16)
        return out.tobytes()

    def _now_s(self) -> float:
        return self._clock.now().mono_ns / 1e9


def _ramp(begin: float, wanted: float, frames: int) -> NDArray[np.float64]:
    """Gains from one level to another: down at once but without a click, up more slowly."""
    step = 1.0 / (RATE_HZ * (DOWN_S if wanted < begin else UP_S))
    moved = step * np.arange(1, frames + 1, dtype=np.float64)
    if wanted < begin:
        return np.clip(begin - moved, wanted, None)
    return np.clip(begin + moved, None, wanted)
