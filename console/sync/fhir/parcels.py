"""What is sent: each resource as the chosen id strategy wants it, with references the server understands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import quote

from console.sync.fhir.ledger import Held, Mode, SessionLedger
from console.sync.fhir.source import FOUND_BY_TAG, NOT_IDENTIFIED, Naming, Resource, digest, references
from console.sync.fhir.values import Body, Json, encode, filled_of


class Strategy(StrEnum):
    """Who gives a resource its id. Each makes a repeated push harmless."""

    CLIENT_ID = "client-id"
    """This console: ``PUT Type/uuid``. The server has to allow it (update-as-create)."""
    CONDITIONAL = "conditional"
    """The server: ``PUT Type?identifier=...`` creates it, or updates the one that there is."""
    IF_NONE_EXIST = "if-none-exist"
    """The server: ``POST Type`` with ``If-None-Exist``; what was there is looked at, then updated."""


LIMITS: Final = {Strategy.CLIENT_ID: 50, Strategy.CONDITIONAL: 8, Strategy.IF_NONE_EXIST: 8}
"""Resources a bundle unless the site says otherwise: what the Medplum router takes in one transaction (4.5.2,
50 writes; 8 once one of them is conditional)."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a site's server is spoken to.

    Attributes:
        strategy: Who gives ids.
        size: Resources a bundle; 0 = the strategy's own limit.
    """

    strategy: Strategy = Strategy.CLIENT_ID
    size: int = 0

    @property
    def limit(self) -> int:
        """Resources a bundle."""
        return self.size or LIMITS[self.strategy]


@dataclass(frozen=True, slots=True)
class Parcel:
    """One resource, ready to be sent.

    Attributes:
        key: ``Type/id`` as given here.
        method: ``PUT`` or ``POST``.
        url: Relative to the server's base.
        body: The resource.
        digest: What is noted once the server has it.
        if_none_exist: Query for a conditional create.
        if_match: Version that is expected there.
    """

    key: str
    method: str
    url: str
    body: Body
    digest: str
    if_none_exist: str = ""
    if_match: str = ""

    @property
    def type(self) -> str:
        """Resource type."""
        return self.key.partition("/")[0]

    @property
    def id(self) -> str:
        """Id given here."""
        return self.key.partition("/")[2]


def due(
    resources: Sequence[Resource],
    ledger: SessionLedger,
    options: Options,
    names: Naming,
    size: int,
    sure: AbstractSet[str] = frozenset(),
) -> tuple[Parcel, ...]:
    """The next resources to send, at most ``size``: what the server lacks, or holds in another form.

    A resource waits for those it refers to. One that the server refused is named by its identifier
    instead, so nothing waits for it. What was refused is sent again only when it has changed.

    Args:
        resources: All of the session.
        ledger: What the server is known to hold.
        options: How it is spoken to.
        names: Whose record it is.
        size: Resources at most.
        sure: Keys that need no second look: sent before, with all that they refer to.
    """
    expected = frozenset(one.key for one in resources) - ledger.refused.keys()
    there = {key: f"{key.partition('/')[0]}/{one.server_id}" for key, one in ledger.held.items()}
    found: list[Parcel] = []
    for one in resources:
        if len(found) >= size:
            break
        if one.key in ledger.found or one.key in sure:
            continue
        body = rendered(one, there, expected, names)
        if body is None:
            continue
        mark = _mark(one, body)
        held, refused = ledger.held.get(one.key), ledger.refused.get(one.key)
        if (held is not None and held.digest == mark) or (refused is not None and refused.digest == mark):
            continue
        found.append(_parcel(one, body, mark, held, options.strategy, names))
    return tuple(found)


def looking(
    resource: Resource, resources: Sequence[Resource], ledger: SessionLedger, names: Naming
) -> Parcel:
    """A request to see the record that the server says it had, before anything is written to it."""
    there = {key: f"{key.partition('/')[0]}/{one.server_id}" for key, one in ledger.held.items()}
    expected = frozenset(one.key for one in resources) - ledger.refused.keys()
    body = rendered(resource, there, expected, names) or resource.body
    url = f"{resource.type}/{ledger.found[resource.key]}"
    return Parcel(resource.key, "GET", url, body, _mark(resource, body))


def rendered(
    resource: Resource, there: Mapping[str, str], expected: AbstractSet[str], names: Naming
) -> Body | None:
    """The body with references as the server knows them; None while one of them is still to come.

    Args:
        resource: What is to be sent.
        there: References as the server knows them, by those given here.
        expected: What is still to come, if it is not there.
        names: Whose record it is.
    """
    if any(key in expected and key not in there for key in references(resource.body)):
        return None
    return {key: _pointed(value, there, names) for key, value in resource.body.items()}


def _pointed(value: Json, known: Mapping[str, str], names: Naming) -> Json:
    if isinstance(value, dict):
        given = value.get("reference")
        if isinstance(given, str):
            if given in known:
                return {**value, "reference": known[given]}
            return _by_identifier(value, given, names)
        return {key: _pointed(one, known, names) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_pointed(one, known, names) for one in value]
    return value


def _by_identifier(value: Mapping[str, Json], given: str, names: Naming) -> Body:
    """A reference to something that is not there: its identifier says what is meant (HL7 R4, logical)."""
    type_, _, id_ = given.partition("/")
    named: Body = {} if type_ in NOT_IDENTIFIED else {"system": names.system("record"), "value": id_}
    shown = value.get("display") or (f"{type_} {id_}" if not named else None)
    return filled_of({"type": type_, "identifier": named, "display": shown})


def _mark(resource: Resource, body: Body) -> str:
    if not resource.stamp:
        return digest(body)
    told: Body = {key: one for key, one in body.items() if key not in {"content", "date"}}
    return digest({**told, "stamp": resource.stamp})


def _parcel(
    resource: Resource, body: Body, mark: str, held: Held | None, strategy: Strategy, names: Naming
) -> Parcel:
    type_ = resource.type
    if held is not None or strategy is Strategy.CLIENT_ID:
        id_ = resource.id if held is None else held.server_id
        lock = f'W/"{held.version}"' if held is not None and held.version else ""
        return Parcel(resource.key, "PUT", f"{type_}/{id_}", {**body, "id": id_}, mark, if_match=lock)
    query = query_of(resource, names)
    if strategy is Strategy.CONDITIONAL:
        return Parcel(resource.key, "PUT", f"{type_}?{query}", body, mark)
    return Parcel(resource.key, "POST", type_, body, mark, if_none_exist=query)


def query_of(resource: Resource, names: Naming) -> str:
    """The search that finds a resource by the identifier given here; it names no person."""
    parameter = "_tag" if resource.type in FOUND_BY_TAG else "identifier"
    return f"{parameter}={quote(names.system('record') + '|' + resource.id, safe='')}"


def bundle_of(parcels: Sequence[Parcel], mode: Mode) -> bytes:
    """Several parcels in one request."""
    return encode({"resourceType": "Bundle", "type": mode.value, "entry": [_entry(one) for one in parcels]})


def _entry(parcel: Parcel) -> Body:
    return {
        "fullUrl": f"urn:uuid:{parcel.id}",
        "resource": parcel.body,
        "request": filled_of(
            {
                "method": parcel.method,
                "url": parcel.url,
                "ifNoneExist": parcel.if_none_exist,
                "ifMatch": parcel.if_match,
            }
        ),
    }


def whole_bundle(resources: Sequence[Resource]) -> bytes:
    """All resources of a session as one transaction, for any FHIR R4 server or program to read."""
    urns = {one.key: f"urn:uuid:{one.id}" for one in resources}
    entries: list[Body] = []
    for one in resources:
        body: Body = {key: _urn(value, urns) for key, value in one.body.items()}
        entries.append(_entry(Parcel(one.key, "PUT", one.key, {**body, "id": one.id}, digest="")))
    return encode({"resourceType": "Bundle", "type": Mode.TRANSACTION.value, "entry": entries})


def _urn(value: Json, urns: Mapping[str, str]) -> Json:
    if isinstance(value, dict):
        given = value.get("reference")
        if isinstance(given, str):
            return {**value, "reference": urns.get(given, given)}
        return {key: _urn(one, urns) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_urn(one, urns) for one in value]
    return value
