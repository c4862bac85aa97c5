"""How fast events reach the archive, beside a plain COPY of the same rows into the same table.

``python -m tests.sync.speed`` prints rates, and the processor time an event costs either side, which holds
on a busy machine as well.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from random import Random
from time import perf_counter, process_time
from uuid import UUID

import psycopg

from console.app.archive_source import RecordSource
from console.clock import ManualClock, SystemClock
from console.storage.chain import chained, start_of_chain
from console.storage.record import Record
from console.storage.rows import EventDraft, Head, StoredEvent
from console.sync.connecting import Door
from console.sync.memory import MemoryFile
from console.sync.outbox import Outbox
from console.sync.outbox_parts import Parts
from console.sync.ports import START, Origin, Segment
from tests.sync.histories import BOOT, event_id
from tests.sync.postgres_server import Server, Site, running_server

BODY = 700
"""Bytes of an average body in our own recorded sessions; a sealed block of numerics is about as long."""

BATCH = 1000
COLUMNS = (
    "site_id, stream_id, seq, id, session_id, wall_utc_ns, mono_ns, boot_id, actor, kind, version, body, "
    "prev, hash"
)
TYPES = (
    *("text", "uuid", "int8", "text", "text", "int8", "int8"),
    *("text", "text", "text", "int4", "bytea", "bytea", "bytea"),
)


@dataclass(frozen=True)
class Measured:
    """A rate, and the processor time behind it.

    Attributes:
        events_per_s: Rate.
        server_us: Of the archive, for an event.
        client_us: Of the sender, for an event.
    """

    events_per_s: float
    server_us: float
    client_us: float

    def __str__(self) -> str:
        return (
            f"{self.events_per_s:10,.0f} events/s  archive {self.server_us:5.1f} us, sender "
            f"{self.client_us:5.1f} us an event"
        )


def drafts(n: int, seed: int = 1) -> list[EventDraft]:
    """Events as long as ours, in sessions as long as ours."""
    random, at = Random(seed), ManualClock().now()
    made = []
    for place in range(n):
        figures = ",".join(f"[{random.randrange(10**6)},{random.random():.3f}]" for _ in range(48))
        body = f'{{"type":"numerics_sealed","readings":[{figures}]}}'.encode()[:BODY]
        made.append(
            EventDraft(
                id=event_id(place, str(seed)),
                kind="numerics_sealed",
                version=1,
                body=body,
                at=at.plus(place),
                actor='{"user_id":"mk"}',
                session_id=event_id(place // 1750, f"session {seed}"),
            )
        )
    return made


def history(n: int, seed: int = 1) -> list[StoredEvent]:
    """The same, chained."""
    head, made = start_of_chain(), []
    for draft in drafts(n, seed):
        made.append(chained(draft, BOOT, head))
        head = Head(made[-1].seq, made[-1].hash)
    return made


def _ran_s(pid: int) -> float:
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def _measured(n: int, backend: Callable[[], int], work: Callable[[], None]) -> Measured:
    pid = backend()
    server_s, client_s, began = _ran_s(pid), process_time(), perf_counter()
    work()
    took_s = perf_counter() - began
    return Measured(n / took_s, 1e6 * (_ran_s(pid) - server_s) / n, 1e6 * (process_time() - client_s) / n)


def copied(server: Server, site: Site, events: list[StoredEvent], stream_id: str) -> Measured:
    """A plain COPY into the archive's own table, with its indexes, and nothing checked."""
    stream = UUID(stream_id)
    with psycopg.connect(server.url(site.database)) as connection:

        def copy() -> None:
            into = f"COPY archive.event ({COLUMNS}) FROM STDIN (FORMAT BINARY)"
            with connection.cursor().copy(into.encode()) as writer:
                writer.set_types(TYPES)
                for one in events:
                    writer.write_row(
                        (
                            site.site_id,
                            stream,
                            one.seq,
                            one.id,
                            one.session_id,
                            one.at.wall_utc_ns,
                            one.at.mono_ns,
                            one.boot_id,
                            one.actor,
                            one.kind,
                            one.version,
                            one.body,
                            one.prev,
                            one.hash,
                        )
                    )
            connection.commit()

        return _measured(len(events), lambda: connection.info.backend_pid, copy)


