"""What a fault is on this bench, and what was seen when it was made to happen.

A registry is a tuple of :class:`Fault` called ``FAULTS`` at the end of a module; the table in
``__main__`` and the tests read the same registries, so a figure in the table is a figure of a test.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from time import monotonic
from traceback import format_exception_only


class Scale(StrEnum):
    """How much is run: in every test run, or when there is half an hour."""

    LIGHT = "light"
    HEAVY = "heavy"

    def cases(self, light: int, heavy: int) -> int:
        """How many cases to run at this scale."""
        return heavy if self is Scale.HEAVY else light


@dataclass(frozen=True, slots=True)
class Seen:
    """What was measured, in one line, and whether that is what is required."""

    text: str
    ok: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault and how to make it happen.

    Attributes:
        id: Requirement, as in ``SER-01``.
        title: What goes wrong.
        required: What must be seen, with its figure.
        run: Makes it happen at the given scale. An exception counts as not passed.
    """

    id: str
    title: str
    required: str
    run: Callable[[Scale], Seen]


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table."""

    id: str
    title: str
    required: str
    seen: str
    ok: bool
    seconds: float


def carry_out(fault: Fault, scale: Scale) -> Result:
    """Make the fault happen; whatever is raised is told in its line, so that the others still run."""
    began = monotonic()
    try:
        seen = fault.run(scale)
    except Exception as error:
        said = " ".join("".join(format_exception_only(error)).split())
        seen = Seen(f"could not be carried out: {said}", ok=False)
    return Result(fault.id, fault.title, fault.required, seen.text, seen.ok, monotonic() - began)


def table(results: Sequence[Result]) -> str:
    """All results, one line each, as Markdown."""
    head = ("id", "fault", "required", "seen", "pass", "s")
    rows = [(r.id, r.title, r.required, r.seen, "yes" if r.ok else "NO", f"{r.seconds:.1f}") for r in results]
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in (head, tuple("-" * width for width in widths), *rows)
    )


def write_json(path: Path, scale: Scale, results: Iterable[Result]) -> None:
    """The same for machines."""
    rows = [asdict(result) for result in results]
    path.write_text(json.dumps({"scale": scale.value, "faults": rows}, indent=2) + "\n", encoding="utf-8")
