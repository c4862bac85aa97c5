"""When an alarm begins, how long it lasts, who may silence it, and what it leaves behind."""

from __future__ import annotations

from decimal import Decimal

import pytest

from console.clinical.vitals import Vital
from console.session import intents as ask
from console.session.alarms import Condition, in_order, judge, sounding, timed
from console.session.apply import fold
from console.session.decision import Context
from console.session.events import (
    AlarmCleared,
    AlarmRaised,
    AlarmReminded,
    AudioResumed,
    Event,
    Priority,
    RoomStarted,
    SessionOpened,
)
from console.session.people import ROOM, UNATTRIBUTED
from console.session.pump import LinkState, PumpState
from console.session.rebase import rebased
from console.session.state import ActiveAlarm, State
from console.session.watch import Watch
from tests.session.bench import PATIENT, Bench


@pytest.fixture
def bench() -> Bench:
    """Infusing, everything normal."""
    bench = Bench()
    bench.infuse(1)
    assert bench.state.alarms == ()
    return bench


def alarm(bench: Bench, code: str) -> ActiveAlarm | None:
    return next((one for one in bench.state.alarms if one.raised.code == code), None)


def on(bench: Bench) -> set[str]:
    """Codes whose condition holds."""
    return {one.raised.code for one in bench.state.alarms if one.condition}


def sound(bench: Bench) -> Priority | None:
    return sounding(bench.state, bench.clock.now())


def raised(bench: Bench, code: str) -> list[AlarmRaised]:
    return [e.event for e in bench.entries if isinstance(e.event, AlarmRaised) and e.event.code == code]


def run_until(bench: Bench, code: str, within_s: int) -> int:
    """Seconds until the alarm is on."""
    for second in range(1, within_s + 1):
        bench.run(1)
        if code in on(bench):
            return second
    raise AssertionError(f"{code} did not alarm within {within_s} s")


# --- delays and hysteresis ------------------------------------------------------------------------


@pytest.mark.req("ALM-DELAY")
@pytest.mark.parametrize(
    ("vital", "value", "code", "delay_s"),
    [
        (Vital.SPO2, 91.0, "spo2_low", 10),
        (Vital.SPO2, 88.0, "spo2_low_extreme", 0),
        (Vital.HR, 121.0, "hr_high", 5),
        (Vital.HR, 140.0, "hr_high_extreme", 5),
        (Vital.RR, 7.0, "rr_low", 10),
        (Vital.ETCO2, 51.0, "etco2_high", 10),
        (Vital.RR, 0.0, "apnoea", 20),
    ],
)
def test_alarm_comes_after_its_own_delay(
    bench: Bench, vital: Vital, value: float, code: str, delay_s: int
) -> None:
    bench.vitals[vital] = value
    assert run_until(bench, code, 30) == delay_s + 1


@pytest.mark.req("ALM-DELAY")
def test_pressure_alarms_on_the_reading_and_a_lost_probe_after_ten_seconds(bench: Bench) -> None:
    bench.measure(181, 90)
    assert on(bench) == {"nibp_sys_high_extreme"}
    bench.measure(124, 78)
    bench.vitals[Vital.SPO2] = None
    assert run_until(bench, "spo2_none", 20) == 11


def test_value_that_comes_back_before_the_delay_is_over_never_alarms(bench: Bench) -> None:
    for _ in range(5):
        bench.vitals[Vital.SPO2] = 91.0
        bench.run(8)
        bench.vitals[Vital.SPO2] = 94.0
        bench.run(2)
    assert raised(bench, "spo2_low") == []


@pytest.mark.req("ALM-HYSTERESIS")
def test_alarm_is_over_two_units_inside_its_limit(bench: Bench) -> None:
    bench.vitals[Vital.SPO2] = 91.0
    bench.run(12)
    bench.vitals[Vital.SPO2] = 93.0
    bench.run(30)
    assert on(bench) == {"spo2_low"}
    bench.vitals[Vital.SPO2] = 94.0
    bench.run(1)
    assert bench.state.alarms == ()
    assert len(raised(bench, "spo2_low")) == 1


@pytest.mark.req("ALM-DELAY")
def test_value_that_swings_about_its_extreme_limit_alarms_all_the_same(bench: Bench) -> None:
    for second in range(12):
        bench.vitals[Vital.HR] = 139.0 if second % 2 else 141.0
        bench.run(1)
    assert on(bench) == {"hr_high"}


