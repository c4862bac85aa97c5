"""The room: every part of it put together, started in order and ended in order."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from console.clock import Clock, Instant
from console.devices.cuff_slot import CuffSlot
from console.devices.discovery import pinned_port
from console.devices.monitor_owner import MonitorOwner
from console.devices.portloop import ASLEEP_AFTER_S
from console.devices.ports import TakesUp
from console.devices.pump_owner import PumpOwner
from console.devices.slots import CommandSlot, LeaseSlot, StopSlot, Wake
from console.room.annunciator import Annunciator
from console.room.audience import Audience
from console.room.bench_desk import BenchDesk, BenchPlan, no_bench
from console.room.bench_host import BenchHost, Prepare
from console.room.bench_signing import Signing
from console.room.bench_status import DeviceLook
from console.room.bindings import MonitorBinding, PumpBinding
from console.room.conductor import Conductor, Pace, Parts
from console.room.courses import Courses
from console.room.desk import FrontDesk
from console.room.fitness import FitnessWatch
from console.room.hands import RoomHands
from console.room.ledger import Ledger
from console.room.mailbox import Mailbox
from console.room.music import MusicPlayer
from console.room.music_files import FOLDER
from console.room.music_output import MusicOutput
from console.room.music_view import MusicView
from console.room.papers import Papers
from console.room.pins import PinCheck
from console.room.recorder import Recorder
from console.room.replay import homecoming, must_stop, replay
from console.room.reports import MonitorReports, Noticeboard, PumpReports
from console.room.samples import WaveRecorder
from console.room.server import RoomServer
from console.room.speaker import Speaker
from console.room.supervisor import Run, Supervisor
from console.room.watchdog import WindowHealth, WindowWatch
from console.room.wire import Hello
from console.session.adoption import begun_by_record
from console.session.intents import CuffSeen, DiskSeen, FitnessSeen, Intent, LinkSeen, SoundSeen
from console.session.pump import Identity, LinkState, PumpControl
from console.session.site import PUMP, Site
from console.session.state import OPEN
from console.storage.accounts import Accounts, PinHasher
from console.storage.record import Record
from console.sync.backlog import ArchiveView

JUST_STARTED: Final = "The console has just started; the device has not been reached yet."
NOT_BOUND: Final = "No pump is bound to this room: add it to room.toml."
_WATCH_EVERY_S: Final = 0.5
_DISK_EVERY_S: Final = 30.0
_TESTS_EVERY_S: Final = 2.0

See = Callable[[Intent], None]
"""Takes what was seen; never blocks."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Extra:
    """A further thread of the room, on the network: nothing of the room waits for it, at the end neither.

    Attributes:
        name: For people.
        run: Its work.
        wake: Makes it notice that it should end.
    """

    name: str
    run: Run
    wake: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True)
class RoomPlan:
    """Everything a room is built from.

    Attributes:
        data_dir: Where the address is published.
        app_version: Product version.
        site: Configuration of the machine.
        clock: The room's clock; faster than real time in a demonstration.
        real_clock: The machine's clock, for sound and heartbeats.
        boot_id: Boot the monotonic times belong to.
        speaker: Where alarms sound.
        pump: The pump, None when none is bound.
        monitors: The monitors, best source first.
        speed: Of ``clock``.
        clock_start: Of ``clock`` when it is scaled.
        extras: Further threads.
        archive: How the room stands with its archive.
        reporters: Told once where they may leave what they see (the sync).
        make_room: Gives up kept-back disk space; False when there is none.
        free_bytes: Left on the disk of the record; None when nobody can tell or needs to know.
        hasher: Compares PINs.
        window_stalled: Called once for each window that has been silent for 10 s.
        make_wake: Makes what port owners wait on.
        closing: Called at the very end, when no thread runs any more.
        prepare: Puts something on the technician's bench; None where there is no bench.
        bench: Devices, ports and the search for them.
        music: Where music is played, None for a room without.
    """

    data_dir: Path
    app_version: str
    site: Site
    clock: Clock
    real_clock: Clock
    boot_id: str
    speaker: Speaker
    pump: PumpBinding | None = None
    monitors: tuple[MonitorBinding, ...] = ()
    speed: float = 1.0
    clock_start: Instant | None = None
    extras: tuple[Extra, ...] = ()
    archive: Callable[[], ArchiveView] = ArchiveView
    reporters: tuple[Callable[[See], None], ...] = ()
    make_room: Callable[[], bool] = lambda: False
    free_bytes: Callable[[], int | None] = lambda: None
    hasher: PinHasher | None = None
    window_stalled: Callable[[], None] = lambda: None
    make_wake: Callable[[], Wake] = Wake
    closing: tuple[Callable[[], None], ...] = ()
    prepare: Prepare | None = None
    bench: BenchPlan = field(default_factory=no_bench)
    music: MusicOutput | None = None


