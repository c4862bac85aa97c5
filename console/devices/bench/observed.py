"""A link that is watched: bytes, and how long answers take."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from typing import Final

from console.clock import Instant
from console.devices.ports import Link

MOST_TIMES: Final = 10_000


def quantile(values: Sequence[float], share: float) -> float | None:
    """The value below which ``share`` of the values lie (nearest rank); None when there are none."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


class ObservedLink:
    """Passes everything on, and measures.

    Attributes:
        bytes_in: Received since it was opened.
        bytes_out: Sent since it was opened.
        answers_s: Seconds an answer was waited for, from a write to the first byte after it. Time in which
            nobody listened does not count.
    """

    def __init__(self, link: Link) -> None:
        self.bytes_in = 0
        self.bytes_out = 0
        self.answers_s: deque[float] = deque(maxlen=MOST_TIMES)
        self._link = link
        self._waited_s: float | None = None

    def read(self, timeout_s: float) -> bytes:
        """See :class:`~console.devices.ports.Link`."""
        began = self._link.now()
        data = self._link.read(timeout_s)
        self.bytes_in += len(data)
        if self._waited_s is not None:
            self._waited_s += self._link.now().seconds_since(began)
            if data:
                self.answers_s.append(self._waited_s)
                self._waited_s = None
        return data

    def write(self, data: bytes) -> None:
        """See :class:`~console.devices.ports.Link`."""
        self._link.write(data)
        self.bytes_out += len(data)
        self._waited_s = 0.0

    def now(self) -> Instant:
        """See :class:`~console.devices.ports.Link`."""
        return self._link.now()

    def discard_input(self) -> None:
        """See :class:`~console.devices.ports.Link`."""
        self._link.discard_input()

    def close(self) -> None:
        """See :class:`~console.devices.ports.Link`."""
        self._link.close()
