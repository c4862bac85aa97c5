"""Verification finds what was changed, cut or rotted, says where, and never writes."""

from __future__ import annotations

import hashlib
import json
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from console.storage.rows import StoredEvent
from console.storage.verify import report_json, report_text, verify_record
from console.storage.waves import encode_chunk
from tests.storage.record_makers import (
    BOOT,
    SESSION,
    START,
    beat,
    block,
    draft,
    open_record,
    second,
    tampered,
)


@pytest.fixture
def filled(path: Path) -> Path:
    with open_record(path) as record:
        record.append([draft(bytes(f'{{"n":{n}}}', "ascii") * 5) for n in range(40)])
        for n in range(5):
            record.write(second(START.plus(n), seed=n))
    return path


def _state(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


def test_a_whole_record_is_found_whole(filled: Path) -> None:
    report = verify_record(filled)
    assert report.ok
    assert (report.events, report.chunks, report.numerics) == (40, 20, 60)
    assert "whole: 40 events and 20 waveform chunks" in report_text(report)
    assert json.loads(report_json(report))["ok"] is True
    assert json.loads(report_json(report))["head_hash"] == report.head_hash


def test_an_empty_record_is_whole(path: Path) -> None:
    open_record(path).close()
    report = verify_record(path)
    assert report.ok
    assert report.events == 0


def test_verifying_changes_no_byte(filled: Path) -> None:
    before = filled.read_bytes()
    verify_record(filled)
    assert filled.read_bytes() == before


def test_a_record_in_use_can_be_verified(path: Path) -> None:
    with open_record(path) as record:
        record.append([draft()])
        before = _state(path.parent)
        assert verify_record(path).events == 1
        after = _state(path.parent)
        for name in ("record.db", "record.db-wal"):
            assert after[name] == before[name]
        assert record.append([draft()])[0].seq == 2


@pytest.mark.parametrize(
    ("change", "seq", "reason"),
    [
        ("UPDATE event SET body = x'00' WHERE seq = 7", 7, "changed after it was stored"),
        ("UPDATE event SET actor = 'somebody else' WHERE seq = 1", 1, "changed after it was stored"),
        ("UPDATE event SET mono_ns = mono_ns + 1 WHERE seq = 40", 40, "changed after it was stored"),
        ("UPDATE event SET session_id = NULL WHERE seq = 9", 9, "changed after it was stored"),
        ("UPDATE event SET hash = zeroblob(32) WHERE seq = 5", 5, "changed after it was stored"),
        ("UPDATE event SET prev = zeroblob(32) WHERE seq = 5", 5, "does not continue the event before"),
        ("UPDATE event SET kind = '' WHERE seq = 5", 5, "fields are damaged"),
        ("DELETE FROM event WHERE seq BETWEEN 11 AND 13", 14, "Events 11 to 13 are missing"),
        ("DELETE FROM event WHERE seq = 1", 2, "Events 1 to 1 are missing"),
    ],
)
def test_the_first_broken_event_is_named_with_its_reason(
    filled: Path, change: str, seq: int, reason: str
) -> None:
    tampered(filled, change)
    report = verify_record(filled)
    assert not report.ok
    assert report.broken_seq == seq
    assert reason in report.broken_reason
    assert f"breaks at event {seq}" in report_text(report)


def test_every_gap_is_listed(filled: Path) -> None:
    tampered(filled, "DELETE FROM event WHERE seq IN (3, 4, 20)")
    report = verify_record(filled)
    assert report.gaps == ((3, 4), (20, 20))
    assert "events 20 to 20" in report_text(report)


def test_events_cut_off_at_the_end_show_in_the_head(filled: Path) -> None:
    before = verify_record(filled)
    tampered(filled, "DELETE FROM event WHERE seq > 38")
    after = verify_record(filled)
    assert after.ok
    assert (after.events, before.events) == (38, 40)
    assert after.head_hash != before.head_hash


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("UPDATE wave_bytes SET bytes = zeroblob(9) WHERE n = 3", "bytes were changed"),
        ("UPDATE wave_chunk SET gain = gain * 2 WHERE wave = 'co2'", "row does not say"),
        ("UPDATE wave_chunk SET high = high + 1 WHERE wave = 'ecg'", "row does not say"),
        ("UPDATE wave_chunk SET pyramid = zeroblob(length(pyramid)) WHERE wave = 'ecg'", "row does not say"),
        ("UPDATE span SET session_id = 'another'", "row does not say"),
        ("DELETE FROM wave_bytes WHERE n = 1", "bytes are missing"),
        ("DELETE FROM wave_chunk WHERE wave = 'ecg'", "5 waveform chunks belong to no session"),
    ],
)
def test_changed_samples_are_found(filled: Path, change: str, reason: str) -> None:
    tampered(filled, change)
    report = verify_record(filled)
    assert not report.ok
    assert reason in report.broken_chunks[0]
    assert report.events == 40


def test_a_sealed_chunk_that_is_missing_is_found(path: Path) -> None:
    kept = encode_chunk(SESSION, BOOT, block(beat()))
    with open_record(path) as record:
        record.append_waves([kept])
        record.append([draft(kept.address.encode()), draft(b"00" * 32)])

    def manifest(event: StoredEvent) -> list[str]:
        return [event.body.decode()]

    report = verify_record(path, manifest)
    assert report.broken_chunks == (f"Event 2 names waveform chunk {'00' * 32}, which is not in the record.",)


def test_a_file_that_is_no_record_is_reported_not_raised(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello" * 100)
    for name in ("text", "missing"):
        report = verify_record(tmp_path / name)
        assert not report.ok
        assert "is not a record of this console or is damaged" in report_text(report)


@pytest.mark.req("HST-06")
def test_flipped_bits_are_found_and_never_crash_the_verification(filled: Path) -> None:
    with closing(sqlite3.connect(filled)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    content = filled.read_bytes()
    used = _used_bytes(filled)
    chance = random.Random(20260101)
    missed = []
    flips = 300
    for _ in range(flips):
        position, bit = chance.choice(used), chance.randrange(8)
        flipped = bytearray(content)
        flipped[position] ^= 1 << bit
        filled.write_bytes(flipped)
        if verify_record(filled).ok:
            missed.append(position)
    assert len(missed) <= flips * 0.05, missed


def _used_bytes(path: Path) -> list[int]:
    """Positions in pages of the events and of the chunks' bytes that hold something."""
    with closing(sqlite3.connect(path)) as connection:
        roots = connection.execute(
            "SELECT pageno FROM dbstat WHERE name IN ('event', 'wave_bytes')"
        ).fetchall()
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    content = path.read_bytes()
    pages = [(page - 1) * size for (page,) in roots]
    return [place for page in pages for place in range(page, page + size) if content[place]]
