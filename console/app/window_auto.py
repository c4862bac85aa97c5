"""Plays the session of a demonstration in the real window and takes a picture of each step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from console.app.demo import DemoFile
from console.app.nurse import Credentials
from console.app.rehearsal import ScriptedDay
from console.clock import Instant
from console.room.wire import Answer
from console.session.state import Phase
from console.ui.bridge import Bridge

THINKS_S: Final = 0.35
"""Real seconds between two requests, so that a person can follow."""

SETTLES_S: Final = 1.2
"""Real seconds after a change of phase until the picture is taken."""

HESITATES_S: Final = 1.0


class Autoplay(QObject):
    """Asks through the window's own bridge; the window shows it as if a person had."""

    def __init__(
        self,
        bridge: Bridge,
        window: QWidget,
        folder: Path,
        demo: DemoFile,
        shots: Path | None,
        leave: Callable[[int], None],
    ) -> None:
        super().__init__(window)
        self.exit_code = 1
        self._bridge, self._window, self._shots, self._leave = bridge, window, shots, leave
        self._day = ScriptedDay(folder, demo)
        self._waiting = ""
        self._act_at_s = 0.0
        self._shot_at_s: float | None = None
        self._phase = Phase.NO_SESSION
        self._taken = 0
        self._quitting = False
        bridge.ticked.connect(self._tick)
        bridge.answered.connect(self._answered)

    def _tick(self, _dt_s: float) -> None:
        now_s = self._bridge.real_s
        self._follow_phase(now_s)
        if self._shot_at_s is not None and now_s >= self._shot_at_s:
            self._shot_at_s = None
            self._take_picture()
        busy = bool(self._waiting) or self._shot_at_s is not None or now_s < self._act_at_s
        if self._bridge.connected and not busy:
            self._act(self._bridge.now(), now_s)

    def _follow_phase(self, now_s: float) -> None:
        phase = self._bridge.state.phase
        if phase is not self._phase:
            self._phase = phase
            self._shot_at_s = now_s + SETTLES_S

    def _act(self, now: Instant, now_s: float) -> None:
        state = self._bridge.state
        if self._day.done(state):
            self._finish()
            return
        request = self._day.next(state, now)
        if request is None:
            return
        credentials = request.credentials or Credentials("", "")
        self._act_at_s = now_s + THINKS_S
        self._waiting = self._bridge.ask(request.intent, credentials.user_id, credentials.pin)

    def _answered(self, answer: object) -> None:
        if not isinstance(answer, Answer) or answer.request_id != self._waiting:
            return
        self._waiting = ""
        if not answer.accepted:
            print(f"refused: {' '.join(answer.sentences)}", flush=True)
            self._act_at_s = self._bridge.real_s + HESITATES_S

    def _finish(self) -> None:
        if self._quitting:
            return
        self._quitting = True
        session = self._bridge.state.session
        self.exit_code = 0 if session is not None and session.discharged_at is not None else 1
        self._bridge.quit()
        self._leave(self.exit_code)

    def _take_picture(self) -> None:
        if self._shots is None:
            return
        self._shots.mkdir(parents=True, exist_ok=True)
        self._taken += 1
        name = f"{self._taken:02d}-{self._phase.value}.png"
        if not self._window.grab().save(str(self._shots / name)):
            print(f"The picture {name} cannot be written to {self._shots}.", flush=True)
