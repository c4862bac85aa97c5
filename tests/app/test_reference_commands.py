"""From the administrator's folder to a room: published, pulled, in force from the next idle start."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.app.commands import run
from console.app.config import RoomConfig
from console.app.folder import resource
from console.app.reference_files import activate_between_sessions, carried, read_folder, session_open
from console.app.site_files import site_of
from console.clinical.toml_table import LibraryError
from console.sync.reference import Signed, new_key, sign
from console.sync.reference_shelf import FOLDER, PUBLIC, Shelf
from tests.ui.review_records import START_NS
from tests.ui.synthetic_record import PEOPLE, open_rehearsal

pytestmark = pytest.mark.req("NET-15")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """What a director publishes: the shipped library under another name."""
    folder = tmp_path / "published"
    folder.mkdir()
    (folder / "library.toml").write_bytes(resource("library", "ketamine-v1.toml"))
    return folder


def test_a_folder_is_understood_before_it_is_signed(source: Path) -> None:
    assert set(read_folder(source)) == {"library.toml"}
    (source / "library.toml").write_text("version = 'x'")
    with pytest.raises(LibraryError):
        read_folder(source)
    (source / "library.toml").unlink()
    with pytest.raises(LibraryError, match=r"holds none of library\.toml"):
        read_folder(source)


def given(folder: Path, source: Path, version: int = 1) -> tuple[Shelf, Signed]:
    private, public = new_key()
    folder.mkdir(exist_ok=True)
    (folder / PUBLIC).write_text(public)
    signed = sign(private, "site", version, read_folder(source))
    shelf = Shelf(folder)
    shelf.take(signed, "site")
    return shelf, signed


def test_a_room_runs_the_signed_library_and_refuses_a_changed_one(tmp_path: Path, source: Path) -> None:
    room = tmp_path / "room"
    shelf, _signed = given(room, source)
    assert carried(room, "site") == {}
    assert activate_between_sessions(room, room / "record.sqlite")
    assert carried(room, "site") == read_folder(source)
    # The signed library goes before the one a technician named in room.toml, which is not even there.
    assert site_of(RoomConfig(library="local.toml"), room).library.entries
    path = room / FOLDER / "bundle-1.msgpack"
    path.write_bytes(path.read_bytes().replace(b"ketamine", b"ketamime"))
    with pytest.raises(LibraryError, match="not signed"):
        site_of(RoomConfig(), room)
    assert shelf.words() == "signed, version 1"


def test_a_session_keeps_the_version_it_began_with(tmp_path: Path, source: Path) -> None:
    room = tmp_path / "room"
    shelf, _signed = given(room, source)
    record = room / "record.sqlite"
    rehearsal = open_rehearsal(record, START_NS, waves=False)
    from console.session import intents as ask
    from tests.session.bench import NURSE_PIN

    rehearsal.bench.tell(ask.SignIn(), NURSE_PIN)
    rehearsal.bench.tell(ask.OpenSession("s-1", PEOPLE[0]))
    rehearsal.flush()
    assert session_open(record)
    assert not activate_between_sessions(room, record)
    assert shelf.state().active == 0
    rehearsal.bench.tell(ask.AbortSession("a test"))
    rehearsal.flush()
    rehearsal.record.close()
    assert not session_open(record)
    assert activate_between_sessions(room, record)
    assert shelf.state().active == 1


def test_the_commands_say_what_they_did(
    tmp_path: Path, source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key, data = tmp_path / "clinic.key", tmp_path / "data"
    data.mkdir()
    assert run(["reference", "keygen", str(key)]) == 0
    assert key.stat().st_mode & 0o077 == 0
    assert run(["reference", "keygen", str(key)]) == 2
    assert run(["reference", "status", "--data", str(data)]) == 0
    assert run(["reference", "pull", "--data", str(data)]) == 2
    nowhere = "postgresql://postgres@127.0.0.1:1/none"
    publish = ["reference", "publish", nowhere, "site", str(source), "--key", str(key), "--version", "1"]
    assert run(publish) == 2
    out, err = capsys.readouterr()
    assert "unsigned local" in out
    assert "as reference.pub into each room's data folder" in out
    assert "must not be lost" in err
    assert "No archive is set up" in err
    assert "The archive did not take it" in err


def test_the_board_without_an_archive_says_how_to_name_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["board", "--data", str(tmp_path)]) == 2
    assert run(["board", "--data", str(tmp_path), "--archive", "postgresql://r:x@h/d", "--site", "s"]) == 2
    (tmp_path / "board.toml").write_text('archive = "postgresql://r@h/d"\nsite_id = "s"\nwrong = 1\n')
    assert run(["board", "--data", str(tmp_path)]) == 2
    err = capsys.readouterr().err
    assert "--site CLINIC" in err
    assert "must not hold a password" in err
    assert "wrong" in err
