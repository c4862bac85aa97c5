"""Finding out what stands at a port: which attempts, in which order, for how long. Pure; no byte moves here.

The order is the same at every port:

1. Listen at every line setting of the catalogue, those of devices that talk by themselves first. Nothing is
   sent.
2. What was recognised by its frames is let identify itself, and nothing else is tried.
3. What talks and is not recognised is left alone: a stranger who talks is never asked.
4. A silent port is asked, one protocol after the other, each with its own identification and within its own
   time. Pumps come before monitors, so that a pump hears as few bytes of others as can be; within a role one
   line setting after the other, slowest first.

No command that could change a delivery is ever part of it: an attempt is nothing but the driver's
``identify``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from console.devices.about import DeviceAbout, Role
from console.devices.decoding import DecodeReport
from console.devices.ports import LineSettings
from console.session.pump import Identity

LISTEN_S = 4.0
"""To those who talk by themselves: the slowest of them prints every two seconds (site default)."""
LISTEN_ON_S = 9.0
"""When something was heard in that time it gets so long to be understood."""
GLANCE_S = 0.5
"""At the line settings of devices that speak only when asked."""
NOISE_BYTES = 16
"""More than this heard and not understood is a device that talks; fewer are noise of plugging and opening."""
PROOF_FRAMES = 2
"""Good frames, and more good ones than bad, that prove who talks."""
SAMPLE_BYTES = 64
"""So much of what was sent and received is kept as evidence."""

Decoder = Callable[[bytes], DecodeReport]


class Step(msgspec.Struct, frozen=True):
    """One attempt at one port.

    Attributes:
        line: Line settings to open it with.
        budget_s: How long it may take.
        device: Whose identification is sent; empty to listen and send nothing.
    """

    line: LineSettings
    budget_s: float
    device: str = ""

    @property
    def asks(self) -> bool:
        """Whether it is somebody's identification; False for listening."""
        return self.device != ""


class StepResult(msgspec.Struct, frozen=True):
    """What came of one attempt.

    Attributes:
        step: The attempt.
        bytes_in: How many bytes arrived.
        sent: The first of those sent.
        received: The first of those received.
        recognised: Devices whose frames were heard; only of listening.
        identity: Who identified itself; only of asking.
        said: The driver's sentence, empty when there is none.
        seconds: How long it took.
    """

    step: Step
    bytes_in: int = 0
    sent: bytes = b""
    received: bytes = b""
    recognised: tuple[str, ...] = ()
    identity: Identity | None = None
    said: str = ""
    seconds: float = 0.0


def plan(devices: Iterable[DeviceAbout], *, every_speed: bool = False) -> tuple[Step, ...]:
    """All attempts at one port, in order: first every listening, then every question.

    Args:
        devices: What to look for, at its factory setting.
        every_speed: Also at the other speeds that a person can set in it.
    """
    known = tuple(one for about in devices for one in (_at_every_speed(about) if every_speed else (about,)))
    talking = {about.line for about in known if about.talks}
    lines = sorted({about.line for about in known}, key=lambda line: (line not in talking, _pace(line)))
    listening = tuple(Step(line, LISTEN_ON_S if line in talking else GLANCE_S) for line in lines)
    roles = tuple(Role)
    in_order = sorted(known, key=lambda about: (roles.index(about.role), _pace(about.line), about.name))
    return listening + tuple(Step(about.line, about.find_within_s, about.name) for about in in_order)


def next_step(steps: Sequence[Step], results: Sequence[StepResult], talkers: frozenset[str]) -> Step | None:
    """The attempt to make now; None when the port has told what it will tell.

    Args:
        steps: As :func:`plan` made them.
        results: What came of those made so far.
        talkers: Devices that speak by themselves; a silent port is not asked for them.
    """
    if any(one.identity is not None for one in results):
        return None
    made = {one.step for one in results}
    heard = recognised(results)
    for step in steps:
        if step in made:
            continue
        if not step.asks:
            if heard:
                continue
            return step
        if heard:
            if len(heard) == 1 and step.device in heard:
                return step
        elif step.device not in talkers and not talks_unknown(results):
            return step
    return None


def recognised(results: Sequence[StepResult]) -> frozenset[str]:
    """Devices whose frames were heard without a question."""
    return frozenset(name for one in results for name in one.recognised)


def talks_unknown(results: Sequence[StepResult]) -> bool:
    """Whether something talks there by itself that nobody understands."""
    listened = [one for one in results if not one.step.asks]
    return not recognised(listened) and any(one.bytes_in >= NOISE_BYTES for one in listened)


def recognise(
    data: bytes, line: LineSettings, devices: Mapping[str, tuple[Sequence[LineSettings], Decoder]]
) -> tuple[str, ...]:
    """Whose frames these bytes are, of the devices that may have this line setting.

    Args:
        data: What was heard.
        line: How the port was set.
        devices: Line settings and decoder by name.
    """
    found = []
    for name, (own_lines, decode) in devices.items():
        if any(same_line(own, line) for own in own_lines):
            report = decode(data)
            if report.good_frames >= PROOF_FRAMES and report.good_frames > report.bad_frames:
                found.append(name)
    return tuple(found)


def same_line(one: LineSettings, other: LineSettings) -> bool:
    """Whether both are the same bits on the wire."""
    return (one.baud, one.data_bits, one.parity, one.stop_bits) == (
        other.baud,
        other.data_bits,
        other.parity,
        other.stop_bits,
    )


def heard_enough(seconds: float, bytes_in: int, found: Sequence[str], step: Step) -> bool:
    """Whether listening may end: recognised, silent for long enough, or out of time."""
    if found or seconds >= step.budget_s:
        return True
    return bytes_in == 0 and seconds >= min(LISTEN_S, step.budget_s)


def longest_s(steps: Sequence[Step], talkers: frozenset[str]) -> float:
    """The longest a silent port can take: everything is listened to and everybody asked."""
    listening = sum(min(LISTEN_S, step.budget_s) for step in steps if not step.asks)
    return listening + sum(step.budget_s for step in steps if step.asks and step.device not in talkers)


def step_words(step: Step) -> str:
    """An attempt for a person who waits."""
    if not step.asks:
        return f"Listening at {line_text(step.line)}"
    return f"Asking whether it is {step.device}, {line_text(step.line)}"


def line_text(line: LineSettings) -> str:
    """``19200 7E1``."""
    return f"{line.baud} {line.data_bits}{line.parity}{line.stop_bits}" + (" RTS/CTS" if line.rtscts else "")


def _at_every_speed(about: DeviceAbout) -> tuple[DeviceAbout, ...]:
    return (about, *(replace(about, line=replace(about.line, baud=baud)) for baud in about.speeds))


def _pace(line: LineSettings) -> tuple[int, int, str, bool]:
    return line.baud, line.data_bits, line.parity, line.rtscts
