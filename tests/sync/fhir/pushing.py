"""A push played out in no time: a manual clock, a feed from a list, a server that can be anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from console.clock import ManualClock
from console.sync.fhir.answers import Reply
from console.sync.fhir.ledger import MemoryStore, Store
from console.sync.fhir.parcels import Options
from console.sync.fhir.projection import project
from console.sync.fhir.push import Did, FhirPush, Outcome, Request, Server, Work
from console.sync.fhir.source import Resource, Source, references


@dataclass
class ListFeed:
    """Sessions to push, in order."""

    waiting: list[Work] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)

    def next(self) -> Work | None:
        return self.waiting[0] if self.waiting else None

    def done(self, work: Work) -> None:
        self.waiting.remove(work)
        self.settled.append(work.session_id)


@dataclass
class Asked:
    """A server that answers from a function and remembers what it was asked."""

    answer: Callable[[Request], Reply]
    requests: list[Request] = field(default_factory=list)

    def ask(self, request: Request) -> Reply:
        self.requests.append(request)
        return self.answer(request)


def work_of(source: Source, resources: tuple[Resource, ...] | None = None) -> Work:
    made = project(source) if resources is None else resources
    return Work("s-1", source.entries[-1].seq, source.naming, made)


def few(resources: tuple[Resource, ...], each: int = 1) -> tuple[Resource, ...]:
    """The first of each type, and all they refer to: a small session of every type."""
    known = {one.key: one for one in resources}
    seen: Counter[str] = Counter()
    wanted: set[str] = set()
    for one in resources:
        if seen[one.type] < each:
            wanted.add(one.key)
        seen[one.type] += 1
    todo = list(wanted)
    while todo:
        for key in references(known[todo.pop()].body):
            if key in known and key not in wanted:
                wanted.add(key)
                todo.append(key)
    return tuple(one for one in resources if one.key in wanted)


@dataclass
class Run:
    """What came of a push."""

    outcomes: list[Outcome]
    clock: ManualClock
    feed: ListFeed

    @property
    def last(self) -> Outcome:
        return self.outcomes[-1]

    @property
    def waited_s(self) -> float:
        return sum(one.wait_s for one in self.outcomes if one.did is Did.WAITING)


def push(
    server: Server,
    work: Work,
    store: Store | None = None,
    options: Options | None = None,
    clock: ManualClock | None = None,
    steps: int = 400,
) -> Run:
    """Step until the session is settled; waiting costs nothing here."""
    clock = clock or ManualClock()
    feed = ListFeed([work])
    pushing = FhirPush(server, feed, store or MemoryStore(), options or Options(), lambda: 0.5)
    outcomes: list[Outcome] = []
    for _ in range(steps):
        outcome = pushing.step(clock.now())
        outcomes.append(outcome)
        if outcome.did in {Did.FINISHED, Did.IDLE}:
            return Run(outcomes, clock, feed)
        clock.advance(outcome.wait_s + 0.001)
    raise AssertionError(f"not settled after {steps} steps: {outcomes[-1]}")
