"""What a driver module says of itself, so that the catalogue finds it and people can judge it.

A device is one module of :mod:`console.devices.pumps` or :mod:`console.devices.monitors` whose name has no
underscore. It defines ``ABOUT``, ``driver(options)`` and ``decode(data)``; its twin of the same name in
:mod:`console.devices.virtual` defines ``virtual(setting)``.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from console.devices.ports import LineSettings


class Role(StrEnum):
    """What a device is in the room."""

    PUMP = "pump"
    MONITOR = "monitor"


class Control(StrEnum):
    """What the console may change on a device."""

    FULL = "full"
    """Programmed, started, paused and stopped from here."""
    NIBP = "nibp"
    """A blood-pressure measurement can be started and cancelled from here."""
    HANDED_OVER = "handed_over"
    """It is read; commanded only where ``room.toml`` asks for it and the pump hands control over."""
    NONE = "none"
    """It is only read; a pump is then started and stopped by hand."""


class DeviceAbout(msgspec.Struct, frozen=True):
    """One kind of device, in words for the technician and the README's table.

    Attributes:
        name: Driver name, as in ``room.toml`` and on the command line.
        role: Pump or monitor.
        title: Maker and models.
        line: Factory setting of its serial line.
        reads: What is read from it.
        control: What may be changed on it.
        source: The public document or capture the driver was written from.
        tested: How it was tested; never "verified" without the device itself.
        addresses: Highest address on a shared line, 0 when it has none.
        talks: It talks by itself and is told by listening alone.
        find_within_s: How long the search for devices lets it identify itself.
        speeds: Other bits per second a person can set in it.
    """

    name: str
    role: Role
    title: str
    line: LineSettings
    reads: str
    control: Control
    source: str
    tested: str
    addresses: int = 0
    talks: bool = False
    find_within_s: float = 3.0
    speeds: tuple[int, ...] = ()


class DriverOptions(msgspec.Struct, frozen=True):
    """How a driver is to be made.

    Attributes:
        name: Binding name, written on every reading.
        baud: Bits per second, None for the factory setting.
        address: On a shared line.
        simulated: The room's devices are virtual.
        datagrams: The link is a network one that brings one whole message per read.
        control: ``room.toml`` asks for control of a pump that has to hand it over.
    """

    name: str
    baud: int | None = None
    address: int = 0
    simulated: bool = False
    datagrams: bool = False
    control: bool = False
