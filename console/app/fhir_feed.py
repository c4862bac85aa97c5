"""Which sessions are to be pushed: the record is the outbox; only a cursor and a short list are kept."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from console.app.fhir_config import FhirConfig, read_token
from console.app.fhir_source import Printer, printing_apart, read_source
from console.app.folder import RECORD
from console.clock import Clock
from console.session.state import Phase
from console.storage.queries import RecordReader
from console.sync.fhir.filed import FileStore
from console.sync.fhir.https import HttpsServer
from console.sync.fhir.ledger import FeedState
from console.sync.fhir.projection import project
from console.sync.fhir.push import FhirPush, Work

LEDGERS: Final = "fhir"
"""Folder of the ledgers, below the data folder."""

PAGES: Final = 20
"""Pages of the record looked through in one step, so that a step stays short."""

OVER: Final = frozenset({Phase.CLOSED.value, Phase.ABORTED.value})


class RecordFeed:
    """Closed sessions with entries since they were last pushed; trainings never."""

    def __init__(
        self,
        reader: RecordReader,
        store: FileStore,
        config: FhirConfig | None,
        printer: Printer,
        clock: Clock,
    ) -> None:
        """Args: the record, where the list is kept, the clinic's names, a printer, the time."""
        self._reader, self._store, self._config = reader, store, config
        self._printer, self._clock = printer, clock

    def next(self) -> Work | None:
        """The session that has waited longest and is over."""
        state = self._looked()
        for session_id in state.waiting:
            row = self._reader.session(session_id)
            if row is None or row.training:
                self._drop(session_id)
            elif row.phase in OVER:
                return self._work(session_id)
        return None

    def done(self, work: Work) -> None:
        """Settled; what was added to it meanwhile brings it back."""
        newer = self._reader.page(work.head_seq, work.session_id, 1)
        if not newer:
            self._drop(work.session_id)

    @property
    def waiting(self) -> int:
        """Sessions that are not settled."""
        return len(self._store.feed().waiting)

    def _work(self, session_id: str) -> Work:
        source = read_source(
            self._reader, session_id, self._config, self._printer, self._clock.now().wall_utc_ns
        )
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


def fhir_push(
    folder: Path, config: FhirConfig, clock: Clock, jitter: Callable[[], float] = random.random
) -> FhirPush:
    """The push of a room, for its sync worker: call ``step(now)`` and obey ``wait_s``.

    Raises:
        RecordRefused: the record cannot be read.
        OSError: the certificates cannot be read.
    """
    store = FileStore(folder / LEDGERS, config.url)
    reader = RecordReader(folder / RECORD)
    feed = RecordFeed(reader, store, config, printing_apart(folder), clock)
    return FhirPush(server_of(config), feed, store, config.options, jitter)


def server_of(config: FhirConfig) -> HttpsServer:
    """The server as configured.

    Raises:
        AddressRefused: its address cannot be used.
        OSError: the certificates cannot be read.
    """
    authorities = Path(config.ca_file).expanduser() if config.ca_file else None
    return HttpsServer(config.url, lambda: read_token(config.token_file), authorities)
