"""Copies of the record. Copying the file alone is no backup: its log holds what is newest."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from console.storage.engine import connect_reader, current_schema
from console.storage.files import beside, create_private, put_in_place, remove_database
from console.storage.trouble import RecordRefused, refusal_from, unreadable
from console.storage.verify import VerifyReport, verify_record


def copy_database(source: Path, target: Path) -> None:
    """Copy a database with SQLite's own backup, log included, into a new single file.

    Raises:
        sqlite3.Error: reading or writing failed.
        OSError: the target exists or cannot be made.
    """
    create_private(target)
    with (
        closing(connect_reader(source)) as reader,
        closing(sqlite3.connect(target, isolation_level=None)) as copy,
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
    partial = beside(target, ".partial")
    try:
        remove_database(partial)
        copy_database(record, partial)
        report = verify_record(partial)
        if not report.ok:
            raise unreadable(record, "its copy does not verify: " + report.sentence)
        put_in_place(partial, target)
    except (sqlite3.Error, OSError) as error:
        raise refusal_from(error, target) from error
    finally:
        remove_database(partial)
    return report
