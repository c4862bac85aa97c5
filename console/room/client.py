"""A window's end of the line to the room. Attaches again by itself when the room comes back."""

from __future__ import annotations

import logging
import threading
from collections import deque
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, answer_challenge, deliver_challenge
from pathlib import Path
from typing import Final
from uuid import uuid4

import msgspec

from console.room.address import hang_up, read_address
from console.room.supervisor import Supervisor
from console.room.wire import (
    Attach,
    Bye,
    Heartbeat,
    Hello,
    Live,
    RoomMessage,
    StopNow,
    WindowMessage,
    pack,
    unpack_room,
)

FIRST_TRIES: Final = 40
FIRST_RETRY_S: Final = 0.05
"""Window and room are started together: at first the window knocks often."""
RETRY_EVERY_S: Final = 0.25
SPEAKS_WITHIN_S: Final = 5.0
"""An address left behind by a power cut may belong to somebody else's program, who says nothing."""
UNREAD_AT_MOST: Final = 20_000
"""A window that lets more pile up attaches anew when it wakes."""

_log = logging.getLogger(__name__)


class SocketRoomClient:
    """Polled by the window's timer; never blocks it.

    After each (re)attachment :meth:`poll` brings a new ``Hello``: what was shown before it is void.
    """

    def __init__(self, data_dir: Path, app_version: str, read_only: bool = False) -> None:
        self._data_dir = data_dir
        self._app_version = app_version
        self._read_only = read_only
        self.window_id = uuid4().hex
        self._lock = threading.Lock()
        self._arrived: deque[RoomMessage] = deque()
        self._live: Live | None = None
        self._connection: Connection | None = None
        self._refused = ""
        self._sending = threading.Lock()
        self._supervisor = Supervisor(lambda name, sentence: _log.error("%s: %s", name, sentence))

    @classmethod
    def connect(cls, data_dir: Path, app_version: str, read_only: bool = False) -> SocketRoomClient:
        """A client that begins to attach at once, in the background."""
        client = cls(data_dir, app_version, read_only)
        client.start()
        return client

    def start(self) -> None:
        """Begin to attach, and go on until :meth:`close`."""
        self._supervisor.start("the line to the room", self._stay_attached, wake=self._cut)

    @property
    def connected(self) -> bool:
        """Whether a room listens right now."""
        return self._connection is not None

    @property
    def refused(self) -> str:
        """Why the room did not let this window in; empty when it did."""
        return self._refused

    def poll(self) -> list[RoomMessage]:
        """What has arrived since the last call, in order; of Live only the latest."""
        with self._lock:
            messages = list(self._arrived)
            self._arrived.clear()
            if self._live is not None:
                messages.append(self._live)
                self._live = None
        return messages

    def send(self, message: WindowMessage) -> bool:
        """Send now; False when there is no room to hear it. A window's messages are small and few."""
        connection = self._connection
        if connection is None:
            return False
        try:
            with self._sending:
                connection.send_bytes(pack(message))
        except OSError:
            return False
        return True

    def stop(self, reason: str = "") -> str | None:
        """Press STOP; the request id whose StopHeard will come, None when no room hears it."""
        request_id = uuid4().hex
        return request_id if self.send(StopNow(request_id, reason)) else None

    def beat(self) -> bool:
        """Say that this window is alive; from the window's own timer, every 250 ms."""
        return self.send(Heartbeat(self.window_id))

    def close(self) -> None:
        """Leave the room."""
        self._supervisor.close(2.0)

    def _cut(self) -> None:
        connection = self._connection
        if connection is not None:
            hang_up(connection)

    def _stay_attached(self, stopping: threading.Event) -> None:
        tries = 0
        while not stopping.is_set():
            tries += 1
            try:
                self._attend()
            except (EOFError, OSError, AuthenticationError, msgspec.DecodeError) as error:
                _log.debug("no room: %s", error)
            finally:
                connection, self._connection = self._connection, None
                if connection is not None:
                    connection.close()
            stopping.wait(FIRST_RETRY_S if tries < FIRST_TRIES else RETRY_EVERY_S)

    def _attend(self) -> None:
        """Attach and take in what the room says until one side goes."""
        address = read_address(self._data_dir)
        if address is None:
            return
        connection = Client(("127.0.0.1", address.port), family="AF_INET")
        try:
            if not connection.poll(SPEAKS_WITHIN_S):
                raise EOFError("whoever listens there is no room")
            key = bytes.fromhex(address.key)
            answer_challenge(connection, key)
            deliver_challenge(connection, key)
            connection.send_bytes(pack(Attach(self.window_id, self._app_version, self._read_only)))
            first = unpack_room(connection.recv_bytes())
            self._take_in(first)
            if not isinstance(first, Hello):
                connection.close()
                return
        except BaseException:
            connection.close()
            raise
        self._refused = ""
        self._connection = connection
        while True:
            self._take_in(unpack_room(connection.recv_bytes()))

    def _take_in(self, message: RoomMessage) -> None:
        if isinstance(message, Bye) and self._connection is None:
            if message.reason == self._refused:
                return
            self._refused = message.reason
        with self._lock:
            if isinstance(message, Live):
                self._live = message
            elif len(self._arrived) < UNREAD_AT_MOST:
                self._arrived.append(message)
            else:
                self._arrived.clear()
                raise EOFError("this window did not read what the room said")
