"""An encrypted record: nothing of it can be read without the key, everything works with it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from console.storage import keys
from console.storage.backup import backup_to, encrypt_record, restore_from
from console.storage.cipher import note_of
from console.storage.keys import Kept, KeyMissing, new_key, read_note
from console.storage.queries import RecordReader
from console.storage.record import Record
from console.storage.trouble import RecordInUse, RecordRefused, RecordUnreadable
from console.storage.verify import verify_record
from tests.storage.record_makers import START, draft, open_record, second

NAME = b"Quillfeather-Ozymandias"


class MemoryKeyring:
    """A keyring of the operating system that keeps everything in memory."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> MemoryKeyring:
    ring = MemoryKeyring()
    monkeypatch.setattr("console.storage.cipher.os_keyring", lambda: ring)
    return ring


@pytest.fixture
def filled(path: Path) -> Path:
    with open_record(path) as record:
        record.append([draft(b'{"name":"' + NAME + b'"}') for _ in range(20)])
        record.write(second(START))
    return path


@pytest.fixture
def encrypted(filled: Path, keyring: MemoryKeyring) -> Path:
    encrypt_record(filled, keyring)
    return filled


@pytest.mark.req("SEC-REST")
def test_no_name_is_left_in_any_file_once_a_record_is_encrypted(filled: Path, keyring: MemoryKeyring) -> None:
    before = verify_record(filled)
    assert any(NAME in file.read_bytes() for file in filled.parent.iterdir())
    report = encrypt_record(filled, keyring)
    assert (report.events, report.chunks, report.encrypted) == (20, 4, True)
    assert report.head_hash == before.head_hash
    with open_record(filled) as record:
        record.append([draft(b'{"name":"' + NAME + b'"}')])
        found = [file.name for file in filled.parent.iterdir() if NAME in file.read_bytes()]
        assert found == []
        key = next(iter(keyring.kept.values()))
        assert [f.name for f in filled.parent.iterdir() if key.encode() in f.read_bytes()] == []
    assert NAME not in b"".join(file.read_bytes() for file in filled.parent.iterdir())


def test_an_encrypted_record_is_written_read_reopened_and_verified(encrypted: Path) -> None:
    with open_record(encrypted) as record:
        assert record.append([draft()])[0].seq == 21
        with RecordReader(encrypted) as reader:
            head = reader.head()
            assert head is not None
            assert head.seq == 21
        assert record.reopen().seq == 21
        assert record.checkpoint()
    report = verify_record(encrypted)
    assert report.ok, report.sentence
    assert report.events == 21
    assert stat.S_IMODE(encrypted.stat().st_mode) == 0o600
    assert stat.S_IMODE(note_of(encrypted).stat().st_mode) == 0o600


@pytest.mark.req("SEC-COPY")
def test_a_copied_encrypted_record_is_worth_nothing_on_another_computer(
    encrypted: Path, keyring: MemoryKeyring, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "stolen" / "record.db"
    elsewhere.parent.mkdir()
    elsewhere.write_bytes(encrypted.read_bytes())
    note_of(elsewhere).write_bytes(note_of(encrypted).read_bytes())
    keyring.kept.clear()
    with pytest.raises(KeyMissing, match="not in the keyring"):
        open_record(elsewhere)
    assert "not in the keyring" in verify_record(elsewhere).refused
    assert [one.name for one in elsewhere.parent.iterdir() if "damaged" in one.name] == []


def test_another_key_is_told_from_damage_so_that_nothing_is_set_aside(
    encrypted: Path, keyring: MemoryKeyring
) -> None:
    for name in keyring.kept:
        keyring.kept[name] = "ab" * 32
    with pytest.raises(KeyMissing, match="is another one"):
        open_record(encrypted)


def test_a_record_whose_note_is_lost_is_refused_and_left_alone(encrypted: Path) -> None:
    before = encrypted.read_bytes()
    note_of(encrypted).unlink()
    with pytest.raises(RecordUnreadable):
        open_record(encrypted)
    assert encrypted.read_bytes() == before


def test_a_flipped_byte_of_an_encrypted_record_is_found(encrypted: Path) -> None:
    data = bytearray(encrypted.read_bytes())
    data[len(data) // 2] ^= 1
    encrypted.write_bytes(bytes(data))
    assert not verify_record(encrypted).ok


@pytest.mark.req("SEC-BACKUP")
def test_a_backup_of_an_encrypted_record_is_encrypted_and_restores(encrypted: Path, tmp_path: Path) -> None:
    target = tmp_path / "kept" / "monday.sqlite"
    target.parent.mkdir()
    report = backup_to(encrypted, target)
    assert report.encrypted
    assert NAME not in target.read_bytes()
    assert sorted(one.name for one in target.parent.iterdir()) == ["monday.sqlite", "monday.sqlite.key"]
    with open_record(encrypted) as record:
        record.append([draft()])
    aside = tmp_path / "before.db"
    restored = restore_from(target, encrypted, aside)
    assert (restored.events, restored.encrypted) == (20, True)
    assert verify_record(aside).events == 21
    with open_record(encrypted) as record:
        assert record.append([draft()])[0].seq == 21


def test_a_key_file_is_made_once_and_needed_ever_after(filled: Path, tmp_path: Path) -> None:
    key_file = tmp_path / "usb" / "room-2.key"
    key_file.parent.mkdir()
    encrypt_record(filled, None, key_file)
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert verify_record(filled).ok
    key_file.rename(key_file.with_name("away"))
    with pytest.raises(KeyMissing, match="bring the medium"):
        open_record(filled)


def test_a_record_is_never_encrypted_with_a_key_that_lies_beside_it(filled: Path) -> None:
    with pytest.raises(RecordRefused, match="--key-file"):
        encrypt_record(filled, None)
    assert verify_record(filled).ok
    assert not note_of(filled).exists()


def test_a_record_in_use_is_neither_encrypted_nor_restored_over(
    record: Record, keyring: MemoryKeyring, tmp_path: Path
) -> None:
    record.append([draft()])
    backup_to(record.path, tmp_path / "b.sqlite")
    with pytest.raises(RecordInUse):
        encrypt_record(record.path, keyring)
    with pytest.raises(RecordInUse):
        restore_from(tmp_path / "b.sqlite", record.path, tmp_path / "aside")


def test_without_the_driver_an_encrypted_record_is_refused_with_what_to_install(
    encrypted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.storage.cipher.sqlcipher", None)
    with pytest.raises(KeyMissing, match="sqlcipher3"):
        open_record(encrypted)


def test_a_keyring_that_does_not_give_back_what_it_took_is_not_trusted(tmp_path: Path) -> None:
    class Forgetful(MemoryKeyring):
        def get_password(self, service: str, username: str) -> str | None:
            del service, username
            return None

    _, note = new_key(tmp_path / "pin.key", Forgetful())
    assert note.kept is Kept.NOTE
    assert read_note(tmp_path / "pin.key") == note
    assert note.where not in repr(note)
    assert keys.key_of(note, None).hex() == note.where
