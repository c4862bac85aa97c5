"""A disk that loses its power: what may be on it afterwards, by what was written and synced before.

Everything a file was synced with is kept. Of what was written to it since, any part may be there: each
write whole, not at all, or with only some of its sectors, whatever the order they were written in. Names
are kept up to the last sync of their folder, and beyond it in the order they were changed, as journalling
file systems do. The method is that of Pillai et al., "All File Systems Are Not Created Equal" (OSDI 2014).
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from enum import StrEnum
from itertools import pairwise
from typing import Final

import msgspec

SECTOR: Final = 512
"""The unit a drive writes at once."""


class What(StrEnum):
    """What a program asked of the disk."""

    MAKE = "make"
    WRITE = "write"
    CUT = "cut"
    SYNC = "sync"
    SYNC_FOLDER = "sync_folder"
    DELETE = "delete"
    RENAME = "rename"
    ACK = "ack"
    """The program told its user that something is stored."""


class Op(msgspec.Struct, frozen=True, array_like=True):
    """One step of the program.

    Attributes:
        what: The step.
        name: The file; of ACK the hash of the event as hex.
        place: Offset of a write, length after a cut, sequence number of an ACK.
        data: What was written.
        other: The new name of a renamed file.
    """

    what: What
    name: str = ""
    place: int = 0
    data: bytes = b""
    other: str = ""


class Ack(msgspec.Struct, frozen=True):
    """The last event the user was told is stored."""

    seq: int = 0
    hash: str = ""


class _File:
    """One file: its synced bytes, and what came since."""

    def __init__(self) -> None:
        self.synced = b""
        self.pending: list[Op] = []

    def now(self) -> bytes:
        return _applied(self.synced, self.pending)

    def sync(self) -> None:
        self.synced, self.pending = self.now(), []

    def after_cut(self, chance: random.Random) -> bytes:
        mood = chance.random()
        if mood < 0.2:
            return self.synced
        if mood < 0.35:
            return self.now()
        kept = chance.random()
        survivors = []
        for op in self.pending:
            if chance.random() < kept:
                survivors += list(_torn(op, chance)) if chance.random() < 0.3 else [op]
        return _applied(self.synced, survivors)


_Names = dict[str, _File]


class Disk:
    """Carries steps out and shows what a power cut would leave."""

    def __init__(self, honest: bool = True) -> None:
        """``honest=False`` is a drive that answers a sync at once and does nothing."""
        self._honest = honest
        self._names: list[_Names] = [{}]
        self.acknowledged = Ack()

    def carry_out(self, op: Op) -> None:
        """One step of the program."""
        names = self._names[-1]
        match op.what:
            case What.MAKE:
                if op.name not in names:
                    self._names.append({**names, op.name: _File()})
            case What.WRITE | What.CUT:
                names[op.name].pending.append(op)
            case What.SYNC if self._honest:
                names[op.name].sync()
            case What.SYNC_FOLDER if self._honest:
                self._names = [names]
            case What.DELETE:
                self._names.append({name: file for name, file in names.items() if name != op.name})
            case What.RENAME:
                left = {name: file for name, file in names.items() if name != op.name}
                self._names.append({**left, op.other: names[op.name]})
            case What.ACK:
                self.acknowledged = Ack(op.place, op.name)
            case _:
                return

    @property
    def unsynced(self) -> bool:
        """Whether anything was done that a power cut may undo."""
        return len(self._names) > 1 or any(file.pending for file in self._names[-1].values())

    def after_cut(self, chance: random.Random) -> dict[str, bytes]:
        """The files as they might be found when the power is back."""
        names = self._names[-1] if chance.random() < 0.5 else chance.choice(self._names)
        return {name: file.after_cut(chance) for name, file in names.items()}


def _applied(content: bytes, ops: Iterable[Op]) -> bytes:
    found = bytearray(content)
    for op in ops:
        if op.what is What.CUT:
            found[op.place :] = bytes(max(0, op.place - len(found)))
        else:
            if len(found) < op.place:
                found += bytes(op.place - len(found))
            found[op.place : op.place + len(op.data)] = op.data
    return bytes(found)


def _torn(op: Op, chance: random.Random) -> Iterable[Op]:
    """Some of the sectors of one write."""
    if op.what is What.CUT:
        return
    start = op.place
    end = op.place + len(op.data)
    edges = [start, *range(start - start % SECTOR + SECTOR, end, SECTOR), end]
    for first, last in pairwise(edges):
        if chance.random() < 0.5:
            yield Op(What.WRITE, op.name, first, op.data[first - op.place : last - op.place])
