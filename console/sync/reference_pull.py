"""Reference data from the archive: asked for by the room now and then, published by an administrator."""

from __future__ import annotations

import threading
from collections.abc import Callable
from random import Random
from typing import Final

import psycopg

from console.sync.board_line import Line, rows_of
from console.sync.pacing import retry_s
from console.sync.ports import Rejected, Unreachable
from console.sync.postgres import first_line
from console.sync.reference import Bundle, ReferenceRefused, Signed
from console.sync.reference_shelf import Shelf

EVERY_S: Final = 600.0


def pull(line: Line, shelf: Shelf, site_id: str) -> Bundle | None:
    """Take the newest bundle, if it is newer; None when there is nothing new.

    Raises:
        Unreachable: the archive is not reached.
        Rejected: it refuses this workstation.
        ReferenceRefused: what it offers is not signed, or older than what this room has had.
        OSError: the disk refuses.
    """
    have = shelf.state().newest
    found = rows_of(
        line,
        "SELECT version, bundle, signature FROM archive.reference_of(%(site)s, %(have)s::bigint)",
        {"site": site_id, "have": have},
    )
    if not found:
        return None
    version, bundle, signature = found[0]
    if bundle is None and version == have:
        return None
    return shelf.take(Signed(bytes(bundle), bytes(signature)), site_id)


def publish(url: str, site_id: str, version: int, signed: Signed) -> None:
    """Put a signed bundle into the archive, as its administrator.

    Raises:
        ReferenceRefused: the version exists or is older than the newest, or the server refuses.
    """
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            newest = connection.execute(
                "SELECT coalesce(max(version), 0) FROM archive.reference WHERE site_id = %s", (site_id,)
            ).fetchone()
            if newest is not None and version <= newest[0]:
                raise ReferenceRefused(
                    f"{site_id} has version {newest[0]} already: publish a higher one, even to go back."
                )
            connection.execute(
                "INSERT INTO archive.reference (site_id, version, bundle, signature) VALUES (%s, %s, %s, %s)",
                (site_id, version, signed.bundle, signed.signature),
            )
    except psycopg.Error as error:
        raise ReferenceRefused(f"The archive did not take it: {first_line(error)}") from error


class ReferencePuller:
    """The room's thread: asks at the start and every ten minutes, opens a line for it and lets it go."""

    def __init__(self, open_line: Callable[[], Line], shelf: Shelf, site_id: str, random: Random) -> None:
        self._open_line = open_line
        self._shelf = shelf
        self._site_id = site_id
        self._random = random
        self._failures = 0

    def run(self, stopping: threading.Event) -> None:
        """Ask and wait by turns."""
        while not stopping.is_set():
            stopping.wait(self.turn())

    def turn(self) -> float:
        """Ask once; returns the seconds to wait. What is refused is remembered, and nothing is raised."""
        try:
            if not self._shelf.public:
                return EVERY_S
            line = self._open_line()
            try:
                pull(line, self._shelf, self._site_id)
            finally:
                line.close()
        except (Unreachable, OSError):
            self._failures += 1
            return retry_s(self._failures, self._random)
        except (Rejected, ReferenceRefused):
            return EVERY_S
        self._failures = 0
        return EVERY_S
