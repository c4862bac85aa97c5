"""Who looked at, exported and changed what; backups and the library, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from console.app.access_log import note_access
from console.app.audit import since_of
from console.app.commands import run
from console.app.config import RoomConfig
from console.app.folder import RECORD, resource
from console.app.process_words import EXIT_USER
from console.app.site_files import site_of
from console.app.troubles import NotPossible
from console.clinical.interlock_file import digest_of
from console.clinical.toml_table import LibraryError
from console.clock import NS_PER_S, SystemClock
from console.session.events import Access
from console.storage.record import Record


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Record.open(tmp_path / RECORD, SystemClock(), "boot").close()
    return tmp_path


def lines(folder: Path, capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, object]]:
    capsys.readouterr()
    assert run(["audit", "--json", *words, "--data", str(folder)]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.req("SEC-AUDIT")
def test_what_was_looked_at_and_exported_is_found_by_patient_person_time_and_kind(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    note_access(folder, Access.VIEWED, "s-1", patient="p-1")
    note_access(folder, Access.EXPORTED, "s-2", "research")
    found = lines(folder, capsys, "--what", "access")
    said = [body["what"] for body in (one["body"] for one in found) if isinstance(body, dict)]
    assert said == ["viewed", "exported", "audited"]
    assert len(lines(folder, capsys, "--user", "os:")) == 4
    assert lines(folder, capsys, "--user", "nobody at all") == []
    assert len(lines(folder, capsys, "--since", "1h")) == 6
    assert lines(folder, capsys, "--what", "orders") == []
    assert run(["audit", "--patient", "nobody", "--data", str(folder)]) == EXIT_USER
    assert "no patient nobody" in capsys.readouterr().err
    assert run(["audit", "--data", str(folder)]) == 0
    assert "The record is whole" in capsys.readouterr().out


def test_a_time_is_understood_as_people_write_it() -> None:
    now = 1_800_000_000 * NS_PER_S
    assert since_of("24h", now) == now - 86_400 * NS_PER_S
    assert since_of("2d", now) == now - 2 * 86_400 * NS_PER_S
    assert since_of("2026-03-12T14:00+00:00", now) == 1_773_324_000 * NS_PER_S
    with pytest.raises(NotPossible, match="is no time"):
        since_of("yesterday", now)


@pytest.mark.req("SEC-BACKUP")
def test_backup_and_restore_verify_and_are_noted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data", str(folder)]
    target = folder / "kept.sqlite"
    assert run(["record", "backup", str(target), *data]) == 0
    out = capsys.readouterr().out
    head = next(line.rsplit(" ", 1)[1] for line in out.splitlines() if "head" in line)
    assert run(["record", "backup", str(target), *data]) == EXIT_USER
    assert run(["record", "restore", str(target), *data]) == 0
    assert "kept as record.before-restore-" in capsys.readouterr().out
    assert run(["record", "verify", "--head", head, *data]) == 0
    assert run(["record", "verify", "--head", "0" * 64, *data]) == 1
    target.write_bytes(b"no record")
    assert run(["record", "restore", str(target), *data]) == EXIT_USER
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.req("SEC-LIBRARY")
def test_a_drug_library_that_was_exchanged_is_refused(tmp_path: Path) -> None:
    shipped = resource("library", "ketamine-v1.toml")
    (tmp_path / "mine.toml").write_bytes(shipped)
    approved = RoomConfig(library="mine.toml", library_sha256=digest_of(shipped).upper())
    assert site_of(approved, tmp_path).strict
    (tmp_path / "mine.toml").write_bytes(shipped.replace(b"40", b"41", 1))
    with pytest.raises(LibraryError, match="not the one that was approved"):
        site_of(approved, tmp_path)
    with pytest.raises(LibraryError, match="not the one that was approved"):
        site_of(RoomConfig(library_sha256="ab" * 32), tmp_path)
    assert not site_of(RoomConfig(simulated=True), tmp_path).strict
