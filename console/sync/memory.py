"""What the sync remembers across restarts, in a small file beside the record.

Nothing in it is needed for correctness: the archive's watermark is the truth, and a lost file only
means that it is asked again. It keeps the streams a record was split into and the pace of the attempts.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import msgspec

from console.sync.ports import START, Attendance, Mark, Segment

NAME: Final = "archive.json"


class Receipt(msgspec.Struct, frozen=True):
    """A session that both sides counted and found equal.

    Attributes:
        session_id: Session.
        last_seq: Its last event then.
        events: How many.
        chunks: Waveform chunks.
        archived_wall_ns: When.
    """

    session_id: str
    last_seq: int
    events: int
    chunks: int
    archived_wall_ns: int


class Memory(msgspec.Struct, frozen=True):
    """Everything remembered.

    Attributes:
        record_stream: Stream id of the record this belongs to.
        segments: The streams of the record, in order; the last one grows.
        acked: Last event known to be in the archive.
        chunk_seq: Event up to which the waveform chunks are there.
        failures: Attempts that failed in a row.
        retry_wall_ns: Not before this, by the wall clock; 0 for at once.
        reached_wall_ns: When the archive was last reached, 0 for never.
        bytes_per_event: What an event weighs on average with its chunks.
        attending: Sessions the archive is to hear of: those that ended unheard, then the one that runs.
        receipts: Sessions archived, by id.
        differing: Sessions whose counts did not agree, by id.
    """

    record_stream: str
    segments: tuple[Segment, ...]
    acked: Mark = START
    chunk_seq: int = 0
    failures: int = 0
    retry_wall_ns: int = 0
    reached_wall_ns: int = 0
    bytes_per_event: float = 2600.0
    attending: tuple[Attendance, ...] = ()
    receipts: dict[str, Receipt] = {}
    differing: dict[str, str] = {}


def fresh(record_stream: str) -> Memory:
    """The memory of a record that was never sent anywhere."""
    return Memory(record_stream, (Segment(record_stream, START),))


class MemoryFile:
    """Reads and writes the memory; a crash leaves the old one or the new one."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, record_stream: str) -> Memory:
        """What was remembered of this record; a fresh memory when there is none that can be read."""
        try:
            found = msgspec.json.decode(self._path.read_bytes(), type=Memory)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return fresh(record_stream)
        # The file of another record, put here by hand or by a restore.
        return found if found.record_stream == record_stream and found.segments else fresh(record_stream)

    def write(self, memory: Memory) -> None:
        """Keep it.

        Raises:
            OSError: the disk refuses.
        """
        partial = self._path.with_name(self._path.name + ".partial")
        with partial.open("wb") as file:
            file.write(msgspec.json.encode(memory))
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, self._path)
