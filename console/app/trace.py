"""Traceability: each hazard, the requirements that control it, and the tests that show them to hold.

Hazards and requirements are data beside the tests (``tests/requirements/``); which test shows what is
read from the tests themselves, so the table cannot say more than the tests do.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill

import console
from console.app.trace_marks import Mark, marks_of
from console.app.troubles import NotPossible

CHECKOUT = Path(console.__path__[0]).parent
FOLDER = Path("tests", "requirements")
WIDTH = 110

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Hazard:
    """What can hurt somebody.

    Attributes:
        id: As in ``HZ-01``.
        text: What happens.
        source: Hazard analysis, recall or paper it is taken from.
    """

    id: str
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Requirement:
    """What the console does about it.

    Attributes:
        id: As in ``SER-03``.
        text: What has to hold, with its figures.
        source: Standard, manual or paper, or that it is a default of the site.
        hazards: Ids of the hazards it controls.
        where: Files and folders of the product that carry it.
    """

    id: str
    text: str
    source: str
    hazards: tuple[str, ...]
    where: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """The whole chain."""

    hazards: tuple[Hazard, ...]
    requirements: tuple[Requirement, ...]
    marks: tuple[Mark, ...]

    def tests_of(self, requirement: str) -> tuple[str, ...]:
        """The tests that name a requirement, each once."""
        return tuple(dict.fromkeys(mark.test for mark in self.marks if mark.requirement == requirement))

    def controls_of(self, hazard: str) -> tuple[Requirement, ...]:
        """The requirements that control a hazard."""
        return tuple(one for one in self.requirements if hazard in one.hazards)

    def gaps(self) -> tuple[str, ...]:
        """Everything that breaks the chain, a sentence each; empty when nothing does."""
        return tuple(self._gaps())

    def _gaps(self) -> Iterator[str]:
        ids = [hazard.id for hazard in self.hazards] + [one.id for one in self.requirements]
        yield from (f"{name} stands twice." for name in sorted({one for one in ids if ids.count(one) > 1}))
        hazards = {hazard.id for hazard in self.hazards}
        for hazard in self.hazards:
            if not self.controls_of(hazard.id):
                yield f"No requirement controls the hazard {hazard.id}: {hazard.text}"
        for requirement in self.requirements:
            if not self.tests_of(requirement.id):
                yield f"No test shows {requirement.id}: {requirement.text}"
            if not requirement.hazards:
                yield f"{requirement.id} controls no hazard."
            for unknown in sorted(set(requirement.hazards) - hazards):
                yield f"{requirement.id} names the hazard {unknown}, which there is not."
        known = {requirement.id for requirement in self.requirements}
        for mark in self.marks:
            if mark.requirement not in known:
                yield f"{mark.test} (line {mark.line}) names {mark.requirement}, which there is not."
            if not mark.runs:
                yield f"{mark.test} (line {mark.line}) names {mark.requirement} and is no test."


def read_trace(checkout: Path = CHECKOUT) -> Trace:
    """Read the hazards, the requirements and the tests of a source checkout.

    Raises:
        NotPossible: it is no source checkout, or its lists cannot be understood.
    """
    folder = checkout / FOLDER
    if not folder.is_dir():
        raise NotPossible(
            f"There are no tests beside the program in {checkout}. The table is drawn from the tests: "
            "run this command in a checkout of the source."
        )
    try:
        hazards = _entries(folder / "hazards.toml", "hazard") + _further(folder, "hazard")
        requirements = _entries(folder / "requirements.toml", "requirement") + _further(folder, "requirement")
        return Trace(
            tuple(Hazard(_text(h, "id"), _text(h, "text"), _text(h, "source")) for h in hazards),
            tuple(
                Requirement(
                    _text(r, "id"),
                    _text(r, "text"),
                    _text(r, "source"),
                    _texts(r, "hazards"),
                    _texts(r, "where"),
                )
                for r in requirements
            ),
            marks_of(checkout),
        )
    except (ValueError, SyntaxError) as error:
        raise NotPossible(f"The chain of hazards, requirements and tests cannot be read: {error}.") from error


def print_trace(as_json: bool, say: Say, checkout: Path = CHECKOUT) -> int:
    """Print the table; 0 when the chain has no gap.

    Raises:
        NotPossible: see :func:`read_trace`.
    """
    trace = read_trace(checkout)
    say(trace_json(trace) if as_json else trace_text(trace))
    return 1 if trace.gaps() else 0


def trace_json(trace: Trace) -> str:
    """The table for programs."""
    rows = [
        {
            "hazard": hazard.id,
            "text": hazard.text,
            "source": hazard.source,
            "requirements": [_row(trace, requirement) for requirement in trace.controls_of(hazard.id)],
        }
        for hazard in trace.hazards
    ]
    return json.dumps({"hazards": rows, "gaps": list(trace.gaps())}, indent=2, ensure_ascii=False)


def _row(trace: Trace, requirement: Requirement) -> dict[str, object]:
    return {
        "id": requirement.id,
        "text": requirement.text,
        "source": requirement.source,
        "where": list(requirement.where),
        "tests": list(trace.tests_of(requirement.id)),
    }


def trace_text(trace: Trace) -> str:
    """The table for people: a hazard, below it its requirements, below each its tests."""
    lines: list[str] = []
    for hazard in trace.hazards:
        lines += ["", _wrapped(f"{hazard.id}  {hazard.text} [{hazard.source}]", "", 7)]
        for requirement in trace.controls_of(hazard.id):
            lines.append(_wrapped(f"{requirement.id}: {requirement.text} [{requirement.source}]", "  ", 4))
            lines += [f"      {test}" for test in trace.tests_of(requirement.id)] or ["      NO TEST"]
    tests = {mark.test for mark in trace.marks}
    lines += [
        "",
        f"{len(trace.hazards)} hazards, {len(trace.requirements)} requirements, "
        f"{len(tests)} tests that name one.",
    ]
    gaps = trace.gaps()
    lines += [*gaps, f"{len(gaps)} gaps."] if gaps else ["No gap."]
    return "\n".join(lines).lstrip("\n")


def _wrapped(text: str, indent: str, hang: int) -> str:
    return fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent + " " * hang)


def _entries(path: Path, key: str) -> tuple[dict[str, object], ...]:
    found = tomllib.loads(path.read_text(encoding="utf-8")).get(key, ())
    if not isinstance(found, list) or not found:
        raise ValueError(f"{path.name} holds no [[{key}]]")
    return tuple(dict(entry) for entry in found)


def _further(folder: Path, key: str) -> tuple[dict[str, object], ...]:
    """What the lists of single subjects add, each in a file of its own."""
    paths = sorted(set(folder.glob("*.toml")) - {folder / "hazards.toml", folder / "requirements.toml"})
    entries = [tomllib.loads(path.read_text(encoding="utf-8")).get(key, []) for path in paths]
    return tuple(dict(entry) for found in entries for entry in found)


def _text(entry: dict[str, object], key: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{entry.get('id', 'an entry')} has no {key}")
    return value


def _texts(entry: dict[str, object], key: str) -> tuple[str, ...]:
    value = entry.get(key)
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError(f"{entry.get('id', 'an entry')} has no list {key}")
    return tuple(str(one) for one in value)
