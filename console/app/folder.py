"""Where everything lives on this computer, and which boot of it this is."""

from __future__ import annotations

import os
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final
from uuid import uuid4

from platformdirs import user_data_path

from console.ui.assets import RESOURCES

VARIABLE: Final = "INFUSION_CONSOLE_DATA"
RECORD: Final = "record.sqlite"
CONFIG: Final = "room.toml"
DEMO: Final = "demo.json"
"""Present in the folder of a demonstration alone: its people and their PINs, for the sign-in page."""

LESSON: Final = "lesson.txt"
"""Present in the folder of a lesson alone, with its name: every session there is a training."""

_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


def data_folder(given: str | None) -> Path:
    """The data folder: as given, as the environment says, or the user's own."""
    chosen = given or os.environ.get(VARIABLE)
    return Path(chosen).expanduser() if chosen else user_data_path("infusion-console", appauthor=False)


def make_folder(folder: Path) -> None:
    """Make the folder, readable by its owner alone: the record names patients.

    Raises:
        OSError: it cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def app_version() -> str:
    """The product's version."""
    try:
        return version("infusion-console")
    except PackageNotFoundError:
        return "0.1.0"


def boot_id() -> str:
    """Names this boot of the machine: monotonic times compare only within one.

    Where the system does not tell, every start counts as another boot and times are carried over by the
    wall clock.
    """
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return uuid4().hex


def resource(*names: str) -> bytes:
    """Read one file of ``resources``.

    Raises:
        FileNotFoundError: the installation is incomplete.
    """
    return RESOURCES.joinpath(*names).read_bytes()


def scenario_names() -> tuple[str, ...]:
    """The scenarios that can be played."""
    names = (entry.name for entry in (RESOURCES / "scenarios").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))
