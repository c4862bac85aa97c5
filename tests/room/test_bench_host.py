"""The bench in the room: a port is lent, shown and given back; STOP and sessions come first."""

from __future__ import annotations

import threading
from collections.abc import Callable

from console.app.selftest_virtual import VirtualBench
from console.app.virtual_devices import read_scenario
from console.clock import ManualClock
from console.devices.bench.procedure import Answer
from console.devices.bench.stepper import BenchRefused, checks_for
from console.devices.virtual.ne1000 import VirtualNE1000
from console.room.bench_host import BUSY, NO_BENCH, BenchHost, Prepared
from console.room.bench_wire import BenchBegin, BenchEnd, BenchReply, BenchShown
from console.room.wire import pack, unpack_room, unpack_window
from console.session.bench import Verdict


class Owner:
    """Counts its turns; ends the thread when it has had enough."""

    def __init__(self, stopping: threading.Event, turns: int) -> None:
        self.left = turns
        self.closed = 0
        self.stopping = stopping
        self.before_turn: Callable[[], None] = lambda: None

    def turn(self) -> None:
        self.before_turn()
        self.left -= 1
        if self.left <= 0:
            self.stopping.set()

    def close(self) -> None:
        self.closed += 1


class Room:
    """A bench over one virtual device, everything in one thread."""

    def __init__(self, name: str = "ne1000", turns: int = 3) -> None:
        self.virtual = VirtualBench(name, read_scenario("routine"), ManualClock().now())
        self.shown: list[BenchShown] = []
        self.session = False
        self.stop = False
        self.stopping = threading.Event()
        self.owner = Owner(self.stopping, turns)
        self.began: list[str] = []
        self.host = BenchHost(
            self.prepare,
            self.virtual.clock,
            lambda: self.virtual.cable,
            lambda: self.session,
            self.tell,
            self.start_once,
        )
        self.port = self.host.lendable("pump", self.owner, lambda: self.stop)

    def prepare(self, begin: BenchBegin) -> Prepared:
        if begin.device == "nothing":
            raise BenchRefused("There is no device nothing.")
        stand = self.virtual.stand()
        name = stand.about.name
        return Prepared(stand, checks_for(stand, begin.checks), begin.device, name, stand.wire)

    def tell(self, shown: BenchShown) -> None:
        assert unpack_room(pack(shown)) == shown
        self.shown.append(shown)
        if shown.picture is not None and shown.picture.asks is not None:
            self.host.hear(BenchReply(self.virtual.hands(shown.picture.asks)))

    def start_once(self, name: str, run: Callable[[threading.Event], None]) -> object:
        self.began.append(name)
        run(threading.Event())
        return None

    @property
    def running(self) -> bool:
        device = self.virtual.cable.lone.device
        return isinstance(device, VirtualNE1000) and device.running


def test_a_port_is_lent_between_two_turns_shown_live_and_given_back() -> None:
    room = Room()
    room.host.hear(BenchBegin("pump", ("volume",), no_patient=True))
    room.port.run(room.stopping)
    last = room.shown[-1]
    assert last.run is not None
    assert last.run.verdict is Verdict.PASSED
    assert [check.check for check in last.run.checks] == ["port", "identity", "volume"]
    assert last.picture is not None
    assert last.picture.finished
    assert all(shown.run is None for shown in room.shown[:-1])
    assert room.owner.closed == 2  # before the loan, and at the end of the thread
    assert room.owner.left == 0
    numbers = [row.number for shown in room.shown for row in shown.rows]
    assert numbers == sorted(set(numbers))
    assert any(row.meaning for shown in room.shown for row in shown.rows)


def test_a_window_is_told_a_few_times_a_second_however_fast_the_run_steps() -> None:
    room = Room("masimo")
    room.host.hear(BenchBegin("pump", ("link_quality",)))
    room.port.run(room.stopping)
    assert 20 < len(room.shown) < 120  # 15 s of listening


def test_stop_ends_the_run_at_once_and_the_owner_goes_on() -> None:
    room = Room()

    def press(shown: BenchShown) -> None:
        Room.tell(room, shown)
        room.stop = room.stop or room.running

    room.host._tell = press
    room.host.hear(BenchBegin("pump", ("stall",), no_patient=True))
    room.port.run(room.stopping)
    assert room.stop
    assert not room.running
    assert room.owner.left == 0


def test_a_session_ends_the_run_and_none_begins_while_one_is_open() -> None:
    room = Room()
    room.session = True
    room.host.hear(BenchBegin("pump", no_patient=True))
    assert room.shown[-1].refused.startswith("A session is open")
    room.port.run(room.stopping)
    assert room.owner.closed == 1


def test_one_run_at_a_time_and_what_is_not_there_is_said() -> None:
    room = Room()
    room.host.hear(BenchBegin("nothing"))
    assert room.shown[-1].refused == "There is no device nothing."
    room.host.hear(BenchBegin("pump", ("port",)))
    room.host.hear(BenchBegin("pump", ("port",)))
    assert room.shown[-1].refused == BUSY
    room.port.run(room.stopping)
    room.host.hear(BenchBegin("elsewhere", ("port",)))
    assert room.began == ["the bench"]
    assert room.shown[-1].run is not None


def test_a_run_that_is_ended_is_over_and_another_may_begin() -> None:
    room = Room(turns=6)
    room.host.hear(BenchBegin("pump", ("volume",), no_patient=True))
    room.host.hear(BenchEnd())
    room.port.run(room.stopping)
    last = room.shown[-1]
    assert last.run is not None
    assert last.run.verdict is Verdict.NOT_DONE
    room.host.hear(BenchBegin("elsewhere", ("port",)))
    assert room.shown[-1].refused == ""


def test_a_room_without_a_bench_says_so_and_answers_to_nothing_are_forgotten() -> None:
    told: list[BenchShown] = []
    clock = ManualClock()
    host = BenchHost(
        None, clock, lambda: Room().virtual.cable, lambda: False, told.append, lambda _n, _r: None
    )
    host.hear(BenchReply(Answer()))
    host.hear(BenchEnd())
    host.hear(BenchBegin("pump"))
    assert told == [BenchShown(refused=NO_BENCH)]


def test_what_windows_say_to_the_bench_travels() -> None:
    for message in (
        BenchBegin("pump", ("volume",), no_patient=True),
        BenchReply(Answer(number=4.9)),
        BenchEnd(),
    ):
        assert unpack_window(pack(message)) == message
