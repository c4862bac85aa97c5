"""Notes in the record that something of it was printed, written out or looked through from the command line.

The note comes first: what cannot be noted is not done. While the console is open it is left with the room,
which alone writes; otherwise the record is opened for it.
"""

from __future__ import annotations

import getpass
import threading
from pathlib import Path
from typing import Final
from uuid import uuid4

from console.app.compose import timebase
from console.app.folder import RECORD, app_version
from console.app.troubles import NotPossible
from console.room.client import SocketRoomClient
from console.room.entries import draft_of
from console.room.wire import Answer, Ask, Hello
from console.session.events import Access, AccessNoted, Entry
from console.session.intents import NoteAccess
from console.session.people import Actor, Authn, Role
from console.storage.chain import uuid7
from console.storage.record import Record
from console.storage.trouble import RecordInUse

ANSWERS_WITHIN_S: Final = 5.0
_LOOK_EVERY_S: Final = 0.02

CANNOT_NOTE: Final = (
    "This cannot be noted in the record, so it is not done: the console is open and does not answer. "
    "Try again, or close the console first."
)


def account_of_computer() -> Actor:
    """Whoever is signed in at the operating system; the console asked for no PIN."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):
        name = "unknown"
    return Actor(f"os:{name}", f"Computer account {name}", Role.ADMIN, Authn.NONE)


def note_access(folder: Path, what: Access, session: str = "", detail: str = "", patient: str = "") -> None:
    """Note what is about to be done; with no record yet there is nothing to note.

    Raises:
        NotPossible: it cannot be noted.
        RecordRefused: the record cannot be opened.
        DiskTrouble: the disk is full or fails.
    """
    path = folder / RECORD
    if not path.exists():
        return
    by = account_of_computer()
    times = timebase(1.0, None)
    try:
        with Record.open(path, times.clock, times.boot_id) as record:
            now = times.clock.now()
            event = AccessNoted(what, session, patient, detail)
            record.append([draft_of(Entry(0, uuid7(now.wall_utc_ns), "", now, times.boot_id, by, event))])
    except RecordInUse:
        intent = NoteAccess(what, session, patient, f"{detail} ({by.name})".strip())
        if not _left_with_the_room(folder, intent):
            raise NotPossible(CANNOT_NOTE) from None


def _left_with_the_room(folder: Path, intent: NoteAccess) -> bool:
    client = SocketRoomClient.connect(folder, app_version(), read_only=True)
    pause, request_id, asked = threading.Event(), uuid4().hex, False
    try:
        for _ in range(round(ANSWERS_WITHIN_S / _LOOK_EVERY_S)):
            for message in client.poll():
                if isinstance(message, Answer) and message.request_id == request_id:
                    return message.accepted
                if isinstance(message, Hello) and not asked:
                    asked = client.send(Ask(request_id, intent))
            pause.wait(_LOOK_EVERY_S)
        return False
    finally:
        client.close()
