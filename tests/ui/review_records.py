"""Records for the tests of the review, rehearsed once a test run: it takes some seconds of machine time."""

from __future__ import annotations

import functools
import tempfile
from dataclasses import dataclass
from pathlib import Path

from console.clock import NS_PER_S
from console.session.people import Role
from console.storage.accounts import Accounts, PinHasher
from tests.ui.synthetic_record import (
    RUNNING,
    open_rehearsal,
    play_early_stop,
    play_link_lost,
    play_running,
    play_whole,
)

START_NS = 1_773_655_620 * NS_PER_S
CHEAP = PinHasher(memory_kib=1024, time_cost=1)


@dataclass(frozen=True)
class Rehearsed:
    """Three closed sessions; the folder goes with the last reference to it."""

    path: Path
    folder: tempfile.TemporaryDirectory[str]


@functools.cache
def rehearsed() -> Rehearsed:
    """A signed early stop, a link lost, and a whole session that waits for its review."""
    folder = tempfile.TemporaryDirectory(prefix="review-")
    path = Path(folder.name) / "record.db"
    room = open_rehearsal(path, START_NS)
    accounts = Accounts(room.record, CHEAP)
    accounts.add_account("p1", "Physician One", Role.PHYSICIAN, "482915")
    accounts.add_account("n1", "Nurse One", Role.NURSE, "593026")
    room.waves_on = False
    play_early_stop(room)
    room.bench.clock.advance(20 * 3600)
    play_link_lost(room)
    room.bench.clock.advance(22 * 3600)
    room.waves_on = True
    play_whole(room)
    room.record.close()
    return Rehearsed(path, folder)


@functools.cache
def going_on() -> Rehearsed:
    """A session in its eighth minute of infusion; the room has left."""
    folder = tempfile.TemporaryDirectory(prefix="review-")
    path = Path(folder.name) / "record.db"
    room = open_rehearsal(path, START_NS, waves=False)
    play_running(room, RUNNING, 8)
    room.record.close()
    return Rehearsed(path, folder)
