"""``room.toml``: what a technician writes down once for each room."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from console.app.fhir_config import FhirConfig, fhir_config
from console.clinical.toml_table import LibraryError, Table, parse_toml
from console.clinical.vitals import Vital
from console.devices.about import Role
from console.devices.catalogue import about, device_names
from console.session.site import PUMP

WATCHDOG_S: Final = (5, 255)
"""What the pump takes as host time-out (New Era NE-1000 manual #1200-01, command SAF)."""

HOW_TO_BIND: Final = """\
[pump]
driver = "ne1000"
port = "/dev/serial/by-id/usb-..."

[[monitor]]
name = "s5"
driver = "s5"
port = "/dev/serial/by-id/usb-..."
"""


class ConfigWrong(Exception):
    """The file cannot be used; the text names the place and says what to do."""


@dataclass(frozen=True, slots=True)
class PumpConfig:
    """The pump: its driver, its port (a stable name or ``socket://host:port``), its address and speed.

    ``control`` asks a pump that can hand control over to do so; others take no notice of it.
    """

    driver: str
    port: str
    address: int = 0
    baud: int | None = None
    control: bool = False


@dataclass(frozen=True, slots=True)
class MonitorConfig:
    """One monitor."""

    name: str
    driver: str
    port: str
    baud: int | None = None


@dataclass(frozen=True, slots=True)
class ArchiveConfig:
    """The clinic's archive: its address, and files of the certificates, seen from the data folder."""

    url: str
    ca: str
    certificate: str
    key: str
    password_file: str = ""


@dataclass(frozen=True, slots=True)
class RoomConfig:
    """Everything in the file, with defaults for what is not."""

    room_name: str = "Infusion room"
    site_id: str = "site"
    workstation_id: str = "workstation"
    watchdog_s: int = 30
    simulated: bool = False
    pump: PumpConfig | None = None
    monitors: tuple[MonitorConfig, ...] = ()
    sources: dict[Vital, tuple[str, ...]] = field(default_factory=dict)
    library: str = ""
    syringes: str = ""
    interlocks: str = ""
    approved_sha256: str = ""
    library_sha256: str = ""
    cuff_on_oximeter_limb: bool = False
    archive: ArchiveConfig | None = None
    fhir: FhirConfig | None = None


def read_config(path: Path) -> RoomConfig:
    """Read the file; a missing one is a room without devices.

    Raises:
        ConfigWrong: it cannot be read or contradicts itself.
    """
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return RoomConfig()
    except OSError as error:
        raise ConfigWrong(f"{path} cannot be read: {error.strerror}.") from error
    try:
        return parse_config(text, str(path))
    except LibraryError as error:
        sentence = str(error)
        for advice in (" Restore it from the signed copy.", ", or restore the file from the signed copy"):
            # That is said of the drug library; this file nobody signs.
            sentence = sentence.replace(advice, "")
        raise ConfigWrong(sentence) from error


def parse_config(text: bytes, where: str = "room.toml") -> RoomConfig:
    """Understand the text of ``room.toml``.

    Raises:
        LibraryError: it contradicts itself; the text names the place.
    """
    top = parse_toml(text, where)
    defaults = RoomConfig()
    pump = _pump(top.table("pump")) if top.has("pump") else None
    monitors = tuple(map(_monitor, top.tables("monitor", "name"))) if top.has("monitor") else ()
    names = [monitor.name for monitor in monitors]
    for name in names:
        if names.count(name) > 1 or name == PUMP:
            raise top.problem(f"monitor {name}", "is a name given twice. Give each device its own.")
    config = RoomConfig(
        room_name=top.text("room") if top.has("room") else defaults.room_name,
        site_id=top.text("site_id") if top.has("site_id") else defaults.site_id,
        workstation_id=top.text("workstation_id") if top.has("workstation_id") else defaults.workstation_id,
        watchdog_s=_watchdog(top) if top.has("watchdog_s") else defaults.watchdog_s,
        simulated=top.flag("simulated") if top.has("simulated") else False,
        pump=pump,
        monitors=monitors,
        sources=_sources(top.table("sources"), names) if top.has("sources") else {},
        library=top.text("library") if top.has("library") else "",
        syringes=top.text("syringes") if top.has("syringes") else "",
        interlocks=top.text("interlocks") if top.has("interlocks") else "",
        approved_sha256=top.text("approved_sha256") if top.has("approved_sha256") else "",
        library_sha256=top.text("library_sha256") if top.has("library_sha256") else "",
        cuff_on_oximeter_limb=top.has("cuff_on_oximeter_limb") and top.flag("cuff_on_oximeter_limb"),
        fhir=fhir_config(top.table("fhir")) if top.has("fhir") else None,
        archive=_archive(top.table("archive")) if top.has("archive") else None,
    )
    top.finish()
    ports = [device.port for device in (pump, *monitors) if device is not None]
    for port in ports:
        if ports.count(port) > 1:
            raise top.problem("port", f"{port} is given to two devices. Each needs its own.")
    return config


def _pump(table: Table) -> PumpConfig:
    pump = PumpConfig(
        _driver(table, Role.PUMP),
        table.text("port"),
        int(table.number("address")) if table.has("address") else 0,
        table.whole("baud") if table.has("baud") else None,
        table.has("control") and table.flag("control"),
    )
    highest = about(pump.driver).addresses
    if pump.address > highest:
        raise table.problem("address", f"is 0 to {highest} on this pump. Correct it.")
    table.finish()
    return pump


def _monitor(table: Table) -> MonitorConfig:
    monitor = MonitorConfig(
        table.text("name"),
        _driver(table, Role.MONITOR),
        table.text("port"),
        table.whole("baud") if table.has("baud") else None,
    )
    table.finish()
    return monitor


def _archive(table: Table) -> ArchiveConfig:
    archive = ArchiveConfig(
        table.text("url"),
        table.text("ca"),
        table.text("certificate"),
        table.text("key"),
        table.text("password_file") if table.has("password_file") else "",
    )
    table.finish()
    return archive


def _driver(table: Table, role: Role) -> str:
    driver, known = table.text("driver"), device_names(role)
    if driver not in known:
        raise table.problem("driver", f"{driver} is not known. There is: {', '.join(known)}.")
    return driver


def _watchdog(top: Table) -> int:
    seconds = top.whole("watchdog_s")
    low, high = WATCHDOG_S
    if not low <= seconds <= high:
        raise top.problem("watchdog_s", f"is {low} to {high} seconds. Correct it.")
    return seconds


def _sources(table: Table, names: list[str]) -> dict[Vital, tuple[str, ...]]:
    found = {}
    for vital in Vital:
        if table.has(vital.value):
            sources = table.texts(vital.value)
            for source in sources:
                if source not in names:
                    raise table.problem(vital.value, f"names {source}, which is no monitor of this room.")
            found[vital] = sources
    table.finish()
    return found
