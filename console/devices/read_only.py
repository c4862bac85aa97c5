"""A pump that is only read: STOP is told as not confirmed at once, and then watched for.

It sends nothing, except to a pump whose driver says that it may take a pause: that is asked for once.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Protocol, runtime_checkable

from msgspec.structs import replace

from console.clock import Clock, Instant
from console.devices.ports import Interrupted, Link, LinkLost, Pump
from console.devices.pump_sink import PumpSink, StopConfirmed, StopNotConfirmed
from console.session.pump import Identity, PumpControl, PumpReading, PumpState

ONLY_READ = "This pump is only read from here: do it at the pump."
STOP_AT_THE_PUMP = "This pump cannot be stopped from the console: STOP AT THE PUMP."
OFTEN_S = 1.0
"""A pump read at least so often counts as read all the time."""


def as_bound(identity: Identity, driver: Pump, *, read_only: bool) -> Identity:
    """Who answers, with what is known of the driver: how often it asks, and that it can only read."""
    every_s = driver.poll_every_s if driver.poll_every_s > OFTEN_S else 0.0
    control = PumpControl.READ_ONLY if read_only else identity.control
    return replace(identity, control=control, every_s=every_s)


@runtime_checkable
class TakesPause(Protocol):
    """A driver of a pump worked by hand that may take a pause all the same: asking costs nothing."""

    takes_pause: bool


def asked_to_rest(driver: Pump, link: Link | None) -> PumpReading | None:
    """One attempt to have it pause, read back; None where there is none, or it came to nothing."""
    if link is None or not isinstance(driver, TakesPause) or not driver.takes_pause:
        return None
    with suppress(TimeoutError, Interrupted, LinkLost):
        return driver.stop_once(link)
    return None


class ReadOnlyStop:
    """STOP of a pump nobody can stop from here, from the press until the pump reads as standing still."""

    def __init__(self, clock: Clock, sink: PumpSink) -> None:
        self._clock = clock
        self._sink = sink
        self._pressed_at: Instant | None = None

    def pressed(self, at: Instant) -> None:
        """Say at once that it was not sent and cannot be."""
        self._pressed_at = at
        now = self._clock.now()
        told = StopNotConfirmed(now, 0, now.seconds_since(at), STOP_AT_THE_PUMP)
        self._sink.stop_progress(told)

    def read(self, reading: PumpReading) -> None:
        """A reading that shows the pump standing still ends it."""
        at = self._pressed_at
        if at is None or reading.state not in {PumpState.STOPPED, PumpState.PAUSED}:
            return
        self._pressed_at = None
        now = self._clock.now()
        self._sink.stop_progress(StopConfirmed(now, reading, 0, now.seconds_since(at)))
