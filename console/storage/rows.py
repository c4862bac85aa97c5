"""The values that go into the record and come out of it: plain, frozen, checked on the way in."""

from __future__ import annotations

import math
from dataclasses import dataclass

import msgspec

from console.clinical.vitals import Quality, Vital, VitalReading
from console.clock import Instant
from console.storage.waves import WaveChunk

ZERO_HASH = bytes(32)
_INT64 = 1 << 63


def _storable(name: str, text: str, empty: bool = False) -> None:
    if not text and not empty:
        raise ValueError(f"{name} is empty")
    if "\0" in text:
        raise ValueError(f"{name} holds a NUL character")
    text.encode("utf-8")


class EventDraft(msgspec.Struct, frozen=True):
    """An event that is to be stored.

    Attributes:
        id: UUIDv7 given when it was decided; storing the same id again after a disk error is harmless.
        kind: Its kind.
        version: Version of the kind's encoding, 1 and up.
        body: Its encoding, opaque here.
        at: When it was decided.
        actor: Who, in the encoding of the caller.
        session_id: Session it belongs to, None for events of the room.

    Raises:
        ValueError: a text is empty, holds a NUL or no valid Unicode, or a number does not fit.
    """

    id: str
    kind: str
    version: int
    body: bytes
    at: Instant
    actor: str
    session_id: str | None = None

    def __post_init__(self) -> None:
        for name, text in (("id", self.id), ("kind", self.kind)):
            _storable(name, text)
        _storable("actor", self.actor, empty=True)
        if self.session_id is not None:
            _storable("session_id", self.session_id)
        if not 0 < self.version < 1 << 31:
            raise ValueError(f"version {self.version} is not between 1 and 2147483647")
        if not (-_INT64 <= self.at.wall_utc_ns < _INT64 and -_INT64 <= self.at.mono_ns < _INT64):
            raise ValueError("the instant does not fit 64 bits")


class StoredEvent(msgspec.Struct, frozen=True):
    """An event as it stands in the record.

    Attributes:
        seq: Its place, 1 for the first, without gaps.
        id: UUIDv7.
        session_id: Session, None for events of the room.
        at: When it was decided.
        boot_id: Boot the monotonic time belongs to.
        actor: Who.
        kind: Kind.
        version: Version of the encoding.
        body: The encoding.
        prev: Hash of the event before.
        hash: Hash of this one (:mod:`console.storage.chain`).
    """

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


class Head(msgspec.Struct, frozen=True):
    """The last event's place and hash; seq 0 and 32 zero bytes when there is none."""

    seq: int
    hash: bytes


class NumericRow(msgspec.Struct, frozen=True):
    """One numeric value of one second.

    Attributes:
        session_id: Session.
        at: When it arrived.
        vital: Which parameter.
        value: Figure in the parameter's unit, None when it is not known.
        quality: Why it may be used, or why there is none.
        source: Device binding that spoke.
        measured_mono_ns: When it was measured, for values measured now and then; None = at ``at``.
        device_time_s: The device's own clock, Unix seconds.

    Raises:
        ValueError: the value is no finite number, or the source or session is empty.
    """

    session_id: str
    at: Instant
    vital: Vital
    value: float | None
    quality: Quality
    source: str
    measured_mono_ns: int | None = None
    device_time_s: float | None = None

    def __post_init__(self) -> None:
        _storable("session_id", self.session_id)
        _storable("source", self.source)
        if self.value is not None and not math.isfinite(self.value):
            # SQLite would store NaN as NULL without a word.
            raise ValueError(f"{self.vital} is {self.value}; a value that is not known is None")


def numeric_row(session_id: str, reading: VitalReading) -> NumericRow:
    """A reading as a row of this session."""
    measured = None if reading.measured_at == reading.at else reading.measured_at.mono_ns
    return NumericRow(
        session_id=session_id,
        at=reading.at,
        vital=reading.vital,
        value=reading.value,
        quality=reading.quality,
        source=reading.source,
        measured_mono_ns=measured,
        device_time_s=reading.device_time_s,
    )


class SessionIndexRow(msgspec.Struct, frozen=True):
    """What the list of sessions shows; a projection of the events, written beside them.

    Attributes:
        session_id: Session.
        patient_id: Patient.
        opened_wall_ns: When it was opened.
        phase: Phase now, or the one it ended in.
        closed_wall_ns: When it was closed, None while it is open.
        training: Kept out of clinical statistics.
        summary: Whatever else the list shows, in the encoding of the caller.
    """

    session_id: str
    patient_id: str
    opened_wall_ns: int
    phase: str
    closed_wall_ns: int | None = None
    training: bool = False
    summary: bytes = b""


class PatientRow(msgspec.Struct, frozen=True):
    """A patient as last known; a projection of the events.

    Attributes:
        patient_id: UUID given by this console.
        family_name: As on the identity document.
        given_name: As on the identity document.
        birth_date: ISO 8601 date.
        mrn: The clinic's record number.
        sex: Administrative sex (FHIR code).
    """

    patient_id: str
    family_name: str
    given_name: str
    birth_date: str
    mrn: str
    sex: str = "unknown"


@dataclass(frozen=True, slots=True)
class Batch:
    """What is stored together: all of it, or nothing."""

    events: tuple[EventDraft, ...] = ()
    numerics: tuple[NumericRow, ...] = ()
    waves: tuple[WaveChunk, ...] = ()
    sessions: tuple[SessionIndexRow, ...] = ()
    patients: tuple[PatientRow, ...] = ()


class StreamIdentity(msgspec.Struct, frozen=True):
    """Which stream of events this file is.

    Attributes:
        stream_id: UUIDv7, new for each file and after a fork.
        site_id: Clinic.
        workstation_id: Computer.
        created_wall_ns: When the file was created.
    """

    stream_id: str
    site_id: str
    workstation_id: str
    created_wall_ns: int
