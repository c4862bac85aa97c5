"""Every key of the shell and of the live page does its real thing, and the screen follows what came of it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel

from console.room.wire import Quit, SoundTest
from console.session import intents as ask
from console.session.events import Care, EndReason
from console.session.pump import PumpState, SetRate, Start
from console.session.state import Phase
from console.ui.viewmodels.live_shapes import StopMode
from tests.session.bench import CONFIRMATION_IDS
from tests.ui.desk import Desk, double_tap, inside, key, press
from tests.ui.fake_room import FakeRoom, live_through, press_start, run_through_baseline


def programmed(room: FakeRoom) -> None:
    run_through_baseline(room)


def infusing(room: FakeRoom) -> None:
    run_through_baseline(room)
    press_start(room)
    live_through(room, 2)


def starts(desk: Desk) -> int:
    return sum(isinstance(command, Start) for command in desk.room.bench.pump.asked)


def test_start_takes_a_hold_of_one_second(desk: Desk) -> None:
    desk.open(programmed)
    button = desk.window.bedside.delivery.pump.start_button
    assert button.isVisible()
    desk.hold(button, 0.9)
    assert starts(desk) == 0
    desk.hold(button, 1.2)
    desk.play(1.2)
    assert starts(desk) == 1
    assert desk.view.pump.word == "Infusing"


@pytest.mark.req("HUM-01")
def test_clicking_start_again_and_again_starts_nothing(desk: Desk) -> None:
    desk.open(programmed)
    button = desk.window.bedside.delivery.pump.start_button
    for _click in range(8):
        desk.click(button)
    double_tap(button)
    desk.play(0.5)
    assert starts(desk) == 0
    assert desk.asked() == []


@pytest.mark.req("HUM-01")
def test_a_held_start_is_asked_once_and_the_button_is_gone(desk: Desk) -> None:
    desk.open(programmed)
    button = desk.window.bedside.delivery.pump.start_button
    desk.hold(button, 2.6)
    desk.play(1.5)
    assert [type(intent) for intent in desk.asked()] == [ask.StartInfusion]
    assert not button.isVisible()


def test_stop_acts_on_the_press_and_says_what_became_of_it(desk: Desk) -> None:
    desk.open(infusing)
    press(desk.window.stop_key)
    assert len(desk.stops()) == 1
    desk.play(1.0)
    assert desk.room.bench.pump.state is PumpState.STOPPED
    assert desk.stop_mode() is StopMode.STOPPED
    assert desk.bridge.stop_pressed_at is None


@pytest.mark.req("SER-09")
def test_an_unconfirmed_stop_names_the_pump_within_two_seconds(desk: Desk) -> None:
    desk.open(infusing)
    desk.room.deaf = True
    desk.click(desk.window.stop_key)
    desk.play(0.4)
    assert desk.stop_mode() is StopMode.REQUESTED
    desk.play(1.7)
    assert desk.stop_mode() is StopMode.UNCONFIRMED
    assert "STOP AT THE PUMP" in desk.window.stop_key.face.under


def test_f12_stops_even_while_somebody_writes(desk: Desk) -> None:
    desk.open(infusing)
    desk.window.activateWindow()
    desk.bot.waitUntil(desk.window.isActiveWindow)
    desk.window.bedside.asks.note_care(Care.NOTE)
    field = desk.window.bedside.asks.note_panel.field
    key(field, Qt.Key.Key_F12)
    assert len(desk.stops()) == 1


def test_space_and_enter_neither_start_nor_stop_anything(desk: Desk) -> None:
    desk.open(programmed)
    for which in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
        key(desk.window, which)
        key(desk.window.stop_key, which)
        key(desk.window.bedside.delivery.pump.start_button, which)
    desk.play(0.3)
    assert desk.stops() == []
    assert desk.asked() == []


@pytest.mark.parametrize(("wide", "named"), [(2560, True), (1366, False)])
def test_names_of_pages_give_way_to_who_the_patient_is(desk: Desk, wide: int, named: bool) -> None:
    for name, icon in (("Review", "review"), ("Patients", "patients"), ("Technician", "technician")):
        desk.window.add_page(name, icon, QLabel(name))
    desk.open(infusing)
    desk.window.resize(wide, 768 if wide < 2000 else 1440)
    desk.play(0.5)
    pages = desk.window.top.page_buttons
    assert pages["Bedside"].text() == "Bedside"
    assert pages["Patients"].text() == ("Patients" if named else "")
    assert pages["Patients"].accessibleName() == "Patients page"


def test_stop_and_pause_keep_their_corner_on_every_page(desk: Desk) -> None:
    desk.window.add_page("Review", "review", QLabel("review"))
    desk.window.add_page("Technician", "technician", QLabel("technician"))
    desk.open(infusing)
    places = set()
    for name in ("Bedside", "Review", "Technician"):
        desk.window.top.page_buttons[name].click()
        desk.play(0.2)
        stop = desk.window.stop_key
        places.add((stop.mapTo(desk.window, QPoint(0, 0)).toTuple(), stop.size().toTuple()))
        assert inside(desk.window, stop)
        centre = stop.mapTo(desk.window, stop.rect().center())
        assert desk.window.childAt(centre) is stop
        assert desk.window.pause_key.isVisible()
    assert len(places) == 1
    desk.click(desk.window.stop_key)
    assert len(desk.stops()) == 1


def test_no_panel_ever_lies_over_stop_pause_or_the_numerics(desk: Desk) -> None:
    desk.open(infusing)
    page = desk.window.bedside
    openings: tuple[Callable[[], None], ...] = (
        lambda: page.asks.open_scale("moaas"),
        lambda: page.asks.open_scale("dissociation"),
        lambda: page.asks.note_care(Care.NOTE),
        lambda: desk.click(page.delivery.pump.change_button),
    )
    for open_panel in openings:
        open_panel()
        for widget in (desk.window.stop_key, desk.window.pause_key, page.vitals.spo2, page.delivery.pump):
            centre = widget.mapTo(desk.window, widget.rect().center())
            found = desk.window.childAt(centre)
            assert found is not None
            assert found is widget or widget.isAncestorOf(found)


def test_pause_then_resume_by_hold(desk: Desk) -> None:
    desk.open(infusing)
    desk.click(desk.window.pause_key)
    desk.play(1.5)
    assert desk.phase() is Phase.PAUSED
    assert desk.window.pause_key.text == "Paused"
    assert not desk.window.pause_key.isEnabled()
    desk.hold(desk.window.bedside.delivery.pump.resume_button, 1.2)
    desk.play(1.5)
    assert desk.room.bench.pump.state is PumpState.INFUSING
    assert desk.phase() is Phase.INFUSING


def test_a_paused_infusion_is_ended_with_a_reason(desk: Desk) -> None:
    desk.open(infusing)
    desk.click(desk.window.pause_key)
    desk.play(1.5)
    page = desk.window.bedside
    desk.click(page.delivery.pump.end_button)
    assert page.asks.end_panel.isVisible()
    desk.click(page.asks.end_panel.action_button)
    assert page.asks.end_panel.answer.text() == "Write it first."
    desk.click(page.asks.end_panel.quick_buttons[0])
    desk.play(1.0)
    assert ask.EndInfusion("Patient asked") in desk.asked()
    assert desk.phase() is Phase.OBSERVING


def test_after_a_stop_the_reason_is_asked_in_place(desk: Desk) -> None:
    desk.open(infusing)
    desk.click(desk.window.stop_key)
    desk.play(1.0)
    session = desk.bridge.state.session
    assert session is not None
    assert session.ended is not None
    assert session.ended.why is EndReason.STOPPED
    panel = desk.window.bedside.asks.why_panel
    assert panel.isVisible()
    desk.click(panel.quick_buttons[1])
    desk.play(0.3)
    assert ask.ExplainStop("Distress") in desk.asked()
    assert not panel.isVisible()


@pytest.mark.req("GIP-2.1.1", "HUM-02")
def test_a_rate_is_changed_in_place_with_both_units(desk: Desk) -> None:
    desk.open(infusing)
    live_through(desk.room, 6)
    desk.play(0.3)
    page = desk.window.bedside
    desk.click(page.delivery.pump.change_button)
    panel = page.asks.titrate_panel
    assert not panel.ask_button.isEnabled()
    desk.click(panel.step_buttons[-1])
    assert panel.ask_button.text() == "Set 24.5 mL/h"
    desk.click(panel.ask_button)
    desk.play(1.2)
    assert SetRate(Decimal("24.5")) in desk.room.bench.pump.asked
    assert not panel.isVisible()


def test_a_refused_rate_shows_the_limit_in_place(desk: Desk) -> None:
    desk.open(infusing)
    page = desk.window.bedside
    desk.click(page.delivery.pump.change_button)
    for _touch in range(12):
        desk.click(page.asks.titrate_panel.step_buttons[4])
    desk.click(page.asks.titrate_panel.ask_button)
    desk.play(0.3)
    assert page.asks.titrate_panel.isVisible()
    assert "limit" in page.asks.titrate_panel.answer.text().lower()
    assert not any(isinstance(command, SetRate) for command in desk.room.bench.pump.asked)


@pytest.mark.parametrize("care", [Care.NAUSEA, Care.DIZZINESS, Care.ANXIETY, Care.DISSOCIATION, Care.BP_DRUG])
def test_a_one_touch_event_is_stamped_when_the_key_goes_down(desk: Desk, care: Care) -> None:
    desk.open(infusing)
    pressed_at = desk.room.bench.clock.now()
    press(desk.window.events.keys[care])
    assert desk.asked() == [ask.NoteCare(care, pressed_at)]
    desk.play(0.3)
    assert "noted" in desk.window.notice.text()


def test_digit_keys_press_the_events_and_a_double_tap_counts_once(desk: Desk) -> None:
    desk.open(infusing)
    key(desk.window, Qt.Key.Key_2)
    double_tap(desk.window.events.keys[Care.NAUSEA])
    cares = [intent.care for intent in desk.asked() if isinstance(intent, ask.NoteCare)]
    assert cares == [Care.DIZZINESS]


def test_digits_typed_while_something_is_entered_are_not_events(desk: Desk) -> None:
    desk.open(infusing)
    desk.window.bedside.asks.open_scale("moaas")
    key(desk.window, Qt.Key.Key_2)
    assert desk.asked() == []
    desk.window.bedside.asks.score_panels["moaas"].dismiss()
    desk.window.bedside.show_steps()
    key(desk.window, Qt.Key.Key_2)
    assert desk.asked() == []


def test_a_note_is_stamped_when_its_key_was_pressed_not_when_it_was_written(desk: Desk) -> None:
    desk.open(infusing)
    pressed_at = desk.room.bench.clock.now()
    desk.click(desk.window.events.keys[Care.NOTE])
    desk.play(20, 1.0)
    panel = desk.window.bedside.asks.note_panel
    panel.field.setText("Blanket given, feels cold")
    desk.click(panel.action_button)
    desk.play(0.3)
    assert ask.NoteCare(Care.NOTE, pressed_at, "Blanket given, feels cold") in desk.asked()
    assert not panel.isVisible()


def test_asking_to_stop_is_noted_and_the_room_pauses(desk: Desk) -> None:
    desk.open(infusing)
    desk.click(desk.window.events.keys[Care.ASKED_TO_STOP])
    desk.play(1.5)
    assert desk.phase() is Phase.PAUSED


def test_sedation_is_scored_with_one_touch(desk: Desk) -> None:
    desk.open(infusing)
    scales = desk.window.bedside.vitals.scales
    desk.click(scales, QPoint(20, scales.height() // 2))
    panel = desk.window.bedside.asks.score_panels["moaas"]
    assert panel.isVisible()
    desk.click(panel.keys[4])
    desk.play(0.3)
    assert ask.RecordScore("moaas", {"level": 4}) in desk.asked()
    assert desk.view.sedation.score == "4"
    assert not panel.isVisible()


def test_an_alarm_is_acknowledged_and_its_sound_paused_and_resumed(desk: Desk) -> None:
    desk.open(infusing)
    desk.room.bench.measure(170, 98)
    desk.play(2.0)
    strip = desk.window.alarms
    top = strip.strip.top
    assert top is not None
    desk.click(strip.sound_button)
    desk.play(1.5)
    assert strip.sound_button.text() == "AUDIO PAUSED 1:59"
    desk.click(strip.sound_button)
    desk.play(0.5)
    assert strip.sound_button.text() == "Pause sound 2:00"
    desk.click(strip.ack_button)
    desk.play(0.5)
    assert desk.asked() == [ask.PauseAudio(), ask.ResumeAudio(), ask.Acknowledge(top.alarm_id)]
    assert not strip.ack_button.isVisible()


def test_the_other_alarms_open_in_place(desk: Desk) -> None:
    desk.open(infusing)
    desk.room.bench.measure(170, 112)
    desk.play(2.0)
    assert len(desk.view.alarms.lines) == 2
    desk.click(desk.window.alarms.others_button)
    assert desk.window.alarm_list.isVisible()
    second = desk.view.alarms.lines[1].alarm_id
    desk.click(desk.window.alarm_list, QPoint(60, desk.window.theme.px(8 + 58 + 20)))
    desk.play(0.3)
    assert desk.asked() == [ask.Acknowledge(second)]


def test_signing_out_takes_two_touches(desk: Desk) -> None:
    desk.open(programmed)
    desk.click(desk.window.top.user_button)
    assert desk.asked() == []
    desk.click(desk.window.top.user_button)
    desk.play(0.3)
    assert desk.asked() == [ask.SignOut()]
    assert desk.window.top.user_button.text() == "Sign in"


def test_what_the_room_refuses_to_the_shell_is_said(desk: Desk) -> None:
    desk.open(infusing)
    desk.window.alarms.resume_sound.emit()
    desk.play(0.3)
    assert desk.window.notice.isVisible()
    assert "not paused" in desk.window.notice.text()


def test_the_first_touch_to_sign_out_is_forgotten_after_a_while(desk: Desk) -> None:
    desk.open(infusing)
    desk.click(desk.window.top.user_button)
    desk.play(5, 0.5)
    desk.click(desk.window.top.user_button)
    assert desk.asked() == []


def test_nobody_signed_in_sees_what_this_is_and_what_it_is_not(desk: Desk) -> None:
    desk.open()
    page = desk.window.bedside
    assert page.idle.isVisible()
    assert page.sign_in_panel.isVisible()
    assert not page.vitals.isVisible()
    assert not desk.window.events.isEnabled()


def test_numerics_stay_in_view_from_sign_in_on(desk: Desk) -> None:
    def arrive(room: FakeRoom) -> None:
        room.bench.connect()
        room.sign_in()

    panel = QLabel("choose a patient")
    desk.window.bedside.set_step_widget(Phase.NO_SESSION, panel)
    desk.open(arrive)
    assert panel.isVisible()
    assert desk.window.bedside.vitals.hr.isVisible()
    assert desk.window.bedside.rail.current == 0
    assert not desk.window.bedside.live_shown


def test_discharge_checks_stand_behind_the_live_view(desk: Desk) -> None:
    def observing(room: FakeRoom) -> None:
        infusing(room)
        live_through(room, 40)

    panel = QLabel("discharge checks")
    desk.window.bedside.set_step_widget(Phase.OBSERVING, panel)
    desk.open(observing)
    page = desk.window.bedside
    assert page.live_shown
    assert page.delivery.steps_button.text() == "Discharge checks"
    desk.click(page.delivery.steps_button)
    assert panel.isVisible()
    desk.click(page.live_button)
    assert page.live_shown
    assert CONFIRMATION_IDS


def test_a_window_without_a_room_asks_nothing_and_says_so(desk: Desk) -> None:
    desk.open(infusing)
    desk.room.lose()
    notices: list[str] = []
    desk.window.bedside.asks.notice.connect(notices.append)
    desk.window.bedside.asks.pause()
    desk.wait(0.3)
    assert notices
    assert "nothing was done" in notices[0]


def test_the_technician_can_sound_a_test_and_close_the_console(desk: Desk) -> None:
    desk.open()
    heard: list[object] = []
    desk.room.send = heard.append  # type: ignore[assignment,method-assign]
    desk.bridge.test_sound()
    desk.bridge.quit()
    assert [type(message) for message in heard] == [SoundTest, Quit]
