"""Proof of a record: every link of the chain, every chunk, the file's own structure. Never writes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from console.storage.chain import Break, first_break, start_of_chain
from console.storage.cipher import DRIVER_ERRORS, is_plain
from console.storage.engine import UNREADABLE, connect_reader, current_schema
from console.storage.event_rows import COLUMNS, event_of
from console.storage.rows import Head, StoredEvent
from console.storage.salvage import damaged_runs
from console.storage.schema import SCHEMA_VERSION
from console.storage.trouble import RecordRefused, unreadable
from console.storage.verify_chunks import ChunkFindings, check_chunks

_PAGE = 500
_LISTED = 20

Manifest = Callable[[StoredEvent], Iterable[str]]
SHORTEST_HEAD = 12
"""Digits of a printed head that are enough to tell it from every other (48 bits)."""


class VerifyReport(msgspec.Struct, frozen=True):
    """What was found.

    Attributes:
        path: The file.
        refused: Why it could not be opened at all, empty when it could.
        schema_version: Its schema, 0 when it could not be read.
        stream_id: Its stream, empty when there is none yet.
        structure: SQLite's own findings about the file's structure; empty when there are none.
        events: Events whose link holds, counted from the first.
        head_hash: Hash of the last of them, as hex.
        gaps: Missing runs of sequence numbers, first and last of each.
        broken_seq: First event whose link does not hold, None when all hold.
        broken_reason: Why.
        damaged: Events that cannot be read or do not hold, first and last of each run, the first 20 runs.
        chunks: Waveform chunks that agree with their address and their row.
        broken_chunks: What is wrong with others, the first 20.
        numerics: Rows of numerics.
        head: What came of a head that was printed or archived; empty when none was given.
        cut: The record does not reach that head.
        unsigned: What a signature vouches for and the record does not hold, the first 20.
        encrypted: The file cannot be read without its key.
    """

    path: str
    refused: str = ""
    schema_version: int = 0
    stream_id: str = ""
    structure: tuple[str, ...] = ()
    events: int = 0
    head_hash: str = ""
    gaps: tuple[tuple[int, int], ...] = ()
    broken_seq: int | None = None
    broken_reason: str = ""
    damaged: tuple[tuple[int, int], ...] = ()
    chunks: int = 0
    broken_chunks: tuple[str, ...] = ()
    numerics: int = 0
    head: str = ""
    cut: bool = False
    unsigned: tuple[str, ...] = ()
    encrypted: bool = False

    @property
    def ok(self) -> bool:
        """Nothing at all was found."""
        found = (self.refused, self.structure, self.gaps, self.broken_reason, self.broken_chunks)
        return not (any(found) or self.cut or self.unsigned)

    @property
    def sentence(self) -> str:
        """The first thing to say about it."""
        if self.refused:
            return self.refused
        if self.broken_reason:
            return f"The chain breaks at event {self.broken_seq}: {self.broken_reason}"
        if self.cut:
            return self.head
        if self.unsigned:
            return self.unsigned[0]
        if self.broken_chunks:
            return self.broken_chunks[0]
        if self.structure:
            return f"The file's structure is damaged: {self.structure[0]}"
        return f"The record is whole: {self.events} events and {self.chunks} waveform chunks agree."


def report_text(report: VerifyReport) -> str:
    """The report for a person."""
    lines = [report.path, report.sentence]
    if not report.refused:
        lines += [
            f"  schema      {report.schema_version}",
            f"  stream      {report.stream_id or '(none yet)'}",
            f"  events      {report.events} linked, head {report.head_hash}",
            f"  chunks      {report.chunks} waveform chunks agree with their addresses",
            f"  numerics    {report.numerics} rows",
            f"  at rest     {'encrypted' if report.encrypted else 'not encrypted by the console'}",
        ]
        if report.head:
            lines.append(f"  given head  {report.head}")
    lines += [
        f"  damaged     {_run(first, last)} cannot be read or do not hold" for first, last in report.damaged
    ]
    lines += [f"  missing     events {first} to {last}" for first, last in report.gaps]
    lines += [f"  signature   {found}" for found in report.unsigned]
    lines += [f"  chunk       {found}" for found in report.broken_chunks]
    lines += [f"  structure   {found}" for found in report.structure]
    return "\n".join(lines)


def _run(first: int, last: int) -> str:
    return f"event {first}" if first == last else f"events {first} to {last}"


def report_json(report: VerifyReport) -> bytes:
    """The report for a program."""
    fields = {"ok": report.ok, "sentence": report.sentence, **msgspec.structs.asdict(report)}
    return msgspec.json.format(msgspec.json.encode(fields), indent=2)


def _nothing_named(_event: StoredEvent) -> tuple[str, ...]:
    return ()


def verify_record(
    path: Path, manifest: Manifest = _nothing_named, head: str = "", signed: Manifest = _nothing_named
) -> VerifyReport:
    """Check everything that can be checked; the file is opened for reading alone.

    Args:
        path: The record or a backup of it; it may be in use.
        manifest: Addresses (hex) of the waveform chunks an event vouches for.
        head: Chain hash (hex, or its first twelve digits) that was printed or archived: one of the record's
            events must still have it. The chain alone cannot show that its newest events were cut off.
        signed: Chain hashes (hex) of earlier events that an event, such as a signature, vouches for.
    """
    try:
        current_schema(path)
        with closing(connect_reader(path)) as connection:
            return _report(path, connection, manifest, head.strip().lower(), signed)
    except RecordRefused as refusal:
        return VerifyReport(str(path), refused=str(refusal))
    except UNREADABLE as error:
        return VerifyReport(str(path), refused=str(unreadable(path, str(error))))


def _report(
    path: Path, connection: sqlite3.Connection, manifest: Manifest, given: str, signed: Manifest
) -> VerifyReport:
    stream = _stream(connection)
    missing: list[str] = []
    unsigned: list[str] = []
    head, fault = _check_chain(connection, manifest, missing, signed, unsigned)
    reached, cut = _given_head(connection, given, head)
    findings = _check_samples(connection)
    return VerifyReport(
        path=str(path),
        schema_version=SCHEMA_VERSION,
        stream_id=stream,
        structure=_structure(connection),
        events=head.seq,
        head_hash=head.hash.hex(),
        gaps=_gaps(connection),
        broken_seq=fault.seq if fault else None,
        broken_reason=fault.reason if fault else "",
        damaged=damaged_runs(path)[:_LISTED] if fault else (),
        chunks=findings.sound,
        broken_chunks=(*missing, *findings.broken)[:_LISTED],
        numerics=findings.numerics,
        head=reached,
        cut=cut,
        unsigned=tuple(unsigned[:_LISTED]),
        encrypted=not is_plain(path),
    )


def _given_head(connection: sqlite3.Connection, given: str, last: Head) -> tuple[str, bool]:
    """What is to be said of a head somebody kept outside the record, and whether it is missing."""
    if not given:
        return "", False
    if len(given) < SHORTEST_HEAD or len(given) > 64 or set(given) - set("0123456789abcdef"):
        return (
            f"{given} is no head: give at least {SHORTEST_HEAD} of the digits that were printed or archived.",
            True,
        )
    try:
        found = connection.execute("SELECT seq FROM event WHERE hex(hash) LIKE ? || '%'", (given,)).fetchone()
    except UNREADABLE as error:
        return f"Whether the record holds the given head cannot be read: {error}.", True
    if found is None:
        return (
            f"No event has the given head {given[:12]}: everything after event {last.seq} was cut off, or "
            "the record was written anew. Restore the backup that holds it.",
            True,
        )
    return (
        f"Event {found[0]} has it: nothing up to there was cut off; {last.seq - found[0]} came after.",
        False,
    )


def _stream(connection: sqlite3.Connection) -> str:
    try:
        found = connection.execute("SELECT stream_id FROM meta").fetchone()
    except UNREADABLE:
        # What cannot be read is reported by the structure.
        return ""
    return found[0] if found else ""


def _structure(connection: sqlite3.Connection) -> tuple[str, ...]:
    try:
        return _found_by(connection, "integrity_check", _LISTED)
    except UNREADABLE:
        # Comparing every index with its table ended at a page that cannot be read; this names the first.
        pass
    try:
        return _found_by(connection, "quick_check", 1)
    except UNREADABLE as error:
        return (str(error),)


def _found_by(connection: sqlite3.Connection, check: str, most: int) -> tuple[str, ...]:
    rows = connection.execute(f"PRAGMA {check}({most})").fetchall()
    return () if rows == [("ok",)] else tuple(str(row[0]) for row in rows)


def _check_chain(
    connection: sqlite3.Connection,
    manifest: Manifest,
    missing: list[str],
    signed: Manifest,
    unsigned: list[str],
) -> tuple[Head, Break | None]:
    """Follow the chain page by page, up to the first break or the first row that cannot be read."""
    head = start_of_chain()
    try:
        while page := _page_after(connection, head.seq):
            head, fault = first_break(page, head)
            if fault is not None:
                return head, fault
            for stored in page:
                missing.extend(_missing(connection, stored, manifest))
                unsigned.extend(_unsigned(connection, stored, signed))
    except (*DRIVER_ERRORS, ValueError) as error:
        return head, Break(head.seq + 1, f"It, or an event soon after it, cannot be read: {error}.")
    return head, None


def _page_after(connection: sqlite3.Connection, seq: int) -> list[StoredEvent]:
    rows = connection.execute(
        f"SELECT {', '.join(COLUMNS)} FROM event WHERE seq > ? ORDER BY seq LIMIT {_PAGE}", (seq,)
    )
    return [event_of(row) for row in rows]


def _missing(connection: sqlite3.Connection, stored: StoredEvent, manifest: Manifest) -> Iterator[str]:
    for address in manifest(stored):
        found = connection.execute("SELECT 1 FROM wave_bytes WHERE sha256 = ?", (bytes.fromhex(address),))
        if found.fetchone() is None:
            yield f"Event {stored.seq} names waveform chunk {address}, which is not in the record."


def _unsigned(connection: sqlite3.Connection, stored: StoredEvent, signed: Manifest) -> Iterator[str]:
    for digest in signed(stored):
        found = connection.execute(
            "SELECT 1 FROM event WHERE hash = ? AND seq < ?", (_bytes_of(digest), stored.seq)
        )
        if found.fetchone() is None:
            yield f"The signature in event {stored.seq} is on {digest[:12]}, which no event before it has."


def _bytes_of(digest: str) -> bytes:
    try:
        return bytes.fromhex(digest)
    except ValueError:
        return b""


def _gaps(connection: sqlite3.Connection) -> tuple[tuple[int, int], ...]:
    query = """SELECT before + 1, seq - 1
               FROM (SELECT seq, lag(seq, 1, 0) OVER (ORDER BY seq) AS before FROM event)
               WHERE seq > before + 1 LIMIT ?"""
    try:
        return tuple((first, last) for first, last in connection.execute(query, (_LISTED,)))
    except UNREADABLE:
        # Rows that cannot be read are reported by the chain and by the structure.
        return ()


def _check_samples(connection: sqlite3.Connection) -> ChunkFindings:
    try:
        return check_chunks(connection, _LISTED)
    except UNREADABLE as error:
        return ChunkFindings(0, 0, (f"The waveform chunks cannot be read: {error}.",))
