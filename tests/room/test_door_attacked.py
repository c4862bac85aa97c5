"""Who has no business at the room's door gets nowhere and disturbs nobody."""

from __future__ import annotations

import logging
import socket
import struct
import threading
from collections.abc import Iterator
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, answer_challenge, deliver_challenge
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.room import server
from console.room.address import read_address
from console.room.wire import Answer, Ask, Attach, Hello, pack
from console.session.events import Access
from console.session.intents import NoteAccess, SignOut
from tests.room.test_door import Room, until, window

pytestmark = pytest.mark.req("SEC-DOOR")


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path)
    yield room
    room.close()


def key_of(room: Room) -> bytes:
    address = read_address(room.data_dir)
    assert address is not None
    return bytes.fromhex(address.key)


def admitted(room: Room) -> Connection:
    """A caller that knows the key."""
    caller = Client(("127.0.0.1", room.server.port), family="AF_INET")
    answer_challenge(caller, key_of(room))
    deliver_challenge(caller, key_of(room))
    assert isinstance(caller, Connection)
    return caller


def cut_off(caller: Connection) -> bool:
    """Whether the room hung up."""
    try:
        while caller.poll(5.0):
            caller.recv_bytes()
    except (EOFError, OSError):
        return True
    return False


def still_open(room: Room) -> None:
    """A window that has the key is let in and answered."""
    with window(room) as client:
        until(client, Hello)
        client.send(Ask("after", SignOut()))
        assert until(client, Answer) == Answer("after", True)


@pytest.mark.parametrize("key", [b"", b"wrong", bytes(32)])
def test_without_the_key_nobody_is_let_in_and_nothing_reaches_the_desk(room: Room, key: bytes) -> None:
    with pytest.raises((AuthenticationError, EOFError, OSError)):
        Client(("127.0.0.1", room.server.port), family="AF_INET", authkey=key or b"x")
    assert room.desk.puts == []
    assert room.desk.calls == []
    still_open(room)


def test_a_caller_who_skips_the_challenge_is_not_heard(room: Room) -> None:
    caller = Client(("127.0.0.1", room.server.port), family="AF_INET")
    caller.send_bytes(pack(Attach("w", "1")))
    caller.send_bytes(pack(Ask("r", SignOut())))
    assert cut_off(caller)
    assert room.desk.calls == []
    still_open(room)


def test_the_room_proves_itself_too_so_that_a_key_is_not_told_to_a_stranger(room: Room) -> None:
    caller = Client(("127.0.0.1", room.server.port), family="AF_INET")
    said = caller.recv_bytes()
    assert key_of(room) not in said
    assert said.startswith(b"#CHALLENGE#")
    caller.close()


def test_silent_callers_are_cut_off_and_never_keep_the_last_window_out(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "ATTACH_WITHIN_S", 0.3)
    silent = [socket.create_connection(("127.0.0.1", room.server.port)) for _ in range(40)]
    threading.Event().wait(0.8)
    still_open(room)
    for one in silent:
        one.close()


def test_an_oversize_message_is_never_read_into_memory(room: Room) -> None:
    caller = admitted(room)
    caller.send_bytes(pack(Attach("w", "1")))
    with socket.socket(fileno=caller.fileno()) as raw:
        # The frame says 1 GiB and sends nothing of it.
        raw.sendall(struct.pack("!i", -1) + struct.pack("!Q", 1 << 30))
        assert cut_off(caller)
        raw.detach()
    assert room.desk.calls == []
    still_open(room)


def test_a_message_of_a_size_no_window_sends_ends_the_line(room: Room) -> None:
    caller = admitted(room)
    caller.send_bytes(pack(Attach("w", "1")))
    caller.send_bytes(bytes(server.LONGEST_MESSAGE + 1))
    assert cut_off(caller)
    still_open(room)


def test_malformed_messages_end_that_line_alone_and_name_nobody_in_the_log(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.binary(min_size=1, max_size=200))
    def attacked(data: bytes) -> None:
        caller = admitted(room)
        caller.send_bytes(pack(Attach("w", "1", read_only=True)))
        caller.send_bytes(data)
        caller.send_bytes(b"\x81\xa4type\xa3ask" + b"Quillfeather")
        assert cut_off(caller)
        caller.close()

    attacked()
    assert "Quillfeather" not in caplog.text
    still_open(room)


def test_a_window_that_may_only_look_notes_what_it_looked_at_and_does_nothing_else(room: Room) -> None:
    with window(room, read_only=True) as client:
        until(client, Hello)
        client.send(Ask("view", NoteAccess(Access.VIEWED, "s-1", "p-1")))
        assert until(client, Answer) == Answer("view", True)
        client.send(Ask("pin", NoteAccess(Access.VIEWED), "ana", "417093"))
        refused = until(client, Answer)
    assert not refused.accepted
    assert room.desk.calls == ["NoteAccess"]
