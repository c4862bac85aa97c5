"""A room's thread that tells the archive its latest figures: often while a board looks, else rarely.

It has a connection of its own, so that a backlog of waveforms does not hold it up. What it tells is no
part of the record and may be lost at any time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from random import Random
from typing import Final, Protocol

from console.sync.board_line import Line, open_line, rows_of
from console.sync.board_status import LiveStatus, encode_status
from console.sync.pacing import LONGEST_RETRY_S, retry_s
from console.sync.ports import Rejected, Unreachable

WATCHED_S: Final = 1.0
UNWATCHED_S: Final = 10.0


class StatusSource(Protocol):
    """What is told."""

    def status(self) -> tuple[str, str, LiveStatus] | None:
        """Site, stream and the latest figures; None while there is nothing to tell.

        Raises:
            Unreachable: the record cannot be read at the moment.
        """


class Teller:
    """Tells by turns; the thread is started by the room's supervisor."""

    def __init__(
        self,
        source: StatusSource,
        parameters: Mapping[str, str],
        random: Random,
        open_to: Callable[[Mapping[str, str]], Line] = open_line,
    ) -> None:
        self._source = source
        self._parameters = parameters
        self._random = random
        self._open = open_to
        self._line: Line | None = None
        self._failures = 0

    def run(self, stopping: threading.Event) -> None:
        """Tell and wait by turns."""
        try:
            while not stopping.is_set():
                stopping.wait(self.turn())
        finally:
            self.close()

    def turn(self) -> float:
        """Tell once; returns the seconds to wait. No network makes it raise."""
        try:
            found = self._source.status()
            if found is None:
                return UNWATCHED_S
            if self._line is None:
                self._line = self._open(self._parameters)
            watched = self._tell(self._line, *found)
        except (Unreachable, Rejected) as error:
            self.close()
            self._failures += 1
            return LONGEST_RETRY_S if isinstance(error, Rejected) else retry_s(self._failures, self._random)
        self._failures = 0
        return WATCHED_S if watched else UNWATCHED_S

    def _tell(self, line: Line, site_id: str, stream_id: str, status: LiveStatus) -> bool:
        found = rows_of(
            line,
            "SELECT archive.tell(%(site)s, %(stream)s::uuid, %(status)s::bytea)",
            {"site": site_id, "stream": stream_id, "status": encode_status(status)},
        )
        return bool(found[0][0])

    def close(self) -> None:
        """Let go of the archive."""
        if self._line is not None:
            self._line.close()
            self._line = None
