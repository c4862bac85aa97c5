"""The one door to pyserial, against real ptys and sockets."""

from __future__ import annotations

import errno
import os
import socket
import threading
import time
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.clock import Instant, SystemClock
from console.devices.capture import Direction
from console.devices.link import SerialLink, is_present, is_pty
from console.devices.ports import Interrupted, LineSettings, LinkLost
from console.devices.pumps.ne1000 import NE1000
from console.devices.slots import StopSlot, Wake
from tests.devices.scripted import safe

LINE = LineSettings(19200)
CLOCK = SystemClock()


class Pty:
    """The far end of a cable."""

    def __init__(self) -> None:
        self.master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.name = os.ttyname(self._slave)

    def close(self) -> None:
        for handle in (self.master, self._slave):
            if handle >= 0:
                os.close(handle)
        self.master = self._slave = -1

    def unplug(self) -> None:
        self.close()


@pytest.fixture
def pty() -> Iterator[Pty]:
    cable = Pty()
    yield cable
    cable.close()


def read_for(link: SerialLink, seconds: float) -> None:
    """Go on reading, as a driver does that waits for a reply."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        link.read(0.15)


class Kept:
    def __init__(self) -> None:
        self.entries: list[tuple[Direction, bytes]] = []

    def record(self, direction: Direction, at: Instant, data: bytes) -> None:
        assert at.mono_ns > 0
        self.entries.append((direction, data))


def test_bytes_go_both_ways_unchanged_and_every_one_is_captured(pty: Pty) -> None:
    kept = Kept()
    link = SerialLink(pty.name, LINE, CLOCK, kept)
    every_byte = bytes(range(256))
    link.write(every_byte)
    assert os.read(pty.master, 1000) == every_byte
    os.write(pty.master, every_byte)
    got = b""
    while len(got) < 256:
        got += link.read(0.15)
    assert got == every_byte
    assert kept.entries[0] == (Direction.SENT, every_byte)
    assert b"".join(data for direction, data in kept.entries if direction is Direction.RECEIVED) == every_byte
    link.close()


def test_a_read_waits_no_longer_than_it_may(pty: Pty) -> None:
    link = SerialLink(pty.name, LINE, CLOCK)
    began = time.monotonic()
    assert link.read(5.0) == b""
    assert 0.1 < time.monotonic() - began < 0.4
    began = time.monotonic()
    assert link.read(0.0) == b""
    assert time.monotonic() - began < 0.05
    link.close()


def test_discarded_input_is_gone(pty: Pty) -> None:
    link = SerialLink(pty.name, LINE, CLOCK)
    os.write(pty.master, b"old")
    link.discard_input()
    assert link.read(0.02) == b""
    link.close()


@pytest.mark.parametrize(
    "line", [LineSettings(19200, parity="E", rtscts=True), LineSettings(9600, data_bits=7)]
)
def test_a_pty_is_opened_without_parity_and_flow_control_and_the_link_says_so(
    pty: Pty, line: LineSettings
) -> None:
    for _ in range(3):
        link = SerialLink(pty.name, line, CLOCK)
        assert "pseudo terminal" in link.note
        link.write(b"\xff")
        assert os.read(pty.master, 10) == b"\xff"
        link.close()


def test_a_name_that_leads_to_a_pty_is_a_pty(pty: Pty, tmp_path: Path) -> None:
    alias = tmp_path / "pump"
    alias.symlink_to(pty.name)
    assert is_pty(str(alias))
    assert not is_pty("/dev/ttyUSB0")
    assert not is_pty("socket://127.0.0.1:1")
    SerialLink(str(alias), LineSettings(19200, parity="E"), CLOCK).close()


@pytest.mark.req("SER-11")
def test_a_port_that_is_open_is_not_opened_again(pty: Pty) -> None:
    link = SerialLink(pty.name, LINE, CLOCK)
    with pytest.raises(LinkLost, match="in use by another program"):
        SerialLink(pty.name, LINE, CLOCK)
    link.close()
    SerialLink(pty.name, LINE, CLOCK).close()


def test_a_port_that_is_not_there_says_what_to_do() -> None:
    with pytest.raises(LinkLost, match=r"no such port\. Plug the cable in"):
        SerialLink("/dev/serial/by-id/usb-none", LINE, CLOCK)
    assert not is_present("/dev/serial/by-id/usb-none")


def test_a_port_without_permission_names_the_group(monkeypatch: pytest.MonkeyPatch, pty: Pty) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(LinkLost, match="group dialout"):
        SerialLink(pty.name, LINE, CLOCK)


def test_a_file_is_not_a_serial_port(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(LinkLost, match="not a serial port"):
        SerialLink(str(file), LINE, CLOCK)


@pytest.mark.parametrize("url", ["", "nonsense://x", "socket://", "socket://localhost:notaport"])
def test_an_address_that_makes_no_sense_is_a_lost_link_and_nothing_else(url: str) -> None:
    with pytest.raises(LinkLost):
        SerialLink(url, LINE, CLOCK)


def test_impossible_line_settings_are_a_lost_link_and_nothing_else(pty: Pty) -> None:
    with pytest.raises(LinkLost):
        SerialLink(pty.name, LineSettings(-1), CLOCK)


@pytest.mark.req("SER-01")
def test_after_an_unplug_every_call_is_a_lost_link_and_closing_works(pty: Pty) -> None:
    link = SerialLink(pty.name, LINE, CLOCK)
    pty.unplug()
    with pytest.raises(LinkLost):
        link.read(0.1)
    with pytest.raises(LinkLost):
        link.write(b"x")
    with pytest.raises(LinkLost):
        link.discard_input()
    link.close()
    with pytest.raises(LinkLost):
        link.read(0.1)
    link.close()


@pytest.mark.req("SER-01")
def test_an_unplug_during_a_read_is_a_lost_link(pty: Pty) -> None:
    link = SerialLink(pty.name, LINE, CLOCK)
    timer = threading.Timer(0.05, pty.unplug)
    timer.start()
    with pytest.raises(LinkLost, match=r"Check the cable|Plug the cable"):
        read_for(link, 3.0)
    timer.join()
    link.close()


def test_a_port_that_takes_no_more_bytes_is_a_lost_link(pty: Pty) -> None:
    link = SerialLink(pty.name, LINE, CLOCK)
    with pytest.raises(LinkLost, match="does not take bytes"):
        link.write(bytes(400_000))
    link.close()


def test_closing_while_another_thread_reads_is_a_lost_link_there(pty: Pty) -> None:
    link = SerialLink(pty.name, LINE, CLOCK)
    ended: list[Exception] = []

    def read_on() -> None:
        try:
            for _ in range(50):
                link.read(0.15)
        except LinkLost as error:
            ended.append(error)

    reader = threading.Thread(target=read_on)
    reader.start()
    threading.Event().wait(0.05)
    link.close()
    reader.join(5)
    assert len(ended) == 1


def test_a_tcp_cable_works_and_its_end_is_a_lost_link() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"socket://127.0.0.1:{server.getsockname()[1]}"
        link = SerialLink(url, LineSettings(19200, parity="E"), CLOCK)
        peer, _ = server.accept()
        with peer:
            link.write(b"hello")
            assert peer.recv(10) == b"hello"
            peer.sendall(b"x" * 300)
            got = b""
            while len(got) < 300:
                got += link.read(0.15)
            assert got == b"x" * 300
        with pytest.raises(LinkLost):
            read_for(link, 3.0)
        link.close()
    assert is_present(url)
    with pytest.raises(LinkLost, match="Nothing listens"):
        SerialLink(url, LINE, CLOCK)


def test_nothing_is_written_while_stop_waits(pty: Pty) -> None:
    slot = StopSlot(CLOCK, Wake())
    link = SerialLink(pty.name, LINE, CLOCK, stop=slot)
    slot.press()
    with pytest.raises(Interrupted):
        link.write(b"RUN")
    slot.take()
    link.write(b"STP")
    assert os.read(pty.master, 10) == b"STP"
    link.close()


@pytest.mark.req("SER-09")
def test_stop_breaks_a_wait_for_a_reply_off_within_a_tenth_of_a_second(pty: Pty) -> None:
    slot = StopSlot(CLOCK, Wake())
    link = SerialLink(pty.name, LINE, CLOCK, stop=slot)
    delays: list[float] = []
    for number in range(20):
        timer = threading.Timer(0.003 * number, slot.press)
        timer.start()
        with pytest.raises(Interrupted):
            read_for(link, 3.0)
        pressed = slot.take()
        assert pressed is not None
        link.write(b"STP")
        delays.append(CLOCK.now().seconds_since(pressed))
        slot.done()
        timer.join()
    delays.sort()
    assert delays[len(delays) // 2] < 0.1
    assert delays[0] > 0.05
    link.close()


def test_the_driver_identifies_a_pump_over_a_real_pty(pty: Pty) -> None:
    def answer_one() -> None:
        assert os.read(pty.master, 100) == safe("0VER")
        for byte in safe("00SNE1000V3.928"):
            os.write(pty.master, bytes([byte]))

    far_end = threading.Thread(target=answer_one)
    far_end.start()
    link = SerialLink(pty.name, LINE, CLOCK)
    assert NE1000().identify(link).model == "NE-1000"
    far_end.join()
    link.close()
