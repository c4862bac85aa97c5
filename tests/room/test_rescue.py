"""A damaged record is set aside whole, another begun, and nothing is shown that is not true."""

from __future__ import annotations

import random
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from console.clinical.vitals import Wave
from console.clock import ManualClock
from console.room.entries import draft_of, entry_of
from console.room.projections import patient_rows, session_row
from console.room.replay import homecoming, replay
from console.room.rescue import begin_another_record
from console.session import intents as ask
from console.session.apply import apply, fold
from console.session.events import (
    Entry,
    GapRecorded,
    Priority,
    RecordSetAside,
    RoomStarted,
    WavesSealed,
)
from console.session.people import ROOM, Role
from console.session.pump import PumpState
from console.session.state import Phase, State
from console.storage.accounts import Accounts, PinHasher
from console.storage.engine import schema_of
from console.storage.record import Record
from console.storage.rows import Batch, StoredEvent
from console.storage.trouble import RecordDamaged, RecordUnreadable
from console.storage.verify import report_text, verify_record
from console.storage.waves import WaveChunk, encode_chunk
from tests.session.bench import NURSE, PATIENT, Bench
from tests.storage.record_makers import beat, block, tampered

BOOT = "boot-1"
CHEAP = PinHasher(memory_kib=64, time_cost=1)
PAGE = 4096


@dataclass(frozen=True)
class Room:
    """A record of a room that was switched off while it infused.

    Attributes:
        path: The record.
        clock: The room's clock.
        session_id: The session that is open.
        stored: Every event, as it was stored.
        state: The state before the end.
    """

    path: Path
    clock: ManualClock
    session_id: str
    stored: tuple[StoredEvent, ...]
    state: State

    def opened(self) -> Record:
        return Record.open(self.path, self.clock, BOOT, "clinic-7", "bed-2")

    def begin(self, why: str = "a page of it makes no sense") -> RecordSetAside:
        return begin_another_record(self.path, why, self.clock, BOOT, "clinic-7", "bed-2")

    def aside(self) -> Path:
        return next(self.path.parent.glob("*.damaged-*.sqlite"))


def waves_of(entry: Entry, seed: int) -> tuple[WaveChunk, Entry]:
    chunk = encode_chunk(entry.session_id, BOOT, block(beat(seed=seed), entry.at.plus(seed)))
    event = WavesSealed({Wave.ECG: (chunk.address,)})
    return chunk, Entry(0, f"waves-{seed}", entry.session_id, entry.at, BOOT, ROOM, event)


def filled(path: Path, bench: Bench) -> tuple[StoredEvent, ...]:
    """Store what a bench decided, as the room does, with a waveform now and then."""
    with Record.open(path, bench.clock, BOOT, "clinic-7", "bed-2") as record:
        Accounts(record, CHEAP).add_account("n1", "Nurse One", Role.NURSE, "482915")
        entries, chunks = [], []
        for number, entry in enumerate(bench.entries):
            entries.append(entry)
            if entry.session_id and number % 20 == 19:
                chunk, sealed = waves_of(entry, number)
                chunks.append(chunk)
                entries.append(sealed)
        record.write(
            Batch(
                events=tuple(draft_of(entry) for entry in entries),
                waves=tuple(chunks),
                sessions=session_row(State(), fold(State(), tuple(entries))),
                patients=patient_rows(tuple(entries)),
            )
        )
        return tuple(record.events())


@pytest.fixture(scope="module")
def infusing() -> Bench:
    bench = Bench()
    bench.infuse(30)
    return bench


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory, infusing: Bench) -> tuple[Path, tuple[StoredEvent, ...]]:
    path = tmp_path_factory.mktemp("sound") / "record.sqlite"
    return path, filled(path, infusing)


@pytest.fixture
def room(tmp_path: Path, infusing: Bench, sound: tuple[Path, tuple[StoredEvent, ...]]) -> Room:
    path = tmp_path / "record.sqlite"
    path.write_bytes(sound[0].read_bytes())
    session = infusing.state.session
    assert session is not None
    return Room(path, infusing.clock, session.session_id, sound[1], infusing.state)


