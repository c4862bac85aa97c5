"""From the configuration to a room: picks drivers, opens nothing yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from console.app.bench_parts import bench_plan
from console.app.bench_subjects import BenchSubjects
from console.app.captures import Captures
from console.app.config import ArchiveConfig, MonitorConfig, PumpConfig, RoomConfig
from console.app.fhir_config import FhirConfig
from console.app.folder import app_version, boot_id
from console.app.hurried_link import HurriedLink, HurriedWake
from console.app.pin_hasher import hasher_of
from console.app.site_files import site_of
from console.clock import Clock, Instant, ScaledClock, SystemClock
from console.devices.about import Control, DriverOptions
from console.devices.catalogue import about, make_monitor, make_pump
from console.devices.discovery import bound_port, is_there, pinned_port
from console.devices.link import SerialLink
from console.devices.ports import Link
from console.devices.slots import StopSlot, Wake
from console.devices.udp_link import UdpLink, is_udp
from console.room.bench_taps import Taps
from console.room.bindings import MonitorBinding, PumpBinding
from console.room.music_output import MiniaudioOutput, SilentOutput
from console.room.service import Extra, RoomPlan
from console.room.speaker import MiniaudioSpeaker, SilentSpeaker, Speaker
from console.session.site import PUMP
from console.storage.files import Ballast, free_bytes

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
        ConfigWrong: the archive's address cannot be used.
        OSError: a library file cannot be read.
    """
    taps = Taps()
    captures = Captures(folder / "capture", taps)

    def make_speaker() -> Speaker:
        return SilentSpeaker() if silent else MiniaudioSpeaker(times.real_clock)

    bench = BenchSubjects(config, record, times.clock, captures, make_speaker)
    plan = RoomPlan(
        data_dir=folder,
        app_version=app_version(),
        site=site_of(config, folder),
        clock=times.clock,
        real_clock=times.real_clock,
        boot_id=times.boot_id,
        speaker=make_speaker(),
        pump=None if config.pump is None else _pump(config.pump, config, captures, times),
        monitors=tuple(_monitor(monitor, captures, times.clock) for monitor in config.monitors),
        speed=times.speed,
        clock_start=times.start,
        hasher=hasher_of(record, simulated=config.simulated)[0],
        make_room=Ballast(record).give_up,
        # A demonstration may run on any disk: nobody misses its record.
        free_bytes=lambda: None if config.simulated else free_bytes(record),
        window_stalled=window_stalled,
        closing=(captures.close,),
        prepare=bench.prepare,
        bench=bench_plan(config, folder, taps, times.real_clock),
        music=SilentOutput() if silent else MiniaudioOutput(),
        make_wake=Wake if times.speed == 1.0 else lambda: HurriedWake(times.speed),
    )
    if config.fhir is not None:
        plan = _with_fhir(plan, config.fhir)
    return plan if config.archive is None else _with_archive(plan, config.archive, record, config.site_id)


def _with_fhir(plan: RoomPlan, config: FhirConfig) -> RoomPlan:
    from console.app.fhir_feed import FhirThread

    extra = Extra("the FHIR push", FhirThread(plan.data_dir, config, plan.real_clock).run)
    return replace(plan, extras=(*plan.extras, extra))


def _with_archive(plan: RoomPlan, config: ArchiveConfig, record: Path, site_id: str) -> RoomPlan:
    # The database driver is heavy: only for rooms that have an archive.
    from console.app.archive_sync import archive_link
    from console.app.board_link import board_teller, reference_thread

    link = archive_link(config, plan.data_dir, record, plan.real_clock)
    board = board_teller(config, plan.data_dir, record, plan.site.room_name, lambda: link.view().waiting)
    pulled = reference_thread(config, plan.data_dir, site_id)
    return replace(
        plan,
        extras=(*plan.extras, link.extra, board, pulled),
        archive=link.view,
        reporters=(*plan.reporters, link.reporter),
        closing=(*plan.closing, link.close),
    )


def _pump(pump: PumpConfig, config: RoomConfig, captures: Captures, times: Timebase) -> PumpBinding:
    capture = captures.of(PUMP, pump.port)
    options = DriverOptions(PUMP, pump.baud, pump.address, config.simulated, control=pump.control)
    driver = make_pump(pump.driver, options)
    driver.quiet_limit_s = max(driver.quiet_limit_s, QUIET_REAL_S * times.speed)
    port = pinned_port(pump.port)

    def open_link(stop: StopSlot) -> Link:
        link = SerialLink(bound_port(port), driver.line, times.clock, capture, stop)
        return link if times.speed == 1.0 else HurriedLink(link, times.clock, times.real_clock)

    may = about(pump.driver).control
    read_only = may is Control.NONE or (may is Control.HANDED_OVER and not pump.control)
    return PumpBinding(driver, open_link, lambda: is_there(port), pump.port, read_only)


def _monitor(monitor: MonitorConfig, captures: Captures, clock: Clock) -> MonitorBinding:
    capture = captures.of(monitor.name, monitor.port)
    driver = make_monitor(
        monitor.driver, DriverOptions(monitor.name, monitor.baud, datagrams=is_udp(monitor.port))
    )
    port = pinned_port(monitor.port)

    def open_link() -> Link:
        if is_udp(port):
            return UdpLink(port, clock, capture)
        return SerialLink(bound_port(port), driver.line, clock, capture)

    return MonitorBinding(monitor.name, driver, open_link, lambda: is_there(port), monitor.port)
