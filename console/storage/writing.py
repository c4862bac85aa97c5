"""The statements of one batch, on a connection that is already in its transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, bindparam, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from console.clock import Instant
from console.storage.chain import chained
from console.storage.event_rows import COLUMNS, event_of
from console.storage.rows import Batch, EventDraft, Head, NumericRow, PatientRow, SessionIndexRow, StoredEvent
from console.storage.schema import event, numeric, patient, session_index, span, wave_bytes, wave_chunk
from console.storage.waves import WaveChunk

SpanIds = dict[tuple[str, str], int]


def put_events(
    connection: Connection, drafts: Sequence[EventDraft], boot_id: str, head: Head
) -> tuple[StoredEvent, ...]:
    """Chain the drafts after ``head`` and insert them."""
    stored: list[StoredEvent] = []
    for draft in drafts:
        following = chained(draft, boot_id, head)
        head = Head(following.seq, following.hash)
        stored.append(following)
    if stored:
        connection.execute(insert(event), [_event_fields(one) for one in stored])
    return tuple(stored)


def _event_fields(stored: StoredEvent) -> dict[str, Any]:
    return {
        "seq": stored.seq,
        "id": stored.id,
        "session_id": stored.session_id,
        "wall_utc_ns": stored.at.wall_utc_ns,
        "mono_ns": stored.at.mono_ns,
        "boot_id": stored.boot_id,
        "actor": stored.actor,
        "kind": stored.kind,
        "version": stored.version,
        "body": stored.body,
        "prev": stored.prev,
        "hash": stored.hash,
    }


def already_stored(connection: Connection, drafts: Sequence[EventDraft]) -> dict[str, StoredEvent]:
    """Those of the drafts that are in the record, by id."""
    query = select(*(event.c[name] for name in COLUMNS)).where(event.c.id == bindparam("wanted"))
    found = {}
    for draft in drafts:
        row = connection.execute(query, {"wanted": draft.id}).first()
        if row is not None:
            found[draft.id] = event_of(row)
    return found


def put_samples(connection: Connection, batch: Batch, boot_id: str, known: SpanIds, again: bool) -> SpanIds:
    """Insert numerics and chunks.

    Args:
        connection: In its transaction.
        batch: What to store.
        boot_id: Boot the numerics' monotonic times belong to.
        known: Spans found before.
        again: The batch may be in the record already: rows that are there are left as they are.

    Returns:
        The spans known now; they hold only if the transaction commits.
    """
    spans = dict(known)
    rows = [
        _numeric_fields(_span_of(connection, spans, row.session_id, boot_id, row.at), row)
        for row in batch.numerics
    ]
    _insert(connection, numeric, rows, again)
    chunks = [_chunk_fields(_span_of_chunk(connection, spans, chunk), chunk) for chunk in batch.waves]
    _insert(connection, wave_bytes, [_bytes_fields(chunk) for chunk in batch.waves], again)
    _insert(connection, wave_chunk, chunks, again)
    return spans


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]], again: bool) -> None:
    if not rows:
        return
    statement = upsert(table).on_conflict_do_nothing() if again else insert(table)
    connection.execute(statement, rows)


def _span_of(connection: Connection, spans: SpanIds, session_id: str, boot_id: str, at: Instant) -> int:
    key = (session_id, boot_id)
    if key not in spans:
        query = select(span.c.id).where(span.c.session_id == session_id, span.c.boot_id == boot_id)
        found = connection.execute(query).scalar()
        spans[key] = _new_span(connection, key, at) if found is None else int(found)
    return spans[key]


def _new_span(connection: Connection, key: tuple[str, str], at: Instant) -> int:
    fields = {"session_id": key[0], "boot_id": key[1], "wall_utc_ns": at.wall_utc_ns, "mono_ns": at.mono_ns}
    inserted = connection.execute(insert(span), fields).inserted_primary_key
    if inserted is None:
        raise RuntimeError("SQLite gave no id for a new span")
    return int(inserted[0])


def _span_of_chunk(connection: Connection, spans: SpanIds, chunk: WaveChunk) -> int:
    header = chunk.header
    at = Instant(header.wall_utc_ns, header.mono_ns)
    return _span_of(connection, spans, header.session_id, header.boot_id, at)


def _numeric_fields(span_id: int, row: NumericRow) -> dict[str, Any]:
    return {
        "span": span_id,
        "mono_ns": row.at.mono_ns,
        "vital": row.vital.value,
        "source": row.source,
        "wall_utc_ns": row.at.wall_utc_ns,
        "value": row.value,
        "quality": row.quality.value,
        "measured_mono_ns": row.measured_mono_ns,
        "device_time_s": row.device_time_s,
    }


def _bytes_fields(chunk: WaveChunk) -> dict[str, Any]:
    return {"sha256": chunk.sha256, "codec": chunk.header.codec, "bytes": chunk.data}


def _chunk_fields(span_id: int, chunk: WaveChunk) -> dict[str, Any]:
    header = chunk.header
    return {
        "span": span_id,
        "wave": header.wave.value,
        "source": header.source,
        "mono_ns": header.mono_ns,
        "wall_utc_ns": header.wall_utc_ns,
        "rate_hz": header.rate_hz,
        "n": header.n,
        "gain": header.gain,
        "offset": header.offset,
        "unit": header.unit,
        "gap": int(header.gap),
        "usable": int(header.usable),
        "low": chunk.low,
        "high": chunk.high,
        "pyramid": chunk.pyramid,
        "sha256": chunk.sha256,
    }


def put_projections(
    connection: Connection, sessions: Sequence[SessionIndexRow], patients: Sequence[PatientRow]
) -> None:
    """Insert or replace what the lists show; the truth behind it stays in the events."""
    for row in sessions:
        fields = {
            "session_id": row.session_id,
            "patient_id": row.patient_id,
            "opened_wall_ns": row.opened_wall_ns,
            "phase": row.phase,
            "closed_wall_ns": row.closed_wall_ns,
            "training": int(row.training),
            "summary": row.summary,
        }
        _upsert(connection, session_index, "session_id", fields)
    for person in patients:
        fields = {
            "patient_id": person.patient_id,
            "family_name": person.family_name,
            "given_name": person.given_name,
            "birth_date": person.birth_date,
            "mrn": person.mrn,
            "sex": person.sex,
        }
        _upsert(connection, patient, "patient_id", fields)


def _upsert(connection: Connection, table: Table, key: str, fields: dict[str, Any]) -> None:
    statement = upsert(table).values(fields)
    rest = {name: value for name, value in fields.items() if name != key}
    connection.execute(statement.on_conflict_do_update(index_elements=[key], set_=rest))