class RoomService:
    """One room over an open record. Nothing runs before :meth:`start`."""

    def __init__(self, plan: RoomPlan, record: Record) -> None:
        """Replay the record and wire every part.

        Raises:
            EventUnreadable: the record holds entries of a newer version.
        """
        self._plan = plan
        self._record = record
        clock = plan.clock
        self.found = replay(record.events, record.head().seq, plan.boot_id, clock.now())
        self.left = threading.Event()
        self.again = False
        self.mailbox = Mailbox()
        self.audience = Audience(self.found.state)
        self.board = Noticeboard()
        self.window = WindowWatch(plan.real_clock)
        self.supervisor = Supervisor(self._fell)
        self.annunciator = Annunciator(plan.speaker, plan.real_clock, self._heard)
        self._waves = WaveRecorder(plan.boot_id)
        self._cuffs = {monitor.name: CuffSlot() for monitor in plan.monitors}
        self._build_owners()
        self.music = self._music()
        self.hands = RoomHands(
            self.mailbox, self.annunciator, clock, self._stop_slot, self._commands, self._lease, self._cuffs
        )
        self.conductor = Conductor(self._parts(), self.found.state, Pace.at_speed(plan.speed))
        self.bench = BenchHost(
            plan.prepare,
            clock,
            plan.make_wake,
            lambda: self.audience.state.phase in OPEN,
            self.audience.tell,
            self.supervisor.start_once,
        )
        hasher = PinHasher() if plan.hasher is None else plan.hasher
        accounts = Accounts(record, hasher)
        self.pins = PinCheck(accounts, hasher, self.mailbox, clock, self.conductor.handle)
        self._build_bench_desk()
        self.desk = FrontDesk(
            self._greeting(),
            self.audience,
            self.mailbox,
            self.pins,
            self.window,
            self.annunciator,
            self.hands.press_stop,
            self.left.set,
            self.bench_desk,
        )
        self.server: RoomServer | None = None
        for reporter in plan.reporters:
            reporter(self.mailbox.see)

    def _build_bench_desk(self) -> None:
        plan, clock = self._plan, self._plan.clock
        self.bench_desk = BenchDesk(
            plan.bench,
            plan.site,
            clock,
            lambda: self.audience.state,
            DeviceLook(
                plan.bench.bound, plan.bench.taps, self.board.lines, plan.bench.ports, clock, plan.speed
            ),
            self.bench,
            Signing(self.bench, self.pins.check, plan.app_version),
            self.mailbox,
            self.supervisor.start_once,
            self._leave_again,
        )
        self.audience.join(self.bench_desk.hear)

    def _leave_again(self) -> None:
        """End, and be started again by whoever started this room."""
        self.again = True
        self.window.excuse()
        self.left.set()

    def come_home(self) -> None:
        """Say that the room is back, and take up what was left open. Before any thread runs."""
        self.conductor.commit_own(homecoming(self.found, self._plan.app_version, self._plan.clock.now()))
        names = [PUMP, *(monitor.name for monitor in self._plan.monitors)]
        for name in names:
            reason = NOT_BOUND if name == PUMP and self._plan.pump is None else JUST_STARTED
            self.mailbox.see(LinkSeen(name, LinkState.CLOSED, reason, control=self._control(name)))
        self._look_at_disk()
        if must_stop(self.found.state):
            self.hands.press_stop()

    def start(self) -> None:
        """Start every thread; windows are let in last."""
        start = self.supervisor.start
        start("the conductor", self.conductor.run)
        start("the alarm sound", self.annunciator.run, self.annunciator.close)
        start("the PIN check", self.pins.run, self.pins.wake)
        if self.pump_owner is not None:
            stop = self._stop_slot
            lent = self.bench.lendable(PUMP, self.pump_owner, lambda: stop is not None and stop.waiting())
            start("the port of the pump", lent.run, self._wake.set)
        for binding, owner in zip(self._plan.monitors, self.monitor_owners, strict=True):
            start(f"the port of {binding.name}", self.bench.lendable(binding.name, owner, lambda: False).run)
        for extra in self._plan.extras:
            start(extra.name, extra.run, extra.wake, left_behind=True)
        if self.music is not None:
            self.audience.join(self.music.hear)
            start("the music", self.music.run, self.music.wake, left_behind=True)
        start("the watch over the window", self._watch_window)
        start("the watch over the disk", self._watch_disk)
        start("the watch over the tests", self._watch_tests)
        self.server = RoomServer(self._plan.data_dir, self._plan.app_version, self.desk, self.supervisor)
        self.server.start()

    def close(self, reason: str, timeout_s: float = 3.0) -> tuple[str, ...]:
        """End everything; returns the names of threads that did not end."""
        if self.server is not None:
            self.server.close(reason)
        late = self.supervisor.close(timeout_s)
        if "the conductor" not in late:
            self._record.close()
        for close in self._plan.closing:
            close()
        for name in late:
            _log.error("%s did not end in time", name)
        return late

    def _build_owners(self) -> None:
        plan, clock = self._plan, self._plan.clock
        self._wake = plan.make_wake()
        self._stop_slot: StopSlot | None = None
        self._commands: CommandSlot | None = None
        self._lease = LeaseSlot(clock)
        self.pump_owner: PumpOwner | None = None
        if plan.pump is not None:
            stop_slot, pump = StopSlot(clock, self._wake), plan.pump
            begun = begun_by_record(self.found.state)
            if begun is not None and isinstance(pump.driver, TakesUp):
                pump.driver.expect(begun)
            self._stop_slot, self._commands = stop_slot, CommandSlot(self._wake)
            self.pump_owner = PumpOwner(
                pump.driver,
                lambda: pump.open_link(stop_slot),
                clock,
                stop_slot,
                self._commands,
                PumpReports(self.mailbox, self.board),
                self._wake,
                pump.present,
                self._lease,
                ASLEEP_AFTER_S * plan.speed,
                read_only=pump.read_only,
            )
        self.monitor_owners = tuple(
            MonitorOwner(
                binding.driver,
                binding.open_link,
                clock,
                MonitorReports(binding.name, self.mailbox, self._waves, self.audience, self.board),
                plan.make_wake(),
                binding.present,
                ASLEEP_AFTER_S * plan.speed,
                cuff=self._cuffs[binding.name],
                cuff_told=self._cuff_told,
            )
            for binding in plan.monitors
        )

    def _parts(self) -> Parts:
        plan = self._plan
        return Parts(
            clock=plan.clock,
            site=plan.site,
            boot_id=plan.boot_id,
            mailbox=self.mailbox,
            ledger=Ledger(self._record, plan.make_room),
            recorder=Recorder(self._waves),
            audience=self.audience,
            board=self.board,
            window=self.window,
            hands=self.hands,
            courses=Courses(self._record.path, plan.site),
            papers=Papers(self._record.path),
            archive=plan.archive,
            music=MusicView if self.music is None else self.music.view,
        )

    def _music(self) -> MusicPlayer | None:
        plan = self._plan
        if plan.music is None:
            return None
        return MusicPlayer(plan.data_dir / FOLDER, plan.music, plan.real_clock, lambda: self.audience.state)

    def _greeting(self) -> Hello:
        plan = self._plan
        return Hello(
            room_name=plan.site.room_name,
            boot_id=plan.boot_id,
            app_version=plan.app_version,
            simulated=plan.site.simulated,
            read_only=False,
            speed=plan.speed,
            clock_start=plan.clock_start,
            record_path=str(self._record.path),
            state=self.found.state,
            monitors=tuple(binding.name for binding in plan.monitors),
        )

    def _control(self, name: str) -> PumpControl | None:
        """What the configuration says of the pump before anybody has asked it."""
        read_only = name == PUMP and self._plan.pump is not None and self._plan.pump.read_only
        return PumpControl.READ_ONLY if read_only else None

    def _cuff_told(self, request_id: str, refusal: str) -> None:
        self.mailbox.see(CuffSeen(request_id, refusal))

    def _heard(self, working: bool, detail: str) -> None:
        self.mailbox.see(SoundSeen(working, detail))

    def _fell(self, name: str, sentence: str) -> None:
        """A part failed and begins again; a port's lamp goes out until it answers anew."""
        _log.error("%s", sentence)
        devices = {"the port of the pump": PUMP}
        devices |= {f"the port of {one.name}": one.name for one in self._plan.monitors}
        if name in devices:
            self.mailbox.see(LinkSeen(devices[name], LinkState.CLOSED, sentence))

    def _look_at_disk(self) -> None:
        self.mailbox.see(DiskSeen(self._plan.free_bytes()))

    def _watch_disk(self, stopping: threading.Event) -> None:
        while not stopping.wait(_DISK_EVERY_S):
            self._look_at_disk()

    def _watch_tests(self, stopping: threading.Event) -> None:
        plan = self._plan
        bound = {} if plan.pump is None else {PUMP: plan.pump.port}
        bound |= {monitor.name: monitor.port for monitor in plan.monitors}
        watch = FitnessWatch(
            self._record.path,
            {name: pinned_port(port) for name, port in bound.items()},
            self._who_answers,
            lambda: plan.clock.now().wall_utc.date(),
            lambda unfit: self.mailbox.see(FitnessSeen(unfit)),
        )
        while not stopping.wait(_TESTS_EVERY_S):
            watch.look()

    def _who_answers(self) -> dict[str, Identity]:
        links = self.audience.state.links
        return {name: link.identity for name, link in links.items() if link.identity is not None}

    def _watch_window(self, stopping: threading.Event) -> None:
        told = False
        while not stopping.wait(_WATCH_EVERY_S):
            stalled = self.window.health() is WindowHealth.STALLED
            if stalled and not told:
                _log.error("the window has been silent for 10 s and is to be started again")
                self._plan.window_stalled()
            told = stalled
