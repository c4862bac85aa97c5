"""The 53 things clinics do: each has a place that is there, or a written reason why not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from console.app.commands import run
from console.app.trace_clinic import ITEMS, gaps, is_there, read_mapping

ROOT = Path(__file__).parents[2]


def test_the_list_is_complete_and_every_place_is_there() -> None:
    assert gaps(read_mapping(), ROOT) == ()


def test_only_money_and_what_is_no_care_has_no_place() -> None:
    assert [item.number for item in read_mapping() if item.why_not] == [12, 53]


def test_a_missing_item_a_missing_file_and_a_missing_name_are_found() -> None:
    items = read_mapping()
    assert gaps(items[1:], ROOT) == ("Item 1 is there 0 times.",)
    lost = replace(items[0], places=("console/course/nowhere.py",))
    assert "nowhere.py" in gaps((lost, *items[1:]), ROOT)[0]
    silent = replace(items[0], places=(), how="")
    assert "reason why not" in gaps((silent, *items[1:]), ROOT)[0]
    assert not is_there("console/course/series.py::no_such_name", ROOT)


def test_the_command_prints_all_items(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trace", "clinic"]) == 0
    out = capsys.readouterr().out
    assert "51 of 53 items have a place" in out
    assert out.rstrip().endswith("No gap.")
    assert run(["trace", "clinic", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["items"]) == ITEMS
