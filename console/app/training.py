"""Lessons on the virtual patient: each in a folder of its own, never in the clinical record; debriefed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from console.app.folder import LESSON, RECORD, make_folder, resource
from console.app.troubles import NotPossible
from console.clock import Clock
from console.room.entries import entry_of
from console.session.debrief import Debrief, debrief
from console.session.lessons import Judged, Lesson, judged, load_lessons
from console.storage.queries import RecordReader

FOLDER: Final = "training"

Say = Callable[[str], None]


def lessons() -> tuple[Lesson, ...]:
    """The lessons there are.

    Raises:
        LibraryError: their file is damaged.
    """
    return load_lessons(resource("clinic", "lessons.toml"))


def lesson(lesson_id: str) -> Lesson:
    """One lesson.

    Raises:
        NotPossible: there is none of that name; the text lists them.
    """
    known = lessons()
    for one in known:
        if one.id == lesson_id:
            return one
    names = ", ".join(one.id for one in known)
    raise NotPossible(f"There is no lesson {lesson_id}: choose one of {names}.")


def list_lessons(say: Say) -> int:
    """Print the lessons."""
    for one in lessons():
        say(f"{one.id:13} {one.title}. {one.aim}")
    return 0


def lesson_folder(data: Path, chosen: Lesson, clock: Clock) -> Path:
    """A new folder for playing a lesson; what is recorded in it is marked as training.

    Raises:
        OSError: it cannot be made.
    """
    stamp = f"{clock.now().wall_utc:%Y%m%d-%H%M%S}"
    folder = data / FOLDER / f"{stamp}-{chosen.id}"
    make_folder(folder)
    (folder / LESSON).write_text(chosen.id + "\n", encoding="utf-8")
    return folder


def debrief_of(folder: Path) -> tuple[Lesson, Debrief, tuple[Judged, ...]]:
    """The debrief of the last session played in a lesson's folder.

    Raises:
        NotPossible: it is no folder of a lesson, or nothing was played in it.
        OSError: it cannot be read.
    """
    marker, record = folder / LESSON, folder / RECORD
    if not marker.exists() or not record.exists():
        raise NotPossible(f"{folder} is no folder of a lesson.")
    chosen = lesson(marker.read_text(encoding="utf-8").strip())
    with RecordReader(record) as reader:
        rows = reader.sessions(limit=1)
        if not rows:
            raise NotPossible("No session was begun in this lesson: there is nothing to look back on.")
        told = debrief([entry_of(stored) for stored in reader.events(rows[0].session_id)])
    return chosen, told, judged(chosen, told)


def print_debrief(folder: Path, say: Say) -> int:
    """Print the debrief; 0 when every goal was met.

    Raises:
        NotPossible: see :func:`debrief_of`.
        OSError: it cannot be read.
    """
    chosen, told, verdicts = debrief_of(folder)
    say(f"TRAINING. {chosen.title}: {chosen.aim}")
    for one in verdicts:
        say(_line(one))
    for stop in told.stops:
        confirmed = "not confirmed" if stop.confirmed_s is None else f"confirmed in {stop.confirmed_s:.1f} s"
        say(f"STOP by {stop.by}, {confirmed}.")
    for sentences in told.refused_orders:
        say(f"An order was stopped: {' '.join(sentences)}")
    say(f"{told.scores} scores, {told.checks_due} checks fell due, {len(told.deeds)} deeds.")
    say(chosen.teach)
    missed = [one for one in verdicts if False in (one.seen_in_time, one.answered_in_time)]
    return 1 if missed else 0


def _line(one: Judged) -> str:
    alarm = one.alarm
    seen = "not seen" if alarm.seen_s is None else f"seen after {alarm.seen_s:.0f} s by {alarm.seen_by}"
    did = "not answered" if alarm.answered_s is None else f"{alarm.answer} after {alarm.answered_s:.0f} s"
    text = f"{alarm.priority.value} alarm, {alarm.message}: {seen}, {did}."
    if one.goal is None:
        return text
    if False in (one.seen_in_time, one.answered_in_time):
        within = f"{one.goal.seen_within_s:.0f} s and {one.goal.answered_within_s:.0f} s"
        return f"{text} TOO LATE (aim {within}): {one.goal.say}"
    return f"{text} In time."
