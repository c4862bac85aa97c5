"""The archive in the place of a record: what the review page reads, fetched when it asks for it.

Waveforms come by their content address, only those of the stretch that is looked at, and are kept.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import Any, Final, NamedTuple, TypeVar, cast

from sqlalchemy import Row, Select

from console.clinical.vitals import Wave
from console.clock import NS_PER_S
from console.room.entries import entry_of
from console.room.projections import session_row
from console.session.apply import apply
from console.session.codec import EventUnreadable, decode
from console.session.events import WavesSealed
from console.session.state import State
from console.storage.chain import first_break
from console.storage.event_rows import PAGE
from console.storage.queries import RecordReader, Span, WaveSource
from console.storage.rows import Head, SessionIndexRow, StoredEvent
from console.storage.traces import WaveTrace, trace_of
from console.storage.verify import VerifyReport
from console.storage.waves import MAX_CHUNK_S, ChunkDamaged, decode_chunk
from console.sync import board_reading as reading
from console.sync.board_line import Line
from console.sync.board_reading import ArchivedEvent, Part
from console.sync.ports import Rejected, Unreachable
from console.ui.viewmodels.review_fold import SessionUnknown

LISTED: Final = 100
CHUNKS_KEPT: Final = 600
_VERIFY_PAGE: Final = 5000


T = TypeVar("T")


class _Chunk(NamedTuple):
    bytes: bytes


class ArchiveReader(RecordReader):
    """Reads one site; lines are opened when they are needed and again after they broke."""

    def __init__(self, open_line: Callable[[], Line], site_id: str) -> None:
        """Opens nothing yet."""
        self._open_line = open_line
        self._site_id = site_id
        self._line: Line | None = None
        self._lock = threading.RLock()
        self._lineages: dict[str, tuple[Part, ...]] = {}
        self._looked_at = ""
        self._listed: dict[str, tuple[int, SessionIndexRow]] = {}
        self._kept: OrderedDict[bytes, bytes] = OrderedDict()
        self._sealed: dict[str, list[tuple[str, int, WavesSealed]]] = {}
        self._starts: dict[str, list[tuple[str, int, int]]] = {}
        self._finished: set[str] = set()

    def close(self) -> None:
        """Let go of the archive."""
        with self._lock:
            if self._line is not None:
                self._line.close()
                self._line = None

    def _rows(self, query: Select[Any]) -> list[Row[Any]]:
        """The archive keeps no other tables of a record: what is asked of them is not there."""
        del query
        return []

    def _ask(self, question: Callable[[Line], T]) -> T:
        with self._lock:
            if self._line is None or self._line.closed:
                self._line = self._open_line()
            return question(self._line)

    # --- events -----------------------------------------------------------------------------------

    def events(self, session_id: str | None = None, after_seq: int = 0) -> Iterator[StoredEvent]:
        """The events of one session in order.

        Raises:
            SessionUnknown: the archive is not reached.
        """
        try:
            parts = self._parts_of(session_id or "")
            while found := self._page(reading.after(parts, after_seq), session_id):
                yield from map(_stored, found)
                after_seq = found[-1].seq
        except (Unreachable, Rejected) as trouble:
            raise SessionUnknown(str(trouble)) from trouble

    def page(
        self, after_seq: int = 0, session_id: str | None = None, limit: int = PAGE
    ) -> tuple[StoredEvent, ...]:
        """The next events of the room whose session was looked at last."""
        parts = reading.after(self._lineages.get(self._looked_at, ()), after_seq)
        return tuple(map(_stored, self._page(parts, session_id, limit)))

    def of_kinds(
        self, kinds: Sequence[str], after_seq: int, up_to_seq: int, limit: int = PAGE
    ) -> tuple[StoredEvent, ...]:
        """Events of these kinds between two places of the room looked at last."""
        found = self.page(after_seq, None, max(0, min(up_to_seq - after_seq, _VERIFY_PAGE)))
        return tuple(one for one in found if one.kind in kinds and one.seq <= up_to_seq)[:limit]

    def _page(
        self, parts: Sequence[Part], session_id: str | None, limit: int = reading.PAGE
    ) -> tuple[ArchivedEvent, ...]:
        return self._ask(lambda line: reading.page(line, self._site_id, parts, session_id, limit))

    def _parts_of(self, session_id: str) -> tuple[Part, ...]:
        parts = self._lineages.get(session_id)
        if parts is None:
            stream = self._ask(lambda line: reading.stream_of(line, self._site_id, session_id))
            if stream is None:
                return ()
            parts = self._ask(lambda line: reading.lineage(line, self._site_id, stream))
            self._lineages[session_id] = parts
        if ":" not in session_id:
            # Courses of treatment are kept under keys of their own, beside the sessions.
            self._looked_at = session_id
        return parts

    # --- lists ------------------------------------------------------------------------------------

    def sessions(self, limit: int = LISTED, before_wall_ns: int | None = None) -> tuple[SessionIndexRow, ...]:
        """Sessions of the site as last listed, newest first; :meth:`relist` looks anew."""
        del before_wall_ns
        rows = [row for _seq, row in list(self._listed.values())]
        return tuple(sorted(rows, key=lambda row: row.opened_wall_ns, reverse=True)[:limit])

    def relist(self) -> None:
        """Look for new sessions, and for what is new in those listed.

        Raises:
            Unreachable: the archive is not reached.
            Rejected: this role may not read.
        """
        newest = self._ask(lambda line: reading.newest_sessions(line, self._site_id, LISTED))
        if not newest:
            return
        heads = self._ask(lambda line: reading.last_entries(line, self._site_id, newest))
        changed = [one for one in newest if self._listed.get(one, (-1,))[0] != heads.get(one)]
        for found in (changed[place : place + 10] for place in range(0, len(changed), 10)):
            outlines = self._ask(partial(_outline, self._site_id, found))
            for session_id, events in groupby(outlines, key=lambda one: one.session_id or ""):
                row = listed_row(events)
                if row is not None:
                    self._listed[session_id] = (heads[session_id], row)

    # --- samples ----------------------------------------------------------------------------------

    def spans(self, session_id: str) -> tuple[Span, ...]:
        """One span a boot, placed by the session's first event in it."""
        found: dict[str, Span] = {}
        for place, (boot, wall, mono) in enumerate(self._boots(session_id)):
            found.setdefault(boot, Span(place, boot, wall, mono))
        return tuple(found.values())

    def _boots(self, session_id: str) -> list[tuple[str, int, int]]:
        self._seals(session_id)
        return self._starts.get(session_id, [])

    def _seals(self, session_id: str) -> list[tuple[str, int, WavesSealed]]:
        """Each seal of waveforms with its boot and monotonic time; read again while the session goes on."""
        found: list[tuple[str, int, WavesSealed]] = []
        starts: dict[str, tuple[str, int, int]] = {}
        closed = False
        known = self._sealed.get(session_id)
        if known is not None and session_id in self._finished:
            return known
        for stored in self.events(session_id):
            starts.setdefault(stored.boot_id, (stored.boot_id, stored.at.wall_utc_ns, stored.at.mono_ns))
            closed = closed or stored.kind in ("session_closed", "session_aborted")
            if stored.kind == "waves_sealed":
                event = decode(stored.kind, stored.version, stored.body)
                if isinstance(event, WavesSealed):
                    found.append((stored.boot_id, stored.at.mono_ns, event))
        self._sealed[session_id] = found
        self._starts[session_id] = list(starts.values())
        if closed:
            self._finished.add(session_id)
        return found

    def wave_sources(self, session_id: str) -> tuple[WaveSource, ...]:
        """Which signals of which devices a session holds, by the first chunk of each."""
        first: dict[Wave, str] = {}
        for _boot, _mono, sealed in self._seals(session_id):
            for wave, addresses in sealed.chunks.items():
                if addresses:
                    first.setdefault(wave, addresses[0])
        held = self._fetch([bytes.fromhex(address) for address in first.values()])
        found = []
        for wave, address in first.items():
            data = held.get(bytes.fromhex(address))
            if data is not None:
                header, _samples = decode_chunk(data)
                found.append(WaveSource(wave, header.source, header.unit))
        return tuple(sorted(found, key=lambda one: (one.wave, one.source)))

    def wave_samples(self, session_id: str, wave: Wave, source: str, start_ns: int, end_ns: int) -> WaveTrace:
        """Every sample in the range, decoded; only the chunks of the range are fetched.

        Raises:
            ChunkDamaged: a chunk is not what it should be, or the archive is not reached.
        """
        offsets = {boot: wall - mono for boot, wall, mono in self._boots(session_id)}
        # A chunk is sealed soon after its last sample.
        late_ns = round((MAX_CHUNK_S + 15.0) * NS_PER_S)
        wanted = [
            (offsets[boot], bytes.fromhex(address))
            for boot, mono, sealed in self._seals(session_id)
            if start_ns <= offsets[boot] + mono <= end_ns + late_ns
            for address in sealed.chunks.get(wave, ())
        ]
        held = self._fetch([address for _offset, address in wanted])
        rows = []
        for offset, address in wanted:
            data = held.get(address)
            if data is None:
                # The waveforms follow the events; these have not arrived yet.
                continue
            header, _samples = decode_chunk(data)
            if header.source == source:
                rows.append((header.mono_ns + offset, (offset, cast(Any, _Chunk(data)))))
        return trace_of([row for _at, row in sorted(rows, key=lambda one: one[0])], start_ns, end_ns)

    def wave_data(self, address: str) -> bytes | None:
        """The bytes of a chunk by its address (hex)."""
        return self._fetch([bytes.fromhex(address)]).get(bytes.fromhex(address))

    def _fetch(self, addresses: Sequence[bytes]) -> dict[bytes, bytes]:
        missing = [one for one in dict.fromkeys(addresses) if one not in self._kept]
        try:
            for place in range(0, len(missing), 64):
                some = missing[place : place + 64]
                got = self._ask(partial(_fetched, self._site_id, some))
                for address, data in got.items():
                    if hashlib.sha256(data).digest() != address:
                        raise ChunkDamaged("A waveform chunk came from the archive changed: it is not shown.")
                    self._kept[address] = data
        except (Unreachable, Rejected) as trouble:
            raise ChunkDamaged(str(trouble)) from trouble
        found = {one: self._kept[one] for one in addresses if one in self._kept}
        while len(self._kept) > max(CHUNKS_KEPT, len(found)):
            self._kept.popitem(last=False)
        return found

    # --- proof ------------------------------------------------------------------------------------

    def verify(self, session_id: str) -> VerifyReport:
        """Check every link of the room's chain up to the session's last event, as the archive holds it."""
        try:
            parts = self._parts_of(session_id)
            last = max((one.seq for one in self.events(session_id)), default=0)
            head = Head(0, bytes(32))
            addresses: set[bytes] = set()
            while head.seq < last and (
                page := self._page(reading.after(parts, head.seq), None, min(_VERIFY_PAGE, last - head.seq))
            ):
                events = tuple(map(_stored, page))
                head, fault = first_break(events, head)
                if fault is not None:
                    return VerifyReport(
                        "archive", events=head.seq, broken_seq=fault.seq, broken_reason=fault.reason
                    )
                addresses |= {address for one in events for address in _addresses(one)}
            held = self._ask(lambda line: reading.chunks_held(line, self._site_id, list(addresses)))
        except (Unreachable, Rejected, SessionUnknown) as trouble:
            return VerifyReport("archive", refused=str(trouble))
        lacking = len(addresses) - held
        words = (f"{lacking} waveform chunks have not arrived in the archive yet.",) if lacking else ()
        return VerifyReport(
            "archive", events=head.seq, head_hash=head.hash.hex(), chunks=held, broken_chunks=words
        )


