"""What the review page asks of the room, and the answers in words."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from console.room.wire import Answer
from console.session import intents as ask
from console.session.events import Access
from console.storage.verify import VerifyReport
from console.ui.bridge import Bridge
from console.ui.viewmodels.review_shapes import Timeline

READ_ONLY = "This window may only look."


class ReviewAsks(QObject):
    """Asks the room to write; ``written`` tells what was accepted, ``say`` what was not."""

    written = Signal(str)

    def __init__(self, bridge: Bridge, say: Callable[[str], None], parent: QObject) -> None:
        super().__init__(parent)
        self._bridge, self._say = bridge, say
        self._asked: dict[str, str] = {}
        bridge.answered.connect(self._answered)

    def ask(self, what: str, intent: ask.PersonIntent, user_id: str = "", pin: str = "") -> None:
        """Ask; a window that may only look says so instead."""
        if self._bridge.read_only:
            self._say(READ_ONLY)
            return
        self._asked[self._bridge.ask(intent, user_id, pin)] = what

    def viewed(self, session_id: str) -> None:
        """Note in the record that this session is looked at here; also from a window that may only look."""
        self._bridge.ask(ask.NoteAccess(Access.VIEWED, session_id))

    def _answered(self, answer: Answer) -> None:
        what = self._asked.pop(answer.request_id, None)
        if what is None:
            return
        if not answer.accepted:
            self._say(" ".join(answer.sentences) or f"The {what} was refused.")
            return
        self._say("")
        self.written.emit(what)


def not_to_be_signed(proof: VerifyReport | None, line: Timeline) -> str:
    """Why the session cannot be signed now; empty when the verified record covers all of it."""
    if proof is None:
        return "The record is still being verified: sign when that is done."
    if not proof.ok:
        return f"This record cannot be signed. {proof.sentence}"
    if proof.events < line.head_seq:
        return "Entries were added since: the record is verified once more."
    return ""
