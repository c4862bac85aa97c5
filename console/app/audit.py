"""Who did, changed, looked at and exported what: the record as a list that can be searched."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

from console.app.troubles import NotPossible
from console.clock import NS_PER_S
from console.room.entries import entry_of
from console.session import events as ev
from console.session.codec import EventUnreadable, kind_of
from console.storage.queries import RecordReader
from console.storage.rows import StoredEvent

Say = Callable[[str], None]


class What(StrEnum):
    """Kinds of entries people ask for."""

    ACCESS = "access"
    """Looked at, printed, exported, backed up."""
    PEOPLE = "people"
    """Who signed in and out, broke the glass, and who may."""
    CHANGES = "changes"
    """Corrections, comments, overrides."""
    SIGNATURES = "signatures"
    ORDERS = "orders"
    PUMP = "pump"
    ALARMS = "alarms"
    OTHER = "other"


_GROUPS: Final[dict[What, tuple[type, ...]]] = {
    What.ACCESS: (ev.AccessNoted,),
    What.PEOPLE: (
        ev.SignedIn, ev.SignedOut, ev.ConsoleLocked, ev.GlassBroken, ev.EmergencyExplained, ev.PersonChanged,
    ),
    What.CHANGES: (
        ev.Corrected, ev.Commented, ev.LimitsChanged, ev.LimitsSwitchedOff, ev.PauseProposalCancelled,
        ev.UnfitDeviceAccepted, ev.RecordSetAside, ev.CourseChanged, ev.PatientAdded,
    ),
    What.SIGNATURES: (ev.ReviewSigned, ev.DeviceTested),
    What.ORDERS: (
        ev.OrderWritten, ev.OrderRefused, ev.OrderVerified, ev.VerificationFailed, ev.OrderWithdrawn,
    ),
    What.PUMP: (
        ev.CommandRequested, ev.CommandResolved, ev.StopPressed, ev.InfusionStarted, ev.InfusionPaused,
        ev.InfusionResumed, ev.InfusionEnded, ev.RateChanged,
    ),
    What.ALARMS: (ev.AlarmRaised, ev.AlarmAcknowledged, ev.AlarmCleared, ev.AudioPaused, ev.AudioResumed),
}  # fmt: skip

# Taken down by the room ten times a minute: samples, not acts.
_SAMPLES: Final = frozenset({"numerics_sealed", "waves_sealed", "pump_changed"})


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the record; empty fields ask for everything.

    Attributes:
        patient: Patient's id or record number.
        user: User id or its beginning, or part of a name.
        since_ns: Not before this wall time.
        until_ns: Not after this wall time.
        what: One kind of entries.
    """

    patient: str = ""
    user: str = ""
    since_ns: int = 0
    until_ns: int = 2**63 - 1
    what: What | None = None


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One entry of the list.

    Attributes:
        seq: Its place in the record.
        wall_utc_ns: When.
        user_id: Who.
        name: As printed.
        authn: How sure that is.
        kind: What was done.
        session_id: In which session, empty for none.
        body: Everything that is stored of it.
    """

    seq: int
    wall_utc_ns: int
    user_id: str
    name: str
    authn: str
    kind: str
    session_id: str
    body: str

    @property
    def when(self) -> str:
        """ISO 8601, universal time."""
        return datetime.fromtimestamp(self.wall_utc_ns / NS_PER_S, UTC).isoformat(timespec="seconds")


def group_of(event: ev.Event) -> What:
    """The kind of entry it is."""
    return next((what for what, kinds in _GROUPS.items() if isinstance(event, kinds)), What.OTHER)


def ask_record(reader: RecordReader, question: Question) -> Iterator[AuditLine]:
    """The entries that answer the question, oldest first; what cannot be read is listed as that.

    Raises:
        NotPossible: there is no such patient.
    """
    about = _sessions_of(reader, question.patient) if question.patient else None
    for stored in reader.events():
        if stored.kind in _SAMPLES or not question.since_ns <= stored.at.wall_utc_ns <= question.until_ns:
            continue
        line = _line(stored, question, about)
        if line is not None:
            yield line


def _sessions_of(reader: RecordReader, patient: str) -> frozenset[str]:
    """Ids of the patient and of everything that is kept under that patient."""
    found = {row.patient_id for row in reader.patients(patient) if patient in {row.patient_id, row.mrn}}
    if reader.patient(patient) is not None:
        found.add(patient)
    if not found:
        raise NotPossible(f"There is no patient {patient} in this record: give the record number.")
    sessions = {row.session_id for one in found for row in reader.sessions_of(one, limit=100_000)}
    return frozenset(found | sessions | {f"course/{one}" for one in found})


def _line(stored: StoredEvent, question: Question, about: frozenset[str] | None) -> AuditLine | None:
    try:
        entry = entry_of(stored)
    except EventUnreadable:
        return AuditLine(
            stored.seq, stored.at.wall_utc_ns, "", "", "", f"{stored.kind} (cannot be read)", "", ""
        )
    event, actor = entry.event, entry.actor
    if question.what is not None and group_of(event) is not question.what:
        return None
    asked = question.user.casefold()
    theirs = actor.user_id.casefold().startswith(asked) or asked in actor.name.casefold()
    if not theirs:
        return None
    if about is not None and not about & _named(entry.session_id, event):
        return None
    return AuditLine(
        entry.seq, entry.at.wall_utc_ns, actor.user_id, actor.name, actor.authn.value, kind_of(event),
        entry.session_id, stored.body.decode(),
    )  # fmt: skip


def _named(session_id: str, event: ev.Event) -> set[str]:
    """Sessions and patients an entry is about."""
    match event:
        case ev.AccessNoted(session_id=looked_at, patient_id=patient_id):
            return {session_id, looked_at, patient_id} - {""}
        case ev.PatientAdded(patient=patient):
            return {patient.patient_id}
        case ev.CourseChanged(patient_id=patient_id):
            return {session_id, patient_id} - {""}
        case _:
            return {session_id} - {""}


def since_of(text: str, now_ns: int) -> int:
    """A time as people write it: ``2026-03-12``, ``2026-03-12T14:00`` or ``7d``, ``24h``; Unix nanoseconds.

    Raises:
        NotPossible: it is none of these.
    """
    number, unit = text[:-1], text[-1:]
    if number.isdigit() and len(number) <= 5 and unit in {"d", "h"}:
        span = timedelta(days=int(number)) if unit == "d" else timedelta(hours=int(number))
        return now_ns - round(span.total_seconds()) * NS_PER_S
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise NotPossible(f"{text} is no time: write 2026-03-12, 2026-03-12T14:00, 7d or 24h.") from error
    return round(at.astimezone().timestamp() * NS_PER_S)


def print_audit(record: Path, question: Question, as_json: bool, say: Say) -> int:
    """Print the answer, and what the chain is worth as one sentence.

    Raises:
        NotPossible: there is no such record or patient.
        RecordRefused: the record cannot be read.
    """
    from console.app.records import signed_heads, vouched_chunks
    from console.storage.verify import verify_record

    if not record.exists():
        raise NotPossible(f"There is no record at {record}.")
    proof = verify_record(record, vouched_chunks, signed=signed_heads)
    with RecordReader(record) as reader:
        count = 0
        for line in ask_record(reader, question):
            count += 1
            say(_as_json(line) if as_json else _as_text(line))
    if not as_json:
        say(f"{count} entries. {proof.sentence}")
    return 0 if proof.ok else 1


def _as_text(line: AuditLine) -> str:
    who = f"{line.name} ({line.user_id}, {line.authn})" if line.user_id else ""
    fields = {} if not line.body else json.loads(line.body)
    told = ", ".join(f"{name} {value}" for name, value in fields.items() if name != "type" and value != "")
    return f"{line.seq:>7}  {line.when}  {who:<40} {line.kind:<22} {line.session_id:<38} {told}".rstrip()


def _as_json(line: AuditLine) -> str:
    fields = {name: getattr(line, name) for name in AuditLine.__slots__ if name != "body"}
    body = msgspec.json.decode(line.body) if line.body else None
    return json.dumps({**fields, "when": line.when, "body": body})
