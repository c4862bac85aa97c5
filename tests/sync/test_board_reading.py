"""A board's reading: it hears of what is new, sees its own sites alone, and can change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import psycopg
import pytest

from console.clock import ManualClock
from console.sync import board_reading as reading
from console.sync.board_line import Line, heard, listen, open_line, rows_of
from console.sync.board_status import LiveFigure, LiveStatus
from console.sync.board_teller import UNWATCHED_S, WATCHED_S, Teller
from console.sync.connecting import Door
from console.sync.ports import START, Archive, Origin, Rejected, Segment, Unreachable
from tests.sync.histories import SESSION, STREAM, chain
from tests.sync.postgres_server import Server, Site
from tests.sync.sources import MemoryRecord

STATUS = LiveStatus(
    "Room 3", SESSION, "boot-1", ManualClock().now(), (LiveFigure("hr", 71.0, "valid", "s5"),)
)


class Telling:
    """A status source that can be changed, and can fail."""

    def __init__(self, site_id: str) -> None:
        self.site_id = site_id
        self.said: LiveStatus | None = STATUS
        self.fails = False

    def status(self) -> tuple[str, str, LiveStatus] | None:
        if self.fails:
            raise Unreachable("The record is busy.")
        return None if self.said is None else (self.site_id, STREAM, self.said)


@pytest.fixture
def archive(server: Server, site: Site) -> Iterator[Archive]:
    origin = Origin(STREAM, site.site_id, "bed-1")
    opened = Door(server.parameters(site.workstation("bed-1"))).open(origin)
    opened.hello(Segment(STREAM, START))
    yield opened
    opened.close()


@pytest.fixture
def line(server: Server, site: Site) -> Iterator[Line]:
    opened = open_line(server.parameters(site.reader()))
    yield opened
    opened.close()


@pytest.fixture
def source(site: Site) -> Telling:
    return Telling(site.site_id)


@pytest.fixture
def telling(server: Server, site: Site, source: Telling) -> Iterator[Teller]:
    made = Teller(source, server.parameters(site.workstation("bed-1")), Random(1))
    yield made
    made.close()


@pytest.mark.req("NET-14")
def test_a_board_hears_of_what_is_pushed_and_reads_it_back(site: Site, archive: Archive, line: Line) -> None:
    listen(line, site.site_id)
    assert not heard(line, 0.01)
    events = chain(20)
    archive.push(STREAM, events)
    assert heard(line, 5.0)
    (room,) = reading.rooms(line, site.site_id)
    assert (room.workstation_id, room.head_seq, room.status) == ("bed-1", 20, None)
    assert room.quiet_s < 60
    parts = reading.lineage(line, site.site_id, STREAM)
    assert [one.hash for one in reading.page(line, site.site_id, parts)] == [one.hash for one in events]
    of_session = reading.page(line, site.site_id, parts, SESSION)
    assert [one.seq for one in of_session] == [seq for seq in range(1, 21) if seq % 7]
    new = reading.several(line, site.site_id, reading.after(parts, 15))
    assert [(stream, one.seq) for stream, one in new] == [(STREAM, seq) for seq in range(16, 21)]


@pytest.mark.req("NET-14")
def test_a_board_reads_its_own_sites_alone_and_changes_nothing(
    server: Server, site: Site, archive: Archive, line: Line
) -> None:
    archive.push(STREAM, chain(5))
    other = server.site()
    stranger = open_line(server.parameters(other.reader()))
    assert reading.rooms(stranger, site.site_id) == ()
    assert reading.page(stranger, site.site_id, [reading.Part(STREAM, 0)]) == ()
    stranger.close()
    for statement in (
        "UPDATE archive.stream SET head_seq = 0",
        "DELETE FROM archive.event",
        "INSERT INTO archive.live VALUES ('a', 'b', gen_random_uuid(), '', now())",
        f"SELECT archive.tell('{site.site_id}', '{STREAM}', '')",
    ):
        with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)):
            line.execute(statement.encode())


@pytest.mark.req("NET-14")
def test_a_room_tells_more_often_while_a_board_looks(
    site: Site, archive: Archive, line: Line, telling: Teller, source: Telling
) -> None:
    archive.push(STREAM, chain(3))
    assert telling.turn() == UNWATCHED_S
    listen(line, site.site_id)
    assert telling.turn() == WATCHED_S
    assert heard(line, 5.0)
    (room,) = reading.rooms(line, site.site_id)
    assert room.status == STATUS
    assert room.status_age_s < 60
    source.said = None
    assert telling.turn() == UNWATCHED_S


def test_what_cannot_be_told_is_tried_again_later_and_nothing_is_raised(
    server: Server, archive: Archive, telling: Teller, source: Telling
) -> None:
    assert archive is not None
    source.fails = True
    assert 1.0 <= telling.turn() < telling.turn() < 3.0
    source.fails = False
    assert telling.turn() == UNWATCHED_S
    nobody = Teller(source, server.parameters("nobody_here"), Random(1))
    assert nobody.turn() >= 100.0


def test_another_room_s_figures_are_not_overwritten_and_a_flood_is_thinned(
    server: Server, site: Site, archive: Archive, line: Line, telling: Teller, source: Telling
) -> None:
    archive.push(STREAM, chain(3))
    telling.turn()
    source.said = LiveStatus("too soon")
    telling.turn()
    (room,) = reading.rooms(line, site.site_id)
    assert room.status == STATUS
    stranger = Teller(source, server.parameters(server.site().workstation("bed-9")), Random(1))
    assert stranger.turn() > UNWATCHED_S
    stranger.close()
    assert [one.status for one in reading.rooms(line, site.site_id)] == [STATUS]


def test_a_broken_line_is_said_as_a_sentence(server: Server, site: Site, line: Line) -> None:
    server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", site.reader())
    with pytest.raises(Unreachable, match="archive"):
        reading.rooms(line, site.site_id)
    with pytest.raises((Unreachable, Rejected)):
        open_line(server.parameters("nobody_here"))


def test_sessions_are_found_with_their_outline_and_their_chunks(
    site: Site, archive: Archive, line: Line
) -> None:
    record = MemoryRecord(Origin(STREAM, site.site_id, "bed-1"), ManualClock())
    record.notes(4)
    record.session("s-1")
    record.notes(2)
    record.session("s-2", close=False)
    archive.push(STREAM, record.events)
    archive.put(list(record.chunks.values()))
    assert reading.newest_sessions(line, site.site_id, 10) in (("s-2", "s-1"), ("s-1", "s-2"))
    assert reading.stream_of(line, site.site_id, "s-1") == STREAM
    assert reading.stream_of(line, site.site_id, "none") is None
    outline = reading.outline(line, site.site_id, ["s-1"])
    assert [one.kind for one in outline] == ["session_opened", *["care_noted"] * 9, "session_closed"]
    assert reading.last_entries(line, site.site_id, ["s-1"]) == {"s-1": outline[-1].seq}
    addresses = [bytes.fromhex(one) for one in record.chunks]
    held = reading.chunks(line, site.site_id, [*addresses, bytes(32)])
    assert {key.hex(): data for key, data in held.items()} == record.chunks
    assert reading.chunks_held(line, site.site_id, [*addresses, bytes(32)]) == len(addresses)
    parts = reading.lineage(line, site.site_id, STREAM)
    begun = reading.beginning(line, site.site_id, parts)
    assert len({one.session_id for one in begun if one.session_id}) == 1
    assert rows_of(line, "SELECT 1", {}) == [(1,)]
