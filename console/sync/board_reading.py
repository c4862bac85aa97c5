"""What a board reads from the archive: rooms, what is new in them, sessions, chunks. Never writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from console.clock import Instant
from console.sync.board_line import Line, rows_of
from console.sync.board_status import LiveStatus, read_status

PAGE: Final = 2000
_NO_END: Final = (1 << 63) - 1
_LOOK_BACK: Final = 20_000
"""Entries before a session in which its devices and whoever signed in are looked for."""

_ROOM_KINDS: Final = (
    "room_started",
    "link_changed",
    "signed_in",
    "signed_out",
    "console_locked",
    "glass_broken",
)
_SAMPLES: Final = ("numerics_sealed", "waves_sealed")
_COLUMNS: Final = (
    "e.seq, e.id, e.session_id, e.wall_utc_ns, e.mono_ns, e.boot_id, e.actor, e.kind, e.version, e.body,"
    " e.prev, e.hash"
)
_PARTS: Final = (
    "FROM unnest(%(streams)s::uuid[], %(low)s::bigint[], %(high)s::bigint[]) AS u(stream, low, high)"
    " JOIN archive.event e ON e.site_id = %(site)s AND e.stream_id = u.stream AND e.seq > u.low"
    " AND e.seq <= u.high "
)


class ArchivedEvent(msgspec.Struct, frozen=True):
    """An event as the archive holds it; the same fields as in the record."""

    seq: int
    id: str
    session_id: str | None
    at: Instant
    boot_id: str
    actor: str
    kind: str
    version: int
    body: bytes
    prev: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a stream: events after ``low`` up to ``high``."""

    stream_id: str
    low: int
    high: int = _NO_END


@dataclass(frozen=True, slots=True)
class RoomRow:
    """A room as the archive knows it now.

    Attributes:
        workstation_id: Its computer.
        stream_id: The stream it adds to.
        head_seq: Last event of it that is here.
        quiet_s: Seconds since the room was last heard, by the archive's own clock.
        status: The latest figures it told, None when it told none.
        status_age_s: Seconds since then.
    """

    workstation_id: str
    stream_id: str
    head_seq: int
    quiet_s: float
    status: LiveStatus | None = None
    status_age_s: float = 0.0


def rooms(line: Line, site_id: str) -> tuple[RoomRow, ...]:
    """Every room that ever spoke, each with its newest stream.

    Raises:
        Unreachable: the archive is not reached.
        Rejected: this role may not read.
    """
    found = rows_of(
        line,
        "SELECT DISTINCT ON (s.workstation_id) s.workstation_id, s.stream_id::text, s.head_seq,"
        " extract(epoch FROM clock_timestamp() - greatest(s.seen, l.seen))::float8, l.status,"
        " extract(epoch FROM clock_timestamp() - l.seen)::float8"
        " FROM archive.stream s LEFT JOIN archive.live l"
        " ON l.site_id = s.site_id AND l.workstation_id = s.workstation_id"
        " WHERE s.site_id = %(site)s ORDER BY s.workstation_id, s.seen DESC",
        {"site": site_id},
    )
    return tuple(
        RoomRow(place, stream, head, max(0.0, quiet), read_status(status), max(0.0, age or 0.0))
        for place, stream, head, quiet, status, age in found
    )


def lineage(line: Line, site_id: str, stream_id: str) -> tuple[Part, ...]:
    """A stream and those it goes on from, oldest first; the last has no end."""
    found = rows_of(
        line,
        "WITH RECURSIVE line AS ("
        " SELECT 1 AS depth, stream_id, base_seq, prev_stream, %(end)s::bigint AS high FROM archive.stream"
        "  WHERE site_id = %(site)s AND stream_id = %(stream)s::uuid"
        " UNION ALL SELECT l.depth + 1, p.stream_id, p.base_seq, p.prev_stream, l.base_seq"
        "  FROM archive.stream p JOIN line l ON p.stream_id = l.prev_stream"
        "  WHERE p.site_id = %(site)s AND l.depth < 100)"
        " SELECT stream_id::text, base_seq, high FROM line ORDER BY depth DESC",
        {"site": site_id, "stream": stream_id, "end": _NO_END},
    )
    return tuple(Part(stream, low, high) for stream, low, high in found)


def after(parts: Iterable[Part], seq: int) -> tuple[Part, ...]:
    """What of the parts comes after a place."""
    return tuple(
        Part(part.stream_id, max(part.low, seq), part.high)
        for part in parts
        if part.high > max(part.low, seq)
    )


def page(
    line: Line, site_id: str, parts: Sequence[Part], session_id: str | None = None, limit: int = PAGE
) -> tuple[ArchivedEvent, ...]:
    """The next events of the parts in order, of one session or all."""
    if not parts:
        return ()
    chosen = "" if session_id is None else "WHERE e.session_id = %(session)s "
    return _events(
        line,
        f"SELECT {_COLUMNS} {_PARTS}{chosen}ORDER BY e.seq LIMIT %(limit)s",
        {**_named(site_id, parts), "session": session_id, "limit": limit},
    )


def several(
    line: Line, site_id: str, parts: Sequence[Part], limit: int = PAGE
) -> tuple[tuple[str, ArchivedEvent], ...]:
    """The next events of several streams at once, each with its stream; waveforms' addresses are left out."""
    if not parts:
        return ()
    found = rows_of(
        line,
        f"SELECT u.stream::text, {_COLUMNS} {_PARTS}WHERE e.kind <> 'waves_sealed'"
        " ORDER BY e.stream_id, e.seq LIMIT %(limit)s",
        {**_named(site_id, parts), "limit": limit},
    )
    return tuple((row[0], _event(row[1:])) for row in found)