def _backend(server: Server, site: Site, role: str) -> int:
    rows = server.sql("SELECT pid FROM pg_stat_activity WHERE usename = %s", role, database=site.database)
    return int(str(rows[-1][0]))


def pushed(server: Server, site: Site, role: str, events: list[StoredEvent], stream_id: str) -> Measured:
    """The archive's own way in: sequence and chain checked."""
    archive = Door(server.parameters(role, site.database)).open(Origin(stream_id, site.site_id, "bed-1"))
    archive.hello(Segment(stream_id, START))

    def push() -> None:
        for first in range(0, len(events), BATCH):
            archive.push(stream_id, events[first : first + BATCH])

    try:
        return _measured(len(events), lambda: _backend(server, site, role), push)
    finally:
        archive.close()


def drained(server: Server, site: Site, role: str, n: int, seed: int) -> Measured:
    """A record on disk sent by the room's own outbox, from the first entry to the last."""
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "record.sqlite"
        with Record.open(path, clock, BOOT, site.site_id, "bed-1") as record:
            waiting = drafts(n, seed)
            for first in range(0, n, 2000):
                record.append(waiting[first : first + 2000])
            source = RecordSource(path)
            outbox = Outbox(
                Parts(
                    source=source,
                    open=Door(server.parameters(role, site.database)).open,
                    file=MemoryFile(Path(folder) / "memory"),
                    clock=clock,
                    random=Random(seed),
                    mint=lambda: event_id(seed, "drain"),
                )
            )
            # The first turn connects; from then on there is a process whose time can be read.
            asked = iter((False,))
            outbox.turn(lambda: next(asked, True))
            head = source.head().seq
            try:
                found = _measured(n, lambda: _backend(server, site, role), lambda: _until(outbox, head))
            finally:
                outbox.close()
                source.close()
    return found


def _until(outbox: Outbox, head: int) -> None:
    for _ in range(100):
        outbox.turn(lambda: outbox.memory is not None and outbox.memory.acked.seq >= head)
        if outbox.memory is not None and outbox.memory.acked.seq >= head:
            return
    raise AssertionError(f"not drained: {outbox.view}")


def _one_of_four(parameters: dict[str, str], site_id: str, n: int, seed: int, gate: object) -> None:
    from multiprocessing.synchronize import Barrier

    assert isinstance(gate, Barrier)
    events, stream_id = history(n, seed), event_id(seed, f"four {site_id}")
    archive = Door(parameters).open(Origin(stream_id, site_id, f"bed-{seed}"))
    archive.hello(Segment(stream_id, START))
    gate.wait(120)
    for first in range(0, n, BATCH):
        archive.push(stream_id, events[first : first + BATCH])
    gate.wait(120)
    archive.close()


def pushed_by_four(server: Server, site: Site, n: int) -> float:
    """Events a second from four workstations at once, each a process of its own."""
    context = get_context("spawn")
    gate = context.Barrier(5)
    senders = [
        context.Process(
            target=_one_of_four,
            args=(
                server.parameters(site.workstation(f"bed-{seed}"), site.database),
                site.site_id,
                n,
                seed,
                gate,
            ),
        )
        for seed in range(1, 5)
    ]
    for sender in senders:
        sender.start()
    gate.wait(120)
    began = perf_counter()
    gate.wait(120)
    took_s = perf_counter() - began
    for sender in senders:
        sender.join(30)
    return 4 * n / took_s


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.sync.speed", description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    with running_server() as server:
        site, n = server.site(), options.events
        role, events = site.workstation("bed-1"), history(n)
        for round_ in range(options.rounds):
            copy = copied(server, site, events, event_id(round_, "copy"))
            push = pushed(server, site, role, events, event_id(round_, "push"))
            drain = drained(server, site, role, n, 100 + round_)
            print(f"COPY   {copy}\npush   {push}\ndrain  {drain}")
            print(f"drain / COPY {drain.events_per_s / copy.events_per_s:.2f}")
            print(f"four clients {pushed_by_four(server, server.site(), n):,.0f} events/s")
            print(f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
