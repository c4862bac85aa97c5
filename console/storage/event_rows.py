"""Reading events: one column order, one conversion, always in short pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Select, select

from console.clock import Instant
from console.storage.rows import StoredEvent
from console.storage.schema import event

PAGE = 1000

COLUMNS = (
    "seq",
    "id",
    "session_id",
    "wall_utc_ns",
    "mono_ns",
    "boot_id",
    "actor",
    "kind",
    "version",
    "body",
    "prev",
    "hash",
)
_TYPES: tuple[tuple[type, ...], ...] = (
    (int,),
    (str,),
    (str, type(None)),
    (int,),
    (int,),
    (str,),
    (str,),
    (str,),
    (int,),
    (bytes,),
    (bytes,),
    (bytes,),
)
_WHOLE = frozenset({tuple(types[0] for types in _TYPES), tuple(types[-1] for types in _TYPES)})


def event_of(row: Sequence[Any]) -> StoredEvent:
    """The event in a row of :data:`COLUMNS`.

    Raises:
        ValueError: a field is not of its type, which only damage to the file can bring about.
    """
    # One look at the whole row: this is done for every event that is read or sent.
    if tuple(map(type, row)) not in _WHOLE:
        for name, value, types in zip(COLUMNS, row, _TYPES, strict=True):
            if not isinstance(value, types):
                raise ValueError(f"{name} is of the wrong type")
    seq, id_, session_id, wall, mono, boot_id, actor, kind, version, body, prev, hash_ = row
    return StoredEvent(
        seq=seq,
        id=id_,
        session_id=session_id,
        at=Instant(wall, mono),
        boot_id=boot_id,
        actor=actor,
        kind=kind,
        version=version,
        body=body,
        prev=prev,
        hash=hash_,
    )


def _page(after_seq: int, session_id: str | None, limit: int) -> Select[Any]:
    query = select(*(event.c[name] for name in COLUMNS)).where(event.c.seq > after_seq)
    if session_id is not None:
        query = query.where(event.c.session_id == session_id)
    return query.order_by(event.c.seq).limit(limit)


def page_of_events(
    connection: Connection, after_seq: int, session_id: str | None = None, limit: int = PAGE
) -> tuple[StoredEvent, ...]:
    """The next events after ``after_seq``, at most ``limit``."""
    return tuple(event_of(row) for row in connection.execute(_page(after_seq, session_id, limit)))


def events_of_kinds(
    connection: Connection, kinds: Sequence[str], after_seq: int, up_to_seq: int, limit: int = PAGE
) -> tuple[StoredEvent, ...]:
    """The next events of these kinds between two places; the bodies of all others are not read."""
    query = (
        select(*(event.c[name] for name in COLUMNS))
        .where(event.c.seq > after_seq, event.c.seq <= up_to_seq, event.c.kind.in_(kinds))
        .order_by(event.c.seq)
        .limit(limit)
    )
    return tuple(event_of(row) for row in connection.execute(query))


def all_events(page: Callable[[int], tuple[StoredEvent, ...]], after_seq: int) -> Iterator[StoredEvent]:
    """Turn a source of pages into one run of events; nothing is held open between pages."""
    while found := page(after_seq):
        yield from found
        after_seq = found[-1].seq
