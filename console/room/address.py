"""Where the room listens: a file in the data folder that only its owner can read."""

from __future__ import annotations

import os
import socket
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import msgspec

FILE_NAME: Final = "room.json"


class RoomAddress(msgspec.Struct, frozen=True):
    """How to reach a running room.

    Attributes:
        port: TCP port on 127.0.0.1.
        key: Shared secret of the connection's challenge, as hex.
        pid: Process of the room.
    """

    port: int
    key: str
    pid: int

    def __repr__(self) -> str:
        return f"RoomAddress(port={self.port}, pid={self.pid})"


def write_address(data_dir: Path, address: RoomAddress) -> None:
    """Publish the address whole or not at all, readable by this user alone."""
    fresh = data_dir / (FILE_NAME + ".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(address))
    os.replace(fresh, data_dir / FILE_NAME)


def read_address(data_dir: Path) -> RoomAddress | None:
    """The address last published, None when there is none or it cannot be read."""
    try:
        return msgspec.json.decode((data_dir / FILE_NAME).read_bytes(), type=RoomAddress)
    except (OSError, msgspec.DecodeError):
        return None


def forget_address(data_dir: Path) -> None:
    """Take the address back."""
    (data_dir / FILE_NAME).unlink(missing_ok=True)


def hang_up(connection: Connection) -> None:
    """End a connection from another thread: whoever waits in a read or a write wakes up.

    Closing alone would leave the waiting thread where it is, on a number that may be given anew.
    """
    try:
        borrowed = socket.socket(fileno=connection.fileno())
    except OSError:
        return
    try:
        borrowed.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
    finally:
        borrowed.detach()
