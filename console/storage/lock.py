"""One console a record: a lock held by the operating system, gone when its process is."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Self

from console.storage.trouble import RecordInUse, unreadable

if sys.platform == "win32":
    import msvcrt

    # Locked bytes cannot be read by others on Windows: lock one far behind the text.
    _FAR = 0x7FFF0000

    def _take(descriptor: int) -> None:
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)
else:
    import fcntl

    def _take(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class InstanceLock:
    """Held from construction until :meth:`release`; the file stays, its lock is what counts."""

    def __init__(self, record: Path) -> None:
        """Take the lock beside ``record``.

        Raises:
            RecordInUse: another process holds it.
            RecordUnreadable: the lock file cannot be made.
        """
        self.path = record.with_name(record.name + ".lock")
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise unreadable(record, f"{self.path.name} cannot be written: {error.strerror}") from error
        try:
            _take(descriptor)
        except OSError as error:
            holder = os.read(descriptor, 20).decode("ascii", "replace").strip()
            os.close(descriptor)
            raise RecordInUse(
                f"Another console on this computer has {record} open (process {holder or 'unknown'}). "
                "Close it first, attach a window to it, or start with another --data."
            ) from error
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back; a second call does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
