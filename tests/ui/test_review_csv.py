"""A session as a table: what it holds, and that no cell of it is ever calculated."""

from __future__ import annotations

import csv
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from console.app.records import print_report
from console.app.troubles import NotPossible
from console.storage.export_names import safe_row
from console.storage.queries import RecordReader
from console.ui.viewmodels.review_csv import HEAD, csv_rows
from console.ui.viewmodels.review_record import read_timeline
from tests.ui.review_records import rehearsed
from tests.ui.synthetic_record import WHOLE


def test_the_table_holds_entries_pressures_and_vital_signs(tmp_path: Path) -> None:
    target, said = tmp_path / "session.csv", list[str]()
    assert print_report(rehearsed().path, WHOLE, None, target, said.append) == 0
    with target.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == HEAD
    assert any(row["what"].startswith("Infusion complete: 35 mg") and row["hash"] for row in rows)
    assert any(row["what"] == "systolic" and float(row["value"]) > 165 for row in rows)
    minutes = [row for row in rows if row["group"] == "Vital" and row["unit"] == "/min"]
    assert len(minutes) > 100
    assert all(row["time_utc"].endswith("Z") for row in rows)
    assert said == [f"Written: {target}"]
    assert list(tmp_path.iterdir()) == [target]
    if sys.platform != "win32":
        assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_note_that_looks_like_a_formula_stays_words() -> None:
    with RecordReader(rehearsed().path) as reader:
        line = read_timeline(reader, WHOLE)
    bad = replace(line.audit[0], sentence='=HYPERLINK("http://x")', who="@SUM(A1)")
    rows = [safe_row(row) for row in csv_rows(replace(line, audit=(bad,)))]
    assert rows[1][4] == '\'=HYPERLINK("http://x")'
    assert rows[1][7] == "'@SUM(A1)"
    cells = [cell for row in rows for cell in row if isinstance(cell, str)]
    assert not any(cell.startswith(("=", "@", "\t")) for cell in cells)


def test_naming_no_file_is_told() -> None:
    with pytest.raises(NotPossible, match="--pdf FILE, --csv FILE"):
        print_report(rehearsed().path, WHOLE, None, None, print)
