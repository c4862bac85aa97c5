"""The hash chain over stored events, and the time-ordered identifiers they carry.

``hash = SHA-256(prev || header || body)`` over exactly the bytes that are stored. The header is, in
this order, all integers big-endian (PostgreSQL's ``int8send``/``int4send`` give the same bytes)::

    prev         32 bytes, the hash of the event before; 32 zero bytes for seq 1
    seq          int64
    wall_utc_ns  int64
    mono_ns      int64
    version      int32
    id, session_id, boot_id, actor, kind
                 each: int32 length in bytes, then that many bytes of UTF-8;
                 a NULL session_id is the length -1 and no bytes
    body         the rest, as stored

Every variable field but the last is preceded by its length, so no two different events have the
same bytes. The chain shows any change, removal or insertion before the last event; that the last
events themselves were not cut off is shown by the archive's receipts and by printed summaries.
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from console.storage.rows import ZERO_HASH, EventDraft, Head, StoredEvent

_FIXED = struct.Struct(">qqqi")
_LENGTH = struct.Struct(">i")


def _text(value: str | None) -> bytes:
    if value is None:
        return _LENGTH.pack(-1)
    data = value.encode("utf-8")
    return _LENGTH.pack(len(data)) + data


def event_hash(prev: bytes, seq: int, draft: EventDraft, boot_id: str) -> bytes:
    """The chain hash of an event at this place (see the module's layout)."""
    digest = hashlib.sha256(prev)
    digest.update(_FIXED.pack(seq, draft.at.wall_utc_ns, draft.at.mono_ns, draft.version))
    for value in (draft.id, draft.session_id, boot_id, draft.actor, draft.kind):
        digest.update(_text(value))
    digest.update(draft.body)
    return digest.digest()


def chained(draft: EventDraft, boot_id: str, head: Head) -> StoredEvent:
    """The draft as the next event after ``head``."""
    seq = head.seq + 1
    return StoredEvent(
        seq=seq,
        id=draft.id,
        session_id=draft.session_id,
        at=draft.at,
        boot_id=boot_id,
        actor=draft.actor,
        kind=draft.kind,
        version=draft.version,
        body=draft.body,
        prev=head.hash,
        hash=event_hash(head.hash, seq, draft, boot_id),
    )


def draft_of(event: StoredEvent) -> EventDraft:
    """What was handed in when this event was stored.

    Raises:
        ValueError: the stored fields could never have been handed in.
    """
    return EventDraft(
        id=event.id,
        kind=event.kind,
        version=event.version,
        body=event.body,
        at=event.at,
        actor=event.actor,
        session_id=event.session_id,
    )


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain first fails.

    Attributes:
        seq: Event at which it shows.
        reason: What is wrong with it, as a sentence.
    """

    seq: int
    reason: str


def fault_after(head: Head, event: StoredEvent) -> str | None:
    """Why ``event`` cannot follow ``head``, or None when it does."""
    if event.seq != head.seq + 1:
        return f"Events {head.seq + 1} to {event.seq - 1} are missing."
    if event.prev != head.hash:
        return "It does not continue the event before it."
    try:
        expected = event_hash(event.prev, event.seq, draft_of(event), event.boot_id)
    except ValueError as error:
        return f"Its fields are damaged: {error}."
    if event.hash != expected:
        return "Its content was changed after it was stored."
    return None


def first_break(events: Iterable[StoredEvent], head: Head) -> tuple[Head, Break | None]:
    """Follow the chain from ``head``; return where it got to and the first break, if any."""
    for event in events:
        reason = fault_after(head, event)
        if reason is not None:
            return head, Break(event.seq, reason)
        head = Head(event.seq, event.hash)
    return head, None


def start_of_chain() -> Head:
    """The head of an empty record."""
    return Head(0, ZERO_HASH)


def uuid7(wall_utc_ns: int, random: Callable[[int], bytes] = os.urandom) -> str:
    """A version 7 UUID (RFC 9562 section 5.7): identity only, never an order across machines."""
    milliseconds = (wall_utc_ns // 1_000_000) & (1 << 48) - 1
    noise = int.from_bytes(random(10), "big")
    number = milliseconds << 80 | 0x7 << 76 | (noise >> 68 & 0xFFF) << 64 | 0b10 << 62 | noise & (1 << 62) - 1
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
