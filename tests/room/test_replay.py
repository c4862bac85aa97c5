"""What the room knows when it comes back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from console.clock import Instant, ManualClock
from console.room.entries import draft_of, session_ids
from console.room.replay import CUT_OFF, TAILS, homecoming, must_stop, replay
from console.session import intents as ask
from console.session.events import (
    CommandResolved,
    Commented,
    Entry,
    Event,
    RoomStarted,
    SessionOpened,
    SignedIn,
    SignedOut,
    StopPressed,
)
from console.session.people import ROOM
from console.session.pump import Unknown
from console.session.state import Phase, State
from console.storage.rows import StoredEvent
from tests.session.bench import NURSE, PATIENT, Bench


def stored(entry: Entry, seq: int | None = None) -> StoredEvent:
    draft = draft_of(entry)
    return StoredEvent(
        entry.seq if seq is None else seq,
        draft.id,
        draft.session_id,
        draft.at,
        entry.boot_id,
        draft.actor,
        draft.kind,
        draft.version,
        draft.body,
        b"",
        bytes(32),
    )


class Tape:
    """A record in memory that says how much of it was read."""

    def __init__(self, entries: list[StoredEvent]) -> None:
        self.entries = entries
        self.read = 0

    def after(self, seq: int) -> Iterator[StoredEvent]:
        found = [entry for entry in self.entries if entry.seq > seq]
        self.read += len(found)
        return iter(found)


def tape_of(bench: Bench) -> Tape:
    return Tape([stored(entry) for entry in bench.entries])


@pytest.mark.req("HST-01")
def test_replayed_state_is_the_state_that_was(bench_infusing: Bench) -> None:
    tape = tape_of(bench_infusing)
    found = replay(tape.after, len(tape.entries), "boot-1", bench_infusing.clock.now())
    assert found.state == bench_infusing.state
    assert found.state.phase is Phase.INFUSING


@pytest.fixture
def bench_infusing() -> Bench:
    bench = Bench()
    bench.infuse(1)
    return bench


@pytest.mark.req("HST-02")
def test_times_of_an_earlier_boot_are_carried_over_by_the_wall_clock(bench_infusing: Bench) -> None:
    tape = tape_of(bench_infusing)
    now = bench_infusing.clock.now()
    rebooted = Instant(now.wall_utc_ns + 90 * 10**9, 7 * 10**9)
    found = replay(tape.after, len(tape.entries), "boot-2", rebooted)
    before, after = bench_infusing.state.session, found.state.session
    assert before is not None
    assert after is not None
    assert before.started_at is not None
    assert after.started_at is not None
    elapsed_s = now.seconds_since(before.started_at)
    assert rebooted.seconds_since(after.started_at) == pytest.approx(elapsed_s + 90, abs=0.01)


def test_only_the_end_of_a_long_record_is_read() -> None:
    clock = ManualClock()
    opened = Entry(0, "o", "s-1", clock.now(), "boot-1", NURSE, SessionOpened("s-1", PATIENT))
    filler = Entry(0, "f", "", clock.now(), "boot-1", ROOM, SignedOut())
    entries = [stored(filler, seq) for seq in range(1, 20_001)]
    entries[-100] = stored(opened, 19_901)
    tape = Tape(entries)
    found = replay(tape.after, 20_000, "boot-1", clock.now())
    assert tape.read == TAILS[0]
    assert found.state.seq == 20_000
    assert found.state.phase is Phase.ARRIVAL


def test_empty_record_is_an_empty_room() -> None:
    found = replay(Tape([]).after, 0, "boot-1", ManualClock().now())
    assert (found.state, found.last_wall_ns) == (State(), None)
    assert homecoming(found, "1", ManualClock().now()) == (RoomStarted("1", "", None),)


@pytest.mark.req("SER-08")
def test_answer_that_never_came_is_unknown_and_nothing_is_sent_again() -> None:
    bench = Bench()
    bench.prepare()
    bench.run(2)
    bench.tell(ask.StartInfusion("start-1"))
    cut = [entry for entry in bench.entries if not isinstance(entry.event, CommandResolved)]
    cut = cut[: 1 + next(i for i, e in enumerate(cut) if getattr(e.event, "command_id", "") == "start-1")]
    tape = Tape([stored(entry, seq) for seq, entry in enumerate(cut, 1)])
    found = replay(tape.after, len(cut), "boot-1", bench.clock.now())
    events = homecoming(found, "1", bench.clock.now())
    assert CommandResolved("start-1", Unknown(CUT_OFF)) in events


@pytest.mark.parametrize(("down_s", "signed_in"), [(5.0, True), (119.0, True), (3600.0, False)])
def test_person_stays_signed_in_over_a_short_absence_only(down_s: float, signed_in: bool) -> None:
    clock = ManualClock()
    tape = Tape([stored(Entry(1, "a", "", clock.now(), "boot-1", NURSE, SignedIn()))])
    found = replay(tape.after, 1, "boot-1", clock.advance(down_s))
    events = homecoming(found, "1", clock.now())
    assert (SignedOut() not in events) is signed_in


def test_stop_without_confirmation_is_pressed_again_in_an_open_session(bench_infusing: Bench) -> None:
    assert not must_stop(bench_infusing.state)
    pressed = Entry(
        bench_infusing.state.seq + 1,
        "x",
        "s-1",
        bench_infusing.clock.now(),
        "boot-1",
        NURSE,
        StopPressed(),
    )
    tape = tape_of(bench_infusing)
    tape.entries.append(stored(pressed))
    found = replay(tape.after, len(tape.entries), "boot-1", bench_infusing.clock.now())
    assert must_stop(found.state)


def test_each_event_is_filed_under_its_session() -> None:
    bench = Bench()
    opening: tuple[Event, ...] = (SignedIn(), SessionOpened("s-9", PATIENT), SignedIn())
    assert list(session_ids(opening, None, State())) == ["", "s-9", "s-9"]
    bench.arrive()
    assert list(session_ids((SignedOut(),), None, bench.state)) == ["s-1"]
    comment = ask.Comment("s-old", "late note", 0)
    assert list(session_ids((Commented("late note", 0),), comment, bench.state)) == ["s-old"]
