"""The clinic's books and questionnaires: those shipped, and the clinic's own beside its record."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from console.app.folder import resource
from console.course.books import Books
from console.course.books_file import load_books
from console.ui.assets import RESOURCES

BOOKS: Final = "books.toml"
"""In the data folder: the clinic's own books, in place of those shipped."""
INSTRUMENTS: Final = "instruments"
"""Folder of questionnaires, in the data folder and in the resources."""


def books_of(folder: Path) -> Books:
    """The books in force.

    A questionnaire of the clinic takes the place of a shipped one with the same id.

    Raises:
        LibraryError: a file is unreadable, incomplete or contradicts itself.
        OSError: a file cannot be read.
    """
    own = folder / BOOKS
    text = own.read_bytes() if own.exists() else resource("clinic", "books-v1.toml")
    return load_books(text, {**shipped_instruments(), **_own_instruments(folder / INSTRUMENTS)})


def shipped_instruments() -> dict[str, bytes]:
    """The questionnaires that ship, by file name."""
    entries = sorted((RESOURCES / INSTRUMENTS).iterdir(), key=lambda entry: entry.name)
    return {entry.name: entry.read_bytes() for entry in entries if entry.name.endswith(".toml")}


def _own_instruments(folder: Path) -> dict[str, bytes]:
    if not folder.is_dir():
        return {}
    return {f"the clinic's {path.name}": path.read_bytes() for path in sorted(folder.glob("*.toml"))}
