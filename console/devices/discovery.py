"""Which serial ports there are, and the name under which one is found again after re-plugging.

``/dev/ttyUSB0`` may be another device tomorrow; udev's ``/dev/serial/by-id`` name carries the adapter's
serial number and does not change. An adapter without one is told apart by where it is plugged in
(``/dev/serial/by-path``).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from console.devices.link import SeenPort, seen_ports

UDEV = Path("/dev/serial")


class PortFacts(msgspec.Struct, frozen=True):
    """One serial port, for a person who chooses.

    Attributes:
        device: Name of today (``/dev/ttyUSB0``, ``COM3``).
        description: What the operating system calls it.
        stable_path: A name that can be opened and survives re-plugging; ``device`` if there is none.
        is_stable: Whether ``stable_path`` is such a name.
        usb: ``vid:pid`` in hexadecimal, empty when it is no USB port.
        serial_number: Of the adapter, empty when it has none.
    """

    device: str
    description: str
    stable_path: str
    is_stable: bool
    usb: str = ""
    serial_number: str = ""


def list_ports(udev: Path = UDEV, seen: Iterable[SeenPort] | None = None) -> tuple[PortFacts, ...]:
    """The serial ports of this machine, by name."""
    by_id, by_path = _links(udev / "by-id"), _links(udev / "by-path")
    return tuple(_facts(port, by_id, by_path) for port in (seen_ports() if seen is None else seen))


def _facts(port: SeenPort, by_id: dict[str, str], by_path: dict[str, str]) -> PortFacts:
    # Two equal adapters without a serial number share one by-id name, so the socket tells them apart.
    order = (by_id, by_path) if port.serial_number else (by_path, by_id)
    real = str(Path(port.device).resolve())
    stable = next((names[real] for names in order if real in names), None)
    usb = "" if port.vendor_id is None else f"{port.vendor_id:04x}:{port.product_id or 0:04x}"
    return PortFacts(
        device=port.device,
        description=port.description,
        stable_path=port.device if stable is None else stable,
        is_stable=stable is not None,
        usb=usb,
        serial_number=port.serial_number,
    )


def _links(folder: Path) -> dict[str, str]:
    """From the real device to its name in ``folder``."""
    try:
        return {str(link.resolve()): str(link) for link in sorted(folder.iterdir())}
    except OSError:
        return {}
