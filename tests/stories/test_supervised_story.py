"""A whole room on a real TCP port with a rack that can only be read: order, hands, start, STOP, record."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest

from console.app.nurse import Credentials
from console.clinical.arrival import ARRIVAL_ITEMS
from console.clock import Clock, Instant, SystemClock
from console.devices.link import SerialLink
from console.devices.pumps.bcc import Bcc
from console.devices.virtual.bcc import VirtualBcc
from console.devices.virtual.cable import Cable, PtyCable, TcpCable, serve_all
from console.devices.virtual.faults import PanelRate, PanelRun, PanelStop
from console.room.bindings import PumpBinding
from console.room.entries import entry_of
from console.room.service import RoomPlan, RoomService
from console.room.wire import Answer, Ask
from console.session import intents as ask
from console.session.events import (
    Event,
    InfusionEnded,
    InfusionStarted,
    PumpSetByHand,
    Setting,
    StopConfirmed,
    StopPressed,
    StopUnconfirmed,
)
from console.session.people import OrderInputs, Role
from console.session.site import Site
from console.session.state import Phase
from console.storage.accounts import Accounts, PinHasher
from console.storage.record import Record
from tests.session.bench import PATIENT
from tests.stories.in_process_room import QuietSpeaker, site

NURSE, SECOND = Credentials("ana", "417093"), Credentials("ben", "620857")


class SkippingClock(Clock):
    """The machine's clock, and the minutes nobody has to wait for."""

    def __init__(self) -> None:
        self._real = SystemClock()
        self._skipped_s = 0.0

    def now(self) -> Instant:
        return self._real.now().plus(self._skipped_s)

    def skip(self, seconds: float) -> None:
        self._skipped_s += seconds


class Room:
    """A room with nothing but the rack, turned by hand."""

    def __init__(self, folder: Path, address: str, clock: SkippingClock) -> None:
        self.clock = clock
        self.record = Record.open(folder / "record.db", clock, "boot-1")
        hasher = PinHasher(memory_kib=64, time_cost=1)
        accounts = Accounts(self.record, hasher)
        for who, name in ((NURSE, "Ana Ruiz"), (SECOND, "Ben Okoro")):
            accounts.add_account(who.user_id, name, Role.NURSE, who.pin)
        driver = Bcc()
        driver.poll_every_s = 0.3
        shipped = site()
        plan = RoomPlan(
            data_dir=folder,
            app_version="0.1.0",
            site=Site("Room 2", shipped.library, shipped.syringes, monitors=(), simulated=True),
            clock=clock,
            real_clock=clock,
            boot_id="boot-1",
            speaker=QuietSpeaker(),
            pump=PumpBinding(
                driver,
                lambda stop: SerialLink(address, driver.line, clock, None, stop),
                lambda: True,
                address,
                read_only=True,
            ),
            hasher=hasher,
        )
        self.service = RoomService(plan, self.record)
        self.service.come_home()

    def run(self, seconds: float) -> None:
        until = self.clock.now().plus(seconds)
        while self.clock.now().mono_ns < until.mono_ns:
            self.turn()

    def turn(self) -> None:
        assert self.service.pump_owner is not None
        self.service.pump_owner.turn()
        self.service.conductor.turn(0)

    def until(self, *phases: Phase) -> None:
        end = self.clock.now().plus(10)
        while self.stands() not in phases:
            assert self.clock.now().mono_ns < end.mono_ns, self.stands()
            self.turn()

    def stands(self) -> Phase:
        return self.service.conductor.state.phase

    def supervised(self) -> bool:
        return self.service.conductor.state.supervised

    def say(self, intent: ask.PersonIntent, who: Credentials | None = None) -> Answer:
        answers: list[Answer] = []
        known = who or Credentials("", "")
        self.service.desk.ask(Ask(uuid4().hex, intent, known.user_id, known.pin), answers.append)
        for _ in range(100):
            self.service.conductor.turn(0)
            self.service.pins.work_off()
            if answers:
                return answers[0]
        raise AssertionError("nobody answered")

    def do(self, intent: ask.PersonIntent, who: Credentials | None = None) -> None:
        answer = self.say(intent, who)
        assert answer.accepted, answer.sentences

    def order(self) -> None:
        """Everything up to the second person's check."""
        self.do(ask.SignIn(), NURSE)
        self.do(ask.OpenSession("s-1", PATIENT))
        self.do(ask.ConfirmIdentity(PATIENT.birth_date, PATIENT.mrn))
        for item in ARRIVAL_ITEMS:
            self.do(ask.AnswerArrival(item.id, True))
        self.do(ask.RecordWeight(Decimal(70)))
        self.do(ask.EnterPressure(124, 78))
        self.clock.skip(301)
        self.do(ask.EnterPressure(122, 76))
        self.do(ask.AcceptBaseline())
        inputs = OrderInputs("MOOD-40", Decimal("0.5"), Decimal(40), Decimal(2), "BD 60 mL", {})
        self.do(ask.WriteOrder(inputs))
        self.do(ask.VerifyOrder(Decimal(70), Decimal(2), Decimal("0.5"), Decimal(40)), SECOND)

    def alarm(self, code: str) -> str:
        alarms = self.service.conductor.state.alarms
        return next((one.raised.message for one in alarms if one.raised.code == code), "")

    def events(self) -> list[Event]:
        return [entry_of(stored).event for stored in self.record.events(0)]


