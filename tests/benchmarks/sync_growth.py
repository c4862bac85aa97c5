"""Many clinics in one archive: what one of them waits for its own session and its own list."""

from __future__ import annotations

import time
from random import Random
from typing import Final

from console.sync import board_reading as reading
from console.sync.board_line import open_line
from console.sync.founding import admit_reader
from tests.benchmarks.figures import Measured, percentile
from tests.benchmarks.other_process import report
from tests.sync.clinics import clinics, load
from tests.sync.postgres_server import running_server

CLINICS: Final = 400
EVENTS_A_ROOM: Final = 200
ASKED: Final = 200


def measure() -> Measured:
    """Load, then ask as one clinic after another."""
    some, random = list(clinics(CLINICS)), Random(3)
    with running_server() as server:
        events = load(server, some, EVENTS_A_ROOM)
        admit_reader(server.url(), "anybody", tuple(one.site_id for one in some))
        line = open_line(server.parameters("anybody"))
        session_ms, list_ms = [], []
        for _ in range(ASKED):
            site = random.choice(some).site_id
            began = time.perf_counter()
            (newest, *_others) = reading.newest_sessions(line, site, 100)
            list_ms.append(1000 * (time.perf_counter() - began))
            began = time.perf_counter()
            stream = reading.stream_of(line, site, newest)
            if stream is None:
                raise SystemExit("a listed session was not found")
            found = reading.page(line, site, [reading.Part(stream, 0)], newest)
            session_ms.append(1000 * (time.perf_counter() - began))
            if not found:
                raise SystemExit("a session was empty")
        line.close()
    return {
        "clinic_session_ms_p95": percentile(session_ms, 0.95),
        "clinic_list_ms_p95": percentile(list_ms, 0.95),
        "clinic_events_loaded": float(events),
    }


if __name__ == "__main__":
    report(measure())
