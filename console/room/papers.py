"""Signatures and corrections, held against the record before the machine decides them.

The machine knows the session of the moment; what is signed or corrected lies in the record. Belongs to the
conductor's thread; the file is read on a connection that cannot write.
"""

from __future__ import annotations

import logging
from pathlib import Path

from msgspec.structs import replace
from sqlalchemy.exc import SQLAlchemyError

from console.room.entries import entry_of
from console.session.codec import EventUnreadable
from console.session.events import Entry
from console.session.intents import Correct, SignReview
from console.session.people import Actor
from console.session.signatures import (
    covered,
    fault_of,
    objection_to_correcting,
    objection_to_signing,
    signatures_in,
    words_of,
)
from console.storage.queries import RecordReader
from console.storage.trouble import DiskTrouble, RecordRefused

CANNOT_READ = "This session cannot be read from the record: call the technician."

_log = logging.getLogger(__name__)


class Papers:
    """The record as whoever signs sees it."""

    def __init__(self, record: Path) -> None:
        self._record = record

    def completed(self, intent: SignReview | Correct, actor: Actor) -> SignReview | Correct | str:
        """The intent with what only the record knows, or why it is refused."""
        try:
            with RecordReader(self._record) as reader:
                entries = tuple(entry_of(one) for one in reader.events(intent.session_id))
                if isinstance(intent, Correct):
                    return _corrected(intent, entries, actor)
                return _signed(intent, entries, actor, reader.seq_of(intent.record_hash))
        except (SQLAlchemyError, RecordRefused, DiskTrouble, EventUnreadable, ValueError) as error:
            _log.error("a session cannot be read for signing: %s", type(error).__name__)
            return CANNOT_READ


def _corrected(intent: Correct, entries: tuple[Entry, ...], actor: Actor) -> Correct | str:
    why_not = objection_to_correcting(entries, actor, intent.seq)
    return why_not or replace(intent, old=words_of(entries, intent.seq))


def _signed(
    intent: SignReview, entries: tuple[Entry, ...], actor: Actor, seen_seq: int | None
) -> SignReview | str:
    knows = bool(entries) and seen_seq is not None and seen_seq >= entries[-1].seq
    why_not = objection_to_signing(entries, actor, intent.meaning, intent.record_hash, knows)
    faults = (fault_of(entries, at, signature) for at, signature in signatures_in(entries))
    why_not = why_not or next((fault for fault in faults if fault), "")
    if why_not:
        return why_not
    under = covered(entries)
    return replace(intent, record_hash=entries[-1].hash, covers_seq=under.seq, session_digest=under.digest)
