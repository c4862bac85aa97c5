"""What the sync reads from and what it sends to. The room's composition hands both in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from console.clock import Instant

ENVELOPE: Final = 1
"""Version of what surrounds an event's body; the body itself is opaque to the archive."""

ZERO_HASH: Final = bytes(32)


class ChainedEvent(Protocol):
    """An event as it stands in the record (:class:`console.storage.rows.StoredEvent` is one)."""

    @property
    def seq(self) -> int:
        """Its place."""

    @property
    def id(self) -> str:
        """UUIDv7."""

    @property
    def session_id(self) -> str | None:
        """Session, None for events of the room."""

    @property
    def at(self) -> Instant:
        """When it was decided."""

    @property
    def boot_id(self) -> str:
        """Boot the monotonic time belongs to."""

    @property
    def actor(self) -> str:
        """Who."""

    @property
    def kind(self) -> str:
        """Kind."""

    @property
    def version(self) -> int:
        """Version of the encoding."""

    @property
    def body(self) -> bytes:
        """The encoding."""

    @property
    def prev(self) -> bytes:
        """Hash of the event before."""

    @property
    def hash(self) -> bytes:
        """Hash of this one."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a chain: the last event and its hash; seq 0 and 32 zero bytes before the first."""

    seq: int
    hash: bytes


START: Final = Mark(0, ZERO_HASH)


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose record this is.

    Attributes:
        stream_id: UUID the record was given when it was made.
        site_id: Clinic.
        workstation_id: Computer.
    """

    stream_id: str
    site_id: str
    workstation_id: str


class EventSource(Protocol):
    """The record, read-only. Every call is short."""

    def origin(self) -> Origin | None:
        """Whose record it is; None before the room has opened it once."""

    def head(self) -> Mark:
        """The last event."""

    def page(self, after_seq: int, limit: int, session_id: str | None = None) -> Sequence[ChainedEvent]:
        """The next events after ``after_seq``."""

    def of_kinds(
        self, kinds: Sequence[str], after_seq: int, up_to_seq: int, limit: int
    ) -> Sequence[ChainedEvent]:
        """The next events of these kinds between two places."""

    def chunk(self, address: str) -> bytes | None:
        """The bytes of a waveform chunk by its address in hex; None when they are not here."""


class Unreachable(Exception):
    """The archive was not reached, or did not answer; the text says why, for a technician.

    Attributes:
        retry_after_s: What the archive asked to wait, None when it asked nothing.
    """

    def __init__(self, sentence: str, retry_after_s: float | None = None) -> None:
        super().__init__(sentence)
        self.retry_after_s = retry_after_s


class Rejected(Exception):
    """The archive was reached and will not take this workstation; somebody has to do something."""


class Greeted(StrEnum):
    """What the archive says of a stream."""

    OK = "ok"
    FORK = "fork"
    NEWER = "newer"
    OLDER = "older"


class Pushed(StrEnum):
    """What became of a batch."""

    OK = "ok"
    DUPLICATE = "duplicate"
    GAP = "gap"
    FORK = "fork"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Greeting:
    """Answer to a hello.

    Attributes:
        status: Whether the stream may go on.
        watermark: Last event the archive holds of it, with its hash.
        chunk_seq: Event up to which the archive holds the waveform chunks.
        now_ns: The archive's wall clock, for comparison alone.
    """

    status: Greeted
    watermark: Mark
    chunk_seq: int
    now_ns: int


@dataclass(frozen=True, slots=True)
class PushAnswer:
    """Answer to a batch.

    Attributes:
        status: What became of it.
        watermark: Last event the archive holds.
        at_seq: Event at which a fork or a damage shows, None otherwise.
    """

    status: Pushed
    watermark: Mark
    at_seq: int | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the record that the archive keeps as one stream.

    Attributes:
        stream_id: UUID of the stream.
        base: Where it goes on from; the events up to it are in the streams before.
        end_seq: Last event that belongs to it, None while it grows.
        prev_stream: Stream before it, None for the first.
    """

    stream_id: str
    base: Mark
    end_seq: int | None = None
    prev_stream: str | None = None


@dataclass(frozen=True, slots=True)
class Successor:
    """A stream that the archive knows to follow another one."""

    stream_id: str
    base: Mark
    head: Mark


@dataclass(frozen=True, slots=True)
class Missing:
    """A chunk the archive does not hold, and how many bytes of it are there already."""

    address: str
    present: int


@dataclass(frozen=True, slots=True)
class SessionCount:
    """What a session amounts to on this side.

    Attributes:
        session_id: Session.
        last_seq: Its last event so far.
        events: How many.
        digest: SHA-256 over their hashes in order.
        chunks: Addresses of its waveform chunks in hex.
    """

    session_id: str
    last_seq: int
    events: int
    digest: bytes
    chunks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """What the archive counted.

    Attributes:
        archived: Everything is there and equal.
        events: Events it holds.
        same_digest: Their hashes are equal.
        chunks_missing: Chunks it does not hold.
    """

    archived: bool
    events: int
    same_digest: bool
    chunks_missing: int


@dataclass(frozen=True, slots=True)
class Attendance:
    """A session with one person, as the archive remembers it.

    Attributes:
        subject: Fingerprint of the person.
        session_id: Session.
        opened_ns: Wall clock at its start.
        closed_ns: Wall clock at its end, None while it runs.
    """

    subject: bytes
    session_id: str
    opened_ns: int
    closed_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A session with the same person on another workstation at the same time.

    Attributes:
        session_id: Session.
        workstation_id: Where.
        live: It runs now.
        opened_ns: Wall clock at its start.
    """

    session_id: str
    workstation_id: str
    live: bool
    opened_ns: int


Meanwhile = Callable[[], None]
"""Something short that raises nothing."""


def nothing() -> None:
    """Do nothing meanwhile."""


class Archive(Protocol):
    """One open connection to the archive. Every call raises Unreachable or Rejected."""

    def hello(self, segment: Segment) -> Greeting:
        """Make the stream known, ask how far it is."""

    def push(self, stream_id: str, events: Sequence[ChainedEvent], meanwhile: Meanwhile = ...) -> PushAnswer:
        """Send events in order, at least one; ``meanwhile`` may be called while it is awaited."""

    def expect(self, events: Sequence[ChainedEvent]) -> None:
        """Get ready for what will be pushed next; needs no network, may be called by ``meanwhile``."""

    def in_common(self, stream_id: str, marks: Sequence[Mark]) -> int | None:
        """The last of the places that the archive holds in the same form."""

    def successors(self, stream_id: str) -> tuple[Successor, ...]:
        """Streams of this workstation that follow this one, longest first."""

    def have(self, addresses: Sequence[str]) -> tuple[Missing, ...]:
        """Which chunks are not there."""

    def put(self, chunks: Sequence[bytes]) -> None:
        """Send whole chunks."""

    def put_part(self, address: str, start: int, total: int, part: bytes) -> int:
        """Send a part of a long chunk; returns the bytes held, -1 when it has to begin again."""

    def chunks_up_to(self, stream_id: str, seq: int) -> None:
        """Say up to which event the chunks are there."""

    def settle(self, stream_id: str, count: SessionCount) -> Settled:
        """Compare a session on both sides; label it archived when they are equal."""

    def attend(self, attendance: Attendance) -> tuple[Elsewhere, ...]:
        """Tell of a session with a person, hear of others with the same."""

    def close(self) -> None:
        """Let go of the connection; never raises."""
