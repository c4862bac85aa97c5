"""From ``[archive]`` in ``room.toml`` to the thread that tells the board this room's latest figures."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from random import SystemRandom
from typing import Final

from console.app.archive_sync import address_of
from console.app.board_status import RecordStatus
from console.app.config import ArchiveConfig
from console.room.service import Extra
from console.sync.board_teller import Teller

THREAD: Final = "the board's figures"


def board_teller(
    config: ArchiveConfig, folder: Path, record: Path, room: str, waiting: Callable[[], int]
) -> Extra:
    """The thread, ready to be started; opens nothing yet.

    Raises:
        ConfigWrong: the address cannot be used.
    """
    source = RecordStatus(record, room, waiting)
    teller = Teller(source, address_of(config, folder).parameters(), SystemRandom())

    def run(stopping: threading.Event) -> None:
        try:
            teller.run(stopping)
        finally:
            source.close()

    return Extra(THREAD, run)
