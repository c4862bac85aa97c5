"""The archive as it is meant to be: plain Python, no database, with faults on demand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from enum import Enum
from hashlib import sha256

from console.clock import Clock
from console.storage.chain import draft_of, event_hash
from console.storage.rows import StoredEvent
from console.sync.ports import (
    Attendance,
    ChainedEvent,
    Elsewhere,
    Greeted,
    Greeting,
    Mark,
    Meanwhile,
    Missing,
    Origin,
    PushAnswer,
    Pushed,
    Segment,
    SessionCount,
    Settled,
    Successor,
    Unreachable,
    nothing,
)


class Fault(Enum):
    """What the network does to one call."""

    NONE = "none"
    CUT_BEFORE = "cut before the commit"
    CUT_AFTER = "cut after the commit"


@dataclass
class ModelStream:
    owner: str
    segment: Segment
    events: list[ChainedEvent] = field(default_factory=list)
    chunk_seq: int = 0
    quarantined: set[tuple[int, bytes]] = field(default_factory=set)

    @property
    def head(self) -> Mark:
        return Mark(self.events[-1].seq, self.events[-1].hash) if self.events else self.segment.base

    def mark(self, seq: int) -> Mark | None:
        if seq == self.segment.base.seq:
            return self.segment.base
        index = seq - self.segment.base.seq - 1
        if 0 <= index < len(self.events):
            return Mark(seq, self.events[index].hash)
        return None


@dataclass
class ModelServer:
    """One archive; several connections speak to it."""

    clock: Clock
    streams: dict[str, ModelStream] = field(default_factory=dict)
    chunks: dict[str, bytes] = field(default_factory=dict)
    parts: dict[str, bytes] = field(default_factory=dict)
    receipts: dict[tuple[str, str], SessionCount] = field(default_factory=dict)
    present: dict[tuple[bytes, str], tuple[str, Attendance, int]] = field(default_factory=dict)
    fault: Callable[[], Fault] = lambda: Fault.NONE
    up: bool = True
    envelope: tuple[int, int] = (1, 1)
    log: list[str] = field(default_factory=list)
    attempts: int = 0
    clock_apart_ns: int = 0

    def open(self, origin: Origin) -> ModelArchive:
        self.attempts += 1
        if not self.up:
            raise Unreachable("The archive is not reached: connection refused")
        return ModelArchive(self, origin)

    def backup(self) -> dict[str, object]:
        names = ("streams", "chunks", "parts", "receipts", "present")
        return deepcopy({name: getattr(self, name) for name in names})

    def restore(self, backup: dict[str, object]) -> None:
        for name, value in deepcopy(backup).items():
            setattr(self, name, value)

    def lineage(self, segments: Sequence[Segment]) -> list[ChainedEvent]:
        """The events of a record as its streams hold them, one after the other."""
        found: list[ChainedEvent] = []
        for segment in segments:
            stream = self.streams[segment.stream_id]
            found += [one for one in stream.events if segment.end_seq is None or one.seq <= segment.end_seq]
        return found


class ModelArchive:
    """A connection; a fault ends it."""

    def __init__(self, server: ModelServer, origin: Origin) -> None:
        self._server = server
        self._origin = origin
        self._broken = False

    def _call(self, name: str) -> Callable[[], None]:
        """Before the work; what it returns is called after the work."""
        server = self._server
        server.log.append(name)
        fault = server.fault()
        if self._broken or not server.up or fault is Fault.CUT_BEFORE:
            self._broken = True
            raise Unreachable("The connection to the archive broke.")

        def answer() -> None:
            if fault is Fault.CUT_AFTER:
                self._broken = True
                raise Unreachable("The connection to the archive broke.")

        return answer

    def hello(self, segment: Segment) -> Greeting:
        answer = self._call("hello")
        server, owner = self._server, self._origin.workstation_id
        now_ns = server.clock.now().wall_utc_ns + server.clock_apart_ns
        low, high = server.envelope
        if not low <= 1 <= high:
            answer()
            return Greeting(Greeted.NEWER if high < 1 else Greeted.OLDER, segment.base, 0, now_ns)
        before = server.streams.get(segment.prev_stream or "")
        kept = server.streams.setdefault(
            segment.stream_id,
            ModelStream(owner, segment, chunk_seq=min(before.chunk_seq, segment.base.seq) if before else 0),
        )
        same = kept.owner == owner and kept.segment.base == segment.base
        answer()
        return Greeting(Greeted.OK if same else Greeted.FORK, kept.head, kept.chunk_seq, now_ns)

    def push(
        self, stream_id: str, events: Sequence[ChainedEvent], meanwhile: Meanwhile = nothing
    ) -> PushAnswer:
        answer = self._call("push")
        meanwhile()
        reply = self._pushed(stream_id, list(events))
        answer()
        return reply

    def expect(self, events: Sequence[ChainedEvent]) -> None:
        assert events

    def _pushed(self, stream_id: str, events: list[ChainedEvent]) -> PushAnswer:
        stream = self._server.streams.get(stream_id)
        if stream is None or stream.owner != self._origin.workstation_id:
            return PushAnswer(Pushed.GAP, Mark(0, b""))
        head = stream.head
        if events[0].seq > head.seq + 1 or events[0].seq <= stream.segment.base.seq:
            return PushAnswer(Pushed.GAP, head)
        for one in events:
            known = stream.mark(one.seq)
            if (known is not None and known.hash != one.hash) or (
                one.seq == head.seq + 1 and one.prev != head.hash
            ):
                stream.quarantined.add((one.seq, one.hash))
                return PushAnswer(Pushed.FORK, head, one.seq)
        fresh = [one for one in events if one.seq > head.seq]
        if not fresh:
            return PushAnswer(Pushed.DUPLICATE, head)
        prev = head.hash
        for one in fresh:
            assert isinstance(one, StoredEvent)
            if event_hash(prev, one.seq, draft_of(one), one.boot_id) != one.hash:
                return PushAnswer(Pushed.BROKEN, head, fresh[0].seq)
            prev = one.hash
        stream.events += fresh
        return PushAnswer(Pushed.OK, stream.head)

    def in_common(self, stream_id: str, marks: Sequence[Mark]) -> int | None:
        answer = self._call("in_common")
        stream = self._server.streams.get(stream_id)
        found = [mark.seq for mark in marks if stream is not None and stream.mark(mark.seq) == mark]
        answer()
        return max(found, default=None)

    def successors(self, stream_id: str) -> tuple[Successor, ...]:
        answer = self._call("successors")
        found = [
            Successor(key, one.segment.base, one.head)
            for key, one in self._server.streams.items()
            if one.segment.prev_stream == stream_id and one.owner == self._origin.workstation_id
        ]
        answer()
        return tuple(sorted(found, key=lambda one: -one.head.seq))

    def have(self, addresses: Sequence[str]) -> tuple[Missing, ...]:
        answer = self._call("have")
        server = self._server
        found = tuple(
            Missing(one, len(server.parts.get(one, b""))) for one in addresses if one not in server.chunks
        )
        answer()
        return found

    def put(self, chunks: Sequence[bytes]) -> None:
        answer = self._call("put")
        self._server.chunks.update({sha256(data).hexdigest(): data for data in chunks})
        answer()

    def put_part(self, address: str, start: int, total: int, part: bytes) -> int:
        answer = self._call("put_part")
        parts = self._server.parts
        held = parts.get(address, b"")
        if start == len(held):
            held = parts[address] = held + part
        reply = len(held)
        if len(held) >= total:
            del parts[address]
            reply = total if sha256(held).hexdigest() == address else -1
            if reply == total:
                self._server.chunks[address] = held
        answer()
        return reply

    def chunks_up_to(self, stream_id: str, seq: int) -> None:
        answer = self._call("chunks_up_to")
        stream = self._server.streams[stream_id]
        if seq <= stream.head.seq:
            stream.chunk_seq = max(stream.chunk_seq, seq)
        answer()

    def settle(self, stream_id: str, count: SessionCount) -> Settled:
        answer = self._call("settle")
        server = self._server
        held = [
            one
            for one in server.streams[stream_id].events
            if one.session_id == count.session_id and one.seq <= count.last_seq
        ]
        same = sha256(b"".join(one.hash for one in held)).digest() == count.digest
        missing = sum(address not in server.chunks for address in count.chunks)
        archived = len(held) == count.events and same and not missing
        if archived:
            server.receipts[stream_id, count.session_id] = count
        answer()
        return Settled(archived, len(held), same, missing)

    def attend(self, attendance: Attendance) -> tuple[Elsewhere, ...]:
        answer = self._call("attend")
        server, own = self._server, self._origin.workstation_id
        now = server.clock.now().mono_ns
        server.present[attendance.subject, attendance.session_id] = (own, attendance, now)
        found = tuple(
            Elsewhere(session, who, one.closed_ns is None and now - seen < 60 * 10**9, one.opened_ns)
            for (subject, session), (who, one, seen) in server.present.items()
            if subject == attendance.subject
            and who != own
            and one.opened_ns < (attendance.closed_ns or 2**63)
            and attendance.opened_ns < (one.closed_ns or one.opened_ns + 43200 * 10**9)
        )
        answer()
        return found

    def close(self) -> None:
        self._broken = True
