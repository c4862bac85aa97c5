"""Reading and writing that the review page does off the window's thread."""

from __future__ import annotations

from datetime import tzinfo
from pathlib import Path

from console.clock import Instant
from console.session.events import Entry, LinkChanged
from console.storage.queries import RecordReader
from console.ui.review.report import write_report
from console.ui.viewmodels.review_record import read_entries, read_timeline
from console.ui.viewmodels.review_shapes import Timeline


def first_look(line: Timeline) -> float:
    """Where the cursor stands first: at the highest pressure, which is what a reviewer asks about."""
    peak = max(line.pressures, key=lambda one: one.systolic, default=None)
    return line.seconds / 2 if peak is None else line.second_of(peak.t_ns)


def news(
    reader: RecordReader,
    session_id: str,
    entries: tuple[Entry, ...],
    links: tuple[LinkChanged, ...],
    head_seq: int,
    now: tuple[str, Instant] | None,
) -> tuple[tuple[Entry, ...], Timeline | None]:
    """Entries added since, and the timeline with them; None when there are none."""
    added = read_entries(reader, session_id, head_seq)
    if not added:
        return entries, None
    grown = (*entries, *added)
    return grown, read_timeline(reader, session_id, now, grown, links)


def written(path: Path, session_id: str, target: Path, zone: tzinfo | None) -> Path:
    """Write a report, making its folder first; returns where it is."""
    target.parent.mkdir(parents=True, exist_ok=True)
    write_report(path, session_id, target, zone)
    return target