def home(room: Room) -> State:
    """The state a room finds after its start, its own first events among it."""
    with room.opened() as record:
        found = replay(record.events, record.head().seq, BOOT, room.clock.now())
        state = found.state
        for number, event in enumerate(homecoming(found, "test", room.clock.now())):
            seq, now = state.seq + 1, room.clock.now()
            state = apply(state, Entry(seq, f"home-{number}", room.session_id, now, BOOT, ROOM, event))
    return state


def events_of(room: Room) -> tuple[StoredEvent, ...]:
    with room.opened() as record:
        return tuple(record.events())


# --- set aside, whole -------------------------------------------------------------------------------


@pytest.mark.req("HST-06")
def test_the_damaged_file_keeps_every_byte_read_only_under_a_name_with_the_time(room: Room) -> None:
    tampered(room.path, "UPDATE event SET body = x'00' WHERE seq = 3")
    content = room.path.read_bytes()
    with pytest.raises(RecordDamaged, match="event 3"):
        room.opened()
    aside = room.begin()
    kept = room.aside()
    assert kept.name == aside.file
    assert kept.name.startswith("record.damaged-2")
    assert kept.read_bytes() == content
    assert stat.S_IMODE(kept.stat().st_mode) == stat.S_IRUSR
    assert {one.name for one in room.path.parent.glob("*.beginning*")} == set()


@pytest.mark.req("HST-06")
def test_what_lies_only_in_the_log_goes_along(room: Room) -> None:
    reader = sqlite3.connect(room.path.absolute().as_uri() + "?mode=ro", uri=True)
    with closing(reader):
        assert reader.execute("SELECT count(*) FROM event").fetchone()
        with room.opened() as record:
            late = Entry(0, "late", "", room.clock.now(), BOOT, ROOM, RoomStarted("test"))
            record.append([draft_of(late)])
        log = room.path.with_name(room.path.name + "-wal")
        assert log.stat().st_size
        head = len(room.stored) + 1
        begun = room.begin()
    assert begun.seq == head
    assert not log.exists()
    assert room.aside().with_name(room.aside().name + "-wal").exists()
    assert verify_record(room.aside()).events == head


def test_two_damages_in_one_second_have_two_names(room: Room) -> None:
    assert room.begin().file != room.begin().file
    assert len(list(room.path.parent.glob("*.damaged-*.sqlite"))) == 2


# --- the new stream ---------------------------------------------------------------------------------


@pytest.mark.req("HST-06")
def test_the_new_stream_names_the_old_one_its_head_and_why(room: Room) -> None:
    with room.opened() as record:
        old = record.stream.stream_id
    begun = room.begin("*** in database main ***\nTree 5 page 9: broken.")
    first = entry_of(events_of(room)[0]).event
    assert first == begun
    assert (begun.stream_id, begun.seq) == (old, len(room.stored))
    assert begun.head_hash == room.stored[-1].hash.hex()
    assert begun.why == "Tree 5 page 9: broken"
    with room.opened() as record:
        assert record.stream.stream_id != old
    assert verify_record(room.path).ok


@pytest.mark.req("HST-06")
def test_an_open_session_goes_on_with_its_patient_order_and_waveforms(room: Room) -> None:
    began = room.begin()
    assert (began.session_id, began.session_lost) == (room.session_id, False)
    state = home(room)
    assert state.phase is Phase.INFUSING
    assert state.session == room.state.session
    carried = [event for event in events_of(room) if event.session_id == room.session_id]
    old = [event for event in room.stored if event.session_id == room.session_id]
    assert [(e.id, e.kind, e.body, e.at, e.boot_id, e.actor) for e in carried] == [
        (e.id, e.kind, e.body, e.at, e.boot_id, e.actor) for e in old
    ]
    report = verify_record(room.path, _vouched)
    assert report.ok
    assert report.chunks == sum(1 for event in old if event.kind == "waves_sealed")


