"""The ledgers after an answer: pure, so that every way a server can answer is a line in a test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from console.clock import NS_PER_S, Instant
from console.sync.fhir.answers import (
    SIGN_IN,
    Accepted,
    Denied,
    Found,
    Reply,
    Stumbled,
    Verdict,
)
from console.sync.fhir.ledger import Held, Mode, Refusal, ServerState, SessionLedger
from console.sync.fhir.patience import SIGN_IN_S, retry_after_s, wait_s

TRIES: Final = 3
"""How often the server may fail over one thing before less is sent at once, or people are asked."""

TOO_LARGE: Final = 413
WAITS: Final = frozenset({408, 425, 429, 502, 503, 504})
"""The server is busy or away: nothing is wrong with what was sent."""

_LESS: Final = {Mode.TRANSACTION: Mode.BATCH, Mode.BATCH: Mode.SINGLE, Mode.SINGLE: Mode.SINGLE}


def settled(ledger: SessionLedger, verdicts: Sequence[Verdict], now: Instant) -> SessionLedger:
    """The ledger after the server spoke of each parcel."""
    held, refused = dict(ledger.held), dict(ledger.refused)
    found, stumbles = dict(ledger.found), dict(ledger.stumbles)
    taken = {f"{key.partition('/')[0]}/{one.server_id}": key for key, one in held.items()}
    for told in verdicts:
        verdict = _unless_taken(told, taken)
        key = verdict.parcel.key
        found.pop(key, None)
        match verdict:
            case Accepted(parcel=parcel, server_id=server_id, version=version, same=same):
                held[key] = Held(server_id, version, parcel.digest if same else "")
                taken[f"{parcel.type}/{server_id}"] = key
                refused.pop(key, None)
                stumbles.pop(key, None)
            case Found(server_id=server_id):
                found[key] = server_id
            case Denied(parcel=parcel, status=status, said=said):
                refused[key] = Refusal(key, status, said, parcel.digest, now.wall_utc_ns)
                stumbles.pop(key, None)
            case Stumbled(parcel=parcel, status=status, said=said):
                stumbles[key] = stumbles.get(key, 0) + (status not in WAITS)
                if key in held:
                    # It may have been carried out: the version there is no longer known.
                    held[key] = replace(held[key], version="")
                if stumbles[key] >= TRIES:
                    refused[key] = Refusal(key, status, said, parcel.digest, now.wall_utc_ns)
                    del stumbles[key]
    return SessionLedger(held, refused, found, stumbles, ledger.pushed_seq)


def _unless_taken(verdict: Verdict, taken: dict[str, str]) -> Verdict:
    """Two resources at one place there: the server does not look at identifiers."""
    if not isinstance(verdict, Accepted | Found):
        return verdict
    parcel = verdict.parcel
    if taken.get(f"{parcel.type}/{verdict.server_id}", parcel.key) == parcel.key:
        return verdict
    said = "The server put it over another record: it ignores identifiers. Choose another id strategy."
    return Denied(parcel, 409, said)


def after_answers(
    state: ServerState, verdicts: Sequence[Verdict], now: Instant, jitter: float
) -> ServerState:
    """How the server is doing after it spoke of each parcel."""
    stumbled = [one for one in verdicts if isinstance(one, Stumbled)]
    if stumbled:
        said = stumbled[0].said or f"HTTP {stumbled[0].status}"
        return replace(waiting(state, said, now, None, jitter), **_sizes(state, len(verdicts), clean=False))
    clean = all(isinstance(one, Accepted | Found) for one in verdicts)
    return replace(state, failures=0, not_before_ns=0, said="", **_sizes(state, len(verdicts), clean=clean))


def _sizes(state: ServerState, count: int, *, clean: bool) -> dict[str, object]:
    """A batch without a refusal: this server takes no transactions. Else it was one bad resource."""
    if state.mode is Mode.SINGLE:
        left = max(0, state.singles - count)
        return {"singles": left, "mode": Mode.SINGLE if left else Mode.TRANSACTION}
    if state.mode is Mode.BATCH and not clean:
        return {"mode": Mode.TRANSACTION}
    return {}


def waiting(state: ServerState, said: str, now: Instant, asked_s: float | None, jitter: float) -> ServerState:
    """One more failure: when to come back."""
    failures = state.failures + 1
    seconds = wait_s(failures, jitter) if asked_s is None else asked_s + jitter
    return replace(
        state,
        failures=failures,
        not_before_ns=now.wall_utc_ns + round(seconds * NS_PER_S),
        said=said,
    )


def refused_whole(
    state: ServerState, count: int, reply: Reply, said: str, now: Instant, jitter: float
) -> ServerState:
    """One status for all that was sent: wait, send less at once, or have somebody mend it.

    Args:
        state: How the server was doing.
        count: Resources that were sent.
        reply: Its answer.
        said: The same in words.
        now: When it came.
        jitter: 0 to 1.
    """
    if reply.status in SIGN_IN:
        words = f"The FHIR server does not accept our sign-in (HTTP {reply.status}): check its token."
        return waiting(state, words, now, SIGN_IN_S, jitter)
    if reply.status == TOO_LARGE and count > 1:
        return replace(state, size=max(1, count // 2), failures=0, not_before_ns=0, said=said)
    asked_s = retry_after_s(reply.headers.get("retry-after", ""), now)
    no_answer = 200 <= reply.status < 300 or reply.status >= 500
    if reply.status in WAITS or (no_answer and (state.failures + 1) % TRIES):
        return waiting(state, said, now, asked_s, jitter)
    mode = _LESS[state.mode]
    singles = count if mode is Mode.SINGLE else 0
    return replace(state, mode=mode, singles=singles, failures=0, not_before_ns=0, said=said)
