"""Copies of the record. Copying the file alone is no backup: its log holds what is newest.

A backup of an encrypted record is encrypted with the same key, and a note beside it says where that is.
"""

from __future__ import annotations

import shutil
from contextlib import closing, suppress
from pathlib import Path

from console.storage.cipher import STORE_ERRORS, connect, is_plain, note_of, record_key
from console.storage.engine import BUSY_TIMEOUT_S, connect_reader, current_schema
from console.storage.files import beside, create_private, put_in_place, remove_database
from console.storage.keys import Keyring, new_key
from console.storage.lock import InstanceLock
from console.storage.schema import APPLICATION_ID, SCHEMA_VERSION
from console.storage.trouble import RecordRefused, refusal_from, unreadable
from console.storage.verify import VerifyReport, verify_record


def copy_database(source: Path, target: Path) -> None:
    """Copy a database with SQLite's own backup, log included, into a new single file, encrypted or not.

    Raises:
        sqlite3.Error: or that of the other driver: reading or writing failed.
        OSError: the target exists or cannot be made.
        KeyMissing: the source is encrypted and its key is not to be had.
    """
    key = record_key(source)
    create_private(target)
    with (
        closing(connect_reader(source)) as reader,
        closing(connect(target, "rw", BUSY_TIMEOUT_S, key)) as copy,
    ):
        reader.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")


def backup_to(record: Path, target: Path) -> VerifyReport:
    """Back up a record that may be in use, verify the copy, and only then give it its name.

    Args:
        record: The record.
        target: File to be made; it must not exist.

    Returns:
        The verification of the copy.

    Raises:
        RecordRefused: the target exists, or the copy does not verify (it is removed again).
        DiskTrouble: the disk is full or fails.
    """
    current_schema(record)
    if target.exists():
        raise RecordRefused(f"{target} exists and was left as it is: choose another name for the backup.")
    report = _copied(record, target)
    if report is None:
        raise unreadable(record, "its copy could not be made")
    return report


def _copied(source: Path, target: Path) -> VerifyReport | None:
    """A verified copy of ``source`` under the name ``target``, with the note of its key."""
    partial = beside(target, ".partial")
    try:
        remove_database(partial)
        _copy_note(source, partial)
        copy_database(source, partial)
        report = verify_record(partial)
        if not report.ok:
            raise unreadable(source, "its copy does not verify: " + report.sentence)
        _copy_note(source, target)
        put_in_place(partial, target)
    except STORE_ERRORS as error:
        raise refusal_from(error, target) from error
    finally:
        remove_database(partial)
        note_of(partial).unlink(missing_ok=True)
    return report


def _copy_note(source: Path, target: Path) -> None:
    note = note_of(source)
    if not is_plain(source) and note.exists() and note != note_of(target):
        create_new = beside(note_of(target), ".new")
        create_new.unlink(missing_ok=True)
        create_private(create_new)
        create_new.write_bytes(note.read_bytes())
        put_in_place(create_new, note_of(target))


def restore_from(backup: Path, record: Path, aside: Path) -> VerifyReport:
    """Put a verified copy of a backup in the place of the record, which keeps every byte under another name.

    Args:
        backup: The backup; it stays as it is.
        record: Where the console looks for its record.
        aside: New name of the record that is there now; it must not exist.

    Raises:
        RecordInUse: a console has the record open.
        RecordRefused: the backup does not verify, or ``aside`` exists.
        DiskTrouble: the disk is full or fails.
    """
    found = verify_record(backup)
    if not found.ok:
        raise RecordRefused(f"{backup} was not restored. {found.sentence}")
    if aside.exists():
        raise RecordRefused(f"{aside} exists and was left as it is: move it away first.")
    with InstanceLock(record):
        fresh = beside(record, ".restoring")
        try:
            remove_database(fresh)
            _copy_note(backup, fresh)
            copy_database(backup, fresh)
            report = verify_record(fresh)
            if report.head_hash != found.head_hash or not report.ok:
                raise unreadable(backup, "its copy does not verify: " + report.sentence)
            _out_of_the_way(record, aside)
            _copy_note(backup, record)
            put_in_place(fresh, record)
        except STORE_ERRORS as error:
            raise refusal_from(error, record) from error
        finally:
            remove_database(fresh)
            note_of(fresh).unlink(missing_ok=True)
    return report


def _out_of_the_way(record: Path, aside: Path) -> None:
    """The record and its log under another name; a log left behind would be played into the new file."""
    for suffix in ("-wal", "-journal", ""):
        with suppress(FileNotFoundError):
            beside(record, suffix).replace(beside(aside, suffix))
    beside(record, "-shm").unlink(missing_ok=True)
    note = note_of(record)
    if note.exists():
        shutil.move(note, note_of(aside))


def encrypt_record(record: Path, keyring: Keyring | None, key_file: Path | None = None) -> VerifyReport:
    """Encrypt a record in place: a copy is encrypted and verified, then takes the place of the plain one.

    Nothing of the plain file is left under any name; whether the disk really forgets it is for the
    encryption of the whole disk.

    Args:
        record: The record; no console may have it open.
        keyring: Where the key goes unless ``key_file`` is given.
        key_file: File for the key, made if it is not there.

    Raises:
        RecordInUse: a console has it open.
        RecordRefused: it is encrypted already, there is no place for a key, or it does not verify.
        DiskTrouble: the disk is full or fails.
    """
    if not is_plain(record):
        raise RecordRefused(f"{record} is encrypted already, or is no record.")
    current_schema(record)
    if keyring is None and key_file is None:
        raise RecordRefused(
            "There is no keyring here that could hold the key: name a file for it with --key-file, on a "
            "medium that is kept apart from this disk."
        )
    with InstanceLock(record):
        found = verify_record(record)
        if not found.ok:
            raise RecordRefused(f"{record} was not encrypted. {found.sentence}")
        fresh = beside(record, ".encrypting")
        try:
            remove_database(fresh)
            key, _ = new_key(note_of(fresh), keyring, key_file)
            _export(record, fresh, key)
            report = verify_record(fresh)
            if report.head_hash != found.head_hash or not report.ok:
                raise unreadable(record, "its encrypted copy does not verify: " + report.sentence)
            put_in_place(note_of(fresh), note_of(record))
            put_in_place(fresh, record)
            for suffix in ("-wal", "-shm", "-journal"):
                beside(record, suffix).unlink(missing_ok=True)
        except STORE_ERRORS as error:
            raise refusal_from(error, record) from error
        finally:
            remove_database(fresh)
            note_of(fresh).unlink(missing_ok=True)
    return report


def _export(source: Path, target: Path, key: bytes) -> None:
    """Write a plain record as an encrypted one (zetetic.net/sqlcipher/sqlcipher-api, sqlcipher_export)."""
    create_private(target)
    with closing(connect(target, "rw", BUSY_TIMEOUT_S, key)) as copy:
        # The driver is SQLCipher's, so an empty key means: this one is plain. A WAL record is folded first.
        copy.execute("ATTACH DATABASE ? AS plain KEY ''", (str(source),))
        copy.execute("SELECT sqlcipher_export('main', 'plain')")
        copy.execute("DETACH DATABASE plain")
        copy.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        copy.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        copy.execute("PRAGMA journal_mode = DELETE")
