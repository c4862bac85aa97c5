"""The technician's desk in the room: who may do what, the search, binding, restarting, signing."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from console.clock import ManualClock
from console.devices.about import Role as DeviceRole
from console.devices.bench.procedure import Doing, Finding, Procedure, Task
from console.devices.bench.wire_log import WireLine
from console.devices.capture import Direction
from console.devices.discovery import PortFacts
from console.devices.discovery_findings import PortFinding, Verdict
from console.devices.ports import LineSettings, Link, LinkLost
from console.room.bench_desk import NOT_FOUND, NOT_YOURS, BenchDesk, BenchPlan, CannotBind
from console.room.bench_desk_wire import (
    BenchBind,
    BenchLook,
    BenchRestart,
    BenchSearch,
    BenchSign,
    BenchStatus,
)
from console.room.bench_host import BenchHost, Prepared
from console.room.bench_signing import NOTHING, TWICE, Signing
from console.room.bench_status import BoundDevice, DeviceLook, answer_times_s
from console.room.bench_taps import Taps
from console.room.bench_wire import BenchBegin, BenchShown
from console.room.mailbox import Errand, Mailbox
from console.room.wire import Answer, Ask, Live, RoomMessage, pack, unpack_room, unpack_window
from console.session.bench import BenchDevice, Kind
from console.session.bench import Verdict as Judged
from console.session.events import LinkChanged
from console.session.intents import SignTest
from console.session.people import Actor, Role
from console.session.pump import LinkState, PumpReading, PumpState
from console.session.state import State
from tests.devices.port_fakes import ManualWaiter
from tests.session.bench import SITE, Bench

TECHNICIAN = Actor("t1", "Technician One", Role.TECHNICIAN)
NURSE = Actor("n1", "Nurse One", Role.NURSE)
PORTS = (
    PortFacts("/dev/ttyUSB0", "FT232R", "/dev/serial/by-id/a", True, "0403:6001", "A"),
    PortFacts("/dev/ttyUSB1", "CP2102", "/dev/serial/by-id/b", True, "10c4:ea60", "B"),
)


class Computer:
    """A subject that passes."""

    name = "computer"
    identified = True

    def device(self) -> BenchDevice:
        return BenchDevice(Kind.WORKSTATION, port="ws-1")

    def moved_bytes(self) -> tuple[int, int]:
        return (0, 0)

    def make_safe(self) -> None:
        return

    def close(self) -> None:
        return

    def check(self) -> Procedure:
        yield Doing("Looking")
        return Finding(Judged.PASSED, "All is well.")


class Room:
    """A desk, its bench and its search, everything in one thread."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.state = State(user=TECHNICIAN)
        self.said: list[RoomMessage] = []
        self.mailbox = Mailbox()
        self.left = 0
        self.bound: list[tuple[PortFinding, str]] = []
        self.opened: list[str] = []
        self.checked: list[Ask] = []
        self.before_open: Callable[[], None] = lambda: None
        self.taps = Taps()
        plan = BenchPlan(
            (BoundDevice("pump", DeviceRole.PUMP, "ne1000", "/dev/serial/by-id/a"),),
            self.taps,
            lambda: PORTS,
            self._open,
            tuple,
            self._bind,
        )
        self.host = BenchHost(
            self._prepare,
            self.clock,
            lambda: ManualWaiter(self.clock),
            lambda: False,
            self.said.append,
            self._start,
        )
        self.desk = BenchDesk(
            plan,
            SITE,
            self.clock,
            lambda: self.state,
            DeviceLook(plan.bound, self.taps, dict, plan.ports, self.clock),
            self.host,
            Signing(self.host, self._check, "0.1.0"),
            self.mailbox,
            self._start,
            self._leave,
        )

    def _leave(self) -> None:
        self.left += 1

    def _open(self, port: str, line: LineSettings) -> Link:
        del line
        self.before_open()
        self.opened.append(port)
        raise LinkLost("Nothing is plugged in here.")

    def _bind(self, finding: PortFinding, instead_of: str) -> str:
        if finding.verdict is not Verdict.FOUND:
            raise CannotBind("It did not say who it is.")
        self.bound.append((finding, instead_of))
        return "It is bound."

    def _prepare(self, begin: BenchBegin) -> Prepared:
        del begin
        subject = Computer()
        return Prepared(subject, (Task("look", "Look", "Looks.", subject.check),))

    def _start(self, name: str, run: Callable[[threading.Event], None]) -> object:
        del name
        run(threading.Event())
        return None

    def _check(self, ask: Ask, reply: Callable[[Answer], None]) -> None:
        self.checked.append(ask)
        reply(Answer(ask.request_id, ask.pin == "141421"))

    def pump(self, state: PumpState) -> None:
        now = self.clock.now()
        self.desk.hear(Live(now, {}, pump=PumpReading(now, state)))

    def answer(self) -> Answer:
        last = self.said[-1]
        assert isinstance(last, Answer)
        return last

    def look(self, wire: str = "", after: int = 0) -> BenchStatus:
        asked = BenchLook(wire, after)
        assert unpack_window(pack(asked)) == asked
        status = self.desk.look(asked)
        assert unpack_room(pack(status)) == status
        return status


@pytest.mark.req("BEN-SEARCH")
@pytest.mark.parametrize("state", [PumpState.INFUSING, PumpState.PAUSED, None])
def test_nothing_is_searched_while_the_pump_may_infuse(state: PumpState | None) -> None:
    room = Room()
    if state is not None:
        room.pump(state)
    room.desk.do(BenchSearch("r-1"), room.said.append)
    assert not room.answer().accepted
    assert room.answer().sentences[0]
    assert room.opened == []


