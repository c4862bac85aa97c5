"""Backup, restoring and encryption of the record, from the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from console.app.access_log import note_access
from console.app.folder import RECORD, make_folder
from console.app.troubles import NotPossible
from console.clock import SystemClock
from console.session.events import Access
from console.storage.aside import aside_path
from console.storage.backup import backup_to, encrypt_record, restore_from
from console.storage.cipher import is_plain, note_of
from console.storage.keys import Kept, os_keyring, read_note

Say = Callable[[str], None]

NOT_ENCRYPTED: Final = (
    "The record is not encrypted by the console: whoever takes the disk can read it, unless the disk itself "
    "is encrypted. To encrypt it: infusion-console record encrypt."
)


def at_rest(record: Path) -> str:
    """What is to be said at the start about the record on the disk; empty when it is encrypted."""
    return NOT_ENCRYPTED if is_plain(record) or not record.exists() else ""


def _there(folder: Path) -> Path:
    path = folder / RECORD
    if not path.exists():
        raise NotPossible(f"There is no record at {path}: name the data folder with --data.")
    return path


def back_up(folder: Path, target: Path, say: Say) -> int:
    """Write a verified copy; the console may be open.

    Raises:
        NotPossible: there is no record.
        RecordRefused: the target exists, or the copy does not verify.
        DiskTrouble: the disk is full or fails.
    """
    path = _there(folder)
    note_access(folder, Access.BACKED_UP)
    report = backup_to(path, target)
    say(f"Written: {target}. {report.sentence}")
    say(f"Keep this head apart from the computer: {report.head_hash}")
    _say_key(target, say)
    return 0


def restore(folder: Path, backup: Path, say: Say) -> int:
    """Put a verified backup in the place of the record, which stays beside it under another name.

    Raises:
        NotPossible: there is no such backup.
        RecordRefused: the backup does not verify, or a console is open.
        DiskTrouble: the disk is full or fails.
    """
    if not backup.exists():
        raise NotPossible(f"There is no backup at {backup}.")
    make_folder(folder)
    path = folder / RECORD
    there = path.exists()
    aside = aside_path(path, SystemClock().now().wall_utc_ns)
    aside = aside.with_name(aside.name.replace(".damaged-", ".before-restore-"))
    report = restore_from(backup, path, aside)
    note_access(folder, Access.RESTORED, detail=backup.name)
    say(f"Restored from {backup}. {report.sentence}")
    if there:
        say(f"The record that was there is kept as {aside.name}.")
    return 0


def encrypt(folder: Path, key_file: Path | None, say: Say) -> int:
    """Encrypt the record in place.

    Raises:
        NotPossible: there is no record.
        RecordRefused: it is encrypted already, or there is no place for its key.
        DiskTrouble: the disk is full or fails.
    """
    path = _there(folder)
    report = encrypt_record(path, os_keyring(), key_file)
    note_access(folder, Access.ENCRYPTED)
    say(f"Encrypted. {report.sentence}")
    _say_key(path, say)
    say("Backups made before are not encrypted: destroy them, or keep them under lock.")
    return 0


def _say_key(path: Path, say: Say) -> None:
    note = None if is_plain(path) else read_note(note_of(path))
    if note is None:
        return
    if note.kept is Kept.FILE:
        say(f"Its key is in {note.where}: without that file nobody can read it. Keep a copy in a safe.")
    else:
        say("Its key is in the keyring of this user. Without it nobody can read the record or its backups.")
