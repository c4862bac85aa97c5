"""Fills the trend and the alarm log from the record when a window is opened in mid-session."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from console.session.codec import EventUnreadable
from console.session.events import Entry
from console.ui.bridge import Bridge
from console.ui.review.background import Background
from console.ui.viewmodels.live_alarm_log import LOGGED_KINDS

SEALED: Final = "numerics_sealed"
WANTED: Final = LOGGED_KINDS | {SEALED}
AFTER_FRAMES: Final = 20
"""Frames after a greeting: STOP and the first traces do not wait for the storage to be loaded."""


class TrendFill:
    """Reads the open session back, once a greeting: trend and alarm log have no hole after a restart."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._work = Background()
        self._frames_left = 0
        bridge.greeted.connect(self._greeted)
        bridge.ticked.connect(self._tick)

    def close(self) -> None:
        """Let the reading end."""
        self._work.close()

    def _greeted(self) -> None:
        self._frames_left = AFTER_FRAMES

    def _tick(self, _dt_s: float) -> None:
        if self._frames_left:
            self._frames_left -= 1
            if not self._frames_left:
                self._ask()
        if self._work.busy:
            self._take()

    def _ask(self) -> None:
        hello, session = self._bridge.hello, self._bridge.state.session
        if hello is not None and session is not None and hello.record_path:
            path, session_id = Path(hello.record_path), session.session_id
            self._work.submit(session_id, partial(read_back, path, session_id))

    def _take(self) -> None:
        session = self._bridge.state.session
        for done in self._work.take():
            if session is not None and done.key == session.session_id and isinstance(done.result, tuple):
                self._bridge.seed_history(done.result)


def read_back(record: Path, session_id: str) -> tuple[Entry, ...]:
    """The sealed seconds and the alarms of a session; only their bodies are decoded.

    Empty when the record cannot be read: trend and log then begin with what comes, and the room itself says
    what is wrong with the record.
    """
    from console.room.entries import entry_of
    from console.storage.queries import RecordReader
    from console.storage.trouble import RecordRefused

    try:
        with RecordReader(record) as reader:
            return tuple(entry_of(one) for one in reader.events(session_id) if one.kind in WANTED)
    except (RecordRefused, EventUnreadable):
        return ()
