"""``infusion-console devices``: which ports there are, and what stands at each."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from console.app.config import RoomConfig, read_config
from console.app.folder import CONFIG, RECORD, data_folder, make_folder
from console.app.troubles import NotPossible
from console.clock import SystemClock
from console.devices.about import Role
from console.devices.catalogue import about
from console.devices.discovery import PortFacts, list_ports
from console.devices.discovery_findings import Bound, PortFinding, Verdict, is_port, owner_of
from console.devices.discovery_memory import (
    Comparison,
    KnownDevice,
    Standing,
    binding_text,
    compare,
    decode_known,
    encode_known,
    remember,
)
from console.devices.discovery_plan import longest_s
from console.devices.discovery_scan import OpenLink, Probes, search_port
from console.devices.link import SerialLink
from console.devices.ports import LineSettings, Link
from console.devices.udp_link import is_udp
from console.session.site import PUMP
from console.storage.lock import InstanceLock
from console.storage.trouble import RecordInUse

KNOWN: Final = "devices.json"
"""Devices found before, by identity."""
PORTS_AT_ONCE: Final = 8
RUNS: Final = (
    "The console is running and owns its ports: search from its technician page, or close the console first."
)
CONFIRM: Final = (
    "A pump is bound to this room, and while the console is closed nobody here knows whether it infuses. "
    "Look at the pump. If nothing infuses, add --nothing-infuses; its own port is left alone even then."
)
BROKEN_OFF: Final = "The search was broken off."

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """Arguments of the command.

    Attributes:
        folder: The data folder as given on the command line.
        ports: Where to look; empty for every serial port of this computer.
        only_list: Open nothing.
        json: For programs.
        remember: Keep what was found.
        nothing_infuses: A person has looked at the pump.
        every_speed: Look at other speeds than the factory's too.
    """

    folder: str | None
    ports: tuple[str, ...] = ()
    only_list: bool = False
    json: bool = False
    remember: bool = False
    nothing_infuses: bool = False
    every_speed: bool = False


class SearchReport(msgspec.Struct, frozen=True):
    """What the command prints with ``--json``.

    Attributes:
        ports: Every port, searched or not.
        findings: What was found where it was searched.
        compared: The same beside what is remembered.
        bound: What ``room.toml`` says.
    """

    ports: tuple[PortFacts, ...]
    findings: tuple[PortFinding, ...]
    compared: tuple[Comparison, ...]
    bound: tuple[Bound, ...]


def search_devices(options: SearchOptions, say: Say, open_link: OpenLink | None = None) -> int:
    """List the ports, search them unless told not to, and print what came of it.

    Raises:
        NotPossible: it may not be done now; the text says why.
        ConfigWrong: ``room.toml`` cannot be used.
    """
    folder = data_folder(options.folder)
    bound = bindings_of(read_config(folder / CONFIG))
    ports = tuple(map(_port_called, options.ports)) if options.ports else list_ports()
    if options.only_list:
        _print(options, say, SearchReport(ports, (), (), bound))
        return 0
    if any(one.role is Role.PUMP for one in bound) and not options.nothing_infuses:
        raise NotPossible(CONFIRM)
    make_folder(folder)
    try:
        lock = InstanceLock(folder / RECORD)
    except RecordInUse as error:
        raise NotPossible(RUNS) from error
    with lock:
        known = read_known(folder)
        pumps = tuple(one for one in bound if one.role is Role.PUMP)
        probes = Probes(every_speed=options.every_speed)
        progress = _silent if options.json else say
        findings = _search(ports, probes, pumps, open_link or _open, progress)
        report = SearchReport(ports, findings, compare(known, findings), bound)
        if options.remember:
            write_known(folder, remember(findings, known))
    _print(options, say, report)
    return 0


def bindings_of(config: RoomConfig) -> tuple[Bound, ...]:
    """Which ports belong to which device of the room."""
    pump = () if config.pump is None else (Bound(PUMP, Role.PUMP, config.pump.port),)
    return pump + tuple(Bound(one.name, Role.MONITOR, one.port) for one in config.monitors)


def read_known(folder: Path) -> tuple[KnownDevice, ...]:
    """What was found before; nothing when there is no such file.

    Raises:
        NotPossible: the file is damaged.
    """
    path = folder / KNOWN
    try:
        return decode_known(path.read_bytes())
    except FileNotFoundError:
        return ()
    except msgspec.DecodeError as error:
        raise NotPossible(
            f"{path} is damaged ({error}). Delete it: what is plugged in is found anew."
        ) from error


def write_known(folder: Path, known: Sequence[KnownDevice]) -> None:
    """Keep what was found.

    Raises:
        OSError: the folder cannot be written.
    """
    fresh = folder / f"{KNOWN}.new"
    fresh.write_bytes(encode_known(known))
    os.replace(fresh, folder / KNOWN)


def _search(
    ports: Sequence[PortFacts], probes: Probes, bound: Sequence[Bound], open_link: OpenLink, say: Say
) -> tuple[PortFinding, ...]:
    """Each port in a thread of its own: a silent one takes the better part of a minute."""
    ending = threading.Event()
    if ports:
        say(f"Searching {len(ports)} ports, {longest_s(probes.steps, probes.talkers):.0f} s at most each ...")

    def one(port: PortFacts) -> PortFinding:
        return search_port(port, probes, open_link, bound, lambda: BROKEN_OFF if ending.is_set() else "")

    with ThreadPoolExecutor(PORTS_AT_ONCE) as threads:
        try:
            return tuple(threads.map(one, ports))
        except KeyboardInterrupt:
            ending.set()
            raise


def _open(port: str, line: LineSettings) -> Link:
    return SerialLink(port, line, SystemClock())


def _port_called(name: str) -> PortFacts:
    if is_udp(name):
        raise NotPossible(
            f"{name} is a network address: write it into room.toml, nothing is searched for there."
        )
    there = next((port for port in list_ports() if is_port(port, name)), None)
    return there or PortFacts(name, "given by hand", name, "://" in name)


def _silent(_sentence: str) -> None:
    return None


def _print(options: SearchOptions, say: Say, report: SearchReport) -> None:
    if options.json:
        say(msgspec.json.format(msgspec.json.encode(report), indent=2).decode())
        return
    if not report.ports:
        say("This computer has no serial port. Plug an adapter in.")
        return
    for finding in report.findings or tuple(map(_unsearched, report.ports)):
        say("\n".join(_port_lines(finding, report)))
    for one in report.compared:
        if one.standing is Standing.MISSING:
            say(one.sentence)


def _unsearched(port: PortFacts) -> PortFinding:
    return PortFinding(port, Verdict.LEFT_ALONE, "")


def _port_lines(finding: PortFinding, report: SearchReport) -> list[str]:
    """One port: its facts, what is there, the evidence of what was not understood, the lines to bind it."""
    port = finding.port
    owner = owner_of(port, report.bound)
    adapter = " ".join(filter(None, (port.description, port.usb, port.serial_number)))
    bound = "" if owner is None else f", bound to {owner.name}"
    lines = [f"{port.device}  {adapter}{bound}"]
    if port.stable_path != port.device:
        lines.append(f"    lasting name {port.stable_path}")
    if finding.sentence:
        named = f" {finding.device}:" if finding.device else ""
        lines.append(f"    {finding.verdict.value.replace('_', ' ')}:{named} {finding.sentence}")
    if finding.verdict is Verdict.NOT_UNDERSTOOD:
        for proof in finding.evidence:
            asked = f"asked as {proof.device}, sent {proof.sent}" if proof.device else "only listened"
            lines.append(f"    {proof.line}, {asked}: {proof.bytes_in} bytes, {proof.received}")
    comparison = next((one for one in report.compared if one.finding == finding), None)
    if comparison is not None and comparison.standing is not Standing.MISSING:
        lines.append(f"    {comparison.sentence}")
    if owner is None and comparison is not None and comparison.may_bind:
        text = binding_text(finding, about(finding.device))
        lines += ["    for room.toml:", *(f"      {line}" for line in text.splitlines())]
    return lines
