"""What a demonstration leaves in its folder for its window."""

from __future__ import annotations

from pathlib import Path

import msgspec

from console.app.folder import DEMO
from console.session.people import Role


class DemoPerson(msgspec.Struct, frozen=True):
    """Somebody who can sign in at a demonstration; the PIN is no secret there."""

    user_id: str
    name: str
    role: Role
    pin: str


class DemoFile(msgspec.Struct, frozen=True):
    """What the window of a demonstration may know.

    Attributes:
        scenario: Name of the scenario that is played.
        people: Who can sign in, with their PINs.
    """

    scenario: str
    people: tuple[DemoPerson, ...]


def read_demo(folder: Path) -> DemoFile | None:
    """What the window of a demonstration may know; None when this is none."""
    try:
        return msgspec.json.decode((folder / DEMO).read_bytes(), type=DemoFile)
    except (OSError, msgspec.DecodeError):
        return None


def write_demo(folder: Path, demo: DemoFile) -> None:
    """Leave it for the window."""
    (folder / DEMO).write_bytes(msgspec.json.encode(demo))