def beginning(line: Line, site_id: str, parts: Sequence[Part]) -> tuple[ArchivedEvent, ...]:
    """What a board folds first: the last session, and before it who had signed in and what was plugged in."""
    named = _named(site_id, parts)
    opened = rows_of(
        line,
        f"SELECT e.seq, e.session_id {_PARTS}WHERE e.kind = 'session_opened'"
        " ORDER BY e.wall_utc_ns DESC LIMIT 1",
        named,
    )
    first, session_id = opened[0] if opened else (_NO_END, None)
    if not opened:
        head = rows_of(line, f"SELECT coalesce(max(e.seq), 0) {_PARTS}", named)
        first = head[0][0] + 1
    return _events(
        line,
        f"SELECT {_COLUMNS} {_PARTS}WHERE (e.session_id = %(session)s AND e.kind <> 'waves_sealed')"
        " OR (e.seq >= %(first)s AND e.session_id IS NULL)"
        " OR (e.seq >= %(early)s AND e.session_id IS NULL AND e.kind = ANY(%(kinds)s)) ORDER BY e.seq",
        {
            **named,
            "session": session_id,
            "first": first,
            "early": first - _LOOK_BACK,
            "kinds": list(_ROOM_KINDS),
        },
    )


def newest_sessions(line: Line, site_id: str, limit: int) -> tuple[str, ...]:
    """Sessions of the site, the one opened last first."""
    found = rows_of(
        line,
        "SELECT session_id, max(wall_utc_ns) AS opened FROM ("
        "SELECT session_id, wall_utc_ns FROM archive.event WHERE site_id = %(site)s"
        " AND kind = 'session_opened' ORDER BY wall_utc_ns DESC LIMIT %(limit)s) AS newest"
        " GROUP BY session_id ORDER BY opened DESC",
        {"site": site_id, "limit": limit},
    )
    return tuple(row[0] for row in found)


def last_entries(line: Line, site_id: str, sessions: Sequence[str]) -> dict[str, int]:
    """The last event of each of the sessions; comments may come long after its end."""
    found = rows_of(
        line,
        "SELECT e.session_id, max(e.seq) FROM archive.event e"
        " WHERE e.site_id = %(site)s AND e.session_id = ANY(%(sessions)s) GROUP BY e.session_id",
        {"site": site_id, "sessions": list(sessions)},
    )
    return dict(found)


def outline(line: Line, site_id: str, sessions: Sequence[str]) -> tuple[ArchivedEvent, ...]:
    """The events of sessions without their samples: enough for the list of sessions."""
    if not sessions:
        return ()
    return _events(
        line,
        f"SELECT {_COLUMNS} FROM archive.event e WHERE e.site_id = %(site)s"
        " AND e.session_id = ANY(%(sessions)s) AND e.kind <> ALL(%(samples)s) ORDER BY e.session_id, e.seq",
        {"site": site_id, "sessions": list(sessions), "samples": list(_SAMPLES)},
    )


def stream_of(line: Line, site_id: str, session_id: str) -> str | None:
    """The stream with the newest event of a session; None when the archive does not know the session."""
    found = rows_of(
        line,
        "SELECT e.stream_id::text FROM archive.event e WHERE e.site_id = %(site)s"
        " AND e.session_id = %(session)s ORDER BY e.seq DESC LIMIT 1",
        {"site": site_id, "session": session_id},
    )
    return found[0][0] if found else None


def chunks(line: Line, site_id: str, addresses: Sequence[bytes]) -> dict[bytes, bytes]:
    """The bytes of waveform chunks that are here, by address."""
    if not addresses:
        return {}
    found = rows_of(
        line,
        "SELECT sha256, data FROM archive.chunk WHERE site_id = %(site)s AND sha256 = ANY(%(wanted)s)",
        {"site": site_id, "wanted": list(addresses)},
    )
    return {bytes(address): bytes(data) for address, data in found}


def chunks_held(line: Line, site_id: str, addresses: Sequence[bytes]) -> int:
    """How many of the chunks are here; the archive worked out their addresses itself."""
    found = rows_of(
        line,
        "SELECT count(*) FROM archive.chunk WHERE site_id = %(site)s AND sha256 = ANY(%(wanted)s)",
        {"site": site_id, "wanted": list(addresses)},
    )
    return int(found[0][0])


def _named(site_id: str, parts: Sequence[Part]) -> dict[str, object]:
    return {
        "site": site_id,
        "streams": [part.stream_id for part in parts],
        "low": [part.low for part in parts],
        "high": [part.high for part in parts],
    }


def _events(line: Line, statement: str, values: dict[str, object]) -> tuple[ArchivedEvent, ...]:
    return tuple(map(_event, rows_of(line, statement, values)))


def _event(row: tuple[Any, ...]) -> ArchivedEvent:
    seq, uuid, session_id, wall, mono, boot, actor, kind, version, body, prev, digest = row
    return ArchivedEvent(
        seq, uuid, session_id, Instant(wall, mono), boot, actor, kind, version, bytes(body), bytes(prev),
        bytes(digest),
    )  # fmt: skip
