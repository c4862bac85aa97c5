"""What the owner of a pump's port reports: lamps, readings, outcomes, STOP, the lease, counts."""

from __future__ import annotations

from typing import Protocol

import msgspec

from console.clock import Instant
from console.devices.portloop import WireStatistics
from console.session.pump import Identity, LinkState, Outcome, PumpReading


class StopSent(msgspec.Struct, frozen=True, tag="stop_sent"):
    """An attempt at a stop goes to the pump now."""

    at: Instant
    attempt: int


class StopConfirmed(msgspec.Struct, frozen=True, tag="stop_confirmed"):
    """The pump reads back as stopped.

    Attributes:
        at: When.
        reading: What it read back.
        attempts: Attempts it took.
        seconds: Since STOP was pressed.
    """

    at: Instant
    reading: PumpReading
    attempts: int
    seconds: float


class StopNotConfirmed(msgspec.Struct, frozen=True, tag="stop_not_confirmed"):
    """Two seconds went by: STOP AT THE PUMP. The attempts go on.

    Attributes:
        at: When.
        attempts: Attempts so far.
        seconds: Since STOP was pressed.
        reason: What the last attempt met, as a sentence.
    """

    at: Instant
    attempts: int
    seconds: float
    reason: str


StopProgress = StopSent | StopConfirmed | StopNotConfirmed


class PumpSink(Protocol):
    """Where the owner reports, on its own thread; must neither wait nor raise."""

    def link_changed(self, state: LinkState, reason: str, identity: Identity | None, at: Instant) -> None:
        """The two lamps changed."""
        ...

    def reading(self, reading: PumpReading) -> None:
        """The pump was read."""
        ...

    def outcome(self, command_id: str, outcome: Outcome, at: Instant) -> None:
        """A command ended."""
        ...

    def stop_progress(self, progress: StopProgress) -> None:
        """STOP went on."""
        ...

    def lease(self, granted: bool, reason: str, at: Instant) -> None:
        """The lease ran out, or is back; ``reason`` says why it is not there."""
        ...

    def wire(self, statistics: WireStatistics, at: Instant) -> None:
        """Counts, every 10 s."""
        ...
