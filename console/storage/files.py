"""Putting files in place so that a crash at any moment leaves the old one or the new one."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

# Site default: at about 2.6 kB a second, the ballast holds six hours of a running session.
BALLAST_BYTES = 64 * 1024 * 1024


def beside(path: Path, suffix: str) -> Path:
    """The sibling ``name + suffix``."""
    return path.with_name(path.name + suffix)


def sync_file(path: Path) -> None:
    """Wait until the file's bytes are on the disk."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Wait until the folder's entries are on the disk (Windows keeps them itself)."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def put_in_place(finished: Path, target: Path) -> None:
    """Make a finished file appear under its name, at once and for good."""
    sync_file(finished)
    os.replace(finished, target)
    sync_folder(target.parent)


def create_private(path: Path) -> None:
    """An empty file that only its owner may read: the record names patients."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def remove_database(path: Path) -> None:
    """Delete a working database and what SQLite put beside it."""
    for suffix in ("", "-journal", "-wal", "-shm"):
        beside(path, suffix).unlink(missing_ok=True)


def free_bytes(path: Path) -> int | None:
    """Free space on the disk that holds ``path``; None when the system cannot tell."""
    try:
        return shutil.disk_usage(path.parent).free
    except OSError:
        return None


class Ballast:
    """Space kept back beside the record, to be given up when the disk is full in a session."""

    def __init__(self, record: Path, size: int = BALLAST_BYTES) -> None:
        self.path = beside(record, ".ballast")
        self._size = size

    def keep(self) -> None:
        """Write the ballast if it is not there; real blocks, because a sparse file keeps nothing.

        Raises:
            OSError: there is no room for it.
        """
        if self.path.exists() and self.path.stat().st_size == self._size:
            return
        partial = beside(self.path, ".partial")
        block = os.urandom(1024 * 1024)
        try:
            with partial.open("wb") as file:
                for start in range(0, self._size, len(block)):
                    file.write(block[: self._size - start])
            put_in_place(partial, self.path)
        finally:
            partial.unlink(missing_ok=True)

    def give_up(self) -> bool:
        """Free the space; False when it was given up before."""
        try:
            self.path.unlink()
        except FileNotFoundError:
            return False
        return True
