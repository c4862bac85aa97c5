"""Killed at any instant, the record holds every acknowledged event and no half of a batch."""

from __future__ import annotations

import os
import random
import select
import subprocess
import sys
from pathlib import Path

import pytest

from console.storage.verify import verify_record
from tests.storage.record_makers import ROOT, open_record

# The release gate runs 1000: RECORD_KILLS=1000.
KILLS = int(os.environ.get("RECORD_KILLS", "12"))


def _killed_after(path: Path, acknowledgements: int, delay_s: float) -> int:
    """Let a console write, kill it, and return the last place it was told was stored."""
    command = [sys.executable, "-m", "tests.storage.kill_writer", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as console:
        assert console.stdout is not None
        heard = b""
        while heard.count(b"\n") < acknowledgements:
            heard += os.read(console.stdout.fileno(), 65536)
            assert console.poll() is None
        # Real time on purpose: the kill has to fall between two system calls of another process.
        select.select([], [], [], delay_s)
        console.kill()
        heard += console.stdout.read()
    complete = heard[: heard.rindex(b"\n")]
    return int(complete.split()[-1])


@pytest.mark.req("GIP-4.1.4")
@pytest.mark.req("HST-01")
@pytest.mark.process
@pytest.mark.timeout(120 + 3 * KILLS)
def test_no_kill_loses_an_acknowledged_event_or_leaves_half_a_batch(path: Path) -> None:
    chance = random.Random(7)
    for _ in range(KILLS):
        acknowledged = _killed_after(path, chance.randrange(1, 20), chance.random() * 0.02)
        with open_record(path) as record:
            head = record.head().seq
        assert head >= acknowledged
        assert head % 2 == 0
    assert verify_record(path).ok
