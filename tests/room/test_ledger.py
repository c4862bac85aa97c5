"""Nothing that was decided is lost while the disk fails, and nothing waits for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.clock import ManualClock
from console.room import ledger as ledger_module
from console.room.ledger import Ledger
from console.storage.rows import Batch, EventDraft, Head, NumericRow, StoredEvent
from console.storage.trouble import DiskTrouble, TroubleKind, disk_trouble
from tests.room.letters import draft, numeric

PATH = Path("record.sqlite")


class FlakyStore:
    """A record whose disk fails as told: ``failing`` is what the next writes meet."""

    def __init__(self) -> None:
        self.stored: list[EventDraft] = []
        self.numerics: list[NumericRow] = []
        self.failing: list[TroubleKind] = []
        self.is_poisoned = False
        self.reopened = 0

    @property
    def poisoned(self) -> bool:
        return self.is_poisoned

    def write(self, batch: Batch) -> tuple[StoredEvent, ...]:
        if self.failing:
            trouble = disk_trouble(self.failing.pop(0), PATH)
            self.is_poisoned = trouble.poisoned
            raise trouble
        known = {one.id for one in self.stored}
        self.stored += [one for one in batch.events if one.id not in known]
        self.numerics += batch.numerics
        seq = {one.id: place for place, one in enumerate(self.stored, 1)}
        return tuple(
            StoredEvent(
                seq[one.id],
                one.id,
                one.session_id,
                one.at,
                "boot",
                one.actor,
                one.kind,
                1,
                b"",
                b"",
                b"\1" * 32,
            )
            for one in batch.events
        )

    def reopen(self) -> Head:
        self.reopened += 1
        self.is_poisoned = False
        return self.head()

    def head(self) -> Head:
        return Head(len(self.stored), bytes(32))


def events(*ids: str) -> Batch:
    return Batch(events=tuple(draft(one) for one in ids))


def test_stored_event_gets_its_place_and_hash() -> None:
    places = Ledger(FlakyStore()).keep(events("a", "b"), ManualClock().now())
    assert [place.seq for place in places] == [1, 2]
    assert places[0].hash == "01" * 32


@pytest.mark.req("HST-03")
def test_events_are_numbered_in_memory_while_the_disk_is_full_and_stored_in_order_later() -> None:
    store, clock = FlakyStore(), ManualClock()
    ledger = Ledger(store)
    ledger.keep(events("a"), clock.now())
    store.failing = [TroubleKind.FULL]
    places = ledger.keep(events("b", "c"), clock.now())
    assert [place.seq for place in places] == [2, 3]
    assert {place.hash for place in places} == {""}
    assert "full" in ledger.trouble
    assert ledger.keep(events("d"), clock.now())[0].seq == 4
    assert [one.id for one in store.stored] == ["a"]
    clock.advance(1)
    ledger.retry(clock.now())
    assert [one.id for one in store.stored] == ["a", "b", "c", "d"]
    assert ledger.trouble == ""
    assert ledger.keep(events("e"), clock.now())[0].seq == 5


@pytest.mark.req("HST-04")
def test_poisoned_record_is_opened_anew_before_anything_is_handed_in_again() -> None:
    store, clock = FlakyStore(), ManualClock()
    ledger = Ledger(store)
    store.failing = [TroubleKind.IO]
    ledger.keep(events("a"), clock.now())
    clock.advance(1)
    ledger.retry(clock.now())
    assert store.reopened == 1
    assert [one.id for one in store.stored] == ["a"]


def test_retries_are_spaced_out_up_to_ten_seconds() -> None:
    store, clock = FlakyStore(), ManualClock()
    ledger = Ledger(store)
    store.failing = [TroubleKind.LOCKED] * 1000
    ledger.keep(events("a"), clock.now())
    for _ in range(600):
        clock.advance(0.1)
        ledger.retry(clock.now())
    tried = 1000 - len(store.failing)
    assert 6 <= tried <= 12


@pytest.mark.req("HST-03")
def test_kept_back_space_is_given_up_once_when_the_disk_is_full() -> None:
    store, clock = FlakyStore(), ManualClock()
    given: list[bool] = []

    def make_room() -> bool:
        given.append(not given)
        return given[-1]

    ledger = Ledger(store, make_room)
    store.failing = [TroubleKind.FULL]
    ledger.keep(events("a"), clock.now())
    ledger.retry(clock.now())
    assert given == [True]
    assert [one.id for one in store.stored] == ["a"]


def test_samples_are_let_go_before_memory_is_full_and_events_never_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ledger_module, "BATCHES_HELD", 2)
    store, clock = FlakyStore(), ManualClock()
    ledger = Ledger(store)
    store.failing = [TroubleKind.FULL]
    for name in "abcd":
        ledger.keep(Batch(events=(draft(name),), numerics=(numeric(clock.now()),)), clock.now())
    clock.advance(1)
    ledger.retry(clock.now())
    assert [one.id for one in store.stored] == ["a", "b", "c", "d"]
    assert len(store.numerics) == 2
    assert ledger.take_let_go() == 2


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.lists(st.sampled_from(list(TroubleKind)), max_size=2)), max_size=30
    )
)
def test_whatever_the_disk_does_every_event_is_stored_once_and_in_order(
    history: list[tuple[int, list[TroubleKind]]],
) -> None:
    store, clock = FlakyStore(), ManualClock()
    ledger = Ledger(store)
    expected: list[str] = []
    seqs: list[int] = []
    for count, failing in history:
        store.failing = list(failing)
        names = [f"e{len(expected) + index}" for index in range(count)]
        expected += names
        seqs += [place.seq for place in ledger.keep(events(*names), clock.now())]
        clock.advance(0.3)
        ledger.retry(clock.now())
    store.failing = []
    clock.advance(11)
    ledger.retry(clock.now())
    assert [one.id for one in store.stored] == expected
    assert seqs == list(range(1, len(expected) + 1))
    assert ledger.pending == 0


def test_trouble_is_a_sentence_of_the_record() -> None:
    store, clock = FlakyStore(), ManualClock()
    ledger = Ledger(store)
    store.failing = [TroubleKind.GONE]
    ledger.keep(events("a"), clock.now())
    assert ledger.trouble == str(DiskTrouble(TroubleKind.GONE, ledger.trouble))
    assert "moved or deleted" in ledger.trouble
