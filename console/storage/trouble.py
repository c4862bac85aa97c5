"""What can go wrong with the record, split into the room's troubles and the program's own faults."""

from __future__ import annotations

import errno
from enum import StrEnum
from pathlib import Path

from sqlalchemy.exc import DBAPIError


class RecordRefused(Exception):
    """The record cannot be opened; the text says why and what to do. Nothing was changed."""


class RecordNewer(RecordRefused):
    """The file was written by a newer program."""


class RecordUnreadable(RecordRefused):
    """The file is no record of this console, or is damaged."""


class RecordDamaged(RecordUnreadable):
    """The file is damaged: it may be set aside and another one begun (:mod:`console.storage.aside`).

    Attributes:
        why: What was found, without the file's name.
    """

    def __init__(self, sentence: str, why: str) -> None:
        super().__init__(sentence)
        self.why = why


class RecordInUse(RecordRefused):
    """Another console on this computer holds the record."""


class RecordFault(Exception):
    """The database refused a statement of ours: a fault in this program, not in the room."""


class TroubleKind(StrEnum):
    """What the disk did."""

    FULL = "full"
    """Nothing was written; the connection is sound and may be tried again."""
    LOCKED = "locked"
    """Another program held the file for longer than the busy timeout; may be tried again."""
    READ_ONLY = "read_only"
    """The file or file system refuses writing; may be tried again when that is mended."""
    IO = "io"
    """Reading, writing or syncing failed: whether the last batch is on disk is not known."""
    DAMAGED = "damaged"
    """A page of the file makes no sense."""
    GONE = "gone"
    """The file was moved, replaced or deleted under the running console."""
    LOST = "lost"
    """After reopening, events that had been confirmed are not in the file."""


POISONING = frozenset({TroubleKind.IO, TroubleKind.DAMAGED, TroubleKind.GONE, TroubleKind.LOST})


class DiskTrouble(Exception):
    """The room's disk fails: carry on without it, sound NOT RECORDING, try again.

    Attributes:
        kind: What the disk did.
        poisoned: The connection must not be used again before ``Record.reopen``. After a failed
            fsync the operating system may count pages as written that are not, so the same sync
            must never simply be repeated (Rebello et al., USENIX ATC 2020).
    """

    def __init__(self, kind: TroubleKind, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.poisoned = kind in POISONING


# Primary SQLite result codes (sqlite.org/rescode.html).
_KINDS = {
    3: TroubleKind.READ_ONLY,  # SQLITE_PERM
    5: TroubleKind.LOCKED,  # SQLITE_BUSY
    6: TroubleKind.LOCKED,  # SQLITE_LOCKED
    7: TroubleKind.IO,  # SQLITE_NOMEM
    8: TroubleKind.READ_ONLY,  # SQLITE_READONLY
    10: TroubleKind.IO,  # SQLITE_IOERR
    11: TroubleKind.DAMAGED,  # SQLITE_CORRUPT
    13: TroubleKind.FULL,  # SQLITE_FULL
    14: TroubleKind.IO,  # SQLITE_CANTOPEN
    15: TroubleKind.LOCKED,  # SQLITE_PROTOCOL
    26: TroubleKind.DAMAGED,  # SQLITE_NOTADB
}

_OS_KINDS = {
    errno.ENOENT: TroubleKind.GONE,
    errno.ENOSPC: TroubleKind.FULL,
    errno.EDQUOT: TroubleKind.FULL,
    errno.EROFS: TroubleKind.READ_ONLY,
    errno.EACCES: TroubleKind.READ_ONLY,
    errno.EPERM: TroubleKind.READ_ONLY,
}


def disk_trouble(kind: TroubleKind, path: Path) -> DiskTrouble:
    """The trouble of this kind with the sentence for the room."""
    sentences = {
        TroubleKind.FULL: f"The disk is full. Free space on the disk that holds {path.parent}.",
        TroubleKind.LOCKED: f"Another program holds {path} locked. Close backup and database programs.",
        TroubleKind.READ_ONLY: f"{path} cannot be written. Ask the technician for the right to write it.",
        TroubleKind.IO: f"The disk of {path} reports errors. Keep a paper record and replace the disk.",
        TroubleKind.DAMAGED: (
            f"{path} is damaged. Keep a paper record; after this session restart the console, which sets the "
            "file aside and begins another."
        ),
        TroubleKind.GONE: f"{path} was moved or deleted while in use. Put it back, or restart the console.",
        TroubleKind.LOST: (
            f"{path} has lost entries that were already stored. Keep a paper record and ask the technician "
            "to verify the record and the disk."
        ),
    }
    return DiskTrouble(kind, sentences[kind])


def unreadable(path: Path, why: str) -> RecordUnreadable:
    """The refusal for a file that is no sound record."""
    return RecordUnreadable(_refusal(path, why))


def damaged(path: Path, why: str) -> RecordDamaged:
    """The refusal for a file that was a record and is damaged."""
    # SQLite quotes the text it cannot decode, which may name a patient; this goes into the log.
    said = "a text in it cannot be read" if "decode" in why else why
    return RecordDamaged(_refusal(path, said), said)


def _refusal(path: Path, why: str) -> str:
    return (
        f"{path} is not a record of this console or is damaged ({why}): it was left untouched; "
        "start with another --data, or restore a backup."
    )


def _cause(error: BaseException) -> BaseException:
    if isinstance(error, DBAPIError) and error.orig is not None:
        return error.orig
    return error


def trouble_from(error: Exception, path: Path) -> DiskTrouble | RecordFault:
    """Sort an error of the database into the room's trouble or the program's fault."""
    cause = _cause(error)
    if isinstance(cause, OSError):
        return disk_trouble(_OS_KINDS.get(cause.errno or 0, TroubleKind.IO), path)
    code = getattr(cause, "sqlite_errorcode", None)
    kind = None if code is None else _KINDS.get(code & 0xFF)
    if kind is None:
        return RecordFault(f"The record refused a write; this is a fault in the program: {cause}")
    return disk_trouble(kind, path)


def refusal_from(error: Exception, path: Path, upgrading: bool = False) -> RecordRefused | DiskTrouble:
    """The same for a file that is being opened: damage is a refusal, a busy or full disk a trouble.

    Args:
        error: What the database said.
        path: The file.
        upgrading: New statements run on a copy: what they do wrong says nothing about the file.
    """
    found = trouble_from(error, path)
    if upgrading and isinstance(found, RecordFault):
        return unreadable(path, str(_cause(error)))
    if isinstance(found, DiskTrouble) and found.kind is not TroubleKind.DAMAGED:
        return found
    return damaged(path, str(_cause(error)))
