"""What the signed tests in the record say against the devices that answer now."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from console.session.bench import BenchRun, fitness_by, objection, runs_of
from console.session.codec import EventUnreadable
from console.session.pump import Identity
from console.storage.bench_records import bench_runs
from console.storage.trouble import RecordRefused

_log = logging.getLogger(__name__)

Unfit = tuple[tuple[str, str], ...]
"""Binding name and objection of each device that failed its test or is overdue."""


def unfit_devices(
    identities: Mapping[str, Identity], ports: Mapping[str, str], runs: tuple[BenchRun, ...], today: date
) -> Unfit:
    """What speaks against each device that said who it is; nothing is said of one that did not.

    Args:
        identities: Who answers, by binding name.
        ports: Lasting name of each binding's port.
        runs: All runs, in the order of the record.
        today: The day, UTC.
    """
    found = []
    for name, identity in identities.items():
        mine = runs_of(
            runs, identity.kind, identity.serial, ports.get(name, ""), simulated=identity.simulated
        )
        said = objection(name, fitness_by(mine, today))
        if said:
            found.append((name, said))
    return tuple(found)


class FitnessWatch:
    """Looks now and then, reading only what is new in the record; used from one thread."""

    def __init__(
        self,
        record: Path,
        ports: Mapping[str, str],
        identities: Callable[[], Mapping[str, Identity]],
        today: Callable[[], date],
        tell: Callable[[Unfit], None],
    ) -> None:
        """Wire the watch.

        Args:
            record: The record's file.
            ports: Lasting name of each binding's port.
            identities: Who answers now, by binding name.
            today: The day, UTC.
            tell: Told when something changed, never otherwise.
        """
        self._record = record
        self._ports = ports
        self._identities = identities
        self._today = today
        self._tell = tell
        self._runs: tuple[BenchRun, ...] = ()
        self._seq = 0
        self._told: Unfit = ()

    def look(self) -> None:
        """Read what is new and tell what follows; a record that cannot be read changes nothing."""
        try:
            fresh = bench_runs(self._record, after_seq=self._seq)
        except (RecordRefused, EventUnreadable) as error:
            _log.warning("the tests of the devices cannot be read: %s", error)
            return
        if fresh:
            self._seq = fresh[-1].seq
            self._runs += tuple(one.run for one in fresh)
        found = unfit_devices(self._identities(), self._ports, self._runs, self._today())
        if found != self._told:
            self._told = found
            self._tell(found)
