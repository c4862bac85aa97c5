"""A console that appends until it is killed, and says what was acknowledged."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.storage.record_makers import START, draft, open_record, second

if __name__ == "__main__":
    record = open_record(Path(sys.argv[1]))
    turn = 0
    while True:
        turn += 1
        # More than one event a batch: a batch cut in half would show as an odd head.
        stored = record.append([draft(bytes(100)), draft(bytes(3000))])
        print(stored[-1].seq, flush=True)
        if turn % 5 == 0:
            record.write(second(START.plus(record.head().seq)))
        if turn % 50 == 0:
            record.checkpoint()
