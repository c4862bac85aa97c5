"""What waits to be sent to one window: entries never drop, pictures of the moment are replaced."""

from __future__ import annotations

import threading
from collections import deque
from typing import Final

from console.room.wire import Live, RoomMessage, Waves

MESSAGES_HELD: Final = 4096
"""A window that lets more than this pile up is cut off and attaches anew, with the state of then."""

WAVES_HELD: Final = 32


class Outbox:
    """Filled by the conductor and the port owners, emptied by the window's writer thread."""

    def __init__(self, messages_held: int = MESSAGES_HELD, waves_held: int = WAVES_HELD) -> None:
        self._messages_held = messages_held
        self._messages: deque[RoomMessage] = deque()
        self._waves: deque[Waves] = deque(maxlen=waves_held)
        self._live: Live | None = None
        self._filled = threading.Condition()
        self._closed = False

    def put(self, message: RoomMessage) -> bool:
        """Queue a message; False when the window is too slow and must be cut off. Never blocks."""
        with self._filled:
            if isinstance(message, Live):
                self._live = message
            elif isinstance(message, Waves):
                self._waves.append(message)
            elif len(self._messages) >= self._messages_held:
                return False
            else:
                self._messages.append(message)
            self._filled.notify()
            return True

    def take(self, timeout_s: float) -> tuple[RoomMessage, ...] | None:
        """Everything to send now, messages first; None once closed and empty."""
        with self._filled:
            if not self._has_something() and not self._closed:
                self._filled.wait(timeout_s)
            if self._closed and not self._messages:
                return None
            taken: list[RoomMessage] = [*self._messages, *self._waves]
            if self._live is not None:
                taken.append(self._live)
            self._messages.clear()
            self._waves.clear()
            self._live = None
            return tuple(taken)

    def close(self) -> None:
        """Nothing more is taken in; what waits is still sent."""
        with self._filled:
            self._closed = True
            self._filled.notify()

    def _has_something(self) -> bool:
        return bool(self._messages or self._waves or self._live)
