"""The archive on PostgreSQL: each method is one statement, and with it one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final

from sqlalchemy import Connection, Row
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from console.sync.packing import bigints, blobs, ints, texts
from console.sync.ports import (
    ENVELOPE,
    Attendance,
    ChainedEvent,
    Elsewhere,
    Greeted,
    Greeting,
    Mark,
    Meanwhile,
    Missing,
    Origin,
    PushAnswer,
    Pushed,
    Rejected,
    Segment,
    SessionCount,
    Settled,
    Successor,
    Unreachable,
    nothing,
)
from console.sync.waiting import PatientConnection

_PUSH: Final = (
    "SELECT status, watermark, head, at_seq FROM archive.push("
    "%s, %s::uuid, %s::bigint, %s::bytea, %s::bigint[], %s::bigint[], %s::int[], %s::text[], %s::text[],"
    " %s::text[], %s::text[], %s::text[], %s::bytea[], %s::bytea[])"
)
_HELLO: Final = (
    "SELECT status, watermark, head, chunk_seq, now_ns FROM archive.hello("
    "%s, %s, %s::uuid, %s::bigint, %s::bytea, %s::uuid, %s::int)"
)

# Insufficient privilege, invalid password or authorization; no such function, schema, table or database.
_NEEDS_SOMEBODY: Final = ("42501", "28P01", "28000", "42883", "3F000", "42P01", "3D000")


class PostgresArchive:
    """One connection; errors become sentences and never carry what was sent."""

    def __init__(self, connection: Connection, origin: Origin) -> None:
        self._connection = connection
        self._origin = origin
        self._ready: tuple[Sequence[ChainedEvent], tuple[object, ...]] | None = None

    def _rows(self, statement: str, *values: object) -> list[Row[Any]]:
        try:
            return list(self._connection.exec_driver_sql(statement, values))
        except DBAPIError as error:
            raise refusal_of(error) from error
        except SQLAlchemyError as error:
            raise Unreachable(f"The archive's connection failed ({type(error).__name__}).") from error

    def _row(self, statement: str, *values: object) -> Row[Any]:
        return self._rows(statement, *values)[0]

    def hello(self, segment: Segment) -> Greeting:
        """Make the stream known, ask how far it is."""
        row = self._row(
            _HELLO,
            self._origin.site_id,
            self._origin.workstation_id,
            segment.stream_id,
            segment.base.seq,
            segment.base.hash,
            segment.prev_stream,
            ENVELOPE,
        )
        return Greeting(Greeted(row.status), Mark(row.watermark, bytes(row.head)), row.chunk_seq, row.now_ns)

    def push(
        self, stream_id: str, events: Sequence[ChainedEvent], meanwhile: Meanwhile = nothing
    ) -> PushAnswer:
        """Send events in order, at least one; ``meanwhile`` is done while the archive checks and stores."""
        ready, self._ready = self._ready, None
        batch = ready[1] if ready is not None and ready[0] is events else _packed(events)
        with self._doing(meanwhile):
            row = self._row(_PUSH, self._origin.site_id, stream_id, *batch)
        head = b"" if row.head is None else bytes(row.head)
        return PushAnswer(Pushed(row.status), Mark(row.watermark, head), row.at_seq)

    def expect(self, events: Sequence[ChainedEvent]) -> None:
        """Pack what will be pushed next."""
        self._ready = (events, _packed(events))

    def _doing(self, meanwhile: Meanwhile) -> AbstractContextManager[None]:
        driver = self._connection.connection.driver_connection
        return driver.doing(meanwhile) if isinstance(driver, PatientConnection) else nullcontext()

    def in_common(self, stream_id: str, marks: Sequence[Mark]) -> int | None:
        """The last of the places that the archive holds in the same form."""
        found: int | None = self._row(
            "SELECT archive.in_common(%s, %s::uuid, %s::bigint[], %s::bytea[]) AS seq",
            self._origin.site_id,
            stream_id,
            bigints([mark.seq for mark in marks]),
            blobs([mark.hash for mark in marks]),
        ).seq
        return found

    def successors(self, stream_id: str) -> tuple[Successor, ...]:
        """Streams of this workstation that follow this one, longest first."""
        rows = self._rows(
            "SELECT stream_id::text AS stream_id, base_seq, base_hash, head_seq, head_hash"
            " FROM archive.successors(%s, %s::uuid)",
            self._origin.site_id,
            stream_id,
        )
        return tuple(
            Successor(
                row.stream_id,
                Mark(row.base_seq, bytes(row.base_hash)),
                Mark(row.head_seq, bytes(row.head_hash)),
            )
            for row in rows
        )

    def have(self, addresses: Sequence[str]) -> tuple[Missing, ...]:
        """Which chunks are not there."""
        rows = self._rows(
            "SELECT missing, present FROM archive.have(%s, %s::bytea[])",
            self._origin.site_id,
            _addresses(addresses),
        )
        return tuple(Missing(bytes(row.missing).hex(), row.present) for row in rows)

    def put(self, chunks: Sequence[bytes]) -> None:
        """Send whole chunks."""
        self._row("SELECT archive.put(%s, %s::bytea[]) AS stored", self._origin.site_id, blobs(chunks))

    def put_part(self, address: str, start: int, total: int, part: bytes) -> int:
        """Send a part of a long chunk; returns the bytes held, -1 when it has to begin again."""
        held: int = self._row(
            "SELECT archive.put_part(%s, %s::bytea, %s::bigint, %s::bigint, %s::bytea) AS held",
            self._origin.site_id,
            bytes.fromhex(address),
            start,
            total,
            part,
        ).held
        return held

    def chunks_up_to(self, stream_id: str, seq: int) -> None:
        """Say up to which event the chunks are there."""
        self._row(
            "SELECT archive.chunks_up_to(%s, %s::uuid, %s::bigint)", self._origin.site_id, stream_id, seq
        )

    def settle(self, stream_id: str, count: SessionCount) -> Settled:
        """Compare a session on both sides; label it archived when they are equal."""
        row = self._row(
            "SELECT archived, events, same_digest, chunks_missing"
            " FROM archive.settle(%s, %s::uuid, %s, %s::bigint, %s::bigint, %s::bytea, %s::bytea[])",
            self._origin.site_id,
            stream_id,
            count.session_id,
            count.last_seq,
            count.events,
            count.digest,
            _addresses(count.chunks),
        )
        return Settled(row.archived, row.events, row.same_digest, row.chunks_missing)

    def attend(self, attendance: Attendance) -> tuple[Elsewhere, ...]:
        """Tell of a session with a person, hear of others with the same."""
        rows = self._rows(
            "SELECT session_id, workstation_id, live, opened_ns"
            " FROM archive.attend(%s, %s::bytea, %s, %s::bigint, %s::bigint)",
            self._origin.site_id,
            attendance.subject,
            attendance.session_id,
            attendance.opened_ns,
            attendance.closed_ns,
        )
        return tuple(Elsewhere(row.session_id, row.workstation_id, row.live, row.opened_ns) for row in rows)

    def close(self) -> None:
        """Let go of the connection; never raises."""
        # Invalidated first: a dead connection must not be asked politely to roll back.
        self._connection.invalidate()
        self._connection.close()


def _packed(events: Sequence[ChainedEvent]) -> tuple[object, ...]:
    at = [one.at for one in events]
    return (
        events[0].seq,
        events[0].prev,
        bigints([one.wall_utc_ns for one in at]),
        bigints([one.mono_ns for one in at]),
        ints([one.version for one in events]),
        texts([one.id for one in events]),
        texts([one.session_id for one in events]),
        texts([one.boot_id for one in events]),
        texts([one.actor for one in events]),
        texts([one.kind for one in events]),
        blobs([one.body for one in events]),
        blobs([one.hash for one in events]),
    )


def _addresses(addresses: Sequence[str]) -> object:
    return blobs([bytes.fromhex(address) for address in addresses])


def refusal_of(error: DBAPIError) -> Unreachable | Rejected:
    """The failure of a statement as a sentence without any of its values."""
    state = getattr(error.orig, "sqlstate", None)
    if state in _NEEDS_SOMEBODY:
        return Rejected(f"The archive refuses this workstation: {first_line(error.orig)}")
    if state is None:
        return Unreachable("The connection to the archive broke.")
    return Unreachable(f"The archive could not take it ({state}): {first_line(error.orig)}")


def first_line(error: BaseException | None) -> str:
    """The error's own first line; details and values below it are left out."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else "no reason was given."
