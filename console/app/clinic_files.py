"""The clinic's books and questionnaires: those shipped, and the clinic's own beside its record."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from console.app.folder import resource
from console.app.reference_files import instruments_in
from console.course.books import Books
from console.course.books_file import load_books
from console.ui.assets import RESOURCES

BOOKS: Final = "books.toml"
"""In the data folder: the clinic's own books, in place of those shipped."""
INSTRUMENTS: Final = "instruments"
"""Folder of questionnaires, in the data folder and in the resources."""


def books_of(folder: Path, carried: Mapping[str, bytes] | None = None) -> Books:
    """The books in force.

    A questionnaire of the clinic takes the place of a shipped one with the same id.

    Args:
        folder: Data folder.
        carried: Files of a signed bundle: where there is one, the clinic's own files here are left aside.

    Raises:
        LibraryError: a file is unreadable, incomplete or contradicts itself.
        OSError: a file cannot be read.
    """
    if carried:
        text = carried.get(BOOKS) or shipped_books()
        return load_books(text, {**shipped_instruments(), **instruments_in(dict(carried))})
    own = folder / BOOKS
    text = own.read_bytes() if own.exists() else shipped_books()
    return load_books(text, {**shipped_instruments(), **_own_instruments(folder / INSTRUMENTS)})


def shipped_books() -> bytes:
    """The books that ship."""
    return resource("clinic", "books-v1.toml")


def shipped_instruments() -> dict[str, bytes]:
    """The questionnaires that ship, by file name."""
    entries = sorted((RESOURCES / INSTRUMENTS).iterdir(), key=lambda entry: entry.name)
    return {entry.name: entry.read_bytes() for entry in entries if entry.name.endswith(".toml")}


def _own_instruments(folder: Path) -> dict[str, bytes]:
    if not folder.is_dir():
        return {}
    return {f"the clinic's {path.name}": path.read_bytes() for path in sorted(folder.glob("*.toml"))}
