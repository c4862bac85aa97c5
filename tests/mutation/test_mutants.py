"""The faults are small, each is one change, and what is said of those nobody notices still holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutation.modules import MODULES, file_of, short_name
from tests.mutation.mutants import mutants_of, numbered
from tests.mutation.survivors import known_survivors
from tests.mutation.trial import Watched, forked

ROOT = Path(__file__).parents[2]

SOURCE = '''
"""A text that is no code: 1 < 2."""
from decimal import Decimal

LIMIT = Decimal("0.5")

def above(value: int, found: list[int]) -> bool:
    """Judge 3 values."""
    if value > 1 and not found:
        found.append(value)
        raise ValueError(f"{value:.2f} is not 7")
    return value >= LIMIT
'''


def told(source: str) -> list[str]:
    return [mutant.id for mutant in mutants_of(source, "m.py")]


def test_each_mutant_is_one_small_fault() -> None:
    assert sorted(told(SOURCE)) == sorted(
        [
            ": '0.5' -> '0.5' + '1'",
            "above: value > 1 and (not found) -> value > 1 or not found",
            "above: value > 1 -> value >= 1",
            "above: 1 -> 2",
            "above: 1 -> 0",
            "above: not found -> found",
            "above: found.append(value) -> pass",
            "above: raise ValueError(f'{value:.2f} is not 7') -> pass",
            "above: return value >= LIMIT -> return None",
            "above: value >= LIMIT -> value > LIMIT",
        ]
    )


@pytest.mark.parametrize("fault", ["above: value > 1 -> value >= 1", "above: found.append(value) -> pass"])
def test_a_mutant_differs_from_the_module_in_that_fault_alone(fault: str) -> None:
    mutant = next(mutant for mutant in mutants_of(SOURCE, "m.py") if mutant.id == fault)
    right: dict[str, object] = {}
    wrong: dict[str, object] = {}
    exec(compile(SOURCE, "m.py", "exec"), right)
    exec(mutant.code, wrong)
    for value in (0, 1, 2):
        outcomes = []
        for module in (right, wrong):
            found: list[int] = []
            above = module["above"]
            assert callable(above)
            try:
                outcomes.append((above(value, found), tuple(found)))
            except ValueError as error:
                outcomes.append((str(error), tuple(found)))
        differs = value == 1 if ">=" in fault else value == 2
        assert (outcomes[0] != outcomes[1]) == differs, value


def test_the_same_fault_twice_in_a_function_has_two_names() -> None:
    assert told("def f():\n    return g(1, 1)\n").count("f: 1 -> 2 #2") == 1


def test_the_tests_of_a_line_are_those_that_pass_it_and_all_for_what_is_imported() -> None:
    watched = Watched({"slow": [1, 5], "quick": [5], "other": [9]}, {"slow": 2.0, "quick": 0.1, "other": 0.2})
    assert watched.tests_of(5, 5) == ["quick", "slow"]
    assert watched.tests_of(8, 9) == ["other"]
    assert watched.tests_of(7, 7) == ["quick", "other", "slow"]


def test_a_run_without_end_is_ended_and_counts_as_noticed() -> None:
    def endless() -> int:
        while True:
            pass

    assert forked(endless, 0.5) is None
    assert forked(lambda: 3, 5) == 3


def test_every_survivor_is_a_mutant_of_today_and_has_its_reason() -> None:
    known = known_survivors()
    today: set[str] = set()
    for module in MODULES:
        path = ROOT / file_of(module)
        mutants = numbered(mutants_of(path.read_text(encoding="utf-8"), str(path)), short_name(module))
        assert len(mutants) > 50, module
        today |= {mutant.id for mutant in mutants}
    assert set(known) - today == set()
