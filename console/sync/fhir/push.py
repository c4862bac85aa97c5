"""One step of the way to a FHIR server: at most one request, then the ledgers are kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from msgspec.structs import replace

from console.clock import Instant
from console.sync.fhir.answers import SIGN_IN as NO_SIGN_IN
from console.sync.fhir.answers import (
    Reply,
    Stumbled,
    Verdict,
    said_by,
    seen_there,
    single_verdict,
    unwilling,
    verdicts_of,
)
from console.sync.fhir.ledger import Mode, ServerState, SessionLedger, Store
from console.sync.fhir.parcels import Options, Parcel, bundle_of, due, looking
from console.sync.fhir.patience import still_waiting_s
from console.sync.fhir.settling import WAITS, after_answers, refused_whole, settled, waiting
from console.sync.fhir.source import Naming, Resource, references
from console.sync.fhir.values import encode

FHIR_JSON: Final = "application/fhir+json"
MINIMAL: Final = ("prefer", "return=minimal")
WHOLE: Final = ("prefer", "return=representation")
GONE: Final = frozenset({404, 410})


class NotReached(Exception):
    """The server was not reached or did not answer; the text says why, without any secret."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request below the server's base address."""

    method: str
    path: str = ""
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


class Server(Protocol):
    """A FHIR server."""

    def ask(self, request: Request) -> Reply:
        """Send one request.

        Raises:
            NotReached: no whole answer came; the request may have been carried out.
        """
        ...


@dataclass(frozen=True, slots=True)
class Work:
    """One session to be pushed, projected."""

    session_id: str
    head_seq: int
    names: Naming
    resources: tuple[Resource, ...]


class Feed(Protocol):
    """What there is to push."""

    def next(self) -> Work | None:
        """The session that has waited longest, None when there is none."""
        ...

    def done(self, work: Work) -> None:
        """Everything of it is on the server or on the review list."""
        ...


class Did(StrEnum):
    """What a step did."""

    IDLE = "idle"
    """Nothing waits."""
    SENT = "sent"
    """Something was sent or looked at: step again at once."""
    FINISHED = "finished"
    """A session is settled."""
    WAITING = "waiting"
    """The server is to be left alone for a while."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step did, and when the next is useful.

    Attributes:
        did: What.
        session_id: Of which session.
        wait_s: Seconds until a next step is useful.
        said: The trouble in words, empty when there is none.
        held: Resources of the session that the server holds.
        refused: Resources of the session on the review list.
    """

    did: Did
    session_id: str = ""
    wait_s: float = 0.0
    said: str = ""
    held: int = 0
    refused: int = 0


