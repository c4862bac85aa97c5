"""A board's own line to the archive: it reads, listens, and holds the lock that says that somebody looks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import psycopg
from psycopg.conninfo import make_conninfo

from console.sync.connecting import CONNECT_S, connect_refusal
from console.sync.ports import Rejected, Unreachable
from console.sync.postgres import first_line

WATCH_CLASS: Final = 1229148741
"""First half of the advisory lock a board holds; ``board.sql`` looks for it."""

_KEEPALIVE: Final = {
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "8000",
}

Line = psycopg.Connection[Any]


def open_line(parameters: Mapping[str, str], connect_s: int = CONNECT_S) -> Line:
    """Connect for reading.

    Raises:
        Unreachable: nobody answers.
        Rejected: whoever answers is not trusted, or refuses.
    """
    try:
        return psycopg.connect(
            make_conninfo(
                **{**_KEEPALIVE, **parameters},
                connect_timeout=connect_s,
                application_name="infusion-console",
            ),
            autocommit=True,
        )
    except psycopg.Error as error:
        raise connect_refusal(error) from error
    except (OSError, ValueError) as error:
        raise Unreachable(f"The archive's name is not known on this network ({error}).") from error


def rows_of(line: Line, statement: str, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
    """All rows of one short statement.

    Raises:
        Unreachable: the connection broke, or the statement took too long.
        Rejected: this role may not read that.
    """
    try:
        return line.execute(statement.encode(), values).fetchall()
    except psycopg.errors.InsufficientPrivilege as error:
        raise Rejected(f"The archive refuses this board: {first_line(error)}") from error
    except psycopg.Error as error:
        raise Unreachable(f"The archive could not be read: {first_line(error)}") from error


def listen(line: Line, site_id: str) -> None:
    """Hear of every change at a site, and let its rooms know that somebody looks.

    Raises:
        Unreachable: the connection broke.
        Rejected: this role is no reader.
    """
    found = rows_of(line, "SELECT archive.channel(%(site)s), archive.board_key(%(site)s)", {"site": site_id})
    channel, key = found[0]
    rows_of(line, "SELECT pg_advisory_lock_shared(%(of)s, %(key)s)", {"of": WATCH_CLASS, "key": key})
    try:
        line.execute(psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(channel)))
    except psycopg.Error as error:
        raise Unreachable(f"The archive could not be listened to: {first_line(error)}") from error


def heard(line: Line, timeout_s: float) -> bool:
    """Wait for a change, no longer than ``timeout_s``; whether there was one.

    Raises:
        Unreachable: the connection broke.
    """
    try:
        return any(True for _ in line.notifies(timeout=timeout_s, stop_after=1))
    except psycopg.Error as error:
        raise Unreachable(f"The connection to the archive broke: {first_line(error)}") from error
