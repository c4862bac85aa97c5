"""The review page over the archive: the same page, which here can only look."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from pathlib import Path
from typing import Protocol

from console.clock import Clock
from console.room.wire import Hello, RoomMessage, WindowMessage
from console.session.state import State
from console.storage.queries import RecordReader
from console.storage.verify import VerifyReport
from console.ui.bridge import Bridge
from console.ui.review.page import ReviewPage
from console.ui.theme import Theme

ONLY_HERE = "Read from the archive: comments, signatures and reports are made in the room."


class SiteReader(Protocol):
    """What the page needs beside a record's queries."""

    def relist(self) -> None:
        """Look for new sessions."""
        ...

    def verify(self, session_id: str) -> VerifyReport:
        """Prove the session's chain."""
        ...


class NoRoom:
    """A line without a room: it greets once, says that only looking is allowed, and hears nothing."""

    connected = True

    def __init__(self, app_version: str) -> None:
        hello = Hello("", "", app_version, False, True, 1.0, None, "", State())
        self._said: list[RoomMessage] = [hello]

    def poll(self) -> list[RoomMessage]:
        """The greeting, then nothing."""
        said, self._said = self._said, []
        return said

    def send(self, message: WindowMessage) -> bool:
        """Nobody hears it."""
        del message
        return False

    def close(self) -> None:
        """Nothing is open."""


class ArchiveReview(ReviewPage):
    """The page on a reader of the archive."""

    def __init__(
        self,
        theme: Theme,
        reader: RecordReader,
        site: SiteReader,
        app_version: str,
        clock: Clock | None = None,
        zone: tzinfo | None = None,
        series: Callable[[str], int | None] = lambda _protocol_id: None,
    ) -> None:
        self._archive_bridge = Bridge(NoRoom(app_version), "board", clock)
        super().__init__(theme, self._archive_bridge, Path(), zone, series)
        self._site = site
        self._reader = reader
        self._archive_bridge.tick()
        self.report_button.setEnabled(False)
        self.report_button.setToolTip(ONLY_HERE)
        self.sign_button.setToolTip(ONLY_HERE)

    def verify(self) -> None:
        """Prove the shown session on the reading thread."""
        line = self.line
        if line is not None:
            session_id = line.session_id
            self.sign.set_proof(None)
            self._proof = None
            self._work.submit("verify", lambda: self._site.verify(session_id))

    def refresh_list(self) -> None:
        """Show the list as it is known, and look for new sessions on the reading thread."""
        super().refresh_list()
        if not self.busy:
            self._work.submit("relist", self._site.relist)
