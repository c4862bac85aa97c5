"""Binding from the technician's page: one section of room.toml is written anew, everything else stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.app.bench_binding import BEFORE, RoomFile
from console.app.config import MonitorConfig, PumpConfig, read_config
from console.app.device_search import read_known
from console.devices.discovery import PortFacts
from console.devices.discovery_findings import PortFinding, Verdict
from console.room.bench_desk import CannotBind
from console.session.pump import Identity

BY_ID = "/dev/serial/by-id/usb-FTDI_A1-if00-port0"
PUMP = Identity("ne1000", "NE-1000X2", "3.928")
MONITOR = Identity("masimo", "Masimo", "", "M-17")


def found(device: str, who: Identity, *, lasting: bool = True, baud: int = 0) -> PortFinding:
    stable = BY_ID if lasting else "/dev/ttyUSB0"
    port = PortFacts("/dev/ttyUSB0", "FT232R", stable, lasting, "0403:6001", "A1" if lasting else "")
    return PortFinding(port, Verdict.FOUND, "found", device, who, baud=baud)


def a_file(tmp_path: Path, text: str) -> RoomFile:
    (tmp_path / "room.toml").write_text(text, encoding="utf-8")
    return RoomFile(tmp_path / "room.toml")


TEXT = """\
room = "Room 2"  # upstairs

[pump]
# the one on the pole
driver = "ne1000"
port = "/dev/ttyUSB7"
baud = 9600

[[monitor]]
name = "s5"
driver = "s5"
port = "/dev/ttyUSB1"

[sources]
hr = ["s5"]
"""


@pytest.mark.req("BEN-SEARCH")
def test_a_pump_takes_the_place_of_the_pump_and_everything_else_stays(tmp_path: Path) -> None:
    file = a_file(tmp_path, TEXT)
    assert "as the pump of Room 2" in file.bind(found("ne1000", PUMP), "")
    config = read_config(tmp_path / "room.toml")
    assert config.pump == PumpConfig("ne1000", BY_ID)
    assert config.monitors == (MonitorConfig("s5", "s5", "/dev/ttyUSB1"),)
    text = (tmp_path / "room.toml").read_text(encoding="utf-8")
    assert "# upstairs" in text
    assert "# the one on the pole" in text
    assert (tmp_path / f"room.toml{BEFORE}").read_text(encoding="utf-8") == TEXT
    assert [one.port for one in read_known(tmp_path)] == [BY_ID]


def test_a_monitor_is_added_under_a_name_of_its_own_or_takes_anothers_place(tmp_path: Path) -> None:
    file = a_file(tmp_path, TEXT)
    file.bind(found("masimo", MONITOR), "")
    assert [one.name for one in read_config(tmp_path / "room.toml").monitors] == ["s5", "masimo"]
    file = a_file(tmp_path, TEXT)
    file.bind(found("masimo", MONITOR, baud=19200), "s5")
    (monitor,) = read_config(tmp_path / "room.toml").monitors
    assert monitor == MonitorConfig("s5", "masimo", BY_ID, 19200)
    with pytest.raises(CannotBind, match="no monitor x9"):
        file.bind(found("masimo", MONITOR), "x9")


def test_a_room_without_a_file_gets_one(tmp_path: Path) -> None:
    RoomFile(tmp_path / "room.toml").bind(found("ne1000", PUMP), "")
    assert read_config(tmp_path / "room.toml").pump == PumpConfig("ne1000", BY_ID)


@pytest.mark.req("BEN-SEARCH")
def test_nothing_is_bound_by_a_name_that_does_not_last_or_twice(tmp_path: Path) -> None:
    file = a_file(tmp_path, TEXT)
    with pytest.raises(CannotBind, match="no lasting name"):
        file.bind(found("ne1000", PUMP, lasting=False), "")
    assert (tmp_path / "room.toml").read_text(encoding="utf-8") == TEXT
    file.bind(found("ne1000", PUMP), "")
    with pytest.raises(CannotBind, match="Look which cable is which"):
        file.bind(found("masimo", MONITOR), "")
    (tmp_path / "devices.json").unlink()
    with pytest.raises(CannotBind, match="given to two devices"):
        file.bind(found("masimo", MONITOR), "")
