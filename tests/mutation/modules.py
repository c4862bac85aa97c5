"""The modules where a small fault would hurt somebody, and the tests that have to notice it."""

from __future__ import annotations

from typing import Final

DOSES: Final = tuple(f"tests/clinical/test_{name}.py" for name in ("dose_plan", "pump_rounding", "titration"))
LIMITS: Final = ("tests/clinical/test_limit_figures.py", "tests/clinical/test_alarm_limits.py")
SESSION: Final = tuple(
    f"tests/session/test_{name}.py"
    for name in (
        "whole_session",
        "alarm_judgement",
        "alarms",
        "commands",
        "cuff",
        "fixed_while_running",
        "interlock_pausing",
        "patient_limits",
        "reminders",
        "sleep",
        "sources",
        "start_again",
        "supervised_interlocks",
        "supervised_pump",
        "tone_check",
        "truth_pump",
    )
)
"""Without the state machines and the long runs: they notice more, but take minutes for each fault."""

MODULES: Final[dict[str, tuple[str, ...]]] = {
    "console.clinical.dosing": DOSES,
    "console.clinical.limits": LIMITS,
    "console.session.decide": SESSION,
    "console.session.decide_arrival": SESSION,
    "console.session.decide_bedside": SESSION,
    "console.session.alarms": SESSION,
    "console.session.commanding": SESSION,
    "console.session.delivery": SESSION,
}
"""Module, and where its tests are. Which of them run for a mutant is measured: those that pass its line."""


def file_of(module: str) -> str:
    """The module's file below the checkout."""
    return module.replace(".", "/") + ".py"


def short_name(module: str) -> str:
    """What the command line calls it."""
    return module.rpartition(".")[2]
