"""Where the secrets of this computer are kept: in the operating system's keyring, or in a file of its owner.

Beside whatever a secret protects lies a small note that says where the secret is and how to tell that it is
the right one. The note itself is worth nothing to a thief; a secret that could only be put into the note,
because there is no keyring, is said to be there.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

import msgspec

from console.storage.files import put_in_place
from console.storage.trouble import RecordUnreadable

SERVICE: Final = "infusion-console"
KEY_BYTES: Final = 32
_CHECK_BYTES: Final = 8


class KeyMissing(RecordUnreadable):
    """A secret is not where its note says, or is another one; the text says what to do."""


class Keyring(Protocol):
    """A keyring of the operating system (the ``keyring`` package has this shape)."""

    def get_password(self, service: str, username: str) -> str | None:
        """The secret, None when there is none."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a secret."""
        ...


class Kept(StrEnum):
    """Where a secret is."""

    KEYRING = "keyring"
    FILE = "file"
    """A file somebody named, on this disk or a removable one."""
    NOTE = "note"
    """The note itself: no keyring was there when it was made."""


class KeyNote(msgspec.Struct, frozen=True):
    """The note beside what a secret protects.

    Attributes:
        kept: Where the secret is.
        where: Name in the keyring, path of the file, or the secret itself as hex.
        check: Beginning of a hash of the secret, to tell it from another one.
    """

    kept: Kept
    where: str
    check: str

    def __repr__(self) -> str:
        return f"KeyNote({self.kept.value})"


def os_keyring() -> Keyring | None:
    """The keyring of the operating system; None where there is none."""
    try:
        import keyring
        import keyring.errors
    except ImportError:
        return None
    backend = keyring.get_keyring()
    # The package's own way of saying that no backend works here.
    return _OsKeyring(backend, keyring.errors.KeyringError) if backend.priority > 0 else None


class _OsKeyring:
    """A keyring that is locked, or gone, holds nothing for now."""

    def __init__(self, backend: Keyring, refused: type[Exception]) -> None:
        self._backend = backend
        self._refused = refused

    def get_password(self, service: str, username: str) -> str | None:
        try:
            return self._backend.get_password(service, username)
        except self._refused:
            return None

    def set_password(self, service: str, username: str, password: str) -> None:
        with suppress(self._refused):
            self._backend.set_password(service, username, password)


def check_of(key: bytes) -> str:
    """What a note keeps to recognise a key; it cannot be turned back into one."""
    return hashlib.sha256(b"infusion-console key check" + key).digest()[:_CHECK_BYTES].hex()


def read_note(path: Path) -> KeyNote | None:
    """The note at ``path``, None when there is none.

    Raises:
        KeyMissing: it cannot be read.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=KeyNote)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        raise KeyMissing(f"{path} cannot be read: restore it from the backup of this computer.") from error


def write_note(path: Path, note: KeyNote) -> None:
    """Put a note in place, readable by its owner alone.

    Raises:
        OSError: it cannot be written.
    """
    write_private(path, msgspec.json.encode(note))


def write_private(path: Path, data: bytes) -> None:
    """Put a file in place whole, readable by its owner alone.

    Raises:
        OSError: it cannot be written.
    """
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    put_in_place(fresh, path)


def new_key(path: Path, keyring: Keyring | None, key_file: Path | None = None) -> tuple[bytes, KeyNote]:
    """Make a secret and the note for ``path``; an existing ``key_file`` is taken, never overwritten.

    Raises:
        KeyMissing: the key file holds no key.
        OSError: note or key file cannot be written.
    """
    if key_file is not None:
        if key_file.exists():
            key = _from_file(key_file)
        else:
            key = secrets.token_bytes(KEY_BYTES)
            write_private(key_file, key.hex().encode())
        note = KeyNote(Kept.FILE, str(key_file.absolute()), check_of(key))
    else:
        key = secrets.token_bytes(KEY_BYTES)
        note = _in_keyring(key, keyring) or KeyNote(Kept.NOTE, key.hex(), check_of(key))
    write_note(path, note)
    return key, note


def _in_keyring(key: bytes, keyring: Keyring | None) -> KeyNote | None:
    """The note for a key the keyring took; None when it does not give back what it was given."""
    if keyring is None:
        return None
    name = f"{check_of(key)}-{secrets.token_hex(4)}"
    keyring.set_password(SERVICE, name, key.hex())
    if keyring.get_password(SERVICE, name) != key.hex():
        return None
    return KeyNote(Kept.KEYRING, name, check_of(key))


def key_of(note: KeyNote, keyring: Keyring | None) -> bytes:
    """The secret a note speaks of.

    Raises:
        KeyMissing: it is not there, or is another one.
    """
    match note.kept:
        case Kept.KEYRING:
            found = None if keyring is None else keyring.get_password(SERVICE, note.where)
            if found is None:
                raise KeyMissing(
                    "The key is not in the keyring of this computer and user: sign in as the user who runs "
                    "the console, unlock the keyring, or restore a backup with its key file."
                )
            key = _hex(found)
        case Kept.FILE:
            key = _from_file(Path(note.where))
        case Kept.NOTE:
            key = _hex(note.where)
    if check_of(key) != note.check:
        raise KeyMissing("The key that was found is another one: bring the key that belongs to this record.")
    return key


def _from_file(path: Path) -> bytes:
    try:
        return _hex(path.read_text(encoding="ascii").strip())
    except (OSError, UnicodeDecodeError) as error:
        raise KeyMissing(f"The key file {path} cannot be read: bring the medium it is on.") from error


def _hex(text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyMissing(f"A key is {KEY_BYTES} bytes as hexadecimal digits; this is none.")
    return key
