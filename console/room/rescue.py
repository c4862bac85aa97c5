"""A damaged record at the start: set it aside, begin another stream, take along what proves itself.

Carried over are the people who may sign in, the patients' names, every sound line of a course of treatment,
and the session that was open, this only when every one of its events to the very end of the record holds: a
session with a hole in it, or one whose end is not known, would show what is not true.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from console.clock import Clock
from console.room.entries import draft_of, entry_of
from console.room.projections import patient_rows, session_row
from console.room.rescue_courses import KIND, marks
from console.session.apply import fold
from console.session.codec import EventUnreadable, encode
from console.session.events import Entry, GapRecorded, RecordSetAside, WavesSealed
from console.session.people import ROOM
from console.session.state import OPEN, State
from console.storage.aside import aside_path, begin_anew, clear_working, put_aside
from console.storage.chain import start_of_chain, uuid7
from console.storage.cipher import DRIVER_ERRORS
from console.storage.files import beside
from console.storage.lock import InstanceLock
from console.storage.record import Record
from console.storage.rows import Head, PatientRow, StoredEvent
from console.storage.salvage import Wreck
from console.storage.waves import WaveChunk

READING_S: Final = 4.0
"""So long the room waits for what can still be read; ten seconds is what a start may take."""

BEGINS: Final = "session_opened"
OVER: Final = frozenset({"session_closed", "session_aborted"})
NAMES: Final = frozenset({"patient_added", BEGINS})

_log = logging.getLogger(__name__)


class Saved(NamedTuple):
    """What a damaged record still gave."""

    stream_id: str = ""
    head: Head = start_of_chain()
    session: tuple[StoredEvent, ...] = ()
    session_lost: bool = True
    chunks: tuple[WaveChunk, ...] = ()
    accounts: tuple[tuple[object, ...], ...] = ()
    patients: tuple[PatientRow, ...] = ()
    courses: tuple[StoredEvent, ...] = ()


def begin_another_record(
    path: Path, why: str, clock: Clock, boot_id: str, site_id: str, workstation_id: str
) -> RecordSetAside:
    """Set the damaged record at ``path`` aside and put a new one there.

    Returns:
        What the new stream begins with.

    Raises:
        RecordInUse: another console has it open.
        RecordRefused: the new one cannot be made.
        DiskTrouble: the disk is full or fails; the damaged record stands where it was.
        OSError: the same.
    """
    with InstanceLock(path):
        now = clock.now()
        saved = read_wreck(path, clock)
        aside = aside_path(path, now.wall_utc_ns)
        why = " ".join(why.split()).removeprefix("*** in database main *** ").rstrip(".")
        began = RecordSetAside(
            file=aside.name,
            why=why,
            stream_id=saved.stream_id,
            seq=saved.head.seq,
            head_hash=saved.head.hash.hex() if saved.head.seq else "",
            session_id=(saved.session[0].session_id or "") if saved.session else "",
            session_lost=saved.session_lost,
            accounts=len(saved.accounts),
            patients=len(saved.patients),
            carried=_runs(_in_order(saved)),
        )
        first = draft_of(Entry(0, uuid7(now.wall_utc_ns), "", now, boot_id, ROOM, began))
        entries = tuple(entry_of(one) for one in saved.session)
        working = clear_working(path)
        with Record.open(working, clock, boot_id, site_id, workstation_id) as fresh:
            begin_anew(
                fresh, first, _in_order(saved), saved.chunks, saved.accounts, saved.patients,
                session_row(State(), fold(State(), entries)),
            )  # fmt: skip
            fresh.checkpoint()
        told = marks(saved.courses, aside.name, now, boot_id, lambda: uuid7(now.wall_utc_ns))
        # Opened anew: what was carried over went in beside the writer, which knows no head but the first.
        with Record.open(working, clock, boot_id, site_id, workstation_id) as fresh:
            fresh.append(told)
            fresh.checkpoint()
        beside(working, ".lock").unlink(missing_ok=True)
        put_aside(path, aside, working)
    _log.error("the record was damaged (%s): it was set aside as %s and a new one begun", why, aside.name)
    return began


def read_wreck(path: Path, clock: Clock) -> Saved:
    """What can still be read of it and holds, within :data:`READING_S`."""
    began = clock.now()

    def in_time() -> bool:
        return clock.now().seconds_since(began) < READING_S

    try:
        wreck = Wreck(path)
    except DRIVER_ERRORS:
        return Saved()
    with closing(wreck):
        session, lost = _open_session(wreck)
        session, chunks = _with_waves(wreck, session)
        names = tuple(_entries(tuple(wreck.sound_events(in_time, NAMES))))
        return Saved(
            wreck.stream_id(),
            wreck.head(in_time),
            session,
            lost,
            chunks,
            wreck.accounts(),
            tuple({row.patient_id: row for row in patient_rows(names)}.values()),
            tuple(wreck.sound_events(in_time, frozenset({KIND}))),
        )


def _in_order(saved: Saved) -> tuple[StoredEvent, ...]:
    """Everything that is carried over, as it stood."""
    return tuple(sorted((*saved.courses, *saved.session), key=lambda event: event.seq))


def _runs(events: tuple[StoredEvent, ...]) -> tuple[tuple[int, int], ...]:
    """Their places as runs of (first, how many)."""
    runs: list[tuple[int, int]] = []
    for event in events:
        if runs and event.seq == sum(runs[-1]):
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((event.seq, 1))
    return tuple(runs)


def _open_session(wreck: Wreck) -> tuple[tuple[StoredEvent, ...], bool]:
    """The events of the session that was open, and whether there may have been one that is lost."""
    tail = wreck.tail(OVER | {BEGINS})
    if not tail.whole:
        return (), True
    if not tail.events or tail.events[0].kind != BEGINS:
        return (), False
    session_id = tail.events[0].session_id
    events = tuple(event for event in tail.events if event.session_id == session_id)
    try:
        state = fold(State(), tuple(entry_of(event) for event in events))
    except EventUnreadable:
        return (), True
    return (events, False) if state.phase in OPEN else ((), False)


def _with_waves(
    wreck: Wreck, session: tuple[StoredEvent, ...]
) -> tuple[tuple[StoredEvent, ...], tuple[WaveChunk, ...]]:
    """The session with the waveforms its events vouch for; a seal whose chunks are damaged becomes a gap."""
    kept: list[StoredEvent] = []
    chunks: list[WaveChunk] = []
    for event in session:
        named = _addresses(event)
        found = [wreck.chunk(bytes.fromhex(address)) for address in named]
        sound = [chunk for chunk in found if chunk is not None]
        chunks += sound
        kept.append(event if len(sound) == len(named) else _gap(event))
    return tuple(kept), tuple(chunks)


def _addresses(event: StoredEvent) -> tuple[str, ...]:
    if event.kind != "waves_sealed":
        return ()
    sealed = entry_of(event).event
    if not isinstance(sealed, WavesSealed):
        return ()
    return tuple(address for addresses in sealed.chunks.values() for address in addresses)


def _gap(event: StoredEvent) -> StoredEvent:
    """In place of waveforms that cannot be read any more."""
    kind, version, body = encode(GapRecorded("waveforms", 10.0, "they were damaged in the record"))
    return msgspec.structs.replace(event, kind=kind, version=version, body=body)


def _entries(stored: Sequence[StoredEvent]) -> list[Entry]:
    entries = []
    for event in stored:
        with suppress(EventUnreadable):
            entries.append(entry_of(event))
    return entries
