"""Which device was found where, remembered by identity, and compared with what is found today. Pure.

An adapter is remembered by its lasting name (serial number or socket), a device by what it says of itself.
The number the computer gave a port is never part of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from console.devices.about import DeviceAbout, Role
from console.devices.discovery_findings import PortFinding, Verdict, is_port


class KnownDevice(msgspec.Struct, frozen=True):
    """One device as it was found.

    Attributes:
        port: Lasting name of its adapter.
        device: Driver name.
        model: As it said.
        serial: As it said, empty when it has none to tell.
    """

    port: str
    device: str
    model: str
    serial: str = ""


class Standing(StrEnum):
    """How a device of today compares with those that are remembered."""

    SAME = "same"
    NEW = "new"
    MOVED = "moved"
    """The same device, by its own serial number, at another adapter."""
    REPLACED = "replaced"
    """Another device at the adapter: nothing may be bound before somebody looked."""
    MISSING = "missing"
    UNNAMED = "unnamed"
    """Found at a port without a lasting name: it cannot be remembered."""


class Comparison(msgspec.Struct, frozen=True):
    """One device, remembered or found.

    Attributes:
        standing: How both compare.
        sentence: The same for a person.
        known: As it was remembered, None when it was not.
        finding: As it was found, None when it was not.
    """

    standing: Standing
    sentence: str
    known: KnownDevice | None = None
    finding: PortFinding | None = None

    @property
    def may_bind(self) -> bool:
        """Whether a binding to this port is certain to mean this device."""
        return self.standing in {Standing.SAME, Standing.NEW, Standing.MOVED}


def remember(findings: Sequence[PortFinding], before: Sequence[KnownDevice] = ()) -> tuple[KnownDevice, ...]:
    """What to keep: everything found at a lasting name; what was not found today stays as it was."""
    fresh = tuple(device for one in findings if (device := _known(one)) is not None)
    serials = {(one.device, one.serial) for one in fresh if one.serial}
    kept = tuple(
        one
        for one in before
        if all(one.port != other.port for other in fresh) and (one.device, one.serial) not in serials
    )
    return fresh + kept


def compare(known: Sequence[KnownDevice], findings: Sequence[PortFinding]) -> tuple[Comparison, ...]:
    """Every device found, then every remembered one that was not."""
    found = [one for one in findings if one.verdict is Verdict.FOUND]
    compared = [_compare_found(one, known, found) for one in found]
    settled = {
        one.known for one in compared if one.known is not None and one.standing is not Standing.REPLACED
    }
    missing = [_missing(one, findings) for one in known if one not in settled]
    return tuple(compared + missing)


def binding_text(finding: PortFinding, about: DeviceAbout) -> str:
    """What to write into ``room.toml`` for a found device; empty when its port has no lasting name."""
    device = _known(finding)
    if device is None:
        return ""
    head = "[pump]" if about.role is Role.PUMP else f'[[monitor]]\nname = "{device.device}"'
    baud = f"baud = {finding.baud}\n" if finding.baud not in {0, about.line.baud} else ""
    return f'{head}\ndriver = "{device.device}"\nport = "{device.port}"\n{baud}'


def encode_known(known: Sequence[KnownDevice]) -> bytes:
    """As a file's content."""
    return msgspec.json.format(msgspec.json.encode(list(known)), indent=2) + b"\n"


def decode_known(content: bytes) -> tuple[KnownDevice, ...]:
    """From a file's content.

    Raises:
        msgspec.DecodeError: it is no such file.
    """
    return tuple(msgspec.json.decode(content, type=list[KnownDevice]))


def _known(finding: PortFinding) -> KnownDevice | None:
    if finding.identity is None or not finding.port.is_stable:
        return None
    who = finding.identity
    return KnownDevice(finding.port.stable_path, finding.device, who.model, who.serial)


def _compare_found(
    finding: PortFinding, known: Sequence[KnownDevice], found: Sequence[PortFinding]
) -> Comparison:
    today = _known(finding)
    where = finding.port.device
    if today is None:
        return Comparison(
            Standing.UNNAMED,
            f"{where} has no lasting name: after the next plug another device may stand there.",
            finding=finding,
        )
    here = next((one for one in known if is_port(finding.port, one.port)), None)
    if here is not None and _may_be(here, today):
        return Comparison(Standing.SAME, f"{today.model} as before.", here, finding)
    twins = [one for one in found if one.identity and _same_self(today, _known(one))]
    elsewhere = next((one for one in known if _same_self(one, today)), None)
    if here is None and elsewhere is not None and len(twins) == 1:
        return Comparison(
            Standing.MOVED,
            f"{today.model}, serial {today.serial}, was at {elsewhere.port} and is now at {today.port}.",
            elsewhere,
            finding,
        )
    if here is not None:
        return Comparison(
            Standing.REPLACED,
            f"At {here.port} was {_name(here)}; now {_name(today)} answers there. Look which cable is which "
            "before anything is bound.",
            here,
            finding,
        )
    return Comparison(Standing.NEW, f"{_name(today)} is new.", None, finding)


def _missing(known: KnownDevice, findings: Sequence[PortFinding]) -> Comparison:
    at = next((one for one in findings if is_port(one.port, known.port)), None)
    if at is None:
        return Comparison(
            Standing.MISSING, f"{_name(known)} is missing: {known.port} is not plugged in.", known
        )
    return Comparison(
        Standing.MISSING, f"{_name(known)} is missing at {known.port}: {at.sentence}", known, at
    )


def _may_be(known: KnownDevice, today: KnownDevice) -> bool:
    """Nothing either says contradicts that both are one device."""
    if known.device != today.device:
        return False
    if known.serial and today.serial:
        return known.serial == today.serial
    return known.model == today.model


def _same_self(one: KnownDevice, other: KnownDevice | None) -> bool:
    return other is not None and bool(one.serial) and (one.device, one.serial) == (other.device, other.serial)


def _name(known: KnownDevice) -> str:
    return f"{known.model}{f', serial {known.serial}' if known.serial else ''} ({known.device})"