@pytest.mark.req("P6")
def test_value_that_drops_out_now_and_then_alarms_all_the_same(bench: Bench) -> None:
    for second in range(20):
        bench.vitals[Vital.SPO2] = 90.0 if second % 3 else None
        bench.run(1)
    assert "spo2_low" in on(bench)
    assert len(raised(bench, "spo2_low")) == 1


# --- worse and better -----------------------------------------------------------------------------


@pytest.mark.req("ALM-ESCALATION")
def test_worse_takes_the_place_of_bad_and_bad_comes_back_at_once_after_it(bench: Bench) -> None:
    bench.vitals[Vital.SPO2] = 90.0
    bench.run(12)
    bench.vitals[Vital.SPO2] = 86.0
    bench.run(2)
    assert on(bench) == {"spo2_low_extreme"}
    bench.vitals[Vital.SPO2] = 91.0
    bench.run(1)
    assert on(bench) == {"spo2_low"}
    latched = alarm(bench, "spo2_low_extreme")
    assert latched is not None
    assert not latched.condition


@pytest.mark.req("ALM-ESCALATION")
def test_no_breath_takes_the_place_of_slow_breathing(bench: Bench) -> None:
    bench.vitals[Vital.RR] = 0.0
    bench.run(15)
    assert on(bench) == {"rr_low"}
    bench.run(10)
    assert on(bench) == {"apnoea"}


@pytest.mark.req("ALM-ESCALATION")
def test_same_condition_made_worse_sounds_again_although_it_was_acknowledged(bench: Bench) -> None:
    bench.tell(ask.RecordScore("moaas", {"level": 3}))
    bench.tell(ask.Acknowledge())
    assert sound(bench) is None
    bench.tell(ask.RecordScore("moaas", {"level": 2}))
    found = alarm(bench, "moaas_low")
    assert found is not None
    assert (found.raised.priority, found.acknowledged) == (Priority.HIGH, False)
    assert sound(bench) is Priority.HIGH
    assert len([one for one in bench.state.alarms if one.raised.code == "moaas_low"]) == 1


@pytest.mark.req("ALM-ESCALATION")
def test_high_alarm_steps_down_only_once_it_was_seen_and_then_stays_seen(bench: Bench) -> None:
    bench.tell(ask.RecordScore("moaas", {"level": 2}))
    bench.tell(ask.RecordScore("moaas", {"level": 3}))
    found = alarm(bench, "moaas_low")
    assert found is not None
    assert found.raised.priority is Priority.HIGH
    bench.tell(ask.Acknowledge())
    found = alarm(bench, "moaas_low")
    assert found is not None
    assert (found.raised.priority, found.acknowledged) == (Priority.MEDIUM, True)
    assert sound(bench) is None


def test_every_alarm_that_was_replaced_has_an_end_in_the_record(bench: Bench) -> None:
    bench.tell(ask.RecordScore("moaas", {"level": 3}))
    bench.tell(ask.RecordScore("moaas", {"level": 2}))
    bench.tell(ask.RecordScore("moaas", {"level": 5}))
    cleared = {e.event.alarm_id for e in bench.entries if isinstance(e.event, AlarmCleared)}
    assert cleared == {one.alarm_id for one in raised(bench, "moaas_low")}


# --- latching -------------------------------------------------------------------------------------


@pytest.mark.req("ALM-LATCH")
def test_high_alarm_stays_on_the_screen_after_recovery_but_not_in_the_ear(bench: Bench) -> None:
    bench.vitals[Vital.SPO2] = 85.0
    bench.run(3)
    assert sound(bench) is Priority.HIGH
    bench.vitals[Vital.SPO2] = 98.0
    bench.run(3)
    found = alarm(bench, "spo2_low_extreme")
    assert found is not None
    assert not found.condition
    assert sound(bench) is None
    bench.tell(ask.Acknowledge())
    assert bench.state.alarms == ()


@pytest.mark.req("ALM-LATCH")
def test_every_high_alarm_is_latched_and_no_medium_one(bench: Bench) -> None:
    bench.pump.lose_reply = True
    bench.tell(ask.PauseInfusion("pause-1"))
    bench.vitals[Vital.SPO2] = 90.0
    bench.run(12)
    latched = {e.event.priority: e.event.latched for e in bench.entries if isinstance(e.event, AlarmRaised)}
    assert latched == {Priority.HIGH: True, Priority.MEDIUM: False}


