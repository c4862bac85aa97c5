"""The disk fails: nothing acknowledged is lost, nothing is stored twice, and the room is told what to do."""

from __future__ import annotations

import errno
import os
import resource
import sqlite3
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, text

from console.storage.chain import draft_of
from console.storage.files import Ballast, free_bytes
from console.storage.record import Record
from console.storage.rows import Batch
from console.storage.trouble import DiskTrouble, RecordFault, TroubleKind, trouble_from
from console.storage.verify import verify_record
from tests.storage.record_makers import START, draft, numeric, open_record, second, tampered


def _sqlite_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("injected")
    error.sqlite_errorcode = code
    return error


IOERR_FSYNC = 1034


@contextmanager
def _commit(record: Record, act: Callable[[Connection], None]) -> Iterator[None]:
    event.listen(record._engine, "commit", act)
    try:
        yield
    finally:
        event.remove(record._engine, "commit", act)


def _sync_fails(_: Connection) -> None:
    raise _sqlite_error(IOERR_FSYNC)


def _sync_fails_although_stored(connection: Connection) -> None:
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute("COMMIT")
    raise _sqlite_error(IOERR_FSYNC)


@pytest.mark.req("HST-03")
def test_a_full_disk_refuses_the_whole_batch_and_recording_goes_on_when_there_is_room(record: Record) -> None:
    kept = record.append([draft()])[0]
    with record.transaction() as connection:
        used = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {used}")
    batch = Batch(events=(draft(b"x" * 100_000),), numerics=(numeric(),), waves=second(START).waves)
    with pytest.raises(DiskTrouble, match=r"disk is full\. Free space") as caught:
        record.write(batch)
    assert caught.value.kind is TroubleKind.FULL
    assert not record.poisoned
    assert list(record.events()) == [kept]
    with record.transaction() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    assert record.write(batch)[0].seq == 2
    assert verify_record(record.path).ok


@pytest.mark.req("HST-05")
def test_a_lock_held_by_another_program_is_trouble_that_passes(record: Record) -> None:
    record.append([draft()])
    waiting = draft()
    with closing(sqlite3.connect(record.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DiskTrouble, match=r"holds .* locked") as caught:
            record.append([waiting])
        assert caught.value.kind is TroubleKind.LOCKED
        assert not caught.value.poisoned
        other.execute("ROLLBACK")
    assert record.append([waiting])[0].seq == 2


@pytest.mark.req("HST-04")
def test_after_a_failed_sync_nothing_is_stored_before_reopening(record: Record) -> None:
    first = record.append([draft()])[0]
    lost = draft()
    with _commit(record, _sync_fails), pytest.raises(DiskTrouble, match="reports errors") as caught:
        record.append([lost])
    assert caught.value.poisoned
    for act in (lambda: record.append([lost]), record.checkpoint, lambda: list(record.events())):
        assert record.poisoned
        with pytest.raises(DiskTrouble):
            act()
    assert record.reopen().seq == 1
    assert record.append([lost])[0].prev == first.hash
    assert verify_record(record.path).ok


@pytest.mark.req("HST-03")
def test_a_disk_that_fills_up_in_the_very_commit_leaves_no_transaction_behind(record: Record) -> None:
    def full(_: Connection) -> None:
        raise _sqlite_error(13)

    waiting = draft()
    with _commit(record, full), pytest.raises(DiskTrouble, match="disk is full"):
        record.append([waiting])
    assert not record.poisoned
    with closing(sqlite3.connect(record.path, timeout=0)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    assert record.append([waiting])[0].seq == 1
    assert verify_record(record.path).ok


@pytest.mark.req("HST-04")
def test_a_batch_that_was_stored_although_its_sync_failed_is_kept_once(record: Record) -> None:
    record.append([draft()])
    batch = Batch(events=(draft(), draft()), numerics=(numeric(),), waves=second(START).waves)
    with _commit(record, _sync_fails_although_stored), pytest.raises(DiskTrouble):
        record.write(batch)
    assert record.head().seq == 1
    assert record.reopen().seq == 3
    late = draft()
    stored = record.write(Batch(events=(*batch.events, late), numerics=batch.numerics, waves=batch.waves))
    assert [draft_of(one) for one in stored] == [*batch.events, late]
    assert [one.seq for one in stored] == [2, 3, 4]
    with record.transaction() as connection:
        assert connection.execute(text("SELECT count(*) FROM numeric")).scalar() == 1
        assert connection.execute(text("SELECT count(*) FROM wave_chunk")).scalar() == 4
    with pytest.raises(RecordFault):
        record.append([late])
    assert verify_record(record.path).ok


@pytest.mark.req("HST-04")
def test_a_write_the_kernel_refuses_is_survived(record: Record) -> None:
    record.append([draft()])
    log = Path(f"{record.path}-wal")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    batch = [draft(b"x" * 200_000)]
    resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size + 8192, hard))
    try:
        with pytest.raises(DiskTrouble) as caught:
            record.append(batch)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.kind is TroubleKind.IO
    assert record.reopen().seq == 1
    assert record.append(batch)[0].seq == 2
    assert verify_record(record.path).ok


