"""Many clinics in one archive: rows spread over the partitions, and a clinic's queries read one of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import psycopg
import pytest

from tests.sync.clinics import CLINICS, PARTITIONS, Clinic, clinics, load
from tests.sync.postgres_server import Server

pytestmark = pytest.mark.req("NET-16")
SAMPLE = 100
EVENTS_A_ROOM = 12

QUERIES = {
    "a session": "SELECT * FROM archive.event WHERE site_id = %(site)s AND session_id = %(session)s",
    "what is new of a room": (
        "SELECT * FROM unnest(%(streams)s::uuid[], %(low)s::bigint[]) AS u(stream, low) JOIN archive.event e"
        " ON e.site_id = %(site)s AND e.stream_id = u.stream AND e.seq > u.low ORDER BY e.seq LIMIT 200"
    ),
    "the list of sessions": (
        "SELECT session_id FROM archive.event WHERE site_id = %(site)s AND kind = 'session_opened'"
        " ORDER BY wall_utc_ns DESC LIMIT 100"
    ),
    "waveform chunks": "SELECT data FROM archive.chunk WHERE site_id = %(site)s AND sha256 = ANY(%(sha)s)",
    "a duplicate looked for": (
        "SELECT min(seq) FROM archive.event WHERE site_id = %(site)s AND stream_id = %(stream)s::uuid"
        " AND seq BETWEEN 1 AND 500"
    ),
}


@pytest.fixture(scope="module")
def sample(server: Server) -> Iterator[list[Clinic]]:
    some = list(clinics(SAMPLE))
    load(server, some, EVENTS_A_ROOM)
    yield some
    server.sql(
        "DELETE FROM archive.event WHERE stream_id IN"
        " (SELECT stream_id FROM archive.stream WHERE role_name = 'loader')"
    )
    server.sql("DELETE FROM archive.stream WHERE role_name = 'loader'")


@pytest.mark.parametrize("plan", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize("name", QUERIES)
def test_a_clinic_s_query_touches_one_partition(
    server: Server, sample: list[Clinic], name: str, plan: str
) -> None:
    site = sample[3].site_id
    ((stream,),) = server.sql("SELECT stream_id::text FROM archive.stream WHERE site_id = %s LIMIT 1", site)
    values = {
        "site": site,
        "session": f"{stream}0",
        "stream": stream,
        "streams": [stream],
        "low": [0],
        "sha": [bytes(32)],
    }
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"SET plan_cache_mode = {plan}".encode())
        found = connection.execute(
            b"EXPLAIN (ANALYZE, COSTS OFF) " + QUERIES[name].encode(), values
        ).fetchall()
    text = "\n".join(row[0] for row in found)
    touched = {
        match[1]
        for match in re.finditer(r"on (?:archive\.)?((?:event|chunk)_\d\d)(?! .*never executed)", text)
    }
    assert len(touched) == 1, text
    assert "Seq Scan on event" not in text, text


def test_ten_thousand_clinics_spread_evenly_over_the_partitions(server: Server) -> None:
    every = list(clinics())
    assert len({one.site_id for one in every}) == CLINICS
    rooms = sum(one.rooms for one in every)
    assert 3.0 < rooms / CLINICS < 5.0
    # The server's own hash says which partition a key goes to, without a row being stored.
    rows = server.sql(
        "SELECT u.site, (SELECT r FROM generate_series(0, %s) AS r WHERE satisfies_hash_partition("
        "'archive.event'::regclass, %s, r, u.site COLLATE \"C\")) FROM unnest(%s::text[]) AS u(site)",
        PARTITIONS - 1,
        PARTITIONS,
        [one.site_id for one in every],
    )
    load_of = Counter[object]()
    by_site = {one.site_id: one.rooms for one in every}
    for site, part in rows:
        load_of[part] += by_site[str(site)]
    assert len(load_of) == PARTITIONS
    assert max(load_of.values()) < 1.3 * rooms / PARTITIONS
    assert min(load_of.values()) > 0.7 * rooms / PARTITIONS


def test_the_sample_lies_where_its_keys_say(server: Server, sample: list[Clinic]) -> None:
    rows = server.sql(
        "SELECT tableoid::regclass::text, count(DISTINCT site_id) FROM archive.event WHERE site_id = ANY(%s)"
        " GROUP BY 1",
        [one.site_id for one in sample],
    )
    assert len(rows) == PARTITIONS
    assert sum(int(str(count)) for _name, count in rows) == SAMPLE
