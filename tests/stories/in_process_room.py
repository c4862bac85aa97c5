"""A whole room in one thread on a manual clock: real drivers, real machine, real record, no waiting."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from console.app.bay import Bay
from console.app.nurse import Assignment, Credentials, ScriptedNurse
from console.clinical.library import load_library, load_syringes
from console.clock import Instant, ManualClock
from console.devices.monitors.s5 import S5Monitor
from console.devices.ports import Emulator, Link, LinkLost, Pump
from console.devices.pumps.ne1000 import NE1000
from console.devices.slots import StopSlot, Wake
from console.devices.virtual.scenario import Cable, NurseAct, NurseCharts, Scenario
from console.devices.virtual.scenario_file import load_scenario
from console.room.bindings import MonitorBinding, PumpBinding
from console.room.service import RoomPlan, RoomService
from console.room.wire import Answer, Ask, RoomMessage
from console.session.people import OrderInputs, Patient, Role, Sex
from console.session.site import Site
from console.session.state import Phase, State
from console.storage.accounts import Accounts, PinHasher
from console.storage.record import Record

ROOT = Path(__file__).parents[2]
RESOURCES = ROOT / "resources"
NURSE = Credentials("ana", "417093")
SECOND = Credentials("ben", "620857")


def scenario(name: str = "routine") -> Scenario:
    return load_scenario((RESOURCES / "scenarios" / f"{name}.toml").read_text())


def site() -> Site:
    library = load_library((RESOURCES / "library" / "ketamine-v1.toml").read_text())
    syringes = load_syringes((RESOURCES / "library" / "syringes-v1.toml").read_text())
    return Site("Room 2", library, syringes, simulated=True)


class QuietSpeaker:
    """A speaker that works and is never heard."""

    def check(self) -> None:
        return

    def play(self, samples: NDArray[np.int16]) -> None:
        del samples

    def hush(self) -> None:
        return

    def close(self) -> None:
        return


class MemoryLink:
    """A byte pipe straight into an emulator; waiting on it lets the world go on.

    ``log`` keeps what the host wrote; ``deaf`` loses it.
    """

    def __init__(self, world: World, emulator: Emulator, log: list[bytes]) -> None:
        self._world = world
        self._emulator = emulator
        self._log = log
        world.inputs.setdefault(id(emulator), bytearray())

    def read(self, timeout_s: float) -> bytes:
        self._check()
        waiting = self._world.inputs[id(self._emulator)]
        if not waiting:
            self._world.advance(min(timeout_s, 0.15))
        data = bytes(waiting)
        waiting.clear()
        return data

    def write(self, data: bytes) -> None:
        self._check()
        self._log.append(data)
        self._world.inputs[id(self._emulator)] += self._emulator.feed(data)

    def now(self) -> Instant:
        return self._world.clock.now()

    def discard_input(self) -> None:
        self._world.inputs[id(self._emulator)].clear()

    def close(self) -> None:
        return

    def _check(self) -> None:
        if id(self._emulator) in self._world.pulled:
            raise LinkLost("The cable was pulled.")


class World:
    """Patient, pump and monitor, advanced by whoever waits."""

    def __init__(self, name: str = "routine", clock: ManualClock | None = None) -> None:
        self.clock = ManualClock() if clock is None else clock
        self.deeds: list[NurseAct | NurseCharts] = []
        self.bay = Bay(
            scenario(name),
            pull=lambda cable: self.pulled.add(self._end_of(cable)),
            plug_in=lambda cable: self.pulled.discard(self._end_of(cable)),
            deed=self.deeds.append,
            clock_s=self.clock.now().wall_utc_ns / 1e9,
        )
        self.inputs: dict[int, bytearray] = {}
        self._owed_s = 0.0
        self.pulled: set[int] = set()
        self.pump_driver: Callable[[], Pump] = lambda: NE1000(simulated=True)
        self.pump_log: list[bytes] = []
        self.monitor_log: list[bytes] = []

    def link(self, emulator: Emulator, log: list[bytes]) -> Link:
        """Plug the host's end in; another world may have a worse cable."""
        return MemoryLink(self, emulator, log)

    def present(self, emulator: Emulator) -> bool:
        """Whether the host sees the port."""
        return id(emulator) not in self.pulled

    def _end_of(self, cable: Cable) -> int:
        return id(self.bay.pump if cable is Cable.PUMP else self.bay.monitor)

    def advance(self, seconds: float) -> None:
        """The pump moves in small steps; patient and monitor, which cost more, every half second."""
        self._advance(self.bay.pump, seconds)
        self._owed_s += seconds
        if self._owed_s >= 0.5:
            self.bay.step(self._owed_s)
            self._advance(self.bay.monitor, self._owed_s)
            self._owed_s = 0.0
        self.clock.advance(seconds)

    def _advance(self, emulator: Emulator, seconds: float) -> None:
        sent = emulator.advance(seconds)
        if id(emulator) in self.inputs and id(emulator) not in self.pulled:
            self.inputs[id(emulator)] += sent

    def commands_sent(self, word: bytes) -> int:
        """How often the host wrote a packet with this command."""
        return sum(word in packet for packet in self.pump_log)


