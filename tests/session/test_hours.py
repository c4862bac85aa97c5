"""The machine through hours of one session: what it holds does not grow with the seconds."""

from __future__ import annotations

import gc
import tracemalloc

import pytest

from console.clinical.vitals import Vital
from console.session import intents as ask
from tests.session.bench import Bench

WARM_UP_S = 600
WATCHED_S = 12 * 60
"""A sixtieth of twelve hours; ``python -m tests.benchmarks --only memory`` runs all of them."""
EVERY_S = 2.5
"""Between two looks; what is allowed is counted by looks, of which a real session has one a second."""
ALLOWED_MB = 50 * WATCHED_S / EVERY_S / (12 * 3600)


def live(bench: Bench, seconds: int) -> None:
    """Values wander, an alarm comes and goes every ten minutes, pressures and scores every five."""
    for second in range(0, seconds, 5):
        bench.vitals[Vital.HR] = 72.0 + second % 13
        bench.vitals[Vital.SPO2] = 86.0 if second % 600 < 30 else 97.0
        if second % 300 == 200:
            bench.measure(124.0 + second % 7, 78.0)
            bench.tell(ask.RecordScore("moaas", {"level": 5}))
            bench.tell(ask.Acknowledge())
        bench.run(5, every_s=EVERY_S)
        # What was recorded belongs to the disk.
        bench.entries.clear()


@pytest.mark.req("HST-10")
def test_a_while_more_of_a_session_costs_next_to_no_memory() -> None:
    bench = Bench()
    bench.arrive()
    tracemalloc.start()
    try:
        live(bench, WARM_UP_S)
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        live(bench, WATCHED_S)
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (after - before) / 1e6 <= ALLOWED_MB
