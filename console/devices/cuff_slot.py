"""How the conductor reaches the cuff of a monitor: one place, a deadline, a sentence when it is refused."""

from __future__ import annotations

import threading
from typing import Protocol, runtime_checkable

import msgspec

from console.clock import Instant
from console.session.events import CuffDeed


@runtime_checkable
class TakesCuff(Protocol):
    """A monitor driver whose cuff can be started and cancelled."""

    def start_cuff(self) -> str:
        """Measure once, at the next turn; the sentence says why not, empty when it will."""
        ...

    def cancel_cuff(self) -> str:
        """Let the air out, at the next turn; the sentence says why not, empty when it will."""
        ...


class CuffOrder(msgspec.Struct, frozen=True):
    """A request on its way to a cuff.

    Attributes:
        request_id: UUID under which it is answered.
        deed: Start or cancel.
        deadline: Not handed on any more from this instant on.
    """

    request_id: str
    deed: CuffDeed
    deadline: Instant


class CuffSlot:
    """Room for one request; a cancel takes the place of a start that was not taken yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._order: CuffOrder | None = None

    def offer(self, order: CuffOrder) -> CuffOrder | None:
        """Put a request in; returns the one that is turned away, which may be ``order`` itself."""
        with self._lock:
            waiting = self._order
            if waiting is not None and order.deed is CuffDeed.START:
                return order
            self._order = order
            return waiting

    def take(self) -> CuffOrder | None:
        """For the owner: the request, once."""
        with self._lock:
            order, self._order = self._order, None
            return order
