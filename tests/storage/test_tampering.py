"""Every way of tampering with the file is found, and the place is named."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from console.clock import Instant
from console.storage.chain import event_hash
from console.storage.rows import ZERO_HASH, EventDraft, StoredEvent
from console.storage.verify import report_text, verify_record
from tests.storage.record_makers import BOOT, draft, open_record, tampered

pytestmark = pytest.mark.req("SEC-TAMPER")


@pytest.fixture
def filled(path: Path) -> Path:
    with open_record(path) as record:
        record.append([draft(bytes(f'{{"n":{n}}}', "ascii")) for n in range(40)])
    return path


def head_of(path: Path, seq: int) -> str:
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT hash FROM event WHERE seq = ?", (seq,)).fetchone()
    return bytes(found[0]).hex()


SWAP = (
    "CREATE TABLE spare AS SELECT * FROM event WHERE seq IN (12, 13)",
    "DELETE FROM event WHERE seq IN (12, 13)",
    "UPDATE spare SET seq = 25 - seq",
    "INSERT INTO event SELECT * FROM spare",
)
CLOSED_UP = ("DELETE FROM event WHERE seq = 9", "UPDATE event SET seq = seq - 1 WHERE seq > 9")
INSERT = (
    "UPDATE event SET seq = seq + 1000 WHERE seq > 20",
    "UPDATE event SET seq = seq - 999 WHERE seq > 1000",
    "INSERT INTO event SELECT 21, id || 'x', session_id, wall_utc_ns, mono_ns, boot_id, actor, kind, "
    "version, x'7b7d', prev, hash FROM event WHERE seq = 20",
)


@pytest.mark.parametrize(
    ("how", "statements", "seq"),
    [
        ("edited", ("UPDATE event SET body = x'7b226e223a39397d' WHERE seq = 17",), 17),
        ("another author", ("UPDATE event SET actor = '{\"user_id\":\"ana\"}' WHERE seq = 5",), 5),
        ("another time", ("UPDATE event SET wall_utc_ns = wall_utc_ns - 60000000000 WHERE seq = 8",), 8),
        ("deleted", ("DELETE FROM event WHERE seq = 9",), 10),
        ("deleted and closed up", CLOSED_UP, 9),
        ("reordered", SWAP, 12),
        ("inserted", INSERT, 21),
        ("first one gone", ("DELETE FROM event WHERE seq = 1",), 2),
    ],
)  # fmt: skip
def test_what_was_done_to_the_file_is_located(
    filled: Path, how: str, statements: tuple[str, ...], seq: int
) -> None:
    tampered(filled, *statements)
    report = verify_record(filled)
    assert not report.ok, how
    assert report.broken_seq == seq
    assert f"event {seq}" in report.sentence


def test_a_tail_that_was_cut_off_leaves_a_sound_chain_and_is_found_by_a_head_that_was_kept(
    filled: Path,
) -> None:
    printed = verify_record(filled).head_hash
    tampered(filled, "DELETE FROM event WHERE seq > 31")
    assert verify_record(filled).ok
    report = verify_record(filled, head=printed)
    assert not report.ok
    assert "everything after event 31 was cut off" in report.sentence
    assert "given head" in report_text(report)


def test_a_head_of_an_earlier_day_is_found_and_what_came_after_is_counted(filled: Path) -> None:
    for given in (head_of(filled, 30), head_of(filled, 30)[:12].upper()):
        report = verify_record(filled, head=given)
        assert report.ok
        assert report.head == "Event 30 has it: nothing up to there was cut off; 10 came after."


@pytest.mark.parametrize("given", ["abc", "x" * 64, "ab" * 40])
def test_what_is_no_head_is_never_taken_for_one_that_was_found(filled: Path, given: str) -> None:
    report = verify_record(filled, head=given)
    assert not report.ok
    assert "is no head" in report.sentence


def rewritten(path: Path) -> None:
    """The whole chain computed anew by somebody who knows how: the chain itself then holds."""
    tampered(path)
    with closing(sqlite3.connect(path)) as connection:
        prev = ZERO_HASH
        columns = "seq, id, session_id, wall_utc_ns, mono_ns, kind, version, actor, body"
        rows = connection.execute(f"SELECT {columns} FROM event ORDER BY seq")
        for seq, event_id, session_id, wall, mono, kind, version, actor, body in rows.fetchall():
            new = b'{"n":0}' if seq == 3 else body
            again = _draft(event_id, kind, version, new, wall, mono, actor, session_id)
            digest = event_hash(prev, seq, again, BOOT)
            connection.execute(
                "UPDATE event SET body = ?, prev = ?, hash = ? WHERE seq = ?", (new, prev, digest, seq)
            )
            prev = digest
        connection.commit()


def _draft(
    event_id: str, kind: str, version: int, body: bytes, wall: int, mono: int, actor: str, session_id: str
) -> EventDraft:
    return EventDraft(event_id, kind, version, body, Instant(wall, mono), actor, session_id)


def test_a_chain_that_was_computed_anew_does_not_reach_a_head_that_was_kept(filled: Path) -> None:
    printed = head_of(filled, 30)
    rewritten(filled)
    assert verify_record(filled).ok
    assert not verify_record(filled, head=printed).ok


def test_a_chain_that_was_computed_anew_breaks_the_signatures_in_it(path: Path) -> None:
    with open_record(path) as record:
        record.append([draft(bytes(f'{{"n":{n}}}', "ascii")) for n in range(10)])
        signed = record.head().hash.hex()
        record.append([draft(f'{{"record_hash":"{signed}"}}'.encode(), kind="review_signed")])

    def vouches(event: StoredEvent) -> tuple[str, ...]:
        return (signed,) if event.kind == "review_signed" else ()

    assert verify_record(path, signed=vouches).ok
    rewritten(path)
    assert verify_record(path).ok
    report = verify_record(path, signed=vouches)
    assert not report.ok
    assert report.sentence.startswith("The signature in event 11 is on")
