"""Between events and the rows of the record: ids, sessions, authors, bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from console.clock import Instant
from console.course.events import stream_of
from console.session.codec import decode, decode_actor, encode, encode_actor
from console.session.events import CourseChanged, Entry, Event, SessionOpened
from console.session.intents import Comment, Correct, Intent, SignReview
from console.session.people import Actor
from console.session.state import OPEN, State
from console.storage.rows import EventDraft, StoredEvent


def session_ids(events: Sequence[Event], intent: Intent | None, state: State) -> Iterator[str]:
    """The session each event belongs to; empty for events of the room."""
    belongs = state.session.session_id if state.session is not None and state.phase in OPEN else ""
    if isinstance(intent, Comment | Correct | SignReview):
        belongs = intent.session_id
    for event in events:
        if isinstance(event, SessionOpened):
            belongs = event.session_id
        yield stream_of(event.patient_id) if isinstance(event, CourseChanged) else belongs


def new_entries(
    events: Sequence[Event],
    intent: Intent | None,
    state: State,
    actor: Actor,
    at: Instant,
    boot_id: str,
    new_id: Callable[[], str],
) -> tuple[Entry, ...]:
    """Entries that wait for their place in the record (seq 0, no hash)."""
    return tuple(
        Entry(0, new_id(), session_id, at, boot_id, actor, event)
        for event, session_id in zip(events, session_ids(events, intent, state), strict=True)
    )


def draft_of(entry: Entry) -> EventDraft:
    """The entry as the record takes it."""
    kind, version, body = encode(entry.event)
    return EventDraft(
        id=entry.uuid,
        kind=kind,
        version=version,
        body=body,
        at=entry.at,
        actor=encode_actor(entry.actor),
        session_id=entry.session_id or None,
    )


def entry_of(stored: StoredEvent) -> Entry:
    """The entry as the record holds it.

    Raises:
        EventUnreadable: it was written by a newer version, or is damaged.
    """
    return Entry(
        seq=stored.seq,
        uuid=stored.id,
        session_id=stored.session_id or "",
        at=stored.at,
        boot_id=stored.boot_id,
        actor=decode_actor(stored.actor),
        event=decode(stored.kind, stored.version, stored.body),
        hash=stored.hash.hex(),
    )
