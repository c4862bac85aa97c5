"""Ports as a person sees them, and the name that survives re-plugging."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.devices.discovery import bound_port, is_there, list_ports, pinned_port
from console.devices.link import SeenPort, seen_ports
from console.devices.ports import LinkLost


def udev_tree(root: Path, devices: dict[str, dict[str, str]]) -> None:
    """Make ``root/<folder>/<name> -> device`` links."""
    for folder, links in devices.items():
        (root / folder).mkdir(parents=True, exist_ok=True)
        for name, device in links.items():
            link = root / folder / name
            link.unlink(missing_ok=True)
            link.symlink_to(device)


@pytest.mark.req("SER-02")
def test_an_adapter_keeps_its_stable_name_when_the_kernel_swaps_the_numbers(tmp_path: Path) -> None:
    usb0, usb1 = tmp_path / "ttyUSB0", tmp_path / "ttyUSB1"
    for device in (usb0, usb1):
        device.write_text("")

    def stable_of(serial_number: str, order: tuple[Path, Path]) -> str:
        udev_tree(tmp_path, {"by-id": {"usb-A": str(order[0]), "usb-B": str(order[1])}})
        seen = [
            SeenPort(str(order[0]), "A", 0x0403, 0x6001, "A1"),
            SeenPort(str(order[1]), "B", 0x0403, 0x6001, "B1"),
        ]
        facts = {port.serial_number: port for port in list_ports(tmp_path, seen)}
        assert facts[serial_number].is_stable
        return facts[serial_number].stable_path

    before = stable_of("A1", (usb0, usb1))
    after = stable_of("A1", (usb1, usb0))
    assert before == after == str(tmp_path / "by-id" / "usb-A")


@pytest.mark.req("SER-02")
def test_two_adapters_without_serial_numbers_are_told_apart_by_their_sockets(tmp_path: Path) -> None:
    usb0 = tmp_path / "ttyUSB0"
    usb0.write_text("")
    udev_tree(tmp_path, {"by-id": {"usb-same": str(usb0)}, "by-path": {"pci-1": str(usb0)}})
    (facts,) = list_ports(tmp_path, [SeenPort(str(usb0), "same", 0x067B, 0x2303, "")])
    assert facts.stable_path == str(tmp_path / "by-path" / "pci-1")
    assert facts.usb == "067b:2303"


def test_a_port_without_a_stable_name_says_so(tmp_path: Path) -> None:
    (facts,) = list_ports(tmp_path, [SeenPort("/dev/ttyS0", "ttyS0", None, None, "")])
    assert (facts.stable_path, facts.is_stable, facts.usb) == ("/dev/ttyS0", False, "")


def test_this_machine_can_be_asked() -> None:
    assert [port.device for port in list_ports()] == [port.device for port in seen_ports()]


ADAPTER = SeenPort("COM7", "USB serial", 0x0403, 0x6001, "A10K5XYZ")


@pytest.mark.req("SER-02")
def test_a_name_of_today_is_exchanged_for_the_one_that_lasts(tmp_path: Path) -> None:
    usb0 = tmp_path / "ttyUSB0"
    usb0.write_text("")
    udev_tree(tmp_path, {"by-id": {"usb-A": str(usb0)}})
    seen = [SeenPort(str(usb0), "A", 0x0403, 0x6001, "A1")]
    assert pinned_port(str(usb0), tmp_path, seen) == str(tmp_path / "by-id" / "usb-A")
    for kept in ("socket://127.0.0.1:4001", "usb:0403:6001:A1", "/dev/not-there"):
        assert pinned_port(kept, tmp_path, seen) == kept


@pytest.mark.req("SER-02")
def test_a_serial_number_finds_its_adapter_under_whatever_name_it_has_today() -> None:
    other = SeenPort("COM3", "USB serial", 0x0403, 0x6001, "B2")
    assert bound_port("usb:0403:6001:A10K5XYZ", [other, ADAPTER]) == "COM7"
    assert bound_port("COM3", [ADAPTER]) == "COM3"


@pytest.mark.req("SER-02")
def test_a_serial_number_that_is_missing_or_there_twice_opens_nothing() -> None:
    with pytest.raises(LinkLost, match="not plugged in"):
        bound_port("usb:0403:6001:B2", [ADAPTER])
    with pytest.raises(LinkLost, match="2 adapters"):
        bound_port("usb:0403:6001:A10K5XYZ", [ADAPTER, ADAPTER])
    assert not is_there("usb:0403:6001:NOT-HERE")
