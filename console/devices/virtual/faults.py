"""The fault menu of the virtual devices: what can be made to go wrong, and the line that misbehaves.

A simulated device with switches per fault is part of the product: every alarm and every recovery
can be rehearsed with them, and the tests use the same menu.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ReplyDelay:
    """The next ``replies`` answers come ``seconds`` late."""

    seconds: float
    replies: int = 1


@dataclass(frozen=True, slots=True)
class HandOverWithdrawn:
    """A pump that handed control over no longer does, when it is next asked."""


@dataclass(frozen=True, slots=True)
class ReplyLost:
    """The next ``replies`` commands are carried out, but their answers never arrive."""

    replies: int = 1


@dataclass(frozen=True, slots=True)
class RequestLost:
    """The next ``requests`` commands never reach the device."""

    requests: int = 1


@dataclass(frozen=True, slots=True)
class CorruptReply:
    """``byte_count`` bytes of each of the next ``replies`` answers are damaged."""

    byte_count: int = 1
    replies: int = 1


@dataclass(frozen=True, slots=True)
class HalfReply:
    """Of the next answers every ``every``-th ends after ``keep`` bytes, until ``replies`` were cut."""

    keep: int = 3
    replies: int = 1
    every: int = 1


@dataclass(frozen=True, slots=True)
class DuplicateReply:
    """The next ``replies`` answers arrive twice."""

    replies: int = 1


@dataclass(frozen=True, slots=True)
class Silent:
    """For ``seconds`` the device neither hears nor speaks; its motor and watchdog go on."""

    seconds: float = math.inf


@dataclass(frozen=True, slots=True)
class HealthyLine:
    """Ends every fault of the line."""


LineFault = (
    ReplyDelay | ReplyLost | RequestLost | CorruptReply | HalfReply | DuplicateReply | Silent | HealthyLine
)


@dataclass(frozen=True, slots=True)
class PowerCycle:
    """Mains goes away for ``off_s`` seconds and comes back (never, when infinite)."""

    off_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Stall:
    """The motor stalls at this moment."""


@dataclass(frozen=True, slots=True)
class Occlusion:
    """The line is blocked; after ``compliance_ml`` more the motor stalls."""

    compliance_ml: float = 0.5


@dataclass(frozen=True, slots=True)
class OcclusionReleased:
    """The line is opened again: the trapped volume goes to the patient at once."""


@dataclass(frozen=True, slots=True)
class LoadSyringe:
    """A syringe is put in: its content (infinite = not counted) and its true bore (None = as set)."""

    content_ml: float = math.inf
    inner_diameter_mm: float | None = None


@dataclass(frozen=True, slots=True)
class PanelRate:
    """Somebody turns the rate at the front panel."""

    rate_ml_h: Decimal


@dataclass(frozen=True, slots=True)
class PanelStop:
    """Somebody presses stop at the front panel: one press pauses, a second resets the program."""

    presses: int = 1


@dataclass(frozen=True, slots=True)
class PanelRun:
    """Somebody presses start at the front panel."""


@dataclass(frozen=True, slots=True)
class PanelAcknowledge:
    """Somebody clears the alarm at the front panel: the host never gets to read it in a reply."""


@dataclass(frozen=True, slots=True)
class PhaseCollision:
    """The next ``commands`` commands fall on the start of a phase and are ignored (``?IGN``)."""

    commands: int = 1


PumpFault = (
    PowerCycle
    | Stall
    | Occlusion
    | OcclusionReleased
    | LoadSyringe
    | PanelRate
    | PanelStop
    | PanelRun
    | PanelAcknowledge
    | PhaseCollision
)
Fault = LineFault | PumpFault


def pump_fault_menu() -> dict[str, Fault]:
    """Every fault of a virtual pump under a short name, with the figures a demonstration uses."""
    return {
        "reply-delay": ReplyDelay(2.0),
        "reply-lost": ReplyLost(),
        "request-lost": RequestLost(),
        "corrupt-reply": CorruptReply(),
        "half-reply": HalfReply(),
        "duplicate-reply": DuplicateReply(),
        "silent": Silent(),
        "healthy-line": HealthyLine(),
        "power-cycle": PowerCycle(),
        "stall": Stall(),
        "occlusion": Occlusion(),
        "occlusion-released": OcclusionReleased(),
        "load-syringe": LoadSyringe(),
        "empty-syringe": LoadSyringe(content_ml=0.0),
        "panel-rate": PanelRate(Decimal(99)),
        "panel-stop": PanelStop(),
        "panel-run": PanelRun(),
        "panel-acknowledge": PanelAcknowledge(),
        "phase-collision": PhaseCollision(),
    }


class FaultyLine:
    """The line between a device and its host, as good or bad as it was told to be.

    Damage is drawn from a generator of its own with a fixed seed, so a rehearsal repeats exactly.
    """

    __slots__ = (
        "_corrupt", "_delay", "_doubled", "_half", "_late", "_lost", "_random", "_requests_lost", "_silent_s",
        "_since_half",
    )  # fmt: skip

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)
        self._late: list[tuple[float, bytes]] = []
        self._heal()

    @property
    def silent(self) -> bool:
        """Nothing passes, in either direction."""
        return self._silent_s > 0.0

    def inject(self, fault: LineFault) -> None:
        """Make the line worse; :class:`HealthyLine` makes it good again."""
        match fault:
            case ReplyDelay():
                self._delay = fault
            case ReplyLost(replies):
                self._lost = replies
            case RequestLost(requests):
                self._requests_lost = requests
            case CorruptReply():
                self._corrupt = fault
            case HalfReply():
                self._half, self._since_half = fault, 0
            case DuplicateReply(replies):
                self._doubled = replies
            case Silent(seconds):
                self._silent_s = seconds
            case HealthyLine():
                self._heal()

    def loses_request(self) -> bool:
        """Whether the command that just arrived is lost."""
        self._requests_lost, lost = max(0, self._requests_lost - 1), self._requests_lost > 0
        return lost

    def send(self, reply: bytes) -> bytes:
        """What arrives of ``reply`` at once."""
        if self._lost > 0:
            self._lost -= 1
            return b""
        corrupt = self._corrupt
        if corrupt.replies > 0:
            self._corrupt = CorruptReply(corrupt.byte_count, corrupt.replies - 1)
            reply = self._damage(reply, corrupt.byte_count)
        reply = self._cut_short(reply)
        if self._doubled > 0:
            self._doubled -= 1
            reply += reply
        if self._delay.replies > 0:
            self._late.append((self._delay.seconds, reply))
            self._delay = ReplyDelay(self._delay.seconds, self._delay.replies - 1)
            return b""
        return reply

    def advance(self, dt_s: float) -> bytes:
        """Late replies that arrive within ``dt_s`` seconds."""
        self._silent_s = max(0.0, self._silent_s - dt_s)
        waiting = [(left_s - dt_s, reply) for left_s, reply in self._late]
        self._late = [(left_s, reply) for left_s, reply in waiting if left_s > 1e-9]
        return b"".join(reply for left_s, reply in waiting if left_s <= 1e-9)

    def cut(self) -> None:
        """Forget what is still under way, as when the device loses power."""
        self._late.clear()

    def _heal(self) -> None:
        self._delay = ReplyDelay(0.0, 0)
        self._lost = 0
        self._requests_lost = 0
        self._corrupt = CorruptReply(0, 0)
        self._half, self._since_half = HalfReply(0, 0), 0
        self._doubled = 0
        self._silent_s = 0.0

    def _cut_short(self, reply: bytes) -> bytes:
        half = self._half
        if half.replies == 0 or not reply:
            return reply
        self._since_half += 1
        if self._since_half < half.every:
            return reply
        self._half, self._since_half = replace(half, replies=half.replies - 1), 0
        return reply[: half.keep]

    def _damage(self, reply: bytes, byte_count: int) -> bytes:
        damaged = bytearray(reply)
        for place in self._random.sample(range(len(damaged)), min(byte_count, len(damaged))):
            damaged[place] ^= self._random.randrange(1, 256)
        return bytes(damaged)
