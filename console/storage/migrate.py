"""Bringing a record to this program's schema: back up, upgrade a copy, verify it, swap it in.

The record itself is never altered: a crash at any moment leaves either the old file, which the old
program opens, or the finished new one. A fresh record is made by the same revisions.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from console.storage.backup import copy_database
from console.storage.cipher import STORE_ERRORS
from console.storage.engine import connect_reader, connect_writer, engine_on, schema_of
from console.storage.files import beside, create_private, put_in_place, remove_database
from console.storage.schema import SCHEMA_VERSION
from console.storage.trouble import RecordUnreadable, refusal_from


@dataclass(frozen=True, slots=True)
class Revisions:
    """Where the revisions lie and which schema they lead to.

    Attributes:
        schema_version: ``user_version`` of the last revision.
        folders: More folders of revisions beside the packaged ones.
    """

    schema_version: int = SCHEMA_VERSION
    folders: tuple[Path, ...] = ()


PACKAGED = Revisions()


def _nothing(_step: str) -> None:
    return


def prepare(path: Path, revisions: Revisions = PACKAGED, step: Callable[[str], None] = _nothing) -> bool:
    """Create the record, or bring it to the schema; the caller holds the instance lock.

    Args:
        path: The record.
        revisions: The schema to reach.
        step: Told before each step; tests die in it.

    Returns:
        Whether anything was done.

    Raises:
        RecordUnreadable: the file is no record, is damaged, or its upgraded copy does not verify.
        RecordNewer: a newer program wrote it.
        DiskTrouble: the disk is full or fails; the record is as it was.
    """
    working = beside(path, ".migrating")
    try:
        remove_database(working)
        if not path.exists():
            step("create")
            create_private(working)
        elif (old := schema_of(path, revisions.schema_version)) == revisions.schema_version:
            return False
        else:
            _settle(path)
            step("back up")
            _back_up(path, beside(path, f".schema-{old}"))
            step("copy")
            copy_database(path, working)
        step("upgrade")
        _upgrade(working, revisions)
        step("verify")
        _check(path, working, revisions)
        step("swap")
        put_in_place(working, path)
        step("done")
    except STORE_ERRORS as error:
        raise refusal_from(error, path, upgrading=True) from error
    return True


def _settle(path: Path) -> None:
    """Fold the log into the file; fails while anybody else has it open.

    A log left beside a file that is then replaced would be played into the new one.
    """
    with closing(connect_writer(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


def _back_up(path: Path, backup: Path) -> None:
    if backup.exists():
        return
    partial = beside(backup, ".partial")
    remove_database(partial)
    copy_database(path, partial)
    put_in_place(partial, backup)


def _upgrade(working: Path, revisions: Revisions) -> None:
    # Loaded only here: alembic takes a third of a second, and nearly every start has nothing to migrate.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "console.storage:migrations")
    config.set_main_option("path_separator", "newline")
    folders = ["console.storage:migrations/versions", *map(str, revisions.folders)]
    config.set_main_option("version_locations", "\n".join(folder.replace("%", "%%") for folder in folders))
    engine = engine_on(connect_writer(working))
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()
    with closing(connect_writer(working)) as plain:
        plain.execute("PRAGMA journal_mode = DELETE")


def _check(path: Path, working: Path, revisions: Revisions) -> None:
    version = schema_of(working, revisions.schema_version)
    if version != revisions.schema_version:
        raise RecordUnreadable(
            f"The upgrade of {path} stopped at schema {version}; the record was left as it was."
        )
    with closing(connect_reader(working)) as copy:
        healthy = copy.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
        orphans = copy.execute("PRAGMA foreign_key_check").fetchone()
        kept = _counts(copy)
    before = kept
    if path.exists():
        with closing(connect_reader(path)) as old:
            before = _counts(old)
    if not healthy or orphans is not None or kept != before:
        raise RecordUnreadable(
            f"The upgraded copy of {path} does not agree with it; the record was left as it was."
        )


def _counts(connection: sqlite3.Connection) -> tuple[object, ...]:
    """What no migration may change: the head of the chain and the number of rows of each kind."""
    head = connection.execute("SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1").fetchone()
    tables = ("event", "numeric", "wave_chunk", "wave_bytes", "account")
    # The names are the constants above, not input.
    return (head, *(connection.execute(f"SELECT count(*) FROM {name}").fetchone() for name in tables))
