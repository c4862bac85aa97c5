"""PINs under a key of this computer: a stolen record gives none away, and says so instead of counting."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from console.clock import ManualClock
from console.session.people import Role
from console.storage.accounts import ANOTHER_COMPUTER, Accounts, PinHasher, PinResult
from console.storage.keys import Kept, KeyMissing, read_note
from console.storage.pin_key import IN_FILE, IN_KEYRING, pin_key
from console.storage.record import Record
from tests.storage.record_makers import open_record
from tests.storage.test_record_encrypted import MemoryKeyring

pytestmark = pytest.mark.req("SEC-PIN")

PIN, WRONG = "480263", "480264"
NOW = ManualClock().now()


def hasher(key: bytes) -> PinHasher:
    return PinHasher(memory_kib=8, time_cost=1, pepper=key)


def test_the_key_is_in_the_keyring_where_there_is_one(path: Path) -> None:
    ring = MemoryKeyring()
    key, words = pin_key(path, ring)
    assert words == IN_KEYRING
    assert pin_key(path, ring) == (key, IN_KEYRING)
    note = path.with_name("record.db.pins")
    assert key.hex() not in note.read_text()
    assert stat.S_IMODE(note.stat().st_mode) == 0o600
    with pytest.raises(KeyMissing, match="keyring"):
        pin_key(path, None)


def test_without_a_keyring_it_is_in_a_file_and_that_is_said(path: Path) -> None:
    key, words = pin_key(path, None)
    assert words == IN_FILE
    note = read_note(path.with_name("record.db.pins"))
    assert note is not None
    assert note.kept is Kept.NOTE
    assert pin_key(path, MemoryKeyring()) == (key, IN_FILE)


@pytest.mark.req("SEC-COPY")
def test_on_another_computer_no_pin_is_looked_at_or_counted(path: Path) -> None:
    with open_record(path) as record:
        Accounts(record, hasher(b"here" * 8)).add_account("ana", "Ana", Role.NURSE, PIN)
        elsewhere = Accounts(record, hasher(b"else" * 8))
        for pin in (PIN, WRONG) * 5:
            verdict = elsewhere.verify_pin("ana", pin, NOW)
            assert (verdict.result, verdict.sentence) == (PinResult.UNKNOWN, ANOTHER_COMPUTER)
        assert elsewhere.users()[0].failures == 0
        elsewhere.set_pin("ana", PIN)
        assert elsewhere.verify_pin("ana", PIN, NOW).right
        without = Accounts(record, hasher(b""))
        assert without.verify_pin("ana", PIN, NOW).sentence == ANOTHER_COMPUTER


def test_a_hash_from_before_the_key_works_once_more_and_is_then_made_anew(record: Record) -> None:
    plain, keyed = hasher(b""), hasher(b"k" * 32)
    Accounts(record, plain).add_account("ana", "Ana", Role.NURSE, PIN)
    accounts = Accounts(record, keyed)
    assert not accounts.verify_pin("ana", WRONG, NOW).right
    before = accounts.ask("ana", NOW)
    assert accounts.verify_pin("ana", PIN, NOW).right
    after = accounts.ask("ana", NOW)
    assert isinstance(before, str)
    assert isinstance(after, str)
    assert (keyed.renewed(after, PIN), plain.matches(after, PIN)) == ("", False)
    assert accounts.verify_pin("ana", PIN, NOW).right


def test_a_mark_cannot_be_taken_off_to_try_pins_without_the_key() -> None:
    keyed = hasher(b"k" * 32)
    stored = keyed.hash(PIN)
    bare = stored[stored.index("$") :]
    assert not hasher(b"").matches(bare, PIN)
    assert not keyed.matches(bare, PIN)
    assert keyed.matches(stored, PIN)
