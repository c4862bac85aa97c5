"""The bench's signed runs in the record: written as one event of the room each, read back by device.

They lie in the same chain as everything else, so that a backup, the archive and a verification carry them.
They belong to no session, and the index by session finds them without looking at any patient's events.
"""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from console.clock import Instant
from console.session.bench import (
    BenchRun,
    Certificate,
    Figure,
    Fitness,
    Verdict,
    certificate,
    fitness,
)
from console.session.codec import EventUnreadable, decode, decode_actor, encode, encode_actor
from console.session.events import DeviceTested
from console.session.people import Actor
from console.storage.chain import uuid7
from console.storage.cipher import DRIVER_ERRORS
from console.storage.engine import connect_reader, current_schema
from console.storage.event_rows import COLUMNS, event_of
from console.storage.record import Record
from console.storage.rows import EventDraft, StoredEvent
from console.storage.trouble import unreadable

KIND: Final = "device_tested"


class SignedRun(msgspec.Struct, frozen=True):
    """A run as the record holds it.

    Attributes:
        seq: Its place in the record.
        hash: Its hash in the chain, as hex.
        at: When it was signed.
        by: Who signed it.
        run: What was found.
    """

    seq: int
    hash: str
    at: Instant
    by: Actor
    run: BenchRun

    def certificate(self) -> Certificate:
        """What is printed of it."""
        return certificate(self.run, f"{self.by.name} ({self.by.role.value})", self.seq, self.hash)


class FigurePoint(msgspec.Struct, frozen=True):
    """One figure of one run, for the history of a device.

    Attributes:
        day: When it was measured.
        value: The figure.
        verdict: Of the check it belongs to.
    """

    day: date
    value: float
    verdict: Verdict


def draft_of_run(run: BenchRun, by: Actor, at: Instant) -> EventDraft:
    """The run as an event to be stored."""
    kind, version, body = encode(DeviceTested(run))
    return EventDraft(uuid7(at.wall_utc_ns), kind, version, body, at, encode_actor(by))


def sign_run(record: Record, run: BenchRun, by: Actor, at: Instant) -> SignedRun:
    """Store a run; when this returns it survives a power cut.

    Raises:
        DiskTrouble: the disk failed and nothing was stored.
    """
    return signed_run(record.append((draft_of_run(run, by, at),))[0])


def signed_run(stored: StoredEvent) -> SignedRun:
    """The run in a stored event.

    Raises:
        EventUnreadable: it is no run, or was written by a newer version.
    """
    event = decode(stored.kind, stored.version, stored.body)
    if not isinstance(event, DeviceTested):
        raise EventUnreadable(f"event {stored.seq} is no run of the bench")
    return SignedRun(stored.seq, stored.hash.hex(), stored.at, decode_actor(stored.actor), event.run)


def bench_runs(path: Path, device: str = "", after_seq: int = 0) -> tuple[SignedRun, ...]:
    """Every signed run in the record, oldest first; with ``device`` (its key) those of one device.

    ``after_seq``: only entries behind this place, for whoever looks again and again.

    Raises:
        RecordRefused: the file is no record of this schema. EventUnreadable: a run cannot be understood.
    """
    current_schema(path)
    query = f"""SELECT {", ".join(COLUMNS)} FROM event
                WHERE session_id IS NULL AND seq > ? AND kind = ? ORDER BY seq"""
    try:
        with closing(connect_reader(path)) as connection:
            found = tuple(signed_run(event_of(row)) for row in connection.execute(query, (after_seq, KIND)))
    except (*DRIVER_ERRORS, ValueError) as error:
        raise unreadable(path, str(error)) from error
    return tuple(one for one in found if not device or one.run.device.key == device)


def fitness_in(path: Path, device: str, today: date) -> Fitness:
    """Whether a device (its key) may be used today, by the runs in the record.

    Raises:
        RecordRefused: the file is no record of this schema. EventUnreadable: a run cannot be understood.
    """
    return fitness(device, (one.run for one in bench_runs(path, device)), today)


def figure_history(runs: tuple[SignedRun, ...], check: str, figure: str) -> tuple[FigurePoint, ...]:
    """How one figure of one check went from run to run; figures that are no number are left out."""
    points = []
    for signed in runs:
        for result in signed.run.checks:
            if result.check != check:
                continue
            points += [
                FigurePoint(signed.run.day, value, result.verdict)
                for one in result.figures
                if one.name == figure and (value := _number(one)) is not None
            ]
    return tuple(points)


def _number(figure: Figure) -> float | None:
    try:
        return float(figure.value)
    except ValueError:
        return None


def last_entry_ns(path: Path) -> int | None:
    """Wall time of the record's last entry, Unix nanoseconds; None when there is none.

    Raises:
        RecordRefused: the file is no record of this schema.
    """
    if not path.exists():
        return None
    current_schema(path)
    try:
        with closing(connect_reader(path)) as connection:
            row = connection.execute("SELECT wall_utc_ns FROM event ORDER BY seq DESC LIMIT 1").fetchone()
    except DRIVER_ERRORS as error:
        raise unreadable(path, str(error)) from error
    return None if row is None else int(row[0])


def session_is_open(path: Path) -> bool:
    """Whether a session in the record was opened and not closed; False when there is no record yet.

    Raises:
        RecordRefused: the file is no record of this schema.
    """
    if not path.exists():
        return False
    current_schema(path)
    try:
        with closing(connect_reader(path)) as connection:
            query = "SELECT 1 FROM session_index WHERE closed_wall_ns IS NULL LIMIT 1"
            return connection.execute(query).fetchone() is not None
    except DRIVER_ERRORS as error:
        raise unreadable(path, str(error)) from error