@pytest.mark.req("ALM-LATCH")
def test_apnoea_sounds_on_after_the_first_breath_until_somebody_acknowledges(bench: Bench) -> None:
    bench.vitals[Vital.RR] = 0.0
    bench.run(25)
    bench.vitals[Vital.RR] = 14.0
    bench.run(60)
    assert alarm(bench, "apnoea") is not None
    assert sound(bench) is Priority.HIGH
    bench.tell(ask.Acknowledge())
    assert bench.state.alarms == ()
    assert sound(bench) is None


@pytest.mark.req("ALM-LATCH", "SER-15")
def test_pump_that_halted_sounds_until_acknowledged_even_when_it_is_ended(bench: Bench) -> None:
    bench.pump.state = PumpState.STOPPED
    bench.run(2)
    assert "pump_halted" in on(bench)
    bench.tell(ask.EndInfusion("occluded line"))
    assert "pump_halted" not in on(bench)
    assert sound(bench) is Priority.HIGH
    bench.tell(ask.Acknowledge())
    assert sound(bench) is None


@pytest.mark.req("ALM-LATCH")
def test_medium_alarm_goes_by_itself_and_stays_in_the_record(bench: Bench) -> None:
    bench.vitals[Vital.ETCO2] = 55.0
    bench.run(12)
    bench.vitals[Vital.ETCO2] = 38.0
    bench.run(1)
    assert bench.state.alarms == ()
    assert len(raised(bench, "etco2_high")) == 1


# --- silence --------------------------------------------------------------------------------------


@pytest.mark.req("GIP-3.2.1")
@pytest.mark.req("HUM-10", "ALM-PAUSE")
@pytest.mark.parametrize("asked_s", [1.0, 60.0, 120.0, 3600.0])
def test_sound_comes_back_by_itself_within_two_minutes(bench: Bench, asked_s: float) -> None:
    bench.vitals[Vital.SPO2] = 90.0
    bench.run(12)
    bench.tell(ask.PauseAudio(asked_s), UNATTRIBUTED)
    assert sound(bench) is None
    bench.run(min(asked_s, 120.0) - 0.5, every_s=0.5)
    assert sound(bench) is None
    bench.run(1)
    assert sound(bench) is Priority.MEDIUM
    assert any(e.event == AudioResumed("the pause is over") for e in bench.entries)


@pytest.mark.req("GIP-3.2.2")
@pytest.mark.req("ALM-PAUSE")
def test_pause_cannot_be_made_longer_by_asking_again(bench: Bench) -> None:
    bench.vitals[Vital.SPO2] = 90.0
    bench.run(12)
    bench.tell(ask.PauseAudio())
    bench.run(100)
    assert bench.tell(ask.PauseAudio()).refusals
    bench.run(21)
    assert sound(bench) is Priority.MEDIUM


@pytest.mark.req("ALM-PAUSE")
def test_higher_priority_breaks_the_pause_and_the_same_one_does_not(bench: Bench) -> None:
    bench.vitals[Vital.SPO2] = 90.0
    bench.run(12)
    bench.tell(ask.PauseAudio())
    bench.vitals[Vital.ETCO2] = 55.0
    bench.run(15)
    assert on(bench) == {"spo2_low", "etco2_high"}
    assert sound(bench) is None
    bench.vitals[Vital.SPO2] = 85.0
    bench.run(1)
    assert sound(bench) is Priority.HIGH
    assert bench.state.audio_paused_until is None


@pytest.mark.req("ALM-PAUSE")
def test_high_alarm_seen_before_the_pause_does_not_keep_a_new_one_silent(bench: Bench) -> None:
    bench.tell(ask.RecordScore("moaas", {"level": 2}))
    bench.tell(ask.Acknowledge())
    bench.vitals[Vital.ETCO2] = 55.0
    bench.run(12)
    bench.tell(ask.PauseAudio())
    bench.vitals[Vital.SPO2] = 85.0
    bench.run(1)
    assert sound(bench) is Priority.HIGH


@pytest.mark.req("ALM-ACK")
def test_acknowledged_alarm_whose_condition_comes_back_sounds_again(bench: Bench) -> None:
    bench.vitals[Vital.ETCO2] = 55.0
    bench.run(12)
    bench.tell(ask.Acknowledge())
    assert sound(bench) is None
    bench.vitals[Vital.ETCO2] = 38.0
    bench.run(2)
    bench.vitals[Vital.ETCO2] = 55.0
    bench.run(12)
    assert sound(bench) is Priority.MEDIUM
    assert len(raised(bench, "etco2_high")) == 2


