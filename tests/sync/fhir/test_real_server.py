"""Against a real FHIR R4 server: a session is there once, whatever the strategy and whatever goes wrong."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from shutil import copy
from typing import Any

import pytest

from console.app.commands import run
from console.app.folder import RECORD
from console.session import events as ev
from console.sync.fhir.https import HttpsServer
from console.sync.fhir.ledger import MemoryStore
from console.sync.fhir.parcels import Options, Strategy
from console.sync.fhir.projection import project
from console.sync.fhir.push import Did, Request, Work
from console.sync.fhir.source import Resource, Source
from console.sync.fhir.values import Body, encode
from tests.session.bench import PHYSICIAN
from tests.sync.fhir.node_server import NodeServer
from tests.sync.fhir.pushing import few, push, work_of
from tests.sync.fhir.sessions import NAMES, everything, source_of, whole
from tests.ui.review_records import rehearsed
from tests.ui.synthetic_record import EARLY_STOP

STRATEGIES = list(Strategy)


@pytest.fixture
def client(fhir_server: NodeServer) -> Iterator[HttpsServer]:
    server = HttpsServer(fhir_server.url, lambda: "")
    yield server
    server.close()


def counted(server: NodeServer) -> Counter[str]:
    return Counter(one["resourceType"] for one in server.all())


def small(source: Source | None = None) -> Work:
    """Every type of resource; the whole session would only take longer."""
    chosen = source or everything()
    return work_of(chosen, few(project(chosen), 2))


def expected(resources: tuple[Resource, ...]) -> Counter[str]:
    return Counter(one.type for one in resources)


def own_ids(server: NodeServer) -> list[str]:
    """The identifier given here of everything the server holds."""
    found = []
    for one in server.all():
        given = one.get("identifier", one.get("meta", {}).get("tag"))
        first = given[0] if isinstance(given, list) else given
        found.append(first.get("value") or first.get("code"))
    return found


def dangling(server: NodeServer) -> list[str]:
    there = {f"{one['resourceType']}/{one['id']}" for one in server.all()}
    return [ref for one in server.all() for ref in _refs(one) if ref not in there]


def _refs(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "reference" in value:
            yield value["reference"]
        for one in value.values():
            yield from _refs(one)
    elif isinstance(value, list):
        for one in value:
            yield from _refs(one)


@pytest.mark.req("FHIR-03")
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_server_holds_a_session_once_after_three_syncs(
    client: HttpsServer, fhir_server: NodeServer, strategy: Strategy
) -> None:
    work = small()
    for _ in range(3):
        # Nothing is remembered between them: as after a lost disk.
        done = push(client, work, MemoryStore(), Options(strategy))
        assert done.last.refused == 0
        assert done.last.held == len(work.resources)
    assert counted(fhir_server) == expected(work.resources)
    assert sorted(own_ids(fhir_server)) == sorted(one.id for one in work.resources)
    assert dangling(fhir_server) == []


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_second_sync_with_its_ledger_sends_nothing(
    client: HttpsServer, fhir_server: NodeServer, strategy: Strategy
) -> None:
    work, store = small(), MemoryStore()
    push(client, work, store, Options(strategy))
    before = len(fhir_server.received())
    assert push(client, work, store, Options(strategy)).last.did is Did.FINISHED
    assert len(fhir_server.received()) == before


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_bundles_are_as_large_as_the_strategy_allows(
    client: HttpsServer, fhir_server: NodeServer, strategy: Strategy
) -> None:
    push(client, small(), MemoryStore(), Options(strategy))
    sizes = [one["entries"] for one in fhir_server.received() if one["type"]]
    assert max(sizes) <= {"client-id": 50}.get(strategy.value, 8)
    assert all(one["type"] == "transaction" for one in fhir_server.received() if one["type"])


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_one_bad_resource_blocks_no_other(
    client: HttpsServer, fhir_server: NodeServer, strategy: Strategy
) -> None:
    work = small()
    bad = next(one for one in work.resources if one.type == "Encounter")
    spoilt = tuple(_spoilt(one) if one is bad else one for one in work.resources)
    store = MemoryStore()
    done = push(client, replace(work, resources=spoilt), store, Options(strategy))
    assert done.last.refused == 1
    assert done.last.held == len(work.resources) - 1
    refusal = store.session("s-1").refused[bad.key]
    assert "nonsense" in refusal.said
    assert counted(fhir_server) == expected(work.resources) - Counter({"Encounter": 1})
    # What referred to it names it by identifier, and points at it once it is there.
    assert dangling(fhir_server) == []
    push(client, work, store, Options(strategy))
    assert counted(fhir_server) == expected(work.resources)
    encounter = next(one for one in fhir_server.all() if one["resourceType"] == "Encounter")
    pointing = [one for one in fhir_server.all() if f"Encounter/{encounter['id']}" in set(_refs(one))]
    assert len(pointing) > 10


def _spoilt(resource: Resource) -> Resource:
    body: Body = {**resource.body, "nonsense": True}
    return replace(resource, body=body)


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("cut", ["before", "after"])
def test_a_server_that_dies_in_the_middle_loses_and_doubles_nothing(
    client: HttpsServer, fhir_server: NodeServer, strategy: Strategy, cut: str
) -> None:
    work = small()
    fhir_server.fail({}, {"cut": cut}, {"cut": cut}, {}, {"cut": cut}, {}, {}, {"cut": cut})
    done = push(client, work, MemoryStore(), Options(strategy))
    assert done.last.refused == 0
    assert done.waited_s > 0
    assert counted(fhir_server) == expected(work.resources)


def test_a_busy_server_is_left_alone_as_long_as_it_asks(client: HttpsServer, fhir_server: NodeServer) -> None:
    work = small()
    fhir_server.fail(
        {"status": 429, "headers": {"retry-after": "90"}},
        {"status": 503, "headers": {"retry-after": "30"}},
        {"status": 503},
    )
    done = push(client, work)
    waits = [one.wait_s for one in done.outcomes if one.did is Did.WAITING]
    assert waits[0] >= 90
    assert waits[1] >= 30
    assert 0 < waits[2] <= 20
    assert done.last.refused == 0
    assert counted(fhir_server) == expected(work.resources)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_correction_amends_what_is_there(
    client: HttpsServer, fhir_server: NodeServer, strategy: Strategy
) -> None:
    bench, store = whole(), MemoryStore()
    push(client, small(source_of(bench)), store, Options(strategy))
    weighed = next(e for e in bench.entries if isinstance(e.event, ev.WeightRecorded))
    bench.commit(ev.Corrected(weighed.seq, "72 kg", "misread"), PHYSICIAN)
    work = small(source_of(bench))
    before = len(fhir_server.received())
    done = push(client, work, store, Options(strategy))
    assert done.last.refused == 0
    assert counted(fhir_server) == expected(work.resources)
    weight = next(one for one in fhir_server.all() if _is_weight(one))
    assert weight["status"] == "amended"
    assert "72 kg" in weight["note"][0]["text"]
    assert len(fhir_server.received()) - before <= 3


def _is_weight(one: dict[str, Any]) -> bool:
    codes = one.get("code", {}).get("coding", [{}])
    return bool(one["resourceType"] == "Observation" and codes[0].get("code") == "29463-7")


@pytest.mark.req("FHIR-04")
def test_a_record_changed_by_somebody_else_there_is_put_to_people(
    client: HttpsServer, fhir_server: NodeServer
) -> None:
    bench, store = whole(), MemoryStore()
    options = Options(Strategy.IF_NONE_EXIST)
    push(client, small(source_of(bench)), store, options)
    weight = next(one for one in fhir_server.all() if _is_weight(one))
    theirs = {**weight, "status": "cancelled"}
    # Written through the server's own door, so its version moves on.
    client.ask(Request("PUT", f"Observation/{weight['id']}", json.dumps(theirs).encode()))
    weighed = next(e for e in bench.entries if isinstance(e.event, ev.WeightRecorded))
    bench.commit(ev.Corrected(weighed.seq, "72 kg", "misread"), PHYSICIAN)
    done = push(client, small(source_of(bench)), store, options)
    assert done.last.refused == 1
    (refusal,) = store.session("s-1").refused.values()
    assert refusal.status == 412
    assert next(one for one in fhir_server.all() if _is_weight(one))["status"] == "cancelled"


@pytest.mark.parametrize("strategy", [Strategy.CONDITIONAL, Strategy.IF_NONE_EXIST])
def test_two_records_of_one_identifier_are_put_to_people(client: HttpsServer, strategy: Strategy) -> None:
    work = small()
    consent = next(one for one in work.resources if one.type == "Consent")
    twin = json.dumps({"resourceType": "Consent", **json.loads(_json(consent))}).encode()
    for _ in range(2):
        client.ask(Request("POST", "Consent", twin))
    store = MemoryStore()
    done = push(client, work, store, Options(strategy))
    assert done.last.refused == 1
    assert store.session("s-1").refused[consent.key].status in {400, 412}
    assert done.last.held == len(work.resources) - 1


def _json(resource: Resource) -> bytes:
    body = {k: v for k, v in resource.body.items() if k not in {"patient", "verification"}}
    return encode(body)


def test_a_whole_session_is_there_resource_for_resource(client: HttpsServer, fhir_server: NodeServer) -> None:
    work = work_of(everything())
    done = push(client, work)
    assert (done.last.refused, done.last.held) == (0, len(work.resources))
    assert counted(fhir_server) == expected(work.resources)
    assert dangling(fhir_server) == []


def test_the_server_says_what_it_is(client: HttpsServer) -> None:
    assert b"4.0.1" in client.ask(Request("GET", "metadata")).body


@pytest.mark.req("FHIR-05")
def test_names_hold_no_person() -> None:
    told = {e.event.patient.mrn for e in everything().entries if isinstance(e.event, ev.SessionOpened)}
    for one in project(everything()):
        assert not any(mrn in one.id for mrn in told)
    assert "204-118" not in NAMES.base


def test_the_command_pushes_a_recorded_session_once_with_its_report(
    fhir_server: NodeServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy(rehearsed().path, tmp_path / RECORD)
    command = ["fhir", "push", EARLY_STOP, "--to", fhir_server.url, "--data", str(tmp_path)]
    assert run(command) == 0
    assert "The server holds" in capsys.readouterr().out
    first = counted(fhir_server)
    assert first["DocumentReference"] == 1
    before = len(fhir_server.received())
    assert run(command) == 0
    assert (counted(fhir_server), len(fhir_server.received())) == (first, before)
    assert run(["fhir", "review", "--to", fhir_server.url, "--data", str(tmp_path)]) == 0
    assert dangling(fhir_server) == []
