"""A whole infusion on virtual devices: real processes, real cables, nobody in the chair."""

from __future__ import annotations

import json
import math
import os
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import msgspec

from console.app.compose import timebase
from console.app.config import WATCHDOG_S
from console.app.demo_file import DemoFile, DemoPerson, write_demo
from console.app.folder import CONFIG, RECORD, make_folder, scenario_names
from console.app.launcher import Child, Launcher, command, has_screen
from console.app.pin_hasher import hasher_of
from console.app.virtual_devices import CableAddresses, read_scenario
from console.clock import Instant
from console.devices.virtual.scenario import Scenario
from console.session.people import Patient, Role, Sex
from console.storage.accounts import Accounts
from console.storage.record import Record
from console.storage.rows import Batch, PatientRow
from console.storage.verify import verify_record

DEVICES_WITHIN_S: Final = 20.0
RESTART_S: Final = 5.0
DEMO_YEAR: Final = 2026
AUTO_SPEED: Final = 30.0
PICTURES: Final = "demo-pictures"


PEOPLE: Final = (
    DemoPerson("ana", "Ana Ruiz", Role.NURSE, "417093"),
    DemoPerson("ben", "Ben Okoro", Role.NURSE, "620857"),
    DemoPerson("lee", "Dr. Mira Lee", Role.PHYSICIAN, "385162"),
    DemoPerson("tom", "Tom Weiss", Role.TECHNICIAN, "294736"),
)


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """Arguments of ``demo``."""

    scenario: str = "routine"
    speed: float = 1.0
    auto: bool = False
    shots: str = ""
    folder: str = ""
    silent: bool = False
    headless: bool = False


def run_demo(options: DemoOptions, say: Callable[[str], None]) -> int:
    """Play a demonstration; with ``auto`` the exit code says whether the session went through.

    Raises:
        ScenarioError: the scenario cannot be played.
        OSError: the folder or the cables cannot be made.
    """
    played = read_scenario(options.scenario)
    if not options.headless and not has_screen(os.environ):
        options = _without_screen(options, say)
    folder = Path(options.folder or tempfile.mkdtemp(prefix="infusion-demo-"))
    make_folder(folder)
    times = timebase(options.speed, None)
    clock_arguments = [*_clock_arguments(options.speed, times.start), "--parent", str(os.getpid())]
    _furnish(folder, options.scenario, times.boot_id)
    devices = _Devices(
        command("bay", "--data", str(folder), "--scenario", options.scenario, *clock_arguments), say
    )
    try:
        addresses = devices.addresses(DEVICES_WITHIN_S)
        _write_config(folder, addresses, options.speed)
        _introduce(folder, played.title, say)
        launcher = Launcher(
            folder,
            command("room", "--data", str(folder), "--no-ballast", *clock_arguments, *_silent(options)),
            _window(folder, options),
            times.real_clock,
            say,
            holds_on=False,
        )
        try:
            code = launcher.run()
        finally:
            launcher.close()
    finally:
        devices.end()
    if options.auto:
        return _judge(folder, launcher.window_code, code, say)
    return code