def _outline(site_id: str, sessions: Sequence[str], line: Line) -> tuple[ArchivedEvent, ...]:
    return reading.outline(line, site_id, sessions)


def _fetched(site_id: str, addresses: Sequence[bytes], line: Line) -> dict[bytes, bytes]:
    return reading.chunks(line, site_id, addresses)


def listed_row(events: Iterator[ArchivedEvent]) -> SessionIndexRow | None:
    """The line of the list a session would have in its own record; None when it cannot be read here."""
    before = State()
    row: SessionIndexRow | None = None
    for one in events:
        try:
            after = apply(before, entry_of(_stored(one)))
        except EventUnreadable:
            continue
        changed = session_row(before, after)
        row = changed[0] if changed else row
        before = after
    return row


def _addresses(stored: StoredEvent) -> tuple[bytes, ...]:
    if stored.kind != "waves_sealed":
        return ()
    event = decode(stored.kind, stored.version, stored.body)
    if not isinstance(event, WavesSealed):
        return ()
    return tuple(bytes.fromhex(one) for many in event.chunks.values() for one in many)


def _stored(one: ArchivedEvent) -> StoredEvent:
    return StoredEvent(
        one.seq, one.id, one.session_id, one.at, one.boot_id, one.actor, one.kind, one.version, one.body,
        one.prev, one.hash,
    )  # fmt: skip
