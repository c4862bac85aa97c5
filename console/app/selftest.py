"""``infusion-console selftest``: the technician's bench at a terminal; the same checks as on the screen."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Final

import msgspec

from console.app.archive_probe import archive_probe
from console.app.captures import Captures
from console.app.config import RoomConfig, read_config
from console.app.folder import CONFIG, RECORD, app_version, boot_id, data_folder, make_folder
from console.app.pin_hasher import hasher_of
from console.app.records import vouched_chunks
from console.app.selftest_devices import bound_devices, stand_of, wanted_devices
from console.app.selftest_faults import fault_named
from console.app.selftest_hands import TerminalHands
from console.app.selftest_output import as_json, as_text, exit_code
from console.app.selftest_virtual import VirtualBench
from console.app.troubles import NotPossible
from console.app.virtual_devices import read_scenario
from console.clinical.accuracy import NotMeasured, Weighing
from console.clinical.vitals import Vital
from console.clock import Clock, Instant, SystemClock
from console.devices.bench.balance import weighings_of
from console.devices.bench.procedure import Subject, Task
from console.devices.bench.stand import PumpTrial
from console.devices.bench.stepper import Bench, BenchPicture, BenchRefused, checks_for
from console.devices.catalogue import about
from console.devices.slots import Wake
from console.room.speaker import MiniaudioSpeaker
from console.room.workstation import Workstation
from console.session.bench import BenchRun
from console.session.people import Actor, Authn
from console.storage.accounts import Accounts
from console.storage.bench_records import last_entry_ns, session_is_open, sign_run
from console.storage.record import Record

Say = Callable[[str], None]
SCENARIO: Final = "routine"


@dataclass(frozen=True, slots=True)
class SelftestOptions:
    """Arguments of the command.

    Attributes:
        data: Data folder as given, None for the user's own.
        devices: Binding names of the room, or ``DRIVER=PORT``.
        virtual: Driver names of virtual devices.
        workstation: Test the workstation.
        checks: Ids of the checks to do, all when empty.
        fault: Put this fault into the virtual devices.
        expected: What the simulator at a monitor's sensors shows.
        no_patient: It was confirmed that no patient is connected.
        as_json: Write JSON to standard output.
        sign: User id of the technician who signs; empty to keep nothing.
        serial: Serial number from the plate of the one device tested.
        balance: Port of a balance that prints weights.
        weights: File of weights of an earlier run.
        trial: What a pump is made to deliver.
    """

    data: str | None = None
    devices: tuple[str, ...] = ()
    virtual: tuple[str, ...] = ()
    workstation: bool = False
    checks: tuple[str, ...] = ()
    fault: str = ""
    expected: dict[Vital, float] = field(default_factory=dict)
    no_patient: bool = False
    as_json: bool = False
    sign: str = ""
    serial: str = ""
    balance: str = ""
    weights: Path | None = None
    trial: PumpTrial = field(default_factory=PumpTrial)


def options_of(arguments: argparse.Namespace) -> SelftestOptions:
    """The arguments as the command takes them.

    Raises:
        NotPossible: ``--expect`` names no parameter.
    """
    expected = {}
    for name, figure in arguments.expect:
        if name not in set(Vital):
            raise NotPossible(f"There is no parameter {name}. There are: {', '.join(Vital)}.")
        expected[Vital(name)] = figure
    return SelftestOptions(
        data=arguments.data,
        devices=tuple(arguments.device),
        virtual=tuple(arguments.virtual),
        workstation=arguments.workstation,
        checks=tuple(arguments.check),
        fault=arguments.fault,
        expected=expected,
        no_patient=arguments.yes_no_patient,
        as_json=arguments.json,
        sign=arguments.sign,
        serial=arguments.serial,
        balance=arguments.balance,
        weights=arguments.weights,
        trial=_trial(arguments.flow_rate, arguments.flow_minutes),
    )


def _trial(rate_ml_h: Decimal | None, minutes: int | None) -> PumpTrial:
    usual = PumpTrial()
    return PumpTrial(flow_ml_h=rate_ml_h or usual.flow_ml_h, flow_min=minutes or usual.flow_min)


def _weighings(path: Path | None) -> tuple[Weighing, ...]:
    if path is None:
        return ()
    try:
        return weighings_of(path.read_text(encoding="utf-8", errors="replace").splitlines())
    except NotMeasured as error:
        raise NotPossible(f"{path}: {error}") from error


def run_selftest(options: SelftestOptions, say: Say, ask_pin: Callable[[], str]) -> int:
    """Test what was asked for; 0 when nothing failed, 1 when something did, 2 when nothing was tested.

    Raises:
        NotPossible: a session is open, a device or check is not known, or the run cannot be signed.
        ConfigWrong: ``room.toml`` contradicts itself.
        RecordRefused: the record cannot be read.
    """
    session = _Session(
        options, data_folder(options.data), SystemClock(), _to_stderr if options.as_json else say
    )
    try:
        runs = session.runs()
    except BenchRefused as error:
        raise NotPossible(str(error)) from error
    if options.as_json:
        say(as_json(runs))
    if options.sign:
        session.sign(runs, ask_pin)
    return exit_code(runs)


class _Session:
    """One call of the command."""

    def __init__(self, options: SelftestOptions, folder: Path, clock: Clock, tell: Say) -> None:
        self._options = options
        self._folder = folder
        self._record = folder / RECORD
        self._clock = clock
        self._tell = tell

    def runs(self) -> tuple[BenchRun, ...]:
        """Test everything that was asked for, one after the other."""
        options = self._options
        config = read_config(self._folder / CONFIG)
        everything = not (options.devices or options.virtual or options.workstation)
        runs = [self._virtual(name) for name in options.virtual]
        runs += self._real(config, everything=everything)
        if options.workstation or everything:
            runs.append(self._workstation(config))
        return tuple(runs)

    def _virtual(self, name: str) -> BenchRun:
        told = about(name)
        virtual = VirtualBench(name, read_scenario(SCENARIO), self._clock.now())
        if self._options.fault:
            fault_named(self._options.fault, told).put(virtual)
        stand = virtual.stand()
        stand.plate_serial = self._options.serial
        tasks = checks_for(stand, self._options.checks)
        # Nobody is ever connected to a virtual device, and no session can use it meanwhile.
        bench = Bench(stand, tasks, virtual.clock, virtual.cable, no_patient=True, session_open=lambda: False)
        return self._told(bench.run(virtual.hands))

    def _real(self, config: RoomConfig, *, everything: bool) -> list[BenchRun]:
        options = self._options
        wanted = bound_devices(config) if everything else wanted_devices(config, options.devices)
        captures = Captures(self._folder / "capture")
        hands, weighings = TerminalHands(self._tell), _weighings(options.weights)
        runs = []
        try:
            for one in wanted:
                one = replace(
                    one,
                    expected=options.expected,
                    serial=options.serial,
                    balance=options.balance,
                    weighings=weighings,
                    trial=options.trial,
                )
                stand = stand_of(one, self._clock, captures)
                bench = self._bench(stand, checks_for(stand, options.checks))
                runs.append(self._told(bench.run(hands, self._began)))
        finally:
            captures.close()
        return runs

    def _workstation(self, config: RoomConfig) -> BenchRun:
        make_folder(self._folder)
        subject = Workstation(
            name=config.room_name,
            workstation_id=config.workstation_id,
            record=self._record,
            manifest=vouched_chunks,
            clock=self._clock,
            speaker=MiniaudioSpeaker(self._clock),
            last_entry_ns=last_entry_ns(self._record),
            archive=archive_probe(config, self._folder),
        )
        chosen = self._options.checks
        tasks = tuple(task for task in subject.tasks() if not chosen or task.id in chosen)
        return self._told(self._bench(subject, tasks).run(TerminalHands(self._tell), self._began))

    def _bench(self, subject: Subject, tasks: Sequence[Task]) -> Bench:
        return Bench(
            subject,
            tasks,
            self._clock,
            Wake(),
            no_patient=self._options.no_patient,
            session_open=lambda: session_is_open(self._record),
        )

    def _began(self, picture: BenchPicture) -> None:
        titles = dict(picture.checks)
        self._tell(f"{picture.name}: {titles[picture.current]} ...")

    def _told(self, run: BenchRun) -> BenchRun:
        run = msgspec.structs.replace(run, app_version=app_version())
        self._tell(as_text(run))
        return run

    def sign(self, runs: Sequence[BenchRun], ask_pin: Callable[[], str]) -> None:
        """Have the runs signed with the technician's PIN and put them into the record."""
        with Record.open(self._record, self._clock, boot_id()) as record:
            actor = _signer(
                Accounts(record, hasher_of(self._record)[0]), self._options.sign, ask_pin, self._clock.now()
            )
            for run in runs:
                signed = sign_run(record, run, actor, self._clock.now())
                self._tell(f"Signed by {actor.name}: entry {signed.seq} of the record, {signed.hash[:16]}.")


def _signer(accounts: Accounts, user_id: str, ask_pin: Callable[[], str], now: Instant) -> Actor:
    """Who signs, once the PIN was right.

    Raises:
        NotPossible: there is no such person, or the PIN is wrong.
    """
    user = next((one for one in accounts.users() if one.user_id == user_id and one.active), None)
    if user is None:
        raise NotPossible(f"There is no user {user_id} here: see infusion-console people list.")
    verdict = accounts.verify_pin(user_id, ask_pin(), now)
    if not verdict.right:
        raise NotPossible(f"{verdict.sentence} Nothing was signed.")
    return Actor(user.user_id, user.name, user.role, Authn.PIN)


def _to_stderr(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
