"""The last command to the pump that this window saw, with what became of it."""

from __future__ import annotations

from PySide6.QtCore import QObject

from console.session.events import CommandRequested, CommandResolved, Entry, SessionOpened
from console.session.pump import Outcome
from console.ui.bridge import Bridge


class LastCommand(QObject):
    """Keeps one request and its outcome; the state keeps them only while they are open.

    Attributes:
        request: The last command asked of the pump, None before the first.
        outcome: What became of it, None while it is open.
    """

    def __init__(self, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self.request: CommandRequested | None = None
        self.outcome: Outcome | None = None
        bridge.committed.connect(self._committed)

    def _committed(self, entry: object) -> None:
        if not isinstance(entry, Entry):
            return
        match entry.event:
            case SessionOpened():
                self.request = self.outcome = None
            case CommandRequested() as request:
                self.request, self.outcome = request, None
            case CommandResolved(command_id=command_id, outcome=outcome):
                if self.request is not None and self.request.command_id == command_id:
                    self.outcome = outcome
