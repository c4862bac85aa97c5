"""Virtual cables: pseudo-terminal and TCP, with pyserial as a plain client on the far end."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from console.clock import SystemClock
from console.devices.virtual.cable import LONGEST_STEP_S, Cable, PtyCable, TcpCable, serve_all
from console.devices.virtual.faults import ReplyDelay
from console.devices.virtual.ne1000 import VirtualNE1000
from console.devices.virtual.ne1000_wire import safe_frame

VERSION = b"\x0200SNE1000V3.928\x03"


def ready_pump() -> VirtualNE1000:
    """A pump whose power-up alarm is acknowledged."""
    pump = VirtualNE1000()
    pump.feed(b"\r")
    return pump


class Chatterer:
    """A device that never stops talking."""

    def feed(self, data: bytes) -> bytes:
        return data

    def advance(self, dt_s: float) -> bytes:
        return bytes(10_000) if dt_s else b""


def open_port(cable: Cable) -> serial.SerialBase:
    return serial.serial_for_url(cable.address, baudrate=19200, timeout=2.0, write_timeout=2.0)


def exchange(cable: Cable, client: serial.SerialBase, request: bytes, until: bytes = b"\x03") -> bytes:
    """Send a request, give the cable turns until the reply is there."""
    client.write(request)
    for _ in range(50):
        cable.pump(0.001)
        client.timeout = 0.02
        reply = bytes(client.read_until(until))
        if reply:
            return reply
    return b""


@pytest.fixture(params=["pty", "tcp"])
def cable(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Cable]:
    """A pump on each kind of cable."""
    pump = ready_pump()
    subject: Cable = PtyCable(pump, tmp_path / "pump") if request.param == "pty" else TcpCable(pump)
    yield subject
    subject.close()


def test_a_serial_program_talks_to_the_pump(cable: Cable) -> None:
    with open_port(cable) as client:
        assert exchange(cable, client, b"VER\r") == VERSION
        assert exchange(cable, client, b"DIA 26.59\r") == b"\x0200S\x03"


def test_every_byte_value_passes_both_ways(cable: Cable) -> None:
    class Echo:
        def feed(self, data: bytes) -> bytes:
            return data

        def advance(self, dt_s: float) -> bytes:
            assert dt_s >= 0
            return b""

    cable.emulator = Echo()
    every = bytes(range(256))
    with open_port(cable) as client:
        client.write(every)
        client.timeout = 0.05
        echoed = b""
        for _ in range(50):
            cable.pump(0.001)
            echoed += client.read(256)
            if len(echoed) == 256:
                break
        assert echoed == every


def test_what_the_pump_says_on_its_own_arrives(cable: Cable) -> None:
    with open_port(cable) as client:
        assert exchange(cable, client, b"SAF 2\r") == safe_frame("00S")
        cable.pump(2.1)
        assert client.read(10) == safe_frame("00A?T")


def test_a_late_reply_arrives_late(cable: Cable) -> None:
    assert isinstance(cable.emulator, VirtualNE1000)
    cable.emulator.inject(ReplyDelay(0.5))
    with open_port(cable) as client:
        client.timeout = 0.05
        client.write(b"VER\r")
        for _ in range(4):
            cable.pump(0.1)
            assert client.read(1) == b""
        cable.pump(0.1)
        client.timeout = 2.0
        assert client.read_until(b"\x03") == VERSION


def test_an_unplugged_pump_lives_on_and_can_be_found_again(cable: Cable) -> None:
    pump = cable.emulator
    assert isinstance(pump, VirtualNE1000)
    pump.feed(b"RAT 360 MH\rRUN\r")
    with open_port(cable) as client:
        assert exchange(cable, client, b"\r") == b"\x0200I\x03"
        cable.unplug()
        cable.unplug()
        assert not cable.plugged
        assert cable.wait_on() == []
        with pytest.raises(serial.SerialException):
            client.read(1)
    cable.pump(10.0)
    with pytest.raises(serial.SerialException):
        open_port(cable)
    cable.replug()
    cable.replug()
    with open_port(cable) as client:
        assert exchange(cable, client, b"DIS\r") == b"\x0200II1.000W0.000ML\x03"


def test_a_second_program_may_come_after_the_first(cable: Cable) -> None:
    for _ in range(3):
        with open_port(cable) as client:
            assert exchange(cable, client, b"VER\r") == VERSION
        cable.pump(0.01)


def test_what_nobody_reads_is_lost_and_does_not_block(cable: Cable) -> None:
    cable.emulator = Chatterer()
    with open_port(cable):
        for _ in range(500):
            cable.pump(0.001)
    assert len(cable._outgoing) == 0


def test_what_waits_for_a_slow_line_is_bounded() -> None:
    subject = TcpCable(Chatterer(), baud=300)
    for _ in range(50):
        subject.pump(0.001)
    assert len(subject._outgoing) <= 65536
    subject.close()


def test_a_client_that_comes_and_goes_at_once_does_no_harm(cable: Cable) -> None:
    for _ in range(5):
        open_port(cable).close()
        cable.pump(0.01)
    with open_port(cable) as client:
        assert exchange(cable, client, b"VER\r") == VERSION


def test_bytes_go_out_no_faster_than_the_baud_rate(tmp_path: Path) -> None:
    subject = PtyCable(ready_pump(), tmp_path / "pump", baud=1200)
    try:
        with open_port(subject) as client:
            client.write(b"VER\r")
            client.timeout = 0.05
            counts = []
            for _ in range(10):
                subject.pump(0.02)
                counts.append(len(client.read(100)))
        # 1200 baud are 120 bytes per second: 2.4 bytes in 20 ms, 17 bytes in 142 ms.
        assert sum(counts) == len(VERSION)
        assert max(counts) <= 3
        assert counts[-2:] == [0, 0]
    finally:
        subject.close()


def test_the_link_names_the_port_and_goes_with_it(tmp_path: Path) -> None:
    link = tmp_path / "pump"
    link.symlink_to("/nowhere")
    subject = PtyCable(ready_pump(), link)
    assert os.readlink(link) == subject.path
    assert subject.address == str(link)
    subject.unplug()
    assert not link.is_symlink()
    subject.replug()
    assert os.readlink(link) == subject.path
    subject.close()
    assert not link.is_symlink()


def test_without_a_link_the_port_is_its_device_file() -> None:
    subject = PtyCable(ready_pump())
    assert subject.address == subject.path
    subject.close()


def test_a_file_in_the_way_of_the_link_is_left_alone(tmp_path: Path) -> None:
    precious = tmp_path / "pump"
    precious.write_text("keep me")
    with pytest.raises(FileExistsError, match="in the way"):
        PtyCable(ready_pump(), precious)
    assert precious.read_text() == "keep me"


def test_a_link_somebody_else_took_over_is_left_alone(tmp_path: Path) -> None:
    link = tmp_path / "pump"
    first, second = PtyCable(ready_pump(), link), PtyCable(ready_pump(), link)
    first.close()
    assert os.readlink(link) == second.path
    second.close()


def test_without_pseudo_terminals_the_message_says_what_to_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pty", None)
    with pytest.raises(OSError, match="use --tcp"):
        PtyCable(ready_pump())


def test_a_second_client_is_turned_away_while_the_first_is_there() -> None:
    subject = TcpCable(ready_pump())
    try:
        with open_port(subject) as client:
            assert exchange(subject, client, b"VER\r") == VERSION
            with socket.create_connection(("127.0.0.1", subject.port), timeout=2.0) as second:
                subject.pump(0.01)
                assert second.recv(1) == b""
            assert exchange(subject, client, b"VER\r") == VERSION
            assert subject.connected
    finally:
        subject.close()


def test_a_port_keeps_its_number_when_it_is_plugged_in_again() -> None:
    subject = TcpCable(ready_pump())
    port = subject.port
    subject.unplug()
    subject.replug()
    assert subject.port == port
    assert subject.address == f"socket://127.0.0.1:{port}"
    subject.close()


def test_a_taken_port_is_told_at_once() -> None:
    first = TcpCable(ready_pump())
    with pytest.raises(OSError, match=r"(?i)in use"):
        TcpCable(ready_pump(), port=first.port)
    first.close()


def test_several_devices_advance_in_one_loop_in_a_fixed_order(tmp_path: Path) -> None:
    order: list[tuple[str, float]] = []

    class Named:
        def __init__(self, name: str) -> None:
            self.name = name

        def feed(self, data: bytes) -> bytes:
            return data

        def advance(self, dt_s: float) -> bytes:
            order.append((self.name, dt_s))
            return b""

    cables: list[Cable] = [PtyCable(Named("pump"), tmp_path / "pump"), TcpCable(Named("monitor"))]
    stop = threading.Event()

    def step(dt_s: float) -> None:
        order.append(("patient", dt_s))
        if len(order) > 30:
            stop.set()

    serve_all(cables, SystemClock(), stop, step)
    for each in cables:
        each.close()
    names = [name for name, _ in order]
    assert names[:6] == ["patient", "pump", "monitor"] * 2
    assert all(0.0 < dt_s <= LONGEST_STEP_S for _, dt_s in order)


def test_the_loop_serves_a_client_until_it_is_told_to_stop_and_survives_a_pulled_cable() -> None:
    subject = TcpCable(VirtualNE1000())
    stop = threading.Event()
    steps: list[float] = []
    thread = threading.Thread(target=subject.serve, args=(SystemClock(), stop, steps.append))
    thread.start()
    try:
        with open_port(subject) as client:
            client.write(b"VER\r")
            assert client.read_until(b"\x03") == b"\x0200A?R\x03"
            client.write(b"VER\r")
            assert client.read_until(b"\x03") == VERSION
    finally:
        stop.set()
        thread.join(2.0)
    assert not thread.is_alive()
    assert steps
    subject.close()


def test_a_loop_with_every_cable_out_still_lets_time_pass() -> None:
    subject = TcpCable(ready_pump())
    subject.unplug()
    stop = threading.Event()
    passed: list[float] = []

    def step(dt_s: float) -> None:
        passed.append(dt_s)
        if len(passed) == 3:
            stop.set()

    subject.serve(SystemClock(), stop, step)
    assert len(passed) >= 3
