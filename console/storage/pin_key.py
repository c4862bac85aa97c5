"""The key PIN hashes are made under, kept outside the record: a stolen one gives away no PIN."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from console.storage.files import beside
from console.storage.keys import Kept, Keyring, key_of, new_key, read_note

SUFFIX: Final = ".pins"

IN_KEYRING: Final = "PINs are protected by a key in the keyring of this computer."
IN_FILE: Final = (
    "PINs are protected by a key in a file that only this user may read: there is no keyring. Whoever takes "
    "the whole folder can try PINs; encrypt the disk."
)


def pin_key(record: Path, keyring: Keyring | None) -> tuple[bytes, str]:
    """The key for the PINs in a record, made at the first call; with the sentence that says where it is.

    Raises:
        KeyMissing: it was made before and is not to be had.
        OSError: it cannot be written.
    """
    path = beside(record, SUFFIX)
    note = read_note(path)
    if note is None:
        key, note = new_key(path, keyring)
    else:
        key = key_of(note, keyring)
    return key, IN_KEYRING if note.kept is Kept.KEYRING else IN_FILE
