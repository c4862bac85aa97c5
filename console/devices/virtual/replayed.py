"""A capture as a device: it answers what was asked then, and says by itself what it said then.

What the host writes is looked for in the capture, from where the replay stands and then from its beginning:
the answer that followed it then comes again, after the time it took then. What the device says unasked comes
in its own time, but never runs past the next question of the capture: a driver that asks more slowly than
then gets its answers when it asks. Of a question that is not in the capture nothing is known, so nothing is
answered.
"""

from __future__ import annotations

from collections.abc import Sequence

from console.clock import NS_PER_S
from console.devices.capture import CapturedBytes, Direction

MOST_HELD_BYTES = 4096


class ReplayedDevice:
    """A device made of one capture.

    Attributes:
        unanswered: Questions that are not in the capture.
        ended: The end was reached; with ``again`` it begins anew instead.
    """

    def __init__(self, captured: Sequence[CapturedBytes], *, again: bool = False) -> None:
        """Stand at the beginning.

        Args:
            captured: The bytes of one port, in order.
            again: Begin anew at the end of what is said unasked.

        Raises:
            ValueError: the capture holds nothing that the device said.
        """
        if not any(one.direction is Direction.RECEIVED for one in captured):
            raise ValueError("The capture holds nothing that the device said: there is nothing to replay.")
        self.unanswered = 0
        self.ended = False
        self._captured = tuple(captured)
        self._again = again
        self._place = 0
        self._after_ns = self._captured[0].at.mono_ns
        self._passed_ns = 0
        self._heard = b""

    def feed(self, data: bytes) -> bytes:
        """Bytes from the host: move to the place where they were sent then."""
        self._heard = (self._heard + data)[-MOST_HELD_BYTES:]
        found = self._asked(self._heard)
        if found is None:
            found = self._asked(data)
        if found is None:
            self.unanswered += 1
            return b""
        self._heard = b""
        self._stand_after(found)
        return b""

    def advance(self, dt_s: float) -> bytes:
        """Let time pass; what the device said in that time then."""
        self._passed_ns += round(dt_s * NS_PER_S)
        said = b""
        while self._place < len(self._captured):
            coming = self._captured[self._place]
            if coming.direction is Direction.SENT or coming.at.mono_ns - self._after_ns > self._passed_ns:
                return said
            said += coming.data
            self._place += 1
        self.ended = not self._again
        if self._again:
            self._place, self._passed_ns = 0, 0
            self._after_ns = self._captured[0].at.mono_ns
        return said

    def _asked(self, data: bytes) -> int | None:
        """Where this was sent in the capture: the next place, or else the first one."""
        count = len(self._captured)
        for offset in range(count):
            place = (self._place + offset) % count
            one = self._captured[place]
            if one.direction is Direction.SENT and one.data == data:
                return place
        return None

    def _stand_after(self, place: int) -> None:
        self._place = place + 1
        self._after_ns = self._captured[place].at.mono_ns
        self._passed_ns = 0
        self.ended = False
