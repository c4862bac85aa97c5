"""The board's thread: reads the archive, folds each room; a line that broke is opened anew."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from console.clock import Clock, Instant
from console.sync import board_reading as reading
from console.sync.board_line import Line, heard, listen
from console.sync.board_reading import Part, RoomRow
from console.sync.ports import Rejected, Unreachable
from console.ui.viewmodels.board_fold import BoardRoom, folded, noted
from console.ui.viewmodels.board_view import span

POLL_S: Final = 5.0
"""The archive is asked that often even when it says nothing: a notification may be lost."""

GATHER_S: Final = 0.5
"""Rooms that speak at the same time are read together."""

RETRY_S: Final = (1.0, 2.0, 4.0, 8.0, 15.0)
LOST_S: Final = 8.0


@dataclass(frozen=True, slots=True)
class Picture:
    """What the board knows.

    Attributes:
        rooms: Every room.
        reached: When the archive was last read, None before the first time.
        trouble: Why it is not read now, empty while it is.
    """

    rooms: tuple[BoardRoom, ...] = ()
    reached: Instant | None = None
    trouble: str = ""

    def link(self, now: Instant) -> str:
        """What to say of the line to the archive; empty while all is well."""
        if self.reached is None:
            return self.trouble
        quiet_s = now.seconds_since(self.reached)
        if quiet_s < LOST_S:
            return ""
        said = f"The archive has not been reached for {span(quiet_s)}: nothing here is now."
        return f"{said} {self.trouble}".strip()


class BoardFeed:
    """Reads on a thread of its own; ``picture`` may be read from any."""

    def __init__(self, open_line: Callable[[], Line], site_id: str, clock: Clock, random: Random) -> None:
        self._open_line = open_line
        self._site_id = site_id
        self._clock = clock
        self._random = random
        self._line: Line | None = None
        self._failures = 0
        self.picture = Picture()

    def run(self, stopping: threading.Event) -> None:
        """Read until told to stop."""
        try:
            while not stopping.is_set():
                stopping.wait(self.turn())
        finally:
            self.close()

    def turn(self) -> float:
        """Wait for news and read it; returns the seconds to wait then. No network makes it raise."""
        try:
            if self._line is None:
                self._line = self._open_line()
                listen(self._line, self._site_id)
            else:
                heard(self._line, POLL_S)
            self.look(self._line)
        except (Unreachable, Rejected) as trouble:
            self.close()
            step = RETRY_S[min(self._failures, len(RETRY_S) - 1)]
            self._failures += 1
            self.picture = replace(self.picture, trouble=str(trouble))
            return step * (1.0 + 0.2 * self._random.random())
        self._failures = 0
        return GATHER_S

    def look(self, line: Line) -> None:
        """Read what is new."""
        rows = reading.rooms(line, self._site_id)
        now = self._clock.now()
        known = {room.workstation_id: room for room in self.picture.rooms}
        rooms = noted(known, rows, now.mono_ns)
        self._read(line, rooms, rows)
        self.picture = Picture(tuple(rooms.values()), now)

    def _read(self, line: Line, rooms: dict[str, BoardRoom], rows: Sequence[RoomRow]) -> None:
        wanted: list[Part] = []
        places = {row.stream_id: row.workstation_id for row in rows}
        for row in rows:
            room = rooms[row.workstation_id]
            if room.last is None and row.head_seq:
                begun = reading.beginning(
                    line, self._site_id, reading.lineage(line, self._site_id, row.stream_id)
                )
                rooms[row.workstation_id] = room = folded(room, begun)
            if room.seq < row.head_seq:
                wanted.append(Part(row.stream_id, room.seq))
        while wanted:
            found = reading.several(line, self._site_id, wanted)
            for stream in {one[0] for one in found}:
                place = places[stream]
                rooms[place] = folded(rooms[place], (event for of, event in found if of == stream))
            if len(found) < reading.PAGE:
                return
            # A page is full of the first streams; the rest follow.
            wanted = [Part(one.stream_id, rooms[places[one.stream_id]].seq) for one in wanted]

    def close(self) -> None:
        """Let go of the archive."""
        if self._line is not None:
            self._line.close()
            self._line = None
