"""What the self-test says: lines for a person, JSON for a program, and the exit code."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

import msgspec

from console.session.bench import WORDS, BenchRun, Figure, Verdict

EXIT_PASSED, EXIT_FAILED, EXIT_NOTHING = 0, 1, 2
SHORT: Final = {Verdict.PASSED: "ok", Verdict.FAILED: "FAILED", Verdict.NOT_DONE: "--"}


def exit_code(runs: Sequence[BenchRun]) -> int:
    """0 when nothing failed, 1 when something did, 2 when nothing was tested at all."""
    found = {run.verdict for run in runs}
    if Verdict.FAILED in found:
        return EXIT_FAILED
    return EXIT_PASSED if Verdict.PASSED in found else EXIT_NOTHING


def as_text(run: BenchRun) -> str:
    """One run for a person."""
    device = run.device
    named = " ".join(part for part in (device.model or device.driver, device.firmware, device.serial) if part)
    head = f"{named or device.kind.value} at {device.port or '--'}: {WORDS[run.verdict]}"
    lines = [head + (" (SIMULATED)" if device.simulated else "")]
    for check in run.checks:
        lines.append(f"  {SHORT[check.verdict]:7} {check.title}: {check.sentence}")
        lines += [f"            {_line(figure)}" for figure in check.figures]
    return "\n".join(lines)


def as_json(runs: Sequence[BenchRun]) -> str:
    """All runs for a program: the struct's own fields, and what follows from them."""
    return json.dumps(
        {
            "exit": exit_code(runs),
            "runs": [
                {
                    **msgspec.to_builtins(run),
                    "verdict": run.verdict.value,
                    "due": run.due.isoformat() if run.verdict is Verdict.PASSED else None,
                }
                for run in runs
            ],
        },
        indent=2,
        ensure_ascii=False,
    )


def _line(figure: Figure) -> str:
    limit = f"  ({figure.limit})" if figure.limit else ""
    return f"{figure.name}: {figure.value} {figure.unit}".rstrip() + limit
