"""The room's door: windows attach here, ask, and are told everything that was committed.

One reader and one writer thread a window, so a window that hangs delays nobody. STOP is carried out on
the reader thread itself: it waits for no other thread, no queue and no disk.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable
from functools import partial
from multiprocessing import AuthenticationError
from multiprocessing.connection import Connection, Listener, answer_challenge, deliver_challenge
from pathlib import Path
from typing import Final, Protocol

import msgspec

from console.clock import Instant
from console.room.address import RoomAddress, forget_address, hang_up, write_address
from console.room.bench_desk_wire import (
    BenchBind,
    BenchDeed,
    BenchLook,
    BenchRestart,
    BenchSearch,
    BenchSearchEnd,
    BenchSign,
)
from console.room.bench_wire import BenchAsked, BenchBegin, BenchEnd, BenchReply
from console.room.outbox import Outbox
from console.room.supervisor import Supervisor
from console.room.wire import (
    Answer,
    Ask,
    Attach,
    Bye,
    Heartbeat,
    Hello,
    Quit,
    RoomMessage,
    SoundTest,
    StopHeard,
    StopNow,
    pack,
    unpack_window,
)
from console.session.intents import NoteAccess

ATTACH_WITHIN_S: Final = 5.0
WINDOWS_AT_MOST: Final = 8
CALLERS_AT_MOST: Final = 16
"""Windows and callers that have not yet proved that they know the key."""
LONGEST_MESSAGE: Final = 256 * 1024
"""Bytes; the largest thing a window asks, a questionnaire with its texts, is a tenth of it."""
QUIT_REQUEST_ID: Final = "quit"
"""Request id of the Answer to a refused Quit."""

_log = logging.getLogger(__name__)


Put = Callable[[RoomMessage], None]


class Desk(Protocol):
    """What the room does with what windows say. Called on the windows' reader threads."""

    def attach(self, read_only: bool, put: Put) -> Hello:
        """Register ``put`` for everything published from now on and return the greeting for now."""
        ...

    def detach(self, put: Put) -> None:
        """Forget ``put``."""
        ...

    def press_stop(self) -> Instant:
        """Press the stop slot of the pump's port at once."""
        ...

    def stop_was_pressed(self, reason: str) -> None:
        """Leave STOP for the record."""
        ...

    def ask(self, ask: Ask, reply: Callable[[Answer], None]) -> None:
        """Leave an intent for the conductor."""
        ...

    def beat(self, window_id: str) -> None:
        """The controlling window is alive."""
        ...

    def test_sound(self) -> None:
        """Sound each priority's burst once."""
        ...

    def bench(self, asked: BenchAsked, put: Put) -> None:
        """Begin, answer or end a run of the technician's bench."""
        ...

    def bench_look(self, asked: BenchLook, put: Put) -> None:
        """Tell how the devices stand."""
        ...

    def bench_do(self, deed: BenchDeed, put: Put) -> None:
        """Search, bind, restart or sign."""
        ...

    def quit(self, reply: Callable[[Answer], None]) -> None:
        """Close the console unless a session is open; ``reply`` gets the refusal."""
        ...


