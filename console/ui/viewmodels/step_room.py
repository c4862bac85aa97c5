"""The two lamps of every device, in words, before anybody relies on it."""

from __future__ import annotations

from dataclasses import dataclass

from console.session.pump import LinkState
from console.session.site import PUMP, Site
from console.session.state import State


@dataclass(frozen=True, slots=True)
class DeviceLamps:
    """One device.

    Attributes:
        name: As people call it.
        port_open: First lamp.
        answering: Second lamp.
        sentence: Why the lamps are as they are.
        identity: Who answered.
        simulated: It is a virtual device.
    """

    name: str
    port_open: bool
    answering: bool
    sentence: str
    identity: str = ""
    simulated: bool = False


def room_lamps(state: State, site: Site) -> tuple[DeviceLamps, ...]:
    """The pump first, then the monitors in the order of the site."""
    return tuple(_lamps(state, device) for device in (PUMP, *site.monitors))


def _lamps(state: State, device: str) -> DeviceLamps:
    name = "Pump" if device == PUMP else f"Monitor {device.upper()}"
    change = state.links.get(device)
    if change is None:
        return DeviceLamps(name, False, False, "Nothing was heard of it yet.")
    who = change.identity
    identity = "" if who is None else " ".join(part for part in (who.model, who.firmware) if part)
    return DeviceLamps(
        name,
        change.state is not LinkState.CLOSED,
        change.state is LinkState.ANSWERING,
        change.reason,
        identity,
        who is not None and who.simulated,
    )


def library_line(site: Site) -> str:
    """Which drug library is in force, and whether anybody signed for it."""
    library = site.library
    signed = f"signed by {library.signed_by}" if library.signed else library.status
    return f"Drug library {library.name} v{library.version}: {signed}"
