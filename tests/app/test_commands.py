"""The command line: names others script against, exit codes, and sentences instead of tracebacks."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest

from console.app.commands import run
from console.app.folder import RECORD, data_folder, scenario_names
from console.app.people import add_person
from console.app.process_words import EXIT_IN_USE, EXIT_USER
from console.app.room_process import RoomOptions, run_room
from console.app.troubles import NotPossible
from console.app.virtual_devices import tcp_address
from console.clock import SystemClock
from console.storage.record import Record

DRI = Path(__file__).parents[1] / "data" / "ge-dri"


def printed(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    captured = capsys.readouterr()
    return captured.out, captured.err


@pytest.mark.parametrize("command", ["demo", "virtual", "decode", "record", "report"])
def test_every_promised_command_is_there(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run([command, "--help"])
    assert ended.value.code == 0
    assert "usage: infusion-console" in printed(capsys)[0]


def test_people_are_added_listed_and_given_a_new_pin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("417093\n620857\n"))
    data = ["--data", str(tmp_path)]
    assert run(["people", "add", "ana", "Ana Ruiz", "nurse", *data]) == 0
    assert run(["people", "pin", "ana", *data]) == 0
    assert run(["people", "list", *data]) == 0
    out, _ = printed(capsys)
    assert re.search(r"ana\s+nurse\s+Ana Ruiz", out)


def test_weak_pin_is_refused_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("111111\n"))
    assert run(["people", "add", "ana", "Ana Ruiz", "nurse", "--data", str(tmp_path)]) == EXIT_USER
    assert "too easy" in printed(capsys)[1]


def test_record_is_verified_and_a_missing_one_is_said_to_be_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Record.open(tmp_path / RECORD, SystemClock(), "boot").close()
    assert run(["record", "verify", "--json", "--data", str(tmp_path)]) == 0
    assert json.loads(printed(capsys)[0])["ok"] is True
    assert run(["record", "verify", str(tmp_path / "no.sqlite")]) != 0
    out, err = printed(capsys)
    assert "Traceback" not in out + err
    assert str(tmp_path) in out + err


def test_recording_of_a_monitor_is_decoded(capsys: pytest.CaptureFixture[str]) -> None:
    recording = next(
        path for path in sorted(DRI.rglob("*")) if path.suffix not in {"", ".md", ".txt", ".toml"}
    )
    assert run(["decode", "s5", str(recording)]) in {0, 1}
    assert "Frames:" in printed(capsys)[0]


def test_unknown_scenario_lists_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", "--scenario", "nightmare"]) == EXIT_USER
    said = printed(capsys)[1]
    assert all(name in said for name in scenario_names())


@pytest.mark.parametrize("speed", ["0", "-1", "fast", "5000"])
def test_impossible_speed_is_refused(speed: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(["demo", "--speed", speed])
    assert ended.value.code == EXIT_USER
    assert "is no speed" in printed(capsys)[1]


@pytest.mark.parametrize("text", ["4001", "host:", "host:x", "host:70000", ":80"])
def test_address_of_a_virtual_device_needs_host_and_port(text: str) -> None:
    with pytest.raises(NotPossible):
        tcp_address(text)


def test_port_that_cannot_be_made_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    in_the_way = tmp_path / "port"
    in_the_way.write_text("")
    assert run(["virtual", "ne1000", "--pty", str(in_the_way)]) == EXIT_USER
    assert "in the way" in printed(capsys)[1]


@pytest.mark.req("HST-14")
def test_second_room_on_the_same_record_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Record.open(tmp_path / RECORD, SystemClock(), "boot"):
        assert run_room(RoomOptions(tmp_path, ballast=False)) == EXIT_IN_USE
    assert "Another console" in printed(capsys)[1]


def test_bad_configuration_ends_the_room_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "room.toml").write_text("watchdog_s = 1")
    assert run_room(RoomOptions(tmp_path, ballast=False)) == EXIT_USER
    assert "5 to 255" in printed(capsys)[1]


def test_data_folder_is_as_given_else_as_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFUSION_CONSOLE_DATA", str(tmp_path / "env"))
    assert data_folder(None) == tmp_path / "env"
    assert data_folder(str(tmp_path / "given")) == tmp_path / "given"


def test_person_can_only_be_added_while_the_console_is_closed(tmp_path: Path) -> None:
    with (
        Record.open(tmp_path / RECORD, SystemClock(), "boot"),
        pytest.raises(Exception, match="Another console"),
    ):
        add_person(str(tmp_path), "ana", "Ana Ruiz", "nurse", "417093", lambda _: None)
