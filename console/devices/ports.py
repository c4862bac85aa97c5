"""The protocols drivers are written against. One plain class per device over one :class:`Link`.

A driver is called only by the thread that owns its port (:mod:`console.devices.portloop`). It keeps
no thread, no timer and no clock of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import msgspec

from console.clinical.vitals import NibpState, Vital, VitalReading, WaveBlock
from console.clock import Instant
from console.session.pump import Begun, Identity, Outcome, PumpCommand, PumpReading


class LinkLost(Exception):
    """The port is gone or cannot be opened; the text says what to do. The only error a Link raises."""


class Interrupted(Exception):
    """STOP was pressed while a driver waited for a reply: give up the exchange at once."""


class WrongDevice(Exception):
    """Something answered, but not the device this driver is for; the text says what was seen."""


class LineSettings(msgspec.Struct, frozen=True):
    """How a device's serial line is set.

    Attributes:
        baud: Bits per second.
        data_bits: 7 or 8.
        parity: ``"N"``, ``"E"`` or ``"O"``.
        stop_bits: 1 or 2.
        rtscts: Hardware flow control.
        spoiler: With parity: what is read in place of a byte whose parity was wrong, so that its frame
            is refused; empty when such bytes are to be read as they came.
    """

    baud: int
    data_bits: int = 8
    parity: str = "N"
    stop_bits: int = 1
    rtscts: bool = False
    spoiler: bytes = b""


class Link(Protocol):
    """A byte pipe to one device, open from construction to :meth:`close`.

    Every byte, both ways, goes to the capture sink it was built with.
    """

    def read(self, timeout_s: float) -> bytes:
        """Whatever has arrived; waits at most ``timeout_s`` (<= 0.15) for the first byte.

        Raises:
            LinkLost: the port vanished.
            Interrupted: STOP has been waiting for longer than the grace a reply is given.
        """
        ...

    def write(self, data: bytes) -> None:
        """Send all of ``data``.

        Raises:
            LinkLost: the port vanished or does not take the bytes in time.
            Interrupted: STOP is waiting; not a byte was sent.
        """
        ...

    def now(self) -> Instant:
        """The clock the link stamps bytes with; drivers measure reply time-outs on it."""
        ...

    def discard_input(self) -> None:
        """Throw away what has arrived and was not read."""
        ...

    def close(self) -> None:
        """Give the port back. Called by its owner only; never raises."""
        ...


class Pump(Protocol):
    """A pump driver."""

    line: LineSettings
    poll_every_s: float
    quiet_limit_s: float
    """Silence after which the device counts as not answering."""

    def identify(self, link: Link) -> Identity:
        """Find out who is there, without any command that could change delivery.

        Raises:
            LinkLost: no port. WrongDevice: something else answers. TimeoutError: nothing answers.
        """
        ...

    def poll(self, link: Link) -> PumpReading:
        """Ask for state, rate and counter once; also the pump's heartbeat.

        Raises:
            LinkLost, TimeoutError: no answer; the caller counts the silence.
        """
        ...

    def execute(self, link: Link, command: PumpCommand) -> Outcome:
        """Carry out one command and read it back. Never sends the same delivery command twice.

        Raises:
            LinkLost: only if it is certain that not one byte was sent; otherwise it is Unknown.
        """
        ...

    def stop_once(self, link: Link) -> PumpReading:
        """One idempotent attempt at a full stop, read back; repeated by the owner.

        Raises:
            LinkLost, TimeoutError: not confirmed; try again.
        """
        ...


@runtime_checkable
class TakesUp(Protocol):
    """A driver whose pump stops without its host, and is kept going over a restart of the console."""

    def expect(self, begun: Begun) -> None:
        """What the record says is running; keep it going only if it reads back as that."""
        ...


class MonitorBatch(msgspec.Struct, frozen=True):
    """What one turn of a monitor's link brought.

    Attributes:
        readings: Numeric readings, unusable ones included with their reason.
        waves: Waveform blocks.
        nibp: What the cuff is doing, None when unchanged or not told.
        messages: The monitor's own alarm texts, mirrored as "monitor says".
        good_frames: Frames accepted in this turn.
        bad_frames: Frames refused in this turn (checksum, length, impossible content).
    """

    readings: Sequence[VitalReading] = ()
    waves: Sequence[WaveBlock] = ()
    nibp: NibpState | None = None
    messages: Sequence[str] = ()
    good_frames: int = 0
    bad_frames: int = 0


class Monitor(Protocol):
    """A patient-monitor driver."""

    line: LineSettings
    quiet_limit_s: float
    provides: frozenset[Vital]

    def identify(self, link: Link) -> Identity:
        """Ask for data and wait for the first frame that proves who is there.

        Raises:
            LinkLost: no port. WrongDevice: something else answers. TimeoutError: nothing answers.
        """
        ...

    def turn(self, link: Link) -> MonitorBatch:
        """Read what has arrived, renew requests when due, decode. Returns within 0.2 s.

        Raises:
            LinkLost: the port vanished.
        """
        ...


class Emulator(Protocol):
    """A virtual device at byte level: no I/O, no clock, advanced from outside."""

    def feed(self, data: bytes) -> bytes:
        """Bytes from the host; returns the bytes the device answers at once."""
        ...

    def advance(self, dt_s: float) -> bytes:
        """Let ``dt_s`` seconds pass in the device; returns bytes it sends on its own."""
        ...
