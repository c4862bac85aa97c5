"""The outbox against the archive as it is meant to be: what is sent, when, and what is said meanwhile."""

from __future__ import annotations

from random import Random

import pytest

from console.clock import ManualClock
from console.sync.backlog import Standing
from console.sync.findings import Found
from console.sync.pacing import Portion, retry_s
from console.sync.ports import Mark, Unreachable
from tests.sync.invariants import StreamHistory, breaches
from tests.sync.model_archive import Fault, ModelServer
from tests.sync.sources import Bench, MemoryRecord, origin_of

DAY_S = 86400.0


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def server(clock: ManualClock) -> ModelServer:
    return ModelServer(clock)


@pytest.fixture
def record(clock: ManualClock) -> MemoryRecord:
    return MemoryRecord(origin_of(), clock)


@pytest.fixture
def bench(record: MemoryRecord, server: ModelServer, clock: ManualClock) -> Bench:
    return Bench(record, server.open, clock)


def whole(bench: Bench, server: ModelServer) -> list[str]:
    memory = bench.outbox.memory
    assert memory is not None
    histories = [StreamHistory(one, server.streams[one.stream_id].events) for one in memory.segments]
    return breaches(bench.record.events, memory.acked, histories)


def test_everything_arrives_and_a_closed_session_is_counted_on_both_sides(
    bench: Bench, server: ModelServer
) -> None:
    bench.record.notes(5)
    bench.record.session("s-1", waves=4)
    bench.until_done()
    assert whole(bench, server) == []
    assert server.chunks == bench.record.chunks
    memory = bench.outbox.memory
    assert memory is not None
    assert memory.receipts["s-1"].chunks == 8
    assert bench.found() == [Found.SESSION_ARCHIVED]
    assert bench.outbox.view.standing is Standing.CURRENT
    assert bench.outbox.view.sentence == "Everything is in the archive."


@pytest.mark.req("NET-12")
def test_events_go_before_the_waveforms_of_a_backlog(bench: Bench, server: ModelServer) -> None:
    for n in range(5):
        bench.record.session(f"s-{n}", waves=20)
    bench.until_done()
    assert server.chunks == bench.record.chunks
    assert server.log.index("put") > len(server.log) - server.log[::-1].index("push") - 1


def test_a_session_without_all_its_waveforms_is_never_labelled_archived(
    bench: Bench, server: ModelServer
) -> None:
    bench.record.session("s-1")
    lost = next(iter(bench.record.chunks))
    del bench.record.chunks[lost]
    bench.until_done()
    memory = bench.outbox.memory
    assert memory is not None
    assert memory.receipts == {}
    assert memory.differing == {"s-1": "1 of its 6 waveform pieces are not in the archive."}
    assert set(bench.found()) == {Found.DAMAGED, Found.SESSION_DIFFERS}
    assert server.receipts == {}


def test_a_damaged_waveform_is_not_sent_for_ever(bench: Bench, server: ModelServer) -> None:
    bench.record.session("s-1", size=5000)
    address = next(iter(bench.record.chunks))
    bench.record.chunks[address] = b"x" * 5000
    bench.until_done()
    assert address not in server.chunks
    assert Found.DAMAGED in bench.found()


@pytest.mark.req("NET-12")
def test_a_long_chunk_goes_in_pieces_and_is_taken_up_where_the_line_broke(
    bench: Bench, server: ModelServer
) -> None:
    bench.record.session("s-1", waves=1, size=700_000)
    faults = Random(5)
    server.fault = lambda: faults.choice((Fault.NONE, Fault.NONE, Fault.CUT_AFTER, Fault.CUT_BEFORE))
    bench.until_done()
    assert server.chunks == bench.record.chunks
    assert server.parts == {}


@pytest.mark.req("NET-01")
def test_thirty_days_offline_are_told_in_words_and_sent_by_themselves(
    bench: Bench, server: ModelServer, clock: ManualClock
) -> None:
    server.up = False
    standings = []
    for day in range(30):
        for n in range(4):
            bench.record.session(f"s-{day}-{n}", waves=2)
        for _ in range(24):
            clock.advance(3600.0)
            bench.turn()
        standings.append(bench.outbox.view.standing)
    assert standings[0] is Standing.WARNING
    assert standings[1] is Standing.WARNING
    assert set(standings[2:]) == {Standing.NOTICE}
    view = bench.outbox.view
    assert view.waiting == len(bench.record.events)
    assert "the oldest for 30 days" in view.sentence
    assert "kept on this computer" in view.sentence
    server.up = True
    bench.until_done()
    assert whole(bench, server) == []
    assert bench.outbox.view.standing is Standing.CURRENT
    assert len(server.receipts) == 120


