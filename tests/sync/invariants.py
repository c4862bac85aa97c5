"""I1 to I8, checked offline over what the tests saw and what the archive holds afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from console.storage.chain import draft_of, event_hash
from console.storage.rows import StoredEvent
from console.sync.ports import ChainedEvent, Mark, Segment


@dataclass
class StreamHistory:
    """What the archive holds of a stream, and the watermarks it answered while it was filled."""

    segment: Segment
    events: Sequence[ChainedEvent]
    watermarks: list[int] = field(default_factory=list)


def breaches(record: Sequence[ChainedEvent], acked: Mark, histories: Iterable[StreamHistory]) -> list[str]:
    """Each breach of an invariant as a sentence; none when all hold.

    ``record`` is everything the workstation was told is recorded (I1 says that it is all still here).
    """
    found: list[str] = []
    if [one.seq for one in record] != list(range(1, len(record) + 1)):
        found.append("I1: the record itself is not gapless.")
    by_seq = {one.seq: one for one in record}
    there: dict[int, int] = {}
    for history in histories:
        base, end = history.segment.base, history.segment.end_seq
        numbers = [one.seq for one in history.events]
        if numbers != list(range(base.seq + 1, base.seq + len(numbers) + 1)):
            found.append(f"I3: stream {history.segment.stream_id} is not gapless: {numbers[:5]}...")
        prev = base.hash
        for one in history.events:
            own = by_seq.get(one.seq)
            ours = end is None or one.seq <= end
            if ours and (own is None or own.hash != one.hash or own.body != one.body):
                found.append(f"I4: entry {one.seq} is not what the workstation stored.")
            if one.prev != prev or (isinstance(one, StoredEvent) and not _hash_holds(one)):
                found.append(f"I4: the chain does not hold at {one.seq}.")
            prev = one.hash
            if ours:
                there[one.seq] = there.get(one.seq, 0) + 1
        if any(later < earlier for earlier, later in pairwise(history.watermarks)):
            found.append(f"I5: the watermark went back: {history.watermarks}.")
    found += [
        f"I2: acknowledged entry {seq} is not there." for seq in range(1, acked.seq + 1) if seq not in there
    ]
    found += [f"I3: entry {seq} is there {n} times." for seq, n in there.items() if n > 1]
    return found


def _hash_holds(event: StoredEvent) -> bool:
    return event_hash(event.prev, event.seq, draft_of(event), event.boot_id) == event.hash
