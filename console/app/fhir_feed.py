"""Which sessions are to be pushed: the record is the outbox; only a cursor and a short list are kept."""

from __future__ import annotations

import logging
import random
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from msgspec.structs import replace
from sqlalchemy.exc import SQLAlchemyError

from console.app.clinic_files import books_of
from console.app.fhir_config import FhirConfig, read_token
from console.app.fhir_source import Printer, printing_apart, read_course_source, read_source
from console.app.folder import RECORD
from console.app.troubles import NotPossible
from console.clinical.toml_table import LibraryError
from console.clock import Clock
from console.course.books import Books
from console.course.events import is_course_stream
from console.session.codec import EventUnreadable
from console.session.state import Phase
from console.storage.queries import RecordReader
from console.storage.trouble import DiskTrouble, RecordRefused
from console.sync.fhir.address import AddressRefused
from console.sync.fhir.course import project_course
from console.sync.fhir.filed import FileStore
from console.sync.fhir.https import HttpsServer
from console.sync.fhir.ledger import FeedState, Refusal
from console.sync.fhir.loop import TROUBLE_S, FhirLoop
from console.sync.fhir.projection import project
from console.sync.fhir.push import FhirPush, Server, Work
from console.sync.fhir.scope import NoSession

_log = logging.getLogger(__name__)

LEDGERS: Final = "fhir"
"""Folder of the ledgers, below the data folder."""

PAGES: Final = 20
"""Pages of the record looked through in one step, so that a step stays short."""

OVER: Final = frozenset({Phase.CLOSED.value, Phase.ABORTED.value})


class RecordFeed:
    """Closed sessions and courses with entries since they were last pushed; trainings never."""

    def __init__(
        self,
        reader: RecordReader,
        store: FileStore,
        config: FhirConfig | None,
        printer: Printer,
        clock: Clock,
        books: Books | None = None,
    ) -> None:
        """Args: the record, where the list is kept, the clinic's names, a printer, the time, its books."""
        self._reader, self._store, self._config = reader, store, config
        self._printer, self._clock = printer, clock
        self._books = books or Books()

    def next(self) -> Work | None:
        """The session that has waited longest and is over."""
        state = self._looked()
        for session_id in state.waiting:
            row = self._reader.session(session_id)
            course = is_course_stream(session_id)
            if not course and (row is None or row.training):
                self._drop(session_id)
            elif course or (row is not None and row.phase in OVER):
                work = self._work_or_refusal(session_id)
                if work is not None:
                    return work
        return None

    def done(self, work: Work) -> None:
        """Settled; what was added to it meanwhile brings it back."""
        ledger, unread = self._store.session(work.session_id), _unread(work.session_id)
        if unread in ledger.refused:
            refused = {key: one for key, one in ledger.refused.items() if key != unread}
            self._store.save_session(work.session_id, replace(ledger, refused=refused))
        newer = self._reader.page(work.head_seq, work.session_id, 1)
        if not newer:
            self._drop(work.session_id)

    @property
    def waiting(self) -> int:
        """Sessions that are not settled."""
        return len(self._store.feed().waiting)

    def _work_or_refusal(self, session_id: str) -> Work | None:
        """The session, or None with a line on the review list when it cannot be read: others go on."""
        try:
            return self._work(session_id)
        except (EventUnreadable, NotPossible, NoSession) as trouble:
            ledger = self._store.session(session_id)
            now_ns = self._clock.now().wall_utc_ns
            refusal = Refusal(_unread(session_id), 0, str(trouble), "", now_ns)
            refused = {**ledger.refused, refusal.key: refusal}
            self._store.save_session(session_id, replace(ledger, refused=refused))
            self._drop(session_id)
            return None

    def _work(self, session_id: str) -> Work:
        now_ns = self._clock.now().wall_utc_ns
        if is_course_stream(session_id):
            course = read_course_source(self._reader, session_id, self._config, self._books, now_ns)
            return Work(session_id, course.entries[-1].seq, course.naming, project_course(course))
        source = read_source(self._reader, session_id, self._config, self._printer, now_ns)
        return Work(session_id, source.entries[-1].seq, source.naming, project(source))

    def _drop(self, session_id: str) -> None:
        state = self._store.feed()
        left = tuple(one for one in state.waiting if one != session_id)
        self._store.save_feed(replace(state, waiting=left))

    def _looked(self) -> FeedState:
        """Note every session that the record has added to since the cursor."""
        state = self._store.feed()
        cursor, waiting = state.cursor, dict.fromkeys(state.waiting)
        for _ in range(PAGES):
            page = self._reader.page(cursor)
            if not page:
                break
            cursor = page[-1].seq
            waiting.update(dict.fromkeys(one.session_id for one in page if one.session_id))
        found = FeedState(cursor, tuple(waiting))
        self._store.save_feed(found)
        return found


def _unread(session_id: str) -> str:
    """How the review list calls a session that cannot be read."""
    return f"Session/{session_id}"


class FhirThread:
    """The room's FHIR push. The record is opened by the thread itself, once the room has made it."""

    def __init__(
        self,
        folder: Path,
        config: FhirConfig,
        clock: Clock,
        printer: Printer | None = None,
        server: Server | None = None,
    ) -> None:
        """Args: the data folder, the server's table, the machine's clock; the others for tests."""
        self._folder, self._config, self._clock = folder, config, clock
        self._printer = printer
        self._server = server

    def run(self, stopping: threading.Event) -> None:
        """Push until the room ends; a server or a record that cannot be used is tried again later."""
        while not stopping.is_set():
            try:
                self._pushed(stopping)
            except (
                AddressRefused,
                RecordRefused,
                DiskTrouble,
                SQLAlchemyError,
                LibraryError,
                OSError,
            ) as trouble:
                # Kinds alone: a path or an address may name a clinic.
                _log.warning("FHIR: not pushing: %s", type(trouble).__name__)
            stopping.wait(TROUBLE_S)

    def _pushed(self, stopping: threading.Event) -> None:
        with RecordReader(self._folder / RECORD) as reader, ExitStack() as after:
            store = FileStore(self._folder / LEDGERS, self._config.url)
            printer = self._printer or printing_apart(self._folder, stopping.is_set)
            server = self._server
            if server is None:
                opened = server_of(self._config)
                after.callback(opened.close)
                server = opened
            books = books_of(self._folder)
            feed = RecordFeed(reader, store, self._config, printer, self._clock, books)
            push = FhirPush(server, feed, store, self._config.options, random.random)
            FhirLoop(push, self._clock).run(stopping)


def server_of(config: FhirConfig) -> HttpsServer:
    """The server as configured.

    Raises:
        AddressRefused: its address cannot be used.
        OSError: the certificates cannot be read.
    """
    authorities = Path(config.ca_file).expanduser() if config.ca_file else None
    return HttpsServer(config.url, lambda: read_token(config.token_file), authorities)
