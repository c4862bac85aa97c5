"""Virtual devices on real cables: for demonstrations, and for any other serial program."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType
from typing import Final

import msgspec

from console.app.bay import Bay, Findings
from console.app.folder import resource, scenario_names
from console.app.room_process import orphaned
from console.app.troubles import NotPossible
from console.clock import Clock, Instant, ScaledClock, SystemClock
from console.devices.ports import Emulator
from console.devices.virtual import cable, scenario
from console.devices.virtual.patient import VirtualPatient
from console.devices.virtual.scenario import NurseAct, NurseCharts, Scenario
from console.devices.virtual.scenario_file import load_scenario
from console.devices.virtual.twins import Delivers, VirtualSetting, make_twin

FINDINGS: Final = "chair.json"
DEEDS: Final = "deeds.jsonl"
WRITE_EVERY_S: Final = 1.0
LONGEST_STEP_S: Final = 0.25


class CableAddresses(msgspec.Struct, frozen=True):
    """What a room opens as its ports."""

    pump: str
    monitor: str


@dataclass(frozen=True, slots=True)
class BayOptions:
    """Arguments of the process that serves a demonstration's devices."""

    folder: Path
    scenario: str
    speed: float
    start: Instant | None
    parent: int = 0


def read_scenario(name: str) -> Scenario:
    """The scenario called ``name``.

    Raises:
        ScenarioError: it cannot be played.
        NotPossible: there is none of that name.
    """
    if name not in scenario_names():
        raise NotPossible(f"There is no scenario {name}. There are: {', '.join(scenario_names())}.")
    return load_scenario(resource("scenarios", f"{name}.toml"))


def plug(emulator: Emulator, link: Path, tcp: bool) -> cable.Cable:
    """A pseudo-terminal with a stable name where there are any, else a TCP port.

    Raises:
        OSError: neither can be made.
    """
    if not tcp and sys.platform != "win32":
        return cable.PtyCable(emulator, link)
    return cable.TcpCable(emulator)


def run_bay(options: BayOptions) -> int:
    """Serve pump and monitor of one scenario until told to end; the addresses go to standard output."""
    real = SystemClock()
    clock: Clock = real if options.speed == 1.0 else ScaledClock(real, options.speed, options.start)
    played = read_scenario(options.scenario)
    ends: dict[scenario.Cable, cable.Cable] = {}
    bay = Bay(
        played,
        pull=lambda which: ends[which].unplug(),
        plug_in=lambda which: ends[which].replug(),
        deed=lambda deed: _append(options.folder / DEEDS, deed),
        clock_s=clock.now().wall_utc_ns / 1e9,
    )
    (options.folder / DEEDS).write_text("", encoding="utf-8")
    ends[scenario.Cable.PUMP] = plug(bay.pump, options.folder / "port-pump", tcp=False)
    ends[scenario.Cable.MONITOR] = plug(bay.monitor, options.folder / "port-monitor", tcp=False)
    addresses = CableAddresses(ends[scenario.Cable.PUMP].address, ends[scenario.Cable.MONITOR].address)
    chair = Chair(bay, options.folder / FINDINGS, WRITE_EVERY_S * options.speed)
    _announce(addresses)
    # A faster clock must not mean more steps than a machine can do between two bytes.
    step_s = min(cable.LONGEST_STEP_S * options.speed, LONGEST_STEP_S)
    try:
        cable.serve_all(list(ends.values()), clock, Ending(options.parent), chair.step, step_s)
    finally:
        for end in ends.values():
            end.close()
    return 0


class Chair:
    """Advances the bay and tells, now and then, what a nurse would find at the chair."""

    def __init__(self, bay: Bay, path: Path, every_s: float) -> None:
        self._bay = bay
        self._path = path
        self._every_s = every_s
        self._left_s = 0.0

    def step(self, dt_s: float) -> None:
        """Let time pass."""
        self._bay.step(dt_s)
        self._left_s -= dt_s
        if self._left_s <= 0:
            self._left_s = self._every_s
            fresh = self._path.with_suffix(".new")
            fresh.write_text(json.dumps(asdict(self._bay.findings())), encoding="utf-8")
            os.replace(fresh, self._path)


