"""The limits panel: drafted, looked at, set with one touch; and limits that are off for a while, in sight."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from console.clinical.limits import KETAMINE_ADULT
from console.clinical.vitals import Vital
from console.session import intents as ask
from console.session.events import LimitsChanged, LimitsSwitchedOff, LimitsSwitchedOn
from console.ui.viewmodels.live_limits import ROWS, Side, nudged
from console.ui.widgets.limits_panel import LimitsPanel
from tests.ui.desk import Desk, inside
from tests.ui.fake_room import FakeRoom, live_through, press_start, run_through_baseline
from tests.ui.test_live_pictures import SIZES, cut_buttons


def infusing(room: FakeRoom) -> None:
    run_through_baseline(room)
    press_start(room)
    live_through(room, 6)


def opened(desk: Desk) -> LimitsPanel:
    """An infusion with the panel open, after a touch of its key."""
    desk.open(infusing)
    desk.bridge.seed_history(desk.room.bench.entries)
    desk.play(1.5)
    desk.click(desk.window.alarms.limits_button)
    desk.play(0.3)
    QApplication.processEvents()
    panel = desk.window.bedside.alarm_asks.limits_panel
    assert panel.isVisible()
    return panel


def written(desk: Desk, kind: type) -> list[object]:
    return [entry.event for entry in desk.room.bench.entries if isinstance(entry.event, kind)]


def press(desk: Desk, panel: LimitsPanel, vital: Vital, side: Side, steps: int, times: int = 1) -> None:
    for _ in range(times):
        desk.click(panel.rows[vital].keys[side, steps])


def test_every_vital_sign_with_limits_has_a_row_with_its_value_its_range_and_its_extremes(
    desk: Desk,
) -> None:
    panel = opened(desk)
    assert tuple(panel.rows) == ROWS
    row = panel.rows[Vital.HR].row
    assert row.value == f"{desk.room.bench.vitals[Vital.HR]:.0f}"
    assert row.recent is not None
    assert row.recent[0] < row.recent[1]
    assert (row.limits.extreme_low, row.limits.extreme_high) == (40, 140)
    pressure = panel.rows[Vital.NIBP_SYS].row
    assert pressure.recent is not None
    assert pressure.current == desk.room.bench.cuff[0]


def test_a_key_only_drafts_and_one_touch_sets_what_was_drafted(desk: Desk) -> None:
    panel = opened(desk)
    assert not panel.foot.set_button.isEnabled()
    press(desk, panel, Vital.HR, Side.LOW, 1, 2)
    press(desk, panel, Vital.RR, Side.HIGH, -1, 3)
    assert desk.asked() == []
    assert panel.rows[Vital.HR].row.drafted(Side.LOW)
    assert not panel.rows[Vital.HR].row.drafted(Side.HIGH)
    desk.click(panel.foot.set_button)
    desk.play(0.3)
    assert written(desk, LimitsChanged) == [
        LimitsChanged(Vital.HR, 60, 120),
        LimitsChanged(Vital.RR, 8, 25),
    ]
    assert (desk.view.hr.low, desk.view.rr.high) == ("60", "25")
    assert not panel.foot.set_button.isEnabled()


def test_undo_and_closing_forget_a_draft(desk: Desk) -> None:
    panel = opened(desk)
    press(desk, panel, Vital.SPO2, Side.LOW, -1)
    desk.click(panel.foot.undo_button)
    assert not panel.rows[Vital.SPO2].row.changed
    press(desk, panel, Vital.SPO2, Side.LOW, -1)
    desk.click(panel.close_button)
    desk.click(desk.window.alarms.limits_button)
    desk.play(0.3)
    assert not panel.rows[Vital.SPO2].row.changed
    assert desk.asked() == []


@pytest.mark.req("ALM-LIMITS")
def test_limits_that_would_alarm_at_once_say_so_before_they_are_set(desk: Desk) -> None:
    panel = opened(desk)
    press(desk, panel, Vital.HR, Side.LOW, 1, 8)
    row = panel.rows[Vital.HR].row
    assert row.warns
    assert "low limit 90" in row.brief
    assert panel.heed.isVisible()
    assert "90" in panel.heed.text()
    assert desk.asked() == []


def test_limits_that_can_never_alarm_say_so(desk: Desk) -> None:
    panel = opened(desk)
    press(desk, panel, Vital.HR, Side.LOW, -1, 4)
    row = panel.rows[Vital.HR].row
    assert row.limits.low == 40
    assert "never alarms" in row.brief


def test_default_brings_the_preset_back_after_a_look(desk: Desk) -> None:
    panel = opened(desk)
    assert not panel.foot.preset_button.isEnabled()
    press(desk, panel, Vital.NIBP_SYS, Side.HIGH, -1)
    desk.click(panel.foot.set_button)
    desk.play(0.3)
    assert panel.rows[Vital.NIBP_SYS].row.preset == "90–165"
    desk.click(panel.foot.preset_button)
    assert panel.rows[Vital.NIBP_SYS].row.drafted(Side.HIGH)
    desk.click(panel.foot.set_button)
    desk.play(0.3)
    assert written(desk, LimitsChanged)[-1] == LimitsChanged(Vital.NIBP_SYS, 90, 165)
    assert not panel.foot.preset_button.isEnabled()


def test_auto_limits_go_around_the_values_and_stay_within_the_extremes(desk: Desk) -> None:
    panel = opened(desk)
    desk.click(panel.foot.auto_button)
    desk.play(0.3)
    assert desk.asked() == [ask.UseAutoLimits()]
    assert written(desk, LimitsChanged)
    row = panel.rows[Vital.HR].row
    assert row.preset == "50–120"
    assert row.current is not None
    assert row.limits.low is not None
    assert row.limits.high is not None
    assert 40 <= row.limits.low < row.current < row.limits.high <= 140


@pytest.mark.req("HUM-10")
@pytest.mark.req("ALM-LIMITS")
def test_inner_limits_go_off_only_with_a_time_and_a_reason_and_show_a_crossed_bell_until_then(
    desk: Desk,
) -> None:
    panel = opened(desk)
    desk.click(panel.rows[Vital.SPO2].off_key)
    foot = panel.foot
    assert not foot.off_act.isEnabled()
    desk.click(foot.off_for.keys["300"])
    assert not foot.off_act.isEnabled()
    desk.click(foot.off_why.keys["Patient moving"])
    desk.click(foot.off_act)
    desk.play(0.5)
    assert written(desk, LimitsSwitchedOff) == [LimitsSwitchedOff(Vital.SPO2, 300.0, "Patient moving")]
    assert not foot.asking_off
    row = panel.rows[Vital.SPO2].row
    assert row.off_until == desk.view.spo2.off_until != ""
    assert row.limits.extreme_low == 88
    assert desk.view.hr.off_until == ""
    desk.room.step(300.0, waves=False)
    desk.play(1.5)
    assert desk.view.spo2.off_until == ""


def test_a_touch_of_the_crossed_bell_brings_the_limits_back(desk: Desk) -> None:
    panel = opened(desk)
    desk.click(panel.rows[Vital.NIBP_DIA].off_key)
    desk.click(panel.foot.off_for.keys["120"])
    desk.click(panel.foot.off_why.keys["Being treated now"])
    desk.click(panel.foot.off_act)
    desk.play(0.5)
    assert desk.view.nibp.off_until
    desk.click(panel.rows[Vital.NIBP_DIA].off_key)
    desk.play(0.5)
    assert len(written(desk, LimitsSwitchedOn)) == 1
    assert desk.view.nibp.off_until == ""


def test_the_high_alarm_comes_although_the_inner_limits_are_off(desk: Desk) -> None:
    panel = opened(desk)
    desk.click(panel.rows[Vital.SPO2].off_key)
    desk.click(panel.foot.off_for.keys["600"])
    desk.click(panel.foot.off_why.keys["Patient moving"])
    desk.click(panel.foot.off_act)
    desk.play(0.5)
    desk.room.bench.vitals[Vital.SPO2] = 90.0
    desk.play(15, 0.5)
    assert not any("SpO₂" in line.message for line in desk.view.alarms.lines if line.marker != "!")
    desk.room.bench.vitals[Vital.SPO2] = 86.0
    desk.play(3, 0.5)
    top = desk.view.alarms.top
    assert top is not None
    assert top.marker == "!!!"


def test_a_touch_of_a_numeric_opens_the_limits_and_another_closes_them(desk: Desk) -> None:
    desk.open(infusing)
    desk.click(desk.window.bedside.vitals.spo2)
    assert desk.window.bedside.alarm_asks.limits_panel.isVisible()
    desk.click(desk.window.bedside.vitals.spo2)
    assert not desk.window.bedside.alarm_asks.limits_panel.isVisible()


def test_what_the_room_refuses_stands_in_the_panel(desk: Desk) -> None:
    panel = opened(desk)
    press(desk, panel, Vital.HR, Side.LOW, 1)
    desk.room.refuse = "Nobody is signed in: choose your name and enter your PIN."
    desk.click(panel.foot.set_button)
    desk.play(0.3)
    assert written(desk, LimitsChanged) == []
    assert panel.answer.isVisible()
    assert panel.answer.text() == desk.room.refuse
    assert panel.rows[Vital.HR].row.limits.low == 50


@pytest.mark.parametrize("size", SIZES)
def test_the_panel_fits_every_size_and_covers_neither_numerics_nor_stop(
    desk: Desk, size: tuple[int, int]
) -> None:
    desk.window.resize(*size)
    panel = opened(desk)
    window = desk.window
    assert inside(window, panel)
    right = panel.mapTo(window, panel.rect().topRight()).x()
    bottom = panel.mapTo(window, panel.rect().bottomLeft()).y()
    assert right < window.bedside.vitals.mapTo(window, window.bedside.vitals.rect().topLeft()).x()
    assert bottom < window.stop_key.mapTo(window, window.stop_key.rect().topLeft()).y()
    for row in panel.rows.values():
        assert inside(panel, row)
        assert row.bar.width() > 80
    desk.click(panel.rows[Vital.HR].off_key)
    QApplication.processEvents()
    assert cut_buttons(window) == []
    millimetre = 96 / 25.4 * 0.92
    for key in panel.rows[Vital.HR].keys.values():
        assert min(key.width(), key.height()) >= 9 * millimetre


@given(
    vital=st.sampled_from([one.vital for one in KETAMINE_ADULT.vitals]),
    moves=st.lists(st.tuples(st.sampled_from(list(Side)), st.sampled_from([-1, 1])), max_size=60),
)
def test_no_row_of_touches_brings_limits_past_the_extremes_or_across_each_other(
    vital: Vital, moves: list[tuple[Side, int]]
) -> None:
    limits = KETAMINE_ADULT.of(vital)
    assert limits is not None
    for side, steps in moves:
        limits = nudged(limits, side, steps)
        if limits.low is not None and limits.high is not None:
            assert limits.high - limits.low >= limits.min_gap
        if limits.low is not None and limits.extreme_low is not None:
            assert limits.low >= limits.extreme_low
        if limits.high is not None and limits.extreme_high is not None:
            assert limits.high <= limits.extreme_high


@given(st.sampled_from([one.vital for one in KETAMINE_ADULT.vitals]), st.sampled_from(list(Side)))
def test_a_touch_up_and_a_touch_down_lead_back_to_round_figures(vital: Vital, side: Side) -> None:
    limits = KETAMINE_ADULT.of(vital)
    assert limits is not None
    moved = nudged(nudged(limits, side, 1), side, -1)
    at = moved.low if side is Side.LOW else moved.high
    before = limits.low if side is Side.LOW else limits.high
    assert (at is None) == (before is None)
    if at is not None and before is not None:
        assert abs(at - before) <= 5
