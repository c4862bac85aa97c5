"""People from the command line: the first administrator, everybody after, and who may change whom."""

from __future__ import annotations

import io
import stat
from pathlib import Path

import pytest

from console.app.commands import run
from console.app.folder import RECORD
from console.app.people import NO_ADMIN
from console.app.process_words import EXIT_USER
from console.room.entries import entry_of
from console.session.badges import badge_digest, badges_of
from console.session.events import Entry, PersonChanged, PersonDeed
from console.session.people import Authn, Role
from console.storage.queries import RecordReader

ADMIN, ANA, BEN = "730518", "417093", "620857"


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.app.pin_hasher.os_keyring", lambda: None)


class Desk:
    """The command line with what is typed into it."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.folder, self._patch, self._capsys = folder, monkeypatch, capsys

    def people(self, *words: str, typed: tuple[str, ...] = ()) -> int:
        self._patch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in typed)))
        return run(["people", *words, "--data", str(self.folder)])

    def said(self) -> str:
        out, err = self._capsys.readouterr()
        assert "Traceback" not in err
        return out + err

    def changes(self) -> list[Entry]:
        with RecordReader(self.folder / RECORD) as reader:
            return [entry_of(one) for one in reader.events() if one.kind == "person_changed"]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path / "data", monkeypatch, capsys)


@pytest.fixture
def manned(desk: Desk) -> Desk:
    assert desk.people("setup", "eva", "Eva Lind", typed=(ADMIN, ADMIN)) == 0
    assert desk.people("add", "ana", "Ana Ruiz", "nurse", "--as", "eva", typed=(ADMIN, ANA)) == 0
    desk.said()
    return desk


def test_nobody_can_sign_in_before_an_administrator_gave_himself_a_pin(desk: Desk) -> None:
    assert desk.people("list") == 0
    assert NO_ADMIN in desk.said()
    assert desk.people("setup", "eva", "Eva Lind", typed=("123456", "123456")) == EXIT_USER
    assert desk.people("setup", "eva", "Eva Lind", typed=(ADMIN, ANA)) == EXIT_USER
    assert "differ" in desk.said()
    assert desk.people("setup", "eva", "Eva Lind", typed=(ADMIN, ADMIN)) == 0
    assert "a file that only this user may read" in desk.said()
    assert desk.people("setup", "mal", "Mallory", typed=(BEN, BEN)) == EXIT_USER
    assert "an administrator already" in desk.said()
    assert stat.S_IMODE((desk.folder / f"{RECORD}.pins").stat().st_mode) == 0o600
    assert stat.S_IMODE((desk.folder / RECORD).stat().st_mode) == 0o600


@pytest.mark.req("SEC-ROLES")
def test_once_there_is_an_administrator_only_that_pin_changes_people(manned: Desk) -> None:
    for words in (
        ("add", "ben", "Ben", "nurse"),
        ("pin", "ana"),
        ("role", "ana", "admin"),
        ("retire", "ana"),
    ):
        assert manned.people(*words, typed=(BEN, BEN)) == EXIT_USER
        assert "add --as" in manned.said()
        assert manned.people(*words, "--as", "ana", typed=(ANA, BEN)) == EXIT_USER
        manned.said()
        assert manned.people(*words, "--as", "eva", typed=(BEN, BEN)) == EXIT_USER
        assert "wrong" in manned.said().lower() or words[0] == "retire"


@pytest.mark.req("SEC-AUDIT")
def test_every_change_of_a_person_is_in_the_chain_with_who_did_it(manned: Desk) -> None:
    assert manned.people("role", "ana", "physician", "--as", "eva", typed=(ADMIN,)) == 0
    assert manned.people("badge", "ana", "--as", "eva", typed=(ADMIN, "0004711")) == 0
    assert manned.people("pin", "ana", "--as", "eva", typed=(ADMIN, BEN)) == 0
    assert manned.people("retire", "ana", "--as", "eva", typed=(ADMIN,)) == 0
    assert "can no longer sign in" in manned.said()
    done = manned.changes()
    events = [one.event for one in done]
    assert all(isinstance(event, PersonChanged) for event in events)
    deeds = [event.deed for event in events if isinstance(event, PersonChanged)]
    assert deeds == [
        PersonDeed.ADDED, PersonDeed.ADDED, PersonDeed.NEW_ROLE, PersonDeed.NEW_BADGE, PersonDeed.NEW_PIN,
        PersonDeed.RETIRED,
    ]  # fmt: skip
    assert {(one.actor.user_id, one.actor.authn) for one in done[1:]} == {("eva", Authn.PIN)}
    assert done[0].actor.user_id == "computer-owner"
    assert badges_of(events) == {badge_digest("0004711"): "ana"}
    data = b"".join(path.read_bytes() for path in manned.folder.iterdir() if path.is_file())
    for secret in (ADMIN, ANA, BEN, "0004711"):
        assert secret.encode() not in data
    with RecordReader(manned.folder / RECORD) as reader:
        ana = next(one for one in reader.users() if one.user_id == "ana")
    assert (ana.role, ana.active) == (Role.PHYSICIAN, False)


def test_the_last_administrator_stays(manned: Desk) -> None:
    assert manned.people("retire", "eva", "--as", "eva", typed=(ADMIN,)) == EXIT_USER
    assert manned.people("role", "eva", "nurse", "--as", "eva", typed=(ADMIN,)) == EXIT_USER
    assert "Nobody would be left" in manned.said()
    assert manned.people("retire", "nobody", "--as", "eva", typed=(ADMIN,)) == EXIT_USER
    assert "There is no user" in manned.said()


def test_no_pin_and_no_person_come_with_the_product(tmp_path: Path) -> None:
    from console.storage.record import Record
    from tests.storage.record_makers import open_record

    opened: Record = open_record(tmp_path / RECORD)
    opened.close()
    with RecordReader(tmp_path / RECORD) as reader:
        assert reader.users() == ()
