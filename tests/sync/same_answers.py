"""The model of the archive beside the real one: the same calls, the same answers."""

from __future__ import annotations

from random import Random

from console.clock import ManualClock
from console.storage.rows import StoredEvent
from console.sync.connecting import Door
from console.sync.ports import START, Archive, Mark, Origin, Segment
from tests.sync.histories import chain, event_id
from tests.sync.model_archive import ModelServer
from tests.sync.postgres_server import Server, Site

_HISTORIES: tuple[tuple[StoredEvent, ...], ...] = (
    chain(60),
    chain(60, differs_from=25),
    chain(60, differs_from=41, salt="third"),
)


def compare(server: Server, site: Site, random: Random, round_: int) -> None:
    """Thirty random calls on a stream of its own."""
    stream = event_id(round_, f"alike {site.site_id}")
    origin = Origin(stream, site.site_id, "bed-1")
    real = Door(server.parameters(site.workstation("bed-1"))).open(origin)
    model: Archive = ModelServer(ManualClock()).open(origin)
    try:
        for both in (real, model):
            both.hello(Segment(stream, START))
        for _ in range(30):
            _one_call(real, model, stream, random)
    finally:
        real.close()


def _one_call(real: Archive, model: Archive, stream: str, random: Random) -> None:
    events = random.choice(_HISTORIES)
    first = random.randrange(0, 55)
    part = events[first : first + random.randrange(1, 20)]
    kind = random.random()
    if kind < 0.7:
        assert real.push(stream, part) == model.push(stream, part)
    elif kind < 0.85:
        marks = [Mark(one.seq, one.hash) for one in part]
        assert real.in_common(stream, marks) == model.in_common(stream, marks)
    else:
        ours, theirs = real.hello(Segment(stream, START)), model.hello(Segment(stream, START))
        assert (ours.status, ours.watermark, ours.chunk_seq) == (
            theirs.status,
            theirs.watermark,
            theirs.chunk_seq,
        )
