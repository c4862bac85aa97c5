"""What the review page and the sync read, on connections that cannot write. Every read is short.

Samples are placed on a **steady axis**, in nanoseconds: the wall clock at the first sample of a
span (one session within one boot), carried forward by the monotonic clock. A stepped wall clock
therefore never folds a trace over itself; the labels stay those of the start.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row, Select, func, or_, select

from console.clinical.vitals import Vital, Wave
from console.clock import NS_PER_S
from console.storage.accounts import Account, account_of
from console.storage.engine import reader_engine
from console.storage.event_rows import COLUMNS, PAGE, all_events, event_of, events_of_kinds, page_of_events
from console.storage.rows import Head, PatientRow, SessionIndexRow, StoredEvent, StreamIdentity
from console.storage.schema import (
    account,
    event,
    meta,
    numeric,
    patient,
    session_index,
    span,
    wave_bytes,
    wave_chunk,
)
from console.storage.traces import Envelope, WaveBins, WaveTrace, bins_of, envelope_of, trace_of
from console.storage.waves import MAX_CHUNK_S

_MAX_CHUNK_NS = round(MAX_CHUNK_S * NS_PER_S)


class Span(msgspec.Struct, frozen=True):
    """A run of samples within one boot.

    Attributes:
        id: Its number in the record.
        boot_id: Boot its monotonic times belong to.
        wall_utc_ns: Wall clock at its first sample.
        mono_ns: Monotonic clock at its first sample.
    """

    id: int
    boot_id: str
    wall_utc_ns: int
    mono_ns: int

    @property
    def offset_ns(self) -> int:
        """Steady axis minus monotonic clock."""
        return self.wall_utc_ns - self.mono_ns


class WaveSource(msgspec.Struct, frozen=True):
    """A signal that was recorded in a session.

    Attributes:
        wave: Which signal.
        source: Device binding that spoke.
        unit: UCUM unit.
    """

    wave: Wave
    source: str
    unit: str


@dataclass(frozen=True, slots=True)
class NumericSeries:
    """One vital sign over time, every row in order.

    Attributes:
        t_ns: Steady axis, nanoseconds.
        value: Figures; NaN where there is none.
        quality: What the device said of each.
        source: Who spoke, for each.
        measured_ns: Steady axis of the measurement itself; equals ``t_ns`` for continuous values.
    """

    t_ns: NDArray[np.int64]
    value: NDArray[np.float64]
    quality: tuple[str, ...]
    source: tuple[str, ...]
    measured_ns: NDArray[np.int64]


class RecordReader:
    """Read-only queries; safe beside the running writer, from one thread at a time or several."""

    def __init__(self, path: Path) -> None:
        """Open for reading.

        Raises:
            RecordUnreadable: the file is no record of this schema.
            RecordNewer: a newer program wrote it.
        """
        self._engine = reader_engine(path)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _rows(self, query: Select[Any]) -> list[Row[Any]]:
        with self._engine.connect() as connection:
            return list(connection.execute(query))

    # --- events -----------------------------------------------------------------------------------

    def stream(self) -> StreamIdentity | None:
        """Which stream of events this file is; None before the writer has opened it once."""
        rows = self._rows(select(meta))
        if not rows:
            return None
        row = rows[0]
        return StreamIdentity(row.stream_id, row.site_id, row.workstation_id, row.created_wall_ns)

    def head(self) -> Head | None:
        """The last event, None when there is none."""
        rows = self._rows(select(event.c.seq, event.c.hash).order_by(event.c.seq.desc()).limit(1))
        return Head(rows[0].seq, rows[0].hash) if rows else None

    def seq_of(self, digest: str) -> int | None:
        """The event that has this chain hash (hex); None when none has."""
        try:
            wanted = bytes.fromhex(digest)
        except ValueError:
            return None
        rows = self._rows(select(event.c.seq).where(event.c.hash == wanted))
        return int(rows[0].seq) if rows else None

    def page(
        self, after_seq: int = 0, session_id: str | None = None, limit: int = PAGE
    ) -> tuple[StoredEvent, ...]:
        """The next events after ``after_seq``, at most ``limit``."""
        with self._engine.connect() as connection:
            return page_of_events(connection, after_seq, session_id, limit)

    def of_kinds(
        self, kinds: Sequence[str], after_seq: int, up_to_seq: int, limit: int = PAGE
    ) -> tuple[StoredEvent, ...]:
        """The next events of these kinds after ``after_seq`` and up to ``up_to_seq``."""
        with self._engine.connect() as connection:
            return events_of_kinds(connection, kinds, after_seq, up_to_seq, limit)

    def events(self, session_id: str | None = None, after_seq: int = 0) -> Iterator[StoredEvent]:
        """All events, or those of one session, in order."""
        return all_events(lambda after: self.page(after, session_id), after_seq)

    def events_of_room(self, kind: str) -> tuple[StoredEvent, ...]:
        """Events of one kind that belong to no session, in order."""
        query = (
            select(*(event.c[name] for name in COLUMNS))
            .where(event.c.session_id.is_(None), event.c.kind == kind)
            .order_by(event.c.seq)
        )
        return tuple(event_of(row) for row in self._rows(query))

    def streams(self, prefix: str) -> tuple[tuple[str, int], ...]:
        """Keys of events beginning with ``prefix``, each with the wall clock of its last event."""
        query = (
            select(event.c.session_id, func.max(event.c.wall_utc_ns).label("last"))
            .where(event.c.session_id >= prefix, event.c.session_id < prefix[:-1] + chr(ord(prefix[-1]) + 1))
            .group_by(event.c.session_id)
        )
        return tuple((str(row.session_id), int(row.last)) for row in self._rows(query))

    # --- lists ------------------------------------------------------------------------------------

    def sessions(self, limit: int = 200, before_wall_ns: int | None = None) -> tuple[SessionIndexRow, ...]:
        """Sessions, newest first; ``before_wall_ns`` continues a list."""
        query = select(session_index).order_by(session_index.c.opened_wall_ns.desc()).limit(limit)
        if before_wall_ns is not None:
            query = query.where(session_index.c.opened_wall_ns < before_wall_ns)
        return tuple(_session_of(row) for row in self._rows(query))

    def every_session(self) -> tuple[SessionIndexRow, ...]:
        """All sessions of the record, in no order; for an index kept in memory."""
        return tuple(_session_of(row) for row in self._rows(select(session_index)))

    def sessions_named(self, session_ids: Sequence[str]) -> tuple[SessionIndexRow, ...]:
        """These sessions, in no order."""
        query = select(session_index).where(session_index.c.session_id.in_(session_ids))
        return tuple(_session_of(row) for row in self._rows(query))

    def sessions_of(self, patient_id: str, limit: int = 50) -> tuple[SessionIndexRow, ...]:
        """A patient's sessions, newest first."""
        query = select(session_index).where(session_index.c.patient_id == patient_id)
        return tuple(
            _session_of(row)
            for row in self._rows(query.order_by(session_index.c.opened_wall_ns.desc()).limit(limit))
        )

    def session(self, session_id: str) -> SessionIndexRow | None:
        """One session of the list."""
        rows = self._rows(select(session_index).where(session_index.c.session_id == session_id))
        return _session_of(rows[0]) if rows else None

    def last_session(self, patient_id: str) -> SessionIndexRow | None:
        """The last session of a patient that was closed and was no training."""
        query = (
            select(session_index)
            .where(session_index.c.patient_id == patient_id, session_index.c.closed_wall_ns.is_not(None))
            .where(session_index.c.training == 0)
            .order_by(session_index.c.opened_wall_ns.desc())
            .limit(1)
        )
        rows = self._rows(query)
        return _session_of(rows[0]) if rows else None

    def patient(self, patient_id: str) -> PatientRow | None:
        """One patient as last known."""
        rows = self._rows(select(patient).where(patient.c.patient_id == patient_id))
        return _patient_of(rows[0]) if rows else None

    def patients(self, text: str = "", limit: int = 50) -> tuple[PatientRow, ...]:
        """Patients whose names or record number begin with every word of ``text``."""
        query = select(patient).order_by(patient.c.family_name, patient.c.given_name).limit(limit)
        columns = (patient.c.family_name, patient.c.given_name, patient.c.mrn)
        for word in text.split():
            query = query.where(or_(*(column.istartswith(word, autoescape=True) for column in columns)))
        return tuple(_patient_of(row) for row in self._rows(query))

    def users(self) -> tuple[Account, ...]:
        """Everybody who has or had an account, by name."""
        return tuple(account_of(row) for row in self._rows(select(account).order_by(account.c.name)))

    # --- samples ----------------------------------------------------------------------------------

    def spans(self, session_id: str) -> tuple[Span, ...]:
        """The runs of samples of a session, in order."""
        rows = self._rows(select(span).where(span.c.session_id == session_id).order_by(span.c.id))
        return tuple(Span(row.id, row.boot_id, row.wall_utc_ns, row.mono_ns) for row in rows)

    def numerics(
        self, session_id: str, vital: Vital, start_ns: int, end_ns: int, source: str | None = None
    ) -> NumericSeries:
        """One vital sign from ``start_ns`` to ``end_ns`` of the steady axis, from one source or all."""
        rows: list[tuple[int, Row[Any]]] = []
        for run in self.spans(session_id):
            query = (
                select(numeric)
                .where(numeric.c.span == run.id, numeric.c.vital == vital.value)
                .where(numeric.c.mono_ns.between(start_ns - run.offset_ns, end_ns - run.offset_ns))
                .order_by(numeric.c.mono_ns, numeric.c.source)
            )
            if source is not None:
                query = query.where(numeric.c.source == source)
            rows += [(run.offset_ns, row) for row in self._rows(query)]
        return _series_of(rows)

    def wave_sources(self, session_id: str) -> tuple[WaveSource, ...]:
        """Which signals of which devices a session holds."""
        query = (
            select(wave_chunk.c.wave, wave_chunk.c.source, wave_chunk.c.unit)
            .where(wave_chunk.c.span.in_(select(span.c.id).where(span.c.session_id == session_id)))
            .distinct()
        )
        found = (WaveSource(Wave(row.wave), row.source, row.unit) for row in self._rows(query))
        return tuple(sorted(found, key=lambda one: (one.wave, one.source)))

    def wave_overview(
        self, session_id: str, wave: Wave, source: str, start_ns: int, end_ns: int, pixels: int
    ) -> Envelope:
        """Smallest and largest value for each pixel, without decoding a chunk.

        Finer than 64 samples a pixel there is nothing to see here: use :meth:`wave_samples`.

        Raises:
            ValueError: the range or the number of pixels is empty.
        """
        columns = [column for column in wave_chunk.c if column.name != "sha256"]
        rows = self._chunks(session_id, wave, source, start_ns, end_ns, select(*columns))
        return envelope_of(rows, start_ns, end_ns, pixels)

    def wave_bins(self, session_id: str, wave: Wave, source: str, start_ns: int, end_ns: int) -> WaveBins:
        """Smallest and largest value of every 64 samples in the range, without decoding a chunk."""
        names = ("mono_ns", "rate_hz", "n", "gain", "offset", "pyramid")
        query = select(*(wave_chunk.c[name] for name in names))
        return bins_of(self._chunks(session_id, wave, source, start_ns, end_ns, query))

    def wave_samples(self, session_id: str, wave: Wave, source: str, start_ns: int, end_ns: int) -> WaveTrace:
        """Every sample in the range, decoded.

        Raises:
            ChunkDamaged: a chunk does not hold what it should.
        """
        query = select(wave_chunk, wave_bytes.c.bytes).join(
            wave_bytes, wave_bytes.c.sha256 == wave_chunk.c.sha256
        )
        return trace_of(self._chunks(session_id, wave, source, start_ns, end_ns, query), start_ns, end_ns)

    def wave_data(self, address: str) -> bytes | None:
        """The bytes of a chunk by its address (hex), for the archive."""
        rows = self._rows(select(wave_bytes.c.bytes).where(wave_bytes.c.sha256 == bytes.fromhex(address)))
        return rows[0].bytes if rows else None

    def _chunks(
        self, session_id: str, wave: Wave, source: str, start_ns: int, end_ns: int, query: Select[Any]
    ) -> list[tuple[int, Row[Any]]]:
        """Chunks that touch the range, each with its span's offset; a chunk's time is that of its end."""
        found: list[tuple[int, Row[Any]]] = []
        for run in self.spans(session_id):
            chosen = query.where(
                wave_chunk.c.span == run.id,
                wave_chunk.c.wave == wave.value,
                wave_chunk.c.source == source,
                wave_chunk.c.mono_ns >= start_ns - run.offset_ns,
                wave_chunk.c.mono_ns <= end_ns - run.offset_ns + _MAX_CHUNK_NS,
            )
            found += [(run.offset_ns, row) for row in self._rows(chosen.order_by(wave_chunk.c.mono_ns))]
        return found


def _session_of(row: Row[Any]) -> SessionIndexRow:
    return SessionIndexRow(
        session_id=row.session_id,
        patient_id=row.patient_id,
        opened_wall_ns=row.opened_wall_ns,
        phase=row.phase,
        closed_wall_ns=row.closed_wall_ns,
        training=bool(row.training),
        summary=row.summary,
    )


def _patient_of(row: Row[Any]) -> PatientRow:
    return PatientRow(row.patient_id, row.family_name, row.given_name, row.birth_date, row.mrn, row.sex)


def _series_of(rows: list[tuple[int, Row[Any]]]) -> NumericSeries:
    return NumericSeries(
        t_ns=np.array([row.mono_ns + offset for offset, row in rows], np.int64),
        value=np.array([np.nan if row.value is None else row.value for _, row in rows], np.float64),
        quality=tuple(row.quality for _, row in rows),
        source=tuple(row.source for _, row in rows),
        measured_ns=np.array(
            [
                offset + (row.mono_ns if row.measured_mono_ns is None else row.measured_mono_ns)
                for offset, row in rows
            ],
            np.int64,
        ),
    )
