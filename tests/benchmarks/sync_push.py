"""Four rooms push into one archive at once; beside them a plain COPY of the same rows, which checks nothing.

The server syncs every commit to the disk, as an archive does. Events are made before the clock starts. A
backlog of seven days is then sent by the real outbox, and copied by one plain connection.
"""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable, Sequence
from multiprocessing.synchronize import Barrier
from pathlib import Path
from random import Random

import psycopg
from psycopg.conninfo import make_conninfo

from console.clock import ManualClock
from console.storage.rows import StoredEvent
from console.sync.connecting import Door
from console.sync.memory import Memory, MemoryFile, fresh
from console.sync.outbox import Outbox
from console.sync.outbox_parts import Parts
from console.sync.pacing import MOST_EVENTS
from console.sync.ports import START, Mark, Origin, Pushed, Segment
from tests.benchmarks.figures import Measured
from tests.benchmarks.other_process import report
from tests.benchmarks.sync_rows import SESSION_EVENTS, WEEK_SESSIONS, events_of, row_of
from tests.sync.histories import event_id
from tests.sync.postgres_server import Server, running_server

CLIENTS = 4
EVENTS = 40_000
BATCH = MOST_EVENTS
PATIENCE_S = 300.0


class Ready:
    """A record in memory that pages without copying."""

    def __init__(self, origin: Origin, events: Sequence[StoredEvent]) -> None:
        self._origin, self._events = origin, events

    def origin(self) -> Origin:
        return self._origin

    def head(self) -> Mark:
        return Mark(len(self._events), self._events[-1].hash)

    def page(self, after_seq: int, limit: int, session_id: str | None = None) -> Sequence[StoredEvent]:
        assert session_id is None
        return self._events[after_seq : after_seq + limit]

    def of_kinds(
        self, kinds: Sequence[str], after_seq: int, up_to_seq: int, limit: int
    ) -> Sequence[StoredEvent]:
        return [one for one in self._events[after_seq:up_to_seq] if one.kind in kinds][:limit]

    def chunk(self, address: str) -> bytes | None:
        del address
        return None


class Unkept(MemoryFile):
    """Remembers nothing."""

    def __init__(self) -> None:
        super().__init__(Path("nowhere"))

    def read(self, record_stream: str) -> Memory:
        return fresh(record_stream)

    def write(self, memory: Memory) -> None:
        del memory


def pusher(n: int, parameters: dict[str, str], site_id: str, barrier: Barrier) -> None:
    """One room."""
    stream = event_id(n, "push")
    events = events_of(EVENTS, f"room{n}")
    archive = Door(parameters).open(Origin(stream, site_id, f"bed-{n}"))
    archive.hello(Segment(stream, START))
    barrier.wait(PATIENCE_S)
    for place in range(0, EVENTS, BATCH):
        answer = archive.push(stream, events[place : place + BATCH])
        assert answer.status is Pushed.OK, answer
    barrier.wait(PATIENCE_S)
    archive.close()


def copier(n: int, parameters: dict[str, str], site_id: str, barrier: Barrier) -> None:
    """One plain connection."""
    events = events_of(EVENTS, f"room{n}")
    with psycopg.connect(make_conninfo(**parameters), autocommit=True) as connection:
        barrier.wait(PATIENCE_S)
        for place in range(0, EVENTS, BATCH):
            copy_rows(connection, site_id, event_id(n, "copy"), events[place : place + BATCH])
        barrier.wait(PATIENCE_S)


def copy_rows(
    connection: psycopg.Connection[tuple[object, ...]],
    site_id: str,
    stream: str,
    events: Sequence[StoredEvent],
) -> None:
    """COPY, one row after another."""
    with connection.cursor() as cursor, cursor.copy("COPY plain_event FROM STDIN") as copy:
        for one in events:
            copy.write_row(row_of(site_id, stream, one))


Worker = Callable[[int, dict[str, str], str, Barrier], None]


def together(worker: Worker, parameters: Sequence[dict[str, str]], site_id: str) -> float:
    """Seconds from when all are ready until all are done."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(len(parameters) + 1)
    workers = [
        context.Process(target=worker, args=(n, told, site_id, barrier)) for n, told in enumerate(parameters)
    ]
    for one in workers:
        one.start()
    barrier.wait(PATIENCE_S)
    began = time.perf_counter()
    barrier.wait(PATIENCE_S)
    took = time.perf_counter() - began
    for one in workers:
        one.join(30)
    return took


def backlog(server: Server) -> tuple[float, float]:
    """Events a second of a week's backlog: through the outbox, and by plain COPY."""
    count = WEEK_SESSIONS * SESSION_EVENTS
    site = server.site()
    stream, events = event_id(99, "week"), events_of(count, "week")
    clock = ManualClock()
    origin = Origin(stream, site.site_id, "bed-1")
    outbox = Outbox(
        Parts(
            source=Ready(origin, events),
            open=Door(server.parameters(site.workstation("bed-1"))).open,
            file=Unkept(),
            clock=clock,
            random=Random(1),
            mint=lambda: stream,
        )
    )
    stopping = threading.Event()
    began = time.perf_counter()
    outbox.turn(stopping.is_set)
    drained_s = time.perf_counter() - began
    assert outbox.view.waiting == 0, outbox.view
    outbox.close()
    with psycopg.connect(server.url(), autocommit=True) as connection:
        began = time.perf_counter()
        for place in range(0, count, BATCH):
            copy_rows(connection, site.site_id, event_id(98, "week"), events[place : place + BATCH])
        copied_s = time.perf_counter() - began
    return count / drained_s, count / copied_s


def measure() -> Measured:
    """All of it on one server."""
    with running_server() as server:
        for setting in ("fsync = on", "full_page_writes = on", "autovacuum = on", "max_wal_size = '2GB'"):
            server.sql(f"ALTER SYSTEM SET {setting}")
        server.sql("SELECT pg_reload_conf()")
        server.sql("CREATE TABLE plain_event (LIKE archive.event INCLUDING DEFAULTS)")
        server.sql("ALTER TABLE plain_event ADD PRIMARY KEY (site_id, stream_id, seq)")
        site = server.site()
        roles = [site.workstation(f"bed-{n}") for n in range(CLIENTS)]
        pushed_s = together(pusher, [server.parameters(role) for role in roles], site.site_id)
        copied_s = together(copier, [server.parameters("postgres")] * CLIENTS, site.site_id)
        stored = server.sql("SELECT count(*) FROM archive.event WHERE site_id = %s", site.site_id)
        assert stored == [(CLIENTS * EVENTS,)], stored
        drained, plain = backlog(server)
        size = server.sql(
            "SELECT sum(pg_total_relation_size(c.oid))::float8 / (SELECT count(*) FROM archive.event)"
            " FROM pg_class c WHERE c.relispartition AND c.relkind = 'r' AND c.relname LIKE 'event_%%'"
        )
    return {
        "push_events_per_s": CLIENTS * EVENTS / pushed_s,
        "copy_events_per_s": CLIENTS * EVENTS / copied_s,
        "backlog_events_per_s": drained,
        "backlog_copy_events_per_s": plain,
        "backlog_share_of_copy": drained / plain,
        "archive_bytes_per_event": float(str(size[0][0])),
    }


if __name__ == "__main__":
    report(measure())
