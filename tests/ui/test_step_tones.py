"""The test of the alarm sound, by hand: where a patient is chosen, and before START."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QApplication

from console.session import intents as ask
from console.session.events import TonesSounded, TonesTested
from console.session.state import Phase
from console.ui.bedside import step_names
from console.ui.viewmodels.live_deeds import Deed
from tests.ui.step_rig import Rig, a_rig


@pytest.fixture
def rig(qapp: QApplication) -> Iterator[Rig]:
    assert qapp is not None
    with a_rig() as rig:
        yield rig


def written(rig: Rig, kind: type) -> list[object]:
    return [entry.event for entry in rig.room.bench.entries if isinstance(entry.event, kind)]


def ready_untested(rig: Rig) -> None:
    """Programmed, with alarm tones nobody has heard yet."""
    bench = rig.room.bench
    bench.prepare()
    bench.state = replace(bench.state, tones_sounded_at=None, tones_tested_at=None, tones_heard=False)
    rig.room.hello()
    rig.turn(6)


def test_the_tones_are_sounded_heard_and_written_before_a_patient_is_chosen(rig: Rig) -> None:
    rig.sign_in()
    assert rig.sees(step_names.PATIENT)
    assert "Nobody has heard" in rig.label("tones_words")
    assert not rig.sees("tones_heard")
    rig.touch("tones_test")
    assert written(rig, TonesSounded) == [TonesSounded()]
    assert "Were they heard here?" in rig.label("tones_words")
    rig.touch("tones_heard")
    assert written(rig, TonesTested) == [TonesTested(True)]
    assert not rig.sees("tones_test")


def test_hearing_nothing_is_written_and_the_test_is_offered_again(rig: Rig) -> None:
    rig.sign_in()
    rig.touch("tones_test")
    rig.touch("tones_not_heard")
    assert written(rig, TonesTested) == [TonesTested(False)]
    assert "NOT heard" in rig.label("tones_words")
    assert rig.can_touch("tones_test")
    rig.touch("tones_test")
    rig.touch("tones_heard")
    assert rig.room.bench.state.tones_heard


def test_start_waits_for_tones_that_were_heard(rig: Rig) -> None:
    ready_untested(rig)
    assert rig.phase is Phase.READY
    assert rig.sees(step_names.READY)
    assert not rig.can_touch("start")
    rig.touch("tones_test")
    assert not rig.can_touch("start")
    rig.touch("tones_heard")
    rig.turn(4)
    assert rig.can_touch("start")


def test_what_the_room_says_against_a_test_stands_in_its_line(rig: Rig) -> None:
    rig.sign_in()
    rig.room.bench.tell(ask.SoundSeen(False, "no sound device was found"))
    rig.turn()
    rig.touch("tones_test")
    assert "nothing to hear" in rig.label("tones_words")


def test_an_untested_sound_has_a_key_in_the_alarm_strip(rig: Rig) -> None:
    ready_untested(rig)
    rig.turn(12, 0.5)
    strip = rig.window.alarms
    assert strip.deed_button.isVisible()
    assert strip.deed_button.text() == Deed.TONES.value
    rig.press(strip.deed_button)
    assert rig.window.bedside.alarm_asks.tones_panel.isVisible()
