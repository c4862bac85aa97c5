"""A patient with a name nobody has goes through a whole session and a crash: it is in the record alone."""

from __future__ import annotations

import logging
import resource
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from console.app.logs import log_to
from console.app.nurse import ScriptedNurse
from console.room.wire import Ask
from console.session.intents import SignOut
from console.session.people import Patient, Sex
from console.session.state import Phase
from tests.stories.in_process_room import Story, assignment

pytestmark = pytest.mark.req("SEC-QUIET")

CANARY = Patient("pt-77", "Quillfeather", "Ozymandias", "1951-07-23", "MRN-86420-Z", Sex.MALE)
WORDS = ("Quillfeather", "Ozymandias", "1951-07-23", "MRN-86420-Z")


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder, temporary = tmp_path / "data", tmp_path / "tmp"
    folder.mkdir()
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    limits = resource.getrlimit(resource.RLIMIT_CORE)
    log_to(folder, "room")
    yield folder
    resource.setrlimit(resource.RLIMIT_CORE, limits)
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


def found_in(folder: Path, *, but: str = "") -> list[tuple[str, str]]:
    return [
        (path.name, word)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not (but and path.name.startswith(but))
        for word in WORDS
        if word.encode() in path.read_bytes()
    ]


def test_no_word_of_a_patient_is_in_any_file_but_the_record(
    logs: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    story = Story(logs, waves=False)
    story.nurse = ScriptedNurse(replace(assignment(), patient=CANARY), lambda: uuid4().hex)
    story.play_until(Phase.INFUSING)
    room = story.room

    def fails(*_: object, **__: object) -> None:
        raise ValueError(f"{CANARY.full_name} {CANARY.mrn} {CANARY.birth_date}")

    monkeypatch.setattr("console.room.conductor.step", fails)
    answer = room.ask(Ask("r", SignOut()))
    assert not answer.accepted
    monkeypatch.undo()
    room.run(60.0)
    story.restart_room()
    story.room.record.close()
    assert found_in(logs, but="record.db") == []
    assert "ValueError" in (logs / "room.log").read_text()
    assert found_in(logs.parent / "tmp") == []
    out, err = capfd.readouterr()
    assert [word for word in WORDS if word in out + err] == []
    assert {word for _, word in found_in(logs)} == set(WORDS)


def test_a_log_is_its_owners_and_no_memory_is_dumped(logs: Path) -> None:
    assert stat.S_IMODE((logs / "room.log").stat().st_mode) == 0o600
    assert resource.getrlimit(resource.RLIMIT_CORE)[0] == 0


def test_a_chain_of_exceptions_is_logged_by_kind_and_place_alone(logs: Path) -> None:
    try:
        try:
            raise KeyError(WORDS[0])
        except KeyError as error:
            raise RuntimeError(WORDS[1]) from error
    except RuntimeError:
        logging.getLogger("x").exception("a fault")
    text = (logs / "room.log").read_text()
    assert "builtins.RuntimeError" in text
    assert "builtins.KeyError" in text
    assert "test_canary.py" in text
    assert found_in(logs) == []


def test_a_patient_does_not_name_himself_in_a_representation() -> None:
    assert [word for word in WORDS if word in repr(CANARY) or word in f"{[CANARY]}"] == []
