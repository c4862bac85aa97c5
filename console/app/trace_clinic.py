"""What clinics do around an infusion, and where each of it has its place in the console."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill

from console.app.folder import resource
from console.app.trace import CHECKOUT, WIDTH
from console.clinical.toml_table import Table, parse_toml

ITEMS = 53

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ClinicItem:
    """One thing that clinics do.

    Attributes:
        number: In the list, 1 to 53.
        asks: What they do.
        how: How the console serves it, empty when it does not.
        places: Files of the product, with a name in them behind ``::``.
        why_not: Why it has no place, empty when it has one.
    """

    number: int
    asks: str
    how: str
    places: tuple[str, ...]
    why_not: str


def read_mapping() -> tuple[ClinicItem, ...]:
    """The list.

    Raises:
        LibraryError: the file cannot be understood.
    """
    top = parse_toml(resource("clinic", "mapping.toml"), "mapping of what clinics do")
    items = tuple(_item(table) for table in top.tables("item", "number"))
    top.finish()
    return items


def _item(table: Table) -> ClinicItem:
    item = ClinicItem(
        table.whole("number"),
        table.text("asks"),
        table.text("how") if table.has("how") else "",
        table.texts("places") if table.has("places") else (),
        table.text("why_not") if table.has("why_not") else "",
    )
    table.finish()
    return item


def gaps(items: tuple[ClinicItem, ...], checkout: Path = CHECKOUT) -> tuple[str, ...]:
    """What is missing from the list or is not where it says; a sentence each."""
    return tuple(_gaps(items, checkout))


def _gaps(items: tuple[ClinicItem, ...], checkout: Path) -> Iterator[str]:
    numbers = [item.number for item in items]
    for number in range(1, ITEMS + 1):
        if numbers.count(number) != 1:
            yield f"Item {number} is there {numbers.count(number)} times."
    for number in sorted(set(numbers) - set(range(1, ITEMS + 1))):
        yield f"There is no item {number}."
    for item in items:
        if bool(item.places and item.how) == bool(item.why_not):
            yield f"Item {item.number} needs a place and how it is served, or a reason why not."
        for place in item.places:
            if not is_there(place, checkout):
                yield f"Item {item.number} names {place}, which there is not."


def is_there(place: str, checkout: Path) -> bool:
    """Whether the file is there, and the name in it."""
    file, _, name = place.partition("::")
    path = checkout / file
    if not path.is_file():
        return False
    return not name or name in _names(ast.parse(path.read_text(encoding="utf-8")))


def _names(module: ast.Module) -> frozenset[str]:
    found = set()
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {one.id for one in node.targets if isinstance(one, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
    return frozenset(found)


def print_mapping(as_json: bool, say: Say, checkout: Path = CHECKOUT) -> int:
    """Print the list; 0 when it is complete and everything is where it says.

    Raises:
        LibraryError: the file cannot be understood.
    """
    items = read_mapping()
    missing = gaps(items, checkout)
    say(_json(items, missing) if as_json else _text(items, missing))
    return 1 if missing else 0


def _json(items: tuple[ClinicItem, ...], missing: tuple[str, ...]) -> str:
    rows = [
        {
            "number": item.number,
            "asks": item.asks,
            "how": item.how,
            "places": list(item.places),
            "why_not": item.why_not,
        }
        for item in items
    ]
    return json.dumps({"items": rows, "gaps": list(missing)}, indent=2, ensure_ascii=False)


def _text(items: tuple[ClinicItem, ...], missing: tuple[str, ...]) -> str:
    lines = []
    for item in items:
        lines.append(fill(f"{item.number:2}  {item.asks}", WIDTH, subsequent_indent=" " * 4))
        answer = item.how or f"No place: {item.why_not}"
        lines.append(fill(f"{answer}.", WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6))
        lines += [f"        {place}" for place in item.places]
    placed = sum(bool(item.places) for item in items)
    lines.append(f"\n{placed} of {len(items)} items have a place, {len(items) - placed} a reason why not.")
    lines += [*missing, f"{len(missing)} gaps."] if missing else ["No gap."]
    return "\n".join(lines)
