"""Putting a damaged record aside and a fresh one in its place, so that a crash leaves one or the other.

The damaged file keeps every byte, its log included: it gets a second name first, and only then does the
fresh one take its own. Nothing is ever deleted but the old name.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from console.clock import NS_PER_S
from console.storage.chain import draft_of
from console.storage.files import beside, put_in_place, remove_database, sync_folder
from console.storage.record import Record
from console.storage.rows import Batch, EventDraft, Head, PatientRow, SessionIndexRow, StoredEvent
from console.storage.salvage import ACCOUNT_COLUMNS
from console.storage.schema import account
from console.storage.waves import WaveChunk
from console.storage.writing import put_events, put_projections, put_samples

_LOGS = ("-wal", "-journal")
_READ_ONLY = stat.S_IRUSR


def aside_path(path: Path, wall_utc_ns: int) -> Path:
    """Where a damaged record goes: beside it, named with the time, never over another one."""
    at = datetime.fromtimestamp(wall_utc_ns // NS_PER_S, UTC)
    stem = f"{path.stem}.damaged-{at:%Y%m%dT%H%M%SZ}"
    chosen, number = path.with_name(stem + path.suffix), 1
    while chosen.exists():
        number += 1
        chosen = path.with_name(f"{stem}-{number}{path.suffix}")
    return chosen


def begin_anew(
    fresh: Record,
    first: EventDraft,
    carried: Sequence[StoredEvent] = (),
    chunks: Sequence[WaveChunk] = (),
    accounts: Sequence[Sequence[Any]] = (),
    patients: Sequence[PatientRow] = (),
    sessions: Sequence[SessionIndexRow] = (),
) -> None:
    """Store what a new stream begins with: the link to the old one, then what was carried over, all at once.

    Events that are carried over keep their id, their author, their instant and the boot it belongs to.

    Raises:
        DiskTrouble: the disk failed; nothing was stored.
    """
    with fresh.transaction() as connection:
        stored = put_events(connection, (first,), fresh.boot_id, fresh.head())
        for boot_id, events in groupby(carried, lambda event: event.boot_id):
            head = Head(stored[-1].seq, stored[-1].hash)
            stored = put_events(connection, [draft_of(event) for event in events], boot_id, head)
        put_samples(connection, Batch(waves=tuple(chunks)), fresh.boot_id, {}, again=True)
        put_projections(connection, sessions, patients)
        for row in accounts:
            connection.execute(insert(account), dict(zip(ACCOUNT_COLUMNS, row, strict=True)))


def put_aside(path: Path, aside: Path, fresh: Path) -> None:
    """Give the damaged record its second name, make it read-only, and put the fresh one in its place.

    Raises:
        OSError: the disk refused; the record still stands under its own name.
    """
    for suffix in _LOGS:
        if beside(path, suffix).exists():
            _second_name(beside(path, suffix), beside(aside, suffix))
    _second_name(path, aside)
    sync_folder(path.parent)
    # A log left beside the fresh file would be played into it.
    for suffix in (*_LOGS, "-shm"):
        beside(path, suffix).unlink(missing_ok=True)
    put_in_place(fresh, path)
    for suffix in ("", *_LOGS):
        if beside(aside, suffix).exists():
            beside(aside, suffix).chmod(_READ_ONLY)


def _second_name(path: Path, other: Path) -> None:
    try:
        os.link(path, other)
    except OSError:
        # A file system without hard links: a copy serves, it only takes longer.
        shutil.copy2(path, other)


def clear_working(path: Path) -> Path:
    """Where the fresh record is built; what a crash left there is removed."""
    working = beside(path, ".beginning")
    remove_database(working)
    return working
