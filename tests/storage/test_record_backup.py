"""A backup is a verified, complete, single file, made beside the running console."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from console.storage.backup import backup_to
from console.storage.record import Record
from console.storage.trouble import RecordRefused, RecordUnreadable
from console.storage.verify import verify_record
from tests.storage.record_makers import START, draft, open_record, second, tampered


def test_a_backup_of_a_running_record_holds_what_is_still_in_the_log(record: Record, tmp_path: Path) -> None:
    record.append([draft() for _ in range(10)])
    record.write(second(START))
    target = tmp_path / "backup.db"
    report = backup_to(record.path, target)
    assert (report.events, report.chunks, report.ok) == (10, 4, True)
    assert record.append([draft()])[0].seq == 11
    assert sorted(file.name for file in tmp_path.iterdir() if "backup" in file.name) == ["backup.db"]
    assert verify_record(target).head_hash == report.head_hash


def test_a_backup_opens_as_a_record(record: Record, tmp_path: Path) -> None:
    record.append([draft()])
    target = tmp_path / "restored.db"
    backup_to(record.path, target)
    with open_record(target) as restored:
        assert restored.stream == record.stream
        assert restored.append([draft()])[0].seq == 2


def test_a_backup_never_replaces_a_file(record: Record, tmp_path: Path) -> None:
    target = tmp_path / "mine.txt"
    target.write_text("mine")
    with pytest.raises(RecordRefused, match="exists and was left as it is"):
        backup_to(record.path, target)
    assert target.read_text() == "mine"


def test_a_damaged_record_is_not_backed_up_as_if_it_were_sound(path: Path, tmp_path: Path) -> None:
    with open_record(path) as record:
        record.append([draft() for _ in range(5)])
    tampered(path, "UPDATE event SET body = x'00' WHERE seq = 3")
    with pytest.raises(RecordUnreadable, match="breaks at event 3"):
        backup_to(path, tmp_path / "backup.db")
    assert [file.name for file in tmp_path.iterdir() if "backup" in file.name] == []


def test_a_file_copied_without_its_log_would_have_been_no_backup(record: Record, tmp_path: Path) -> None:
    """It is why backups use SQLite's own copy."""
    record.append([draft()])
    copy = tmp_path / "copy.db"
    copy.write_bytes(record.path.read_bytes())
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT count(*) FROM event").fetchone() == (0,)
