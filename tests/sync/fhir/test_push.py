"""Every way a server can answer: nothing is lost, nothing blocks the rest, nobody is hurried."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.clock import ManualClock
from console.sync.fhir.answers import Reply, outcome_of
from console.sync.fhir.ledger import MemoryStore, Mode, ServerState
from console.sync.fhir.parcels import Options, Strategy
from console.sync.fhir.patience import FIRST_S, LONGEST_S, retry_after_s, still_waiting_s, wait_s
from console.sync.fhir.projection import project
from console.sync.fhir.push import Did, NotReached, Request
from tests.sync.fhir.pushing import Asked, few, push, work_of
from tests.sync.fhir.sessions import everything

WORK = work_of(everything(), few(project(everything())))
COUNT = len(WORK.resources)


class Clinic:
    """A server in a few lines, with a fault between it and the client."""

    def __init__(self, fault: Callable[[Request], Reply | None] = lambda _: None) -> None:
        self.fault = fault
        self.held: dict[str, dict[str, object]] = {}
        self.asked: list[Request] = []
        self._ids = count(1)
        self.where: dict[str, str] = {}
        self.refuse = ""
        self.forgets_identifiers = False
        self.silent = False
        """Sends no resources back, whatever is preferred."""

    def ask(self, request: Request) -> Reply:
        self.asked.append(request)
        reply = self.fault(request)
        return reply if reply is not None else self.serve(request)

    def serve(self, request: Request) -> Reply:
        if request.method == "GET":
            found = self.held.get(request.path)
            return Reply(404 if found is None else 200, {}, msgspec.json.encode(found or {}))
        body = msgspec.json.decode(request.body)
        if body["resourceType"] != "Bundle":
            query = dict(request.headers).get("if-none-exist", "")
            done = self._one(request.method, request.path, body, query)
            return Reply(int(done["status"][:3]), {"location": done.get("location", "")}, b"{}")
        entries, bad = [], False
        for entry in body["entry"]:
            how = entry["request"]
            done = self._one(how["method"], how["url"], entry["resource"], how.get("ifNoneExist", ""))
            back = {} if self.silent or "location" not in done else {"resource": self.held[_place(done)]}
            entries.append({"response": done, **back})
            bad = bad or done["status"].startswith("4")
        if bad and body["type"] == "transaction":
            return Reply(400, {}, msgspec.json.encode(_outcome("one of them is bad")))
        answer = {"resourceType": "Bundle", "type": f"{body['type']}-response", "entry": entries}
        return Reply(200, {}, msgspec.json.encode(answer))

    def _one(self, method: str, url: str, body: dict[str, object], query: str) -> dict[str, str]:
        type_ = str(body["resourceType"])
        if type_ == self.refuse:
            return {"status": "422 Unprocessable", "outcome": _outcome("not here")}  # type: ignore[dict-item]
        asked = query or url.partition("?")[2]
        if asked:
            known = self.where.get("Patient?" if self.forgets_identifiers else asked)
            if known is not None:
                if method == "PUT":
                    self.held[known] = {**body, "id": known.partition("/")[2]}
                return {"status": "200 OK", "location": known}
        place = url if method == "PUT" and not asked else f"{type_}/{next(self._ids)}"
        status = "200 OK" if place in self.held else "201 Created"
        self.held[place] = {**body, "id": place.partition("/")[2]}
        if asked:
            self.where[asked] = self.where["Patient?"] = place
        return {"status": status, "location": f"https://s/fhir/{place}/_history/1"}


def _place(done: dict[str, str]) -> str:
    return "/".join(done["location"].removeprefix("https://s/fhir/").split("/")[:2])


def _outcome(text: str) -> dict[str, object]:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "details": {"text": text}}]}


@pytest.mark.req("FHIR-03")
@pytest.mark.parametrize("silent", [False, True])
@pytest.mark.parametrize("strategy", list(Strategy))
def test_a_push_without_its_ledger_is_the_same_push(strategy: Strategy, silent: bool) -> None:
    server = Clinic()
    server.silent = silent
    for _ in range(3):
        run = push(server, WORK, MemoryStore(), Options(strategy))
        assert (run.last.held, run.last.refused) == (COUNT, 0)
    assert len(server.held) == COUNT


def test_what_was_there_before_is_looked_at_before_it_is_written_to() -> None:
    server = Clinic()
    server.silent = True
    options = Options(Strategy.IF_NONE_EXIST)
    push(server, WORK, MemoryStore(), options)
    before = len(server.asked)
    push(server, WORK, MemoryStore(), options)
    asked = server.asked[before:]
    first_write = next(i for i, one in enumerate(asked) if b'"PUT"' in one.body)
    assert any(one.method == "GET" for one in asked[:first_write])


@pytest.mark.parametrize("silent", [False, True])
def test_a_server_that_ignores_identifiers_is_found_out_and_nothing_foreign_is_overwritten(
    silent: bool,
) -> None:
    server, store = Clinic(), MemoryStore()
    server.forgets_identifiers, server.silent = True, silent
    foreign: dict[str, object] = {
        "resourceType": "Patient",
        "id": "7",
        "identifier": [{"value": "somebody else"}],
    }
    server.held["Patient/7"] = foreign
    server.where["Patient?"] = "Patient/7"
    push(server, WORK, store, Options(Strategy.IF_NONE_EXIST))
    assert server.held["Patient/7"] == foreign
    assert any("ignores identifiers" in one.said for one in store.session("s-1").refused.values())


@pytest.mark.req("FHIR-04")
@pytest.mark.req("NET-13")
def test_one_refused_resource_is_listed_and_the_rest_arrives() -> None:
    server, store = Clinic(), MemoryStore()
    server.refuse = "Patient"
    run = push(server, WORK, store)
    assert (run.last.held, run.last.refused) == (COUNT - 1, 1)
    (refusal,) = store.session("s-1").refused.values()
    assert (refusal.status, refusal.said) == (422, "not here")
    named = server.held[next(key for key in server.held if key.startswith("Encounter/"))]["subject"]
    assert isinstance(named, dict)
    assert named["type"] == "Patient"
    assert "reference" not in named


def test_a_server_without_bundles_is_given_one_resource_at_a_time() -> None:
    def alone(request: Request) -> Reply | None:
        bundle = b'"resourceType":"Bundle"' in request.body
        return Reply(405, {}, b"") if bundle else None

    server = Clinic(alone)
    run = push(server, WORK)
    assert (run.last.held, run.last.refused) == (COUNT, 0)


def test_a_bundle_that_is_too_large_is_halved() -> None:
    def small(request: Request) -> Reply | None:
        entries = len(msgspec.json.decode(request.body).get("entry", ()))
        return Reply(413, {}, b"") if entries > 5 else None

    server = Clinic(small)
    run = push(server, WORK)
    assert run.last.held == COUNT
    assert run.waited_s == 0


def test_a_resource_over_which_the_server_falls_is_put_to_people_at_last() -> None:
    def falls(request: Request) -> Reply | None:
        return Reply(500, {}, b"<html>oops") if b'"resourceType":"Consent"' in request.body else None

    server, store = Clinic(falls), MemoryStore()
    run = push(server, WORK, store)
    assert (run.last.held, run.last.refused) == (COUNT - 1, 1)
    assert next(iter(store.session("s-1").refused)).startswith("Consent/")
    assert run.waited_s > 0


def test_an_answer_that_is_no_answer_is_asked_again_then_with_less() -> None:
    def garbled(request: Request) -> Reply | None:
        return Reply(200, {}, b"<html>hello") if b'"resourceType":"Bundle"' in request.body else None

    run = push(Clinic(garbled), WORK)
    assert (run.last.held, run.last.refused) == (COUNT, 0)


def test_a_server_that_does_not_know_us_is_asked_seldom_and_refuses_nothing_for_good() -> None:
    clock = ManualClock()
    start = clock.now()

    def closed(_: Request) -> Reply | None:
        return Reply(401, {}, b"") if clock.now().seconds_since(start) < 3600 else None

    server, store = Clinic(closed), MemoryStore()
    run = push(server, WORK, store, clock=clock)
    assert (run.last.held, run.last.refused) == (COUNT, 0)
    assert sum(1 for one in run.outcomes if one.did is Did.WAITING) <= 7
    assert any("check its token" in one.said for one in run.outcomes)


def test_a_server_that_is_away_for_a_day_is_asked_less_and_less() -> None:
    clock = ManualClock()
    start = clock.now()

    def away(_: Request) -> Reply | None:
        if clock.now().seconds_since(start) < 86_400:
            raise NotReached("no connection")
        return None

    run = push(Clinic(away), WORK, clock=clock)
    waits = [one.wait_s for one in run.outcomes if one.did is Did.WAITING]
    assert run.last.held == COUNT
    assert waits[0] < FIRST_S < waits[3]
    assert max(waits) <= LONGEST_S
    assert len(waits) < 150


def test_waiting_outlives_a_restart() -> None:
    store = MemoryStore()
    now = ManualClock().now()
    store.save_server(ServerState(failures=3, not_before_ns=now.plus(40).wall_utc_ns, said="busy"))
    server = Clinic()
    run = push(server, WORK, store)
    assert run.outcomes[0].did is Did.WAITING
    assert run.outcomes[0].wait_s == pytest.approx(40)
    assert run.last.held == COUNT


def test_a_clock_set_back_by_a_day_holds_nothing_up() -> None:
    clock = ManualClock()
    later = clock.now().plus(86_400).wall_utc_ns
    assert still_waiting_s(later, clock.now()) == 0


def test_a_retry_after_is_understood_in_both_forms() -> None:
    now = ManualClock().now()
    assert retry_after_s("120", now) == 120
    assert retry_after_s("Thu, 01 Jan 2026 10:02:00 GMT", now) == pytest.approx(120)
    assert retry_after_s("99999999999999", now) == 3600
    for nonsense in ("", "soon", "-5", "٣", "Thu"):
        assert retry_after_s(nonsense, now) is None


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_the_wait_grows_and_is_bounded(failures: int, jitter: float) -> None:
    assert FIRST_S / 2 <= wait_s(failures, jitter) <= LONGEST_S


def test_what_a_server_says_is_one_short_sentence() -> None:
    assert (
        outcome_of({"issue": [{"diagnostics": "a"}, {"details": {"text": "b"}, "expression": ["X.y"]}]})
        == "a; b (X.y)"
    )
    assert outcome_of({"issue": "nonsense"}) == ""
    assert len(outcome_of({"issue": [{"diagnostics": "x" * 9000}]})) == 500


FAULTS = st.sampled_from(
    ["ok", "ok", "ok", "before", "after", "429", "500", "502", "garbage", "cut answer", "413"]
)


@pytest.mark.req("FHIR-03")
@settings(max_examples=120, deadline=None)
@given(st.lists(FAULTS, max_size=25), st.sampled_from(list(Strategy)), st.booleans(), st.integers(0, 9))
def test_whatever_happens_on_the_way_the_server_ends_with_each_resource_once(
    faults: list[str], strategy: Strategy, silent: bool, size: int
) -> None:
    server = Clinic()
    server.silent = silent
    todo = list(faults)

    def fault(request: Request) -> Reply | None:
        match todo.pop(0) if todo else "ok":
            case "before":
                raise NotReached("cut")
            case "after":
                server.serve(request)
                raise NotReached("cut")
            case "429":
                return Reply(429, {"retry-after": "3"}, b"")
            case "500" | "502" as status:
                return Reply(int(status), {}, b"")
            case "413":
                return Reply(413, {}, b"") if b'"Bundle"' in request.body else Reply(503, {}, b"")
            case "garbage":
                server.serve(request)
                return Reply(200, {}, b"\\xff{")
            case "cut answer":
                return Reply(200, {}, server.serve(request).body[:40])
            case _:
                return None

    server.fault = fault
    store = MemoryStore()
    run = push(server, WORK, store, Options(strategy, size))
    ledger = store.session("s-1")
    held = set(server.held)
    assert len(server.held) <= COUNT
    assert run.last.held + run.last.refused >= COUNT
    assert all(f"{key.partition('/')[0]}/{one.server_id}" in held for key, one in ledger.held.items())


def test_a_mode_that_was_needed_once_is_left_again() -> None:
    failed = [True]

    def once(request: Request) -> Reply | None:
        if failed and b'"transaction"' in request.body:
            failed.clear()
            return Reply(400, {}, b"")
        return None

    store = MemoryStore()
    server = Clinic(once)
    server.refuse = "Consent"
    push(server, WORK, store)
    assert store.server().mode is Mode.TRANSACTION


def test_nothing_is_asked_when_there_is_nothing_to_push() -> None:
    store = MemoryStore()
    server = Asked(lambda _: Reply(500, {}, b""))
    push(Clinic(), WORK, store)
    assert push(server, WORK, store).last.did is Did.FINISHED
    assert server.requests == []
