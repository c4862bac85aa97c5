"""From the configuration to a room: picks drivers, opens nothing yet."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from console.app.captures import Captures
from console.app.config import MonitorConfig, PumpConfig, RoomConfig
from console.app.folder import app_version, boot_id, resource
from console.app.hurried_link import HurriedLink, HurriedWake
from console.clinical.library import load_library, load_syringes
from console.clock import Clock, Instant, ScaledClock, SystemClock
from console.devices.link import SerialLink, is_present
from console.devices.monitors.s5 import S5Monitor
from console.devices.ports import Link
from console.devices.pumps.ne1000 import NE1000
from console.devices.slots import StopSlot, Wake
from console.room.bindings import MonitorBinding, PumpBinding
from console.room.service import RoomPlan
from console.room.speaker import MiniaudioSpeaker, SilentSpeaker, Speaker
from console.session.site import PUMP, Site
from console.storage.files import Ballast

LOG_BYTES: Final = 5_000_000
LOG_FILES: Final = 4
QUIET_REAL_S: Final = 0.15
"""However fast a demonstration runs, the virtual pump gets this long, in real seconds, to answer."""


@dataclass(frozen=True, slots=True)
class Timebase:
    """The clock a room runs on.

    Attributes:
        clock: The room's clock.
        real_clock: The machine's.
        speed: How many times faster than real time; 1 outside demonstrations.
        start: Start of a scaled clock, None for real time.
        boot_id: Boot the monotonic times belong to; another one for each scaled clock.
    """

    clock: Clock
    real_clock: Clock
    speed: float
    start: Instant | None
    boot_id: str


def timebase(speed: float, start: Instant | None) -> Timebase:
    """Real time, or a scaled clock that all processes of a demonstration share by its ``start``."""
    real = SystemClock()
    if speed == 1.0:
        return Timebase(real, real, 1.0, None, boot_id())
    began = real.now() if start is None else start
    return Timebase(
        ScaledClock(real, speed, began), real, speed, began, f"{boot_id()}/x{speed:g}/{began.mono_ns}"
    )


def site_of(config: RoomConfig, folder: Path) -> Site:
    """The configuration of the machine.

    Raises:
        LibraryError: a library file contradicts itself.
        OSError: a library file cannot be read.
    """
    return Site(
        room_name=config.room_name,
        library=load_library(_text(config.library, folder, "ketamine-v1.toml")),
        syringes=load_syringes(_text(config.syringes, folder, "syringes-v1.toml")),
        monitors=tuple(monitor.name for monitor in config.monitors),
        priorities=config.sources,
        watchdog_s=config.watchdog_s,
        simulated=config.simulated,
    )


def _text(given: str, folder: Path, shipped: str) -> bytes:
    return (folder / given).read_bytes() if given else resource("library", shipped)


def plan_of(
    config: RoomConfig,
    folder: Path,
    record: Path,
    times: Timebase,
    *,
    silent: bool,
    window_stalled: Callable[[], None],
) -> RoomPlan:
    """Everything the room service is built from.

    Raises:
        LibraryError: a library file contradicts itself.
        OSError: a library file cannot be read.
    """
    captures = Captures(folder / "capture")
    speaker: Speaker = SilentSpeaker() if silent else MiniaudioSpeaker(times.real_clock)
    return RoomPlan(
        data_dir=folder,
        app_version=app_version(),
        site=site_of(config, folder),
        clock=times.clock,
        real_clock=times.real_clock,
        boot_id=times.boot_id,
        speaker=speaker,
        pump=None if config.pump is None else _pump(config.pump, config, captures, times),
        monitors=tuple(_monitor(monitor, captures, times.clock) for monitor in config.monitors),
        speed=times.speed,
        clock_start=times.start,
        make_room=Ballast(record).give_up,
        window_stalled=window_stalled,
        closing=(captures.close,),
        make_wake=Wake if times.speed == 1.0 else lambda: HurriedWake(times.speed),
    )


def _pump(pump: PumpConfig, config: RoomConfig, captures: Captures, times: Timebase) -> PumpBinding:
    capture = captures.of(PUMP, pump.port)
    driver = NE1000(pump.address, pump.baud, simulated=config.simulated)
    driver.quiet_limit_s = max(driver.quiet_limit_s, QUIET_REAL_S * times.speed)

    def open_link(stop: StopSlot) -> Link:
        link = SerialLink(pump.port, driver.line, times.clock, capture, stop)
        return link if times.speed == 1.0 else HurriedLink(link, times.clock, times.real_clock)

    return PumpBinding(driver, open_link, lambda: is_present(pump.port), pump.port)


def _monitor(monitor: MonitorConfig, captures: Captures, clock: Clock) -> MonitorBinding:
    capture = captures.of(monitor.name, monitor.port)
    driver = S5Monitor(monitor.name, baud=monitor.baud)

    def open_link() -> Link:
        return SerialLink(monitor.port, driver.line, clock, capture)

    return MonitorBinding(monitor.name, driver, open_link, lambda: is_present(monitor.port), monitor.port)


def log_to(folder: Path, name: str) -> None:
    """Send this process's log to a bounded file, and its warnings to the terminal as well."""
    form = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    to_file = RotatingFileHandler(
        folder / f"{name}.log", maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8"
    )
    to_file.setFormatter(form)
    to_terminal = logging.StreamHandler(sys.stderr)
    to_terminal.setLevel(logging.CRITICAL)
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    root.addHandler(to_file)
    root.addHandler(to_terminal)
