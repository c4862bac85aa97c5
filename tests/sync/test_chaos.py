"""The real outbox, the real archive, and a network that is cut wherever it hurts."""

from __future__ import annotations

from random import Random

import pytest

from console.clock import ManualClock
from console.sync.backlog import Standing
from console.sync.connecting import Door
from console.sync.findings import Found
from console.sync.founding import found_archive
from console.sync.ports import SessionCount, Unreachable
from console.sync.waiting import PatientConnection
from tests.sync.chaos import archived, wreak
from tests.sync.histories import event_id
from tests.sync.invariants import StreamHistory, breaches
from tests.sync.postgres_server import Server, Site
from tests.sync.proxy import Fate, bad_network
from tests.sync.same_answers import compare
from tests.sync.sources import Bench, MemoryRecord, origin_of


@pytest.mark.req("NET-03")
def test_two_hundred_cuts_lose_nothing_and_double_nothing(server: Server, site: Site) -> None:
    result = wreak(server, site, cuts=200)
    assert result.breaches == ()
    assert (result.cuts >= 200, result.lost, result.duplicated, result.chunks_missing) == (True, 0, 0, 0)
    assert min(result.before, result.after, result.refused) > 10
    assert result.forks_found == result.forks_made == 3


def bench_of(server: Server, site: Site, port: int) -> Bench:
    origin = origin_of(site.site_id, "bed-1", event_id(1, site.site_id))
    manual = ManualClock()
    door = Door(server.parameters(site.workstation("bed-1"), site.database, port), connect_s=2)
    return Bench(MemoryRecord(origin, manual), door.open, manual)


def whole(server: Server, site: Site, bench: Bench) -> list[str]:
    memory = bench.outbox.memory
    assert memory is not None
    histories = [StreamHistory(one, archived(server, site, one.stream_id)) for one in memory.segments]
    return breaches(bench.record.events, memory.acked, histories)


@pytest.mark.req("NET-12")
def test_events_pass_a_line_of_64_kbit_s_before_its_waveforms(server: Server, site: Site) -> None:
    with bad_network(server.port, lambda: Fate(bytes_per_s=8000)) as proxy:
        bench = bench_of(server, site, proxy.port)
        bench.record.session("s-1", waves=2, size=400)
        bench.until_done()
        assert proxy.tally.carried < 40_000
    assert whole(server, site, bench) == []
    assert Found.SESSION_ARCHIVED in bench.found()


@pytest.mark.req("NET-12")
def test_an_archive_that_falls_silent_is_given_up(
    server: Server, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PatientConnection, "patience_s", 0.3)
    slow = [Fate(bytes_per_s=1500)]
    with bad_network(server.port, lambda: slow.pop() if slow else Fate()) as proxy:
        bench = bench_of(server, site, proxy.port)
        bench.record.notes(100)
        assert bench.turn() > 0
        assert bench.outbox.view.standing is Standing.BEHIND
        assert "broke" in bench.outbox.view.sentence
        bench.until_done()
    assert whole(server, site, bench) == []


def all_words(error: BaseException | None) -> list[str]:
    """What an error and everything behind it would say in a log."""
    return (
        [] if error is None else [str(error), repr(error), *all_words(error.__cause__ or error.__context__)]
    )


@pytest.mark.req("NET-09")
def test_what_goes_wrong_is_told_without_what_was_sent(server: Server, site: Site) -> None:
    archive = Door(server.parameters(site.workstation("bed-1"))).open(origin_of(site.site_id))
    record = MemoryRecord(origin_of(site.site_id), ManualClock())
    record.append("care_noted", b'{"note":"CANARY Okafor"}', "CANARY-session")
    for call in (
        lambda: archive.push("no stream id", record.events),
        lambda: archive.settle("no", SessionCount("CANARY-session", 1, 1, b"", ())),
    ):
        with pytest.raises(Unreachable) as refused:
            call()
        assert "CANARY" not in "".join(all_words(refused.value))
    archive.close()


@pytest.mark.req("NET-03")
def test_what_the_archive_acknowledged_survives_its_own_crash(site: Site, server: Server) -> None:
    bench = bench_of(server, site, server.port)
    bench.record.session("s-1")
    bench.until_done()
    acked = bench.outbox.memory
    assert acked is not None
    server.control("stop", "-m", "immediate")
    bench.record.notes(30)
    bench.turn()
    assert bench.outbox.view.standing is Standing.BEHIND
    assert bench.outbox.view.waiting == 30
    server.control("start")
    bench.until_done()
    assert bench.found().count(Found.ARCHIVE_RESTORED) == 0
    assert whole(server, site, bench) == []


@pytest.mark.req("NET-11")
def test_an_archive_restored_from_yesterdays_backup_gets_what_it_lost(server: Server) -> None:
    site = server.site()
    site.database = f"restored-{site.site_id}"
    server.copy_database("template0", site.database)
    try:
        found_archive(server.url(site.database))
        bench = _rolled_back(server, site)
        assert Found.ARCHIVE_RESTORED in bench.found()
        assert whole(server, site, bench) == []
        rows = server.sql("SELECT session_id FROM archive.receipt ORDER BY 1", database=site.database)
        assert rows == [("s-1",), ("s-2",)]
    finally:
        server.drop_database(site.database)
        server.drop_database("yesterday")


def _rolled_back(server: Server, site: Site) -> Bench:
    name, role = site.database, site.workstation("bed-1")
    manual = ManualClock()
    origin = origin_of(site.site_id, "bed-1", event_id(2, site.site_id))
    bench = Bench(MemoryRecord(origin, manual), Door(server.parameters(role, name)).open, manual)
    bench.record.session("s-1")
    bench.until_done()
    server.copy_database(name, "yesterday")
    bench.record.session("s-2")
    bench.until_done()
    bench.outbox.close()
    server.drop_database(name)
    server.copy_database("yesterday", name)
    bench.record.notes(2)
    bench.until_done()
    return bench


@pytest.mark.req("NET-04")
def test_the_model_and_the_archive_answer_alike(server: Server, site: Site) -> None:
    random = Random(4)
    for round_ in range(12):
        compare(server, site, random, round_)
