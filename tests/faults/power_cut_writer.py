"""The console's own record, written by a process of its own; says ACK after each acknowledged batch.

``python -m tests.faults.power_cut_writer FOLDER`` makes the record, appends, folds the log into the file
now and then, closes it and opens it again. It is run under strace to record a trace for the power cuts.
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path
from typing import Final

from console.storage.record import Record
from console.storage.rows import Batch
from tests.storage.record_makers import START, draft, open_record, second

NAME: Final = "record.db"
BATCHES: Final = 400
CLOSE_EVERY: Final = 130
FOLD_EVERY: Final = 23


def write(record: Record, turn: int, chance: random.Random) -> None:
    """One batch, as varied as a session's: one to three events, sometimes with samples."""
    events = tuple(draft(b'{"n":%d}' % turn * chance.randrange(1, 60)) for _ in range(chance.randrange(1, 4)))
    samples = second(START.plus(turn), waves=1, vitals=4) if turn % 10 == 0 else Batch()
    stored = record.write(Batch(events=events, numerics=samples.numerics, waves=samples.waves))
    os.write(1, f"ACK {stored[-1].seq} {stored[-1].hash.hex()}\n".encode())


def main() -> None:
    """Write until everything is written."""
    path, chance = Path(sys.argv[1]) / NAME, random.Random(11)
    record = open_record(path)
    for turn in range(1, BATCHES + 1):
        write(record, turn, chance)
        if turn % FOLD_EVERY == 0:
            record.checkpoint()
        if turn % CLOSE_EVERY == 0:
            record.close()
            record = open_record(path)
    record.close()


if __name__ == "__main__":
    main()