def _vouched(stored: StoredEvent) -> Iterator[str]:
    event = entry_of(stored).event
    if isinstance(event, WavesSealed):
        for addresses in event.chunks.values():
            yield from addresses


@pytest.mark.req("HST-06")
def test_waveforms_that_are_damaged_become_a_gap(room: Room) -> None:
    tampered(room.path, "UPDATE wave_bytes SET bytes = x'00' WHERE n = 1")
    room.begin()
    gaps = [entry_of(event).event for event in events_of(room) if event.kind == "gap_recorded"]
    assert gaps == [GapRecorded("waveforms", 10.0, "they were damaged in the record")]
    assert verify_record(room.path, _vouched).ok


@pytest.mark.req("HST-06")
@pytest.mark.parametrize("back", [1, 40])
def test_a_session_with_a_hole_is_not_shown(room: Room, back: int) -> None:
    session = [event.seq for event in room.stored if event.session_id == room.session_id]
    tampered(room.path, f"UPDATE event SET body = x'7b7d' WHERE seq = {session[-back]}")
    begun = room.begin()
    assert begun.session_lost
    assert begun.session_id == ""
    state = home(room)
    assert state.session is None
    assert [event.kind for event in events_of(room)] == ["record_set_aside"]


def test_a_session_that_was_over_is_no_loss(tmp_path: Path) -> None:
    bench = Bench()
    bench.arrive()
    bench.tell(ask.AbortSession("patient unwell"), NURSE)
    path = tmp_path / "record.sqlite"
    stored = filled(path, bench)
    room = Room(path, bench.clock, "", stored, bench.state)
    begun = room.begin()
    assert (begun.session_id, begun.session_lost) == ("", False)
    assert begun.patients == 1


@pytest.mark.req("HST-06")
def test_people_sign_in_as_before_and_patients_are_known(room: Room) -> None:
    begun = room.begin()
    assert (begun.accounts, begun.patients) == (1, 1)
    with room.opened() as record:
        assert Accounts(record, CHEAP).verify_pin("n1", "482915", room.clock.now()).right
    with closing(sqlite3.connect(room.path)) as connection:
        assert connection.execute("SELECT family_name FROM patient").fetchall() == [(PATIENT.family_name,)]


@pytest.mark.parametrize("content", [b"", b"nothing at all", bytes(3 * PAGE)])
def test_a_file_of_which_nothing_can_be_read_still_lets_the_room_begin(room: Room, content: bytes) -> None:
    room.path.write_bytes(content)
    with pytest.raises(RecordDamaged):
        room.opened()
    begun = room.begin()
    assert (begun.seq, begun.head_hash, begun.session_lost) == (0, "", True)
    assert room.aside().read_bytes() == content
    assert schema_of(room.path) == 1


def test_a_changed_header_is_damage_and_a_foreign_file_is_not(room: Room, tmp_path: Path) -> None:
    header = bytearray(room.path.read_bytes())
    header[68] ^= 4
    room.path.write_bytes(header)
    with pytest.raises(RecordDamaged, match="header was changed"):
        room.opened()
    foreign = tmp_path / "foreign.sqlite"
    with closing(sqlite3.connect(foreign)) as connection:
        connection.execute("CREATE TABLE event (seq)")
        connection.commit()
    with pytest.raises(RecordUnreadable) as refusal:
        Record.open(foreign, room.clock, BOOT)
    assert not isinstance(refusal.value, RecordDamaged)


# --- what the nurse is told -------------------------------------------------------------------------


def told(began: RecordSetAside, infusing: bool = False) -> dict[str, tuple[Priority, str]]:
    bench = Bench()
    bench.commit(began, ROOM)
    bench.commit(homecoming_of(), ROOM)
    bench.run(2)
    if infusing:
        bench.pump.state, bench.pump.volume_ml = PumpState.INFUSING, Decimal(20)
        bench.run(3)
    return {alarm.raised.code: (alarm.raised.priority, alarm.raised.message) for alarm in bench.state.alarms}


