"""The last command to the pump that this window saw, with what became of it."""

from __future__ import annotations

from PySide6.QtCore import QObject

from console.clock import Instant
from console.session.events import CommandRequested, CommandResolved, Entry, SessionOpened
from console.session.pump import Outcome
from console.ui.bridge import Bridge
from console.ui.viewmodels.step_program import command_words


class LastCommand(QObject):
    """Keeps one request and its outcome; the state keeps them only while they are open.

    Attributes:
        request: The last command asked of the pump, None before the first.
        at: When it was asked.
        outcome: What became of it, None while it is open.
    """

    def __init__(self, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self.request: CommandRequested | None = None
        self.at: Instant | None = None
        self.outcome: Outcome | None = None
        bridge.committed.connect(self._committed)

    def words(self, since: Instant | None = None) -> str:
        """The command and its state in words; empty when it was asked before ``since``."""
        if self.request is None or self.at is None:
            return ""
        if since is not None and self.at.mono_ns < since.mono_ns:
            return ""
        return command_words(self.request, self.outcome)

    def _committed(self, entry: object) -> None:
        if not isinstance(entry, Entry):
            return
        match entry.event:
            case SessionOpened():
                self.request = self.outcome = None
            case CommandRequested() as request:
                self.request, self.at, self.outcome = request, entry.at, None
            case CommandResolved(command_id=command_id, outcome=outcome):
                if self.request is not None and self.request.command_id == command_id:
                    self.outcome = outcome
