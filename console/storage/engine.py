"""Connections to the record: exactly one that writes and checkpoints, and readers that cannot.

SQLite's WAL with ``synchronous=FULL`` syncs the log at each commit, so a commit that returned
survives a power cut (sqlite.org/pragma.html#pragma_synchronous); with NORMAL it may not. Readers
never checkpoint: with one connection that both commits and checkpoints, the precondition of SQLite's
WAL-reset fault (sqlite.org/wal.html, fixed in 3.51.3) cannot arise.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool, StaticPool

from console.storage.cipher import DRIVER_ERRORS, SIGNATURE, connect, driver_for, driver_of, record_key
from console.storage.schema import APPLICATION_ID, SCHEMA_VERSION
from console.storage.trouble import RecordNewer, damaged, refusal_from, unreadable

BUSY_TIMEOUT_S = 2.0
UNREADABLE = (*DRIVER_ERRORS, UnicodeDecodeError)
"""What reading a damaged file raises; the second when the text of SQLite's own message is damaged."""
_WAL_LIMIT_BYTES = 64 * 1024 * 1024

# sqlite.org/fileformat2.html section 1.3: user version at offset 60, application id at 68.
_HEADER_BYTES = 100
_OUR_TRIGGER = b"event_in_order"
_SCHEMA_BYTES = 1024 * 1024
_USER_VERSION = struct.Struct(">60xi")
_APPLICATION = struct.Struct(">68xi")


@dataclass(frozen=True, slots=True)
class FileHeader:
    """What a database file says of itself.

    Attributes:
        application_id: Whose file it is.
        schema_version: Its schema, counted up by each migration.
    """

    application_id: int
    schema_version: int


def file_header(path: Path) -> FileHeader:
    """Read the header without opening a database: not a byte beside the file is touched.

    That of an encrypted record can only be read by opening it.

    Raises:
        RecordUnreadable: the file cannot be read.
        RecordDamaged: it is no SQLite database.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEADER_BYTES)
    except OSError as error:
        raise unreadable(path, error.strerror or "it cannot be read") from error
    key = record_key(path)
    if key is not None:
        return _encrypted_header(path, key)
    if len(head) < _HEADER_BYTES or not head.startswith(SIGNATURE):
        raise damaged(path, "it is no SQLite database")
    return FileHeader(_APPLICATION.unpack_from(head)[0], _USER_VERSION.unpack_from(head)[0])


def _encrypted_header(path: Path, key: bytes) -> FileHeader:
    try:
        with closing(connect(path, "ro", BUSY_TIMEOUT_S, key)) as connection:
            ours = connection.execute("PRAGMA application_id").fetchone()[0]
            return FileHeader(ours, connection.execute("PRAGMA user_version").fetchone()[0])
    except DRIVER_ERRORS as error:
        # The key was recognised before: what it does not open is damaged.
        raise refusal_from(error, path) from error


def schema_of(path: Path, newest: int = SCHEMA_VERSION) -> int:
    """The schema of a record file, 1 up to ``newest``.

    Raises:
        RecordUnreadable: it is no record.
        RecordDamaged: it was one once.
        RecordNewer: its schema is above ``newest``.
    """
    header = file_header(path)
    if header.application_id != APPLICATION_ID or header.schema_version < 1:
        if _holds_our_schema(path):
            raise damaged(path, "its header was changed")
        raise unreadable(path, "another program wrote it")
    if header.schema_version > newest:
        raise RecordNewer(
            f"{path} was written by a newer version of the console (schema {header.schema_version}; this one "
            f"knows {newest}). It was left untouched: start the newer version, or use another --data."
        )
    return header.schema_version


def _holds_our_schema(path: Path) -> bool:
    """Whether the first pages name the trigger that only records of this console have."""
    with path.open("rb") as file:
        return _OUR_TRIGGER in file.read(_SCHEMA_BYTES)


def current_schema(path: Path) -> None:
    """Make sure that the file has exactly the schema of this program.

    Raises:
        RecordUnreadable: it is no record, or has an older schema and must be migrated first.
        RecordNewer: a newer program wrote it.
    """
    version = schema_of(path)
    if version != SCHEMA_VERSION:
        raise unreadable(path, f"its schema {version} has not been migrated to {SCHEMA_VERSION}")


def connect_writer(path: Path, busy_timeout_s: float = BUSY_TIMEOUT_S) -> sqlite3.Connection:
    """A connection with every setting the writer needs; transactions are begun by hand."""
    connection = connect(path, "rw", busy_timeout_s, record_key(path))
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        # Without it INSERT OR REPLACE would delete a row without asking the append-only triggers.
        connection.execute("PRAGMA recursive_triggers = ON")
        connection.execute("PRAGMA cell_size_check = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        # macOS: a plain fsync there does not reach the platter.
        connection.execute("PRAGMA fullfsync = ON")
        connection.execute("PRAGMA checkpoint_fullfsync = ON")
        connection.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT_BYTES}")
    except DRIVER_ERRORS:
        connection.close()
        raise
    return connection


def connect_reader(path: Path, busy_timeout_s: float = BUSY_TIMEOUT_S) -> sqlite3.Connection:
    """A connection that cannot write, cannot checkpoint and cannot be talked into either."""
    connection = connect(path, "ro", busy_timeout_s, record_key(path))
    try:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("PRAGMA cell_size_check = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
    except DRIVER_ERRORS:
        connection.close()
        raise
    return connection


@contextmanager
def kept_as_found(path: Path) -> Iterator[None]:
    """While it lasts nobody who closes the file is the last to close it, so that none folds its log into it.

    A file that turns out to be damaged then stays, with its log, as it was found.
    """
    try:
        held = connect_reader(path)
    except DRIVER_ERRORS as error:
        raise refusal_from(error, path) from error
    with closing(held) as reader:
        # Damage is for the check to find, not for this.
        with suppress(*UNREADABLE):
            reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield


def begin_immediate(connection: Connection) -> None:
    """Take the write lock at once: a read that turns into a write later fails without waiting."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def begin_reading(connection: Connection) -> None:
    """One consistent view for all statements until the connection is given back."""
    connection.exec_driver_sql("BEGIN")


def engine_on(connection: sqlite3.Connection) -> Engine:
    """An engine that owns this one writing connection; its errors name no parameters, hence no patient."""
    engine = create_engine(
        "sqlite://",
        creator=lambda: connection,
        poolclass=StaticPool,
        hide_parameters=True,
        module=driver_of(connection),
    )
    event.listen(engine, "begin", begin_immediate)
    return engine


def writer_engine(path: Path, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Engine:
    """The engine of the one writer, on an existing record of this schema.

    Raises:
        RecordUnreadable: the file is no record, or is damaged.
        RecordNewer: a newer program wrote it.
        DiskTrouble: it is locked, or the disk fails.
    """
    current_schema(path)
    try:
        return engine_on(connect_writer(path, busy_timeout_s))
    except DRIVER_ERRORS as error:
        raise refusal_from(error, path) from error


def reader_engine(path: Path, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Engine:
    """An engine whose connections cannot write. Keep reads short: a long one pins the log.

    Raises:
        RecordUnreadable: the file is no record.
        RecordNewer: a newer program wrote it.
    """
    current_schema(path)
    engine = create_engine(
        "sqlite://",
        creator=lambda: connect_reader(path, busy_timeout_s),
        poolclass=QueuePool,
        pool_size=2,
        # Error messages reach logs; patients' names must not.
        hide_parameters=True,
        module=driver_for(record_key(path)),
    )
    event.listen(engine, "begin", begin_reading)
    return engine
