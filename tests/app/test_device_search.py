"""``infusion-console devices``: what it prints, what it keeps, and when it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from console.app import device_search
from console.app.commands import run
from console.app.device_search import KNOWN, SearchOptions, search_devices
from console.app.folder import CONFIG, RECORD
from console.app.process_words import EXIT_USER
from console.app.troubles import NotPossible
from console.devices.discovery import PortFacts
from console.devices.ports import LineSettings, Link
from console.devices.virtual.twins import VirtualSetting, make_twin
from console.storage.lock import InstanceLock
from tests.devices.talking_monitor import Prints, TwinLink, someone

ROOM = """
[pump]
driver = "ne1000"
port = "/by-id/pump"

[[monitor]]
name = "finger"
driver = "masimo"
port = "/by-id/masimo"
"""


class Desk:
    """A computer with adapters and what stands behind them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.opened: list[str] = []
        self.devices: dict[str, TwinLink] = {}
        self.behind = {"pump": "ne1000", "masimo": "masimo", "spare": "s5", "free": ""}
        self.numbers = {name: f"/dev/ttyUSB{number}" for number, name in enumerate(self.behind)}
        monkeypatch.setattr(device_search, "list_ports", self.list_ports)

    def list_ports(self) -> tuple[PortFacts, ...]:
        return tuple(
            PortFacts(self.numbers[name], f"Adapter {name}", f"/by-id/{name}", True, "0403:6001", name)
            for name in self.behind
        )

    def open(self, device: str, line: LineSettings) -> Link:
        del line
        self.opened.append(device)
        name = next(name for name, number in self.numbers.items() if number == device)
        kind = self.behind[name]
        if kind not in self.devices:
            patient = someone()
            twin = make_twin(kind, VirtualSetting(patient, 0.0)) if kind else Prints(b"")
            self.devices[kind] = TwinLink(twin, patient)
        return self.devices[kind]

    def search(
        self, *, only_list: bool = False, json: bool = False, keep: bool = False, looked: bool = True
    ) -> str:
        self.said.clear()
        options = SearchOptions(str(self.folder), (), only_list, json, keep, looked)
        assert search_devices(options, self.said.append, self.open) == 0
        return "\n".join(self.said)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Desk:
    (tmp_path / CONFIG).write_text(ROOM)
    return Desk(monkeypatch, tmp_path)


@pytest.mark.req("SER-02")
def test_what_is_plugged_in_is_told_with_the_lines_that_bind_it(desk: Desk) -> None:
    told = desk.search()
    assert "/dev/ttyUSB0  Adapter pump 0403:6001 pump, bound to pump" in told
    assert "Bound to the pump: left alone." in told
    assert desk.numbers["pump"] not in desk.opened
    assert "found: masimo: Masimo" in told
    assert 'driver = "s5"\n      port = "/by-id/spare"' in told
    assert 'driver = "masimo"' not in told
    assert "silent: Nothing answers." in told


def test_the_ports_alone_are_listed_without_opening_one(desk: Desk) -> None:
    told = desk.search(only_list=True, looked=False)
    assert "lasting name /by-id/spare" in told
    assert desk.opened == []


@pytest.mark.req("DIS-02")
def test_with_a_pump_bound_somebody_has_to_say_that_nothing_infuses(desk: Desk) -> None:
    with pytest.raises(NotPossible, match="Look at the pump"):
        desk.search(looked=False)
    assert desk.opened == []


@pytest.mark.req("DIS-02")
def test_while_the_console_runs_it_is_refused(desk: Desk) -> None:
    with InstanceLock(desk.folder / RECORD), pytest.raises(NotPossible, match="console is running"):
        desk.search()
    assert desk.opened == []


@pytest.mark.req("SER-02")
def test_swapped_numbers_change_nothing_and_swapped_devices_are_told(desk: Desk) -> None:
    desk.search(keep=True)
    numbers = desk.numbers
    desk.numbers = {**numbers, "masimo": numbers["spare"], "spare": numbers["masimo"]}
    told = desk.search(keep=True)
    assert told.count("as before") == 2
    assert 'driver = "s5"\n      port = "/by-id/spare"' in told
    desk.behind["masimo"], desk.behind["spare"] = "s5", "masimo"
    told = desk.search()
    assert told.count("Look which cable is which") == 2
    assert "for room.toml" not in told


def test_what_was_remembered_and_is_gone_is_said_to_be_missing(desk: Desk) -> None:
    desk.search(keep=True)
    del desk.behind["spare"]
    assert "/by-id/spare is not plugged in" in desk.search()
    (desk.folder / KNOWN).write_text("{")
    with pytest.raises(NotPossible, match="is damaged"):
        desk.search()


def test_programs_get_everything_with_its_evidence(desk: Desk) -> None:
    told = json.loads(desk.search(json=True))
    found = {one["device"]: one for one in told["findings"] if one["verdict"] == "found"}
    assert set(found) == {"masimo", "s5"}
    assert found["s5"]["evidence"][-1]["sent"].startswith("7e")
    assert found["s5"]["port"]["stable_path"] == "/by-id/spare"
    assert {one["name"] for one in told["bound"]} == {"pump", "finger"}


def test_the_command_is_there_and_its_refusals_are_sentences(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(tmp_path)]
    assert run(["devices", "--list", "--json", *data]) == 0
    assert "ports" in json.loads(capsys.readouterr().out)
    assert run(["devices", "--port", "/dev/not-there", *data]) == 0
    assert "no such port" in capsys.readouterr().out
    assert run(["devices", "--port", "udp://10.0.0.9:24105", *data]) == EXIT_USER
    assert "network address" in capsys.readouterr().err
    (tmp_path / CONFIG).write_text(ROOM)
    assert run(["devices", *data]) == EXIT_USER
    assert "--nothing-infuses" in capsys.readouterr().err


def test_a_computer_without_ports_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    said: list[str] = []
    monkeypatch.setattr(device_search, "list_ports", tuple)
    assert search_devices(SearchOptions(str(tmp_path)), said.append) == 0
    assert said == ["This computer has no serial port. Plug an adapter in."]
