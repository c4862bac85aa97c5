"""Where the board's archive is: ``board.toml`` in the data folder, or the command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from console.app.config import ConfigWrong
from console.clinical.toml_table import LibraryError, parse_toml
from console.sync.connecting import AddressWrong, ArchiveAddress, read_address

BOARD: Final = "board.toml"
HOW: Final = (
    "Say where the archive is: infusion-console board --archive postgresql://reader@host/archive "
    "--site CLINIC, or write archive = ... and site_id = ... into board.toml of the data folder."
)


@dataclass(frozen=True, slots=True)
class BoardConfig:
    """What the board is to show.

    Attributes:
        address: The archive, as a reader.
        site_id: The clinic.
        title: What stands on top.
        names: Patients may be named; a wall that visitors see shows initials.
    """

    address: ArchiveAddress
    site_id: str
    title: str
    names: bool = False


def board_config(
    folder: Path, archive: str = "", site_id: str = "", title: str = "", names: bool = False
) -> BoardConfig:
    """The configuration; the command line goes before the file.

    Raises:
        ConfigWrong: it is not said where the archive is, or the file cannot be used.
    """
    path = folder / BOARD
    try:
        text = path.read_bytes() if path.exists() else b""
        top = parse_toml(text, str(path))
        said = {
            key: top.text(key) if top.has(key) else default
            for key, default in (
                ("archive", ""),
                ("site_id", ""),
                ("title", ""),
                ("ca", "ca.pem"),
                ("certificate", "board.pem"),
                ("key", "board.key"),
                ("password_file", ""),
            )
        }
        named = names or (top.has("names") and top.flag("names"))
        top.finish()
    except LibraryError as error:
        raise ConfigWrong(str(error)) from error
    except OSError as error:
        raise ConfigWrong(f"{path} cannot be read: {error.strerror}.") from error
    url, site = archive or said["archive"], site_id or said["site_id"]
    if not url or not site:
        raise ConfigWrong(HOW)
    password_file = folder / said["password_file"] if said["password_file"] else None
    try:
        address = read_address(
            url, folder / said["ca"], folder / said["certificate"], folder / said["key"], password_file
        )
    except AddressWrong as error:
        raise ConfigWrong(f"The archive's address {error}") from error
    return BoardConfig(address, site, title or said["title"] or site, named)
