"""The one writer of the record: a batch is stored whole, synced and acknowledged, or not at all."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self, cast

from sqlalchemy import Connection, Engine, insert, select

from console.clock import Clock
from console.storage.chain import start_of_chain, uuid7
from console.storage.cipher import QUERY_ERRORS, STORE_ERRORS
from console.storage.engine import BUSY_TIMEOUT_S, kept_as_found, writer_engine
from console.storage.event_rows import all_events, page_of_events
from console.storage.lock import InstanceLock
from console.storage.migrate import prepare
from console.storage.rows import (
    Batch,
    EventDraft,
    Head,
    NumericRow,
    SessionIndexRow,
    StoredEvent,
    StreamIdentity,
)
from console.storage.schema import event, meta
from console.storage.startup import StartupCheck, check_at_startup, tail_break
from console.storage.trouble import (
    DiskTrouble,
    RecordRefused,
    TroubleKind,
    damaged,
    disk_trouble,
    refusal_from,
    trouble_from,
    unreadable,
)
from console.storage.waves import WaveChunk
from console.storage.writing import SpanIds, already_stored, put_events, put_projections, put_samples

TAIL_EVENTS = 10_000


class Record:
    """The record of this workstation, open for writing; used from one thread.

    Attributes:
        path: The file.
        boot_id: Boot that new monotonic times belong to.
        stream: Which stream of events this file is.
        startup: What was checked when it was opened.
    """

    def __init__(
        self, path: Path, clock: Clock, boot_id: str, lock: InstanceLock, busy_timeout_s: float
    ) -> None:
        """Use :meth:`open`."""
        self.path = path
        self.boot_id = boot_id
        self._clock = clock
        self._lock = lock
        self._busy_timeout_s = busy_timeout_s
        self._spans: SpanIds = {}
        self._poison: DiskTrouble | None = None
        # After an error while syncing, the last batch may or may not be in the file.
        self._unsure = False
        self._connect()
        try:
            self._head = self._read_head()
        except BaseException:
            self._drop()
            raise

    @classmethod
    def open(
        cls,
        path: Path,
        clock: Clock,
        boot_id: str,
        site_id: str = "site",
        workstation_id: str = "workstation",
        busy_timeout_s: float = BUSY_TIMEOUT_S,
    ) -> Self:
        """Open the record, creating or migrating it first, and check its end.

        Args:
            path: The file; its folder is made if it is not there.
            clock: Source of time for the start-up check and the stream's age.
            boot_id: Identifies this boot of the machine.
            site_id: Clinic, used only when the file is created.
            workstation_id: Computer, used only when the file is created.
            busy_timeout_s: How long to wait for another program's lock.

        Raises:
            RecordInUse: another console has it open.
            RecordNewer: a newer program wrote it.
            RecordUnreadable: it is no record.
            RecordDamaged: it is damaged; it may be set aside (:mod:`console.storage.aside`).
            DiskTrouble: the disk is full, locked or fails.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unreadable(path, f"its folder cannot be made: {error.strerror}") from error
        lock = InstanceLock(path)
        try:
            prepare(path)
            with kept_as_found(path):
                record = cls(path, clock, boot_id, lock, busy_timeout_s)
                try:
                    record._start(site_id, workstation_id)
                except BaseException:
                    record.close()
                    raise
        except UnicodeDecodeError as error:
            lock.release()
            raise damaged(path, "a text in it cannot be read") from error
        except BaseException:
            lock.release()
            raise
        return record

    def _connect(self) -> None:
        self._engine: Engine = writer_engine(self.path, self._busy_timeout_s)
        self._connection: Connection = self._engine.connect()
        try:
            found = os.stat(self.path)
        except OSError as error:
            self._drop()
            raise refusal_from(error, self.path) from error
        self._inode = (found.st_dev, found.st_ino)

    def _start(self, site_id: str, workstation_id: str) -> None:
        try:
            self.startup: StartupCheck = check_at_startup(
                self._connection, self._head, TAIL_EVENTS, self._clock
            )
        except QUERY_ERRORS as error:
            raise refusal_from(error, self.path) from error
        if self.startup.fault:
            raise damaged(self.path, self.startup.fault)
        with self.transaction() as connection:
            row = connection.execute(select(meta)).first()
            if row is None:
                now = self._clock.now().wall_utc_ns
                self.stream = StreamIdentity(uuid7(now), site_id, workstation_id, now)
                connection.execute(insert(meta), {"one": 1, **_meta_fields(self.stream)})
            else:
                self.stream = StreamIdentity(
                    row.stream_id, row.site_id, row.workstation_id, row.created_wall_ns
                )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- writing ----------------------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One IMMEDIATE transaction: committed and synced when the block ends, undone when it raises.

        Raises:
            DiskTrouble: the disk failed; nothing was stored (see ``poisoned`` for what follows).
            RecordFault: the database refused a statement.
        """
        if self._poison is not None:
            raise self._poison
        try:
            self._same_file()
            with self._connection.begin():
                yield self._connection
        except STORE_ERRORS as error:
            trouble = trouble_from(error, self.path)
            self._note(trouble)
            self._undo()
            raise trouble from error
        except DiskTrouble as trouble:
            self._note(trouble)
            raise

    def _undo(self) -> None:
        """End a transaction whose COMMIT failed: SQLAlchemy takes it for ended, SQLite may not."""
        try:
            driver = self._driver()
            if driver.in_transaction:
                driver.rollback()
        except QUERY_ERRORS:
            self._note(disk_trouble(TroubleKind.IO, self.path))

    def _note(self, trouble: Exception) -> None:
        if isinstance(trouble, DiskTrouble) and trouble.poisoned:
            self._poison = trouble
            self._unsure = True

    def _same_file(self) -> None:
        """SQLite would write on, unheard, into a file that was moved or deleted under it."""
        try:
            found = os.stat(self.path)
        except FileNotFoundError as error:
            raise disk_trouble(TroubleKind.GONE, self.path) from error
        if (found.st_dev, found.st_ino) != self._inode:
            raise disk_trouble(TroubleKind.GONE, self.path)

    def write(self, batch: Batch) -> tuple[StoredEvent, ...]:
        """Store a batch: when this returns it survives a power cut; when it raises nothing of it is there.

        The one exception is an error while syncing: then the file is the judge. After
        :meth:`reopen` the same batch may be handed in again; what is already there is kept once.

        Returns:
            The events as stored, in the order given.

        Raises:
            DiskTrouble: the disk failed.
            RecordFault: the database refused a row, for example an id stored before.
        """
        with self.transaction() as connection:
            there = already_stored(connection, batch.events) if self._unsure else {}
            drafts = [draft for draft in batch.events if draft.id not in there]
            stored = put_events(connection, drafts, self.boot_id, self._head)
            spans = put_samples(connection, batch, self.boot_id, self._spans, again=self._unsure)
            put_projections(connection, batch.sessions, batch.patients)
        self._spans = spans
        self._unsure = False
        if stored:
            self._head = Head(stored[-1].seq, stored[-1].hash)
        return _in_order(batch.events, stored, there) if there else stored

    def append(
        self, drafts: Sequence[EventDraft], index: Sequence[SessionIndexRow] = ()
    ) -> tuple[StoredEvent, ...]:
        """Store events, and what the list of sessions shows of them (see :meth:`write`)."""
        return self.write(Batch(events=tuple(drafts), sessions=tuple(index)))

    def append_numerics(self, rows: Sequence[NumericRow]) -> None:
        """Store numerics (see :meth:`write`)."""
        self.write(Batch(numerics=tuple(rows)))

    def append_waves(self, chunks: Sequence[WaveChunk]) -> None:
        """Store waveform chunks (see :meth:`write`)."""
        self.write(Batch(waves=tuple(chunks)))

    def checkpoint(self) -> bool:
        """Fold the log into the file and empty it; False when a reader stands in the way.

        Called when there is time for it. Commits fold it too, by SQLite's own threshold.

        Raises:
            DiskTrouble: the disk failed; nothing that was stored is lost.
        """
        if self._poison is not None:
            raise self._poison
        try:
            busy = self._driver().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except QUERY_ERRORS as error:
            trouble = trouble_from(error, self.path)
            self._note(trouble)
            raise trouble from error
        return not busy

    def _driver(self) -> sqlite3.Connection:
        driver = self._connection.connection.driver_connection
        if driver is None:
            raise TypeError("the record has no connection")
        return cast(sqlite3.Connection, driver)

    # --- reading ----------------------------------------------------------------------------------

    def head(self) -> Head:
        """Place and hash of the last event that was acknowledged."""
        return self._head

    def events(self, after_seq: int = 0, session_id: str | None = None) -> Iterator[StoredEvent]:
        """Events after ``after_seq``, all or of one session, read in short pages.

        Raises:
            DiskTrouble: reading failed.
        """

        def page(after: int) -> tuple[StoredEvent, ...]:
            with self.transaction() as connection:
                try:
                    return page_of_events(connection, after, session_id)
                except ValueError as error:
                    raise disk_trouble(TroubleKind.DAMAGED, self.path) from error

        return all_events(page, after_seq)

    def tail_verified(self, n: int = TAIL_EVENTS) -> str:
        """Check the last ``n`` links of the chain; the fault as a sentence, empty when they hold.

        Raises:
            DiskTrouble: reading failed.
        """
        with self.transaction() as connection:
            return tail_break(connection, self._head, n)

    def _read_head(self) -> Head:
        try:
            with self._connection.begin():
                row = self._connection.execute(
                    select(event.c.seq, event.c.hash).order_by(event.c.seq.desc()).limit(1)
                ).first()
        except QUERY_ERRORS as error:
            raise refusal_from(error, self.path) from error
        return start_of_chain() if row is None else Head(row.seq, row.hash)

    # --- after trouble ----------------------------------------------------------------------------

    @property
    def poisoned(self) -> bool:
        """Whether nothing can be stored before :meth:`reopen`."""
        return self._poison is not None

    def reopen(self) -> Head:
        """Drop the connection, open a new one, verify the end of the chain.

        Afterwards the batches that failed are handed in again from memory.

        Returns:
            The head found in the file; it may be beyond the last acknowledged one.

        Raises:
            DiskTrouble: the disk still fails, acknowledged events are not in the file, or what is
                there now is no sound record. Nothing can be stored before another ``reopen``.
        """
        self._drop()
        try:
            self._connect()
            found = self._sound_head()
        except DiskTrouble as trouble:
            self._poison = trouble
            raise
        except RecordRefused as refusal:
            kind = TroubleKind.DAMAGED if self.path.exists() else TroubleKind.GONE
            self._poison = disk_trouble(kind, self.path)
            raise self._poison from refusal
        self._poison = None
        self._unsure = True
        self._spans = {}
        self._head = found
        return found

    def _sound_head(self) -> Head:
        """The head in the file, once its links hold and the last acknowledged event is among them."""
        acknowledged = self._head
        found = self._read_head()
        try:
            with self._connection.begin():
                kept = page_of_events(self._connection, acknowledged.seq - 1, limit=1)
                fault = tail_break(self._connection, found, TAIL_EVENTS)
        except QUERY_ERRORS as error:
            raise refusal_from(error, self.path) from error
        except ValueError as error:
            raise disk_trouble(TroubleKind.DAMAGED, self.path) from error
        if fault:
            raise disk_trouble(TroubleKind.DAMAGED, self.path)
        if acknowledged.seq and (not kept or kept[0].hash != acknowledged.hash):
            raise disk_trouble(TroubleKind.LOST, self.path)
        return found

    def _drop(self) -> None:
        # Invalidated, not closed politely: a poisoned connection must not be asked to roll back.
        if not self._connection.closed:
            self._connection.invalidate()
            self._connection.close()
        self._engine.dispose()

    def close(self) -> None:
        """Close the file and let go of the lock; a second call does nothing."""
        if not self._connection.closed:
            self._connection.close()
        self._engine.dispose()
        self._lock.release()


def _meta_fields(stream: StreamIdentity) -> dict[str, str | int]:
    return {
        "stream_id": stream.stream_id,
        "site_id": stream.site_id,
        "workstation_id": stream.workstation_id,
        "created_wall_ns": stream.created_wall_ns,
    }


def _in_order(
    drafts: Sequence[EventDraft], stored: Sequence[StoredEvent], there: dict[str, StoredEvent]
) -> tuple[StoredEvent, ...]:
    by_id = there | {one.id: one for one in stored}
    return tuple(by_id[draft.id] for draft in drafts)
