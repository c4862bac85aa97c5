"""The line between room and windows: real sockets, one process."""

from __future__ import annotations

import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client
from pathlib import Path
from typing import TypeVar

import pytest

from console.clock import Instant, SystemClock
from console.room.address import RoomAddress, read_address, write_address
from console.room.bench_desk_wire import BenchDeed, BenchLook
from console.room.bench_wire import BenchAsked
from console.room.client import SocketRoomClient
from console.room.outbox import Outbox
from console.room.server import Put, RoomServer
from console.room.supervisor import Supervisor
from console.room.wire import (
    Answer,
    Ask,
    Bye,
    Committed,
    Heartbeat,
    Hello,
    Live,
    Quit,
    RoomMessage,
    SoundTest,
    StopHeard,
    StopNow,
    Waves,
)
from console.session.events import Entry, SignedIn
from console.session.intents import SignOut
from console.session.people import ROOM
from console.session.state import State

M = TypeVar("M")


class FakeDesk:
    """Notes what windows say, and answers every Ask."""

    def __init__(self) -> None:
        self.puts: list[Put] = []
        self.calls: list[str] = []
        self.stopped_at: list[float] = []

    def attach(self, read_only: bool, put: Put) -> Hello:
        self.puts.append(put)
        return Hello("Room 1", "boot", "1", True, read_only, 1.0, None, "/r", State(seq=len(self.calls)))

    def detach(self, put: Put) -> None:
        self.puts.remove(put)

    def press_stop(self) -> Instant:
        self.stopped_at.append(time.perf_counter())
        return SystemClock().now()

    def stop_was_pressed(self, reason: str) -> None:
        self.calls.append(f"stop {reason}")

    def ask(self, ask: Ask, reply: Callable[[Answer], None]) -> None:
        self.calls.append(type(ask.intent).__name__)
        reply(Answer(ask.request_id, True))

    def beat(self, window_id: str) -> None:
        self.calls.append(f"beat {bool(window_id)}")

    def bench(self, asked: BenchAsked, put: Put) -> None:
        del asked, put

    def bench_look(self, asked: BenchLook, put: Put) -> None:
        del asked, put

    def bench_do(self, deed: BenchDeed, put: Put) -> None:
        del deed, put

    def test_sound(self) -> None:
        self.calls.append("sound test")

    def quit(self, reply: Callable[[Answer], None]) -> None:
        reply(Answer("quit", False, ("A session is open.",)))


class Room:
    """A door with a fake desk behind it."""

    def __init__(self, data_dir: Path, version: str = "1") -> None:
        self.data_dir = data_dir
        self.desk = FakeDesk()
        self.supervisor = Supervisor(lambda _, sentence: self.desk.calls.append(sentence))
        self.server = RoomServer(data_dir, version, self.desk, self.supervisor)
        self.server.start()

    def close(self) -> None:
        self.server.close("The console was closed.")
        self.supervisor.close(2.0)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path)
    yield room
    room.close()


@contextmanager
def window(room: Room, version: str = "1", read_only: bool = False) -> Iterator[SocketRoomClient]:
    client = SocketRoomClient.connect(room.data_dir, version, read_only)
    yield client
    client.close()


def until(client: SocketRoomClient, kind: type[M], within_s: float = 5.0) -> M:
    """The next message of ``kind``; others before it are let go."""
    deadline = time.monotonic() + within_s
    pause = threading.Event()
    while time.monotonic() < deadline:
        for message in client.poll():
            if isinstance(message, kind):
                return message
        pause.wait(0.002)
    raise AssertionError(f"no {kind.__name__} within {within_s} s")


def entry(seq: int) -> Entry:
    return Entry(seq, str(seq), "", Instant(seq, seq), "boot", ROOM, SignedIn())


def test_window_is_greeted_with_the_state(room: Room) -> None:
    with window(room) as client:
        hello = until(client, Hello)
    assert hello.room_name == "Room 1"
    assert not hello.read_only


def test_ask_is_answered(room: Room) -> None:
    with window(room) as client:
        until(client, Hello)
        client.send(Ask("r1", SignOut()))
        assert until(client, Answer) == Answer("r1", True)
    assert "SignOut" in room.desk.calls


def test_stop_reaches_the_slot_within_a_tenth_of_a_second_and_is_then_recorded(room: Room) -> None:
    with window(room) as client:
        until(client, Hello)
        began = time.perf_counter()
        request_id = client.stop("fell asleep")
        assert until(client, StopHeard).request_id == request_id
    assert room.desk.stopped_at[0] - began < 0.1
    assert room.desk.calls == ["stop fell asleep"]


