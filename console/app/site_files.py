"""The configuration of the machine from its files: read by the room and by each window."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from console.app.clinic_files import books_of
from console.app.config import RoomConfig
from console.app.folder import LESSON, resource
from console.app.reference_files import LIBRARY, SYRINGES, carried
from console.clinical.interlock_file import digest_of, load_interlocks
from console.clinical.interlock_rules import OFF, InterlockRules
from console.clinical.library import load_library, load_syringes
from console.clinical.toml_table import LibraryError
from console.devices.about import Control
from console.devices.catalogue import about
from console.session.site import Site


def site_of(config: RoomConfig, folder: Path) -> Site:
    """The configuration of the machine.

    Raises:
        LibraryError: a library file contradicts itself.
        OSError: a library file cannot be read.
    """
    signed = carried(folder, config.site_id)
    library = signed.get(LIBRARY) or _text(config.library, folder, "ketamine-v1.toml")
    return Site(
        room_name=config.room_name,
        library=load_library(_approved(library, config)),
        syringes=load_syringes(signed.get(SYRINGES) or _text(config.syringes, folder, "syringes-v1.toml")),
        monitors=tuple(monitor.name for monitor in config.monitors),
        priorities=config.sources,
        watchdog_s=config.watchdog_s,
        simulated=config.simulated,
        interlocks=interlocks_of(config, folder),
        cuff_on_oximeter_limb=config.cuff_on_oximeter_limb,
        training=(folder / LESSON).exists(),
        books=books_of(folder, signed),
        strict=not config.simulated,
        cuffs=tuple(one.name for one in config.monitors if about(one.driver).control is Control.NIBP),
    )


def interlocks_of(config: RoomConfig, folder: Path) -> InterlockRules:
    """The interlock rules of the room; a file that cannot be used takes them out of force, no more."""
    if not config.interlocks:
        return OFF
    try:
        text = (folder / config.interlocks).read_bytes()
    except OSError as error:
        words = f"Interlocks are off: {config.interlocks} cannot be read: {error.strerror}."
        return replace(OFF, words=words, faulty=True)
    return load_interlocks(text, config.approved_sha256, config.interlocks)


def _approved(text: bytes, config: RoomConfig) -> bytes:
    """The drug library, if it is the one that was approved for this room.

    Raises:
        LibraryError: it is another one.
    """
    found, approved = digest_of(text), config.library_sha256.strip().lower()
    if approved and found != approved:
        raise LibraryError(
            f"The drug library {config.library or 'that came with the console'} is not the one that was "
            f"approved (library_sha256 in room.toml is {approved[:12]}, this file is {found[:12]}): restore "
            "the approved file, or have this one approved."
        )
    return text


def _text(given: str, folder: Path, shipped: str) -> bytes:
    return (folder / given).read_bytes() if given else resource("library", shipped)
