"""Chained events without a record: quick to make, the same each time."""

from __future__ import annotations

from hashlib import sha256

from console.clock import Instant, ManualClock
from console.storage.chain import chained, start_of_chain
from console.storage.rows import EventDraft, Head, StoredEvent

STREAM = "01890000-0000-7000-8000-00000000000a"
OTHER_STREAM = "01890000-0000-7000-8000-00000000000b"
BOOT = "boot-1"
SESSION = "session-1"
BEGAN = ManualClock().now()


def event_id(seq: int, salt: str = "") -> str:
    digest = sha256(f"{seq}{salt}".encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-7{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"


def chain(
    n: int,
    differs_from: int | None = None,
    salt: str = "other",
    session_id: str | None = SESSION,
    after: Head | None = None,
    at: Instant = BEGAN,
) -> tuple[StoredEvent, ...]:
    """``n`` events; from ``differs_from`` on they are those of another history."""
    head = start_of_chain() if after is None else after
    made = []
    for seq in range(head.seq + 1, head.seq + n + 1):
        other = salt if differs_from is not None and seq >= differs_from else ""
        event = chained(
            EventDraft(
                id=event_id(seq, other),
                kind="care_noted",
                version=1,
                body=f'{{"note":"{seq}{other} çà","type":"care_noted"}}'.encode(),
                at=at.plus(seq),
                actor='{"user_id":"mk"}',
                session_id=session_id if seq % 7 else None,
            ),
            BOOT,
            head,
        )
        head = Head(event.seq, event.hash)
        made.append(event)
    return tuple(made)
