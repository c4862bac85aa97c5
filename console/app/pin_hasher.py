"""The hasher for the PINs in a record, with the key of this computer."""

from __future__ import annotations

from pathlib import Path

from console.storage.accounts import PinHasher
from console.storage.keys import os_keyring
from console.storage.pin_key import pin_key


def hasher_of(record: Path, *, simulated: bool = False) -> tuple[PinHasher, str]:
    """The hasher for the PINs in a record, and where its key is, in words.

    A demonstration leaves nothing in anybody's keyring.

    Raises:
        KeyMissing: the key was made before and is not to be had.
        OSError: it cannot be written.
    """
    key, words = pin_key(record, None if simulated else os_keyring())
    return PinHasher(pepper=key), words
