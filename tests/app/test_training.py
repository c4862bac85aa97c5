"""Lessons are played apart from the clinical record, marked as training, and debriefed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from console.app.commands import run
from console.app.config import RoomConfig
from console.app.folder import LESSON, RECORD
from console.app.site_files import site_of
from console.app.training import debrief_of, lesson, lesson_folder
from console.app.troubles import NotPossible
from console.clock import ManualClock
from console.session.state import Phase
from tests.stories.in_process_room import Story, World, site


@pytest.mark.req("CLN-06")
def test_a_lesson_has_a_folder_of_its_own_in_which_every_session_is_a_training(tmp_path: Path) -> None:
    folder = lesson_folder(tmp_path, lesson("apnoea"), ManualClock())
    assert folder.parent == tmp_path / "training"
    assert site_of(RoomConfig(), folder).training
    assert not site_of(RoomConfig(), tmp_path).training


def test_a_lesson_that_was_played_is_debriefed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = lesson_folder(tmp_path, lesson("apnoea"), ManualClock())
    story = Story(folder, World("desaturation"), waves=False, where=replace(site(), training=True))
    story.play_until(Phase.OBSERVING)
    story.room.die()
    (folder / "record.db").rename(folder / RECORD)
    chosen, told, verdicts = debrief_of(folder)
    assert chosen.scenario == "desaturation"
    assert told.training
    spo2 = next(one for one in verdicts if one.alarm.code.startswith("spo2_"))
    assert spo2.goal is not None
    assert spo2.alarm.seen_s is not None
    run(["train", "debrief", str(folder)])
    out = capsys.readouterr().out
    assert out.startswith("TRAINING.")
    assert spo2.alarm.message in out


def test_a_folder_without_a_lesson_and_a_lesson_not_begun_are_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(NotPossible, match="no folder of a lesson"):
        debrief_of(tmp_path)
    (tmp_path / LESSON).write_text("nothing\n")
    (tmp_path / RECORD).write_bytes(b"")
    with pytest.raises(NotPossible, match="no lesson nothing"):
        debrief_of(tmp_path)


def test_the_lessons_are_listed_and_an_unknown_one_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["train", "list"]) == 0
    assert "ten-fold" in capsys.readouterr().out
    assert run(["train", "play", "nothing"]) == 2
    assert "choose one of" in capsys.readouterr().err
