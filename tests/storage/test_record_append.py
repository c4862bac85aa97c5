"""What is acknowledged is in the record: whole, in order, chained, and for good."""

from __future__ import annotations

import hashlib
import sqlite3
import uuid
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from console.clinical.vitals import Quality, Vital
from console.clock import Instant, ManualClock
from console.storage.chain import chained, draft_of, event_hash, fault_after, start_of_chain, uuid7
from console.storage.engine import connect_reader, reader_engine
from console.storage.record import Record
from console.storage.rows import Batch, EventDraft, Head, NumericRow, PatientRow, SessionIndexRow, StoredEvent
from console.storage.trouble import RecordFault
from console.storage.verify import verify_record
from tests.storage.record_makers import BOOT, SESSION, START, draft, numeric, open_record, second


def test_events_come_back_as_they_went_in(record: Record) -> None:
    drafts = [draft(b"\x00\xff anything"), draft(session_id=None), draft("Zoë 🌡".encode(), kind="note")]
    stored = record.append(drafts)
    assert [event.seq for event in stored] == [1, 2, 3]
    assert [draft_of(event) for event in record.events()] == drafts
    assert tuple(record.events()) == stored
    assert record.head() == Head(3, stored[-1].hash)


def test_events_can_be_read_from_a_place_and_for_one_session(record: Record) -> None:
    record.append(
        [draft(session_id="a"), draft(session_id=None), draft(session_id="b"), draft(session_id="a")]
    )
    assert [event.seq for event in record.events(after_seq=2)] == [3, 4]
    assert [event.seq for event in record.events(session_id="a")] == [1, 4]
    assert [event.seq for event in record.events(after_seq=1, session_id="a")] == [4]


def test_many_events_are_read_in_pages_without_loss(record: Record) -> None:
    record.append([draft() for _ in range(2345)])
    assert [event.seq for event in record.events()] == list(range(1, 2346))


def test_appending_while_reading_neither_blocks_nor_confuses(record: Record) -> None:
    record.append([draft() for _ in range(3)])
    seen = []
    for event in record.events():
        seen.append(event.seq)
        if event.seq <= 3:
            record.append([draft()])
    assert seen[:3] == [1, 2, 3]
    assert record.head().seq == 6


def test_the_chain_goes_on_after_reopening(path: Path) -> None:
    with open_record(path) as record:
        first = record.append([draft()])[0]
    with open_record(path) as record:
        second_event = record.append([draft()])[0]
        assert second_event.prev == first.hash
        assert record.tail_verified() == ""
    assert verify_record(path).ok


def test_the_stream_keeps_its_identity(path: Path) -> None:
    with open_record(path) as record:
        stream = record.stream
        assert (stream.site_id, stream.workstation_id) == ("clinic-7", "bed-2")
    with Record.open(path, ManualClock(), "boot-2", "other", "other") as record:
        assert record.stream == stream


def test_the_hash_covers_exactly_the_documented_bytes() -> None:
    event = EventDraft(
        id="01890000-0000-7000-8000-000000000000",
        kind="note",
        version=3,
        body=b'{"x":1}',
        at=Instant(1_700_000_000_000_000_001, -5),
        actor="é",
        session_id=None,
    )
    layout = (
        bytes(32)
        + (7).to_bytes(8, "big")
        + (1_700_000_000_000_000_001).to_bytes(8, "big")
        + (-5).to_bytes(8, "big", signed=True)
        + (3).to_bytes(4, "big")
        + (36).to_bytes(4, "big")
        + event.id.encode()
        + b"\xff\xff\xff\xff"
        + (4).to_bytes(4, "big")
        + b"boot"
        + (2).to_bytes(4, "big")
        + b"\xc3\xa9"
        + (4).to_bytes(4, "big")
        + b"note"
        + b'{"x":1}'
    )
    assert event_hash(bytes(32), 7, event, "boot") == hashlib.sha256(layout).digest()
    assert event_hash(bytes(32), 7, event, "boot").hex() == (
        "de28621be6f286d487f1ed13472095545dc4ed7e279ad840e10834d95c92cf3b"
    )


_texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=8)
_int64 = st.integers(-(1 << 63), (1 << 63) - 1)
_drafts = st.builds(
    EventDraft,
    id=_texts,
    kind=_texts,
    version=st.integers(1, (1 << 31) - 1),
    body=st.binary(max_size=12),
    at=st.builds(Instant, _int64, _int64),
    actor=_texts,
    session_id=st.none() | _texts,
)


@given(_drafts, _drafts)
def test_different_events_never_share_their_hashed_bytes(one: EventDraft, other: EventDraft) -> None:
    same = event_hash(bytes(32), 1, one, BOOT) == event_hash(bytes(32), 1, other, BOOT)
    assert same == (one == other)


_CHANGES: dict[str, Callable[[StoredEvent], object]] = {
    "seq": lambda event: event.seq + 1,
    "id": lambda event: event.id + "x",
    "session_id": lambda event: (event.session_id or "") + "x",
    "at": lambda event: Instant(event.at.wall_utc_ns ^ 1, event.at.mono_ns),
    "boot_id": lambda event: event.boot_id + "x",
    "actor": lambda event: event.actor + "x",
    "kind": lambda event: event.kind + "x",
    "version": lambda event: event.version % 1000 + 1,
    "body": lambda event: event.body + b"x",
    "prev": lambda event: event.prev[1:] + b"x",
    "hash": lambda event: event.hash + b"x",
}


@given(_drafts, st.sampled_from(sorted(_CHANGES)))
def test_a_change_of_any_field_breaks_the_link(event: EventDraft, field: str) -> None:
    stored = chained(event, BOOT, start_of_chain())
    changed = msgspec.structs.replace(stored, **{field: _CHANGES[field](stored)})
    assert fault_after(start_of_chain(), stored) is None
    assert fault_after(start_of_chain(), changed) is not None


@given(st.integers(0, (1 << 48) * 1_000_000 - 1), st.binary(min_size=10, max_size=10))
def test_identifiers_are_version_7_uuids_that_sort_by_time(wall_ns: int, noise: bytes) -> None:
    made = uuid.UUID(uuid7(wall_ns, lambda n: noise[:n]))
    assert str(made) == uuid7(wall_ns, lambda n: noise[:n])
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert made.int >> 80 == wall_ns // 1_000_000


def test_two_identifiers_of_the_same_moment_differ() -> None:
    assert len({uuid7(START.wall_utc_ns) for _ in range(1000)}) == 1000


