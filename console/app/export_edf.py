"""What of a session's events becomes a mark in an EDF+ file: kinds, codes and figures, never a free text."""

from __future__ import annotations

from console.clock import NS_PER_S
from console.room.entries import entry_of
from console.session import events as ev
from console.storage.edf import EdfMark
from console.storage.queries import RecordReader, Span
from console.storage.rows import SessionIndexRow

LONGEST_NS = 24 * 3600 * NS_PER_S


def marks_of(reader: RecordReader, row: SessionIndexRow) -> tuple[int, int, tuple[EdfMark, ...]]:
    """Begin and end of a session on the steady axis of its samples, and its marks.

    Raises:
        EventUnreadable: an event was written by a newer version, or is damaged.
    """
    spans = {span.boot_id: span for span in reader.spans(row.session_id)}
    marks: list[EdfMark] = []
    last = row.opened_wall_ns
    for stored in reader.events(row.session_id):
        entry = entry_of(stored)
        at = _steady(spans.get(entry.boot_id), entry)
        last = max(last, min(at, row.opened_wall_ns + LONGEST_NS))
        text = mark_text(entry.event)
        if text:
            marks.append(EdfMark(at, text))
    begins = [span.wall_utc_ns for span in spans.values()]
    # The second in which the session was closed still has its figures.
    return min([row.opened_wall_ns, *begins]), last + 2 * NS_PER_S, tuple(marks)


def _steady(span: Span | None, entry: ev.Entry) -> int:
    return entry.at.wall_utc_ns if span is None else entry.at.mono_ns + span.offset_ns


def mark_text(event: ev.Event) -> str:
    """The mark of an event; empty for one that makes none."""
    match event:
        case ev.InfusionStarted(rate_ml_h=rate):
            return f"infusion started {rate} mL/h"
        case ev.InfusionPaused():
            return "infusion paused"
        case ev.InfusionResumed(rate_ml_h=rate):
            return f"infusion resumed {rate} mL/h"
        case ev.RateChanged(to_ml_h=rate):
            return f"rate {rate} mL/h"
        case ev.InfusionEnded(why=why, dose_mg=mg):
            given = "" if mg is None else f", {mg} mg"
            return f"infusion ended: {why.value}{given}"
        case ev.StopPressed():
            return "STOP pressed"
        case ev.CareNoted(care=care, grade=grade):
            return f"{care.value} grade {grade}" if grade else care.value
        case ev.ScoreRecorded(scale=scale, total=total):
            return f"{scale} {total}"
        case ev.PressureTaken(systolic=systolic, diastolic=diastolic):
            return f"NIBP {systolic:.0f}/{diastolic:.0f}"
        case ev.AlarmRaised(code=code, priority=priority):
            return f"{priority.value} alarm {code}"
        case ev.AlarmCleared():
            return "alarm gone"
        case ev.Discharged():
            return "discharged"
        case _:
            return ""