@pytest.mark.req("GIP-3.2.2")
@pytest.mark.req("HUM-10", "ALM-ACK")
def test_acknowledged_high_alarm_that_still_holds_sounds_again_after_two_minutes(bench: Bench) -> None:
    bench.vitals[Vital.SPO2] = 85.0
    bench.run(1)
    bench.tell(ask.Acknowledge())
    bench.run(119)
    assert sound(bench) is None
    bench.run(2)
    assert sound(bench) is Priority.HIGH
    found = alarm(bench, "spo2_low_extreme")
    assert found is not None
    assert not found.acknowledged
    assert len(raised(bench, "spo2_low_extreme")) == 1


@pytest.mark.req("HUM-10")
def test_pause_and_acknowledging_together_silence_no_longer_than_one_of_them(bench: Bench) -> None:
    bench.vitals[Vital.SPO2] = 85.0
    bench.run(1)
    bench.tell(ask.PauseAudio())
    bench.run(110)
    bench.tell(ask.Acknowledge())
    bench.run(11)
    assert sound(bench) is Priority.HIGH
    bench.tell(ask.Acknowledge())
    bench.run(100)
    bench.tell(ask.PauseAudio())
    bench.run(21)
    assert sound(bench) is Priority.HIGH
    assert bench.state.audio_paused_until is None


# --- gaps and restarts ----------------------------------------------------------------------------


def silent_monitor(bench: Bench, seconds: float) -> None:
    """The monitor says nothing; the pump and the clock go on."""
    bench.tell(ask.LinkSeen("s5", LinkState.OPEN, "cable"))
    left = seconds
    while left > 0:
        left -= 1
        bench.clock.advance(1)
        bench.pump.run(1)
        bench.tell(ask.PumpSeen(bench.reading()))
        bench.tell(ask.Tick())
    bench.tell(ask.LinkSeen("s5", LinkState.ANSWERING, "answers"))


@pytest.mark.req("P7")
@pytest.mark.parametrize("gap_s", [15, 60, 300])
def test_condition_that_outlasts_a_gap_in_the_data_sounds_and_shows_again(bench: Bench, gap_s: int) -> None:
    bench.vitals[Vital.SPO2] = 85.0
    bench.run(1)
    bench.tell(ask.Acknowledge())
    silent_monitor(bench, gap_s)
    assert "spo2_low_extreme" not in on(bench)
    bench.run(1)
    found = alarm(bench, "spo2_low_extreme")
    assert found is not None
    assert (found.condition, found.acknowledged) == (True, False)
    assert sound(bench) is Priority.HIGH


@pytest.mark.req("P6", "P7")
def test_short_gap_neither_ends_an_alarm_nor_raises_it_twice(bench: Bench) -> None:
    bench.vitals[Vital.SPO2] = 90.0
    bench.run(12)
    silent_monitor(bench, 8)
    assert "spo2_low" in on(bench)
    bench.run(2)
    assert "spo2_low" in on(bench)
    assert len(raised(bench, "spo2_low")) == 1


def restart(bench: Bench, boot_id: str = "boot-2") -> None:
    """The room comes back from its record alone."""
    bench.boot_id = boot_id
    bench.state = fold(State(), rebased(tuple(bench.entries), boot_id, bench.clock.now()))
    bench.watch = Watch()
    bench.commit(RoomStarted("test"), ROOM)


@pytest.mark.req("P7", "HST-01")
def test_after_a_restart_alarms_count_as_unseen_and_the_sound_is_not_paused(bench: Bench) -> None:
    bench.tell(ask.RecordScore("moaas", {"level": 2}))
    bench.vitals[Vital.SPO2] = 85.0
    bench.run(1)
    bench.tell(ask.Acknowledge())
    bench.tell(ask.PauseAudio())
    restart(bench)
    bench.tell(ask.Tick())
    assert {"moaas_low", "spo2_low_extreme"} <= on(bench)
    assert sound(bench) is Priority.HIGH
    bench.connect()
    bench.run(5)
    found = alarm(bench, "spo2_low_extreme")
    assert found is not None
    assert not found.acknowledged


@pytest.mark.req("P7", "HST-01")
def test_alarm_whose_value_never_comes_back_after_a_restart_ends_with_the_gap(bench: Bench) -> None:
    bench.vitals[Vital.ETCO2] = 55.0
    bench.run(12)
    restart(bench)
    bench.vitals[Vital.ETCO2] = None
    bench.connect()
    bench.run(5)
    assert "etco2_high" in on(bench)
    bench.run(10)
    assert "etco2_high" not in on(bench)


