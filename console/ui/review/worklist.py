"""Feeds the list of sessions: the newest from the record, what is known of each, and what a search finds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from functools import partial

from PySide6.QtCore import QObject

from console.storage.queries import RecordReader
from console.ui.review.session_list import SessionList, when
from console.ui.viewmodels.review_record import Flags, ListedSession, listed, read_flags
from console.ui.viewmodels.review_search import NO_INDEX, SearchIndex, index_of

NEWEST = 200
"""Sessions the piles are made of; older ones are found by searching."""

Submit = Callable[[str, Callable[[], object]], None]


def read_index(reader: RecordReader) -> SearchIndex:
    """The index of the whole record, for the reading thread."""
    return index_of(reader.every_session())


class Worklist(QObject):
    """Keeps the list up to date; reads little on the window's thread."""

    def __init__(
        self, shown: SessionList, now_ns: Callable[[], int], submit: Submit, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._list, self._now_ns, self._submit = shown, now_ns, submit
        self._reader: RecordReader | None = None
        self._index: SearchIndex = NO_INDEX
        self._newest: tuple[ListedSession, ...] = ()
        self._found: tuple[ListedSession, ...] = ()
        self._flags: dict[str, Flags] = {}
        shown.searched.connect(self._search)

    @property
    def sessions(self) -> tuple[ListedSession, ...]:
        """The newest sessions, and what was searched for."""
        return (*self._newest, *self._found)

    def listing(self, session_id: str) -> ListedSession | None:
        """The line of a session."""
        return next((one for one in self.sessions if one.session_id == session_id), None)

    def offered(self, session_id: str, zone: tzinfo | None) -> tuple[tuple[str, str], ...]:
        """Sessions to compare one with, each with its words; those of the same patient first."""
        mine, now_ns = self.listing(session_id), self._now_ns()
        others = [one for one in self.sessions if one.session_id != session_id]
        others.sort(key=lambda one: mine is None or one.patient_id != mine.patient_id)
        return tuple(
            (one.session_id, f"{one.patient} · {one.protocol} · {when(one.opened_ns, now_ns, zone)}")
            for one in others
        )

    def set_reader(self, reader: RecordReader | None) -> None:
        """Read this record from now on; what was known of another is forgotten."""
        self._reader, self._index, self._newest, self._found = reader, NO_INDEX, (), ()
        self._flags = {}
        if reader is not None:
            self._submit("index", partial(read_index, reader))

    def refresh(self, current: str) -> None:
        """Read the newest anew; what is to be known of each follows from the reading thread."""
        reader = self._reader
        if reader is None:
            return
        self._newest = listed(reader.sessions(NEWEST), self._index.numbers)
        self._ask_flags(self._newest, current)
        self.show(current)

    def _ask_flags(self, sessions: tuple[ListedSession, ...], current: str) -> None:
        reader = self._reader
        if reader is None:
            return
        for one in sessions:
            known = self._flags.get(one.session_id)
            if known is None or one.open or one.session_id == current:
                self._submit(f"flags {one.session_id}", partial(read_flags, reader, one.session_id, known))

    def show(self, current: str) -> None:
        """Hand the list what is known."""
        found = {one.session_id for one in self._newest}
        more = tuple(one for one in self._found if one.session_id not in found)
        self._list.set_sessions((*self._newest, *more), self._flags, self._now_ns(), current)

    def take_flags(self, session_id: str, flags: Flags, current: str) -> None:
        """What is to be known of a session was read."""
        self._flags[session_id] = flags
        self.show(current)

    def take_index(self, index: SearchIndex, current: str) -> None:
        """The index was built."""
        self._index = index
        self.refresh(current)

    def _search(self, text: str) -> None:
        reader = self._reader
        if reader is None or not text.strip():
            self._found = ()
        else:
            rows = reader.sessions_named(self._index.find(text))
            self._found = listed(rows, self._index.numbers)
            self._ask_flags(tuple(one for one in self._found if one.session_id not in self._flags), "")
        self.show(self._list.current())
