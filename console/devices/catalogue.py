"""Which devices there are, found by their modules; a driver is imported only when it is asked for."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from types import ModuleType
from typing import Protocol, cast

from console.devices import monitors, pumps
from console.devices.about import DeviceAbout, DriverOptions, Role
from console.devices.decoding import DecodeReport
from console.devices.ports import Monitor, Pump

PACKAGES = {Role.PUMP: pumps, Role.MONITOR: monitors}


class PumpModule(Protocol):
    """A module of :mod:`console.devices.pumps` that is a device."""

    ABOUT: DeviceAbout

    def driver(self, options: DriverOptions) -> Pump:
        """A driver of one pump."""
        ...


class MonitorModule(Protocol):
    """A module of :mod:`console.devices.monitors` that is a device."""

    ABOUT: DeviceAbout

    def driver(self, options: DriverOptions) -> Monitor:
        """A driver of one monitor."""
        ...


class UnknownDevice(Exception):
    """There is no such device; the text names those there are."""


def device_names(role: Role | None = None) -> tuple[str, ...]:
    """Driver names, pumps first, each in alphabetical order."""
    roles = tuple(Role) if role is None else (role,)
    return tuple(name for one in roles for name in _modules(one))


def about(name: str) -> DeviceAbout:
    """What a device's driver says of itself.

    Raises:
        UnknownDevice: there is none of that name.
    """
    found: DeviceAbout = _module(name).ABOUT
    return found


def make_pump(name: str, options: DriverOptions) -> Pump:
    """A driver of the pump called ``name``.

    Raises:
        UnknownDevice: there is no pump of that name.
    """
    return cast(PumpModule, _module(name, Role.PUMP)).driver(options)


def make_monitor(name: str, options: DriverOptions) -> Monitor:
    """A driver of the monitor called ``name``.

    Raises:
        UnknownDevice: there is no monitor of that name.
    """
    return cast(MonitorModule, _module(name, Role.MONITOR)).driver(options)


def decode_recording(name: str, data: bytes) -> DecodeReport:
    """What recorded bytes of a device hold; never raises on any bytes.

    Raises:
        UnknownDevice: there is none of that name.
    """
    report: DecodeReport = _module(name).decode(data)
    return report


def _modules(role: Role) -> tuple[str, ...]:
    found = pkgutil.iter_modules(PACKAGES[role].__path__)
    return tuple(sorted(module.name for module in found if "_" not in module.name))


def _module(name: str, role: Role | None = None) -> ModuleType:
    for one in Role if role is None else (role,):
        if name in _modules(one):
            return import_module(f"{PACKAGES[one].__name__}.{name}")
    known = ", ".join(device_names(role))
    raise UnknownDevice(f"There is no {role or 'device'} called {name}. There is: {known}.")
