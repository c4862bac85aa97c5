"""Which serial ports there are, and the name under which one is found again after re-plugging.

``/dev/ttyUSB0`` may be another device tomorrow; udev's ``/dev/serial/by-id`` name carries the adapter's
serial number and does not change. An adapter without one is told apart by where it is plugged in
(``/dev/serial/by-path``).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from console.devices.link import SeenPort, is_present, seen_ports
from console.devices.ports import LinkLost

UDEV = Path("/dev/serial")
USB = "usb:"


class PortFacts(msgspec.Struct, frozen=True):
    """One serial port, for a person who chooses.

    Attributes:
        device: Name of today (``/dev/ttyUSB0``, ``COM3``).
        description: What the operating system calls it.
        stable_path: A name that survives re-plugging, for :func:`bound_port`; ``device`` if there is none.
        is_stable: Whether ``stable_path`` is such a name.
        usb: ``vid:pid`` in hexadecimal, empty when it is no USB port.
        serial_number: Of the adapter, empty when it has none.
        aliases: Its other names, those that do not last included.
    """

    device: str
    description: str
    stable_path: str
    is_stable: bool
    usb: str = ""
    serial_number: str = ""
    aliases: tuple[str, ...] = ()


def list_ports(udev: Path = UDEV, seen: Iterable[SeenPort] | None = None) -> tuple[PortFacts, ...]:
    """The serial ports of this machine, by name."""
    by_id, by_path = _links(udev / "by-id"), _links(udev / "by-path")
    ports = tuple(seen_ports() if seen is None else seen)
    named = [_usb_name(port) for port in ports]
    return tuple(
        _facts(port, by_id, by_path, name if named.count(name) == 1 else "")
        for port, name in zip(ports, named, strict=True)
    )


def pinned_port(port: str, udev: Path = UDEV, seen: Iterable[SeenPort] | None = None) -> str:
    """The name to keep for what is at ``port`` now; ``port`` itself where there is no better one.

    ``/dev/ttyUSB0`` is a place in a queue: after the next plug another device may stand there.
    """
    if "://" in port or port.startswith(USB):
        return port
    return next((fact.stable_path for fact in list_ports(udev, seen) if fact.device == port), port)


def bound_port(port: str, seen: Iterable[SeenPort] | None = None) -> str:
    """What to open for ``port`` today: itself, or the adapter with the serial number it names.

    Args:
        port: A device name, a ``socket://`` address, or ``usb:VID:PID:SERIAL`` (hexadecimal ids), for
            systems that give adapters no lasting names.
        seen: The ports there are; asked of the operating system when None.

    Raises:
        LinkLost: no adapter, or more than one, has that identity.
    """
    if not port.startswith(USB):
        return port
    ports = seen_ports() if seen is None else seen
    found = [one.device for one in ports if one.serial_number and _usb_name(one) == port.lower()]
    if len(found) == 1:
        return found[0]
    if found:
        raise LinkLost(
            f"{len(found)} adapters say they are {port}. Unplug the one that does not belong here."
        )
    raise LinkLost(f"The adapter {port} is not plugged in. Plug its cable in.")


def is_there(port: str) -> bool:
    """Whether the bound port can be seen now."""
    try:
        return is_present(bound_port(port))
    except LinkLost:
        return False


def usb_name(ids: str, serial_number: str) -> str:
    """The name of an adapter by ``vid:pid`` and serial number; empty when it has no number of its own."""
    return f"{USB}{ids}:{serial_number}".lower() if ids and serial_number else ""


def _usb_name(port: SeenPort) -> str:
    return usb_name(_ids(port), port.serial_number)


def _ids(port: SeenPort) -> str:
    return "" if port.vendor_id is None else f"{port.vendor_id:04x}:{port.product_id or 0:04x}"


def _facts(port: SeenPort, by_id: dict[str, str], by_path: dict[str, str], own_name: str) -> PortFacts:
    # Two equal adapters without a serial number share one by-id name, so the socket tells them apart.
    order = (by_id, by_path) if port.serial_number else (by_path, by_id)
    real = str(Path(port.device).resolve())
    usb = _ids(port)
    lasting = [names[real] for names in order if real in names]
    # Without udev's names (Windows, macOS, a container) the adapter's own number is its name, unless two
    # have the same.
    stable = next((name for name in (*lasting, own_name) if name), None)
    return PortFacts(
        device=port.device,
        description=port.description,
        stable_path=port.device if stable is None else stable,
        is_stable=stable is not None,
        usb=usb,
        serial_number=port.serial_number,
        aliases=tuple(dict.fromkeys([real, *lasting])),
    )


def _links(folder: Path) -> dict[str, str]:
    """From the real device to its name in ``folder``."""
    try:
        return {str(link.resolve()): str(link) for link in sorted(folder.iterdir())}
    except OSError:
        return {}
