"""Encryption at rest: which records are encrypted, with which key, and the driver that reads them.

An encrypted record is an SQLCipher database (zetetic.net/sqlcipher/sqlcipher-api): every page AES-256 with
an HMAC, its log as well. The key is a random one of 256 bits, so no key derivation is needed. The driver is
the optional package ``sqlcipher3``.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import ModuleType
from typing import Final, cast

from sqlalchemy.exc import DBAPIError

from console.storage.files import beside
from console.storage.keys import KeyMissing, key_of, os_keyring, read_note

try:
    from sqlcipher3 import dbapi2 as sqlcipher
except ImportError:
    sqlcipher = None

NOTE_SUFFIX: Final = ".key"
SIGNATURE: Final = b"SQLite format 3\0"

_CIPHER_ERROR: type[Exception] = sqlite3.Error if sqlcipher is None else sqlcipher.Error

DRIVER_ERRORS: Final = (sqlite3.Error, _CIPHER_ERROR)
"""What either driver raises: they share no parent."""

STORE_ERRORS: Final = (DBAPIError, OSError, *DRIVER_ERRORS)
"""What storing may raise."""

QUERY_ERRORS: Final = (DBAPIError, *DRIVER_ERRORS)
"""The same without the operating system's."""

NO_DRIVER: Final = (
    "This record is encrypted and this installation cannot read that: install the package sqlcipher3 "
    "(pip install infusion-console[encrypted])."
)


def note_of(path: Path) -> Path:
    """The note that says where the key of a record is."""
    return beside(path, NOTE_SUFFIX)


def is_plain(path: Path) -> bool:
    """Whether the file is an SQLite database anybody can read."""
    try:
        with path.open("rb") as file:
            return file.read(len(SIGNATURE)) == SIGNATURE
    except OSError:
        return False


def record_key(path: Path) -> bytes | None:
    """The key of a record, a working copy or a backup of it; None when it is not encrypted.

    A copy whose name continues that of a record (``record.sqlite.migrating``) has that record's key.

    Raises:
        KeyMissing: it is encrypted and the key is not to be had.
    """
    if is_plain(path):
        return None
    parts = path.name.split(".")
    for end in range(len(parts), 0, -1):
        note = read_note(note_of(path.with_name(".".join(parts[:end]))))
        if note is not None:
            if sqlcipher is None:
                raise KeyMissing(NO_DRIVER)
            # The keyring is asked only for a key that is in it: looking for one takes a while.
            return key_of(note, os_keyring() if note.kept == "keyring" else None)
    return None


def connect(path: Path, mode: str, timeout_s: float, key: bytes | None) -> sqlite3.Connection:
    """Connect with the driver the file needs; transactions are begun by hand.

    Both drivers have the same interface, so the rest of the program sees one type.

    Raises:
        sqlite3.Error: or the other driver's (:data:`DRIVER_ERRORS`): it cannot be opened.
    """
    connection = driver_for(key).connect(
        path.absolute().as_uri() + f"?mode={mode}",
        uri=True,
        isolation_level=None,
        timeout=timeout_s,
        check_same_thread=False,
    )
    if key is not None:
        # A raw key, as the manual writes it; nothing of it reaches a log or the file.
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    return cast(sqlite3.Connection, connection)


def driver_for(key: bytes | None) -> ModuleType:
    """The driver of a record with this key, or without one.

    Raises:
        KeyMissing: the driver is not installed.
    """
    if key is None:
        return sqlite3
    if sqlcipher is None:
        raise KeyMissing(NO_DRIVER)
    return cast(ModuleType, sqlcipher)


def driver_of(connection: sqlite3.Connection) -> ModuleType:
    """The driver a connection came from."""
    kind: object = type(connection)
    return sqlite3 if kind is sqlite3.Connection else driver_for(b"encrypted")
