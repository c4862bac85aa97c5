"""What the serial faults are made with: a worse cable, a room in threads over real ptys, an oracle.

A story on a manual clock is brought to the moment wanted; then either it goes on in memory, or the same
pump, monitor and patient are plugged into pseudo-terminals and the room comes back in threads.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from console.clock import Clock, Instant, SystemClock
from console.devices.link import SerialLink, is_present
from console.devices.monitors.s5 import S5Monitor
from console.devices.ports import Emulator, Link
from console.devices.pumps.ne1000 import NE1000
from console.devices.slots import StopSlot
from console.devices.virtual.cable import Cable, PtyCable, serve_all
from console.room.bindings import MonitorBinding, PumpBinding
from console.room.service import RoomPlan, RoomService
from console.room.wire import Committed, Live, RoomMessage
from console.session.events import AlarmRaised, Entry, Event
from console.session.state import Phase, State
from console.storage.accounts import PinHasher
from console.storage.record import Record
from tests.stories.in_process_room import InProcessRoom, MemoryLink, QuietSpeaker, Story, World, site

# --- in memory, on a manual clock -----------------------------------------------------------------


class CutLink(MemoryLink):
    """A cable that is pulled after a given number of bytes, in the middle of whatever they belong to."""

    def __init__(self, world: CutWorld, emulator: Emulator, log: list[bytes]) -> None:
        super().__init__(world, emulator, log)
        self._faulty = world
        self._cuts = world.cut_after

    def read(self, timeout_s: float) -> bytes:
        """See :class:`~console.devices.ports.Link`."""
        return self._let_through(super().read(timeout_s))

    def write(self, data: bytes) -> None:
        """See :class:`~console.devices.ports.Link`; what went before the cut reaches the device."""
        self._check()
        if id(self._emulator) in self._faulty.apart:
            return
        some = self._let_through(data)
        if len(some) < len(data):
            self._emulator.feed(some)
            self._check()
            return
        super().write(data)
        word = self._faulty.deaf_after
        if word and word in data:
            self._faulty.deaf_after = b""
            self._faulty.apart.add(id(self._emulator))
            self._faulty.inputs[id(self._emulator)].clear()

    def _let_through(self, data: bytes) -> bytes:
        key = id(self._emulator)
        left = self._cuts.get(key)
        if left is None or len(data) <= left:
            if left is not None:
                self._cuts[key] = left - len(data)
            return data
        del self._cuts[key]
        self._faulty.cut(key)
        return data[:left]


class CutWorld(World):
    """A world whose cables can be cut after a number of bytes.

    Attributes:
        cut_after: Bytes that still go through, by the device's id; no entry for a good cable.
        far_cuts: Devices whose cable comes off at their own end: the port stays and is silent.
        apart: Devices off the cable while the port stays.
        deaf_after: The next command with this text is carried out, and then nothing passes any more.
        tap: Told all that a device says of itself, whether or not anybody hears it.
        spoil: What arrives of what a device says.
        wait_here: Lets whoever calls wait for the seconds and returns True, or False to let time pass.
    """

    def __init__(self, name: str = "routine") -> None:
        super().__init__(name)
        self.cut_after: dict[int, int] = {}
        self.far_cuts: set[int] = set()
        self.apart: set[int] = set()
        self.deaf_after = b""
        self.tap: Callable[[Emulator, bytes], None] = lambda _emulator, _sent: None
        self.spoil: Callable[[Emulator, bytes], bytes] = lambda _emulator, sent: sent
        self.wait_here: Callable[[float], bool] = lambda _seconds: False

    def advance(self, seconds: float) -> None:
        """See :class:`World`."""
        if not self.wait_here(seconds):
            super().advance(seconds)

    def link(self, emulator: Emulator, log: list[bytes]) -> Link:
        """See :class:`World`."""
        return CutLink(self, emulator, log)

    def cut(self, key: int) -> None:
        """The cable comes off now, at one of its ends."""
        (self.apart if key in self.far_cuts else self.pulled).add(key)
        self.inputs[key].clear()

    def mend(self, key: int) -> None:
        """It is put back."""
        self.apart.discard(key)
        self.pulled.discard(key)

    def is_cut(self, key: int) -> bool:
        """Whether it is off."""
        return key in self.apart or key in self.pulled

    def _advance(self, emulator: Emulator, seconds: float) -> None:
        sent = emulator.advance(seconds)
        self.tap(emulator, sent)
        if id(emulator) in self.inputs and not self.is_cut(id(emulator)):
            self.inputs[id(emulator)] += self.spoil(emulator, sent)


@contextmanager
def story_at(phase: Phase, world: World | None = None, waves: bool = False) -> Iterator[Story]:
    """A session on a manual clock that has come as far as ``phase``."""
    with tempfile.TemporaryDirectory(prefix="fault-") as name:
        story = Story(Path(name), world, waves=waves)
        story.play_until(phase)
        yield story
        story.room.record.close()


def raised_codes(room: InProcessRoom) -> set[str]:
    """Codes of the alarms whose condition holds now."""
    return {alarm.raised.code for alarm in room.state.alarms if alarm.condition}


def lives(room: InProcessRoom) -> list[Live]:
    """The pictures of the moment told since the last call."""
    found = [message for message in room.told if isinstance(message, Live)]
    room.told.clear()
    return found


# --- in threads, over pseudo-terminals ------------------------------------------------------------


class ContinuedClock:
    """Real time that goes on where a manual clock stood."""

    def __init__(self, began: Instant) -> None:
        self._real = SystemClock()
        self._began = began
        self._real_began = self._real.now()

    def now(self) -> Instant:
        """Read it."""
        return self._began.plus(self._real.now().seconds_since(self._real_began))


class LiveRoom:
    """The room in its threads, pump and monitor on ptys, in the middle of the story's session.

    Attributes:
        clock: The room's clock.
        service: The room.
        pump_cable: The pump's end.
        monitor_cable: The monitor's end.
        heard: Every entry committed and every picture of the moment, with when it came.
    """

    def __init__(
        self, story: Story, pump: Emulator | None = None, monitor: Emulator | None = None, waves: bool = False
    ) -> None:
        """Take over the story; ``pump`` and ``monitor`` may stand in front of its devices."""
        world = story.world
        story.room.die()
        clock = self.clock = ContinuedClock(world.clock.now())
        self.pump_cable = PtyCable(world.bay.pump if pump is None else pump)
        self.monitor_cable = PtyCable(world.bay.monitor if monitor is None else monitor)
        self.heard: list[tuple[Instant, RoomMessage]] = []
        self._closing = threading.Event()
        self.far_end = threading.Thread(
            target=serve_all,
            args=([self.pump_cable, self.monitor_cable], clock, self._closing, world.bay.step),
            daemon=True,
        )
        self.record = Record.open(story.folder / "record.db", clock, "boot-1")
        self.service = RoomService(self._plan(story.folder, clock, waves), self.record)
        story.room.record = self.record
        self.service.audience.join(lambda message: self.heard.append((clock.now(), message)))

    def __enter__(self) -> LiveRoom:
        self.far_end.start()
        self.service.come_home()
        self.service.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.service.close("The fault was looked at.")
        self._closing.set()
        self.far_end.join(5)
        self.pump_cable.close()
        self.monitor_cable.close()

    @property
    def state(self) -> State:
        """As last published."""
        return self.service.audience.state

    def press_stop(self) -> Instant:
        """STOP as a window's thread presses it."""
        at = self.clock.now()
        self.service.desk.press_stop()
        self.service.desk.stop_was_pressed("")
        return at

    def until(self, holds: Callable[[], object], within_s: float, what: str) -> float:
        """Real seconds until something holds.

        Raises:
            TimeoutError: it did not in time.
        """
        began, pause = monotonic(), threading.Event()
        while not holds():
            if monotonic() - began > within_s:
                raise TimeoutError(f"{what} did not come within {within_s} s")
            pause.wait(0.01)
        return monotonic() - began

    def rest(self, seconds: float) -> None:
        """Let real time pass."""
        threading.Event().wait(seconds)

    def answering(self) -> bool:
        """Pump and monitor both speak."""
        live = self.last_live()
        return live is not None and live.pump is not None and any(r.usable for r in live.vitals.values())

    def last_live(self) -> Live | None:
        """The latest picture of the moment."""
        return next((message for _, message in reversed(self.heard) if isinstance(message, Live)), None)

    def entries(self) -> Iterator[tuple[Instant, Entry]]:
        """What was committed, with when it was heard of."""
        for at, message in list(self.heard):
            if isinstance(message, Committed):
                for entry in message.entries:
                    yield at, entry

    def seconds_to(self, kind: type[Event], since: Instant, within_s: float) -> float:
        """From ``since`` to the first event of this kind told after it.

        Raises:
            TimeoutError: none came in time.
        """
        return self._seconds_to(lambda event: isinstance(event, kind), since, within_s, kind.__name__)

    def seconds_to_alarm(self, code: str, since: Instant, within_s: float) -> float:
        """From ``since`` to the first alarm with this code told after it.

        Raises:
            TimeoutError: none came in time.
        """
        return self._seconds_to(
            lambda event: isinstance(event, AlarmRaised) and event.code == code, since, within_s, code
        )

    def _seconds_to(
        self, matches: Callable[[Event], bool], since: Instant, within_s: float, what: str
    ) -> float:
        def told() -> list[Instant]:
            return [at for at, e in self.entries() if at.mono_ns >= since.mono_ns and matches(e.event)]

        self.until(told, within_s, what)
        return told()[0].seconds_since(since)

    def _plan(self, folder: Path, clock: Clock, waves: bool) -> RoomPlan:
        pump_driver = NE1000(simulated=True)
        monitor_driver = S5Monitor("s5") if waves else S5Monitor("s5", waves=())

        def pump_link(stop: StopSlot) -> Link:
            return SerialLink(self.pump_cable.address, pump_driver.line, clock, None, stop)

        def monitor_link() -> Link:
            return SerialLink(self.monitor_cable.address, monitor_driver.line, clock)

        def present(cable: Cable) -> Callable[[], bool]:
            return lambda: cable.plugged and is_present(cable.address)

        return RoomPlan(
            data_dir=folder,
            app_version="0.1.0",
            site=site(),
            clock=clock,
            real_clock=SystemClock(),
            boot_id="boot-1",
            speaker=QuietSpeaker(),
            pump=PumpBinding(pump_driver, pump_link, present(self.pump_cable), "pty"),
            monitors=(
                MonitorBinding("s5", monitor_driver, monitor_link, present(self.monitor_cable), "pty"),
            ),
            hasher=PinHasher(memory_kib=64, time_cost=1),
        )
