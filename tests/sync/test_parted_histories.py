"""Cloned disks, restored records, restored archives, two rooms with one patient, clocks apart."""

from __future__ import annotations

import pytest

from console.clock import NS_PER_S, ManualClock
from console.sync.findings import Found
from console.sync.ports import Origin
from tests.sync.histories import OTHER_STREAM
from tests.sync.invariants import StreamHistory, breaches
from tests.sync.model_archive import ModelServer
from tests.sync.sources import Bench, HeldMemory, MemoryRecord, origin_of

DAY_S = 86400.0


class Clinic:
    """Several workstations on one archive."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.server = ModelServer(self.clock)

    def bench(
        self,
        record: MemoryRecord | None = None,
        memory: HeldMemory | None = None,
        origin: Origin | None = None,
    ) -> Bench:
        kept = MemoryRecord(origin or origin_of(), self.clock) if record is None else record
        return Bench(kept, self.server.open, self.clock, memory)

    def whole(self, bench: Bench) -> list[str]:
        memory = bench.outbox.memory
        assert memory is not None
        streams = self.server.streams
        histories = [StreamHistory(one, streams[one.stream_id].events) for one in memory.segments]
        return breaches(bench.record.events, memory.acked, histories)


@pytest.fixture
def clinic() -> Clinic:
    return Clinic()


def copied(memory: HeldMemory) -> HeldMemory:
    twin = HeldMemory()
    twin.kept = memory.kept
    return twin


@pytest.mark.req("NET-05")
def test_a_cloned_disk_is_found_and_both_histories_are_kept(clinic: Clinic) -> None:
    first = clinic.bench()
    first.record.notes(40)
    first.until_done()
    first.outbox.close()
    twin = clinic.bench(first.record.copy(salt="twin"), copied(first.memory))
    first.record.notes(10)
    first.until_done()
    twin.record.notes(25)
    twin.until_done()
    assert twin.found() == [Found.FORK]
    assert first.found() == []
    for _ in range(3):
        first.record.notes(5)
        twin.record.notes(5)
        first.until_done()
        twin.until_done()
    assert clinic.whole(first) == []
    assert clinic.whole(twin) == []
    memory = twin.outbox.memory
    assert memory is not None
    assert [(one.base.seq, one.end_seq) for one in memory.segments] == [(0, 40), (40, None)]
    assert memory.segments[1].prev_stream == memory.segments[0].stream_id
    assert any(stream.quarantined for stream in clinic.server.streams.values())


@pytest.mark.req("NET-06")
def test_a_record_restored_from_an_older_copy_is_told_and_goes_on_in_a_new_stream(clinic: Clinic) -> None:
    bench = clinic.bench()
    bench.record.notes(30)
    bench.until_done()
    older = bench.record.copy(up_to=20, salt="after the restore")
    bench.record.notes(30)
    bench.until_done()
    restored = clinic.bench(older, bench.memory)
    restored.record.notes(2)
    restored.until_done()
    assert restored.found() == [Found.HISTORY_LOST]
    assert clinic.whole(restored) == []
    memory = restored.outbox.memory
    assert memory is not None
    assert [one.base.seq for one in memory.segments] == [0, 20]
    assert len(clinic.server.streams[bench.record.origin().stream_id].events) == 60


@pytest.mark.req("NET-06")
def test_a_forgotten_memory_neither_sends_twice_nor_opens_another_stream(clinic: Clinic) -> None:
    bench = clinic.bench()
    bench.record.notes(30)
    bench.until_done()
    twin = clinic.bench(bench.record.copy(salt="twin"))
    bench.record.notes(5)
    bench.until_done()
    twin.record.session("s-1")
    twin.until_done()
    streams = len(clinic.server.streams)
    forgetful = clinic.bench(twin.record)
    forgetful.record.notes(4)
    forgetful.until_done()
    assert len(clinic.server.streams) == streams
    assert clinic.whole(forgetful) == []
    memory = forgetful.outbox.memory
    assert memory is not None
    assert list(memory.receipts) == ["s-1"]


@pytest.mark.req("NET-11")
def test_an_archive_restored_from_an_older_backup_gets_everything_again(clinic: Clinic) -> None:
    bench = clinic.bench()
    bench.record.session("s-1")
    bench.until_done()
    backup = clinic.server.backup()
    bench.record.session("s-2")
    bench.until_done()
    clinic.server.restore(backup)
    bench.record.notes(1)
    bench.until_done()
    assert Found.ARCHIVE_RESTORED in bench.found()
    assert clinic.whole(bench) == []
    assert clinic.server.chunks == bench.record.chunks
    assert {session for _stream, session in clinic.server.receipts} == {"s-1", "s-2"}


@pytest.mark.req("NET-11")
def test_a_restored_archive_that_lost_whole_streams_gets_them_in_order(clinic: Clinic) -> None:
    bench = clinic.bench()
    bench.record.notes(10)
    bench.until_done()
    empty = clinic.server.backup()
    twin = clinic.bench(bench.record.copy(salt="twin"), copied(bench.memory))
    bench.record.notes(10)
    bench.until_done()
    twin.record.notes(12)
    twin.until_done()
    clinic.server.restore(empty)
    for one in (twin, bench):
        one.record.notes(3)
        one.until_done()
        assert clinic.whole(one) == []
    clinic.server.restore({name: {} for name in ("streams", "chunks", "parts", "receipts", "present")})
    for one in (bench, twin):
        one.record.notes(3)
        one.until_done()
        assert clinic.whole(one) == []


@pytest.mark.req("NET-10")
def test_two_rooms_with_one_patient_are_told_while_it_happens(clinic: Clinic) -> None:
    first = clinic.bench()
    second = clinic.bench(origin=origin_of(workstation="bed-2", stream=OTHER_STREAM))
    first.record.session("s-1", close=False)
    first.turn()
    clinic.clock.advance(30.0)
    second.record.session("s-2", close=False)
    second.turn()
    assert second.found() == [Found.ELSEWHERE_NOW]
    assert "bed-1 has a session with the same patient open now" in second.findings[0].sentence
    clinic.clock.advance(21.0)
    first.turn()
    assert "bed-2 has a session" in first.findings[0].sentence
    clinic.clock.advance(21.0)
    first.turn()
    assert len(first.findings) == 1


@pytest.mark.req("NET-10")
def test_two_rooms_that_were_offline_keep_both_sessions_and_say_so(clinic: Clinic) -> None:
    first = clinic.bench()
    second = clinic.bench(origin=origin_of(workstation="bed-2", stream=OTHER_STREAM))
    for bench, session in ((first, "s-1"), (second, "s-2")):
        bench.record.session(session, close=False)
    clinic.clock.advance(1800.0)
    for bench, session in ((first, "s-1"), (second, "s-2")):
        bench.record.session(session, waves=0)
    clinic.clock.advance(3 * DAY_S)
    first.until_done()
    second.until_done()
    told = [one.sentence for one in second.findings if one.kind is Found.ELSEWHERE]
    assert len(told) == 1
    assert "a physician looks at them and links them" in told[0]
    assert clinic.whole(first) == []
    assert clinic.whole(second) == []


@pytest.mark.req("HST-07")
@pytest.mark.parametrize("days", [1, -1])
def test_a_clock_a_day_off_is_told_once_and_changes_nothing(clinic: Clinic, days: int) -> None:
    clinic.server.clock_apart_ns = round(-days * DAY_S) * NS_PER_S
    bench = clinic.bench()
    bench.record.session("s-1")
    bench.until_done()
    clinic.clock.step_wall(days * DAY_S)
    bench.record.session("s-2")
    bench.until_done()
    assert bench.found().count(Found.CLOCK) == 1
    word = "ahead of" if days > 0 else "behind"
    assert f"24 hours {word} the archive's" in bench.findings[0].sentence
    assert clinic.whole(bench) == []


def test_the_point_where_histories_part_is_found_wherever_it_is(clinic: Clinic) -> None:
    questions = []
    for parted in (0, 1, 33, 499, 2000):
        clinic = Clinic()
        bench = clinic.bench()
        bench.record.notes(2000)
        bench.until_done()
        twin = clinic.bench(bench.record.copy(up_to=parted, salt="twin"))
        twin.record.notes(2000 - parted + 5)
        clinic.server.log.clear()
        twin.until_done()
        memory = twin.outbox.memory
        assert memory is not None
        if parted < 2000:
            assert memory.segments[0].end_seq == parted
        questions.append(clinic.server.log.count("in_common"))
        assert clinic.whole(twin) == []
    assert max(questions) <= 6
