"""Limits of one patient: set, taken from the current values, switched off for a while."""

from __future__ import annotations

import pytest

from console.clinical.vitals import Vital
from console.session import intents as ask
from console.session.conditions import limits_of
from console.session.events import LimitsChanged, LimitsSwitchedOff, LimitsSwitchedOn, Priority
from console.session.people import UNATTRIBUTED
from console.session.state import LimitsOff
from tests.session.bench import Bench


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    bench.arrive()
    return bench


def on(bench: Bench) -> set[str]:
    return {alarm.raised.code for alarm in bench.state.alarms if alarm.condition}


def limits_off(bench: Bench) -> dict[Vital, LimitsOff]:
    assert bench.state.session is not None
    return bench.state.session.limits_off


def in_force(bench: Bench, vital: Vital) -> tuple[float | None, float | None]:
    found = limits_of(bench.state, bench.site, vital)
    assert found is not None
    return found.low, found.high


@pytest.mark.req("ALM-LIMITS-OFF")
def test_switched_off_limits_do_not_alarm_and_the_extreme_ones_do(bench: Bench) -> None:
    bench.tell(ask.SwitchLimitsOff(Vital.SPO2, 600, "  cold hands "))
    assert bench.entries[-1].event == LimitsSwitchedOff(Vital.SPO2, 600, "cold hands")
    bench.vitals[Vital.SPO2] = 90.0
    bench.run(30)
    assert on(bench) == set()
    bench.vitals[Vital.SPO2] = 86.0
    bench.run(1)
    assert on(bench) == {"spo2_low_extreme"}


@pytest.mark.req("ALM-LIMITS-OFF")
def test_an_alarm_that_is_on_ends_with_its_limit(bench: Bench) -> None:
    bench.vitals[Vital.SPO2] = 90.0
    bench.run(12)
    assert on(bench) == {"spo2_low"}
    bench.tell(ask.SwitchLimitsOff(Vital.SPO2, 300, "cold hands"))
    assert on(bench) == set()


@pytest.mark.req("ALM-LIMITS-OFF", "HUM-10")
def test_limits_come_back_by_themselves_and_then_alarm_after_their_delay(bench: Bench) -> None:
    bench.tell(ask.SwitchLimitsOff(Vital.SPO2, 300, "cold hands"))
    bench.vitals[Vital.SPO2] = 90.0
    bench.run(299)
    assert Vital.SPO2 in limits_off(bench)
    bench.run(1)
    assert limits_off(bench) == {}
    assert any(e.event == LimitsSwitchedOn(Vital.SPO2, "time over") for e in bench.entries)
    bench.run(11)
    assert "spo2_low" in on(bench)


@pytest.mark.req("HUM-10")
def test_limits_that_are_off_are_called_to_mind_after_two_minutes(bench: Bench) -> None:
    bench.tell(ask.SwitchLimitsOff(Vital.HR, 600, "exercise"))
    bench.run(119)
    assert on(bench) == set()
    bench.run(2)
    (reminder,) = bench.state.alarms
    assert (reminder.raised.code, reminder.raised.priority) == ("limits_off_hr", Priority.LOW)
    assert not reminder.raised.physiological
    assert "HR limits are off" in reminder.raised.message
    bench.tell(ask.SwitchLimitsOn(Vital.HR))
    assert bench.state.alarms == ()


@pytest.mark.req("ALM-LIMITS-OFF")
@pytest.mark.parametrize(
    ("intent", "sentence"),
    [
        (ask.SwitchLimitsOff(Vital.HR, 601, "x"), "at most 10 minutes"),
        (ask.SwitchLimitsOff(Vital.HR, 0, "x"), "at most 10 minutes"),
        (ask.SwitchLimitsOff(Vital.HR, 60, "  "), "Say why the HR limits"),
        (ask.SwitchLimitsOff(Vital.TEMP, 60, "x"), "no alarm limits"),
        (ask.SwitchLimitsOn(Vital.HR), "The HR limits are on"),
        (ask.SetLimits(Vital.HR, 118, 120), "at least 5 /min above"),
        (ask.SetLimits(Vital.HR, 30, 120), "extreme low limit must not be above"),
    ],
)
def test_what_is_refused_and_why(bench: Bench, intent: ask.PersonIntent, sentence: str) -> None:
    before = len(bench.entries)
    assert any(sentence in refusal for refusal in bench.tell(intent).refusals)
    assert len(bench.entries) == before


