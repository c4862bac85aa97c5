"""Reads a questionnaire from its file and refuses one that contradicts itself."""

from __future__ import annotations

from console.clinical.toml_table import Table, parse_toml
from console.course.instruments import (
    TOTAL,
    Alert,
    Change,
    Instrument,
    Match,
    Option,
    Question,
    Rule,
    ScoreBand,
)


def load_instrument(text: str | bytes, name: str = "questionnaire") -> Instrument:
    """Read one questionnaire.

    Args:
        text: The file.
        name: Its name, for errors.

    Raises:
        LibraryError: it is unreadable, incomplete or contradicts itself; the message names the key.
    """
    top = parse_toml(text, name)
    options = _options(top, "option")
    items = tuple(_item(table, options) for table in _tables(top, "item", "id"))
    rule_text = top.text("rule") if top.has("rule") else Rule.SUM.value
    if rule_text not in tuple(Rule):
        raise top.problem("rule", f'must be "sum" or "first_match", not "{rule_text}".')
    rule = Rule(rule_text)
    low, high = _range(top, items, rule)
    instrument = Instrument(
        id=top.text("id"),
        version=top.whole("version"),
        title=top.text("title"),
        short=top.text("short"),
        intro=top.text("intro", may_be_empty=True) if top.has("intro") else "",
        items=items,
        lowest=low,
        highest=high,
        bands=tuple(_band(table, rule) for table in _tables(top, "band", "id")),
        rule=rule,
        matches=tuple(_match(table) for table in _tables(top, "match", "band")),
        alerts=tuple(_alert(table) for table in _tables(top, "alert", "id")),
        change=_change(top),
        by_patient=top.flag("by_patient"),
        attribution=top.text("attribution"),
        licence=top.text("licence"),
        source=top.text("source"),
    )
    top.finish()
    _refuse_contradictions(top, instrument)
    return instrument


def _tables(top: Table, key: str, named_by: str) -> tuple[Table, ...]:
    return tuple(top.tables(key, named_by)) if top.has(key) else ()


def _options(table: Table, key: str) -> tuple[Option, ...]:
    found = []
    for option in _tables(table, key, "label"):
        found.append(Option(_count(option, "value"), option.text("label")))
        option.finish()
    return tuple(found)


def _count(table: Table, key: str) -> int:
    number = table.number(key)
    if number != int(number):
        raise table.problem(key, f"must be a whole number, not {number}. Correct it.")
    return int(number)


def _item(table: Table, shared: tuple[Option, ...]) -> Question:
    own = _options(table, "option")
    question = Question(table.text("id"), table.text("text"), own or shared)
    if not question.options:
        raise table.problem("option", "is missing: neither the item nor the file lists its answers.")
    table.finish()
    return question


def _range(top: Table, items: tuple[Question, ...], rule: Rule) -> tuple[int, int]:
    if rule is Rule.FIRST_MATCH:
        return 0, 0
    if items:
        return sum(min(item.values) for item in items), sum(max(item.values) for item in items)
    return _count(top, "lowest"), _count(top, "highest")


def _band(table: Table, rule: Rule) -> ScoreBand:
    low, high = (0, 0) if rule is Rule.FIRST_MATCH else (_count(table, "low"), _count(table, "high"))
    band = ScoreBand(table.text("id"), table.text("label"), low, high)
    table.finish()
    return band


def _match(table: Table) -> Match:
    match = Match(table.text("band"), table.texts("any_of"))
    table.finish()
    return match


def _alert(table: Table) -> Alert:
    alert = Alert(table.text("id"), table.text("item"), table.whole("at_least"), table.text("sentence"))
    table.finish()
    return alert


def _change(top: Table) -> Change:
    if not top.has("change"):
        return Change()
    table = top.table("change")
    change = Change(
        table.whole("response_percent") if table.has("response_percent") else None,
        _count(table, "remission_at_most") if table.has("remission_at_most") else None,
        table.whole("meaningful") if table.has("meaningful") else None,
    )
    table.finish()
    return change


def _refuse_contradictions(top: Table, instrument: Instrument) -> None:
    ids = [item.id for item in instrument.items]
    if len(set(ids)) != len(ids) or TOTAL in ids:
        raise top.problem("item", f'gives an id twice, or calls one "{TOTAL}". Correct it.')
    for item in instrument.items:
        if len(set(item.values)) != len(item.values):
            raise top.problem(f"item {item.id}", "gives two answers the same value. Correct it.")
    for alert in instrument.alerts:
        if alert.item != TOTAL and alert.item not in ids:
            raise top.problem(f"alert {alert.id}", f"names the item {alert.item}, which there is not.")
    bands = {band.id for band in instrument.bands}
    if len(bands) != len(instrument.bands):
        raise top.problem("band", "gives an id twice. Correct it.")
    if instrument.rule is Rule.FIRST_MATCH:
        _refuse_matches(top, instrument, bands, set(ids))
    elif instrument.bands:
        expected = instrument.lowest
        for band in instrument.bands:
            if band.low != expected or band.high < band.low:
                raise top.problem(f"band {band.id}", f"must begin at {expected}: bands cover every score.")
            expected = band.high + 1
        if expected != instrument.highest + 1:
            raise top.problem("band", f"ends at {expected - 1}, the scores at {instrument.highest}.")


def _refuse_matches(top: Table, instrument: Instrument, bands: set[str], ids: set[str]) -> None:
    if not instrument.bands or not instrument.items:
        raise top.problem("rule", "first_match needs items and bands. Add them.")
    for match in instrument.matches:
        if match.band not in bands or not set(match.any_of) <= ids:
            raise top.problem(f"match {match.band}", "names a band or an item that there is not.")
