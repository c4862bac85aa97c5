"""Keeps what was decided: on disk, and in memory for as long as the disk fails.

Nothing waits for a failing disk: the entries are numbered as they will be, kept in order, and handed in
again until they are stored. Storing the same entry twice is harmless, so a failed sync is not guessed at.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Final, NamedTuple, Protocol

from console.clock import Instant
from console.storage.rows import Batch, Head, StoredEvent
from console.storage.trouble import DiskTrouble, TroubleKind

FIRST_RETRY_S: Final = 0.5
LONGEST_RETRY_S: Final = 10.0
BATCHES_HELD: Final = 50_000
"""Over twelve hours of one batch a second; then samples are let go, events never."""

_log = logging.getLogger(__name__)


class Store(Protocol):
    """The record, as far as the ledger needs it (:class:`console.storage.record.Record`)."""

    @property
    def poisoned(self) -> bool:
        """Whether nothing can be stored before :meth:`reopen`."""
        ...

    def write(self, batch: Batch) -> tuple[StoredEvent, ...]:
        """Store a batch or raise DiskTrouble."""
        ...

    def reopen(self) -> Head:
        """Open the file anew or raise DiskTrouble."""
        ...

    def head(self) -> Head:
        """Last event that was acknowledged."""
        ...


class Place(NamedTuple):
    """Where an event stands in the record; ``hash`` is empty while it is only in memory."""

    seq: int
    hash: str


class Ledger:
    """The only one who hands anything to the record. Belongs to the conductor's thread."""

    def __init__(self, store: Store, make_room: Callable[[], bool] = lambda: False) -> None:
        """``make_room`` gives up kept-back disk space once; False when there is none left."""
        self._store = store
        self._make_room = make_room
        self._pending: deque[Batch] = deque()
        self._seq = store.head().seq
        self._trouble = ""
        self._retry_s = FIRST_RETRY_S
        self._retry_at: Instant | None = None
        self._let_go = 0

    @property
    def trouble(self) -> str:
        """Why nothing is being stored, as a sentence; empty while all is well."""
        return self._trouble

    @property
    def pending(self) -> int:
        """Batches in memory that are not stored yet."""
        return len(self._pending)

    def take_let_go(self) -> int:
        """Sample batches lost since last asked, because the disk failed for too long."""
        let_go, self._let_go = self._let_go, 0
        return let_go

    def keep(self, batch: Batch, now: Instant) -> tuple[Place, ...]:
        """Store a batch, or hold it. Returns the place of each of its events. Never raises DiskTrouble."""
        if not self._pending:
            stored = self._try(batch, now)
            if stored is not None:
                self._seq = stored[-1].seq if stored else self._seq
                return tuple(Place(one.seq, one.hash.hex()) for one in stored)
        return self._hold(batch)

    def retry(self, now: Instant) -> None:
        """Try to store what is held, when it is time to."""
        if not self._pending or (self._retry_at is not None and now.mono_ns < self._retry_at.mono_ns):
            return
        while self._pending:
            if self._try(self._pending[0], now) is None:
                return
            self._pending.popleft()
        _log.info("everything held in memory is stored now")

    def _try(self, batch: Batch, now: Instant) -> tuple[StoredEvent, ...] | None:
        try:
            return self._store_once(batch)
        except DiskTrouble as trouble:
            if trouble.kind is TroubleKind.FULL and self._make_room():
                _log.warning("the disk is full; the space kept back was given up")
                self._retry_at = now
            else:
                self._retry_at = now.plus(self._retry_s)
                self._retry_s = min(LONGEST_RETRY_S, self._retry_s * 2)
            if not self._trouble:
                _log.error("not recording: %s", trouble)
            self._trouble = str(trouble)
            return None

    def _store_once(self, batch: Batch) -> tuple[StoredEvent, ...]:
        if self._store.poisoned:
            self._store.reopen()
        stored = self._store.write(batch)
        self._trouble = ""
        self._retry_s = FIRST_RETRY_S
        self._retry_at = None
        return stored

    def _hold(self, batch: Batch) -> tuple[Place, ...]:
        if len(self._pending) >= BATCHES_HELD and (batch.numerics or batch.waves):
            self._let_go += 1
            batch = replace(batch, numerics=(), waves=())
        if batch != Batch():
            self._pending.append(batch)
        first = self._seq + 1
        self._seq += len(batch.events)
        return tuple(Place(seq, "") for seq in range(first, self._seq + 1))