def test_second_window_may_only_look_but_may_stop(room: Room) -> None:
    with window(room) as first, window(room) as second:
        hellos = [until(first, Hello), until(second, Hello)]
        assert sorted(hello.read_only for hello in hellos) == [False, True]
        looker = second if hellos[1].read_only else first
        looker.send(Ask("r1", SignOut()))
        looker.send(Heartbeat(looker.window_id))
        looker.send(SoundTest())
        answer = until(looker, Answer)
        assert not answer.accepted
        assert "only look" in answer.sentences[0]
        looker.send(StopNow("s1"))
        until(looker, StopHeard)
    assert room.desk.calls == ["stop "]


@pytest.mark.req("HST-14")
def test_window_that_asks_to_look_only_gets_that_and_leaves_control_free(room: Room) -> None:
    with window(room, read_only=True) as display:
        assert until(display, Hello).read_only
        with window(room) as bedside:
            assert not until(bedside, Hello).read_only


def test_control_is_free_again_after_the_window_left(room: Room) -> None:
    with window(room) as first:
        until(first, Hello)
    deadline = time.monotonic() + 5
    while room.desk.puts and time.monotonic() < deadline:
        threading.Event().wait(0.005)
    with window(room) as second:
        assert not until(second, Hello).read_only


def test_window_of_another_version_is_told_and_kept_out(room: Room) -> None:
    with window(room, version="2") as client:
        bye = until(client, Bye)
        assert "version 2" in bye.reason
        assert not client.connected
    assert room.desk.puts == []


def test_entries_arrive_whole_and_in_order(room: Room) -> None:
    with window(room) as client:
        until(client, Hello)
        for seq in range(500):
            room.desk.puts[0](Committed((entry(seq),)))
        seqs: list[int] = []
        deadline = time.monotonic() + 5
        while len(seqs) < 500 and time.monotonic() < deadline:
            seqs += [m.entries[0].seq for m in client.poll() if isinstance(m, Committed)]
            threading.Event().wait(0.005)
    assert seqs == list(range(500))


def test_refused_quit_is_answered(room: Room) -> None:
    with window(room) as client:
        until(client, Hello)
        client.send(Quit())
        assert until(client, Answer).sentences == ("A session is open.",)


@pytest.mark.req("HST-01")
def test_window_attaches_again_when_the_room_comes_back(room: Room, tmp_path: Path) -> None:
    with window(room) as client:
        until(client, Hello)
        room.close()
        assert until(client, Bye).reason == "The console was closed."
        assert client.stop() is None or not client.connected
        second = Room(tmp_path)
        assert until(client, Hello).room_name == "Room 1"
        second.close()


def test_room_closes_without_leaving_a_thread(tmp_path: Path) -> None:
    room = Room(tmp_path)
    with window(room) as client:
        until(client, Hello)
        room.close()
    assert room.supervisor.alive() == ()
    assert read_address(tmp_path) is None


def test_address_and_key_are_readable_by_their_owner_alone(room: Room) -> None:
    mode = stat.S_IMODE((room.data_dir / "room.json").stat().st_mode)
    assert mode == 0o600


def test_key_is_not_printed_with_the_address(room: Room) -> None:
    address = read_address(room.data_dir)
    assert address is not None
    assert address.key not in repr(address)


def test_caller_without_the_key_is_kept_out(room: Room) -> None:
    with pytest.raises((AuthenticationError, EOFError, OSError)):
        Client(("127.0.0.1", room.server.port), family="AF_INET", authkey=b"guess")
    assert room.desk.puts == []


def test_caller_that_says_nothing_delays_no_window(room: Room) -> None:
    silent = Client(("127.0.0.1", room.server.port), family="AF_INET")
    with window(room) as client:
        until(client, Hello)
    silent.close()


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\x00", b'{"port":"x"}'])
def test_damaged_address_is_no_address(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "room.json").write_bytes(content)
    assert read_address(tmp_path) is None


def test_address_survives_the_round_trip(tmp_path: Path) -> None:
    write_address(tmp_path, RoomAddress(4711, "ab", 1))
    assert read_address(tmp_path) == RoomAddress(4711, "ab", 1)


def live(at: int) -> Live:
    return Live(Instant(at, at), {})


def test_outbox_keeps_only_the_latest_picture_and_bounds_the_waves() -> None:
    outbox = Outbox(waves_held=2)
    for at in range(5):
        outbox.put(live(at))
        outbox.put(Waves(()))
    assert outbox.take(0) == (Waves(()), Waves(()), live(4))


def test_outbox_says_when_a_window_is_too_slow() -> None:
    outbox = Outbox(messages_held=2)
    assert [outbox.put(Bye(str(n))) for n in range(3)] == [True, True, False]


def test_closed_outbox_hands_out_what_waits_and_then_ends() -> None:
    outbox = Outbox()
    outbox.put(Bye("closing"))
    outbox.close()
    expected: tuple[RoomMessage, ...] = (Bye("closing"),)
    assert outbox.take(0) == expected
    assert outbox.take(0) is None
