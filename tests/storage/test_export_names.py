"""What leaves the record points nowhere else and calculates nothing."""

from __future__ import annotations

import csv
import io
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.storage.export_names import LONGEST, safe_cell, safe_name, safe_row

pytestmark = pytest.mark.req("SEC-EXPORT")


@pytest.mark.parametrize(
    "text",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "C:\\Windows\\x",
        "..",
        ".",
        "",
        "a/b",
        "con",
        "NUL.txt",
        "x\0y",
        "-rf",
    ],
)
def test_no_name_leads_out_of_the_folder(text: str, tmp_path: Path) -> None:
    made = (tmp_path / safe_name(text)).resolve()
    assert made.parent == tmp_path.resolve()
    assert not made.name.startswith((".", "-"))


@given(st.text())
def test_any_text_gives_one_plain_name(text: str) -> None:
    name = safe_name(text)
    assert 0 < len(name) <= LONGEST + len("unnamed-")
    assert Path(name).name == name
    assert PureWindowsPath(name).name == name
    assert not PureWindowsPath(name).is_reserved()


@pytest.mark.parametrize(
    "text", ['=HYPERLINK("http://x")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "  =1"]
)
def test_no_text_is_a_formula_in_a_spreadsheet(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("value", ["-1.5", "+3", "1e-3", "-2", 4, None, 0.5, "Ana Ruiz", "12 mg"])
def test_figures_and_plain_words_stay_as_they_are(value: object) -> None:
    assert safe_cell(value) == value


@given(st.lists(st.text()))
def test_no_cell_of_any_row_begins_as_a_formula(values: list[str]) -> None:
    file = io.StringIO()
    csv.writer(file).writerow(safe_row(values))
    for cell in safe_row(values):
        assert isinstance(cell, str)
        assert not cell.lstrip(" ").startswith(("=", "@", "\t", "\r"))
