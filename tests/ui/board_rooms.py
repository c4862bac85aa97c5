"""Rooms for the tests of the board: what the archive would hold of rooms at different moments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from console.clinical.vitals import Vital
from console.clock import NS_PER_S
from console.room.entries import draft_of
from console.session.events import Entry
from console.storage.chain import chained, start_of_chain
from console.storage.rows import Head
from console.sync.board_reading import ArchivedEvent, RoomRow
from console.sync.board_status import LiveFigure, LiveStatus
from console.ui.viewmodels.board_fold import BoardRoom, folded, noted
from tests.ui.fake_room import FakeRoom, live_through, press_start, run_through_baseline

BOARD_NS = 1_000 * NS_PER_S


def archived(entries: Sequence[Entry], boot_id: str = "boot-1") -> tuple[ArchivedEvent, ...]:
    """The entries as the archive holds them."""
    head, found = start_of_chain(), []
    for entry in entries:
        one = chained(draft_of(entry), boot_id, head)
        head = Head(one.seq, one.hash)
        found.append(
            ArchivedEvent(
                one.seq, one.id, one.session_id, one.at, one.boot_id, one.actor, one.kind, one.version,
                one.body, one.prev, one.hash,
            )
        )  # fmt: skip
    return tuple(found)


def told(room: FakeRoom, name: str, age_s: float = 0.0, waiting: int = 0) -> LiveStatus:
    """What the room tells of itself."""
    bench = room.bench
    session = bench.state.session
    figures = tuple(
        LiveFigure(
            vital.value,
            None if value is None else float(value),
            "valid" if value else "unavailable",
            "s5",
            age_s,
        )
        for vital, value in bench.vitals.items()
    )
    return LiveStatus(
        name, "" if session is None else session.session_id, "boot-1", bench.clock.now(), figures, waiting
    )


def room_of(
    play: Callable[[FakeRoom], object] | None,
    name: str,
    quiet_s: float = 0.4,
    status: bool = True,
    waiting: int = 0,
) -> BoardRoom:
    """A room after a script, last heard so long ago."""
    room = FakeRoom()
    if play is not None:
        play(room)
    events = archived(room.bench.entries)
    row = RoomRow(
        name.lower().replace(" ", "-"),
        "01890000-0000-7000-8000-00000000000a",
        len(events),
        quiet_s,
        told(room, name, waiting=waiting) if status else None,
        quiet_s,
    )
    rooms = noted({}, [row], BOARD_NS)
    return folded(rooms[row.workstation_id], events)


def infusing(room: FakeRoom) -> None:
    run_through_baseline(room)
    press_start(room)
    live_through(room, 6)


def desaturating(room: FakeRoom) -> None:
    infusing(room)
    room.bench.vitals[Vital.SPO2] = 84
    for _ in range(40):
        room.step(1.0, waves=False)


def observing(room: FakeRoom) -> None:
    infusing(room)
    live_through(room, 40)


def renamed(room: BoardRoom, name: str) -> BoardRoom:
    """The same room under another name."""
    status = None if room.status is None else _named(room.status, name)
    return replace(room, workstation_id=name.lower().replace(" ", "-"), status=status)


def _named(status: LiveStatus, name: str) -> LiveStatus:
    return LiveStatus(name, status.session_id, status.boot_id, status.at, status.figures, status.waiting)
