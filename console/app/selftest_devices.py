"""Real devices on the bench: from ``room.toml``, or named as ``DRIVER=PORT``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from console.app.captures import Captures
from console.app.config import RoomConfig
from console.app.troubles import NotPossible
from console.clinical.accuracy import Weighing
from console.clinical.vitals import Vital
from console.clock import Clock
from console.devices.about import Control, DriverOptions, Role
from console.devices.bench.stand import PumpTrial, Stand, nothing_expected
from console.devices.bench.wire_log import BothSinks, WireLog
from console.devices.catalogue import about, make_monitor, make_pump
from console.devices.discovery import PortFacts, bound_port, list_ports, pinned_port
from console.devices.link import SerialLink
from console.devices.ports import LineSettings, Link
from console.devices.udp_link import UdpLink, is_udp
from console.session.site import PUMP

BALANCE_BAUD: Final = 9600


@dataclass(frozen=True, slots=True)
class Wanted:
    """A device to be put on the bench.

    Attributes:
        name: Binding name, or the port.
        driver: Driver name.
        port: Where it is.
        baud: Speed, None for the factory setting.
        address: On a shared line.
        control: Ask a pump that has to hand control over for it.
        simulated: The room says that its devices are virtual.
        expected: What the simulator at its sensors shows.
        serial: Serial number from its plate.
        balance: Port of a balance that prints weights, empty when there is none.
        weighings: Weights of an earlier run.
        trial: What a pump is made to deliver.
    """

    name: str
    driver: str
    port: str
    baud: int | None = None
    address: int = 0
    control: bool = False
    simulated: bool = False
    expected: Mapping[Vital, float] = field(default_factory=dict)
    serial: str = ""
    balance: str = ""
    weighings: tuple[Weighing, ...] = ()
    trial: PumpTrial = field(default_factory=PumpTrial)


def bound_devices(config: RoomConfig) -> tuple[Wanted, ...]:
    """The devices of ``room.toml``."""
    pump = config.pump
    found = [
        Wanted(one.name, one.driver, one.port, one.baud, simulated=config.simulated)
        for one in config.monitors
    ]
    if pump is not None:
        found.insert(
            0,
            Wanted(
                PUMP,
                pump.driver,
                pump.port,
                pump.baud,
                pump.address,
                control=pump.control,
                simulated=config.simulated,
            ),
        )
    return tuple(found)


def wanted_devices(config: RoomConfig, named: Sequence[str]) -> tuple[Wanted, ...]:
    """What was named: a binding or its port, or ``DRIVER=PORT`` for anything that is plugged in.

    Raises:
        NotPossible: there is no such binding. UnknownDevice: there is no such driver.
    """
    bound = bound_devices(config)
    return tuple(_one(bound, name) for name in named)


def _one(bound: Sequence[Wanted], name: str) -> Wanted:
    for device in bound:
        if name in (device.name, device.port):
            return device
    driver, parted, port = name.partition("=")
    for device in bound:
        if (driver, port) == (device.driver, device.port):
            return device
    if parted and port:
        about(driver)
        return Wanted(port, driver, port)
    known = ", ".join(device.name for device in bound) or "none yet"
    raise NotPossible(
        f"There is no device {name} in room.toml (there is: {known}). Name another one as DRIVER=PORT, such "
        "as ne1000=/dev/ttyUSB0."
    )


def stand_of(wanted: Wanted, clock: Clock, captures: Captures) -> Stand:
    """Put a device on the bench; its port is opened by the first check.

    Raises:
        UnknownDevice: there is no such driver.
    """
    told = about(wanted.driver)
    options = DriverOptions(
        wanted.name, wanted.baud, wanted.address, wanted.simulated, is_udp(wanted.port), wanted.control
    )
    pump = make_pump(wanted.driver, options) if told.role is Role.PUMP else None
    monitor = make_monitor(wanted.driver, options) if told.role is Role.MONITOR else None
    wire = WireLog()
    sink = BothSinks((wire, captures.of(f"bench-{_file_name(wanted.name)}", wanted.port)))
    port = pinned_port(wanted.port)

    def open_link() -> Link:
        if is_udp(port):
            return UdpLink(port, clock, sink)
        line = told.line if pump is None and monitor is None else (pump or monitor or told).line
        return SerialLink(bound_port(port), line, clock, sink)

    def open_balance() -> Link:
        return SerialLink(wanted.balance, LineSettings(BALANCE_BAUD), clock)

    return Stand(
        name=wanted.name,
        about=told,
        facts=facts_of(port),
        open_link=open_link,
        controlled=told.control is Control.FULL or (told.control is Control.HANDED_OVER and wanted.control),
        pump=pump,
        monitor=monitor,
        wire=wire,
        expected=(lambda: wanted.expected) if wanted.expected else nothing_expected,
        plate_serial=wanted.serial,
        trial=wanted.trial,
        open_balance=open_balance if wanted.balance else None,
        weighings=wanted.weighings,
    )


def _file_name(name: str) -> str:
    """A name that every file system takes."""
    return "".join(character if character.isalnum() else "_" for character in name).strip("_")


def facts_of(port: str) -> PortFacts:
    """What the operating system tells of a port; of a network address only its name is known."""
    for facts in list_ports():
        if port in (facts.device, facts.stable_path):
            return facts
    return PortFacts(port, "", port, is_stable=True)
