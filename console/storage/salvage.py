"""What can still be read of a damaged record, and nothing that does not prove itself.

An event carries its own hash, so one that can be read either is what was stored or shows that it is not.
Pages that cannot be read are stepped over by halving the run that holds them. Never writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from console.storage.chain import draft_of, event_hash, start_of_chain
from console.storage.engine import UNREADABLE, connect_reader
from console.storage.event_rows import COLUMNS, event_of
from console.storage.rows import Head, StoredEvent
from console.storage.waves import ChunkDamaged, WaveChunk, chunk_from

RUN: Final = 512
LONGEST_TAIL: Final = 200_000
"""Events looked at, from the end, for the beginning of the last session."""

ACCOUNT_COLUMNS: Final = (
    "user_id", "name", "role", "pin_hash", "active", "failures", "locked_boot_id", "locked_until_mono_ns",
    "locked_until_wall_ns",
)  # fmt: skip
_ROLES: Final = frozenset({"nurse", "physician", "technician", "admin"})
_EVENT: Final = f"SELECT {', '.join(COLUMNS)} FROM event"

InTime = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Tail:
    """The end of the record.

    Attributes:
        events: The unbroken run up to the very last event, back to a kind asked for; oldest first.
        whole: The run goes back to that kind, or to the first event of all.
    """

    events: tuple[StoredEvent, ...]
    whole: bool


def is_sound(event: StoredEvent) -> bool:
    """Whether an event is what was stored, by its own hash."""
    try:
        return event_hash(event.prev, event.seq, draft_of(event), event.boot_id) == event.hash
    except (ValueError, UnicodeError):
        return False


class Wreck:
    """A damaged record, open for reading as far as it can be read."""

    def __init__(self, path: Path) -> None:
        """Open it.

        Raises:
            sqlite3.Error: not even that is possible.
        """
        self._connection = connect_reader(path)
        # Whatever bytes a text holds now, reading it must not raise: the hash is what judges it.
        self._connection.text_factory = lambda raw: raw.decode("utf-8", "replace")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def stream_id(self) -> str:
        """Which stream it held, empty when that cannot be read."""
        found = self._rows("SELECT stream_id FROM meta")
        return str(found[0][0]) if found else ""

    def last_seq(self) -> int | None:
        """The last event, None when table and index cannot both be read or do not agree about it."""
        try:
            by_table = self._connection.execute("SELECT max(seq) FROM event").fetchone()[0]
            by_index = self._connection.execute(
                "SELECT max(seq) FROM event INDEXED BY event_session "
                "WHERE session_id IS NULL OR session_id > ''"
            ).fetchone()[0]
        except (*UNREADABLE, TypeError):
            return None
        return (by_table or 0) if by_table == by_index else None

    def tail(self, back_to: frozenset[str]) -> Tail:
        """The run of sound events that ends with the last one and begins with a kind in ``back_to``."""
        seq = self.last_seq()
        if seq is None:
            return Tail((), whole=False)
        found: list[StoredEvent] = []
        for event in self._backwards(seq):
            follows = not found or found[-1].prev == event.hash
            if not follows or not is_sound(event):
                return Tail(tuple(reversed(found)), whole=False)
            found.append(event)
            if event.kind in back_to:
                return Tail(tuple(reversed(found)), whole=True)
        first = found[-1] if found else None
        whole = seq == 0 or (first is not None and first.seq == 1 and first.prev == start_of_chain().hash)
        return Tail(tuple(reversed(found)), whole)

    def _backwards(self, seq: int) -> Iterator[StoredEvent]:
        """Events from ``seq`` down to the first one that is missing or cannot be read."""
        end, run = max(seq - LONGEST_TAIL, 0), RUN
        while seq > end:
            query = f"{_EVENT} WHERE seq BETWEEN ? AND ? ORDER BY seq DESC"
            try:
                rows = self._connection.execute(query, (max(seq - run + 1, 1), seq)).fetchall()
                events = [event_of(row) for row in rows]
            except (*UNREADABLE, ValueError):
                if run == 1:
                    return
                run = 1
                continue
            for event in events:
                if event.seq != seq:
                    return
                yield event
                seq -= 1
            if not events:
                return

    def sound_events(self, in_time: InTime, kinds: frozenset[str] = frozenset()) -> Iterator[StoredEvent]:
        """Every event that can be read and holds, of these kinds or of all, while there is time."""
        wanted = f" AND kind IN ({', '.join('?' * len(kinds))})" if kinds else ""
        for first in range(1, self._bound() + 1, RUN):
            if not in_time():
                return
            for row in self._run(first, first + RUN - 1, wanted, tuple(sorted(kinds)), in_time):
                try:
                    event = event_of(row)
                except ValueError:
                    continue
                if is_sound(event):
                    yield event

    def _bound(self) -> int:
        """A number that no event is above."""
        for query in ("SELECT max(seq) FROM event", "SELECT max(seq) FROM event INDEXED BY event_session"):
            rows = self._rows(query)
            if rows and isinstance(rows[0][0], int):
                return int(rows[0][0])
        # No event takes less room than its two hashes and its id.
        size = self._rows("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        return int(size[0][0]) // 100 if size else 0

    def _run(
        self, first: int, last: int, wanted: str, kinds: tuple[str, ...], in_time: InTime
    ) -> Iterator[tuple[Any, ...]]:
        query = f"{_EVENT} WHERE seq BETWEEN ? AND ?{wanted} ORDER BY seq"
        try:
            yield from self._connection.execute(query, (first, last, *kinds)).fetchall()
        except UNREADABLE:
            if first < last and in_time():
                middle = (first + last) // 2
                yield from self._run(first, middle, wanted, kinds, in_time)
                yield from self._run(middle + 1, last, wanted, kinds, in_time)

    def head(self, in_time: InTime) -> Head:
        """The last event that can be read and holds."""
        bound = self._bound()
        for last in range(bound, 0, -RUN):
            if not in_time():
                break
            rows = list(self._run(max(last - RUN + 1, 1), last, "", (), in_time))
            for row in reversed(rows):
                try:
                    event = event_of(row)
                except ValueError:
                    continue
                if is_sound(event):
                    return Head(event.seq, event.hash)
        return start_of_chain()

    def accounts(self) -> tuple[tuple[Any, ...], ...]:
        """Rows of :data:`ACCOUNT_COLUMNS` that make sense."""
        rows = self._rows(f"SELECT {', '.join(ACCOUNT_COLUMNS)} FROM account")
        return tuple(row for row in rows if _is_account(row))

    def chunk(self, address: bytes) -> WaveChunk | None:
        """The waveform chunk of this address, None when it is not what was stored."""
        for (data,) in self._rows("SELECT bytes FROM wave_bytes WHERE sha256 = ?", address):
            try:
                chunk = chunk_from(data)
            except (ChunkDamaged, TypeError):
                return None
            return chunk if chunk.sha256 == address else None
        return None

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(query, values).fetchall()
        except UNREADABLE:
            return []


def _is_account(row: tuple[Any, ...]) -> bool:
    user_id, name, role, pin_hash, active, failures, *_ = row
    texts = (user_id, name, pin_hash)
    readable = all(isinstance(text, str) and text.isprintable() and "\ufffd" not in text for text in texts)
    return readable and role in _ROLES and isinstance(active, int) and isinstance(failures, int)


def damaged_runs(path: Path, in_time: InTime = lambda: True) -> tuple[tuple[int, int], ...]:
    """The events that cannot be read or do not hold, as runs of first and last.

    An event that is out of place but sound is no damage of its own; the chain names where it breaks.
    """
    try:
        wreck = Wreck(path)
    except UNREADABLE:
        return ()
    with closing(wreck):
        runs: list[tuple[int, int]] = []
        expected = 1
        for event in wreck.sound_events(in_time):
            if event.seq > expected:
                runs.append((expected, event.seq - 1))
            expected = event.seq + 1
        last = wreck.last_seq()
    if last is not None and last >= expected:
        runs.append((expected, last))
    return tuple(runs)