@pytest.mark.req("HST-02", "ALM-LOG")
def test_alarms_read_back_from_the_record_are_those_that_were_on(bench: Bench) -> None:
    bench.tell(ask.RecordScore("moaas", {"level": 2}))
    bench.vitals |= {Vital.SPO2: 85.0, Vital.ETCO2: 55.0}
    bench.run(15)
    bench.tell(ask.Acknowledge(bench.state.alarms[0].raised.alarm_id))
    bench.tell(ask.PauseAudio())
    bench.vitals[Vital.SPO2] = 98.0
    bench.run(5)
    assert len(bench.state.alarms) >= 3
    read_back = bench.replayed()
    assert read_back.alarms == bench.state.alarms
    assert in_order(read_back.alarms) == in_order(bench.state.alarms)
    assert read_back.audio_paused_until == bench.state.audio_paused_until
    assert sounding(read_back, bench.clock.now()) is sound(bench)


@pytest.mark.req("ALM-LOG")
def test_log_tells_who_acknowledged_what_with_value_and_limit(bench: Bench) -> None:
    bench.vitals[Vital.SPO2] = 90.0
    bench.run(12)
    bench.tell(ask.Acknowledge())
    (found,) = raised(bench, "spo2_low")
    assert (found.value, found.limit, found.priority) == (90.0, 92, Priority.MEDIUM)
    assert bench.entries[-1].actor.user_id == "n1"


# --- the next patient -----------------------------------------------------------------------------


@pytest.mark.req("ALM-NEW-PATIENT")
def test_next_patient_gets_the_preset_and_nothing_that_was_silenced() -> None:
    bench = Bench()
    bench.arrive()
    bench.tell(ask.SetLimits(Vital.HR, 45, 130))
    bench.tell(ask.SwitchLimitsOff(Vital.SPO2, 600, "nail polish"))
    bench.tell(ask.SoundSeen(False, "no speaker"))
    bench.tell(ask.Acknowledge())
    bench.tell(ask.PauseAudio())
    bench.tell(ask.AbortSession("went home"))
    bench.tell(ask.OpenSession("s-2", PATIENT))
    session = bench.state.session
    assert session is not None
    assert (session.limits, session.limits_off) == ({}, {})
    assert bench.state.audio_paused_until is None
    found = alarm(bench, "no_sound")
    assert found is not None
    assert not found.acknowledged
    opened = [e.event for e in bench.entries if isinstance(e.event, SessionOpened)]
    assert {(one.preset, one.preset_version) for one in opened} == {("KETAMINE-ADULT", 1)}


# --- order ----------------------------------------------------------------------------------------


@pytest.mark.req("ALM-ORDER")
def test_order_is_priority_then_patient_before_device_then_newest(bench: Bench) -> None:
    bench.tell(ask.RecordScore("moaas", {"level": 2}))
    bench.vitals |= {Vital.SPO2: 85.0, Vital.ETCO2: 55.0}
    bench.run(5)
    bench.tell(ask.SoundSeen(False, "no speaker"))
    bench.run(10)
    bench.tell(ask.RecordingSeen(False, "disk full"))
    shown = [one.raised.code for one in in_order(bench.state.alarms)]
    assert shown == ["spo2_low_extreme", "moaas_low", "not_recording", "etco2_high", "no_sound"]


@pytest.mark.req("ALM-ORDER")
def test_alarms_that_come_up_together_are_recorded_worst_first(bench: Bench) -> None:
    ctx = Context(bench.state, bench.watch, ROOM, bench.clock.now(), bench.site, bench.new_id)
    wrong = (
        Condition("a", Priority.LOW, "a", False),
        Condition("b", Priority.HIGH, "b", False),
        Condition("c", Priority.MEDIUM, "c", True),
    )
    ctx = Context(ctx.state, timed(ctx.watch, wrong, ctx.now), ROOM, ctx.now, ctx.site, ctx.new_id)
    events: tuple[Event, ...] = judge(ctx, wrong)
    assert [one.code for one in events if isinstance(one, AlarmRaised)] == ["b", "c", "a"]


def test_reminder_is_an_event_of_its_own(bench: Bench) -> None:
    bench.vitals[Vital.SPO2] = 85.0
    bench.run(1)
    bench.tell(ask.Acknowledge())
    bench.run(130)
    (alarm_id,) = {one.alarm_id for one in raised(bench, "spo2_low_extreme")}
    assert [e.event for e in bench.entries if isinstance(e.event, AlarmReminded)] == [AlarmReminded(alarm_id)]
    assert bench.pump.infused_ml > Decimal(0)
