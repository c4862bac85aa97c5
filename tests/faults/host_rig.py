"""A real room process in the middle of an infusion, its virtual devices on pseudo-terminals.

The session up to START is played in this process on a manual clock that ends up at the machine's own;
then the room's process takes over record, pump and monitor where they stand.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import uuid4

from console.app.folder import CONFIG, RECORD, app_version
from console.app.process_words import READY
from console.clock import Clock, Instant, ManualClock, SystemClock
from console.devices.ports import Emulator
from console.devices.virtual.cable import PtyCable, serve_all
from console.room.client import SocketRoomClient
from console.room.wire import Answer, Ask, Committed, Hello, Live, StopHeard
from console.session.apply import apply
from console.session.events import Entry
from console.session.intents import PersonIntent
from console.session.state import Phase, State
from tests.stories.in_process_room import Story, World

ROOT: Final = Path(__file__).parents[2]
BEFORE_S: Final = 335.0
"""More than arrival and preparation take; what is left is infused before the room's process starts."""


class Tap:
    """A device that notes what its host sends it, and when."""

    def __init__(self, device: Emulator, clock: Clock) -> None:
        self.device = device
        self._clock = clock
        self.heard: list[tuple[Instant, bytes]] = []

    def feed(self, data: bytes) -> bytes:
        """See :class:`console.devices.ports.Emulator`."""
        self.heard.append((self._clock.now(), data))
        return self.device.feed(data)

    def advance(self, dt_s: float) -> bytes:
        """See :class:`console.devices.ports.Emulator`."""
        return self.device.advance(dt_s)

    def count(self, word: bytes) -> int:
        """How often the host sent ``word``."""
        return b"".join(data for _, data in self.heard).count(word)


class Bedside:
    """Pump, monitor and patient on pseudo-terminals, an infusion running since half a minute or so."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = SystemClock()
        now = self.clock.now()
        began = now.plus(-BEFORE_S)
        world = World(clock=ManualClock(began.wall_utc_ns, began.mono_ns))
        story = Story(folder, world, waves=False)
        story.play_until(Phase.INFUSING)
        story.room.run(max(0.0, self.clock.now().seconds_since(world.clock.now())))
        story.room.service.conductor.finish()
        story.room.die()
        (folder / "record.db").rename(folder / RECORD)
        self.bay = world.bay
        self.pump = Tap(world.bay.pump, self.clock)
        self.cables = (
            PtyCable(self.pump, folder / "port-pump"),
            PtyCable(world.bay.monitor, folder / "port-monitor"),
        )
        ports = [json.dumps(cable.address) for cable in self.cables]
        (folder / CONFIG).write_text(
            f'room = "Room 2"\nsimulated = true\n[pump]\ndriver = "ne1000"\nport = {ports[0]}\n'
            f'[[monitor]]\nname = "s5"\ndriver = "s5"\nport = {ports[1]}\n',
            encoding="utf-8",
        )
        self._ending = threading.Event()
        self._server = threading.Thread(
            target=serve_all, args=(self.cables, self.clock, self._ending, self.bay.step)
        )
        self._server.start()

    def close(self) -> None:
        """Put everything away."""
        self._ending.set()
        self._server.join()
        for cable in self.cables:
            cable.close()


class RoomProcess:
    """One process of the room, started as the launcher starts it."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            room_command(folder, *arguments),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def wait_ready(self) -> bool:
        """Wait until it is ready; False when it ended instead."""
        assert self.process.stdout is not None
        return any(READY in line for line in self.process.stdout)

    def end(self, how: Callable[[], None] | None = None) -> int:
        """End it (kill it by default) and return its exit code."""
        (self.process.kill if how is None else how)()
        self.process.communicate(timeout=10)
        return self.process.returncode


def room_command(folder: Path, *arguments: str) -> list[str]:
    """The command line of the room under test."""
    return [sys.executable, "-m", "tests.faults.host_room", str(folder), *arguments]


@dataclass
class Attendant:
    """A window without pictures: folds what the room says, and asks.

    Attributes:
        hellos: Every attachment.
        entries: Everything the room said is committed.
        live: The latest picture of the moment, None since the last attachment.
        answers: By request.
        stops: STOPs that were heard.
    """

    folder: Path
    read_only: bool = False
    state: State = field(default_factory=State)
    hellos: list[Hello] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    live: Live | None = None
    answers: dict[str, Answer] = field(default_factory=dict)
    stops: list[StopHeard] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = SystemClock()
        self.client = SocketRoomClient.connect(self.folder, app_version(), self.read_only)

    def look(self) -> None:
        """Take in what arrived."""
        for message in self.client.poll():
            match message:
                case Hello():
                    self.hellos.append(message)
                    self.state, self.live = message.state, None
                case Committed(entries=entries):
                    self.entries += entries
                    for entry in entries:
                        self.state = apply(self.state, entry)
                case Live():
                    self.live = message
                case Answer():
                    self.answers[message.request_id] = message
                case StopHeard():
                    self.stops.append(message)
                case _:
                    pass

    def until(self, holds: Callable[[], bool], within_s: float, what: str) -> float:
        """Seconds until something holds.

        Raises:
            TimeoutError: it does not in time.
        """
        began, pause = self.clock.now(), threading.Event()
        while True:
            self.look()
            passed_s = self.clock.now().seconds_since(began)
            if holds():
                return passed_s
            if passed_s > within_s:
                raise TimeoutError(f"{what} did not come within {within_s:g} s")
            pause.wait(0.01)

    def for_s(self, seconds: float) -> None:
        """Look on for so long."""
        began = self.clock.now()
        self.until(lambda: self.clock.now().seconds_since(began) >= seconds, seconds + 5, "the end of a wait")

    def ask(self, intent: PersonIntent, wait_s: float = 5.0) -> Answer | None:
        """Ask; the answer, None when none was waited for or the room is gone."""
        request_id = uuid4().hex
        self.client.send(Ask(request_id, intent))
        if wait_s:
            self.until(lambda: request_id in self.answers, wait_s, "an answer")
        return self.answers.get(request_id)

    def alarms(self) -> set[str]:
        """Codes of the conditions that hold."""
        return {alarm.raised.code for alarm in self.state.alarms if alarm.condition}

    def sees(self) -> bool:
        """Attached, with the pump's state and a fresh vital sign on the screen."""
        live = self.live
        return live is not None and live.pump is not None and any(r.usable for r in live.vitals.values())

    def close(self) -> None:
        """Leave."""
        self.client.close()
