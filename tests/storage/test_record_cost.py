"""Recording at full rate costs at most one hundredth of a core."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import pytest

from console.storage.record import Record
from console.storage.rows import Batch
from tests.storage.record_makers import START, draft, open_record, second

# Ten milliseconds of processor in each second of the session.
BUDGET_S = 0.010


def test_a_second_at_full_rate_costs_less_than_ten_milliseconds(path: Path) -> None:
    """It should encode four waveforms and store them with twelve numerics in one synced commit."""
    spent = []
    with open_record(path) as record:
        for n in range(60):
            began = time.process_time()
            batch = second(START.plus(n), seed=n)
            encoded = time.process_time()
            record.write(Batch(numerics=batch.numerics, waves=batch.waves))
            spent.append(time.process_time() - began)
            assert encoded >= began
    assert statistics.median(spent) < BUDGET_S


def test_an_event_is_acknowledged_within_a_few_milliseconds_of_processor(record: Record) -> None:
    spent = []
    for _ in range(100):
        event = draft()
        began = time.process_time()
        record.append([event])
        spent.append(time.process_time() - began)
    assert statistics.median(spent) < 0.005


@pytest.mark.req("OPCA-R6.6")
def test_thirty_days_of_recording_fit_a_small_disk(path: Path) -> None:
    """It should stay under 3 GB for four sessions of two hours a day, as measured on two minutes."""
    with open_record(path) as record:
        record.write(second(START))
        record.checkpoint()
        before = path.stat().st_size
        for n in range(1, 121):
            record.write(second(START.plus(n), seed=n))
        record.checkpoint()
    per_second = (path.stat().st_size - before) / 120
    assert per_second * 3600 * 2 * 4 * 30 < 3e9