def homecoming_of() -> RoomStarted:
    return RoomStarted("test")


@pytest.mark.req("HST-06")
@pytest.mark.parametrize(
    ("began", "priority", "words"),
    [
        (RecordSetAside("f", "w"), Priority.LOW, "call the technician"),
        (RecordSetAside("f", "w", session_id="s"), Priority.MEDIUM, "this session goes on"),
        (RecordSetAside("f", "w", session_lost=True), Priority.HIGH, "go on on paper"),
    ],
)
def test_one_sentence_says_what_to_do(began: RecordSetAside, priority: Priority, words: str) -> None:
    found, sentence = told(began)["record_set_aside"]
    assert found is priority
    assert words in sentence


@pytest.mark.req("HST-06")
def test_a_pump_that_infuses_for_a_lost_session_is_a_high_alarm() -> None:
    alarms = told(RecordSetAside("f", "w", session_lost=True), infusing=True)
    assert alarms["pump_orphaned"][0] is Priority.HIGH
    assert "pump_orphaned" not in told(RecordSetAside("f", "w", session_lost=True))


def test_it_is_said_until_somebody_acknowledges_it_and_not_again_for_the_next_patient() -> None:
    bench = Bench()
    bench.commit(RecordSetAside("f", "w"), ROOM)
    bench.commit(homecoming_of(), ROOM)
    bench.run(30)
    assert [alarm.raised.code for alarm in bench.state.alarms] == ["record_set_aside"]
    bench.tell(ask.Acknowledge(), NURSE)
    bench.run(2)
    assert bench.state.alarms == ()
    bench.arrive()
    assert bench.state.set_aside is None


# --- verify locates ---------------------------------------------------------------------------------


@pytest.mark.req("HST-06")
def test_verify_of_the_file_set_aside_says_which_events_are_damaged(room: Room) -> None:
    tampered(
        room.path,
        "UPDATE event SET body = x'00' WHERE seq BETWEEN 5 AND 7",
        "UPDATE event SET actor = 'x' WHERE seq = 30",
    )
    room.begin()
    report = verify_record(room.aside())
    assert report.damaged == ((5, 7), (30, 30))
    text = report_text(report)
    assert "events 5 to 7 cannot be read or do not hold" in text
    assert "event 30 cannot be read" in text


# --- rot --------------------------------------------------------------------------------------------


@pytest.mark.req("HST-06")
@pytest.mark.parametrize("seed", range(12))
def test_after_rot_in_random_pages_the_room_begins_and_shows_nothing_untrue(room: Room, seed: int) -> None:
    chance, content = random.Random(seed), bytearray(room.path.read_bytes())
    for page in chance.sample(range(len(content) // PAGE), chance.randint(1, 5)):
        for _ in range(40):
            content[page * PAGE + chance.randrange(PAGE)] ^= 1 << chance.randrange(8)
    room.path.write_bytes(content)
    try:
        room.opened().close()
    except RecordDamaged as damage:
        begun = room.begin(damage.why)
        assert room.aside().read_bytes() == bytes(content)
        # Whole and true, or not there at all.
        state = home(room)
        assert state.session == (room.state.session if begun.session_id else None)
        assert bool(begun.session_id) != begun.session_lost
        true = {event.id: event.body for event in room.stored}
        for event in events_of(room)[1:]:
            assert event.kind == "gap_recorded" or true.get(event.id, event.body) == event.body
        assert not verify_record(room.aside()).ok
    assert verify_record(room.path, _vouched).broken_reason == ""


def test_it_is_known_where_each_carried_event_had_stood(room: Room) -> None:
    tampered(room.path, "UPDATE event SET body = x'00' WHERE seq = 1")
    began = room.begin()
    before = [place for first, many in began.carried for place in range(first, first + many)]
    uuids = {one.seq: one.id for one in room.stored}
    carried = events_of(room)[1 : 1 + len(before)]
    assert before
    assert [uuids[place] for place in before] == [one.id for one in carried]
