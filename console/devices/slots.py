"""How other threads reach the owner of a pump's port: STOP, the one-place command slot, the lease.

STOP and the command wake the owner without waiting for it. STOP needs nobody's permission, waits in no
queue and is not lost: presses that come while one is being carried out are kept.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import Protocol

import msgspec

from console.clock import Clock, Instant
from console.session.pump import PumpCommand

REPLY_GRACE_S = 0.05
"""How long a reply that is on its way may hold up STOP: enough for the longest one at 19200 baud."""


class Waiter(Protocol):
    """Something an owner waits on when it has nothing to do."""

    def wait(self, timeout_s: float) -> None:
        """Return after ``timeout_s`` at the latest, at once when woken."""
        ...


class Wake:
    """Wakes one waiting owner from any thread."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Wake the owner, or keep it from falling asleep."""
        self._event.set()

    def wait(self, timeout_s: float) -> None:
        """Wait until woken, at most ``timeout_s``."""
        self._event.wait(timeout_s)
        self._event.clear()


class StopSlot:
    """STOP of one pump. :meth:`press` may be called from any thread and never waits."""

    def __init__(self, clock: Clock, wake: Wake) -> None:
        self._clock = clock
        self._wake = wake
        self._presses: deque[Instant] = deque()
        self._serving = False

    def press(self) -> Instant:
        """STOP. Returns the instant that was stamped."""
        at = self._clock.now()
        self._presses.append(at)
        self._wake.set()
        return at

    def waiting(self) -> bool:
        """STOP was pressed and its owner is not at it yet: nothing else may be written to the pump."""
        return not self._serving and bool(self._presses)

    def overdue(self) -> bool:
        """STOP has waited for longer than a reply may hold it up: break the exchange off."""
        if self._serving or not self._presses:
            return False
        return self._clock.now().seconds_since(self._presses[0]) > REPLY_GRACE_S

    def take(self) -> Instant | None:
        """For the owner: the earliest press since the last call, and from now on it is being served."""
        first: Instant | None = None
        while self._presses:
            press = self._presses.popleft()
            first = press if first is None else first
            self._serving = True
        return first

    def begin(self) -> None:
        """For the owner: a stop that came as a command is being served."""
        self._serving = True

    def done(self) -> None:
        """For the owner: the pump was read back as stopped."""
        self._serving = False


class Order(msgspec.Struct, frozen=True):
    """A command on its way to the pump.

    Attributes:
        command_id: UUID under which its outcome is reported.
        command: What the pump is asked to do.
        deadline: Not sent any more from this instant on.
    """

    command_id: str
    command: PumpCommand
    deadline: Instant


class CommandSlot:
    """Room for one command: a second one does not queue behind it but is turned away."""

    def __init__(self, wake: Wake) -> None:
        self._wake = wake
        self._orders: deque[Order] = deque()
        self._lock = threading.Lock()

    def offer(self, order: Order) -> bool:
        """Put a command in; False if one is waiting already."""
        with self._lock:
            if self._orders:
                return False
            self._orders.append(order)
        self._wake.set()
        return True

    def take(self) -> Order | None:
        """For the owner: the waiting command."""
        with self._lock:
            return self._orders.popleft() if self._orders else None


LEASE_RAN_OUT = "The console was too busy to renew it."


class LeaseSlot:
    """Until when the pump may be kept going; any thread may ask, one grants.

    Without a lease needed (:meth:`release`, and at first) the owner sends as it likes. A lease that was
    granted once has to be granted again and again.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._granted: tuple[Instant, str] | None = None

    def grant(self, until: Instant) -> None:
        """Keep the pump going until then."""
        self._granted = (until, "")

    def withhold(self, reason: str) -> None:
        """Grant nothing more; what was granted runs out by itself. ``reason`` is a sentence."""
        granted = self._granted
        until = self._clock.now() if granted is None else granted[0]
        self._granted = (until, reason)

    def release(self) -> None:
        """No lease is needed: nothing is being infused."""
        self._granted = None

    def lapsed(self) -> str:
        """Why nothing but STOP and a pause may be sent, as a sentence; empty while all may."""
        granted = self._granted
        if granted is None or self._clock.now().mono_ns < granted[0].mono_ns:
            return ""
        return granted[1] or LEASE_RAN_OUT
