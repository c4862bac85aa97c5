"""The site director approves the interlock file by name and digest; anything else leaves it out of force."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from console.app.approval import NO_FILE
from console.app.commands import EXIT_USER, run
from console.app.config import read_config
from console.app.site_files import interlocks_of
from console.clinical.interlock_file import digest_of
from console.clinical.interlock_rules import InterlockRules
from tests.session.interlock_bench import SHIPPED, signed

ROOM = 'room = "Room 2"\ninterlocks = "rules.toml"\n'
PUMP = '\n[pump]\ndriver = "ne1000"\nport = "/dev/serial/by-id/usb-pump"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "room.toml").write_text(ROOM + PUMP)
    (tmp_path / "rules.toml").write_bytes(signed())
    return tmp_path


def found(folder: Path) -> InterlockRules:
    return interlocks_of(read_config(folder / "room.toml"), folder)


def approve(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, digest: str) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{name}\n{digest}\n"))
    return run(["interlocks", "approve", "--data", str(folder)])


def test_a_file_approved_by_the_named_person_is_in_force(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not found(folder).armed
    assert approve(folder, monkeypatch, "dr ada moss", digest_of(signed())[:12]) == 0
    assert found(folder).armed
    text = (folder / "room.toml").read_text()
    assert text.startswith(ROOM)
    assert text.endswith(PUMP.strip("\n") + "\n")
    capsys.readouterr()
    assert run(["interlocks", "show", "--data", str(folder)]) == 0
    assert "Interlocks in force: version 1, Dr Ada Moss" in capsys.readouterr().out


def test_a_new_approval_takes_the_place_of_the_old_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    approve(folder, monkeypatch, "Dr Ada Moss", digest_of(signed()))
    changed = signed().replace(b"version = 1", b"version = 2")
    (folder / "rules.toml").write_bytes(changed)
    assert found(folder).faulty
    approve(folder, monkeypatch, "Dr Ada Moss", digest_of(changed))
    assert (found(folder).armed, found(folder).version) == (True, 2)
    assert (folder / "room.toml").read_text().count("approved_sha256") == 1


def test_a_file_altered_after_its_approval_is_out_of_force_and_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    approve(folder, monkeypatch, "Dr Ada Moss", digest_of(signed()))
    (folder / "rules.toml").write_bytes(signed() + b"\n")
    rules = found(folder)
    assert (rules.armed, rules.faulty) == (False, True)
    assert "altered after it was approved" in rules.words


@pytest.mark.parametrize(
    ("name", "digest"),
    [("Dr Other", digest_of(signed())), ("Dr Ada Moss", digest_of(signed())[:11]), ("Dr Ada Moss", "0" * 64)],
)
def test_another_name_or_digest_changes_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, digest: str
) -> None:
    before = (folder / "room.toml").read_text()
    assert approve(folder, monkeypatch, name, digest) == EXIT_USER
    assert (folder / "room.toml").read_text() == before


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (SHIPPED, "switched off"),
        (SHIPPED.replace(b"enabled = false", b"enabled = true"), "names nobody"),
        (b"enabled = maybe", "cannot be read"),
    ],
)
def test_a_file_that_is_not_ready_is_not_approved(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    text: bytes,
    says: str,
) -> None:
    (folder / "rules.toml").write_bytes(text)
    assert approve(folder, monkeypatch, "Dr Ada Moss", digest_of(text)) == EXIT_USER
    assert says in capsys.readouterr().err


def test_a_room_without_a_file_says_how_to_get_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "room.toml").write_text(PUMP)
    assert approve(folder, monkeypatch, "Dr Ada Moss", "") == EXIT_USER
    assert NO_FILE in capsys.readouterr().err


def test_a_file_that_is_gone_is_out_of_force_and_keeps_no_room_from_opening(folder: Path) -> None:
    (folder / "rules.toml").unlink()
    rules = found(folder)
    assert (rules.armed, rules.faulty) == (False, True)
    assert "rules.toml cannot be read" in rules.words
