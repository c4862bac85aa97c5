"""A record in memory: what the outbox reads from in tests that need no disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from itertools import count
from pathlib import Path
from random import Random

from console.clinical.vitals import Wave
from console.clock import ManualClock
from console.session import codec
from console.session.events import Event, SessionClosed, SessionOpened, WavesSealed
from console.session.people import Patient
from console.storage.chain import chained, start_of_chain
from console.storage.rows import EventDraft, Head, StoredEvent
from console.sync.connecting import OpenArchive
from console.sync.findings import Finding, Found
from console.sync.memory import Memory, MemoryFile, fresh
from console.sync.outbox import Outbox
from console.sync.outbox_parts import Parts
from console.sync.ports import Mark, Origin
from tests.sync.histories import BOOT, STREAM, event_id

PATIENT = Patient("p-1", "Okafor", "Ada", "1984-02-01", "mrn 77")


class MemoryRecord:
    """Events and chunks; grows only at its end, unless a test restores an older copy."""

    def __init__(self, origin: Origin, clock: ManualClock, salt: str = "") -> None:
        self._origin = origin
        self._clock = clock
        self.salt = salt
        self.events: list[StoredEvent] = []
        self.chunks: dict[str, bytes] = {}

    # --- what the outbox sees ---------------------------------------------------------------------

    def origin(self) -> Origin:
        return self._origin

    def head(self) -> Mark:
        return Mark(self.events[-1].seq, self.events[-1].hash) if self.events else Mark(0, bytes(32))

    def page(self, after_seq: int, limit: int, session_id: str | None = None) -> Sequence[StoredEvent]:
        rest = self.events[max(0, after_seq) :]
        if session_id is not None:
            rest = [one for one in rest if one.session_id == session_id]
        return rest[:limit]

    def of_kinds(
        self, kinds: Sequence[str], after_seq: int, up_to_seq: int, limit: int
    ) -> Sequence[StoredEvent]:
        return [one for one in self.events[max(0, after_seq) : up_to_seq] if one.kind in kinds][:limit]

    def chunk(self, address: str) -> bytes | None:
        return self.chunks.get(address)

    # --- what tests do ----------------------------------------------------------------------------

    def append(self, kind: str, body: bytes, session_id: str | None = None) -> StoredEvent:
        head = Head(self.events[-1].seq, self.events[-1].hash) if self.events else start_of_chain()
        draft = EventDraft(
            id=event_id(head.seq + 1, self.salt),
            kind=kind,
            version=1,
            body=body,
            at=self._clock.now(),
            actor='{"user_id":"mk"}',
            session_id=session_id,
        )
        self.events.append(chained(draft, BOOT, head))
        return self.events[-1]

    def notes(self, n: int, session_id: str | None = None) -> None:
        for _ in range(n):
            self.append("care_noted", f'{{"note":"{len(self.events)}{self.salt}"}}'.encode(), session_id)

    def tell(self, event: Event, session_id: str) -> StoredEvent:
        kind, _version, body = codec.encode(event)
        return self.append(kind, body, session_id)

    def session(self, session_id: str, waves: int = 3, size: int = 900, close: bool = True) -> None:
        """A short session with ``waves`` seals of two chunks each."""
        self.tell(SessionOpened(session_id, PATIENT), session_id)
        for n in range(waves):
            self.notes(3, session_id)
            seed = f"{session_id}{n}{self.salt}"
            pair = tuple(Random(f"{seed}{i}").randbytes(size) for i in (0, 1))
            addresses = tuple(sha256(data).hexdigest() for data in pair)
            self.chunks.update(zip(addresses, pair, strict=True))
            self.tell(WavesSealed({Wave.ECG: addresses}), session_id)
        if close:
            self.tell(SessionClosed(), session_id)

    def copy(self, up_to: int | None = None, salt: str = "") -> MemoryRecord:
        """The record as a backup or another disk holds it."""
        twin = MemoryRecord(self._origin, self._clock, salt)
        twin.events = self.events[:up_to]
        twin.chunks = dict(self.chunks)
        return twin


class HeldMemory(MemoryFile):
    """The memory file, without a file."""

    def __init__(self) -> None:
        super().__init__(Path("nowhere"))
        self.kept: Memory | None = None

    def read(self, record_stream: str) -> Memory:
        return self.kept if self.kept is not None else fresh(record_stream)

    def write(self, memory: Memory) -> None:
        self.kept = memory


class Bench:
    """An outbox on a record in memory, with everything it says."""

    def __init__(
        self,
        record: MemoryRecord,
        open_archive: OpenArchive,
        clock: ManualClock,
        memory: HeldMemory | None = None,
        seed: int = 1,
        ids: Callable[[], str] | None = None,
    ) -> None:
        self.record = record
        self.clock = clock
        self.memory = HeldMemory() if memory is None else memory
        self.findings: list[Finding] = []
        self.numbers = count(1)
        self.outbox = Outbox(
            Parts(
                source=record,
                open=open_archive,
                file=self.memory,
                clock=clock,
                random=Random(seed),
                mint=ids or self._mint,
                tell=self.findings.append,
            )
        )

    def _mint(self) -> str:
        return event_id(next(self.numbers), f"stream of {self.record.salt} {id(self)}")

    def turn(self) -> float:
        steps = count()

        def never() -> bool:
            assert next(steps) < 5000, "a turn without end"
            return False

        return self.outbox.turn(never)

    def until_done(self, turns: int = 200) -> None:
        """Let time pass until everything is in the archive."""
        for _ in range(turns):
            wait_s = self.turn()
            if self.done:
                return
            self.clock.advance(wait_s)
        raise AssertionError(f"not done: {self.outbox.view}")

    @property
    def done(self) -> bool:
        memory = self.outbox.memory
        if memory is None:
            return not self.record.events
        head = self.record.head().seq
        return memory.acked.seq == head and memory.failures == 0

    def found(self) -> list[Found]:
        return [finding.kind for finding in self.findings]


def origin_of(site_id: str = "clinic-7", workstation: str = "bed-1", stream: str = STREAM) -> Origin:
    return Origin(stream, site_id, workstation)
