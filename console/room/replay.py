"""What the room knew before it went down, folded from the end of the record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from console.clock import NS_PER_S, Instant
from console.room.entries import entry_of
from console.session.apply import apply
from console.session.events import (
    CommandResolved,
    Event,
    RoomStarted,
    SignedOut,
)
from console.session.pump import Unknown
from console.session.rebase import rebased
from console.session.state import OPEN, State
from console.storage.rows import StoredEvent

TAILS: Final = (5_000, 50_000)
"""Entries looked at, from the end, for the beginning of the last session; then the whole record."""

SIGNED_IN_FOR_S: Final = 120.0
"""Down for longer than this, the room asks anew who is there (site default)."""

CUT_OFF: Final = "the console restarted before the answer"


class Replayed(NamedTuple):
    """The state found, and the last entry's wall time (None in an empty record)."""

    state: State
    last_wall_ns: int | None


def replay(
    events_after: Callable[[int], Iterator[StoredEvent]], head_seq: int, boot_id: str, now: Instant
) -> Replayed:
    """Fold the end of the record, far enough back to hold the whole last session.

    Raises:
        EventUnreadable: an entry was written by a newer version, or is damaged.
    """
    for tail in (*TAILS, head_seq):
        after = max(head_seq - tail, 0)
        stored = tuple(events_after(after))
        if after == 0 or any(one.kind == "session_opened" for one in stored):
            break
    state, last_wall_ns = State(), None
    for entry in rebased(tuple(entry_of(one) for one in stored), boot_id, now):
        state = apply(state, entry)
        last_wall_ns = entry.at.wall_utc_ns
    return Replayed(state, last_wall_ns)


def homecoming(found: Replayed, app_version: str, now: Instant) -> tuple[Event, ...]:
    """The first events after a start: back again, and an answer that never came is unknown."""
    state = found.state
    resumed = state.session.session_id if state.session is not None and state.phase in OPEN else ""
    down_s = None
    if found.last_wall_ns is not None:
        down_s = max(0.0, (now.wall_utc_ns - found.last_wall_ns) / NS_PER_S)
    events: list[Event] = [RoomStarted(app_version, resumed, down_s)]
    if state.in_flight is not None:
        events.append(CommandResolved(state.in_flight.request.command_id, Unknown(CUT_OFF)))
    if state.user is not None and (down_s is None or down_s > SIGNED_IN_FOR_S):
        events.append(SignedOut())
    return tuple(events)


def must_stop(state: State) -> bool:
    """STOP was pressed before the room went down and is not confirmed: it is pressed again."""
    return state.stop is not None and not state.stop.confirmed and state.phase in OPEN
