"""What it costs to write everything down: an hour of a session through recorder, ledger and record.

Each second twelve numerics, waves at 300, 100, 25 and 25 Hz and what else the room decides are gathered
and committed once, synced to the disk. Time passes on a manual clock, so an hour takes seconds; what is
counted is processor time of this process.
"""

from __future__ import annotations

import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import Final

from console.clinical.vitals import Quality, Vital, VitalReading
from console.clock import Instant, ManualClock
from console.room.entries import draft_of, new_entries
from console.room.ledger import Ledger
from console.room.recorder import Gathered, Recorder
from console.room.samples import WaveRecorder
from console.session.events import Care, CareNoted, Event
from console.session.people import ROOM
from console.session.state import State
from console.storage.chain import uuid7
from console.storage.record import Record
from console.storage.rows import Batch
from tests.benchmarks.figures import Measured, percentile
from tests.benchmarks.other_process import report
from tests.benchmarks.signals import RATES_300, Loop
from tests.session.bench import Bench

SECONDS: Final = 3600
NUMERICS: Final = tuple(Vital)[:12]
EVENT_EVERY_S: Final = 15
"""A touch of a nurse, a prompt, a pump reading: more often than any real session."""


def readings(now: Instant, second: int) -> dict[Vital, VitalReading]:
    """Twelve figures that change."""
    return {
        vital: VitalReading(vital, 60.0 + (second * 7 + place) % 40, Quality.VALID, "s5", now, now)
        for place, vital in enumerate(NUMERICS)
    }


def batch_of(state: State, gathered: Gathered | None, extra: tuple[Event, ...], clock: ManualClock) -> Batch:
    """One commit as the conductor makes it."""
    now = clock.now()
    events = (() if gathered is None else gathered.events) + extra
    entries = new_entries(events, None, state, ROOM, now, "boot-1", lambda: uuid7(now.wall_utc_ns))
    drafts = tuple(map(draft_of, entries))
    if gathered is None:
        return Batch(events=drafts)
    return Batch(events=drafts, numerics=gathered.numerics, waves=gathered.waves)


def measure(folder: Path) -> Measured:
    """An hour."""
    bench = Bench()
    bench.infuse()
    clock, state = bench.clock, bench.state
    record = Record.open(folder / "record.db", clock, "boot-1")
    record.write(Batch(events=tuple(map(draft_of, bench.entries))))
    before = (folder / "record.db").stat().st_size
    waves, loop = WaveRecorder("boot-1"), Loop(RATES_300)
    recorder, ledger = Recorder(waves), Ledger(record)
    spent_s, commits_ms = 0.0, []
    for second in range(SECONDS):
        now = clock.advance(1.0)
        shown, blocks = readings(now, second), [loop.blocks(now, 0.25) for _ in range(4)]
        touched = second % EVENT_EVERY_S == 0
        extra = (CareNoted(Care.NAUSEA, now, str(Decimal(second)), 1),) if touched else ()
        cpu_s = time.process_time()
        for four in blocks:
            waves.add(four)
        gathered = recorder.gather(state, shown, 0, now)
        batch = batch_of(state, gathered, extra, clock)
        began = time.perf_counter()
        ledger.keep(batch, now)
        commits_ms.append((time.perf_counter() - began) * 1000)
        spent_s += time.process_time() - cpu_s
    if ledger.trouble:
        raise SystemExit(ledger.trouble)
    record.checkpoint()
    grown = (folder / "record.db").stat().st_size - before
    record.close()
    return {
        "recording_ms_per_s": 1000 * spent_s / SECONDS,
        "recording_core_percent": 100 * spent_s / SECONDS,
        "recording_commit_ms_p99": percentile(commits_ms, 0.99),
        "recording_mb_per_h": grown / 1e6 * 3600 / SECONDS,
    }


def main() -> None:
    """Measure in a folder on this disk."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        report(measure(Path(name)))


if __name__ == "__main__":
    main()
