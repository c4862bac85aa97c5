"""What stands between an alarm and a person: strip, log, proposed pause, presence, a rate set at the pump."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeVar

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication, QWidget

from console.clinical.vitals import Vital
from console.session import intents as ask
from console.session.events import (
    AlarmAcknowledged,
    AlarmRaised,
    PanelRateExplained,
    PauseProposalCancelled,
    PauseProposalEnded,
    PauseProposed,
    PresenceConfirmed,
    Priority,
)
from console.session.people import ROOM
from console.session.pump import PumpState
from console.session.state import Phase
from console.ui.viewmodels.live_deeds import CANCEL_REASONS, PANEL_RATE_REASONS, Deed
from tests.session.interlock_bench import ARMED
from tests.ui.desk import Desk, inside
from tests.ui.fake_room import FakeRoom, live_through, press_start, run_through_baseline
from tests.ui.test_live_pictures import SIZES, cut_buttons

Kind = TypeVar("Kind")


def infusing(room: FakeRoom) -> None:
    run_through_baseline(room)
    press_start(room)
    live_through(room, 6)


def written(desk: Desk, kind: type[Kind]) -> list[Kind]:
    return [entry.event for entry in desk.room.bench.entries if isinstance(entry.event, kind)]


def raise_alarms(desk: Desk, *alarms: tuple[Priority, bool, str]) -> None:
    """Alarms straight into the record, in this order, a second apart."""
    for index, (priority, physiological, message) in enumerate(alarms):
        raised = AlarmRaised(f"made-{index}", f"made_{index}", priority, message, physiological)
        desk.room.bench.commit(raised, ROOM)
        desk.room.bench.clock.advance(1.0)
    desk.room.tell()
    desk.bridge.tick()
    desk.window.refresh()


def on_screen(widget: QWidget) -> QRect:
    return QRect(widget.mapToGlobal(QPoint(0, 0)), widget.size())


# --- the strip ----------------------------------------------------------------------------------------


@pytest.mark.req("OPCA-R6.4.1")
@pytest.mark.parametrize("size", SIZES)
def test_the_strip_shows_alarms_by_priority_then_patient_first_then_newest_and_counts_the_rest(
    desk: Desk, size: tuple[int, int]
) -> None:
    desk.window.resize(*size)
    desk.open(infusing)
    raise_alarms(
        desk,
        (Priority.LOW, False, "A check is overdue"),
        (Priority.MEDIUM, False, "Battery of the pump is low"),
        (Priority.MEDIUM, True, "RR low: 6 /min, limit 8"),
        (Priority.HIGH, False, "The pump does not answer"),
        (Priority.HIGH, True, "SpO₂ low: 84 %, limit 88"),
        (Priority.MEDIUM, True, "HR high: 130 /min, limit 120"),
    )
    assert [line.message.partition(":")[0] for line in desk.view.alarms.lines] == [
        "SpO₂ low", "The pump does not answer", "HR high", "RR low", "Battery of the pump is low",
        "A check is overdue",
    ]  # fmt: skip
    strip = desk.window.alarms
    QApplication.processEvents()
    hidden = 6 - strip.shown
    assert strip.shown >= 1
    assert strip.others_button.text() == f"+{hidden} more"
    assert cut_buttons(desk.window) == []


def test_more_alarms_stand_in_the_strip_where_there_is_room(desk: Desk) -> None:
    desk.open(infusing)
    raise_alarms(
        desk, (Priority.MEDIUM, True, "RR low: 6 /min"), (Priority.HIGH, True, "SpO₂ low: 84 %, limit 88")
    )
    assert desk.window.alarms.shown == 2
    assert desk.window.alarms.others_button.text() == "All 2"


def three_alarms(desk: Desk) -> None:
    """A high one and two medium ones that stand."""
    vitals = desk.room.bench.vitals
    vitals[Vital.SPO2], vitals[Vital.HR], vitals[Vital.RR] = 84.0, 130.0, 6.0
    desk.play(13.0, 0.5)
    assert unseen(desk) == ["SpO₂ low", "RR low", "HR high"]


def unseen(desk: Desk) -> list[str]:
    return [line.message.partition(":")[0] for line in desk.view.alarms.lines if not line.acknowledged]


@pytest.mark.req("ALM-LOG")
@pytest.mark.parametrize("size", SIZES)
def test_the_key_acknowledges_one_alarm_after_the_other_and_names_the_one_it_is_about(
    desk: Desk, size: tuple[int, int]
) -> None:
    desk.window.resize(*size)
    desk.open(infusing)
    three_alarms(desk)
    key = desk.window.alarms.ack_button
    words = []
    while unseen(desk):
        assert key.isVisible()
        words.append(key.text().replace("…", ""))
        QApplication.processEvents()
        assert cut_buttons(desk.window) == []
        desk.click(key)
        desk.play(0.6)
    assert words[0] == "Acknowledge"
    assert [one.removeprefix("Acknowledge ")[:3] for one in words[1:]] == ["RR ", "HR "]
    assert not key.isVisible()
    who = [
        entry.actor.user_id for entry in desk.room.bench.entries if isinstance(entry.event, AlarmAcknowledged)
    ]
    assert who == ["n1"] * 3


def test_a_touch_on_one_of_the_next_alarms_acknowledges_that_one_alone(desk: Desk) -> None:
    desk.window.resize(1920, 1080)
    desk.open(infusing)
    three_alarms(desk)
    strip = desk.window.alarms
    QApplication.processEvents()
    line, box = strip.chip_boxes()[0]
    assert line.message.startswith("RR low")
    desk.click(strip, box.center().toPoint())
    desk.play(0.6)
    assert unseen(desk) == ["SpO₂ low", "HR high"]
    assert not desk.window.alarm_list.isVisible()


def test_the_list_acknowledges_each_by_one_touch(desk: Desk) -> None:
    desk.open(infusing)
    three_alarms(desk)
    desk.click(desk.window.alarms.others_button)
    rows = desk.window.alarm_list
    assert rows.isVisible()
    for row in (2, 1, 0):
        desk.click(rows, QPoint(rows.width() - 60, int((row + 0.5) * rows.height() / 3)))
        desk.play(0.6)
    assert unseen(desk) == []


def test_the_second_touch_of_a_double_one_does_not_acknowledge_what_moved_up(desk: Desk) -> None:
    desk.open(infusing)
    three_alarms(desk)
    key = desk.window.alarms.ack_button
    desk.click(key)
    desk.play(0.2)
    desk.click(key)
    desk.play(0.3)
    assert unseen(desk) == ["RR low", "HR high"]


@pytest.mark.req("HUM-10")
def test_the_paused_sound_counts_down_on_every_page(desk: Desk) -> None:
    desk.window.add_page("Other", "review", QWidget())
    desk.open(infusing)
    desk.room.bench.measure(170, 98)
    desk.play(2.0)
    desk.click(desk.window.alarms.sound_button)
    desk.play(0.3)
    desk.window.show_page("Other")
    desk.play(20.0, 1.0)
    assert desk.window.alarms.sound_button.isVisible()
    assert desk.window.alarms.sound_button.text() == "AUDIO PAUSED 1:40"
    desk.play(101.0, 1.0)
    assert desk.window.alarms.sound_button.text() == "Pause sound 2:00"


def test_a_window_without_sound_says_so_beside_the_clock(desk: Desk) -> None:
    desk.open(infusing)
    assert not desk.view.top.sound_lost
    desk.room.sound = False
    desk.play(0.5)
    assert desk.view.top.sound_lost


# --- the log ------------------------------------------------------------------------------------------


@pytest.mark.req("ALM-LOG")
def test_the_log_tells_time_value_limit_how_long_it_stood_and_who_saw_it(desk: Desk) -> None:
    desk.open(infusing)
    desk.room.bench.vitals[Vital.SPO2] = 86.0
    desk.play(4.0, 0.5)
    desk.click(desk.window.alarms.ack_button)
    desk.play(6.0, 0.5)
    desk.room.bench.vitals[Vital.SPO2] = 97.0
    desk.play(5.0, 0.5)
    desk.click(desk.window.alarms.log_button)
    desk.play(0.3)
    panel = desk.window.bedside.alarm_asks.log_panel
    assert panel.isVisible()
    assert panel.title.text() == "Alarm log: 1 alarm (1 high)"
    (line,) = (one for one in panel.lines.lines if one.priority is Priority.HIGH)
    assert line.marker == "!!!"
    assert line.message == "SpO₂ low: 86 %"
    assert line.figures == "86 / 88"
    assert not line.stands
    assert int(line.stood.rpartition(":")[2]) >= 8
    assert line.seen.startswith("Nurse One, after 0:0")
    desk.click(desk.window.alarms.log_button)
    assert not panel.isVisible()


def test_an_alarm_nobody_saw_and_one_that_stands_are_told_apart(desk: Desk) -> None:
    desk.open(infusing)
    desk.room.bench.vitals[Vital.RR] = 6.0
    desk.play(13.0, 0.5)
    desk.room.bench.vitals[Vital.RR] = 14.0
    desk.play(4.0, 0.5)
    desk.room.bench.measure(170, 98)
    desk.play(2.0)
    desk.click(desk.window.alarms.log_button)
    desk.play(0.3)
    lines = {one.message: one for one in desk.window.bedside.alarm_asks.log_panel.lines.lines}
    assert (lines["RR low: 6 /min"].stands, lines["RR low: 6 /min"].seen) == (False, "nobody")
    assert (lines["Systolic high: 170 mmHg"].stands, lines["Systolic high: 170 mmHg"].seen) == (
        True,
        "not yet",
    )


@pytest.mark.req("ALM-LOG")
def test_a_window_opened_in_mid_session_reads_the_log_from_the_record(desk: Desk) -> None:
    def with_history(room: FakeRoom) -> None:
        infusing(room)
        room.bench.vitals[Vital.RR] = 6.0
        for _ in range(15):
            room.step(1.0, waves=False)
        room.bench.vitals[Vital.RR] = 14.0
        for _ in range(5):
            room.step(1.0, waves=False)
        room.bench.tell(ask.PauseAudio())

    desk.open(with_history)
    about = desk.window.bedside.alarm_asks
    assert not about.log
    desk.bridge.seed_history(desk.room.bench.entries)
    assert [one.code for one in about.log if one.priority is not None] == ["rr_low"]
    known = about.log
    desk.room.bench.measure(170, 98)
    desk.play(1.0)
    assert about.log[: len(known)] == known
    assert [one.code for one in about.log[len(known) :] if one.priority is not None] == ["nibp_sys_high"]


def test_what_was_done_to_sound_and_limits_stands_in_the_log_with_its_name(desk: Desk) -> None:
    desk.open(infusing)
    desk.room.bench.measure(170, 98)
    desk.play(2.0)
    desk.click(desk.window.alarms.sound_button)
    desk.room.bench.tell(ask.SetLimits(Vital.NIBP_SYS, 90, 175))
    desk.room.bench.tell(ask.SwitchLimitsOff(Vital.HR, 120, "Patient moving"))
    desk.play(0.5)
    desk.click(desk.window.alarms.log_button)
    desk.play(0.3)
    done = {one.message: one.seen for one in desk.window.bedside.alarm_asks.log_panel.lines.lines}
    assert done["Alarm sound paused for 2:00"] == "Nurse One"
    assert done["Systolic limits set to 90–175"] == "Nurse One"
    assert done["HR inner limits off for 2 min: Patient moving"] == "Nurse One"


# --- a proposed pause ---------------------------------------------------------------------------------


def proposed(desk: Desk) -> PauseProposed:
    """An infusion whose saturation has fallen, with the rules in force."""
    desk.room.bench.site = ARMED
    desk.open(infusing)
    desk.room.bench.vitals[Vital.SPO2] = 84.0
    for _ in range(60):
        desk.play(0.5, 0.5)
        if written(desk, PauseProposed):
            break
    desk.play(0.2)
    QApplication.processEvents()
    (proposal,) = written(desk, PauseProposed)
    return proposal


@pytest.mark.parametrize("size", SIZES)
def test_the_banner_counts_down_and_covers_neither_numerics_nor_pump_nor_stop(
    desk: Desk, size: tuple[int, int]
) -> None:
    desk.window.resize(*size)
    proposal = proposed(desk)
    window, banner = desk.window, desk.window.proposal
    assert banner.isVisible()
    assert inside(window, banner)
    face = banner.face
    assert face is not None
    assert face.head.startswith("PAUSING IN ")
    assert "SpO₂ 84" in face.message
    first = int(face.head.split()[2])
    assert 0 < first <= proposal.countdown_s
    desk.play(2.0)
    assert banner.face is not None
    assert int(banner.face.head.split()[2]) in {first - 1, first - 2, first - 3}
    page = window.bedside
    for widget in (window.stop_key, window.pause_key, window.alarms, page.vitals.spo2, page.delivery.pump):
        assert not on_screen(banner).intersects(on_screen(widget))
    for key in (*banner.keys.values(), banner.now_key):
        assert inside(banner, key)


def test_one_touch_cancels_with_its_reason_and_the_pump_goes_on(desk: Desk) -> None:
    proposal = proposed(desk)
    desk.click(desk.window.proposal.keys[CANCEL_REASONS[0]])
    desk.play(0.3)
    (cancelled,) = written(desk, PauseProposalCancelled)
    assert (cancelled.proposal_id, cancelled.reason) == (proposal.proposal_id, CANCEL_REASONS[0])
    assert not desk.window.proposal.isVisible()
    desk.play(15.0, 0.5)
    assert desk.room.bench.pump.state is PumpState.INFUSING


def test_a_countdown_nobody_cancels_ends_in_a_pause_and_takes_the_banner_away(desk: Desk) -> None:
    proposed(desk)
    desk.play(15.0, 0.5)
    assert desk.room.bench.pump.state is PumpState.PAUSED
    assert desk.phase() is Phase.PAUSED
    assert written(desk, PauseProposalEnded)
    assert not desk.window.proposal.isVisible()


def test_pause_now_does_not_wait_for_the_countdown(desk: Desk) -> None:
    proposed(desk)
    desk.click(desk.window.proposal.now_key)
    desk.play(0.5)
    assert desk.room.bench.pump.state is PumpState.PAUSED
    assert not desk.window.proposal.isVisible()


def test_stop_works_while_a_pause_is_proposed(desk: Desk) -> None:
    proposed(desk)
    desk.click(desk.window.stop_key)
    desk.play(0.5)
    assert desk.room.bench.pump.state is PumpState.STOPPED
    assert not desk.window.proposal.isVisible()


def test_the_banner_stands_on_every_page(desk: Desk) -> None:
    desk.window.add_page("Other", "review", QWidget())
    proposed(desk)
    desk.window.show_page("Other")
    desk.play(0.5)
    assert desk.window.proposal.isVisible()
    assert not on_screen(desk.window.proposal).intersects(on_screen(desk.window.stop_key))


# --- whether interlocks are in force ------------------------------------------------------------------


def test_the_top_line_says_whether_interlocks_are_off_armed_or_degraded(desk: Desk) -> None:
    desk.open(infusing)
    assert desk.view.top.posture == "off"
    desk.room.bench.site = ARMED
    desk.play(3.0)
    assert desk.view.top.posture == "armed"
    desk.room.bench.vitals[Vital.SPO2] = None
    desk.play(3.0)
    assert desk.view.top.posture == "degraded"
    desk.window.grab()
    chip = desk.window.top.posture_box.center().toPoint()
    desk.click(desk.window.top, chip)
    assert desk.window.notice.isVisible()
    assert "SpO₂" in desk.window.notice.text()


# --- deeds --------------------------------------------------------------------------------------------


@pytest.mark.req("HUM-07")
def test_i_am_here_is_one_touch_and_ends_the_alarm_of_an_unattended_infusion(desk: Desk) -> None:
    desk.open(infusing)
    desk.play(11 * 60, 5.0, waves=False)
    assert any("Nothing was entered" in line.message for line in desk.view.alarms.lines)
    strip = desk.window.alarms
    assert strip.deed_button.isVisible()
    assert strip.deed_button.text() == Deed.PRESENCE.value
    desk.click(strip.deed_button)
    desk.play(1.5)
    assert written(desk, PresenceConfirmed) == [PresenceConfirmed()]
    assert not any("Nothing was entered" in line.message for line in desk.view.alarms.lines)
    assert not strip.deed_button.isVisible()


@pytest.mark.req("SER-20")
def test_a_rate_set_at_the_pump_is_explained_with_one_touch(desk: Desk) -> None:
    desk.open(infusing)
    desk.room.bench.pump.rate_ml_h = Decimal("40")
    desk.play(12.0, 0.5)
    strip = desk.window.alarms
    assert strip.deed_button.text() == Deed.PANEL_RATE.value
    desk.click(strip.deed_button)
    panel = desk.window.bedside.alarm_asks.rate_panel
    assert panel.isVisible()
    QApplication.processEvents()
    desk.click(panel.quick_buttons[3])
    desk.play(1.0)
    assert written(desk, PanelRateExplained) == [PanelRateExplained(PANEL_RATE_REASONS[3])]
    assert not panel.isVisible()
    assert not strip.deed_button.isVisible()


def test_a_window_that_may_only_look_cannot_cancel_or_set(desk: Desk) -> None:
    proposed(desk)
    hello = desk.bridge.hello
    assert hello is not None
    desk.bridge.hello = type(hello)(
        **{**{name: getattr(hello, name) for name in hello.__struct_fields__}, "read_only": True}
    )
    desk.window.refresh()
    assert not any(key.isEnabled() for key in desk.window.proposal.keys.values())
    desk.click(desk.window.alarms.limits_button)
    desk.play(0.2)
    panel = desk.window.bedside.alarm_asks.limits_panel
    assert not panel.foot.auto_button.isEnabled()
    assert not any(key.isEnabled() for key in panel.rows[Vital.HR].keys.values())


def test_one_panel_gives_way_to_another(desk: Desk) -> None:
    desk.open(infusing)
    page = desk.window.bedside
    page.asks.open_titrate()
    desk.click(desk.window.alarms.limits_button)
    assert page.alarm_asks.limits_panel.isVisible()
    assert not page.asks.titrate_panel.isVisible()
    desk.click(desk.window.alarms.log_button)
    assert page.alarm_asks.log_panel.isVisible()
    assert not page.alarm_asks.limits_panel.isVisible()
    assert not page.takes_digits
