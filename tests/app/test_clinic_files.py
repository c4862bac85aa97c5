"""A clinic's own books and questionnaires stand beside those shipped, or in their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.app.clinic_files import BOOKS, INSTRUMENTS, books_of
from console.app.folder import resource
from console.clinical.toml_table import LibraryError

OWN = """
id = "sleep"
version = 1
title = "Sleep of the last week"
short = "Sleep"
intro = "How did you sleep?"
by_patient = true
attribution = "Own wording of this clinic"
licence = "The clinic's own"
source = "Not validated"

[[option]]
value = 0
label = "Well"
[[option]]
value = 1
label = "Badly"

[[item]]
id = "1"
text = "Falling asleep"
"""


def with_own(folder: Path, text: str) -> Path:
    (folder / INSTRUMENTS).mkdir()
    (folder / INSTRUMENTS / "own.toml").write_text(text)
    return folder


def test_what_ships_is_in_force_where_a_clinic_has_nothing_of_its_own(tmp_path: Path) -> None:
    books = books_of(tmp_path)
    assert books.version == 1
    assert books.signed_by == ""
    assert {"phq9", "gad7", "pcl5", "cssrs_screen", "madrs", "cadss6"} <= set(books.instruments)


def test_a_clinic_adds_a_questionnaire_of_its_own(tmp_path: Path) -> None:
    books = books_of(with_own(tmp_path, OWN))
    assert books.instruments["sleep"].highest == 1
    assert "phq9" in books.instruments


def test_a_clinics_questionnaire_takes_the_place_of_a_shipped_one_with_its_id(tmp_path: Path) -> None:
    books = books_of(with_own(tmp_path, OWN.replace('id = "sleep"', 'id = "gad7"')))
    assert books.instruments["gad7"].short == "Sleep"


def test_a_questionnaire_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match=r"own\.toml"):
        books_of(with_own(tmp_path, OWN.replace("version = 1", "")))


def test_a_clinics_own_books_take_the_place_of_those_shipped(tmp_path: Path) -> None:
    text = resource("clinic", "books-v1.toml").decode()
    (tmp_path / BOOKS).write_text(text.replace('signed_by = ""', 'signed_by = "Dr Ada Moss"'))
    assert books_of(tmp_path).signed_by == "Dr Ada Moss"
    (tmp_path / BOOKS).write_text(text.replace('outcomes = ["ybocs", "phq9"]', 'outcomes = ["nothing"]'))
    with pytest.raises(LibraryError, match="nothing"):
        books_of(tmp_path)
