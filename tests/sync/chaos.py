"""Rooms on a network that is cut again and again, before and after each commit; afterwards all is counted.

``python -m tests.sync.chaos --cuts 10000`` prints the table for as many cuts as wanted.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from random import Random

from console.clock import Instant, ManualClock
from console.storage.rows import StoredEvent
from console.sync.connecting import Door
from console.sync.findings import Found
from console.sync.ports import Origin
from tests.sync.histories import event_id
from tests.sync.invariants import StreamHistory, breaches
from tests.sync.postgres_server import Server, Site, running_server
from tests.sync.proxy import Tally, bad_network, cutting
from tests.sync.sources import Bench, HeldMemory, MemoryRecord


@dataclass(frozen=True)
class Result:
    """What was counted.

    Attributes:
        cuts: Connections that were cut.
        before: Of them before the commit.
        after: Of them after the commit.
        refused: Of them before the first byte.
        events: Events recorded by all rooms.
        lost: Events that are not in the archive.
        duplicated: Events that are there more than once.
        forks_made: Disks that were copied.
        forks_found: Copies that were found to be ones.
        chunks_missing: Waveform pieces that are not in the archive.
        breaches: Breaches of I1 to I8.
    """

    cuts: int
    before: int
    after: int
    refused: int
    events: int
    lost: int
    duplicated: int
    forks_made: int
    forks_found: int
    chunks_missing: int
    breaches: tuple[str, ...]

    def table(self) -> str:
        rows = (
            ("cuts", self.cuts),
            ("  before the commit", self.before),
            ("  after the commit", self.after),
            ("  refused", self.refused),
            ("events recorded", self.events),
            ("lost", self.lost),
            ("duplicated", self.duplicated),
            ("waveform pieces missing", self.chunks_missing),
            ("forks made", self.forks_made),
            ("forks found", self.forks_found),
            ("invariants broken", len(self.breaches)),
        )
        return "\n".join(f"{name:<26}{value:>9}" for name, value in rows)


def wreak(server: Server, site: Site, cuts: int, seed: int = 1, forks: int = 3) -> Result:
    """Let one room, and copies of its disk, send through the bad network until it was cut so often."""
    random, clock = Random(seed), ManualClock()
    role = site.workstation("bed-1")
    origin = Origin(event_id(seed, f"chaos {site.site_id}"), site.site_id, "bed-1")
    tally = Tally()
    fate = cutting(random, lambda: tally.cuts >= cuts)
    with bad_network(server.port, fate) as proxy:
        tally = proxy.tally
        door = Door(server.parameters(role, site.database, proxy.port))

        def bench(record: MemoryRecord, memory: HeldMemory | None = None) -> Bench:
            return Bench(record, door.open, clock, memory, seed)

        benches = [bench(MemoryRecord(origin, clock))]
        copy_at = [cuts * (n + 1) // (forks + 1) for n in range(forks)]
        sessions = 0
        while tally.cuts < cuts:
            one = random.choice(benches)
            if one.done:
                sessions += 1
                one.record.session(f"s-{sessions}", waves=4, size=random.choice((300, 3000)))
                one.record.notes(random.randrange(1, 60))
            for _ in range(random.randrange(1, 8)):
                clock.advance(one.turn())
            if copy_at and tally.cuts >= copy_at[0] and one.done:
                copy_at.pop(0)
                memory = HeldMemory()
                memory.kept = one.memory.kept if random.random() < 0.5 else None
                twin = bench(one.record.copy(salt=f"copy {len(benches)}"), memory)
                for both in (one, twin):
                    both.record.notes(5)
                benches.append(twin)
        for _ in range(2):
            for one in benches:
                one.until_done()
                while one.outbox.memory is not None and one.outbox.memory.chunk_seq < len(one.record.events):
                    one.turn()
        for one in benches:
            one.outbox.close()
    return _counted(server, site, benches, tally)


def _counted(server: Server, site: Site, benches: list[Bench], tally: Tally) -> Result:
    found: list[str] = []
    lost = duplicated = missing = 0
    for bench in benches:
        memory = bench.outbox.memory
        assert memory is not None
        histories = [StreamHistory(one, archived(server, site, one.stream_id)) for one in memory.segments]
        found += breaches(bench.record.events, memory.acked, histories)
        held: dict[int, int] = {}
        for history in histories:
            for event in history.events:
                if history.segment.end_seq is None or event.seq <= history.segment.end_seq:
                    held[event.seq] = held.get(event.seq, 0) + 1
        lost += sum(one.seq not in held for one in bench.record.events)
        duplicated += sum(n - 1 for n in held.values())
        there = {
            str(row[0])
            for row in server.sql(
                "SELECT encode(sha256, 'hex') FROM archive.chunk"
                " WHERE site_id = %s AND sha256 = sha256(data)",
                site.site_id,
                database=site.database,
            )
        }
        missing += len(set(bench.record.chunks) - there)
    if missing:
        found.append("I8: sessions are labelled archived without all their chunks.")
    return Result(
        cuts=tally.cuts,
        before=tally.cuts_before,
        after=tally.cuts_after,
        refused=tally.refused,
        events=sum(len(bench.record.events) for bench in benches),
        lost=lost,
        duplicated=duplicated,
        forks_made=len(benches) - 1,
        # One of two copies finds it out: the one that comes second.
        forks_found=sum(bench.found().count(Found.FORK) for bench in benches),
        chunks_missing=missing,
        breaches=tuple(found),
    )


def archived(server: Server, site: Site, stream_id: str) -> list[StoredEvent]:
    """A stream as the archive holds it."""
    rows = server.sql(
        "SELECT seq, id, session_id, wall_utc_ns, mono_ns, boot_id, actor, kind, version, body, prev, hash"
        " FROM archive.event WHERE site_id = %s AND stream_id = %s::uuid ORDER BY seq",
        site.site_id,
        stream_id,
        database=site.database,
    )
    return [_event(row) for row in rows]


def _event(row: tuple[object, ...]) -> StoredEvent:
    seq, id_, session, wall, mono, boot, actor, kind, version, body, prev, hash_ = row
    assert isinstance(seq, int)
    assert isinstance(wall, int)
    assert isinstance(mono, int)
    assert isinstance(version, int)
    assert isinstance(body, bytes)
    assert isinstance(prev, bytes)
    assert isinstance(hash_, bytes)
    return StoredEvent(
        seq=seq,
        id=str(id_),
        session_id=None if session is None else str(session),
        at=Instant(wall, mono),
        boot_id=str(boot),
        actor=str(actor),
        kind=str(kind),
        version=version,
        body=body,
        prev=prev,
        hash=hash_,
    )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.sync.chaos", description=__doc__)
    parser.add_argument("--cuts", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--forks", type=int, default=3)
    options = parser.parse_args(arguments)
    with running_server() as server:
        result = wreak(server, server.site(), options.cuts, options.seed, options.forks)
    print(result.table())
    for breach in result.breaches[:20]:
        print(breach)
    return 1 if result.breaches or result.lost or result.duplicated else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