@pytest.mark.req("NET-02")
def test_an_archive_that_is_down_is_asked_at_most_twelve_times_an_hour(
    bench: Bench, server: ModelServer, clock: ManualClock
) -> None:
    server.up = False
    bench.record.notes(1)
    for _ in range(30):
        clock.advance(bench.turn())
    server.attempts = 0
    began = clock.now()
    while clock.now().seconds_since(began) < 3600.0:
        clock.advance(bench.turn())
    assert 9 <= server.attempts <= 12


@pytest.mark.req("NET-02")
def test_the_wait_grows_has_jitter_honours_what_was_asked_and_survives_a_restart(
    record: MemoryRecord, server: ModelServer, clock: ManualClock
) -> None:
    random = Random(3)
    waits = [retry_s(n, random) for n in range(1, 12)]
    assert 1.0 <= waits[0] <= 1.2
    assert 300.0 <= waits[-1] <= 360.0
    assert len({retry_s(11, random) for _ in range(10)}) == 10
    assert retry_s(1, random, asked_s=90.0) == 90.0
    server.up = False
    record.notes(1)
    bench = Bench(record, server.open, clock)
    for _ in range(8):
        clock.advance(bench.turn())
    wait_s = bench.turn()
    bench.outbox.close()
    again = Bench(record, server.open, clock, bench.memory)
    server.attempts = 0
    assert again.turn() == pytest.approx(wait_s)
    assert server.attempts == 0
    clock.advance(wait_s)
    again.turn()
    assert server.attempts == 1


@pytest.mark.req("NET-02")
def test_a_clock_that_was_set_back_does_not_keep_the_sync_waiting(
    record: MemoryRecord, server: ModelServer, clock: ManualClock
) -> None:
    server.up = False
    record.notes(1)
    bench = Bench(record, server.open, clock)
    bench.turn()
    bench.outbox.close()
    clock.step_wall(-400 * DAY_S)
    server.up = True
    again = Bench(record, server.open, clock, bench.memory)
    again.turn()
    assert again.done


@pytest.mark.req("NET-07")
@pytest.mark.parametrize(
    ("envelope", "words"), [((0, 0), "must be updated first"), ((2, 4), "too old for the archive")]
)
def test_a_schema_apart_is_said_and_waited_for(
    bench: Bench, server: ModelServer, clock: ManualClock, envelope: tuple[int, int], words: str
) -> None:
    server.envelope = envelope
    bench.record.notes(3)
    bench.turn()
    assert bench.outbox.view.standing is Standing.STOPPED
    assert words in bench.outbox.view.sentence
    server.envelope = (1, 3)
    clock.advance(400.0)
    bench.turn()
    assert bench.done


@pytest.mark.req("NET-07")
def test_a_body_nobody_can_read_blocks_nothing(bench: Bench, server: ModelServer) -> None:
    bench.record.append("waves_sealed", b"\xff\x00 no json", "s-1")
    bench.record.append("session_opened", b'{"type":"of another age"}', "s-1")
    bench.record.append("kind_of_the_future", b"\x00", "s-1")
    bench.record.session("s-2")
    bench.until_done()
    assert whole(bench, server) == []
    assert Found.SESSION_ARCHIVED in bench.found()


def test_a_record_that_cannot_be_read_for_a_while_ends_nothing(
    bench: Bench, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.record.notes(3)
    bench.until_done()

    def busy() -> Mark:
        raise Unreachable("The record cannot be read for the archive at the moment (OperationalError).")

    with monkeypatch.context() as patched:
        patched.setattr(bench.record, "head", busy)
        assert 0 < bench.turn() <= 2
    clock.advance(2.0)
    bench.record.notes(3)
    bench.until_done()
    assert bench.outbox.view.waiting == 0


def test_portions_follow_the_line() -> None:
    portion = Portion()
    for _ in range(10):
        portion = portion.after(0.1)
    assert portion.bytes == 1024 * 1024
    assert portion.part == 256 * 1024
    for _ in range(10):
        portion = portion.after(8.0)
    assert portion.bytes == 8 * 1024
    assert portion.after(3.0) == portion
