"""Reading a session out of the record, in short read-only queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final

from console.clock import Instant
from console.room.course_reading import read_course
from console.room.entries import entry_of
from console.room.projections import SessionSummary, read_summary
from console.session.codec import decode
from console.session.events import (
    Care,
    CareNoted,
    Entry,
    InfusionEnded,
    LinkChanged,
    Meaning,
    ReviewSigned,
    SessionOpened,
    WavesSealed,
)
from console.session.events import EndReason as Why
from console.session.state import Phase
from console.storage.queries import RecordReader
from console.storage.rows import SessionIndexRow, StoredEvent
from console.ui.viewmodels.review_fold import SessionUnknown, timeline_of
from console.ui.viewmodels.review_people import therapist_notes
from console.ui.viewmodels.review_shapes import Timeline

ADVERSE_CARE: Final = frozenset({Care.VOMITING, Care.BP_DRUG, Care.ANTIEMETIC, Care.OXYGEN})
SEVERE: Final = 3
NO_NUMBERS: Final[Mapping[str, int]] = MappingProxyType({})
_LOOK_BACK: Final = 2_000
_STARTS: Final = ("link_changed", "room_started")
AFTER_KINDS: Final = frozenset({"commented", "corrected", "review_signed"})


def read_entries(reader: RecordReader, session_id: str, after_seq: int = 0) -> tuple[Entry, ...]:
    """The entries of a session, oldest first.

    Raises:
        EventUnreadable: an entry was written by a newer version.
    """
    return tuple(map(entry_of, reader.events(session_id, after_seq)))


def links_before(reader: RecordReader, seq: int) -> tuple[LinkChanged, ...]:
    """What the devices had said of themselves before an entry, back to the room's last start."""
    found: list[LinkChanged] = []
    until = seq
    while until > 1:
        after = max(0, until - 1 - _LOOK_BACK)
        page = reader.page(after, limit=until - 1 - after)
        for stored in reversed(page):
            if stored.kind == "link_changed":
                event = decode(stored.kind, stored.version, stored.body)
                if isinstance(event, LinkChanged):
                    found.append(event)
            elif stored.kind == "room_started":
                return tuple(reversed(found))
        until = after + 1
    return tuple(reversed(found))


def read_timeline(
    reader: RecordReader,
    session_id: str,
    now: tuple[str, Instant] | None = None,
    entries: tuple[Entry, ...] | None = None,
    links: tuple[LinkChanged, ...] | None = None,
) -> Timeline:
    """The timeline of one session.

    Args:
        reader: The record.
        session_id: Which.
        now: Boot and instant of the reader, for a session that is still open.
        entries: Its entries where they were read before.
        links: The same for the devices.

    Raises:
        SessionUnknown: the record holds no such session.
        EventUnreadable: an entry was written by a newer version.
    """
    found = read_entries(reader, session_id) if entries is None else entries
    if not found:
        raise SessionUnknown(
            f"The record holds no session {session_id!r}. Choose one from the list of sessions."
        )
    if links is None:
        links = links_before(reader, found[0].seq)
    course = read_course(reader, patient_in(found))
    spans = {span.boot_id: span.offset_ns for span in reversed(reader.spans(session_id))}
    notes = partial(therapist_notes, course.lines, session_id)
    return timeline_of(session_id, found, spans, links, now, therapist=notes)


def patient_in(entries: Iterable[Entry]) -> str:
    """Id of the patient a session was opened for; that of nobody when it was not."""
    opened = (one.event for one in entries if isinstance(one.event, SessionOpened))
    return next((event.patient.patient_id for event in opened), "nobody")


def vouched(stored: StoredEvent) -> tuple[str, ...]:
    """Addresses of the waveform chunks an entry of the chain vouches for."""
    if stored.kind != "waves_sealed":
        return ()
    event = decode(stored.kind, stored.version, stored.body)
    return (
        tuple(one for many in event.chunks.values() for one in many) if isinstance(event, WavesSealed) else ()
    )


# --- the list of sessions -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Flags:
    """What the list says beside a session's name.

    Attributes:
        alarms: How many, those of high and medium priority.
        high: How many of high priority.
        early_stop: Delivery ended before it was complete.
        signed: A physician signed.
        authored: The nurse signed the session as the author.
        adverse: Adverse events noted at the bedside or in the course.
        last_seq: Last entry looked at.
    """

    alarms: int = 0
    high: int = 0
    early_stop: bool = False
    signed: bool = False
    gaps: int = 0
    authored: bool = False
    adverse: int = 0
    last_seq: int = 0


@dataclass(frozen=True, slots=True)
class ListedSession:
    """One line of the list.

    Attributes:
        number: Which session of this patient it is, trainings and aborted ones not counted; 0 = not counted.
    """

    session_id: str
    patient_id: str
    patient: str
    protocol: str
    opened_ns: int
    phase: Phase
    number: int
    training: bool
    aborted: bool
    summary: SessionSummary

    @property
    def open(self) -> bool:
        """It is still going on."""
        return self.phase not in {Phase.CLOSED, Phase.ABORTED}


def listed(
    rows: Iterable[SessionIndexRow], numbers: Mapping[str, int] = NO_NUMBERS
) -> tuple[ListedSession, ...]:
    """Rows of the list, newest first, numbered by patient.

    Args:
        rows: Of the list of sessions.
        numbers: Numbers worked out over the whole record; the rows alone count where it has none.
    """
    counted: dict[str, int] = {}
    found = []
    for row in sorted(rows, key=lambda one: one.opened_wall_ns):
        summary = read_summary(row.summary)
        counts = not row.training and not summary.aborted
        number = counted.get(row.patient_id, 0) + 1 if counts else 0
        if counts:
            counted[row.patient_id] = number
        found.append(
            ListedSession(
                row.session_id,
                row.patient_id,
                summary.patient,
                summary.protocol_id,
                row.opened_wall_ns,
                Phase(row.phase),
                numbers.get(row.session_id, number),
                row.training,
                bool(summary.aborted),
                summary,
            )
        )
    return tuple(reversed(found))


def read_flags(reader: RecordReader, session_id: str, before: Flags | None = None) -> Flags:
    """Flags of a session, from where they were last looked at."""
    flags = Flags() if before is None else before
    alarms, high, gaps = flags.alarms, flags.high, flags.gaps
    early, signed, last = flags.early_stop, flags.signed, flags.last_seq
    authored, adverse = flags.authored, flags.adverse
    for stored in reader.events(session_id, flags.last_seq):
        last = stored.seq
        match stored.kind:
            case "alarm_raised":
                alarms += b'"low"' not in stored.body
                high += b'"high"' in stored.body
            case "infusion_ended":
                event = decode(stored.kind, stored.version, stored.body)
                early = isinstance(event, InfusionEnded) and event.why is not Why.COMPLETE
            case "gap_recorded":
                gaps += 1
            case "review_signed":
                event = decode(stored.kind, stored.version, stored.body)
                by_author = isinstance(event, ReviewSigned) and event.meaning == Meaning.AUTHORED
                authored, signed = authored or by_author, signed or not by_author
            case "care_noted":
                event = decode(stored.kind, stored.version, stored.body)
                adverse += isinstance(event, CareNoted) and is_adverse(event)
            case _:
                pass
    return Flags(alarms, high, early, signed, gaps, authored, adverse, last)


def is_adverse(noted: CareNoted) -> bool:
    """Vomiting, anything severe, and whatever had to be treated; a wish to stop is no adverse event."""
    return noted.care in ADVERSE_CARE or noted.grade >= SEVERE