def _without_screen(options: DemoOptions, say: Callable[[str], None]) -> DemoOptions:
    """Nobody could touch the window: it plays by itself, drawn nowhere, and leaves pictures."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    speed = AUTO_SPEED if options.speed == 1.0 else options.speed
    shots = options.shots or PICTURES
    say(
        f"There is no screen here (DISPLAY is not set): the session plays by itself at {speed:g} times "
        f"real time and leaves its pictures in {shots}."
    )
    return replace(options, auto=True, shots=shots, speed=speed)


def _clock_arguments(speed: float, start: Instant | None) -> list[str]:
    if start is None:
        return []
    return ["--speed", f"{speed:g}", "--clock-start", f"{start.wall_utc_ns},{start.mono_ns}"]


def _silent(options: DemoOptions) -> list[str]:
    return ["--silent"] if options.silent else []


def _furnish(folder: Path, scenario: str, boot_id: str) -> None:
    """People who can sign in; the window shows their PINs because this is a demonstration."""
    with Record.open(folder / RECORD, timebase(1.0, None).clock, boot_id) as record:
        accounts = Accounts(record, hasher_of(folder / RECORD, simulated=True)[0])
        known = {account.user_id for account in accounts.users()}
        for person in PEOPLE:
            if person.user_id not in known:
                accounts.add_account(person.user_id, person.name, person.role, person.pin)
        record.write(Batch(patients=_patients()))
    write_demo(folder, DemoFile(scenario, PEOPLE))


def _patients() -> tuple[PatientRow, ...]:
    """Everybody a demonstration can treat; nobody real."""
    known = {}
    for name in scenario_names():
        patient = patient_of(read_scenario(name))
        known[patient.patient_id] = PatientRow(
            patient.patient_id,
            patient.family_name,
            patient.given_name,
            patient.birth_date,
            patient.mrn,
            patient.sex.value,
        )
    return tuple(known.values())


def patient_of(played: Scenario) -> Patient:
    """The person on the wristband of a scenario."""
    person, body = played.person, played.patient
    return Patient(
        patient_id=f"demo-{person.mrn}",
        family_name=person.family_name,
        given_name=person.given_name,
        birth_date=f"{DEMO_YEAR - round(body.age_y)}-03-12",
        mrn=person.mrn,
        sex=Sex(body.sex.value),
    )


def _write_config(folder: Path, addresses: CableAddresses, speed: float) -> None:
    # The pump's own watchdog runs on its clock: a room that starts again needs some real seconds.
    watchdog_s = min(max(30, math.ceil(RESTART_S * speed)), WATCHDOG_S[1])
    (folder / CONFIG).write_text(
        "# Written by the demonstration.\n"
        'room = "Infusion room 2"\nsimulated = true\n'
        f"watchdog_s = {watchdog_s}\n\n"
        f'[pump]\ndriver = "ne1000"\nport = {json.dumps(addresses.pump)}\n\n'
        f'[[monitor]]\nname = "s5"\ndriver = "s5"\nport = {json.dumps(addresses.monitor)}\n',
        encoding="utf-8",
    )


def _introduce(folder: Path, title: str, say: Callable[[str], None]) -> None:
    say(f"Demonstration: {title}. Virtual devices, nobody in the chair. Data in {folder}")
    for person in PEOPLE:
        say(f"  {person.name} ({person.role.value}), PIN {person.pin}")


def _window(folder: Path, options: DemoOptions) -> list[str]:
    arguments = ["window", "--with-room", "--data", str(folder)]
    if options.auto:
        arguments.append("--auto")
    if options.headless:
        arguments.append("--headless")
    if options.shots:
        arguments += ["--shots", str(Path(options.shots).absolute())]
    return command(*arguments)


def _judge(folder: Path, window_code: int | None, code: int, say: Callable[[str], None]) -> int:
    report = verify_record(folder / RECORD)
    say(report.sentence)
    if window_code == 0 and code == 0 and report.ok:
        say("The session was discharged, recorded and verified.")
        return 0
    say(f"The session did not go through (window {window_code}, room {code}): see {folder}.")
    return 1


class _Devices:
    """The process that serves the virtual devices."""

    def __init__(self, arguments: list[str], say: Callable[[str], None]) -> None:
        self._say = say
        self._told = threading.Event()
        self._addresses: CableAddresses | None = None
        self._child = Child(arguments, self._hear)

    def addresses(self, within_s: float) -> CableAddresses:
        """Where the devices are.

        Raises:
            OSError: they did not come up.
        """
        turns = round(within_s / 0.1)
        for _ in range(turns):
            if self._told.wait(0.1) and self._addresses is not None:
                return self._addresses
            if self._child.ended() is not None:
                break
        raise OSError(0, "the virtual devices did not start", sys.executable)

    def end(self) -> None:
        """End the process."""
        if self._child.end(3.0) is None:
            self._child.kill()

    def _hear(self, line: str) -> None:
        try:
            self._addresses = msgspec.json.decode(line, type=CableAddresses)
            self._told.set()
        except msgspec.DecodeError:
            self._say(line)
