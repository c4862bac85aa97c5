"""``room.toml`` is understood or refused with a sentence that names the place."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.app.compose import plan_of, timebase
from console.app.config import (
    HOW_TO_BIND,
    ConfigWrong,
    MonitorConfig,
    PumpConfig,
    RoomConfig,
    parse_config,
    read_config,
)
from console.app.site_files import site_of
from console.clinical.toml_table import LibraryError
from console.clinical.vitals import Vital

WHOLE = b"""
room = "Room 2"
site_id = "clinic-1"
workstation_id = "ws-2"
watchdog_s = 45
[pump]
driver = "ne1000"
port = "/dev/serial/by-id/usb-pump"
address = 3
[[monitor]]
name = "s5"
driver = "s5"
port = "socket://10.0.0.5:4001"
[[monitor]]
name = "second"
driver = "s5"
port = "/dev/serial/by-id/usb-monitor"
baud = 115200
[sources]
hr = ["second", "s5"]
"""


def test_whole_file_is_understood() -> None:
    config = parse_config(WHOLE)
    assert config.pump == PumpConfig("ne1000", "/dev/serial/by-id/usb-pump", 3)
    assert config.monitors[1] == MonitorConfig("second", "s5", "/dev/serial/by-id/usb-monitor", 115200)
    assert config.sources == {Vital.HR: ("second", "s5")}
    assert (config.room_name, config.watchdog_s) == ("Room 2", 45)


def test_control_of_a_pump_that_hands_it_over_is_asked_for_in_so_many_words() -> None:
    text = b"[pump]\ndriver = 'alaris'\nport = 'a'\n"
    for said, wanted in ((b"", False), (b"control = false", False), (b"control = true", True)):
        pump = parse_config(text + said).pump
        assert pump is not None
        assert pump.control is wanted


def test_missing_file_is_a_room_without_devices(tmp_path: Path) -> None:
    assert read_config(tmp_path / "room.toml") == RoomConfig()


def test_printed_help_is_itself_a_valid_file() -> None:
    config = parse_config(HOW_TO_BIND.replace("usb-...", "usb-a", 1).encode())
    assert config.pump is not None
    assert config.monitors


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"room = ", "cannot be read"),
        (b"rom = 'x'", "rom is not known"),
        (b"[pump]\ndriver = 'toaster'\nport = 'a'", "There is: alaris, bcc"),
        (b"[pump]\ndriver = 'ne1000'", "port is missing"),
        (b"[pump]\ndriver = 'ne1000'\nport = 'a'\naddress = 100", "0 to 99"),
        (b"watchdog_s = 3", "5 to 255 seconds"),
        (b"[pump]\ndriver='ne1000'\nport='a'\n[[monitor]]\nname='s5'\ndriver='s5'\nport='a'", "two devices"),
        (b"[[monitor]]\nname='pump'\ndriver='s5'\nport='a'", "twice"),
        (b"[sources]\nhr = ['s5']", "no monitor of this room"),
        (b"\xff", "UTF-8"),
    ],
)
def test_bad_file_is_refused_with_a_sentence(tmp_path: Path, text: bytes, says: str) -> None:
    path = tmp_path / "room.toml"
    path.write_bytes(text)
    with pytest.raises(ConfigWrong) as refused:
        read_config(path)
    assert says in str(refused.value)
    assert str(path) in str(refused.value) or "room.toml" in str(refused.value)
    assert "signed copy" not in str(refused.value)


def test_configuration_becomes_a_room(tmp_path: Path) -> None:
    config = parse_config(WHOLE)
    plan = plan_of(
        config,
        tmp_path,
        tmp_path / "record.sqlite",
        timebase(1.0, None),
        silent=True,
        window_stalled=lambda: None,
    )
    assert plan.pump is not None
    assert plan.pump.driver.line.baud == 19200
    assert [monitor.name for monitor in plan.monitors] == ["s5", "second"]
    assert plan.site.sources(Vital.HR) == ("second", "s5")
    assert plan.site.watchdog_s == 45


def test_site_library_of_the_clinic_replaces_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("name = 'x'")
    config = parse_config(b"library = 'own.toml'")
    with pytest.raises(LibraryError, match="drug library"):
        site_of(config, tmp_path)


def test_each_scaled_clock_is_a_boot_of_its_own() -> None:
    real, scaled = timebase(1.0, None), timebase(30.0, None)
    assert real.start is None
    assert scaled.start is not None
    assert scaled.boot_id != real.boot_id
    again = timebase(30.0, scaled.start)
    assert again.boot_id == scaled.boot_id
    assert abs(again.clock.now().seconds_since(scaled.clock.now())) < 30
