"""Files that travel with the product, found whether it runs from a checkout or is installed."""

from __future__ import annotations

from importlib.resources import files


def asset_bytes(folder: str, name: str) -> bytes:
    """Read one file of ``resources/<folder>``.

    Raises:
        FileNotFoundError: the installation is incomplete; the text names the file.
    """
    return files("resources").joinpath(folder).joinpath(name).read_bytes()


def asset_names(folder: str, suffix: str) -> tuple[str, ...]:
    """Names of the files of ``resources/<folder>`` that end with ``suffix``, sorted."""
    return tuple(
        sorted(
            entry.name
            for entry in files("resources").joinpath(folder).iterdir()
            if entry.name.endswith(suffix)
        )
    )