@pytest.mark.req("BEN-SEARCH")
def test_a_bound_port_is_left_alone_and_a_pump_that_begins_to_infuse_ends_the_search() -> None:
    room = Room()
    room.pump(PumpState.STOPPED)
    room.desk.do(BenchSearch("r-1"), room.said.append)
    assert room.answer().accepted
    status = room.look().search
    assert [one.verdict for one in status.findings] == [Verdict.LEFT_ALONE, Verdict.NOT_OPENED]
    assert set(room.opened) == {"/dev/ttyUSB1"}
    room.opened.clear()
    room.before_open = lambda: room.pump(PumpState.INFUSING)
    room.desk.do(BenchSearch("r-2"), room.said.append)
    assert "infusing" in room.look().search.ended
    assert len(room.opened) == 1
    assert not room.look().search.going


def test_only_a_technician_searches_binds_restarts_or_tests() -> None:
    room = Room()
    room.pump(PumpState.STOPPED)
    for user in (NURSE, None):
        room.state = State(user=user)
        for deed in (BenchSearch("r-1"), BenchBind("r-2", "/dev/ttyUSB1"), BenchRestart("r-3")):
            room.desk.do(deed, room.said.append)
            assert room.answer().sentences == (NOT_YOURS,)
        room.desk.run(BenchBegin("workstation"), room.said.append)
        assert room.said[-1] == BenchShown(refused=NOT_YOURS)
    assert room.look().devices[0].name == "pump"


def test_what_was_not_found_is_not_bound_and_what_was_bound_waits_for_a_restart() -> None:
    room = Room()
    room.desk.do(BenchBind("r-1", "/dev/ttyUSB1"), room.said.append)
    assert room.answer().sentences == (NOT_FOUND,)
    finding = PortFinding(PORTS[1], Verdict.FOUND, "found", "masimo")
    room.desk.search.status = type(room.desk.search.status)(findings=(finding,))
    room.desk.do(BenchBind("r-2", "/dev/ttyUSB1", "s5"), room.said.append)
    assert room.answer().accepted
    assert room.bound == [(finding, "s5")]
    assert "restarted" in room.look().restart
    room.desk.do(BenchRestart("r-3"), room.said.append)
    assert room.left == 0
    for errand in room.mailbox.take(0):
        assert isinstance(errand, Errand)
        errand.run()
    assert room.left == 1


def test_the_room_is_not_restarted_while_a_session_is_open() -> None:
    room = Room()
    bench = Bench()
    bench.arrive()
    room.state = bench.state
    room.state = type(bench.state)(user=TECHNICIAN, session=bench.state.session)
    room.desk.do(BenchRestart("r-1"), room.said.append)
    for errand in room.mailbox.take(0):
        assert isinstance(errand, Errand)
        errand.run()
    assert room.left == 0
    assert "session is open" in room.answer().sentences[0]


@pytest.mark.req("BEN-SIGNED")
def test_the_run_that_is_signed_is_the_rooms_own_and_signed_once() -> None:
    room = Room()
    room.desk.do(BenchSign("r-1", "t1", "141421"), room.said.append)
    assert room.answer().sentences == (NOTHING,)
    room.desk.run(BenchBegin("workstation"), room.said.append)
    shown = room.said[-1]
    assert isinstance(shown, BenchShown)
    assert shown.run is not None
    room.desk.do(BenchSign("r-2", "t1", "000000"), room.said.append)
    assert not room.answer().accepted
    room.desk.do(BenchSign("r-3", "t1", "141421", "new battery"), room.said.append)
    assert room.answer().accepted
    intent = room.checked[-1].intent
    assert isinstance(intent, SignTest)
    assert intent.run.checks == shown.run.checks
    assert (intent.run.note, intent.run.app_version) == ("new battery", "0.1.0")
    room.desk.do(BenchSign("r-4", "t1", "141421"), room.said.append)
    assert room.answer().sentences == (TWICE,)
    assert "141421" not in repr(BenchSign("r-4", "t1", "141421"))


def test_devices_are_shown_with_lamps_answer_times_and_what_is_not_known_as_not_known() -> None:
    room = Room()
    (pump,) = room.look().devices
    assert (pump.lamps, pump.half_ms, pump.counts_per_min) == (LinkState.CLOSED, None, None)
    assert pump.description == "FT232R"
    link = LinkChanged("pump", LinkState.ANSWERING, "answers")
    room.state = State(user=TECHNICIAN, links={"pump": link})
    log = room.taps.of("bench-pump")
    for _ in range(10):
        log.record(Direction.SENT, room.clock.now(), b"\x02")
        room.clock.advance(0.03)
        log.record(Direction.RECEIVED, room.clock.now(), b"\x03")
        room.clock.advance(1.0)
    (pump,) = room.look().devices
    assert pump.lamps is LinkState.ANSWERING
    assert pump.half_ms == pytest.approx(30)
    status = room.look("pump", 18)
    assert [line.number for line in status.lines] == [19, 20]


def test_what_comes_late_or_unasked_is_no_answer() -> None:
    clock = ManualClock()

    def line(direction: Direction, after_s: float) -> WireLine:
        return WireLine(1, direction, clock.advance(after_s), b"x")

    lines = (
        line(Direction.RECEIVED, 0),
        line(Direction.SENT, 1),
        line(Direction.RECEIVED, 5),
        line(Direction.SENT, 1),
        line(Direction.RECEIVED, 0.5),
        line(Direction.RECEIVED, 0.5),
    )
    assert answer_times_s(lines) == pytest.approx((0.5,))
