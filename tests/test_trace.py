"""From each hazard to a requirement to a test: the chain has no gap, and a gap would be found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from console.app.commands import run
from console.app.trace import Trace, print_trace, read_trace
from console.app.trace_marks import marks_in
from console.app.troubles import NotPossible

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def trace() -> Trace:
    return read_trace(ROOT)


def test_every_hazard_has_a_control_and_every_requirement_a_test(trace: Trace) -> None:
    assert trace.gaps() == ()


def test_what_a_requirement_names_as_its_place_is_there(trace: Trace) -> None:
    places = {(requirement.id, place) for requirement in trace.requirements for place in requirement.where}
    assert [one for one in sorted(places) if not (ROOT / one[1]).exists()] == []
    assert [one.id for one in trace.requirements if not one.where] == []


def test_the_faults_and_promises_of_this_product_are_all_requirements(trace: Trace) -> None:
    ids = {requirement.id for requirement in trace.requirements}
    expected = {f"SER-{number:02d}" for number in range(1, 23)} | {
        f"HST-{number:02d}" for number in range(1, 15)
    }
    expected |= {f"HUM-{number:02d}" for number in range(1, 13)}
    expected |= {f"NET-{number:02d}" for number in range(1, 14)}
    expected |= {f"A{number}" for number in range(1, 9)} | {f"P{number}" for number in range(1, 8)}
    assert expected - ids == set()


def test_the_command_prints_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trace"]) == 0
    out = capsys.readouterr().out
    assert "HZ-01" in out
    assert "tests/test_trace.py::" not in out
    assert "tests/devices/test_pump_owner.py::test_" in out
    assert run(["trace", "--json"]) == 0
    table = json.loads(capsys.readouterr().out)
    assert table["gaps"] == []
    stop = next(hazard for hazard in table["hazards"] if hazard["hazard"] == "HZ-07")
    assert {"SER-09", "P3"} <= {requirement["id"] for requirement in stop["requirements"]}


HAZARD = '[[hazard]]\nid = "HZ-01"\ntext = "Too much."\nsource = "GIP 1.1"\n'
REQUIREMENT = (
    '[[requirement]]\nid = "SER-01"\ntext = "Not too much."\nsource = "s"\nhazards = ["HZ-01"]\nwhere = []\n'
)
MARKED = 'import pytest\n\n\n@pytest.mark.req("SER-01")\ndef test_it() -> None: ...\n'


def checkout(folder: Path, hazards: str, requirements: str, test: str) -> Path:
    lists = folder / "tests" / "requirements"
    lists.mkdir(parents=True)
    (lists / "hazards.toml").write_text(hazards)
    (lists / "requirements.toml").write_text(requirements)
    (folder / "tests" / "test_it.py").write_text(test)
    return folder


@pytest.mark.parametrize(
    ("hazards", "requirements", "test", "gap"),
    [
        (HAZARD, REQUIREMENT, "", "No test shows SER-01"),
        (
            HAZARD + HAZARD.replace("01", "02"),
            REQUIREMENT,
            MARKED,
            "No requirement controls the hazard HZ-02",
        ),
        (HAZARD, REQUIREMENT, MARKED.replace("01", "99"), "tests/test_it.py::test_it (line 4) names SER-99"),
        (HAZARD, REQUIREMENT, MARKED.replace("test_it", "it"), "names SER-01 and is no test"),
        (HAZARD, REQUIREMENT + REQUIREMENT, MARKED, "SER-01 stands twice"),
        (HAZARD, REQUIREMENT.replace('["HZ-01"]', '["HZ-01", "HZ-7"]'), MARKED, "names the hazard HZ-7"),
        (
            HAZARD,
            REQUIREMENT + REQUIREMENT.replace("SER-01", "X").replace('"HZ-01"', ""),
            MARKED,
            "X controls no",
        ),
    ],
)
def test_a_gap_is_told_and_the_command_fails(
    tmp_path: Path, hazards: str, requirements: str, test: str, gap: str
) -> None:
    said: list[str] = []
    assert print_trace(False, said.append, checkout(tmp_path, hazards, requirements, test)) == 1
    assert gap in said[0]


def test_a_chain_without_a_gap_is_said_to_be_whole(tmp_path: Path) -> None:
    said: list[str] = []
    assert print_trace(False, said.append, checkout(tmp_path, HAZARD, REQUIREMENT, MARKED)) == 0
    assert said[0].endswith("1 hazards, 1 requirements, 1 tests that name one.\nNo gap.")


def test_an_installed_program_without_its_tests_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotPossible, match="run this command in a checkout of the source"):
        read_trace(tmp_path)


@pytest.mark.parametrize(
    ("hazards", "complaint"),
    [
        ("[[hazard", "cannot be read"),
        ("", "holds no"),
        ('[[hazard]]\nid = "HZ-01"\nsource = "s"\n', "HZ-01 has no text"),
    ],
)
def test_lists_nobody_can_read_are_refused_with_a_sentence(
    tmp_path: Path, hazards: str, complaint: str
) -> None:
    with pytest.raises(NotPossible, match=complaint):
        read_trace(checkout(tmp_path, hazards, REQUIREMENT, MARKED))


def test_every_way_to_name_a_requirement_is_seen() -> None:
    # Put together here, so that none of it counts as a mark of this file.
    mark = "pytest.mark." + "req"
    source = f"""
pytestmark = {mark}("OF-MODULE")

@{mark}("TWO", "ONE")
class TestThings:
    @{mark}("IN-CLASS")
    def test_thing(self): ...

@pytest.mark.parametrize("n", [pytest.param(1, marks={mark}("OF-PARAMETER"))])
def test_numbers(n): ...

FAULTS = (Fault("OF-FAULT", "Cable pulled", "stale within 3 s", run),)
CASES = [pytest.param(2, marks=[{mark}("OF-CASE")])]

@{mark}(fault.id)
def test_reckoned(fault): ...
"""
    found = {(mark.requirement, mark.test) for mark in marks_in(source, "t.py")}
    assert found == {
        ("OF-MODULE", "t.py"),
        ("TWO", "t.py::TestThings"),
        ("ONE", "t.py::TestThings"),
        ("IN-CLASS", "t.py::TestThings::test_thing"),
        ("OF-PARAMETER", "t.py::test_numbers"),
        ("OF-FAULT", "t.py::Fault[Cable pulled]"),
        ("OF-CASE", "t.py::CASES"),
    }
