"""What the server is known to hold, what it refused, and when to try again: data, kept across restarts."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Protocol

import msgspec

SHARED_TYPES: Final = ("Patient/", "Practitioner/", "Device/", "EpisodeOfCare/")
"""What sessions have in common: how the server holds it is one knowledge for all of them."""


class Mode(StrEnum):
    """How much is sent at once; each is tried when the one before was refused as a whole."""

    TRANSACTION = "transaction"
    BATCH = "batch"
    SINGLE = "single"


class Held(msgspec.Struct, frozen=True):
    """One resource as the server holds it.

    Attributes:
        server_id: The id it has there.
        version: Its version there, empty when not known: then nothing is locked.
        digest: Of what was sent; empty when the server had it before and what it holds is not known.
    """

    server_id: str
    version: str = ""
    digest: str = ""


class Refusal(msgspec.Struct, frozen=True):
    """A resource that the server refused. It is kept for people and holds nothing up.

    Attributes:
        key: ``Type/id`` as given here.
        status: HTTP status.
        said: What the server said, without the resource.
        digest: Of what was refused: the same is not sent again, a changed one is.
        at_ns: When, nanoseconds since the Unix epoch.
    """

    key: str
    status: int
    said: str
    digest: str
    at_ns: int


class SessionLedger(msgspec.Struct, frozen=True):
    """All that is known of one session's resources on the server.

    Attributes:
        held: By ``Type/id`` as given here.
        refused: The review list.
        found: Ids of records that the server says it had; each is looked at before it is written to.
        stumbles: How often the server failed over a resource without refusing it.
        pushed_seq: Last entry of the record that was in the projection when everything was settled.
    """

    held: dict[str, Held] = {}
    refused: dict[str, Refusal] = {}
    found: dict[str, str] = {}
    stumbles: dict[str, int] = {}
    pushed_seq: int = 0


class ServerState(msgspec.Struct, frozen=True):
    """How the server is doing.

    Attributes:
        failures: Failures in a row.
        not_before_ns: Nothing is sent before (wall clock, because it outlives a restart).
        mode: How much is sent at once.
        singles: How many resources are still to be sent one by one.
        size: Resources a bundle; 0 = the strategy's own figure.
        said: The last trouble in words.
    """

    failures: int = 0
    not_before_ns: int = 0
    mode: Mode = Mode.TRANSACTION
    singles: int = 0
    size: int = 0
    said: str = ""


class FeedState(msgspec.Struct, frozen=True):
    """Which sessions wait to be pushed.

    Attributes:
        cursor: Last entry of the record that was looked at.
        waiting: Sessions with entries since they were last pushed, oldest first.
    """

    cursor: int = 0
    waiting: tuple[str, ...] = ()


class Store(Protocol):
    """Where the ledgers are kept. Every ``save`` is whole or not at all."""

    def server(self) -> ServerState:
        """How the server was doing."""
        ...

    def save_server(self, state: ServerState) -> None:
        """Keep it."""
        ...

    def session(self, session_id: str) -> SessionLedger:
        """The ledger of a session, with what sessions have in common."""
        ...

    def save_session(self, session_id: str, ledger: SessionLedger) -> None:
        """Keep it."""
        ...


def apart(ledger: SessionLedger) -> tuple[SessionLedger, SessionLedger]:
    """What is the session's own, and what sessions have in common."""
    own, common = _half(ledger, shared=False), _half(ledger, shared=True)
    return msgspec.structs.replace(own, pushed_seq=ledger.pushed_seq), common


def together(own: SessionLedger, common: SessionLedger) -> SessionLedger:
    """The opposite of :func:`apart`."""
    return SessionLedger(
        held={**own.held, **common.held},
        refused={**own.refused, **common.refused},
        found={**own.found, **common.found},
        stumbles={**own.stumbles, **common.stumbles},
        pushed_seq=own.pushed_seq,
    )


def _half(ledger: SessionLedger, *, shared: bool) -> SessionLedger:
    def mine(key: str) -> bool:
        return key.startswith(SHARED_TYPES) is shared

    return SessionLedger(
        held={key: one for key, one in ledger.held.items() if mine(key)},
        refused={key: one for key, one in ledger.refused.items() if mine(key)},
        found={key: one for key, one in ledger.found.items() if mine(key)},
        stumbles={key: one for key, one in ledger.stumbles.items() if mine(key)},
    )


class MemoryStore:
    """Ledgers for one push by hand, forgotten afterwards."""

    def __init__(self) -> None:
        self._server = ServerState()
        self._own: dict[str, SessionLedger] = {}
        self._common = SessionLedger()

    def server(self) -> ServerState:
        """How the server was doing."""
        return self._server

    def save_server(self, state: ServerState) -> None:
        """Keep it."""
        self._server = state

    def session(self, session_id: str) -> SessionLedger:
        """The ledger of a session."""
        return together(self._own.get(session_id, SessionLedger()), self._common)

    def save_session(self, session_id: str, ledger: SessionLedger) -> None:
        """Keep it."""
        self._own[session_id], self._common = apart(ledger)
