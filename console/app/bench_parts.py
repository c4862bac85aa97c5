"""What the technician's bench of a room is given: its devices, this computer's ports, and its file."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path

from console.app.bench_binding import RoomFile
from console.app.config import RoomConfig
from console.app.device_search import read_known
from console.app.folder import CONFIG
from console.app.troubles import NotPossible
from console.clock import Clock
from console.devices.about import Control, Role
from console.devices.catalogue import about
from console.devices.discovery import list_ports, pinned_port
from console.devices.discovery_memory import KnownDevice
from console.devices.link import SerialLink
from console.devices.ports import LineSettings, Link
from console.room.bench_desk import BenchPlan
from console.room.bench_status import BoundDevice
from console.room.bench_taps import Taps
from console.session.site import PUMP

_log = logging.getLogger(__name__)


def bench_plan(config: RoomConfig, folder: Path, taps: Taps, clock: Clock) -> BenchPlan:
    """The bench of a room; opens nothing."""

    def open_link(port: str, line: LineSettings) -> Link:
        return SerialLink(port, line, clock)

    return BenchPlan(
        bound=bound_devices(config),
        taps=taps,
        ports=list_ports,
        open_link=open_link,
        known=partial(_known, folder),
        bind=RoomFile(folder / CONFIG).bind,
    )


def _known(folder: Path) -> tuple[KnownDevice, ...]:
    """What was found before; whoever binds is told when the file is damaged."""
    try:
        return read_known(folder)
    except NotPossible as error:
        _log.warning("%s", error)
        return ()


def bound_devices(config: RoomConfig) -> tuple[BoundDevice, ...]:
    """The devices of ``room.toml``, pump first."""
    pump = config.pump
    found = []
    if pump is not None:
        may = about(pump.driver).control
        read_only = may is Control.NONE or (may is Control.HANDED_OVER and not pump.control)
        found.append(BoundDevice(PUMP, Role.PUMP, pump.driver, pinned_port(pump.port), read_only))
    return (
        *found,
        *(BoundDevice(one.name, Role.MONITOR, one.driver, pinned_port(one.port)) for one in config.monitors),
    )
