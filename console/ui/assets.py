"""Files that travel with the product, found whether it runs from a checkout or is installed.

``resources`` stands beside ``console`` in both cases. It is reached by its path: as a namespace package
it could be merged with somebody else's.
"""

from __future__ import annotations

from pathlib import Path

import console

RESOURCES = Path(console.__file__).resolve().parents[1] / "resources"


def asset_bytes(folder: str, name: str) -> bytes:
    """Read one file of ``resources/<folder>``.

    Raises:
        FileNotFoundError: the installation is incomplete; the text names the file.
    """
    return (RESOURCES / folder / name).read_bytes()


def asset_names(folder: str, suffix: str) -> tuple[str, ...]:
    """Names of the files of ``resources/<folder>`` that end with ``suffix``, sorted."""
    return tuple(
        sorted(entry.name for entry in (RESOURCES / folder).iterdir() if entry.name.endswith(suffix))
    )