class RoomServer:
    """Listens on 127.0.0.1; the port and the key are in the data folder."""

    def __init__(self, data_dir: Path, app_version: str, desk: Desk, supervisor: Supervisor) -> None:
        self._data_dir = data_dir
        self._app_version = app_version
        self._desk = desk
        self._supervisor = supervisor
        self._key = secrets.token_bytes(32)
        self._listener = Listener(("127.0.0.1", 0), family="AF_INET", backlog=8)
        self.port = int(self._listener.address[1])
        self._lock = threading.Lock()
        self._open: dict[Connection, Outbox] = {}
        self._controller: Connection | None = None
        self._closing = threading.Event()
        self._calling = 0

    def start(self) -> None:
        """Publish the address and let windows in."""
        write_address(self._data_dir, RoomAddress(self.port, self._key.hex(), os.getpid()))
        self._supervisor.start("the door for windows", self._accept)

    def close(self, reason: str) -> None:
        """Say goodbye to every window and let nobody in any more."""
        forget_address(self._data_dir)
        with self._lock:
            self._closing.set()
            outboxes = list(self._open.values())
        for outbox in outboxes:
            outbox.put(Bye(reason))
            outbox.close()
        _knock(self.port)

    def _accept(self, stopping: threading.Event) -> None:
        while not (stopping.is_set() or self._closing.is_set()):
            connection = self._listener.accept()
            with self._lock:
                crowded = len(self._open) >= WINDOWS_AT_MOST or self._calling >= CALLERS_AT_MOST
                self._calling += not crowded
            if self._closing.is_set() or crowded:
                connection.close()
            else:
                self._supervisor.start_once("a window", partial(self._serve, connection))
        self._listener.close()

    def _serve(self, connection: Connection, stopping: threading.Event) -> None:
        del stopping  # a reader ends when its connection does
        outbox = Outbox()

        def put(message: RoomMessage) -> None:
            if not outbox.put(message):
                _log.warning("a window does not keep up and is cut off")
                hang_up(connection)

        try:
            attach = self._admit(connection)
            if attach is None:
                return
            read_only = self._enter(connection, outbox, attach)
            hello = self._desk.attach(read_only, put)
            connection.send_bytes(pack(hello))
            writer = self._supervisor.start_once(
                f"the sender to window {attach.window_id}", lambda _: self._send(connection, outbox)
            )
            try:
                self._read(connection, put, attach, read_only)
            finally:
                self._desk.detach(put)
                outbox.close()
                hang_up(connection)
                writer.join(1.0)
        except (EOFError, OSError, AuthenticationError, msgspec.DecodeError) as error:
            _log.info("a window left: %s", str(error) or type(error).__name__)
        finally:
            self._leave(connection)
            connection.close()

    def _admit(self, connection: Connection) -> Attach | None:
        # Whoever calls and says nothing, or half of something, is cut off: they hold a thread.
        known = threading.Event()
        self._supervisor.start_once(
            "the patience with a caller",
            lambda _: None if known.wait(ATTACH_WITHIN_S) else hang_up(connection),
        )
        try:
            deliver_challenge(connection, self._key)
            answer_challenge(connection, self._key)
            first = unpack_window(connection.recv_bytes(LONGEST_MESSAGE))
        finally:
            known.set()
        if not isinstance(first, Attach):
            connection.send_bytes(pack(Bye("The window did not say who it is: start it again.")))
            return None
        if first.app_version != self._app_version:
            sentence = (
                f"The window is version {first.app_version}, the room {self._app_version}: "
                "close both and start the console again."
            )
            connection.send_bytes(pack(Bye(sentence)))
            return None
        return first

    def _enter(self, connection: Connection, outbox: Outbox, attach: Attach) -> bool:
        """Note the window; True when it may only look: it wants to, or another one is in control."""
        with self._lock:
            self._open[connection] = outbox
            read_only = attach.read_only or self._controller is not None
            if not read_only:
                self._controller = connection
            return read_only

    def _leave(self, connection: Connection) -> None:
        with self._lock:
            self._calling -= 1
            self._open.pop(connection, None)
            if self._controller is connection:
                self._controller = None

    def _send(self, connection: Connection, outbox: Outbox) -> None:
        try:
            while (messages := outbox.take(1.0)) is not None:
                for message in messages:
                    connection.send_bytes(pack(message))
        except OSError as error:
            _log.info("a window cannot be reached: %s", error)
        finally:
            hang_up(connection)

    def _read(self, connection: Connection, put: Put, attach: Attach, read_only: bool) -> None:
        while True:
            message = unpack_window(connection.recv_bytes(LONGEST_MESSAGE))
            match message:
                case StopNow(request_id=request_id, reason=reason):
                    at = self._desk.press_stop()
                    put(StopHeard(request_id, at))
                    self._desk.stop_was_pressed(reason)
                case Ask(intent=NoteAccess()) if read_only and not message.user_id:
                    self._desk.ask(message, put)
                case Ask(request_id=request_id) if read_only:
                    sentence = "This window may only look: use the window at the bedside."
                    put(Answer(request_id, False, (sentence,)))
                case Ask():
                    self._desk.ask(message, put)
                case Heartbeat() if not read_only:
                    self._desk.beat(attach.window_id)
                case SoundTest() if not read_only:
                    self._desk.test_sound()
                case BenchBegin() | BenchReply() | BenchEnd() if not read_only:
                    self._desk.bench(message, put)
                case BenchLook():
                    self._desk.bench_look(message, put)
                case BenchSearch() | BenchSearchEnd() | BenchBind() | BenchRestart() | BenchSign() if (
                    not read_only
                ):
                    self._desk.bench_do(message, put)
                case Quit():
                    self._desk.quit(put)
                case _:
                    _log.debug("a window that may only look sent %s", type(message).__name__)


def _knock(port: int) -> None:
    """Closing a listener does not wake the thread that waits in it; a caller does."""
    try:
        socket.create_connection(("127.0.0.1", port), 0.2).close()
    except OSError:
        return
