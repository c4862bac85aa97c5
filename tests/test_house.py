"""The rules of the house, checked by plain pytest."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from importlinter.api import read_configuration
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "console").rglob("*.py"))
FORBIDDEN_NAMES = {"utils", "common", "helpers", "manager", "base", "misc"}
LONGEST_FILE = 400
LONG_VOCABULARIES = {"console/session/events.py", "console/session/intents.py"}
"""One list of the product's words may be long: splitting it would hide it."""


def test_the_layers_of_the_house_hold() -> None:
    assert read_configuration(str(ROOT / "pyproject.toml"))
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0


def test_the_product_never_sleeps_and_reads_time_in_one_place() -> None:
    offenders = []
    for path in SOURCES:
        name = path.relative_to(ROOT).as_posix()
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
                continue
            called = f"{node.value.id}.{node.attr}"
            if called == "time.sleep":
                offenders.append(f"{name}: time.sleep")
            if name != "console/clock.py" and called in {"time.time", "time.monotonic", "datetime.now"}:
                offenders.append(f"{name}:{node.lineno}: {called}")
    assert offenders == []


def test_nothing_is_called_by_a_name_that_says_nothing() -> None:
    assert [p for p in SOURCES if p.stem in FORBIDDEN_NAMES] == []


def test_a_file_is_one_thing() -> None:
    long = {path.relative_to(ROOT).as_posix(): len(path.read_text().splitlines()) for path in SOURCES}
    assert [
        name for name, lines in long.items() if lines > LONGEST_FILE and name not in LONG_VOCABULARIES
    ] == []


def test_only_the_known_rooms_stand_at_the_top() -> None:
    known = {"console", "resources", "tests", "pyproject.toml", "README.md", "run", "LICENSE"}
    known |= {"requirements.lock", ".ci", ".gitignore"}
    import subprocess

    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.splitlines()
    if not tracked:
        pytest.fail("the checkout cannot be listed: run the tests inside the repository")
    assert {name.split("/")[0] for name in tracked} - known == set()


def test_resources_hold_no_python() -> None:
    assert list((ROOT / "resources").rglob("*.py")) == []


def test_no_unfinished_work_is_left_in_the_product() -> None:
    word = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    assert [p for p in SOURCES if word.search(p.read_text())] == []
