"""Music from the bedside: one key, one panel in place, every touch written down in the patient's course."""

from __future__ import annotations

from console.course.facts_care import MusicChosen, MusicSet
from console.course.requests import Chart
from console.room.music_view import MusicView
from console.room.wire import Ask
from console.session.intents import ChangeCourse
from tests.ui.desk import Desk
from tests.ui.fake_room import FakeRoom, live_through, press_start, run_through_baseline

THERE = MusicView(("Calm", "Sea"))


def infusing(room: FakeRoom) -> None:
    run_through_baseline(room)
    press_start(room)
    live_through(room, 3)
    room.music = THERE


def asked(room: FakeRoom) -> list[MusicChosen | MusicSet]:
    found = [one.intent for one in room.sent if isinstance(one, Ask)]
    facts = [
        one.request.fact for one in found if isinstance(one, ChangeCourse) and isinstance(one.request, Chart)
    ]
    return [one for one in facts if isinstance(one, MusicChosen | MusicSet)]


def test_a_room_without_music_has_no_key_for_it(desk: Desk) -> None:
    def silent(room: FakeRoom) -> None:
        infusing(room)
        room.music = MusicView()

    desk.open(silent)
    assert not desk.window.bedside.delivery.music_button.isVisible()


def test_a_playlist_is_chosen_halted_and_made_louder_with_touches(desk: Desk) -> None:
    desk.open(infusing)
    bedside = desk.window.bedside
    desk.click(bedside.delivery.music_button)
    panel = bedside.music_asks.panel
    assert panel.isVisible()
    desk.click(panel.keys[1])
    desk.room.music = MusicView(THERE.playlists, "Sea", True, 50)
    desk.play(0.3)
    assert panel.keys[1].isChecked()
    assert bedside.delivery.music_button.text() == "Music: Sea"
    desk.click(panel.louder)
    desk.click(panel.play_key)
    desk.click(panel.silence)
    session = desk.room.bench.state.session
    assert session is not None
    of = session.session_id
    assert asked(desk.room) == [
        MusicChosen(of, "Sea"),
        MusicSet(of, True, 60),
        MusicSet(of, False, 50),
        MusicChosen(of, ""),
    ]


def test_what_fails_is_a_word_and_the_panel_covers_no_stop(desk: Desk) -> None:
    desk.open(infusing)
    desk.room.music = MusicView(THERE.playlists, "Sea", True, 50, trouble="no sound device")
    desk.play(0.3)
    bedside = desk.window.bedside
    assert bedside.delivery.music_button.text() == "Music: no sound device"
    desk.click(bedside.delivery.music_button)
    assert "Alarms are not touched" in bedside.music_asks.panel.said.text()
    assert desk.window.stop_key.isVisible()
    assert not desk.window.stop_key.visibleRegion().isEmpty()


def test_the_panel_closes_with_the_phase(desk: Desk) -> None:
    desk.open(infusing)
    bedside = desk.window.bedside
    desk.click(bedside.delivery.music_button)
    bedside.asks.pause()
    desk.play(2)
    assert not bedside.music_asks.panel.isVisible()
