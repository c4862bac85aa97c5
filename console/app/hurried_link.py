"""A link for demonstrations that run faster than real time."""

from __future__ import annotations

from console.clock import Clock, Instant
from console.devices.ports import Link
from console.devices.slots import Wake


class HurriedLink:
    """Lets a reply take as long, in real time, as it may take of a real device.

    Bytes and processes do not hurry with a scaled clock: half a second of it may be over before a reply
    is read. From each write on this link's clock runs in real time; the next write sets it right again.
    """

    def __init__(self, link: Link, clock: Clock, real_clock: Clock) -> None:
        self._link = link
        self._clock = clock
        self._real_clock = real_clock
        self._set()

    def read(self, timeout_s: float) -> bytes:
        """See :class:`~console.devices.ports.Link`."""
        return self._link.read(timeout_s)

    def write(self, data: bytes) -> None:
        """See :class:`~console.devices.ports.Link`."""
        self._link.write(data)
        self._set()

    def now(self) -> Instant:
        """The room's time at the last write, plus the real time since."""
        return self._began.plus(self._real_clock.now().seconds_since(self._real_began))

    def discard_input(self) -> None:
        """See :class:`~console.devices.ports.Link`."""
        self._link.discard_input()

    def close(self) -> None:
        """See :class:`~console.devices.ports.Link`."""
        self._link.close()

    def _set(self) -> None:
        self._began = self._clock.now()
        self._real_began = self._real_clock.now()


class HurriedWake(Wake):
    """Waits as much shorter as the room's clock runs faster."""

    def __init__(self, speed: float) -> None:
        super().__init__()
        self._speed = speed

    def wait(self, timeout_s: float) -> None:
        """See :class:`~console.devices.slots.Wake`."""
        super().wait(timeout_s / self._speed)
