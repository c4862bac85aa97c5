"""What the sync costs a room while it is live: its outbox, and the figures it tells a board every second.

The room records at full rate on a manual clock, so minutes take seconds; what is counted is the processor
time of the sync's turns, against a real archive on this machine.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from random import Random
from typing import Final

from console.app.archive_source import RecordSource
from console.app.board_status import RecordStatus
from console.room.entries import draft_of
from console.room.ledger import Ledger
from console.room.recorder import Recorder
from console.room.samples import WaveRecorder
from console.session.events import Care, CareNoted
from console.storage.chain import uuid7
from console.storage.record import Record
from console.storage.rows import Batch
from console.sync.board_line import listen, open_line
from console.sync.board_teller import WATCHED_S, Teller
from console.sync.connecting import Door
from console.sync.memory import MemoryFile
from console.sync.outbox import Outbox
from console.sync.outbox_parts import Parts
from tests.benchmarks.figures import Measured
from tests.benchmarks.other_process import report
from tests.benchmarks.recording import EVENT_EVERY_S, batch_of, readings
from tests.benchmarks.signals import RATES_300, Loop
from tests.session.bench import Bench
from tests.sync.postgres_server import Server, running_server

SECONDS: Final = 600
WARM_S: Final = 30
SESSION_S: Final = 7200


def measure(folder: Path, server: Server) -> Measured:
    """Ten minutes, the first half minute not counted."""
    site, before = server.site(), sizes(server)
    parameters = server.parameters(site.workstation("bed-1"))
    bench = Bench()
    bench.infuse()
    clock, path = bench.clock, folder / "record.sqlite"
    record = Record.open(path, clock, "boot-1", site.site_id, "bed-1")
    record.write(Batch(events=tuple(map(draft_of, bench.entries))))
    waves, loop = WaveRecorder("boot-1"), Loop(RATES_300)
    recorder, ledger, source = Recorder(waves), Ledger(record), RecordSource(path)
    outbox = Outbox(
        Parts(
            source=source,
            open=Door(parameters).open,
            file=MemoryFile(folder / "sync.json"),
            clock=clock,
            random=Random(1),
            mint=lambda: uuid7(clock.now().wall_utc_ns),
        )
    )
    status = RecordStatus(path, "Room 1", lambda: outbox.view.waiting)
    teller = Teller(status, parameters, Random(1))
    watcher = open_line(server.parameters(site.reader()))
    listen(watcher, site.site_id)
    spent_s, events = 0.0, 0
    for second in range(SECONDS + WARM_S):
        now, shown = clock.advance(1.0), readings(clock.now(), second)
        for _ in range(4):
            waves.add(loop.blocks(now, 0.25))
        gathered = recorder.gather(bench.state, shown, 0, now)
        touched = (CareNoted(Care.NAUSEA, now, str(second), 1),) if second % EVENT_EVERY_S == 0 else ()
        ledger.keep(batch_of(bench.state, gathered, touched, clock), now)
        cpu_s = time.process_time()
        outbox.turn(lambda: False)
        assert teller.turn() == WATCHED_S
        if second >= WARM_S:
            spent_s += time.process_time() - cpu_s
        elif second == WARM_S - 1:
            events = source.head().seq
    assert outbox.view.waiting == 0, outbox.view
    events = source.head().seq - events
    watcher.close()
    teller.close()
    outbox.close()
    source.close()
    status.close()
    record.close()
    scale = SESSION_S / (SECONDS + WARM_S)
    stored = sizes(server)
    return {
        "sync_core_percent": 100 * spent_s / SECONDS,
        "session_events": events * SESSION_S / SECONDS,
        "session_event_mb": (stored[0] - before[0]) * scale / 1e6,
        "session_wave_mb": (stored[1] - before[1]) * scale / 1e6,
    }


def sizes(server: Server) -> tuple[float, float]:
    """Bytes of events and of chunks in the archive, with their indexes."""
    found = [
        server.sql(
            "SELECT sum(pg_total_relation_size(c.oid))::float8 FROM pg_class c WHERE c.relispartition"
            " AND c.relkind = 'r' AND c.relname LIKE %s",
            name,
        )[0][0]
        for name in ("event_%", "chunk_%")
    ]
    return float(str(found[0])), float(str(found[1]))


def main() -> None:
    """On a server of its own."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name, running_server() as server:
        report(measure(Path(name), server))


if __name__ == "__main__":
    main()
