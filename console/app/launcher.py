"""Starts the room and the window and starts either again. Does nothing else, so that it cannot fail.

It imports next to nothing, and starts both at once: the window is drawn while the room opens its record.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Final

from console.app.folder import app_version
from console.app.process_words import (
    EXIT_AGAIN,
    EXIT_IN_USE,
    EXIT_OK,
    EXIT_USER,
    PLAY_FAILED,
    READY,
    WINDOW_STALLED,
)
from console.clock import Clock, Instant
from console.room.supervisor import Supervisor

RESTARTS: Final = 3
WITHIN_S: Final = 600.0
_TURN_S: Final = 0.1
_QUIT_WITHIN_S: Final = 5.0

WINDOW_GAVE_UP: Final = (
    "The window failed 3 times in 10 minutes and is not started again. The room goes on: it records, watches "
    "the limits and sounds alarms. Stop the pump at the pump if you need to, and call the technician."
)
ROOM_GAVE_UP: Final = (
    "The room failed 3 times in 10 minutes and is not started again. NOTHING IS WATCHED OR RECORDED. Stop "
    "the pump at the pump, watch the patient, keep a paper record and call the technician."
)
NO_SCREEN: Final = (
    "There is no screen here (DISPLAY and WAYLAND_DISPLAY are not set): the room runs without a window. "
    "Ports, limits, alarm sound and record work; attach a window later by starting the console on a screen."
)


class Budget:
    """At most so many restarts within a time, so that a crash loop cannot wear a device out."""

    def __init__(self, restarts: int = RESTARTS, within_s: float = WITHIN_S) -> None:
        self._restarts = restarts
        self._within_s = within_s
        self._spent: deque[Instant] = deque()

    def spend(self, now: Instant) -> bool:
        """Take one restart; False when there is none left."""
        while self._spent and now.seconds_since(self._spent[0]) > self._within_s:
            self._spent.popleft()
        if len(self._spent) >= self._restarts:
            return False
        self._spent.append(now)
        return True


def has_screen(environment: Mapping[str, str], platform: str = sys.platform) -> bool:
    """Whether a window can be shown, or Qt was told to draw it nowhere."""
    if platform != "linux":
        return True
    return any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def command(*arguments: str) -> list[str]:
    """This program with other arguments."""
    return [sys.executable, "-m", "console", *arguments]


class Child:
    """One process with its standard output read line by line."""

    def __init__(self, arguments: Sequence[str], heard: Callable[[str], None]) -> None:
        # A session of its own: Ctrl-C in the terminal is for the launcher alone.
        self._process = subprocess.Popen(
            list(arguments), stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        self._heard = heard
        self._supervisor = Supervisor(lambda _, sentence: heard(sentence))
        self._supervisor.start_once("what a child says", lambda _: self._listen())

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def ended(self) -> int | None:
        """The exit code; None while it runs."""
        return self._process.poll()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def end(self, timeout_s: float) -> int | None:
        """Ask it to end and wait; None when it did not."""
        self._process.terminate()
        return self.wait(timeout_s)

    def wait(self, timeout_s: float) -> int | None:
        """Wait for its end; None when it did not come."""
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None

    def _listen(self) -> None:
        stream: IO[str] | None = self._process.stdout
        if stream is None:
            return
        with stream:
            for line in stream:
                self._heard(line.rstrip("\n"))


class Launcher:
    """Keeps one room and one window alive until the console is closed properly."""

    def __init__(
        self,
        folder: Path,
        room: Sequence[str],
        window: Sequence[str] | None,
        clock: Clock,
        say: Callable[[str], None],
        holds_on: bool = True,
    ) -> None:
        """Nothing is started yet.

        Args:
            folder: Data folder of the room.
            room: Command line of the room.
            window: Command line of the window, None where there is no screen.
            clock: For the restart budgets.
            say: Told what a person at the terminal should know.
            holds_on: Ctrl-C does not end an open session; False for demonstrations.
        """
        self._folder = folder
        self._room_command = list(room)
        self._window_command = None if window is None else list(window)
        self._clock = clock
        self._say = say
        self._holds_on = holds_on
        self._room_budget = Budget()
        self._window_budget = Budget()
        self._room: Child | None = None
        self._window: Child | None = None
        self._stalled = threading.Event()
        self._ready = threading.Event()
        self._waits_for_room = False
        self._turn = threading.Event()
        self.exit_code = EXIT_OK
        self.window_code: int | None = None

    def run(self) -> int:
        """Run until the console is closed; returns the exit code."""
        self._start_room()
        self._start_window()
        while self._keep():
            self._pause()
        return self.exit_code

    def _pause(self) -> None:
        try:
            self._turn.wait(_TURN_S)
        except KeyboardInterrupt:
            if not self._holds_on:
                raise
            self._interrupted()

    def _interrupted(self) -> None:
        """Ctrl-C: the console closes unless a session is open."""
        refusal = ask_to_quit(self._folder)
        if refusal:
            self._say(refusal)

    def _attach_only(self) -> bool:
        """Another console has this room: show it; its room decides what this window may do."""
        if self.exit_code != EXIT_IN_USE or self._window_command is None:
            return False
        self._say("This room is already running: a further window is opened on it.")
        self.exit_code = EXIT_OK
        if self._window is None:
            self._start_window()
        return True

    def _room_never_came(self) -> bool:
        """The room ended before it was ready; True where its window goes on with another room."""
        if self._attach_only():
            return True
        self.close()
        return False

    def _keep(self) -> bool:
        """One look at both; False when it is over."""
        if self._room is not None and self._room.ended() is not None and not self._keep_room():
            self._room = None
            if not self._ready.is_set():
                return self._room_never_came()
            if self.exit_code == EXIT_OK:
                self._let_window_go()
                return False
        if self._stalled.is_set() and self._window is not None:
            self._stalled.clear()
            self._window.kill()
            self._window.wait(5.0)
        if self._window is not None and self._window.ended() is not None:
            self._keep_window(self._window.ended() or 0)
        if self._waits_for_room and self._ready.is_set():
            self._waits_for_room = False
            self._start_window()
        return self._room is not None or self._window is not None

    def _keep_room(self) -> bool:
        """The room ended: start it again; False when it is not to be."""
        code = EXIT_OK if self._room is None else self._room.ended() or EXIT_OK
        if code in {EXIT_OK, EXIT_USER, EXIT_IN_USE}:
            self.exit_code = code
            return False
        if code == EXIT_AGAIN:
            self._start_both_again()
            return True
        if not self._room_budget.spend(self._clock.now()):
            self._say(ROOM_GAVE_UP)
            self.exit_code = 1
            return False
        self._start_room()
        return True

    def _start_both_again(self) -> None:
        """A technician changed what the room is made of: the window reads it too when it starts."""
        self._start_room()
        window, self._window = self._window, None
        if window is not None:
            if window.ended() is None and window.end(5.0) is None:
                window.kill()
                window.wait(5.0)
            self._start_window()

    def close(self) -> None:
        """End both, whatever is open: for demonstrations, where nobody is in the chair."""
        children = (self._window, self._room)
        self._window = self._room = None
        for child in children:
            if child is not None and child.ended() is None and child.end(5.0) is None:
                child.kill()
                child.wait(5.0)

    def _keep_window(self, code: int) -> None:
        self.window_code = code
        self._window = None
        if code == PLAY_FAILED:
            self.close()
            return
        if code == EXIT_USER and not self._ready.is_set():
            # What a person has to mend keeps the room from coming up as well, and the room says it.
            self._waits_for_room = True
            return
        if code != EXIT_OK:
            if self._window_budget.spend(self._clock.now()):
                self._start_window()
            else:
                self._say(WINDOW_GAVE_UP)
            return
        if self._room is None:
            return
        refusal = ask_to_quit(self._folder)
        if refusal:
            # Closed in mid-session: the room goes on, and so must its window.
            self._say(refusal)
            self._start_window()

    def _let_window_go(self) -> None:
        if self._window is not None:
            self.window_code = self._window.wait(5.0)
            if self.window_code is None:
                self._window.end(2.0)

    def _start_room(self) -> None:
        self._room = Child(self._room_command, self._room_says)

    def _start_window(self) -> None:
        if self._window_command is not None:
            self._window = Child(self._window_command, self._say)

    def _room_says(self, line: str) -> None:
        try:
            news = json.loads(line).get("room")
        except (ValueError, AttributeError):
            self._say(line)
            return
        if news == READY:
            self._ready.set()
        elif news == WINDOW_STALLED:
            self._stalled.set()


def ask_to_quit(folder: Path) -> str:
    """Ask the room to close; empty when it does (or is gone), else why it does not."""
    from console.room.client import SocketRoomClient
    from console.room.server import QUIT_REQUEST_ID
    from console.room.wire import Answer, Bye, Hello, Quit

    client = SocketRoomClient.connect(folder, app_version(), read_only=True)
    asked, turns, pause = False, round(_QUIT_WITHIN_S / 0.05), threading.Event()
    try:
        for _ in range(turns):
            for message in client.poll():
                match message:
                    case Hello():
                        asked = client.send(Quit())
                    case Answer(request_id=request_id, sentences=sentences) if request_id == QUIT_REQUEST_ID:
                        return " ".join(sentences)
                    case Bye() if asked:
                        return ""
            pause.wait(0.05)
        return "The room did not answer; it goes on." if asked else ""
    finally:
        client.close()
