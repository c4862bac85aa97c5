"""Whether the archive answers, for the bench: connected and trusted, and nothing sent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from console.app.config import ConfigWrong, RoomConfig
from console.room.workstation import no_archive


def archive_probe(config: RoomConfig, folder: Path) -> Callable[[], str | None]:
    """Asks the archive for an answer.

    Args:
        config: The room's configuration.
        folder: Data folder, where the certificates lie.

    Returns:
        A function that gives empty text when the archive answered, a sentence when it did not, None when none
        is configured.
    """
    archive = config.archive
    if archive is None:
        return no_archive

    def probe() -> str:
        # The database driver is heavy: only when an archive is really asked.
        from console.app.archive_sync import address_of
        from console.sync.connecting import Door
        from console.sync.ports import Origin, Rejected, Unreachable

        try:
            opened = Door.to(address_of(archive, folder)).open(
                Origin("", config.site_id, config.workstation_id)
            )
        except (Unreachable, Rejected, ConfigWrong) as error:
            return str(error)
        opened.close()
        return ""

    return probe
