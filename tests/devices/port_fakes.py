"""Stand-ins around an owner loop: a clock-driven waiter, a recording sink, a driver that does as told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from console.clinical.vitals import Vital
from console.clock import Instant, ManualClock
from console.devices.portloop import WireStatistics
from console.devices.ports import LineSettings, Link, MonitorBatch
from console.devices.pump_sink import StopProgress
from console.session.pump import (
    Confirmed,
    Identity,
    LinkState,
    Outcome,
    PumpCommand,
    PumpReading,
    PumpState,
    ReadBack,
)

IDENTITY = Identity("fake", "Fake 1", "1.0")


class ManualWaiter:
    """Waiting moves the clock; a wake ends the next wait at once."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.waits: list[float] = []
        self.during_wait: Callable[[], None] | None = None

    def wait(self, timeout_s: float) -> None:
        assert timeout_s >= 0
        self.waits.append(timeout_s)
        if self.during_wait is not None:
            self.during_wait()
        self.clock.advance(timeout_s)


class FakeLink:
    """An open port on which nothing happens."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.closed = False
        self.discarded = 0

    def read(self, timeout_s: float) -> bytes:
        self.clock.advance(timeout_s)
        return b""

    def write(self, data: bytes) -> None:
        assert not self.closed
        assert data

    def now(self) -> Instant:
        return self.clock.now()

    def discard_input(self) -> None:
        self.discarded += 1

    def close(self) -> None:
        self.closed = True


Told = tuple[LinkState, str, Identity | None]


@dataclass
class RecordingSink:
    """Keeps what the owners report."""

    links: list[Told] = field(default_factory=list)
    readings: list[PumpReading] = field(default_factory=list)
    outcomes: list[tuple[str, Outcome]] = field(default_factory=list)
    stops: list[StopProgress] = field(default_factory=list)
    leases: list[tuple[bool, str]] = field(default_factory=list)
    batches: list[MonitorBatch] = field(default_factory=list)
    statistics: list[WireStatistics] = field(default_factory=list)

    def link_changed(self, state: LinkState, reason: str, identity: Identity | None, at: Instant) -> None:
        assert reason
        assert at.mono_ns
        self.links.append((state, reason, identity))

    def reading(self, reading: PumpReading) -> None:
        self.readings.append(reading)

    def outcome(self, command_id: str, outcome: Outcome, at: Instant) -> None:
        assert at.mono_ns
        self.outcomes.append((command_id, outcome))

    def stop_progress(self, progress: StopProgress) -> None:
        self.stops.append(progress)

    def lease(self, granted: bool, reason: str, at: Instant) -> None:
        assert at.mono_ns
        self.leases.append((granted, reason))

    def batch(self, batch: MonitorBatch) -> None:
        self.batches.append(batch)

    def wire(self, statistics: WireStatistics, at: Instant) -> None:
        assert at.mono_ns
        self.statistics.append(statistics)

    def states(self) -> list[LinkState]:
        return [state for state, _, _ in self.links]


class FakePump:
    """A driver whose every method does what ``on_...`` says; each call takes 20 ms."""

    line = LineSettings(19200)
    poll_every_s = 0.5
    quiet_limit_s = 2.5

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.calls: list[str] = []
        self.commands: list[PumpCommand] = []
        self.on_identify: Callable[[], Identity] = lambda: IDENTITY
        self.on_poll: Callable[[], PumpState] = lambda: PumpState.STOPPED
        self.on_stop: Callable[[], PumpState] = lambda: PumpState.STOPPED
        self.on_execute: Callable[[], Outcome] = lambda: Confirmed(ReadBack(PumpState.INFUSING))

    def identify(self, link: Link) -> Identity:
        self._called("identify", link)
        return self.on_identify()

    def poll(self, link: Link) -> PumpReading:
        self._called("poll", link)
        return PumpReading(link.now(), self.on_poll(), Decimal(30), Decimal(1))

    def execute(self, link: Link, command: PumpCommand) -> Outcome:
        self._called("execute", link)
        self.commands.append(command)
        return self.on_execute()

    def stop_once(self, link: Link) -> PumpReading:
        self._called("stop", link)
        return PumpReading(link.now(), self.on_stop(), infused_ml=Decimal(1))

    def _called(self, name: str, link: Link) -> None:
        self.calls.append(name)
        link.write(b"x")
        self.clock.advance(0.02)


class FakeMonitor:
    """A monitor driver that gives what it is told to."""

    line = LineSettings(19200)
    quiet_limit_s = 3.0
    provides = frozenset({Vital.SPO2})

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.identified = 0
        self.on_identify: Callable[[], Identity] = lambda: IDENTITY
        self.on_turn: Callable[[], MonitorBatch] = lambda: MonitorBatch(good_frames=1)

    def identify(self, link: Link) -> Identity:
        assert link is not None
        self.identified += 1
        self.clock.advance(0.1)
        return self.on_identify()

    def turn(self, link: Link) -> MonitorBatch:
        assert link is not None
        self.clock.advance(0.1)
        return self.on_turn()
