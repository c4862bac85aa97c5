"""The devices of a room, ready to be owned: what the composition root hands to the service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from console.devices.ports import Link, Monitor, Pump
from console.devices.slots import StopSlot


@dataclass(frozen=True, slots=True)
class PumpBinding:
    """The room's one pump.

    Attributes:
        driver: Its driver.
        open_link: Opens the port with the stop slot the link has to watch; raises LinkLost.
        present: Whether the port can be seen.
        port: Where it is, for people.
        read_only: The driver can only read; a person works the pump by hand.
    """

    driver: Pump
    open_link: Callable[[StopSlot], Link]
    present: Callable[[], bool]
    port: str
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class MonitorBinding:
    """One monitor.

    Attributes:
        name: Binding name, the source of its readings.
        driver: Its driver.
        open_link: Opens the port; raises LinkLost.
        present: Whether the port can be seen.
        port: Where it is, for people.
    """

    name: str
    driver: Monitor
    open_link: Callable[[], Link]
    present: Callable[[], bool]
    port: str
