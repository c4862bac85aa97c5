"""Reads the clinic's books from their files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from console.clinical.toml_table import LibraryError, Table, parse_toml
from console.course.books import (
    Books,
    Consent,
    Effect,
    FollowUpTask,
    Indication,
    IntervalCheck,
    Leaflet,
    MedicineGroup,
    Nature,
    ScreeningItem,
    Stop,
    Topic,
)
from console.course.instrument_file import load_instrument


def load_books(text: str | bytes, instruments: Mapping[str, bytes]) -> Books:
    """Read the clinic's books and its questionnaires.

    Args:
        text: The file of the books.
        instruments: Questionnaire files by name, a clinic's own after the shipped ones: the later of the
            same id holds.

    Raises:
        LibraryError: a file is unreadable, incomplete or contradicts itself.
    """
    top = parse_toml(text, "clinic's books")
    books = Books(
        version=top.whole("version"),
        signed_by=top.text("signed_by", may_be_empty=True),
        indications=tuple(_indication(one) for one in top.tables("indication", "code")),
        screening=tuple(_screening(one) for one in top.tables("screening", "id")),
        tests=_topics(top, "test"),
        medicines=tuple(_group(one) for one in top.tables("medicine_group", "id")),
        effects=tuple(_effect(one) for one in top.tables("effect", "code")),
        comfort=_topics(top, "comfort"),
        follow_up=tuple(_task(one) for one in top.tables("follow_up", "id")),
        checks=tuple(_check(one) for one in top.tables("check", "id")),
        consent=_consent(top.table("consent")),
        after_care=_leaflet(top.table("after_care")),
        education=_leaflet(top.table("education")),
    )
    top.finish()
    loaded = [load_instrument(data, name) for name, data in instruments.items()]
    books = replace(books, instruments={one.id: one for one in loaded})
    _refuse_contradictions(books)
    return books


def _indication(table: Table) -> Indication:
    found = Indication(
        table.text("code"),
        table.text("group"),
        table.text("title"),
        table.text("evidence"),
        table.texts("protocols"),
        table.texts("outcomes"),
    )
    table.finish()
    return found


def _screening(table: Table) -> ScreeningItem:
    stop = table.text("stop")
    if stop not in tuple(Stop):
        raise table.problem("stop", f'must be "hard", "physician" or "caution", not "{stop}".')
    asked = table.flag("if_pregnancy_possible") if table.has("if_pregnancy_possible") else False
    found = ScreeningItem(table.text("id"), table.text("finding"), Stop(stop), table.text("why"), asked)
    table.finish()
    return found


def _topics(table: Table, key: str) -> tuple[Topic, ...]:
    found = []
    for one in table.tables(key, "id"):
        found.append(Topic(one.text("id"), one.text("text")))
        one.finish()
    return tuple(found)


def _group(table: Table) -> MedicineGroup:
    found = MedicineGroup(
        table.text("id"),
        table.text("title"),
        tuple(word.casefold() for word in table.texts("words")),
        table.text("advice"),
        table.text("why"),
    )
    table.finish()
    return found


def _effect(table: Table) -> Effect:
    nature = table.text("nature")
    if nature not in tuple(Nature):
        raise table.problem("nature", f'must be "expected", "adverse" or "either", not "{nature}".')
    note = table.text("note") if table.has("note") else ""
    found = Effect(table.text("code"), table.text("title"), Nature(nature), note)
    table.finish()
    return found


def _task(table: Table) -> FollowUpTask:
    instruments = table.texts("instruments") if table.has("instruments") else ()
    found = FollowUpTask(
        table.text("id"), table.text("title"), table.whole("after_h"), table.whole("late_h"), instruments
    )
    table.finish()
    return found


def _check(table: Table) -> IntervalCheck:
    found = IntervalCheck(
        table.text("id"),
        table.text("title"),
        table.whole("every_days"),
        table.whole("every_sessions") if table.has("every_sessions") else None,
        table.text("advice"),
        table.text("why"),
    )
    table.finish()
    return found


def _consent(table: Table) -> Consent:
    found = Consent(table.text("version"), table.whole("valid_days"), _topics(table, "topic"))
    table.finish()
    return found


def _leaflet(table: Table) -> Leaflet:
    found = Leaflet(table.whole("version"), table.text("title"), table.texts("paragraphs"))
    table.finish()
    return found


def _refuse_contradictions(books: Books) -> None:
    lists = {
        "indication": [one.code for one in books.indications],
        "screening": [one.id for one in books.screening],
        "effect": [one.code for one in books.effects],
        "follow_up": [one.id for one in books.follow_up],
        "check": [one.id for one in books.checks],
    }
    for what, ids in lists.items():
        for one in ids:
            if ids.count(one) > 1:
                raise LibraryError(f"The clinic's books give the {what} {one} twice. Remove one of them.")
    asked = {name for one in books.indications for name in one.outcomes}
    asked |= {name for task in books.follow_up for name in task.instruments}
    for name in sorted(asked - set(books.instruments)):
        raise LibraryError(
            f"The clinic's books name the questionnaire {name}, which there is not. Add its file."
        )