def read_findings(folder: Path) -> Findings:
    """What a nurse finds at the chair of a demonstration; awake and well before it began."""
    try:
        return msgspec.json.decode((folder / FINDINGS).read_bytes(), type=Findings)
    except (OSError, msgspec.DecodeError):
        return Findings(moaas=5, dissociation=0, nausea=0, distress=0)


def read_deeds(folder: Path, after: int) -> tuple[NurseAct | NurseCharts, ...]:
    """What the script has its nurse do at the console, without the first ``after`` deeds."""
    try:
        lines = (folder / DEEDS).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ()
    return tuple(_deed(line) for line in lines[after:])


def _append(path: Path, deed: NurseAct | NurseCharts) -> None:
    kind = "act" if isinstance(deed, NurseAct) else "chart"
    with path.open("a", encoding="utf-8") as file:
        file.write(msgspec.json.encode({"do": kind, "deed": deed}).decode() + "\n")


def _deed(line: str) -> NurseAct | NurseCharts:
    raw = msgspec.json.decode(line)
    kind: type[NurseAct] | type[NurseCharts] = NurseAct if raw["do"] == "act" else NurseCharts
    deed: NurseAct | NurseCharts = msgspec.convert(raw["deed"], kind)
    return deed


class Ending:
    """Set when this process is asked to end, or when the one that started it is gone."""

    def __init__(self, parent: int = 0) -> None:
        self._asked = end_on_signals()
        self._parent = parent

    def is_set(self) -> bool:
        """Whether to end."""
        return self._asked.is_set() or orphaned(self._parent)

    def wait(self, timeout: float) -> bool:
        """Wait at most ``timeout`` seconds to be asked; whether to end."""
        self._asked.wait(timeout)
        return self.is_set()


def end_on_signals() -> threading.Event:
    """An event that is set when this process is asked to end."""
    ending = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ending.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    return ending


def _announce(addresses: CableAddresses) -> None:
    print(msgspec.json.encode(addresses).decode(), flush=True)


class LoneDevice:
    """One virtual device with a patient behind it and no script."""

    def __init__(self, kind: str, played: Scenario, clock_s: float) -> None:
        self.patient = VirtualPatient(played.patient, played.seed)
        self._mg_ml = float(played.true_concentration_mg_ml)
        self._given_ml = 0.0
        self.device = make_twin(kind, VirtualSetting(self.patient, clock_s, played.seed))

    def step(self, dt_s: float) -> None:
        """Let time pass in the patient; a pump's drug reaches him."""
        given = self.device.delivered_ml if isinstance(self.device, Delivers) else 0.0
        self.patient.advance(dt_s, max(0.0, given - self._given_ml) * self._mg_ml)
        self._given_ml = given


def serve_one(
    kind: str, make: Callable[[Emulator], cable.Cable], played: Scenario, say: Callable[[str], None]
) -> int:
    """Serve one virtual device by itself until told to end.

    Args:
        kind: Driver name of the device.
        make: Plugs the device in.
        played: Whose patient lies behind it.
        say: Told where it is.
    """
    clock = SystemClock()
    lone = LoneDevice(kind, played, clock.now().wall_utc_ns / 1e9)
    end = make(lone.device)
    say(f"Virtual {kind} at {end.address} (end with Ctrl-C).")
    try:
        cable.serve_all([end], clock, end_on_signals(), lone.step)
    finally:
        end.close()
    return 0


def tcp_address(text: str) -> tuple[str, int]:
    """Host and port of ``HOST:PORT``.

    Raises:
        NotPossible: it is neither.
    """
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise NotPossible(f"{text} is no address: give HOST:PORT, such as 127.0.0.1:4001.")
    return host, int(port)
