"""What leaves the record: names of files that cannot point elsewhere, cells that are no formulas."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

LONGEST: Final = 80

_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9._-]+")
_STARTS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
# Names that Windows keeps for devices, with any ending (learn.microsoft.com, Naming Files).
_DEVICES: Final = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def safe_name(text: str, otherwise: str = "unnamed") -> str:
    """A file's name made from a text of the record: no folder, no dots in front, no device, not too long."""
    name = _NOT_IN_NAMES.sub("-", text).strip("-.")[:LONGEST].strip("-.")
    if not name or _DEVICES.fullmatch(name):
        name = f"{otherwise}-{name}".strip("-")
    return name


def safe_cell(value: object) -> object:
    """A cell as a spreadsheet shows it and never calculates it: a quote before what would be a formula."""
    if not isinstance(value, str) or not value.lstrip(" ").startswith(_STARTS_FORMULA):
        return value
    return value if _NUMBER.fullmatch(value) else f"'{value}"


def safe_row(values: Iterable[object]) -> list[object]:
    """A row of such cells."""
    return [safe_cell(value) for value in values]
