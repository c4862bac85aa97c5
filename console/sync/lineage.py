"""Where two histories part, and the stream that goes on from there.

A fork (a cloned disk), a lost history (a restored record) and a stream taken over under another role
all end the same way: the old stream keeps what it has, and a new one goes on from the last event both
sides have in common. Nothing is overwritten and nothing is sent twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from console.sync.ports import Archive, EventSource, Mark, Segment

_PROBES = 32


def mark_at(source: EventSource, seq: int, base: Mark) -> Mark | None:
    """The record's own event at ``seq`` (``base`` at its own place); None when it has none."""
    if seq == base.seq:
        return base
    page = source.page(seq - 1, 1)
    return Mark(page[0].seq, page[0].hash) if page and page[0].seq == seq else None


def last_in_common(archive: Archive, source: EventSource, segment: Segment, high: int) -> Mark:
    """The last event up to ``high`` that record and archive hold in the same form."""
    low, above = segment.base, high + 1
    while above - low.seq > 1:
        step = max(1, (above - low.seq - 1) // _PROBES)
        wanted = range(low.seq + 1, above, step)
        probes = [mark for mark in (mark_at(source, seq, segment.base) for seq in wanted) if mark is not None]
        if not probes:
            break
        found = archive.in_common(segment.stream_id, probes)
        # Equal up to a place means equal before it: each hash covers everything before.
        equal = [mark for mark in probes if found is not None and mark.seq <= found]
        unequal = [mark for mark in probes if mark not in equal]
        low = equal[-1] if equal else low
        above = unequal[0].seq if unequal else min(above, low.seq + step)
    return low


def fitting(source: EventSource, segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """The streams as far as the record bears them out: it may be older than what was remembered of it."""
    first, *later = segments
    kept = [first]
    for segment in later:
        if not _holds(source, segment.base):
            break
        kept.append(segment)
    if len(kept) == len(segments):
        return segments
    return (*kept[:-1], replace(kept[-1], end_seq=None))


def gone_on(
    archive: Archive, source: EventSource, segment: Segment, parted: Mark, mint: Callable[[], str]
) -> tuple[Segment, Segment, bool]:
    """The old stream, ended, the one that goes on, and whether that one is new.

    A stream that this record went on with before, and forgot, is taken up again.
    """
    ended = replace(segment, end_seq=parted.seq)
    for known in archive.successors(segment.stream_id):
        ours = known.base.seq <= parted.seq and known.head.seq > parted.seq
        if ours and _holds(source, known.base) and _holds(source, known.head):
            taken = Segment(known.stream_id, known.base, segment.end_seq, segment.stream_id)
            return replace(segment, end_seq=known.base.seq), taken, False
    return ended, Segment(mint(), parted, segment.end_seq, segment.stream_id), True


def _holds(source: EventSource, mark: Mark) -> bool:
    found = mark_at(source, mark.seq, Mark(0, bytes(32)))
    return found == mark