def test_a_batch_is_stored_whole_or_not_at_all(record: Record) -> None:
    known = record.append([draft()])[0]
    twice = draft_of(known)
    batch = Batch(events=(draft(), twice), numerics=(numeric(),), waves=second(START).waves)
    with pytest.raises(RecordFault, match="fault in the program"):
        record.write(batch)
    assert record.head() == Head(1, known.hash)
    with record.transaction() as connection:
        for table in ("numeric", "wave_chunk", "wave_bytes", "span"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0
    assert record.append([draft()])[0].seq == 2
    record.append_numerics([numeric()])
    assert verify_record(record.path).ok


def test_a_value_written_twice_for_one_moment_is_a_fault_not_a_silent_loss(record: Record) -> None:
    record.append_numerics([numeric(value=70.0)])
    with pytest.raises(RecordFault):
        record.append_numerics([numeric(value=71.0)])


def test_an_empty_batch_changes_nothing(record: Record) -> None:
    assert record.write(Batch()) == ()
    assert record.head().seq == 0


@pytest.mark.req("HUM-11")
@pytest.mark.parametrize("table", ["meta", "event", "span", "numeric", "wave_bytes", "wave_chunk"])
def test_what_is_recorded_cannot_be_changed_or_deleted(record: Record, table: str) -> None:
    record.append([draft()])
    record.write(second(START))
    column = {
        "meta": "site_id",
        "event": "body",
        "span": "boot_id",
        "numeric": "value",
        "wave_bytes": "bytes",
    }
    changes = (f"UPDATE {table} SET {column.get(table, 'unit')} = NULL", f"DELETE FROM {table}")
    with closing(sqlite3.connect(record.path)) as stranger:
        for change in changes:
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                stranger.execute(change)


@pytest.mark.req("HUM-11")
def test_an_event_cannot_be_replaced_or_slipped_in(record: Record) -> None:
    record.append([draft(), draft()])
    columns = "session_id, wall_utc_ns, mono_ns, boot_id, actor, kind, version, body, prev, hash"
    copy = f"SELECT {{}}, 'new', {columns} FROM event"
    with closing(sqlite3.connect(record.path)) as stranger:
        for seq in ("1", "2", "9", "NULL"):
            statement = "INSERT OR REPLACE INTO event " + copy.format(seq) + " WHERE seq = 1"
            with pytest.raises(sqlite3.IntegrityError, match="does not continue the chain"):
                stranger.execute(statement)


def test_the_writer_cannot_replace_samples_either(record: Record) -> None:
    record.append_numerics([numeric()])
    with pytest.raises(RecordFault, match="append-only"), record.transaction() as connection:
        connection.exec_driver_sql("INSERT OR REPLACE INTO numeric SELECT * FROM numeric")


def test_a_reader_cannot_write(record: Record) -> None:
    record.append([draft()])
    engine = reader_engine(record.path)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM event")).scalar() == 1
        with pytest.raises(OperationalError, match="readonly"):
            connection.execute(text("DELETE FROM account"))
    engine.dispose()
    with closing(connect_reader(record.path)) as plain:
        plain.execute("PRAGMA query_only = OFF")
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            plain.execute("DELETE FROM account")


def test_a_reader_sees_one_moment_while_the_writer_goes_on(record: Record) -> None:
    record.append([draft()])
    engine = reader_engine(record.path)
    count = text("SELECT count(*) FROM event")
    with engine.connect() as connection:
        assert connection.execute(count).scalar() == 1
        record.append([draft()])
        assert connection.execute(count).scalar() == 1
        assert not record.checkpoint()
    with engine.connect() as connection:
        assert connection.execute(count).scalar() == 2
    assert record.checkpoint()
    engine.dispose()


@pytest.mark.req("GIP-4.1.4")
def test_every_commit_is_synced_and_the_log_is_on(record: Record) -> None:
    with record.transaction() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers")
        }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}


def test_very_long_names_and_texts_are_kept_whole(record: Record) -> None:
    name = "Ñandú-" * 20_000
    record.append([draft(name.encode(), kind="note")])
    person = PatientRow("p1", name, "Åsa", "1980-02-29", "M" * 5000)
    record.write(Batch(patients=(person,)))
    assert next(record.events()).body == name.encode()
    with record.transaction() as connection:
        assert connection.execute(text("SELECT family_name FROM patient")).scalar() == name
    assert verify_record(record.path).ok


def test_a_projection_follows_the_events_in_the_same_transaction(record: Record) -> None:
    opened = SessionIndexRow(SESSION, "p1", 10, "arrival")
    record.append([draft()], [opened])
    closed = SessionIndexRow(SESSION, "p1", 10, "closed", 99, summary=b"{}")
    with pytest.raises(RecordFault):
        record.append([draft_of(next(record.events()))], [closed])
    phase = text("SELECT phase FROM session_index")
    with record.transaction() as connection:
        assert connection.execute(phase).scalar() == "arrival"
    record.append([draft()], [closed])
    with record.transaction() as connection:
        assert connection.execute(phase).scalars().all() == ["closed"]


@pytest.mark.parametrize(
    "change",
    [
        {"id": ""},
        {"kind": ""},
        {"kind": "a\0b"},
        {"actor": "a\0b"},
        {"session_id": ""},
        {"version": 0},
        {"version": 1 << 31},
        {"at": Instant(1 << 63, 0)},
        {"actor": "\ud800"},
    ],
)
def test_a_draft_that_could_not_be_stored_faithfully_is_refused(change: dict[str, object]) -> None:
    fields: dict[str, object] = {"id": "i", "kind": "k", "version": 1, "body": b"", "at": START, "actor": ""}
    with pytest.raises(ValueError, match=r"."):
        EventDraft(**(fields | change))  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_value_that_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="not known is None"):
        NumericRow(SESSION, START, Vital.HR, value, Quality.VALID, "s5")
