"""From ``[archive]`` in ``room.toml`` to the thread that tells the board this room's latest figures."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import SystemRandom
from typing import Final

from console.app.archive_sync import address_of
from console.app.board_status import RecordStatus
from console.app.config import ArchiveConfig
from console.room.service import Extra
from console.sync.board_line import open_line
from console.sync.board_teller import Teller
from console.sync.reference import ReferenceRefused
from console.sync.reference_pull import ReferencePuller
from console.sync.reference_shelf import Shelf

THREAD: Final = "the board's figures"
REFERENCE: Final = "the reference data"


def board_teller(
    config: ArchiveConfig, folder: Path, record: Path, room: str, waiting: Callable[[], int]
) -> Extra:
    """The thread, ready to be started; opens nothing yet.

    Raises:
        ConfigWrong: the address cannot be used.
    """
    source = RecordStatus(record, room, waiting, partial(reference_words, Shelf(folder)))
    teller = Teller(source, address_of(config, folder).parameters(), SystemRandom())

    def run(stopping: threading.Event) -> None:
        try:
            teller.run(stopping)
        finally:
            source.close()

    return Extra(THREAD, run)


def reference_thread(config: ArchiveConfig, folder: Path, site_id: str) -> Extra:
    """The thread that pulls reference data, ready to be started.

    Raises:
        ConfigWrong: the address cannot be used.
    """
    parameters = address_of(config, folder).parameters()
    puller = ReferencePuller(partial(open_line, parameters), Shelf(folder), site_id, SystemRandom())
    return Extra(REFERENCE, puller.run)


def reference_words(shelf: Shelf) -> str:
    """What a board is told of the room's reference data: only what somebody should see to."""
    try:
        state = shelf.state()
        return state.refused or ("" if not shelf.public or state.active else "reference data: unsigned local")
    except ReferenceRefused as refusal:
        return str(refusal)
