"""What the server's answer says of each parcel. Nothing here assumes that a transaction is all or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec

from console.sync.fhir.parcels import Parcel
from console.sync.fhir.source import IDENTIFIED_ONCE, NOT_IDENTIFIED
from console.sync.fhir.values import encode

LONGEST_SAID: Final = 500
"""Letters kept of what a server says."""

PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""HTTP status of a trouble that may be over next time."""

SIGN_IN: Final = frozenset({401, 403, 407})
"""HTTP status of a server that does not know us."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the server; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server holds it."""

    parcel: Parcel
    server_id: str
    version: str
    same: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """The server had a record already, and what it holds has to be looked at first."""

    parcel: Parcel
    server_id: str


@dataclass(frozen=True, slots=True)
class Denied:
    """The server refuses it."""

    parcel: Parcel
    status: int
    said: str


@dataclass(frozen=True, slots=True)
class Stumbled:
    """The server failed over it without refusing it."""

    parcel: Parcel
    status: int
    said: str


Verdict = Accepted | Found | Denied | Stumbled


def verdicts_of(parcels: Sequence[Parcel], reply: Reply) -> tuple[Verdict, ...] | None:
    """What became of each parcel of a bundle; None when the answer is no bundle of as many answers."""
    bundle = _json(reply.body)
    entries = bundle.get("entry")
    if (
        bundle.get("resourceType") != "Bundle"
        or not isinstance(entries, list)
        or len(entries) != len(parcels)
    ):
        return None
    return tuple(_verdict(parcel, entry) for parcel, entry in zip(parcels, entries, strict=True))


def _verdict(parcel: Parcel, entry: object) -> Verdict:
    told = entry if isinstance(entry, dict) else {}
    response = told.get("response")
    said = response if isinstance(response, dict) else {}
    status = _status(said.get("status"))
    outcome, resource = said.get("outcome"), told.get("resource")
    if 200 <= status < 300:
        holds = resource if isinstance(resource, dict) else {}
        return accepted(parcel, status, _text(said.get("location")), _text(said.get("etag")), holds)
    return unwilling(parcel, status, outcome_of(outcome if isinstance(outcome, dict) else {}))


def single_verdict(parcel: Parcel, reply: Reply) -> Verdict:
    """What became of a parcel that was sent alone."""
    body = _json(reply.body)
    if 200 <= reply.status < 300:
        where = reply.headers.get("location", "") or reply.headers.get("content-location", "")
        return accepted(parcel, reply.status, where, reply.headers.get("etag", ""), body)
    return unwilling(parcel, reply.status, outcome_of(body))


def unwilling(parcel: Parcel, status: int, said: str) -> Verdict:
    """A refusal, or a trouble that may pass."""
    if status in PASSING or status == 0:
        return Stumbled(parcel, status, said)
    return Denied(parcel, status, said)


def accepted(parcel: Parcel, status: int, location: str, etag: str, holds: Mapping[str, Any]) -> Verdict:
    """An answer that says yes, believed only as far as it fits."""
    meta = holds.get("meta")
    version = _version(etag) or (_text(meta.get("versionId")) if isinstance(meta, dict) else "")
    known = parcel.url.partition("/")[2] if "?" not in parcel.url else ""
    server_id = _id_in(location, parcel.type) or known
    if holds.get("resourceType") == parcel.type:
        server_id = _text(holds.get("id")) or server_id
    if not server_id:
        return Stumbled(parcel, status, "The server does not say where it put it.")
    if not parcel.if_none_exist or status == 201:
        return Accepted(parcel, server_id, version)
    if holds.get("resourceType") != parcel.type:
        return Found(parcel, server_id)
    return looked_at(parcel, server_id, version, holds)


def looked_at(parcel: Parcel, server_id: str, version: str, holds: Mapping[str, Any]) -> Verdict:
    """What a record that was there before turns out to be."""
    if not _ours(parcel, holds):
        return Denied(parcel, 200, "The server answered with another record: it ignores identifiers.")
    told = {key: one for key, one in holds.items() if key not in {"id", "meta", "text"}}
    sent = _json(encode(parcel.body))
    wanted = {key: one for key, one in sent.items() if key not in {"id", "meta", "text"}}
    return Accepted(parcel, server_id, version, same=_alike(told, wanted))


def seen_there(parcel: Parcel, server_id: str, reply: Reply) -> Verdict:
    """What a record that was asked for by its id turns out to be; nothing was sent of ours yet."""
    holds = _json(reply.body)
    meta = holds.get("meta")
    version = _version(reply.headers.get("etag", ""))
    version = version or (_text(meta.get("versionId")) if isinstance(meta, dict) else "")
    verdict = looked_at(parcel, server_id, version, holds)
    return replace(verdict, same=False) if isinstance(verdict, Accepted) else verdict


def _ours(parcel: Parcel, holds: Mapping[str, Any]) -> bool:
    if parcel.type in NOT_IDENTIFIED:
        meta = holds.get("meta")
        tags = meta.get("tag") if isinstance(meta, dict) else None
        return any(isinstance(one, dict) and one.get("code") == parcel.id for one in tags or ())
    given = holds.get("identifier")
    listed = [given] if parcel.type in IDENTIFIED_ONCE else given
    return isinstance(listed, list) and any(
        isinstance(one, dict) and one.get("value") == parcel.id for one in listed
    )


def _alike(left: object, right: object) -> bool:
    """Equal but for how decimals are written."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_alike(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_alike, left, right))
    if isinstance(left, int | float) or isinstance(right, int | float):
        try:
            return float(left) == float(right)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            return False
    return left == right


# --- words --------------------------------------------------------------------------------------------


def outcome_of(body: Mapping[str, Any]) -> str:
    """An OperationOutcome as one sentence, shortened."""
    issues = body.get("issue")
    said = []
    for issue in issues if isinstance(issues, list) else []:
        if isinstance(issue, dict):
            details = issue.get("details")
            words = _text(details.get("text")) if isinstance(details, dict) else ""
            places = issue.get("expression")
            where = ", ".join(map(_text, places)) if isinstance(places, list) else ""
            words = words or _text(issue.get("diagnostics")) or _text(issue.get("code"))
            said.append(f"{words} ({where})" if where else words)
    return "; ".join(filter(None, said))[:LONGEST_SAID]


def said_by(reply: Reply) -> str:
    """What an answer says as a whole."""
    return outcome_of(_json(reply.body)) or f"HTTP {reply.status}"


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _text(given: object) -> str:
    return given if isinstance(given, str) else ""


def _status(given: object) -> int:
    first = given.split()[0] if isinstance(given, str) and given.strip() else ""
    return int(first) if first.isascii() and first.isdigit() and len(first) == 3 else 0


def _version(etag: str) -> str:
    return etag.removeprefix("W/").strip('"')


def _id_in(location: str, type_: str) -> str:
    """The id in ``Type/id``, ``Type/id/_history/1`` or a whole address."""
    parts = location.split("?")[0].split("/")
    places = [index for index, part in enumerate(parts[:-1]) if part == type_]
    return parts[places[-1] + 1] if places else ""
