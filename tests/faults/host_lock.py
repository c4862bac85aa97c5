"""HST-05: another program holds the record's lock."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Final

from console.app.folder import RECORD
from console.app.records import vouched_chunks
from console.storage.verify import verify_record
from tests.faults.bench import Scale, Seen
from tests.faults.host_disk import ALARM_S, BACK_S, not_stored, trouble, well
from tests.faults.host_kill import bedside
from tests.faults.host_rig import Attendant
from tests.faults.host_window import running_room

STOP_HEARD_S: Final = 0.1
_HOLDER: Final = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
connection.execute("ROLLBACK")
"""


@contextmanager
def held(record: Path) -> Iterator[None]:
    """Another program holds the record's write lock."""
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(record)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    if holder.stdout is None or holder.stdin is None:
        raise RuntimeError("the holder has no pipes")
    holder.stdout.readline()
    try:
        yield
    finally:
        holder.stdin.close()
        holder.wait(10)
        holder.stdout.close()


def _seconds_missing(record: Path, since_ns: int) -> int:
    """Seconds of the infusion without any numeric since then."""
    with closing(sqlite3.connect(record)) as connection:
        rows = connection.execute(
            "SELECT DISTINCT wall_utc_ns FROM numeric WHERE wall_utc_ns >= ? ORDER BY 1", (since_ns,)
        ).fetchall()
    times = [row[0] for row in rows]
    return sum(round((later - earlier) / 1e9) - 1 for earlier, later in pairwise(times))


def run_locked(scale: Scale) -> Seen:
    """The row HST-05."""
    seconds = scale.cases(5, 60)
    with bedside() as place:
        nurse = Attendant(place.folder)
        with running_room(place) as room:
            try:
                nurse.until(nurse.sees, 20, "the room")
                began = nurse.clock.now()
                with held(place.folder / RECORD):
                    alarm_s = trouble(nurse)
                    nurse.for_s(max(0.0, seconds - alarm_s))
                    pressed_at = nurse.clock.now()
                    nurse.client.stop("locked out")
                    nurse.until(lambda: bool(nurse.stops), 2, "the answer to STOP")
                    stop_s = nurse.stops[0].at.seconds_since(pressed_at)
                    nurse.until(lambda: not place.bay.pump.running, 3, "the stop")
                back_s = well(nurse)
                nurse.for_s(1.5)
            finally:
                nurse.close()
            room.end(room.process.terminate)
        lost, whole = not_stored(place, nurse), verify_record(place.folder / RECORD, vouched_chunks)
        missing = _seconds_missing(place.folder / RECORD, began.wall_utc_ns)
    ok = alarm_s <= ALARM_S and stop_s <= STOP_HEARD_S and back_s <= BACK_S and not lost and whole.ok
    return Seen(
        f"held for {seconds} s: NOT RECORDING after {alarm_s:.1f} s, STOP reached the port's slot in "
        f"{stop_s * 1000:.0f} ms and the pump meanwhile, stored {back_s:.1f} s after the lock was gone, "
        f"{lost} of {len(nurse.entries)} told entries lost, {missing} seconds of numerics missing; "
        f"{whole.sentence}",
        ok and missing == 0,
    )
