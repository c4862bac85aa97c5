"""Binding what the search found: one section of ``room.toml`` is written anew, everything else stays."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from console.app.config import RoomConfig, parse_config
from console.app.device_search import read_known, write_known
from console.app.troubles import NotPossible
from console.clinical.toml_table import LibraryError
from console.devices.about import DeviceAbout, Role
from console.devices.catalogue import about
from console.devices.discovery_findings import PortFinding, Verdict
from console.devices.discovery_memory import compare, remember
from console.room.bench_desk import CannotBind

BEFORE: Final = ".before"
"""Ending of the copy of ``room.toml`` as it was."""
HEADER: Final = re.compile(r"^\s*\[{1,2}\s*([A-Za-z0-9_.-]+)\s*\]{1,2}")
REPLACED: Final = re.compile(r"^\s*(driver|port|baud|address|control)\s*=")
NAMED: Final = re.compile(r"""^\s*name\s*=\s*["']([^"']+)["']""")


class RoomFile:
    """The ``room.toml`` of a room and what is remembered beside it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def bind(self, finding: PortFinding, instead_of: str) -> str:
        """Bind what was found; returns what was done, as a sentence.

        Args:
            finding: Of the search.
            instead_of: Monitor whose place it takes, empty to add one; a pump takes the pump's place.

        Raises:
            CannotBind: it may not be bound, or the file cannot be written; the text says why.
        """
        folder = self._path.parent
        if finding.verdict is not Verdict.FOUND:
            raise CannotBind("Only a device that identified itself can be bound from here.")
        try:
            known = read_known(folder)
            compared = compare(known, (finding,))[0]
            if not compared.may_bind:
                raise CannotBind(compared.sentence)
            told = about(finding.device)
            before = self._path.read_text(encoding="utf-8") if self._path.exists() else ""
            after = with_binding(before, finding, told, instead_of)
            config = parse_config(after.encode(), str(self._path))
            _write(self._path, before, after)
            write_known(folder, remember((finding,), known))
        except LibraryError as error:
            raise CannotBind(f"It was not bound, because the file would be wrong: {error}") from error
        except NotPossible as error:
            raise CannotBind(str(error)) from error
        except OSError as error:
            raise CannotBind(f"{self._path} cannot be written: {error.strerror or error}.") from error
        return _sentence(finding, told, config)


def with_binding(text: str, finding: PortFinding, told: DeviceAbout, instead_of: str) -> str:
    """The text of ``room.toml`` with the device in it.

    Raises:
        CannotBind: there is no monitor of that name.
    """
    figures = [f'driver = "{finding.device}"', f'port = "{finding.port.stable_path}"']
    if finding.baud not in {0, told.line.baud}:
        figures.append(f"baud = {finding.baud}")
    blocks = list(_blocks(text))
    if told.role is Role.PUMP:
        place = next((at for at, block in enumerate(blocks) if _kind(block) == "pump"), None)
        head = "[pump]"
    else:
        place = _place_of(blocks, instead_of)
        if instead_of and place is None:
            raise CannotBind(f"There is no monitor {instead_of} in this room.")
        head = f'[[monitor]]\nname = "{_free_name(blocks, finding.device)}"'
    if place is None:
        return text.rstrip("\n") + ("\n\n" if text.strip() else "") + "\n".join((head, *figures)) + "\n"
    blocks[place] = _replaced(blocks[place], figures)
    return "\n".join(line for block in blocks for line in block).rstrip("\n") + "\n"


def _blocks(text: str) -> Iterator[list[str]]:
    """The lines before the first section, then each section with its lines."""
    block: list[str] = []
    for line in text.splitlines():
        if HEADER.match(line):
            yield block
            block = []
        block.append(line)
    yield block


def _kind(block: list[str]) -> str:
    found = HEADER.match(block[0]) if block else None
    return "" if found is None else found[1]


def _names(block: list[str]) -> list[str]:
    return [found[1] for line in block if (found := NAMED.match(line)) is not None]


def _place_of(blocks: list[list[str]], name: str) -> int | None:
    return next(
        (at for at, one in enumerate(blocks) if name and _kind(one) == "monitor" and name in _names(one)),
        None,
    )


def _free_name(blocks: list[list[str]], driver: str) -> str:
    taken = {name for block in blocks if _kind(block) == "monitor" for name in _names(block)}
    numbered = (driver, *(f"{driver}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in numbered if name not in taken)


def _replaced(block: list[str], figures: list[str]) -> list[str]:
    """The section with other figures; comments and what else stands there stay."""
    kept = [line for line in block if not REPLACED.match(line)]
    last = max(at for at, line in enumerate(kept) if line.strip())
    return [*kept[: last + 1], *figures, *kept[last + 1 :]]


def _write(path: Path, before: str, after: str) -> None:
    if before:
        path.with_name(path.name + BEFORE).write_text(before, encoding="utf-8")
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(after, encoding="utf-8")
    os.replace(fresh, path)


def _sentence(finding: PortFinding, told: DeviceAbout, config: RoomConfig) -> str:
    what = finding.identity.model if finding.identity is not None else finding.device
    if told.role is Role.PUMP:
        return f"{what} is bound as the pump of {config.room_name}."
    port = finding.port.stable_path
    name = next((one.name for one in config.monitors if one.port == port), finding.device)
    return f"{what} is bound as the monitor {name}."
