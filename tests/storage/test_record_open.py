"""Opening: only a sound record of this console, one console at a time, and nothing else is touched."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from console.clock import Instant, ManualClock
from console.storage.engine import reader_engine, writer_engine
from console.storage.queries import RecordReader
from console.storage.record import Record
from console.storage.startup import QUICK_CHECK_LIMIT_S
from console.storage.trouble import RecordInUse, RecordNewer, RecordRefused, RecordUnreadable
from console.storage.verify import verify_record
from tests.storage.record_makers import BOOT, ROOT, draft, open_record, tampered

# No space, question mark, percent sign or accent in a folder's name may matter.
ODD = "Übung 50% ?#&;'\" [x]"


def _refused(path: Path, kind: type[RecordRefused]) -> str:
    before = path.read_bytes()
    with pytest.raises(kind) as caught:
        open_record(path)
    assert path.read_bytes() == before
    assert not Path(f"{path}-wal").exists()
    for opener in (reader_engine, writer_engine, RecordReader):
        with pytest.raises(kind):
            opener(path)
    assert not verify_record(path).ok
    return str(caught.value)


def test_a_record_can_live_in_a_folder_of_any_name(tmp_path: Path) -> None:
    path = tmp_path / ODD / "deeper" / f"{ODD}.db"
    with open_record(path) as record:
        record.append([draft()])
        with RecordReader(path) as reader:
            assert len(tuple(reader.events())) == 1
    assert verify_record(path).ok


def test_a_record_is_private_to_its_owner(record: Record) -> None:
    record.append([draft()])
    for suffix in ("", "-wal", "-shm", ".lock"):
        assert stat.S_IMODE(os.stat(f"{record.path}{suffix}").st_mode) == 0o600


@pytest.mark.req("HST-13")
def test_a_newer_record_is_refused_and_untouched(path: Path) -> None:
    open_record(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA user_version = 99")
    sentence = _refused(path, RecordNewer)
    assert "newer version" in sentence
    assert "schema 99" in sentence


@pytest.mark.parametrize("content", [b"", b"not a database at all", b"SQLite format 3\0", os.urandom(5000)])
def test_a_file_that_is_no_database_is_refused_and_untouched(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert "it was left untouched; start with another --data" in _refused(path, RecordUnreadable)


def test_another_programs_database_is_refused_and_untouched(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE event (seq INTEGER)")
        connection.execute("PRAGMA user_version = 1")
        connection.commit()
    assert "another program wrote it" in _refused(path, RecordUnreadable)


def test_a_folder_in_place_of_the_record_is_refused(path: Path) -> None:
    path.mkdir()
    with pytest.raises(RecordUnreadable):
        open_record(path)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordUnreadable, match="folder cannot be made"):
        open_record(tmp_path / "file" / "record.db")


@pytest.mark.req("HST-06")
def test_a_changed_event_near_the_end_is_found_at_the_start(path: Path) -> None:
    with open_record(path) as record:
        record.append([draft() for _ in range(50)])
    tampered(path, "UPDATE event SET body = x'00' WHERE seq = 40")
    with pytest.raises(RecordUnreadable, match=r"event 40: Its content was changed"):
        open_record(path)
    with pytest.raises(RecordUnreadable):
        open_record(path)


@pytest.mark.req("HST-06")
def test_a_torn_file_is_refused(path: Path) -> None:
    with open_record(path) as record:
        record.append([draft(b"x" * 500) for _ in range(200)])
        record.checkpoint()
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)
    with pytest.raises(RecordUnreadable, match="damaged"):
        open_record(path)


def test_only_the_end_of_a_long_chain_is_checked_when_asked(record: Record) -> None:
    record.append([draft() for _ in range(30)])
    tampered(record.path, "UPDATE event SET body = x'00' WHERE seq = 10")
    assert record.tail_verified(20) == ""
    assert "event 10" in record.tail_verified(21)
    assert "event 10" in record.tail_verified()


class _SlowClock(ManualClock):
    """A clock by which everything takes long."""

    def now(self) -> Instant:
        return self.advance(QUICK_CHECK_LIMIT_S + 1)


@pytest.mark.req("HST-06")
def test_the_start_does_not_wait_for_a_slow_structure_check(path: Path) -> None:
    with open_record(path) as record:
        record.append([draft(b"x" * 300) for _ in range(5000)])
        assert record.startup.structure_checked
    with Record.open(path, _SlowClock(), BOOT) as record:
        assert not record.startup.structure_checked
        assert record.append([draft()])[0].seq == 5001


@pytest.mark.req("HST-14")
def test_a_second_console_is_told_that_the_record_is_in_use(record: Record) -> None:
    with pytest.raises(RecordInUse, match=rf"open \(process {os.getpid()}\)"):
        open_record(record.path)
    record.close()
    open_record(record.path).close()


@pytest.mark.req("HST-14")
@pytest.mark.process
def test_the_lock_of_a_dead_console_is_gone_and_that_of_a_living_one_holds(path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tests.storage.record_makers import open_record\n"
        "record = open_record(Path(sys.argv[1])); print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(RecordInUse, match=f"process {other.pid}"):
            open_record(path)
        other.kill()
    open_record(path).close()


def test_a_closed_record_may_be_closed_again(path: Path) -> None:
    record = open_record(path)
    record.close()
    record.close()
    assert not Path(f"{path}-wal").exists()
