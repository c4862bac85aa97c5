"""A run of the bench as rows: what passed, what failed, what goes on, what is asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from console.clinical.vitals import Vital
from console.devices.about import Role
from console.devices.bench.stepper import ALL_CHECKS, BenchPicture
from console.session.bench import CheckResult, Figure, Verdict

CURVES = ("Trumpet ", "Flow at ")
"""Figures that are drawn, not listed."""
SHOWN_FIGURES = 14
MARKS = {Verdict.PASSED: "✓", Verdict.FAILED: "✕", Verdict.NOT_DONE: "–"}
WORDS = {Verdict.PASSED: "passed", Verdict.FAILED: "failed", Verdict.NOT_DONE: "not done"}


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check of a run.

    Attributes:
        check: Its id.
        title: Its name.
        mark: A sign beside the colour.
        verdict: None while it is not over.
        sentence: What was found, or what it does now.
        figures: What was measured, in one line.
        current: It runs.
    """

    check: str
    title: str
    mark: str
    verdict: Verdict | None
    sentence: str
    figures: str
    current: bool


def check_rows(picture: BenchPicture) -> tuple[CheckRow, ...]:
    """Every check of the run, in order."""
    done = {result.check: result for result in picture.results}
    rows = []
    for check, title in picture.checks:
        result = done.get(check)
        if result is not None:
            rows.append(result_row(result))
        else:
            now = check == picture.current
            rows.append(
                CheckRow(check, title, "▸" if now else "·", None, picture.doing if now else "", "", now)
            )
    return tuple(rows)


def result_row(result: CheckResult) -> CheckRow:
    """A check that is over."""
    return CheckRow(
        result.check,
        result.title,
        MARKS[result.verdict],
        result.verdict,
        result.sentence,
        figure_words(result.figures),
        False,
    )


def figure_words(figures: Iterable[Figure]) -> str:
    """Figures in one line; curves are drawn elsewhere."""
    listed = [one for one in figures if not one.name.startswith(CURVES)]
    words = [
        f"{one.name} {one.value} {one.unit}".rstrip() + (f" ({one.limit})" if one.limit else "")
        for one in listed[:SHOWN_FIGURES]
    ]
    more = len(listed) - SHOWN_FIGURES
    return "  ·  ".join((*words, f"and {more} more") if more > 0 else words)


def run_words(picture: BenchPicture | None) -> str:
    """The run in one line."""
    if picture is None:
        return "Nothing is being tested."
    counts = dict.fromkeys(Verdict, 0)
    for result in picture.results:
        counts[result.verdict] += 1
    told = "  ·  ".join(f"{counts[verdict]} {WORDS[verdict]}" for verdict in Verdict)
    if not picture.finished:
        return f"{len(picture.results)} of {len(picture.checks)} checks done"
    return f"Finished: {told}"


def checks_of(role: Role) -> tuple[tuple[str, str], ...]:
    """Id and title of every check of a kind of device."""
    return tuple((check.id, check.title) for check in ALL_CHECKS if check.role in (None, role))


def expected_of(text: str) -> dict[Vital, float] | None:
    """``hr=60, spo2=97`` as figures of the simulator; None when it cannot be understood."""
    found: dict[Vital, float] = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        name, _, figure = part.partition("=")
        if name.strip().lower() not in set(Vital):
            return None
        try:
            found[Vital(name.strip().lower())] = float(figure)
        except ValueError:
            return None
    return found
