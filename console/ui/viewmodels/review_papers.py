"""Comments, corrections, signatures and the list of who did what."""

from __future__ import annotations

from collections.abc import Sequence

from console.session.events import Commented, Corrected, Entry, Event, ReviewSigned
from console.session.signatures import fault_of
from console.ui.viewmodels.review_sentences import sentence
from console.ui.viewmodels.review_shapes import Amendment, AuditLine, Remark, Signature

AFTERWARDS = (Commented, Corrected, ReviewSigned)
"""Entries made about a session, which do not make it longer."""


def remarks_of(entries: Sequence[Entry], start_ns: int, end_ns: int) -> tuple[Remark, ...]:
    """Comments by the moment they speak of, kept within the session's picture.

    The moment is a time of the picture (the steady axis), which is the wall clock of the session's start.
    """
    found = [
        Remark(
            entry.seq,
            min(max(entry.event.at_wall_utc_ns, start_ns), end_ns),
            entry.at.mono_ns,
            entry.actor.name,
            entry.actor.role.value,
            entry.event.text,
        )
        for entry in entries
        if isinstance(entry.event, Commented)
    ]
    return tuple(sorted(found, key=lambda remark: (remark.t_ns, remark.seq)))


def amendments_of(entries: Sequence[Entry]) -> tuple[Amendment, ...]:
    """Corrections, each with the sentence it corrects."""
    originals: dict[int, Event] = {entry.seq: entry.event for entry in entries}
    corrected: dict[int, str] = {}
    found = []
    for entry in entries:
        if isinstance(entry.event, Corrected):
            change = entry.event
            original = originals.get(change.seq)
            told = "an entry outside this session" if original is None else sentence(original)[1]
            # What a second correction corrects is what the first one said.
            told = corrected.get(change.seq, told)
            corrected[change.seq] = change.text
            found.append(
                Amendment(
                    entry.seq,
                    change.seq,
                    told,
                    change.text,
                    change.reason,
                    entry.actor.name,
                    entry.at.mono_ns,
                )
            )
    return tuple(found)


def signatures_of(entries: Sequence[Entry]) -> tuple[Signature, ...]:
    """Signatures and how much was added after each."""
    places = {entry.hash: entry.seq for entry in entries if entry.hash}
    found = []
    for entry in entries:
        if not isinstance(entry.event, ReviewSigned):
            continue
        later = sum(
            1 for other in entries if other.seq > entry.seq and not isinstance(other.event, ReviewSigned)
        )
        found.append(
            Signature(
                entry.seq,
                entry.actor.name,
                entry.actor.role.value,
                entry.at.mono_ns,
                entry.event.meaning,
                entry.event.record_hash,
                places.get(entry.event.record_hash),
                later,
                entry.event.session_digest,
                fault_of(entries, entry, entry.event),
            )
        )
    return tuple(found)


def audit_of(entries: Sequence[Entry]) -> tuple[AuditLine, ...]:
    """Every entry as one line."""
    corrected = {entry.event.seq for entry in entries if isinstance(entry.event, Corrected)}
    lines = []
    for entry in entries:
        group, told = sentence(entry.event)
        lines.append(
            AuditLine(
                entry.seq,
                entry.at.mono_ns,
                entry.actor.name,
                entry.actor.role.value,
                group,
                told,
                entry.hash,
                entry.seq in corrected,
            )
        )
    return tuple(lines)


def filtered(lines: Sequence[AuditLine], groups: frozenset[str], text: str) -> tuple[AuditLine, ...]:
    """Lines of the chosen groups that hold every word typed."""
    words = text.casefold().split()
    return tuple(
        line
        for line in lines
        if line.group in groups
        and all(word in f"{line.who} {line.role} {line.sentence}".casefold() for word in words)
    )