def test_a_file_deleted_under_the_console_is_noticed_at_the_next_write(
    record: Record, tmp_path: Path
) -> None:
    record.append([draft()])
    record.checkpoint()
    moved = tmp_path / "elsewhere.db"
    record.path.rename(moved)
    with pytest.raises(DiskTrouble, match="was moved or deleted") as caught:
        record.append([draft()])
    assert caught.value.poisoned
    with pytest.raises(DiskTrouble, match="was moved or deleted"):
        record.reopen()
    with pytest.raises(DiskTrouble):
        record.append([draft()])
    moved.rename(record.path)
    assert record.reopen().seq == 1
    assert record.append([draft()])[0].seq == 2


def test_a_file_swapped_for_another_is_noticed(record: Record, tmp_path: Path) -> None:
    record.append([draft()])
    with open_record(tmp_path / "other.db") as other:
        other.append([draft()])
    (tmp_path / "other.db").rename(record.path)
    with pytest.raises(DiskTrouble, match="was moved or deleted"):
        record.append([draft()])


def test_acknowledged_events_that_are_gone_after_reopening_are_reported(record: Record) -> None:
    record.append([draft(), draft()])
    with _commit(record, _sync_fails), pytest.raises(DiskTrouble):
        record.append([draft()])
    tampered(record.path, "DELETE FROM event WHERE seq = 2")
    with pytest.raises(DiskTrouble, match="has lost entries") as caught:
        record.reopen()
    assert caught.value.kind is TroubleKind.LOST
    assert record.poisoned


def test_damage_found_at_reopening_is_trouble_not_a_crash(record: Record) -> None:
    record.append([draft(), draft()])
    with _commit(record, _sync_fails), pytest.raises(DiskTrouble):
        record.append([draft()])
    tampered(record.path, "UPDATE event SET body = x'00' WHERE seq = 1")
    with pytest.raises(DiskTrouble, match="is damaged"):
        record.reopen()
    assert record.poisoned


def test_a_statement_of_ours_that_is_wrong_is_a_fault_not_the_disk(record: Record) -> None:
    with pytest.raises(RecordFault, match="fault in the program"), record.transaction() as connection:
        connection.exec_driver_sql("SELECT nonsense FROM nowhere")
    assert not record.poisoned


@pytest.mark.parametrize(
    ("code", "kind", "poisoned"),
    [
        (13, TroubleKind.FULL, False),
        (5, TroubleKind.LOCKED, False),
        (6 | 1 << 8, TroubleKind.LOCKED, False),
        (8, TroubleKind.READ_ONLY, False),
        (10 | 3 << 8, TroubleKind.IO, True),
        (IOERR_FSYNC, TroubleKind.IO, True),
        (11, TroubleKind.DAMAGED, True),
        (26, TroubleKind.DAMAGED, True),
    ],
)
def test_each_failure_of_the_disk_has_its_sentence(code: int, kind: TroubleKind, poisoned: bool) -> None:
    found = trouble_from(_sqlite_error(code), Path("/data/record.db"))
    assert isinstance(found, DiskTrouble)
    assert (found.kind, found.poisoned) == (kind, poisoned)
    assert str(found).endswith(".")


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, TroubleKind.FULL),
        (errno.EROFS, TroubleKind.READ_ONLY),
        (errno.EACCES, TroubleKind.READ_ONLY),
        (errno.EIO, TroubleKind.IO),
        (errno.ENOENT, TroubleKind.GONE),
    ],
)
def test_a_failure_of_the_file_system_is_told_the_same_way(number: int, kind: TroubleKind) -> None:
    found = trouble_from(OSError(number, "x"), Path("/data/record.db"))
    assert isinstance(found, DiskTrouble)
    assert found.kind is kind


def test_no_error_tells_what_was_to_be_stored(record: Record) -> None:
    twice = draft(b"canary Kowalska 1980-01-01")
    record.append([twice])
    with pytest.raises(RecordFault) as caught:
        record.append([twice])
    told = "".join(traceback.format_exception(caught.value))
    assert "UNIQUE constraint failed" in told
    assert twice.id not in told
    assert "canary" not in told


@pytest.mark.req("HST-03")
def test_the_ballast_is_real_space_that_can_be_given_up_once(tmp_path: Path) -> None:
    ballast = Ballast(tmp_path / "record.db", 3 * 1024 * 1024 + 17)
    ballast.keep()
    ballast.keep()
    found = os.stat(ballast.path)
    assert found.st_size == 3 * 1024 * 1024 + 17
    assert found.st_blocks * 512 >= found.st_size
    assert os.listdir(tmp_path) == [ballast.path.name]
    assert ballast.give_up()
    assert not ballast.give_up()
    assert (free_bytes(tmp_path / "record.db") or 0) > 0
