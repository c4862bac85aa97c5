"""Founding an archive, and admitting workstations and readers to it. For the clinic's administrator."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Final

import psycopg
from psycopg import sql

from console.sync.postgres import first_line

LAYOUT: Final = 1
OLDEST_POSTGRES: Final = 150000
_NAME: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_STATEMENTS: Final = ("roles.sql", "schema.sql", "functions.sql")
_ADDITIONS: Final = ("board.sql", "reference.sql")
"""Beside the record; each may be run again on an archive that has it."""

# What a workstation or a reader may take: a stuck statement must not hold the archive.
_WORKSTATION_SETTINGS: Final = {
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "30s",
    "synchronous_commit": "on",
}
_READER_SETTINGS: Final = {
    "statement_timeout": "15s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "60s",
    "default_transaction_read_only": "on",
}


class FoundingFailed(Exception):
    """The archive was not made or not changed; the text says why."""


def found_archive(url: str) -> str:
    """Create schema, partitions, functions and groups in one transaction; returns what was done.

    Raises:
        FoundingFailed: the server is too old, not reached, or refuses.
    """
    with _administer(url) as connection:
        if connection.info.server_version < OLDEST_POSTGRES:
            raise FoundingFailed(
                f"The server is PostgreSQL {connection.info.server_version // 10000}: 15 or newer is needed."
            )
        encoding = connection.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            raise FoundingFailed(f"The database is encoded as {encoding}: make it anew with ENCODING 'UTF8'.")
        if connection.execute("SELECT to_regclass('archive.about')").fetchone() != (None,):
            return _already(connection)
        for name in (*_STATEMENTS, *_ADDITIONS):
            if name == "schema.sql":
                connection.execute("SET LOCAL ROLE archive_owner")
            connection.execute(files("console.sync").joinpath(name).read_bytes())
    return "The archive is founded: admit each workstation with 'archive workstation'."


def _already(connection: psycopg.Connection[tuple[object, ...]]) -> str:
    row = connection.execute("SELECT layout FROM archive.about").fetchone()
    if row != (LAYOUT,):
        raise FoundingFailed(f"An archive of layout {row and row[0]} is there; this program makes {LAYOUT}.")
    connection.execute("SET LOCAL ROLE archive_owner")
    for name in _ADDITIONS:
        connection.execute(files("console.sync").joinpath(name).read_bytes())
    return "The archive is there already; nothing was changed."


def admit_workstation(
    url: str, role: str, site_id: str, workstation_id: str, password: str | None = None
) -> str:
    """Let a workstation push, and do nothing else; returns what was done.

    Args:
        url: Archive, as its administrator.
        role: Login role; the common name of the workstation's certificate.
        site_id: Clinic.
        workstation_id: Computer.
        password: Only where the server asks for one beside the certificate.

    Raises:
        FoundingFailed: a name cannot be used, or the server refuses.
    """
    with _administer(url) as connection:
        _login(connection, role, "archive_workstation", password, _WORKSTATION_SETTINGS)
        connection.execute(
            "INSERT INTO archive.workstation (role_name, site_id, workstation_id) VALUES (%s, %s, %s)"
            " ON CONFLICT (role_name) DO UPDATE SET active = true"
            " WHERE (workstation.site_id, workstation.workstation_id)"
            " = (excluded.site_id, excluded.workstation_id)",
            (role, site_id, workstation_id),
        )
        kept = connection.execute(
            "SELECT site_id, workstation_id FROM archive.workstation WHERE role_name = %s", (role,)
        ).fetchone()
        if kept != (site_id, workstation_id):
            raise FoundingFailed(f"{role} belongs to another workstation already. Choose another role.")
    return f"{role} may push as workstation {workstation_id} of {site_id}."


def admit_reader(url: str, role: str, sites: tuple[str, ...], password: str | None = None) -> str:
    """Let somebody read these sites, and no others; returns what was done.

    Raises:
        FoundingFailed: a name cannot be used, or the server refuses.
    """
    with _administer(url) as connection:
        _login(connection, role, "archive_reader", password, _READER_SETTINGS)
        connection.execute("DELETE FROM archive.reader WHERE role_name = %s", (role,))
        for site_id in sites:
            connection.execute(
                "INSERT INTO archive.reader (role_name, site_id) VALUES (%s, %s)", (role, site_id)
            )
    return f"{role} may read {', '.join(sites)}."


def shut_out(url: str, role: str) -> str:
    """Shut a workstation out, for example one that was stolen; what it sent stays.

    Raises:
        FoundingFailed: there is no such workstation, or the server refuses.
    """
    with _administer(url) as connection:
        done = connection.execute(
            "UPDATE archive.workstation SET active = false WHERE role_name = %s", (role,)
        ).rowcount
        if not done:
            raise FoundingFailed(f"There is no workstation with the role {role}.")
    return f"{role} may push no more. Revoke its certificate as well."


def _login(
    connection: psycopg.Connection[tuple[object, ...]],
    role: str,
    group: str,
    password: str | None,
    settings: dict[str, str],
) -> None:
    if not _NAME.fullmatch(role) or role.startswith("pg_"):
        raise FoundingFailed(f"{role!r} is no role name: small letters, digits and '_', at most 63.")
    name = sql.Identifier(role)
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone() is None:
        connection.execute(
            sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 8").format(
                name
            )
        )
    connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(group), name))
    if password is not None:
        connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, sql.Literal(password)))
    for setting, value in settings.items():
        connection.execute(
            sql.SQL("ALTER ROLE {} SET {} = {}").format(name, sql.Identifier(setting), sql.Literal(value))
        )


class _Administration:
    """One transaction as administrator; what psycopg raises becomes a sentence."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __enter__(self) -> psycopg.Connection[tuple[object, ...]]:
        try:
            self._connection = psycopg.connect(self._url, connect_timeout=10)
        except (psycopg.Error, OSError) as error:
            raise FoundingFailed(f"The server is not reached: {first_line(error)}") from error
        return self._connection

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        with self._connection:
            if error is None:
                try:
                    self._connection.commit()
                except psycopg.Error as failed:
                    raise FoundingFailed(f"The server refuses: {first_line(failed)}") from failed
                return
            self._connection.rollback()
        if isinstance(error, psycopg.Error):
            raise FoundingFailed(f"The server refuses: {first_line(error)}") from error


def _administer(url: str) -> _Administration:
    return _Administration(url)
