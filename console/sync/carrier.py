"""Waveforms after the events: which chunks are missing, sent in pieces, and the count at a session's end."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from console.clock import Clock
from console.session.codec import EventUnreadable, decode
from console.session.events import WavesSealed
from console.sync.pacing import Portion
from console.sync.ports import (
    Archive,
    ChainedEvent,
    EventSource,
    Missing,
    Segment,
    SessionCount,
    Settled,
)

SEALED: Final = "waves_sealed"
CLOSED: Final = "session_closed"
_PAGE: Final = 200
_WINDOW: Final = 5000
"""Events looked through in one step."""

_ADDRESSES: Final = 256
_TELL_EVERY: Final = 500


def addresses_of(event: ChainedEvent) -> tuple[str, ...]:
    """Chunks an event vouches for; none when it cannot be read here, which must not stop the rest."""
    if event.kind != SEALED:
        return ()
    try:
        sealed = decode(event.kind, event.version, event.body)
    except EventUnreadable:
        return ()
    if not isinstance(sealed, WavesSealed):
        return ()
    return tuple(address for addresses in sealed.chunks.values() for address in addresses)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A session that was counted on both sides.

    Attributes:
        session_id: Session.
        last_seq: Its last event.
        events: Events on this side.
        chunks: Chunks on this side.
        difference: What does not agree, empty when all does.
    """

    session_id: str
    last_seq: int
    events: int
    chunks: int
    difference: str


@dataclass(slots=True)
class _Load:
    """Events looked through, the chunks of them still to send, the session that ends with them."""

    up_to: int
    addresses: int = 0
    missing: deque[Missing] = field(default_factory=deque)
    closing: ChainedEvent | None = None


class Carrier:
    """Carries chunks, a piece a step, so that new events never wait behind a backlog of waveforms."""

    def __init__(self, source: EventSource, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._scan = 0
        self._told = 0
        self._load: _Load | None = None
        self._portion = Portion()
        self.sent_bytes = 0
        self.unheld: set[str] = set()
        """Chunks that neither side holds."""

    @property
    def reached(self) -> int:
        """Event up to which nothing is missing."""
        return self._scan

    def begin(self, chunk_seq: int) -> None:
        """Begin after this event: what the archive says it holds."""
        self._scan = self._told = chunk_seq
        self._load = None

    def give_way(self) -> None:
        """An attempt failed: smaller pieces next time."""
        self._portion = self._portion.smaller()

    def step(self, archive: Archive, segments: Sequence[Segment], acked: int) -> tuple[bool, Outcome | None]:
        """Do one short piece of work on events up to ``acked``.

        Returns:
            Whether there was any, and the session that was counted by it.
        """
        if self._load is None:
            self._load = self._next_load(acked)
            if self._load is None:
                return False, None
            if self._load.addresses and self._load.missing:
                self._load.missing = deque(archive.have([one.address for one in self._load.missing]))
        if self._load.missing:
            self._send(archive, self._load.missing)
            return True, None
        return True, self._finish(archive, segments, self._load)

    def _next_load(self, acked: int) -> _Load | None:
        if acked <= self._scan:
            return None
        end = min(acked, self._scan + _WINDOW)
        found = self._source.of_kinds((SEALED, CLOSED), self._scan, end, _PAGE)
        load, wanted = _Load(found[-1].seq if len(found) == _PAGE else end), dict[str, None]()
        for event in found:
            wanted.update(dict.fromkeys(addresses_of(event)))
            if event.kind == CLOSED and event.session_id is not None:
                load.closing = event
            if load.closing is not None or len(wanted) >= _ADDRESSES:
                load.up_to = event.seq
                break
        load.addresses = len(wanted)
        load.missing = deque(Missing(address, 0) for address in wanted)
        return load

    def _send(self, archive: Archive, missing: deque[Missing]) -> None:
        before = self._clock.now()
        whole: list[bytes] = []
        taken, size = 0, 0
        for one in missing:
            data = self._bytes(one.address)
            if data is not None and (len(data) > self._portion.part or one.present):
                break
            if data is not None and size + len(data) > self._portion.part:
                break
            taken += 1
            if data is not None:
                whole.append(data)
                size += len(data)
        if taken:
            if whole:
                archive.put(whole)
            for _ in range(taken):
                missing.popleft()
        else:
            size = self._send_part(archive, missing)
        self.sent_bytes += size
        if size:
            self._portion = self._portion.after(self._clock.now().seconds_since(before))

    def _send_part(self, archive: Archive, missing: deque[Missing]) -> int:
        one = missing.popleft()
        data = self._bytes(one.address)
        if data is None:
            return 0
        part = data[one.present : one.present + self._portion.part]
        held = archive.put_part(one.address, one.present, len(data), part)
        if held < len(data):
            missing.appendleft(Missing(one.address, max(0, held)))
        return len(part)

    def _bytes(self, address: str) -> bytes | None:
        """The chunk as this computer holds it; a damaged one counts as none: no archive would take it."""
        data = self._source.chunk(address)
        if data is None or sha256(data).hexdigest() != address:
            self.unheld.add(address)
            return None
        return data

    def _finish(self, archive: Archive, segments: Sequence[Segment], load: _Load) -> Outcome | None:
        outcome = None
        closing = load.closing
        if closing is not None and closing.session_id is not None:
            outcome = count_on_both_sides(archive, self._source, segments, closing.session_id, closing.seq)
        if load.addresses or closing is not None or load.up_to - self._told >= _TELL_EVERY:
            archive.chunks_up_to(segments[-1].stream_id, load.up_to)
            self._told = load.up_to
        self._scan = load.up_to
        self._load = None
        return outcome


def count_on_both_sides(
    archive: Archive, source: EventSource, segments: Sequence[Segment], session_id: str, last_seq: int
) -> Outcome:
    """Compare a session, stream by stream; the archive labels it when everything agrees."""
    events: list[ChainedEvent] = []
    after = 0
    while page := [one for one in source.page(after, 1000, session_id) if one.seq <= last_seq]:
        events += page
        after = page[-1].seq
    chunks = 0
    differences = []
    for segment in segments:
        end = last_seq if segment.end_seq is None else min(last_seq, segment.end_seq)
        part = [one for one in events if segment.base.seq < one.seq <= end]
        if not part:
            continue
        addresses = tuple(dict.fromkeys(address for one in part for address in addresses_of(one)))
        digest = sha256(b"".join(one.hash for one in part)).digest()
        count = SessionCount(session_id, part[-1].seq, len(part), digest, addresses)
        chunks += len(addresses)
        differences += _differences(count, archive.settle(segment.stream_id, count))
    return Outcome(session_id, last_seq, len(events), chunks, " ".join(differences))


def _differences(count: SessionCount, settled: Settled) -> list[str]:
    if settled.archived:
        return []
    if settled.events != count.events:
        return [f"This computer holds {count.events} of its entries, the archive {settled.events}."]
    if not settled.same_digest:
        return ["Its entries differ."]
    return [f"{settled.chunks_missing} of its {len(count.chunks)} waveform pieces are not in the archive."]
