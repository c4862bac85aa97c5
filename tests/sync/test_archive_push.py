"""The archive's one way in: what it takes, what it calls a duplicate, a gap, a fork, a damage."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from msgspec.structs import replace
from psycopg.conninfo import make_conninfo

from console.sync.connecting import Door
from console.sync.ports import START, Archive, Greeted, Mark, Origin, Pushed, Rejected, Segment
from tests.sync.histories import STREAM, chain
from tests.sync.postgres_server import Server, Site

pytestmark = pytest.mark.req("NET-04")


@pytest.fixture
def origin(site: Site) -> Origin:
    return Origin(STREAM, site.site_id, "bed-1")


@pytest.fixture
def archive(server: Server, site: Site, origin: Origin) -> Iterator[Archive]:
    opened = Door(server.parameters(site.workstation("bed-1"))).open(origin)
    opened.hello(Segment(STREAM, START))
    yield opened
    opened.close()


def stored(server: Server, site: Site) -> list[tuple[object, ...]]:
    return server.sql(
        "SELECT seq, id, session_id, wall_utc_ns, mono_ns, boot_id, actor, kind, version, body, prev, hash"
        " FROM archive.event WHERE site_id = %s ORDER BY stream_id, seq",
        site.site_id,
    )


def test_events_arrive_byte_for_byte(server: Server, site: Site, archive: Archive) -> None:
    events = chain(120)
    answer = archive.push(STREAM, events)
    assert answer.status is Pushed.OK
    assert answer.watermark == Mark(120, events[-1].hash)
    assert stored(server, site) == [
        (
            one.seq,
            one.id,
            one.session_id,
            one.at.wall_utc_ns,
            one.at.mono_ns,
            one.boot_id,
            one.actor,
            one.kind,
            one.version,
            one.body,
            one.prev,
            one.hash,
        )
        for one in events
    ]


def test_the_same_batch_again_is_a_duplicate_and_an_overlap_is_cut(
    server: Server, site: Site, archive: Archive
) -> None:
    events = chain(60)
    archive.push(STREAM, events[:40])
    assert archive.push(STREAM, events[10:30]).status is Pushed.DUPLICATE
    answer = archive.push(STREAM, events[20:])
    assert (answer.status, answer.watermark.seq) == (Pushed.OK, 60)
    assert [row[0] for row in stored(server, site)] == list(range(1, 61))


def test_what_jumps_ahead_is_a_gap_and_changes_nothing(server: Server, site: Site, archive: Archive) -> None:
    events = chain(30)
    archive.push(STREAM, events[:10])
    answer = archive.push(STREAM, events[11:])
    assert (answer.status, answer.watermark) == (Pushed.GAP, Mark(10, events[9].hash))
    assert len(stored(server, site)) == 10


@pytest.mark.req("NET-05")
def test_another_history_is_a_fork_kept_aside_and_overwrites_nothing(
    server: Server, site: Site, archive: Archive
) -> None:
    events, other = chain(30), chain(30, differs_from=21)
    archive.push(STREAM, events[:25])
    before = stored(server, site)
    answer = archive.push(STREAM, other[15:])
    assert (answer.status, answer.at_seq, answer.watermark.seq) == (Pushed.FORK, 21, 25)
    assert stored(server, site) == before
    assert server.sql("SELECT seq, hash, body FROM archive.quarantine WHERE site_id = %s", site.site_id) == [
        (21, other[20].hash, other[20].body)
    ]


@pytest.mark.req("NET-05")
def test_a_history_that_only_parts_after_the_watermark_is_a_fork_too(archive: Archive) -> None:
    events, other = chain(30), chain(30, differs_from=20)
    archive.push(STREAM, events[:20])
    answer = archive.push(STREAM, other[20:])
    assert (answer.status, answer.at_seq) == (Pushed.FORK, 21)


def test_a_damaged_event_is_not_taken_nor_anything_of_its_batch(
    server: Server, site: Site, archive: Archive
) -> None:
    events = list(chain(30))
    events[17] = replace(events[17], body=b'{"a":2}')
    assert archive.push(STREAM, events).status is Pushed.BROKEN
    assert stored(server, site) == []


@pytest.mark.parametrize("field", ["actor", "kind", "boot_id", "session_id", "id"])
def test_the_archive_checks_every_field_against_the_hash(archive: Archive, field: str) -> None:
    (event,) = chain(1)
    assert archive.push(STREAM, [replace(event, **{field: "other"})]).status is Pushed.BROKEN
    assert archive.push(STREAM, [event]).status is Pushed.OK


def test_a_push_is_told_to_those_who_listen(server: Server, site: Site, archive: Archive) -> None:
    with psycopg.connect(server.url(), autocommit=True) as board:
        row = board.execute("SELECT archive.channel(%s)", (site.site_id,)).fetchone()
        assert row is not None
        board.execute(f'LISTEN "{row[0]}"'.encode())
        archive.push(STREAM, chain(3))
        heard = next(board.notifies(timeout=5, stop_after=1))
    assert heard.payload == f"{STREAM} 3"


def test_a_workstation_may_execute_and_nothing_else(server: Server, site: Site, archive: Archive) -> None:
    role = f"ws_{site.site_id}_bed_1".replace("-", "_")
    with psycopg.connect(make_conninfo(**server.parameters(role)), autocommit=True) as connection:
        for statement in (
            "SELECT * FROM archive.event",
            "INSERT INTO archive.receipt SELECT * FROM archive.receipt",
            "DELETE FROM archive.event",
            "UPDATE archive.stream SET head_seq = 0",
            "SELECT archive.my_sites()",
            "CREATE TEMP TABLE x (a int)",
            "CREATE TABLE public.x (a int)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())
    assert archive.push(STREAM, chain(1)).status is Pushed.OK


def test_a_workstation_speaks_for_its_own_site_and_name_alone(server: Server, site: Site) -> None:
    role = site.workstation("bed-1")
    for origin in (Origin(STREAM, "another-clinic", "bed-1"), Origin(STREAM, site.site_id, "bed-2")):
        archive = Door(server.parameters(role)).open(origin)
        with pytest.raises(Rejected, match="refuses this workstation"):
            archive.hello(Segment(STREAM, START))
        archive.close()


def test_a_stream_of_another_workstation_is_not_continued(
    server: Server, site: Site, archive: Archive
) -> None:
    archive.push(STREAM, chain(5))
    thief = Door(server.parameters(site.workstation("bed-2"))).open(Origin(STREAM, site.site_id, "bed-2"))
    assert thief.hello(Segment(STREAM, START)).status is Greeted.FORK
    assert thief.push(STREAM, chain(9)[5:]).status is Pushed.GAP
    thief.close()


def test_readers_see_their_own_sites_alone(server: Server, site: Site, archive: Archive) -> None:
    archive.push(STREAM, chain(7))
    stranger = server.site()
    for reader, seen in ((site.reader(), 7), (stranger.reader(), 0)):
        with psycopg.connect(make_conninfo(**server.parameters(reader))) as connection:
            row = connection.execute("SELECT count(*) FROM archive.event").fetchone()
            assert row == (seen,)
            with pytest.raises(psycopg.errors.Error):
                connection.execute("DELETE FROM archive.event")


def test_a_query_for_one_site_touches_one_partition(server: Server, site: Site, archive: Archive) -> None:
    archive.push(STREAM, chain(7))
    with psycopg.connect(make_conninfo(**server.parameters(site.reader()))) as connection:
        plan = connection.execute(
            "EXPLAIN SELECT * FROM archive.event WHERE site_id = %s AND stream_id = %s",
            (site.site_id, STREAM),
        ).fetchall()
    touched = {word for (line,) in plan for word in str(line).split() if word.startswith("event_")}
    assert len({name.removesuffix("_pkey") for name in touched if not name.endswith("idx")}) == 1
