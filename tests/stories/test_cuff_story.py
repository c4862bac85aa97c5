"""A pressure taken from the console: window, room, port owner, monitor, cuff, and back into the record."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from console.app.nurse import Credentials
from console.clock import Instant
from console.devices.monitors.dinamap import Dinamap
from console.devices.slots import Wake
from console.devices.virtual.dinamap import VirtualDinamap
from console.devices.virtual.faults import Silent
from console.room.bindings import MonitorBinding
from console.room.entries import entry_of
from console.room.service import RoomPlan, RoomService
from console.room.wire import Answer, Ask
from console.session import intents as ask
from console.session.events import CuffAnswered, CuffAsked, CuffEnded, CuffResult, Event, PressureTaken
from console.session.people import Role
from console.session.site import Site
from console.storage.accounts import Accounts, PinHasher
from console.storage.record import Record
from tests.devices.talking_monitor import TwinLink, someone
from tests.session.bench import PATIENT
from tests.stories.in_process_room import QuietSpeaker, site

NURSE = Credentials("ana", "417093")


class LinkWake(Wake):
    """Waiting lets the monitor's time go on."""

    def __init__(self, link: TwinLink) -> None:
        super().__init__()
        self._link = link

    def wait(self, timeout_s: float) -> None:
        self._link.clock.advance(min(timeout_s, 0.25))


class CuffRoom:
    """A room with one DINAMAP, turned by hand."""

    def __init__(self, folder: Path) -> None:
        patient = someone()
        self.twin = VirtualDinamap(patient)
        self.link = TwinLink(self.twin, patient)
        self.record = Record.open(folder / "record.db", self.link.clock, "boot-1")
        hasher = PinHasher(memory_kib=64, time_cost=1)
        Accounts(self.record, hasher).add_account(NURSE.user_id, "Ana Ruiz", Role.NURSE, NURSE.pin)
        shipped = site()
        where = Site("Room 2", shipped.library, shipped.syringes, monitors=("cart",), cuffs=("cart",))
        driver = Dinamap("cart")
        plan = RoomPlan(
            data_dir=folder,
            app_version="0.1.0",
            site=where,
            clock=self.link.clock,
            real_clock=self.link.clock,
            boot_id="boot-1",
            speaker=QuietSpeaker(),
            monitors=(MonitorBinding("cart", driver, lambda: self.link, lambda: True, "memory"),),
            hasher=hasher,
            make_wake=lambda: LinkWake(self.link),
        )
        self.service = RoomService(plan, self.record)
        self.service.come_home()

    def now(self) -> Instant:
        return self.link.clock.now()

    def run(self, seconds: float) -> None:
        until = self.now().plus(seconds)
        while self.now().mono_ns < until.mono_ns:
            for owner in self.service.monitor_owners:
                owner.turn()
            self.service.conductor.turn(0)

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

    def events(self) -> list[Event]:
        return [entry_of(stored).event for stored in self.record.events(0)]

    def ends(self) -> list[CuffResult]:
        return [event.result for event in self.events() if isinstance(event, CuffEnded)]


@pytest.fixture
def room(tmp_path: Path) -> CuffRoom:
    made = CuffRoom(tmp_path)
    made.run(5)
    assert made.say(ask.SignIn(), NURSE).accepted
    assert made.say(ask.OpenSession("s-1", PATIENT)).accepted
    return made


def test_a_pressure_is_taken_from_the_console_and_comes_back_into_the_record(room: CuffRoom) -> None:
    assert room.twin.started == 0, "never because it was connected"
    assert room.say(ask.TakePressure()).accepted
    room.run(5)
    assert room.twin.started == 1
    assert not room.say(ask.TakePressure()).accepted, "the cuff is up"
    room.run(75)
    assert room.ends() == [CuffResult.MEASURED]
    taken = [event for event in room.events() if isinstance(event, PressureTaken)]
    assert [one.source for one in taken] == ["cart"]
    assert room.twin.started == 1
    answered = [event for event in room.events() if isinstance(event, CuffAnswered)]
    assert [one.refusal for one in answered] == [""]


def test_a_measurement_is_cancelled_at_the_monitor_from_the_console(room: CuffRoom) -> None:
    assert room.say(ask.TakePressure()).accepted
    room.run(8)
    assert room.say(ask.CancelPressure()).accepted
    room.run(10)
    assert room.twin.cancelled == 1
    assert room.ends() == [CuffResult.CANCELLED]


@pytest.mark.req("CUF-ASKED")
def test_a_request_while_the_monitor_is_unplugged_never_inflates_the_cuff_later(room: CuffRoom) -> None:
    room.link.pulled = True
    room.say(ask.TakePressure())
    room.run(20)
    room.link.pulled = False
    room.run(30)
    assert room.twin.started == 0
    asked = [event for event in room.events() if isinstance(event, CuffAsked)]
    assert len(asked) == len(room.ends())


@pytest.mark.req("CUF-ASKED")
def test_a_request_the_driver_had_taken_dies_with_the_line(room: CuffRoom) -> None:
    room.twin.inject(Silent(20))
    room.run(0.5)
    assert room.say(ask.TakePressure()).accepted
    room.run(60)
    assert room.twin.started == 0
    assert room.ends() == [CuffResult.FAILED]
