"""What the search for devices found at each port, with the evidence; and when it may not be made. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from console.devices.about import Role
from console.devices.discovery import USB, PortFacts, usb_name
from console.devices.discovery_plan import StepResult, line_text, recognised, talks_unknown
from console.session.pump import Identity, PumpState

FRESH_READING_S = 5.0
"""A pump's state that is older is not known (site default)."""
RESTING = frozenset({PumpState.STOPPED})


class Verdict(StrEnum):
    """What can be said of a port."""

    FOUND = "found"
    """A device of the catalogue identified itself."""
    NOT_UNDERSTOOD = "not_understood"
    """Something answers or talks, but is none of the catalogue, or it is not clear which."""
    SILENT = "silent"
    NOT_OPENED = "not_opened"
    """The port cannot be opened: in use, no permission, gone."""
    LEFT_ALONE = "left_alone"
    """It is bound; not a byte was sent or read."""
    BROKEN_OFF = "broken_off"
    """The search had to end before this port was done."""


class Evidence(msgspec.Struct, frozen=True):
    """The bytes of one attempt that brought something.

    Attributes:
        device: Whose identification was sent; empty when only listened.
        line: Line setting, as ``19200 7E1``.
        sent: First bytes sent, in hexadecimal.
        received: First bytes received, in hexadecimal.
        bytes_in: How many arrived altogether.
        said: What the driver made of it.
    """

    device: str
    line: str
    sent: str
    received: str
    bytes_in: int
    said: str


class PortFinding(msgspec.Struct, frozen=True):
    """One port after the search.

    Attributes:
        port: The port.
        verdict: What can be said of it.
        sentence: The same for a person, with what to do.
        device: Driver name, empty unless found.
        identity: Who identified itself, None unless found.
        evidence: Every attempt in which bytes arrived.
        seconds: How long the port took.
        baud: Speed at which it was found, 0 unless found.
    """

    port: PortFacts
    verdict: Verdict
    sentence: str
    device: str = ""
    identity: Identity | None = None
    evidence: tuple[Evidence, ...] = ()
    seconds: float = 0.0
    baud: int = 0


class Bound(msgspec.Struct, frozen=True):
    """A port that belongs to a device of this room.

    Attributes:
        name: The binding's name.
        role: Pump or monitor.
        port: As it is bound.
    """

    name: str
    role: Role
    port: str


class Situation(msgspec.Struct, frozen=True):
    """What the room knows when somebody wants to search.

    Attributes:
        session_open: A session runs that has not ended.
        pump_bound: A pump belongs to this room.
        pump_state: What it last said of itself; None when it was never read.
        read_ago_s: How long ago that was.
    """

    session_open: bool
    pump_bound: bool
    pump_state: PumpState | None = None
    read_ago_s: float = 0.0


def refusal(now: Situation) -> str:
    """Why no port may be searched now, as a sentence; empty when it may."""
    if now.session_open:
        return "A session is open in this room: devices are searched for before or after it."
    if not now.pump_bound:
        return ""
    if now.pump_state is None or now.read_ago_s > FRESH_READING_S:
        return (
            "It is not known whether the pump infuses: it was not read just now. Look at the pump, connect "
            "it or take it out of room.toml, then search."
        )
    if now.pump_state not in RESTING:
        return f"The pump says that it is {now.pump_state.value}. Stop it, then search."
    return ""


def owner_of(port: PortFacts, bound: Sequence[Bound]) -> Bound | None:
    """To which device of this room the port belongs."""
    return next((one for one in bound if is_port(port, one.port)), None)


def is_port(port: PortFacts, name: str) -> bool:
    """Whether ``name`` means this port, whichever of its names it is."""
    if name.startswith(USB):
        return name.lower() == usb_name(port.usb, port.serial_number)
    return name in {port.device, port.stable_path, *port.aliases}


def left_alone(port: PortFacts, owner: Bound) -> PortFinding:
    """A port that is bound."""
    what = "the pump" if owner.role is Role.PUMP else f"the monitor {owner.name}"
    return PortFinding(port, Verdict.LEFT_ALONE, f"Bound to {what}: left alone.")


def not_opened(port: PortFacts, sentence: str, results: Sequence[StepResult] = ()) -> PortFinding:
    """A port that cannot be opened, or vanished while it was searched."""
    return PortFinding(
        port, Verdict.NOT_OPENED, sentence, evidence=_evidence(results), seconds=_seconds(results)
    )


def broken_off(port: PortFacts, sentence: str, results: Sequence[StepResult] = ()) -> PortFinding:
    """A port that was not done when the search had to end."""
    return PortFinding(
        port, Verdict.BROKEN_OFF, sentence, evidence=_evidence(results), seconds=_seconds(results)
    )


def judge(port: PortFacts, results: Sequence[StepResult]) -> PortFinding:
    """What the attempts at a port say together."""
    evidence, seconds = _evidence(results), _seconds(results)
    found = next((one for one in results if one.identity is not None), None)
    if found is not None and found.identity is not None:
        who = found.identity
        details = "".join(
            f", {what} {text}" for what, text in (("firmware", who.firmware), ("serial", who.serial)) if text
        )
        simulated = " (simulated)" if who.simulated else ""
        sentence = f"{who.model}{details}{simulated} at {line_text(found.step.line)}."
        step = found.step
        return PortFinding(port, Verdict.FOUND, sentence, step.device, who, evidence, seconds, step.line.baud)
    heard = sorted(recognised(results))
    if len(heard) > 1:
        sentence = f"What it says could be of {' or '.join(heard)}: bind it by hand if you know which it is."
    elif heard:
        sentence = f"It talks like a {heard[0]} but did not identify itself: {_last_said(results)}"
    elif talks_unknown(results):
        sentence = (
            "Something talks here that no driver understands, so it was not asked anything. Check the output "
            "format and the speed set in the device."
        )
    elif evidence:
        sentence = f"Something answers, but as no known device. {_last_said(results)}"
    else:
        sentence = "Nothing answers. Check that the device is on, its cable, and the speed set in it."
        return PortFinding(port, Verdict.SILENT, sentence, seconds=seconds)
    return PortFinding(port, Verdict.NOT_UNDERSTOOD, sentence.strip(), evidence=evidence, seconds=seconds)


def _evidence(results: Sequence[StepResult]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(
            device=one.step.device,
            line=line_text(one.step.line),
            sent=one.sent.hex(" "),
            received=one.received.hex(" "),
            bytes_in=one.bytes_in,
            said=one.said or ("could be " + ", ".join(one.recognised) if one.recognised else ""),
        )
        for one in results
        if one.bytes_in
    )


def _last_said(results: Sequence[StepResult]) -> str:
    return next((one.said for one in reversed(results) if one.said and one.bytes_in), "")


def _seconds(results: Sequence[StepResult]) -> float:
    return sum(one.seconds for one in results)