@contextmanager
def served(cable: Cable) -> Iterator[None]:
    ending = threading.Event()
    # The rack's own time is the real one: what is skipped was never lived through.
    serving = threading.Thread(target=serve_all, args=([cable], SystemClock(), ending))
    serving.start()
    yield
    ending.set()
    serving.join()
    cable.close()


@pytest.fixture
def plugged() -> Iterator[tuple[VirtualBcc, str, SkippingClock]]:
    rack = VirtualBcc()
    cable = TcpCable(rack)
    with served(cable):
        yield rack, cable.address, SkippingClock()


def test_a_rack_over_tcp_is_compared_timed_and_stopped_by_hand(
    plugged: tuple[VirtualBcc, str, SkippingClock], tmp_path: Path
) -> None:
    rack, address, clock = plugged
    room = Room(tmp_path, address, clock)
    room.service.conductor.turn(0)
    assert room.supervised(), "known by the binding before the rack has answered"
    room.order()
    room.run(1.5)
    assert room.stands() is Phase.PROGRAM
    assert not room.say(ask.ProgramPump("p")).accepted
    rack.inject(PanelRate(Decimal("26.25")))
    refused = room.say(ask.ConfirmSetByHand())
    assert len(refused.sentences) == 3
    room.do(ask.ConfirmSetByHand((Setting.RATE, Setting.VOLUME, Setting.SYRINGE)))
    assert room.stands() is Phase.READY
    rack.inject(PanelRun())
    room.until(Phase.INFUSING)
    room.run(1.0)
    room.service.desk.press_stop()
    room.service.desk.stop_was_pressed("distress")
    room.service.conductor.turn(0)
    stop = room.service.conductor.state.stop
    assert stop is not None
    assert stop.unconfirmed_alarm, "said at once"
    room.run(1.0)
    assert room.stands() is Phase.INFUSING
    rack.inject(PanelStop())
    room.until(Phase.OBSERVING)
    told = [type(event) for event in room.events()]
    for kind in (PumpSetByHand, InfusionStarted, StopPressed, StopUnconfirmed, StopConfirmed, InfusionEnded):
        assert kind in told
    started = next(e for e in room.events() if isinstance(e, InfusionStarted))
    assert started.at_pump
    assert any("SpO₂" in sentence for sentence in started.despite)
    room.service.close("the story is over")


@pytest.mark.req("PMP-NOT-KEPT")
def test_a_supervised_pump_unplugged_while_it_infuses_is_said_to_go_on_and_is_found_again(
    tmp_path: Path,
) -> None:
    rack, clock = VirtualBcc(), SkippingClock()
    cable = PtyCable(rack, tmp_path / "rack")
    room = Room(tmp_path, cable.address, clock)
    with served(cable):
        unplugged_in_mid_infusion(room, rack, cable)


def unplugged_in_mid_infusion(room: Room, rack: VirtualBcc, cable: Cable) -> None:
    clock = room.clock
    room.order()
    room.run(1.0)
    rack.inject(PanelRate(Decimal("26.25")))
    room.run(1.0)
    room.do(ask.ConfirmSetByHand((Setting.RATE, Setting.VOLUME, Setting.SYRINGE)))
    rack.inject(PanelRun())
    room.until(Phase.INFUSING)
    cable.unplug()
    room.run(0.7)
    clock.skip(3.5)
    end = clock.now().plus(8)
    while not (said := room.alarm("pump_link")):
        assert clock.now().mono_ns < end.mono_ns, "told within 5 s, and some for a busy machine"
        room.turn()
    assert said.endswith("Left alone it goes on as it was set: only a person stops it, at the pump")
    assert room.stands() is Phase.INFUSING
    room.service.desk.press_stop()
    room.service.desk.stop_was_pressed("distress")
    room.service.conductor.turn(0)
    stop = room.service.conductor.state.stop
    assert stop is not None
    assert stop.unconfirmed_alarm
    assert not stop.confirmed
    rack.inject(PanelStop())
    cable.replug()
    room.until(Phase.OBSERVING)
    stop = room.service.conductor.state.stop
    assert stop is not None
    assert stop.confirmed
    room.service.close("the story is over")