class WorldWake(Wake):
    """Waiting lets the world go on instead of the wall clock."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def wait(self, timeout_s: float) -> None:
        self._world.advance(min(timeout_s, 0.25))


class InProcessRoom:
    """One room process without its threads; build another over the same folder to restart it."""

    def __init__(self, world: World, folder: Path, waves: bool = True, where: Site | None = None) -> None:
        self.world = world
        self.record = Record.open(folder / "record.db", world.clock, "boot-1")
        hasher = PinHasher(memory_kib=64, time_cost=1)
        accounts = Accounts(self.record, hasher)
        if not accounts.users():
            accounts.add_account(NURSE.user_id, "Ana Ruiz", Role.NURSE, NURSE.pin)
            accounts.add_account(SECOND.user_id, "Ben Okoro", Role.NURSE, SECOND.pin)
        bay = world.bay

        def pump_link(_: StopSlot) -> Link:
            return world.link(bay.pump, world.pump_log)

        monitor = S5Monitor("s5") if waves else S5Monitor("s5", waves=())
        plan = RoomPlan(
            data_dir=folder,
            app_version="0.1.0",
            site=site() if where is None else where,
            clock=world.clock,
            real_clock=world.clock,
            boot_id="boot-1",
            speaker=QuietSpeaker(),
            pump=PumpBinding(world.pump_driver(), pump_link, lambda: world.present(bay.pump), "memory"),
            monitors=(
                MonitorBinding(
                    "s5",
                    monitor,
                    lambda: world.link(bay.monitor, world.monitor_log),
                    lambda: world.present(bay.monitor),
                    "memory",
                ),
            ),
            hasher=hasher,
            make_wake=lambda: WorldWake(world),
        )
        self.service = RoomService(plan, self.record)
        self.told: list[RoomMessage] = []
        self.service.audience.join(self.told.append)
        self.service.come_home()

    @property
    def state(self) -> State:
        return self.service.conductor.state

    @property
    def phase(self) -> Phase:
        return self.state.phase

    def turn(self) -> None:
        """One turn of every thread."""
        service = self.service
        before = self.world.clock.now()
        service.annunciator.step(before)
        if service.pump_owner is not None:
            service.pump_owner.turn()
        for owner in service.monitor_owners:
            owner.turn()
        service.conductor.turn(0)
        if self.world.clock.now() == before:
            self.world.advance(0.1)

    def run(self, seconds: float) -> None:
        until = self.world.clock.now().plus(seconds)
        while self.world.clock.now().mono_ns < until.mono_ns:
            self.turn()

    def ask(self, ask: Ask) -> Answer:
        """Ask as a window would and wait for the answer."""
        answers: list[Answer] = []
        self.service.desk.ask(ask, answers.append)
        for _ in range(100):
            self.service.conductor.turn(0)
            self.service.pins.work_off()
            if answers:
                return answers[0]
        raise AssertionError("nobody answered")

    def die(self) -> None:
        """The process is killed: nothing is sealed, nothing said. The lock goes with the process."""
        self.record.close()


def assignment() -> Assignment:
    played = scenario()
    person, order = played.person, played.order
    return Assignment(
        patient=Patient("pt-1", person.family_name, person.given_name, "1984-03-12", person.mrn, Sex.FEMALE),
        weight_kg=Decimal(str(played.patient.weight_kg)),
        order=OrderInputs(
            order.protocol, order.amount, order.minutes, order.concentration_mg_ml, order.syringe
        ),
        nurse=NURSE,
        second=SECOND,
    )


class Story:
    """A room and the scripted nurse in it."""

    def __init__(
        self, folder: Path, world: World | None = None, waves: bool = True, where: Site | None = None
    ) -> None:
        self.world = World() if world is None else world
        self.folder = folder
        self.waves = waves
        self.where = where
        self.room = InProcessRoom(self.world, folder, waves, where)
        self.nurse = ScriptedNurse(assignment(), lambda: uuid4().hex)
        self.refusals: list[str] = []

    def play_until(self, *phases: Phase, within_s: float = 4 * 3600.0) -> None:
        """Let the nurse work until one of the phases is reached."""
        deadline = self.world.clock.now().plus(within_s)
        while self.room.phase not in phases:
            assert self.world.clock.now().mono_ns < deadline.mono_ns, (self.room.phase, self.refusals[-3:])
            request = self.nurse.next(self.room.state, self.world.bay.findings(), self.world.clock.now())
            if request is None:
                self.room.run(2.0)
                continue
            credentials = request.credentials or Credentials("", "")
            answer = self.room.ask(Ask(uuid4().hex, request.intent, credentials.user_id, credentials.pin))
            if not answer.accepted:
                self.refusals.append(f"{type(request.intent).__name__}: {' '.join(answer.sentences)}")
                self.room.run(5.0)
            else:
                self.room.run(0.3)

    def restart_room(self) -> None:
        """Kill the room process and start another over the same record."""
        self.room.die()
        self.room = InProcessRoom(self.world, self.folder, self.waves, self.where)
