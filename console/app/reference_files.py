"""The reference data in force for this computer: a signed bundle, or the clinic's files and those shipped."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from console.clinical.library import load_library, load_syringes
from console.clinical.toml_table import LibraryError
from console.course.books_file import load_books

FOLDER: Final = "reference"
"""Where the bundles lie; without it nothing of them is even loaded."""

LIBRARY: Final = "library.toml"
SYRINGES: Final = "syringes.toml"
BOOKS: Final = "books.toml"
INSTRUMENTS: Final = "instruments/"


def carried(folder: Path, site_id: str) -> dict[str, bytes]:
    """Files of the signed bundle in force, by name; none where none was ever pulled.

    Raises:
        LibraryError: it was changed on this computer, or cannot be checked.
    """
    if not (folder / FOLDER).is_dir():
        return {}
    from console.sync.reference import ReferenceRefused
    from console.sync.reference_shelf import Shelf

    try:
        found = Shelf(folder).in_force(site_id)
    except ReferenceRefused as refusal:
        raise LibraryError(str(refusal)) from refusal
    return {} if found is None else found.data


def instruments_in(files: dict[str, bytes]) -> dict[str, bytes]:
    """The questionnaires of a bundle by the name of their file."""
    return {
        f"the clinic's {name.removeprefix(INSTRUMENTS)}": data
        for name, data in files.items()
        if name.startswith(INSTRUMENTS)
    }


def activate_between_sessions(folder: Path, record: Path) -> bool:
    """Bring newly pulled reference data into force, unless a session is open: that keeps what it began with.

    Returns:
        Whether the newest is in force now.

    Raises:
        LibraryError: the memory of the reference data is damaged.
        OSError: the disk refuses.
    """
    if not (folder / FOLDER).is_dir():
        return True
    if record.exists() and session_open(record):
        return False
    from console.sync.reference import ReferenceRefused
    from console.sync.reference_shelf import Shelf

    try:
        Shelf(folder).activate()
    except ReferenceRefused as refusal:
        raise LibraryError(str(refusal)) from refusal
    return True


def session_open(record: Path) -> bool:
    """Whether a session of the record is going on."""
    from console.session.state import OPEN, Phase
    from console.storage.queries import RecordReader

    with RecordReader(record) as reader:
        return any(Phase(row.phase) in OPEN for row in reader.sessions(limit=20))


def read_folder(folder: Path) -> dict[str, bytes]:
    """The files an administrator publishes, each understood first.

    Raises:
        LibraryError: a file contradicts itself, or there is none.
        OSError: a file cannot be read.
    """
    files = {
        name: (folder / name).read_bytes() for name in (LIBRARY, SYRINGES, BOOKS) if (folder / name).exists()
    }
    for path in sorted((folder / INSTRUMENTS).glob("*.toml")):
        files[f"{INSTRUMENTS}{path.name}"] = path.read_bytes()
    if not files:
        raise LibraryError(f"{folder} holds none of {LIBRARY}, {SYRINGES}, {BOOKS}, {INSTRUMENTS}*.toml.")
    understand(files)
    return files


def understand(files: dict[str, bytes]) -> None:
    """Load what rooms would load.

    Raises:
        LibraryError: a file contradicts itself.
    """
    from console.app.clinic_files import shipped_books, shipped_instruments

    if LIBRARY in files:
        load_library(files[LIBRARY])
    if SYRINGES in files:
        load_syringes(files[SYRINGES])
    load_books(files.get(BOOKS) or shipped_books(), {**shipped_instruments(), **instruments_in(files)})
