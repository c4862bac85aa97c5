"""The crossing into Qt: what the room says arrives once, in order, and its silence is noticed."""

from __future__ import annotations

import gc

import pytest
from PySide6.QtWidgets import QApplication

from console.clinical.vitals import Vital, Wave
from console.clock import ManualClock
from console.room.wire import Answer, Bye, Committed, Hello
from console.session import intents as ask
from console.session.events import Care, CareNoted
from console.session.state import Phase, State
from console.ui.bridge import NOBODY_HEARD, Bridge
from console.ui.viewmodels.live_shapes import StopMode
from tests.session.bench import NURSE
from tests.ui.desk import Desk
from tests.ui.fake_room import FakeRoom, live_through, press_start, run_through_baseline


def infusing(room: FakeRoom) -> None:
    run_through_baseline(room)
    press_start(room)
    live_through(room, 2)


@pytest.fixture
def bridge(qapp: QApplication, room: FakeRoom) -> Bridge:
    assert qapp is not None
    return Bridge(room, "window-1", room.bench.clock)


def test_the_window_folds_what_the_room_committed(bridge: Bridge, room: FakeRoom) -> None:
    room.hello()
    bridge.tick()
    infusing(room)
    room.step(0.1)
    room._told = 0
    room.tell()
    bridge.tick()
    assert bridge.state == room.bench.state
    assert bridge.state.phase is Phase.INFUSING


def test_an_entry_that_comes_twice_is_folded_once(bridge: Bridge, room: FakeRoom) -> None:
    infusing(room)
    room.hello()
    room._out.append(Committed(tuple(room.bench.entries)))
    bridge.tick()
    assert bridge.state == room.bench.state


def test_at_most_one_signal_of_a_kind_comes_in_a_tick(bridge: Bridge, room: FakeRoom) -> None:
    room.hello()
    bridge.tick()
    counts = {"state": 0, "live": 0}

    def on_state() -> None:
        counts["state"] += 1

    def on_live() -> None:
        counts["live"] += 1

    bridge.state_changed.connect(on_state)
    bridge.live_changed.connect(on_live)
    room.bench.connect()
    room.sign_in()
    for _turn in range(5):
        room.step(0.1)
    bridge.tick()
    assert counts == {"state": 1, "live": 1}


def test_a_silent_room_counts_as_gone_after_two_seconds(desk: Desk) -> None:
    desk.open(infusing)
    assert desk.connected()
    desk.wait(1.5)
    assert desk.connected()
    desk.wait(0.8)
    assert not desk.connected()
    assert desk.bridge.live is None
    assert desk.window.lost.isVisible()
    assert desk.bridge.lost_s == pytest.approx(2.3, abs=0.15)
    assert not desk.window.events.isEnabled()
    assert not desk.window.pause_key.isEnabled()


def test_a_closed_line_is_said_at_once_and_stop_stays(desk: Desk) -> None:
    desk.open(infusing)
    desk.room.lose()
    desk.wait(0.05, 0.05)
    assert desk.window.lost.isVisible()
    assert desk.window.stop_key.isVisible()
    desk.click(desk.window.stop_key)
    assert desk.stop_mode() is StopMode.UNCONFIRMED


def test_a_stop_nobody_heard_is_sent_again_when_the_room_is_back(desk: Desk) -> None:
    desk.open(infusing)
    desk.room.lose()
    desk.wait(0.5)
    desk.click(desk.window.stop_key)
    assert desk.stops() == []
    desk.room.connected = True
    desk.room.hello()
    desk.play(1.0)
    assert len(desk.stops()) == 1
    assert not desk.window.lost.isVisible()
    assert desk.stop_mode() is StopMode.STOPPED


def test_the_rooms_farewell_is_shown(desk: Desk) -> None:
    desk.open(infusing)
    desk.room._out.append(Bye("The room is being restarted by the technician."))
    desk.wait(2.5)
    assert desk.bridge.farewell.startswith("The room is being restarted")
    assert desk.window.lost.isVisible()


def test_an_ask_nobody_hears_is_answered_all_the_same(bridge: Bridge, room: FakeRoom) -> None:
    answers: list[object] = []
    bridge.answered.connect(answers.append)
    room.connected = False
    request_id = bridge.ask(ask.SignOut())
    bridge.tick()
    assert answers == [Answer(request_id, False, (NOBODY_HEARD,))]


def test_answers_carry_the_request_they_belong_to(bridge: Bridge, room: FakeRoom) -> None:
    answers: list[Answer] = []
    bridge.answered.connect(answers.append)
    room.hello()
    request_id = bridge.ask(ask.PauseInfusion("p-1"))
    bridge.tick()
    assert [answer.request_id for answer in answers] == [request_id]
    assert not answers[0].accepted


def test_the_heartbeat_goes_four_times_a_second(bridge: Bridge, room: FakeRoom) -> None:
    room.hello()
    for _turn in range(100):
        room.bench.clock.advance(0.1)
        bridge.tick()
    assert 33 <= room.beats <= 51


def test_the_trend_is_seeded_from_the_record_and_goes_on_live(bridge: Bridge, room: FakeRoom) -> None:
    infusing(room)
    room.hello()
    bridge.tick()
    bridge.seed_history(room.bench.entries)
    assert bridge.history is not None
    session = room.bench.state.session
    assert session is not None
    upto_s = room.bench.clock.now().seconds_since(session.opened_at)
    seeded = bridge.history.values(Vital.HR, upto_s)
    assert (seeded[-60:-15] > 60).mean() > 0.8
    room.bench.vitals[Vital.HR] = 111.0
    room.step(1.0)
    bridge.tick()
    assert 111.0 in bridge.history.values(Vital.HR, upto_s + 3)


def test_waves_reach_their_playout(bridge: Bridge, room: FakeRoom) -> None:
    room.hello()
    room.bench.connect()
    for _turn in range(10):
        room.step(0.1)
    bridge.tick()
    assert set(bridge.playouts) == {Wave.ECG, Wave.PLETH, Wave.CO2, Wave.RESP}
    assert bridge.playouts[Wave.CO2].unit == "mm[Hg]"


def test_a_scaled_room_hurries_the_shown_time_but_not_the_lost_time(qapp: QApplication) -> None:
    assert qapp is not None
    clock = ManualClock()
    room = FakeRoom()
    bridge = Bridge(room, "w", clock)
    start = clock.now()
    room._out.append(Hello("Room 2", "b", "0.1.0", True, False, 10.0, start, "", State()))
    bridge.tick()
    clock.advance(1.0)
    assert bridge.now().seconds_since(start) == pytest.approx(10.0)
    assert bridge.lost_s == pytest.approx(1.0)


def test_starting_turns_automatic_collection_off_and_collects_from_the_timer(
    bridge: Bridge, room: FakeRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    collected: list[int] = []

    def collect(generation: int = 2) -> int:
        collected.append(generation)
        return 0

    monkeypatch.setattr(gc, "collect", collect)
    gc.enable()
    room.hello()
    bridge.start()
    assert not gc.isenabled()
    for _turn in range(30):
        room.bench.clock.advance(0.5)
        bridge.tick()
    bridge.close()
    assert room.closed
    assert collected.count(0) >= 8
    assert collected.count(1) >= 1


def test_a_care_event_of_another_window_shows_here_too(desk: Desk) -> None:
    desk.open(infusing)

    desk.room.bench.commit(CareNoted(Care.OXYGEN, desk.room.bench.clock.now()), NURSE)
    desk.play(1.2)
    session = desk.bridge.state.session
    assert session is not None
    assert session.cares[-1].care is Care.OXYGEN