@pytest.mark.req("ALM-LIMITS-OFF")
def test_switching_off_again_does_not_make_it_longer(bench: Bench) -> None:
    bench.tell(ask.SwitchLimitsOff(Vital.HR, 600, "exercise"))
    until = limits_off(bench)[Vital.HR].until
    bench.run(60)
    assert bench.tell(ask.SwitchLimitsOff(Vital.HR, 600, "exercise")).refusals
    assert limits_off(bench)[Vital.HR].until == until


@pytest.mark.req("ALM-LIMITS-OFF")
def test_nobody_signed_in_may_not_switch_limits_off(bench: Bench) -> None:
    assert bench.tell(ask.SwitchLimitsOff(Vital.HR, 60, "x"), UNATTRIBUTED).refusals


def test_limits_need_a_patient() -> None:
    bench = Bench()
    bench.connect()
    for intent in (ask.SetLimits(Vital.HR, 45, 130), ask.UseAutoLimits()):
        assert bench.tell(intent).refusals


@pytest.mark.req("ALM-LIMITS")
def test_setting_limits_switches_them_on_and_an_empty_side_keeps_the_preset(bench: Bench) -> None:
    bench.tell(ask.SwitchLimitsOff(Vital.HR, 600, "exercise"))
    bench.tell(ask.SetLimits(Vital.HR, None, 130))
    assert limits_off(bench) == {}
    assert any(e.event == LimitsChanged(Vital.HR, 50, 130) for e in bench.entries)
    assert in_force(bench, Vital.HR) == (50, 130)


@pytest.mark.req("ALM-LIMITS")
def test_automatic_limits_are_set_around_what_is_measured(bench: Bench) -> None:
    bench.vitals |= {Vital.HR: 70.0, Vital.PR: 70.0, Vital.RR: 14.0}
    bench.run(2)
    bench.measure(120, 75)
    bench.tell(ask.SwitchLimitsOff(Vital.HR, 600, "exercise"))
    decision = bench.tell(ask.UseAutoLimits())
    assert decision.refusals == ()
    changed = {e.vital: (e.low, e.high) for e in decision.events if isinstance(e, LimitsChanged)}
    assert changed[Vital.HR] == changed[Vital.PR] == (56, 88)
    assert changed[Vital.RR] == (7, 21)
    assert changed[Vital.NIBP_SYS] == (92, 141)
    assert not {Vital.SPO2, Vital.ETCO2} & set(changed)
    assert in_force(bench, Vital.HR) == (56, 88)
    assert limits_off(bench) == {}


@pytest.mark.req("ALM-LIMITS")
def test_automatic_limits_keep_what_was_set_for_saturation(bench: Bench) -> None:
    bench.tell(ask.SetLimits(Vital.SPO2, 90, None))
    bench.tell(ask.UseAutoLimits())
    assert in_force(bench, Vital.SPO2) == (90, None)


@pytest.mark.req("ALM-LIMITS")
def test_automatic_limits_never_make_an_extreme_value_normal(bench: Bench) -> None:
    bench.vitals[Vital.HR] = 150.0
    bench.run(1)
    decision = bench.tell(ask.UseAutoLimits())
    assert any("HR is beyond its extreme limit" in notice for notice in decision.notices)
    assert in_force(bench, Vital.HR) == (50, 120)


@pytest.mark.req("ALM-LIMITS")
def test_without_any_current_value_nothing_is_set(bench: Bench) -> None:
    bench.tell(ask.UseAutoLimits())
    again = bench.tell(ask.UseAutoLimits())
    assert any("No limit was changed" in sentence for sentence in again.refusals)
