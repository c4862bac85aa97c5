"""IntelliVue over real ports: a UDP socket, and a pseudo-terminal whose cable is pulled."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from console.clinical.vitals import Vital, Wave
from console.clock import Instant, ManualClock, SystemClock
from console.devices.about import DriverOptions
from console.devices.capture import Direction
from console.devices.link import SerialLink
from console.devices.monitor_owner import MonitorOwner
from console.devices.monitors.intellivue import IntelliVue, driver
from console.devices.ports import LinkLost, MonitorBatch
from console.devices.udp_link import UdpLink, is_udp
from console.devices.virtual.cable import PtyCable
from console.devices.virtual.intellivue import NETWORK_MTU, IntelliVueMonitor, VirtualIntelliVue
from tests.devices.port_fakes import ManualWaiter, RecordingSink
from tests.devices.talking_monitor import TwinLink, someone


class Kept:
    """Keeps what a link tells."""

    def __init__(self) -> None:
        self.told: list[tuple[Direction, bytes]] = []

    def record(self, direction: Direction, at: Instant, data: bytes) -> None:
        del at
        self.told.append((direction, data))


class NetworkBedside:
    """A monitor behind a real UDP socket; time passes only while nothing waits to be read."""

    def __init__(self) -> None:
        self.patient = someone()
        self.monitor = IntelliVueMonitor(self.patient, mtu=NETWORK_MTU)
        self.clock = ManualClock()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.kept = Kept()
        self.link = UdpLink(f"udp://127.0.0.1:{self.socket.getsockname()[1]}", self.clock, self.kept)
        self._client: tuple[str, int] | None = None

    def read(self, timeout_s: float) -> bytes:
        self._serve([])
        data = self.link.read(0.0)
        if data:
            return data
        self.clock.advance(timeout_s)
        self.patient.advance(timeout_s, 0.0)
        self._serve(self.monitor.pass_time(timeout_s))
        return self.link.read(0.0)

    def _serve(self, said: list[bytes]) -> None:
        while True:
            try:
                message, self._client = self.socket.recvfrom(2048)
            except BlockingIOError:
                break
            said = said + self.monitor.hear(message)
        for message in said:
            assert len(message) <= NETWORK_MTU
            assert self._client is not None
            self.socket.sendto(message, self._client)

    def write(self, data: bytes) -> None:
        self.link.write(data)

    def now(self) -> Instant:
        return self.link.now()

    def discard_input(self) -> None:
        self.link.discard_input()

    def close(self) -> None:
        self.link.close()
        self.socket.close()


@pytest.fixture
def network() -> Iterator[NetworkBedside]:
    made = NetworkBedside()
    yield made
    made.close()


def test_the_bare_messages_on_udp_say_the_same(network: NetworkBedside) -> None:
    monitor = driver(DriverOptions("bed", datagrams=True))
    assert monitor.identify(network).simulated
    assert monitor.terms.mtu == NETWORK_MTU
    batches = [monitor.turn(network) for _ in range(200)]
    found = {one.vital: one for batch in batches for one in batch.readings}
    assert found[Vital.SPO2].usable
    assert found[Vital.HR].usable
    assert {block.wave for batch in batches for block in batch.waves} == set(Wave)
    assert sum(batch.bad_frames for batch in batches) == 0
    assert {data[0] for _, data in network.kept.told} <= {0x09, 0x0D, 0x0E, 0x0A, 0xE1}
    monitor.leave(network)
    assert not network.monitor.associated


def test_a_datagram_that_is_no_message_is_refused(network: NetworkBedside) -> None:
    monitor = driver(DriverOptions("bed", datagrams=True))
    monitor.identify(network)
    for _ in range(30):
        monitor.turn(network)
    network._serve([b"\xe1\x00\x00\x02\x00\x05\xff\xff"])
    batches = [monitor.turn(network) for _ in range(20)]
    assert sum(batch.bad_frames for batch in batches) == 1


@pytest.mark.parametrize("url", ["udp://", "udp://host", "udp://host:port", "udp://:24105", "nonsense"])
def test_an_address_that_is_none_is_told(url: str) -> None:
    with pytest.raises(LinkLost, match=r"udp://host:port"):
        UdpLink(url, ManualClock())


def test_udp_addresses_are_known_and_only_the_device_is_heard(network: NetworkBedside) -> None:
    assert is_udp("udp://10.0.0.9:24105")
    assert not is_udp("socket://10.0.0.9:4001")
    network.link.write(b"\x09")
    _, client = network.socket.recvfrom(100)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(b"not the monitor", client)
        assert network.link.read(0.02) == b""
    network.socket.sendto(b"one", client)
    network.socket.sendto(b"two", client)
    assert [network.link.read(0.05), network.link.read(0.05)] == [b"one", b"two"]
    network.socket.sendto(b"three", client)
    network.link.discard_input()
    assert network.link.read(0.0) == b""


def test_a_monitor_that_is_off_is_silence_and_a_closed_socket_is_told(network: NetworkBedside) -> None:
    network.socket.close()
    for _ in range(3):
        network.link.write(b"\x09")
        assert network.link.read(0.01) == b""
    assert "does not listen" in network.link.note
    network.link.close()
    with pytest.raises(LinkLost):
        network.link.read(0.01)
    with pytest.raises(LinkLost):
        network.link.write(b"\x09")


def test_the_owner_releases_the_monitor_when_it_closes() -> None:
    patient = someone()
    twin = VirtualIntelliVue(patient)
    link = TwinLink(twin, patient)
    owner = MonitorOwner(
        IntelliVue("bed"), lambda: link, link.clock, RecordingSink(), ManualWaiter(link.clock)
    )
    while not twin.monitor.associated:
        owner.turn()
    owner.turn()
    owner.close()
    assert not twin.monitor.associated


def test_over_a_pseudo_terminal_it_is_identified_read_pulled_and_found_again() -> None:
    patient = someone()
    cable = PtyCable(VirtualIntelliVue(patient))
    stop, clock = threading.Event(), SystemClock()
    pull, put = threading.Event(), threading.Event()

    def step(dt_s: float) -> None:
        patient.advance(dt_s, 0.0)
        if pull.is_set() and cable.plugged:
            cable.unplug()
        if put.is_set() and not cable.plugged:
            pull.clear()
            cable.replug()

    thread = threading.Thread(target=cable.serve, args=(clock, stop, step))
    thread.start()
    monitor = IntelliVue("bed")
    try:
        link = SerialLink(cable.path, monitor.line, clock)
        assert monitor.identify(link).simulated
        assert heard(monitor, link, lambda batch: any(one.vital is Vital.SPO2 for one in batch.readings))
        pull.set()
        with pytest.raises(LinkLost):
            heard(monitor, link, lambda _: False)
        link.close()
        put.set()
        while not cable.plugged:
            stop.wait(0.01)
        link = SerialLink(cable.path, monitor.line, clock)
        assert monitor.identify(link).model == "Philips SIM M8000"
        assert heard(monitor, link, lambda batch: bool(batch.waves))
        link.close()
    finally:
        stop.set()
        thread.join(2.0)
        cable.close()


def heard(monitor: IntelliVue, link: SerialLink, wanted: Callable[[MonitorBatch], bool]) -> bool:
    """Whether what is wanted comes within three seconds."""
    begun = link.now()
    while link.now().seconds_since(begun) < 3.0:
        if wanted(monitor.turn(link)):
            return True
    return False
