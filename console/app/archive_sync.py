"""From ``[archive]`` in ``room.toml`` to the room's sync thread; opens nothing yet."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import SystemRandom
from typing import Final

from console.app.archive_source import RecordSource
from console.app.config import ArchiveConfig, ConfigWrong
from console.clock import NS_PER_S, Clock
from console.room.service import Extra, See
from console.session.intents import ArchiveSeen
from console.storage.chain import uuid7
from console.sync.backlog import ArchiveView
from console.sync.connecting import AddressWrong, ArchiveAddress, Door, certificate_age, read_address
from console.sync.findings import Finding, Found
from console.sync.loop import SyncLoop
from console.sync.memory import NAME, MemoryFile
from console.sync.outbox import Outbox
from console.sync.outbox_parts import Parts
from console.sync.ports import Rejected

THREAD: Final = "the sync with the archive"
_HOUR_NS: Final = 3600 * NS_PER_S

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ArchiveLink:
    """What the room is given of its archive.

    Attributes:
        extra: The thread.
        view: How the room stands with the archive.
        reporter: Takes where findings are left.
        close: Called at the very end.
    """

    extra: Extra
    view: Callable[[], ArchiveView]
    reporter: Callable[[See], None]
    close: Callable[[], None]


@dataclass(slots=True)
class _Reporter:
    """Leaves findings with the room; the log gets none that names a session."""

    see: See | None = field(default=None)

    def bind(self, see: See) -> None:
        self.see = see

    def tell(self, finding: Finding) -> None:
        _log.info("archive: %s", finding.kind.value)
        # That a session is archived is kept beside the record: an entry for each would be sent again itself.
        if self.see is not None and finding.kind is not Found.SESSION_ARCHIVED:
            self.see(ArchiveSeen(finding.kind.value, finding.sentence, finding.session_id))


def address_of(config: ArchiveConfig, folder: Path) -> ArchiveAddress:
    """Where the archive is; files are looked for in the data folder unless they say otherwise.

    Raises:
        ConfigWrong: the address cannot be used.
    """
    password_file = folder / config.password_file if config.password_file else None
    try:
        return read_address(
            config.url, folder / config.ca, folder / config.certificate, folder / config.key, password_file
        )
    except AddressWrong as error:
        raise ConfigWrong(f"room.toml, archive: url {error}") from error


class _Caution:
    """What to say about the certificate; the file is looked at once an hour."""

    def __init__(self, certificate: Path) -> None:
        self._certificate = certificate
        self._hour: int | None = None
        self._said = ""

    def __call__(self, wall_utc_ns: int) -> str:
        hour = wall_utc_ns // _HOUR_NS
        if hour != self._hour:
            self._hour = hour
            try:
                self._said = certificate_age(self._certificate, wall_utc_ns).sentence
            except Rejected as error:
                self._said = str(error)
        return self._said


def certificate_caution(certificate: Path) -> Callable[[int], str]:
    """What is to be said of a certificate at a wall clock; empty while nothing is due."""
    return _Caution(certificate)


def archive_link(config: ArchiveConfig, folder: Path, record: Path, clock: Clock) -> ArchiveLink:
    """The sync of this room, ready to be started.

    Raises:
        ConfigWrong: the address cannot be used.
    """
    address = address_of(config, folder)
    source, reporter = RecordSource(record), _Reporter()
    outbox = Outbox(
        Parts(
            source=source,
            open=Door.to(address).open,
            file=MemoryFile(folder / NAME),
            clock=clock,
            random=SystemRandom(),
            mint=lambda: uuid7(clock.now().wall_utc_ns),
            tell=reporter.tell,
            caution=certificate_caution(address.certificate),
        )
    )
    return ArchiveLink(
        extra=Extra(THREAD, SyncLoop(outbox).run),
        view=lambda: outbox.view,
        reporter=reporter.bind,
        close=source.close,
    )
