"""People and PINs: nobody guesses, nobody is locked out for ever by accident, nobody is deleted."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.clock import Instant, ManualClock
from console.session.people import Role
from console.storage.accounts import (
    DISABLED_AT_FAILURES,
    LONGEST_LOCK_S,
    AccountRefused,
    Accounts,
    PinHasher,
    PinResult,
    lock_s,
)
from console.storage.pins import pin_fault
from console.storage.queries import RecordReader
from console.storage.record import Record

PIN = "480263"
WRONG = "480264"


def _cheap(pepper: bytes = b"") -> PinHasher:
    return PinHasher(memory_kib=8, time_cost=1, pepper=pepper)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def accounts(record: Record) -> Accounts:
    subject = Accounts(record, _cheap())
    subject.add_account("mk", "Maria Kowalska", Role.NURSE, PIN)
    return subject


def _fail(accounts: Accounts, times: int, now: Instant) -> None:
    for _ in range(times):
        assert accounts.verify_pin("mk", WRONG, now).result is PinResult.WRONG


@pytest.mark.req("HUM-09")
def test_the_right_pin_is_right_and_a_wrong_one_wrong(accounts: Accounts, clock: ManualClock) -> None:
    assert accounts.verify_pin("mk", PIN, clock.now()).right
    wrong = accounts.verify_pin("mk", WRONG, clock.now())
    assert (wrong.result, wrong.wait_s, wrong.sentence) == (PinResult.WRONG, 0.0, "That PIN is wrong.")
    assert accounts.verify_pin("nobody", PIN, clock.now()).result is PinResult.UNKNOWN


def test_the_fifth_failure_locks_for_half_a_minute_whatever_is_entered(
    accounts: Accounts, clock: ManualClock
) -> None:
    _fail(accounts, 4, clock.now())
    fifth = accounts.verify_pin("mk", WRONG, clock.now())
    assert (fifth.result, fifth.wait_s) == (PinResult.WRONG, 30.0)
    assert "Wait 30 s" in fifth.sentence
    clock.advance(29)
    locked = accounts.verify_pin("mk", PIN, clock.now())
    assert (locked.result, locked.wait_s) == (PinResult.LOCKED, 1.0)
    clock.advance(1)
    assert accounts.verify_pin("mk", PIN, clock.now()).right


def test_each_further_failure_doubles_the_wait_up_to_a_quarter_of_an_hour(
    accounts: Accounts, clock: ManualClock
) -> None:
    _fail(accounts, 4, clock.now())
    waits = []
    for _ in range(8):
        wait_s = accounts.verify_pin("mk", WRONG, clock.now()).wait_s
        waits.append(wait_s)
        clock.advance(wait_s)
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]
    assert accounts.verify_pin("mk", PIN, clock.now()).right
    _fail(accounts, 4, clock.now())
    assert accounts.verify_pin("mk", PIN, clock.now()).right


@given(st.integers(0, 10_000))
def test_the_wait_never_shrinks_and_never_passes_its_longest(failures: int) -> None:
    assert 0 <= lock_s(failures) <= lock_s(failures + 1) <= LONGEST_LOCK_S


def test_tries_while_locked_are_not_looked_at_nor_counted(accounts: Accounts, clock: ManualClock) -> None:
    _fail(accounts, 5, clock.now())
    for _ in range(50):
        accounts.verify_pin("mk", WRONG, clock.now())
    assert accounts.users()[0].failures == 5


@pytest.mark.req("HST-07")
def test_setting_the_clock_forward_opens_nothing(accounts: Accounts, clock: ManualClock) -> None:
    _fail(accounts, 5, clock.now())
    clock.step_wall(86_400)
    assert accounts.verify_pin("mk", PIN, clock.now()).result is PinResult.LOCKED
    clock.step_wall(-2 * 86_400)
    clock.advance(30)
    assert accounts.verify_pin("mk", PIN, clock.now()).right


def test_starting_again_forgets_no_failure(accounts: Accounts, record: Record, clock: ManualClock) -> None:
    _fail(accounts, 5, clock.now())
    path = record.path
    record.close()
    after_boot = Instant(clock.now().plus(10).wall_utc_ns, 5)
    with Record.open(path, clock, "boot-2") as again:
        subject = Accounts(again, _cheap())
        assert subject.verify_pin("mk", PIN, after_boot).wait_s == 20.0
        assert subject.verify_pin("mk", PIN, after_boot.plus(20)).right


def test_a_clock_set_far_back_over_a_restart_locks_nobody_out_for_longer(
    accounts: Accounts, record: Record, clock: ManualClock
) -> None:
    _fail(accounts, 5, clock.now())
    path = record.path
    record.close()
    with Record.open(path, clock, "boot-2") as again:
        verdict = Accounts(again, _cheap()).verify_pin("mk", PIN, Instant(0, 0))
        assert verdict.wait_s <= 30.0


def test_a_hundred_failures_need_an_administrator(accounts: Accounts, clock: ManualClock) -> None:
    for _ in range(DISABLED_AT_FAILURES):
        assert accounts.verify_pin("mk", WRONG, clock.now()).result is PinResult.WRONG
        clock.advance(LONGEST_LOCK_S)
    assert accounts.verify_pin("mk", PIN, clock.now()).result is PinResult.DISABLED
    accounts.unlock("mk")
    assert accounts.verify_pin("mk", PIN, clock.now()).right


@pytest.mark.req("HUM-09")
def test_a_person_who_left_cannot_sign_in_but_keeps_the_name(accounts: Accounts, clock: ManualClock) -> None:
    accounts.set_active("mk", active=False)
    assert accounts.verify_pin("mk", PIN, clock.now()).result is PinResult.UNKNOWN
    assert [(user.name, user.active) for user in accounts.users()] == [("Maria Kowalska", False)]
    with pytest.raises(AccountRefused, match="never given twice"):
        accounts.add_account("mk", "Mark King", Role.NURSE, PIN)


def test_a_new_pin_replaces_the_old_one(accounts: Accounts, clock: ManualClock) -> None:
    _fail(accounts, 5, clock.now())
    accounts.set_pin("mk", "730184")
    assert accounts.verify_pin("mk", "730184", clock.now()).right
    assert not accounts.verify_pin("mk", PIN, clock.now()).right
    with pytest.raises(AccountRefused, match="no user"):
        accounts.set_pin("nobody", PIN)


@pytest.mark.parametrize(
    ("user_id", "name", "role", "pin", "sentence"),
    [
        ("", "A", Role.NURSE, PIN, "user id"),
        ("a", " ", Role.NURSE, PIN, "full name"),
        ("a", "A", Role.ROOM, PIN, "not a role a person can have"),
        ("a", "A", Role.NURSE, "123456", "too easy"),
    ],
)
def test_an_account_that_makes_no_sense_is_refused(
    accounts: Accounts, user_id: str, name: str, role: Role, pin: str, sentence: str
) -> None:
    with pytest.raises(AccountRefused, match=sentence):
        accounts.add_account(user_id, name, role, pin)
    assert len(accounts.users()) == 1


def test_no_pin_is_in_the_file(record: Record, accounts: Accounts) -> None:
    assert len(accounts.users()) == 1
    record.checkpoint()
    assert PIN.encode() not in record.path.read_bytes()
    with closing(sqlite3.connect(record.path)) as connection:
        (stored,) = connection.execute("SELECT pin_hash FROM account").fetchone()
    assert stored.startswith("$argon2id$v=19$")


def test_without_the_pepper_a_stolen_hash_matches_nothing() -> None:
    stored = _cheap(b"kept elsewhere").hash(PIN)
    assert _cheap(b"kept elsewhere").matches(stored, PIN)
    assert not _cheap().matches(stored, PIN)
    assert not _cheap().matches("damaged", PIN)


def test_the_cost_of_guessing_is_what_was_decided() -> None:
    assert "$m=65536,t=3,p=1$" in PinHasher().hash(PIN)


def test_review_lists_people_without_their_hashes(record: Record, accounts: Accounts) -> None:
    with RecordReader(record.path) as reader:
        assert reader.users() == accounts.users()
        assert "argon2" not in repr(reader.users())


@pytest.mark.parametrize(
    "pins",
    [
        ["", "12345", "1234567", "12345a", "１２３４５６"],
        ["000000", "123456", "654321", "890123", "135791", "121212", "123123", "112233", "123321", "001001"],
        ["147258", "159753", "100110"],
        ["198473", "581987", "201188"],
    ],
    ids=["not six digits", "repeats and rows", "shapes", "years"],
)
def test_pins_that_are_easy_to_guess_are_refused(pins: list[str]) -> None:
    assert all(pin_fault(pin).endswith(".") for pin in pins)


@pytest.mark.parametrize("pin", [PIN, WRONG, "730184", "906142", "059318"])
def test_other_pins_are_taken(pin: str) -> None:
    assert pin_fault(pin) == ""


def test_most_pins_may_be_chosen() -> None:
    allowed = sum(not pin_fault(f"{number:06d}") for number in range(0, 1_000_000, 7))
    assert allowed > 0.9 * 1_000_000 / 7
