"""Whether the window is alive. The room sounds for a window that is not."""

from __future__ import annotations

import threading
from enum import StrEnum
from typing import Final

from console.clock import Clock, Instant
from console.session.events import Priority
from console.session.state import IN_TREATMENT, OPEN, State

MISSED_AFTER_S: Final = 2.0
STALLED_AFTER_S: Final = 10.0


class WindowHealth(StrEnum):
    """How long the controlling window has been silent."""

    WELL = "well"
    MISSED = "missed"
    """No heartbeat for 2 s: the room sounds."""
    STALLED = "stalled"
    """No heartbeat for 10 s: the launcher ends it and starts another."""


class WindowWatch:
    """Heartbeats of the controlling window, on real time. Safe to call from any thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._window_id = ""
        self._beat_at: Instant | None = None

    def beat(self, window_id: str) -> None:
        """A controlling window is alive."""
        with self._lock:
            self._window_id, self._beat_at = window_id, self._clock.now()

    def excuse(self) -> None:
        """No window is expected any more (the console was closed properly)."""
        with self._lock:
            self._beat_at = None

    def health(self) -> WindowHealth:
        """Judge the silence since the last heartbeat; a window that never came is not missed."""
        with self._lock:
            beat_at = self._beat_at
        if beat_at is None:
            return WindowHealth.WELL
        silent_s = self._clock.now().seconds_since(beat_at)
        if silent_s > STALLED_AFTER_S:
            return WindowHealth.STALLED
        return WindowHealth.MISSED if silent_s > MISSED_AFTER_S else WindowHealth.WELL


def window_notice(health: WindowHealth, state: State) -> Priority | None:
    """The room's own sound for a missing window: medium while delivery is possible, else low."""
    if health is WindowHealth.WELL or state.phase not in OPEN:
        return None
    return Priority.MEDIUM if state.phase in IN_TREATMENT else Priority.LOW