class FhirPush:
    """Brings a server to hold what the projection says. Every step may be the last: nothing is lost by it."""

    def __init__(
        self, server: Server, feed: Feed, store: Store, options: Options, jitter: Callable[[], float]
    ) -> None:
        """Args: the server, what to push, where ledgers are kept, how, and a source of 0 to 1."""
        self._server, self._feed, self._store = server, feed, store
        self._options, self._jitter = options, jitter
        self._work: Work | None = None
        self._sure: frozenset[str] = frozenset()

    def step(self, now: Instant) -> Outcome:
        """Do at most one request.

        Raises:
            OSError: the ledgers cannot be read or kept.
        """
        state = self._store.server()
        left_s = still_waiting_s(state.not_before_ns, now)
        if left_s:
            return Outcome(Did.WAITING, wait_s=left_s, said=state.said)
        if self._work is None:
            self._work, self._sure = self._feed.next(), frozenset()
        work = self._work
        if work is None:
            return Outcome(Did.IDLE)
        ledger = self._store.session(work.session_id)
        one = next((key for key in ledger.found if any(r.key == key for r in work.resources)), None)
        if one is not None:
            return self._look(work, ledger, state, one, now)
        size = 1 if state.mode is Mode.SINGLE else min(state.size or self._options.limit, self._options.limit)
        parcels = due(work.resources, ledger, self._options, work.names, size, self._sure)
        if not parcels:
            return self._finish(work, ledger)
        return self._send(work, ledger, state, parcels, now)

    def forget(self) -> None:
        """Project anew at the next step: the record has grown."""
        self._work = None

    def _finish(self, work: Work, ledger: SessionLedger) -> Outcome:
        done = replace(ledger, pushed_seq=work.head_seq)
        self._store.save_session(work.session_id, done)
        self._feed.done(work)
        self._work = None
        return _outcome(Did.FINISHED, work, done, self._store.server())

    def _send(
        self, work: Work, ledger: SessionLedger, state: ServerState, parcels: tuple[Parcel, ...], now: Instant
    ) -> Outcome:
        try:
            reply = self._server.ask(_request(parcels, state.mode))
        except NotReached as trouble:
            return self._unknown(work, ledger, state, parcels, str(trouble), now)
        verdicts = self._verdicts(parcels, reply, state)
        if verdicts is None:
            said = "The server's answer is no FHIR answer." if reply.status < 300 else said_by(reply)
            after = refused_whole(state, len(parcels), reply, said, now, self._jitter())
            self._store.save_server(after)
            return _paused(work, ledger, after, now)
        return self._keep(work, ledger, state, verdicts, now)

    def _verdicts(
        self, parcels: tuple[Parcel, ...], reply: Reply, state: ServerState
    ) -> tuple[Verdict, ...] | None:
        if state.mode is not Mode.SINGLE:
            return verdicts_of(parcels, reply) if 200 <= reply.status < 300 else None
        if reply.status in NO_SIGN_IN | WAITS:
            return None
        return (single_verdict(parcels[0], reply),)

    def _keep(
        self,
        work: Work,
        ledger: SessionLedger,
        state: ServerState,
        verdicts: Sequence[Verdict],
        now: Instant,
    ) -> Outcome:
        after = settled(ledger, verdicts, now)
        self._sure |= _sure(work, after, verdicts)
        self._store.save_session(work.session_id, after)
        doing = after_answers(state, verdicts, now, self._jitter())
        self._store.save_server(doing)
        return _paused(work, after, doing, now)

    def _unknown(
        self,
        work: Work,
        ledger: SessionLedger,
        state: ServerState,
        parcels: Sequence[Parcel],
        said: str,
        now: Instant,
    ) -> Outcome:
        """It may have been carried out: every strategy makes the repetition harmless."""
        held = {
            key: replace(one, version="") if any(p.key == key for p in parcels) else one
            for key, one in ledger.held.items()
        }
        self._store.save_session(work.session_id, replace(ledger, held=held))
        after = waiting(state, said, now, None, self._jitter())
        self._store.save_server(after)
        return _paused(work, ledger, after, now)

    def _look(self, work: Work, ledger: SessionLedger, state: ServerState, key: str, now: Instant) -> Outcome:
        """Look at a record the server says it had, before anything is written to it."""
        server_id = ledger.found[key]
        resource = next(one for one in work.resources if one.key == key)
        parcel = looking(resource, work.resources, ledger, work.names)
        try:
            reply = self._server.ask(Request("GET", parcel.url))
        except NotReached as trouble:
            return self._unknown(work, ledger, state, (parcel,), str(trouble), now)
        if reply.status in NO_SIGN_IN | WAITS:
            after = refused_whole(state, 1, reply, said_by(reply), now, self._jitter())
            self._store.save_server(after)
            return _paused(work, ledger, after, now)
        return self._keep(work, ledger, state, (_seen(parcel, server_id, reply),), now)


def _sure(work: Work, ledger: SessionLedger, verdicts: Sequence[Verdict]) -> frozenset[str]:
    """What was accepted as it is and refers to nothing that is missing: no later answer changes it."""
    taken = {one.parcel.key: one.parcel.digest for one in verdicts}
    return frozenset(
        one.key
        for one in work.resources
        if one.key in taken
        and one.key in ledger.held
        and ledger.held[one.key].digest == taken[one.key] != ""
        and ledger.held.keys() >= set(references(one.body))
    )


def _seen(parcel: Parcel, server_id: str, reply: Reply) -> Verdict:
    if reply.status in GONE:
        return Stumbled(parcel, reply.status, "The record is not where the server said.")
    if not 200 <= reply.status < 300:
        return unwilling(parcel, reply.status, said_by(reply))
    return seen_there(parcel, server_id, reply)


def _request(parcels: Sequence[Parcel], mode: Mode) -> Request:
    creates = any(parcel.if_none_exist for parcel in parcels)
    prefer = WHOLE if creates else MINIMAL
    if mode is not Mode.SINGLE:
        return Request("POST", "", bundle_of(parcels, mode), (("content-type", FHIR_JSON), prefer))
    one = parcels[0]
    headers = [("content-type", FHIR_JSON), prefer]
    if one.if_none_exist:
        headers.append(("if-none-exist", one.if_none_exist))
    if one.if_match:
        headers.append(("if-match", one.if_match))
    return Request(one.method, one.url, encode(one.body), tuple(headers))


def _paused(work: Work, ledger: SessionLedger, state: ServerState, now: Instant) -> Outcome:
    wait_s = still_waiting_s(state.not_before_ns, now)
    return _outcome(Did.WAITING if wait_s else Did.SENT, work, ledger, state, wait_s)


def _outcome(did: Did, work: Work, ledger: SessionLedger, state: ServerState, wait_s: float = 0.0) -> Outcome:
    keys = {one.key for one in work.resources}
    return Outcome(
        did,
        work.session_id,
        wait_s,
        state.said,
        sum(key in ledger.held for key in keys),
        sum(key in ledger.refused for key in keys),
    )
