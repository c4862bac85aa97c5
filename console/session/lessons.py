"""Lessons on the virtual patient: what each is about, and how a debrief is judged against it."""

from __future__ import annotations

from dataclasses import dataclass

from console.clinical.toml_table import Table, parse_toml
from console.session.debrief import AlarmAnswer, Debrief


@dataclass(frozen=True, slots=True)
class Goal:
    """What a good answer to an alarm is.

    Attributes:
        codes: Alarm codes, or beginnings of them.
        seen_within_s: Seconds to be seen in.
        answered_within_s: Seconds to be answered in.
        say: The answer in words.
    """

    codes: tuple[str, ...]
    seen_within_s: float
    answered_within_s: float
    say: str

    def is_about(self, alarm: AlarmAnswer) -> bool:
        """Whether the goal speaks of this alarm."""
        return any(alarm.code.startswith(code) for code in self.codes)


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson.

    Attributes:
        id: Its name at the command line.
        scenario: What the virtual patient does.
        title: For people.
        aim: What is to be achieved.
        teach: What to remember.
        goals: What is judged.
    """

    id: str
    scenario: str
    title: str
    aim: str
    teach: str
    goals: tuple[Goal, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """An alarm of a lesson and whether the answer was good; None where no goal speaks of it."""

    alarm: AlarmAnswer
    goal: Goal | None
    seen_in_time: bool | None
    answered_in_time: bool | None


def load_lessons(text: str | bytes) -> tuple[Lesson, ...]:
    """Read the lessons.

    Raises:
        LibraryError: the file is unreadable or incomplete.
    """
    top = parse_toml(text, "lessons")
    lessons = tuple(_lesson(table) for table in top.tables("lesson", "id"))
    top.finish()
    return lessons


def _lesson(table: Table) -> Lesson:
    lesson = Lesson(
        table.text("id"),
        table.text("scenario"),
        table.text("title"),
        table.text("aim"),
        table.text("teach"),
        tuple(_goal(one) for one in table.tables("goal", "say")),
    )
    table.finish()
    return lesson


def _goal(table: Table) -> Goal:
    goal = Goal(
        table.texts("codes"),
        float(table.positive("seen_within_s")),
        float(table.positive("answered_within_s")),
        table.text("say"),
    )
    table.finish()
    return goal


def judged(lesson: Lesson, told: Debrief) -> tuple[Judged, ...]:
    """Each alarm with what the lesson says of it. One that went by itself needed no answer."""
    found = []
    for alarm in told.alarms:
        goal = next((one for one in lesson.goals if one.is_about(alarm)), None)
        if goal is None:
            found.append(Judged(alarm, None, None, None))
            continue
        seen = _within(alarm.seen_s, goal.seen_within_s, alarm.cleared_s)
        found.append(
            Judged(alarm, goal, seen, _within(alarm.answered_s, goal.answered_within_s, alarm.cleared_s))
        )
    return tuple(found)


def _within(seconds: float | None, limit: float, cleared_s: float | None) -> bool | None:
    if seconds is not None:
        return seconds <= limit
    return None if cleared_s is not None and cleared_s <= limit else False
