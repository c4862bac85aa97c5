"""One end of a line with a virtual device on it, and the loop that serves several of them.

All that has to advance with the devices (the virtual patient) is stepped by the same loop, always in
the same order; nothing here sleeps or reads a clock of its own.
"""

from __future__ import annotations

import selectors
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from console.clock import Clock
from console.devices.ports import Emulator

LONGEST_STEP_S: Final = 0.02
"""Time passes in steps of at most this; also how long the loop waits for bytes."""

_MOST_WAITING: Final = 65536
"""Bytes that may wait to go out at a modelled speed; what a device says beyond that is lost."""

_BITS_PER_BYTE: Final = 10
"""Start bit, 8 data bits, stop bit."""


class StopFlag(Protocol):
    """What tells a loop to end; a ``threading.Event`` is one."""

    def is_set(self) -> bool:
        """Whether to end."""
        ...

    def wait(self, timeout: float) -> bool:
        """Wait at most ``timeout`` seconds to be told; whether to end."""
        ...


class Cable(ABC):
    """One virtual device and its end of a line.

    Attributes:
        emulator: The device.
    """

    def __init__(self, emulator: Emulator, baud: int | None) -> None:
        """Plug in.

        Args:
            emulator: The device.
            baud: Bits per second at which its bytes go out; None sends them at once.
        """
        self.emulator = emulator
        self._baud = baud
        self._outgoing = bytearray()
        self._allowance = 0.0
        self._plugged = False
        self.replug()

    @property
    def plugged(self) -> bool:
        """The cable is in."""
        return self._plugged

    def pump(self, dt_s: float) -> None:
        """One turn: take the host's bytes to the device, let ``dt_s`` seconds pass, send what it says.

        An unplugged device lives on; what it says is lost.
        """
        heard = self._receive() if self._plugged else b""
        answer = self.emulator.feed(heard) if heard else b""
        said = answer + self.emulator.advance(dt_s)
        if not self._plugged:
            return
        self._outgoing += said[: _MOST_WAITING - len(self._outgoing)]
        due = self._take_due(dt_s)
        if due:
            self._send(due)

    def serve(
        self, clock: Clock, stop_event: StopFlag, on_step: Callable[[float], None] | None = None
    ) -> None:
        """Serve this cable alone until told to stop; see :func:`serve_all`."""
        serve_all([self], clock, stop_event, on_step)

    def unplug(self) -> None:
        """Pull the cable: the port vanishes from the host. Does nothing when it is out already."""
        if self._plugged:
            self._plugged = False
            self._outgoing.clear()
            self._disconnect()

    def replug(self) -> None:
        """Put the cable back in. Does nothing when it is in already.

        Raises:
            OSError: the port cannot be made; the text says why.
        """
        if not self._plugged:
            self._connect()
            self._plugged = True

    def close(self) -> None:
        """Pull the cable for good."""
        self.unplug()

    @property
    @abstractmethod
    def address(self) -> str:
        """What a host opens as its port."""

    @abstractmethod
    def wait_on(self) -> Sequence[int]:
        """File descriptors that become readable when there is something to do."""

    @abstractmethod
    def _connect(self) -> None: ...

    @abstractmethod
    def _disconnect(self) -> None: ...

    @abstractmethod
    def _receive(self) -> bytes:
        """What has arrived; never waits."""

    @abstractmethod
    def _send(self, data: bytes) -> None:
        """Send; what nobody takes is lost, as on a serial line."""

    def _take_due(self, dt_s: float) -> bytes:
        if self._baud is None:
            count = len(self._outgoing)
        elif self._outgoing:
            self._allowance += dt_s * self._baud / _BITS_PER_BYTE
            count = int(self._allowance)
            self._allowance -= count
        else:
            self._allowance = 0.0
            count = 0
        due = bytes(self._outgoing[:count])
        del self._outgoing[:count]
        return due


def serve_all(
    cables: Sequence[Cable],
    clock: Clock,
    stop_event: StopFlag,
    step: Callable[[float], None] | None = None,
    longest_step_s: float = LONGEST_STEP_S,
) -> None:
    """Serve several cables in one loop until told to stop.

    In every step of at most ``longest_step_s`` on ``clock``, ``step(dt_s)`` is called first (the
    virtual patient), then each cable in the order given, so two runs differ only by when bytes came.
    """
    last = clock.now()
    while not stop_event.is_set():
        _wait_for_bytes(cables, stop_event)
        now = clock.now()
        left_s = now.seconds_since(last)
        last = now
        while left_s > 0.0:
            dt_s = min(left_s, longest_step_s)
            left_s -= dt_s
            if step is not None:
                step(dt_s)
            for cable in cables:
                cable.pump(dt_s)


def _wait_for_bytes(cables: Sequence[Cable], stop_event: StopFlag) -> None:
    descriptors = [descriptor for cable in cables for descriptor in cable.wait_on()]
    if not descriptors:
        stop_event.wait(LONGEST_STEP_S)
        return
    with selectors.DefaultSelector() as selector:
        for descriptor in descriptors:
            selector.register(descriptor, selectors.EVENT_READ)
        selector.select(LONGEST_STEP_S)
