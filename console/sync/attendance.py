"""One person, two rooms: each workstation tells whom it treats, by a fingerprint, and hears of others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from typing import Final

from console.clock import Instant
from console.session.codec import EventUnreadable, decode
from console.session.events import SessionOpened
from console.sync.findings import Finding, Found, Tell
from console.sync.ports import Archive, Attendance, ChainedEvent, Elsewhere

RENEW_S: Final = 20.0
"""The archive takes a room for gone after 60 s without a word."""

_OPENED: Final = "session_opened"
_CLOSED: Final = "session_closed"


def subject_of(site_id: str, birth_date: str, mrn: str) -> bytes:
    """A fingerprint of a person within a clinic: the two identifiers, no name."""
    plain = "\0".join((site_id, birth_date.strip(), "".join(mrn.split()).upper()))
    return sha256(plain.encode()).digest()


def after(
    attending: tuple[Attendance, ...], events: Iterable[ChainedEvent], site_id: str
) -> tuple[Attendance, ...]:
    """Whom the archive is to hear of, once these events went out."""
    for event in events:
        if event.kind == _OPENED:
            opened = _opened(event, site_id)
            known = {one.session_id for one in attending}
            if opened is not None and opened.session_id not in known:
                attending = (*attending, opened)
        elif event.kind == _CLOSED:
            attending = tuple(
                replace(one, closed_ns=event.at.wall_utc_ns) if one.session_id == event.session_id else one
                for one in attending
            )
    return attending


def _opened(event: ChainedEvent, site_id: str) -> Attendance | None:
    try:
        opened = decode(event.kind, event.version, event.body)
    except EventUnreadable:
        return None
    if not isinstance(opened, SessionOpened) or opened.training:
        return None
    subject = subject_of(site_id, opened.patient.birth_date, opened.patient.mrn)
    return Attendance(subject, opened.session_id, event.at.wall_utc_ns)


def finding_of(own: Attendance, other: Elsewhere) -> Finding:
    """What to say about the other session."""
    kind = Found.ELSEWHERE
    if other.live and own.closed_ns is None:
        kind = Found.ELSEWHERE_NOW
        sentence = (
            f"{other.workstation_id} has a session with the same patient open now. "
            "Make sure who is treated where before anything is given."
        )
    else:
        sentence = (
            f"{other.workstation_id} recorded a session with the same patient at the same time. "
            "Both are kept: a physician looks at them and links them."
        )
    return Finding(kind, sentence, own.session_id)


class Attendant:
    """Tells the archive whom this room treats, every 20 s while it does."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._told_at: Instant | None = None
        self._heard_of: set[str] = set()

    def attend(
        self, archive: Archive, attending: tuple[Attendance, ...], now: Instant
    ) -> tuple[Attendance, ...]:
        """Tell what is due; returns what remains to be told."""
        ended = any(one.closed_ns is not None for one in attending)
        if not ended and self._told_at is not None and now.seconds_since(self._told_at) < RENEW_S:
            return attending
        for own in attending:
            for other in archive.attend(own):
                known = f"{own.session_id} {other.session_id} {other.live}"
                if known not in self._heard_of:
                    self._heard_of.add(known)
                    self._tell(finding_of(own, other))
        self._told_at = now
        return tuple(one for one in attending if one.closed_ns is None)
