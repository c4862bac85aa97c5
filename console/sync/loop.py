"""The sync's own thread: turn after turn, until the room ends."""

from __future__ import annotations

import threading

from console.sync.outbox import Outbox


class SyncLoop:
    """Runs an outbox; the thread is started by the room's supervisor."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def run(self, stopping: threading.Event) -> None:
        """Send and wait by turns; the archive is let go of at the end."""
        try:
            while not stopping.is_set():
                stopping.wait(self._outbox.turn(stopping.is_set))
        finally:
            self._outbox.close()
