"""The windows that listen, and the state they start from. One lock makes joining gapless."""

from __future__ import annotations

import threading
from collections.abc import Callable

from console.room.wire import Committed, RoomMessage
from console.session.events import Entry
from console.session.state import State

Put = Callable[[RoomMessage], None]


class Audience:
    """Told by the conductor; joined and left by the windows' threads."""

    def __init__(self, state: State) -> None:
        self._lock = threading.Lock()
        self._state = state
        self._puts: list[Put] = []

    @property
    def state(self) -> State:
        """The state as last published."""
        with self._lock:
            return self._state

    def join(self, put: Put) -> State:
        """The state now; ``put`` gets everything that comes after it."""
        with self._lock:
            self._puts.append(put)
            return self._state

    def leave(self, put: Put) -> None:
        """Tell ``put`` nothing more."""
        with self._lock:
            if put in self._puts:
                self._puts.remove(put)

    def committed(self, entries: tuple[Entry, ...], state: State) -> None:
        """Publish entries and the state after them."""
        with self._lock:
            self._state = state
            for put in self._puts:
                put(Committed(entries))

    def tell(self, message: RoomMessage) -> None:
        """Publish anything else."""
        with self._lock:
            for put in self._puts:
                put(message)
