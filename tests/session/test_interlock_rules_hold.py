"""Each rule at its bounds: not one tick too early, not one value too soon, and not on what is not known."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from console.clinical.vitals import NibpState, Vital
from console.session import intents as ask
from console.session.events import Priority
from console.session.pump import LinkState
from console.session.state import Phase
from tests.session.interlock_bench import SAME_LIMB, TICK_S, InterlockBench

TABLE = [
    ("A2", {"spo2": 84.0}, 5.0, 10.0),
    ("A2", {"spo2": 85.0}, 30.0, 10.0),
    ("A2", {"spo2": 87.0}, 30.0, 10.0),
    ("A3", {"rr": 7.0}, 30.0, 10.0),
    ("A3", {"rr": 0.0}, 20.0, 10.0),
    ("A4", {"spo2": 91.0, "rr": 9.0}, 30.0, 10.0),
    ("A4", {"rr": 9.0, "etco2": 56.0}, 30.0, 10.0),
    ("A4", {"rr": 9.0, "etco2": 24.0}, 30.0, 10.0),
    ("A5", {"hr": 141.0, "pr": 141.0}, 75.0, 10.0),
    ("A5", {"hr": 44.0, "pr": 44.0}, 75.0, 10.0),
]

NORMAL_AT_THE_BOUND: list[dict[str, float]] = [
    {"spo2": 88.0},
    {"rr": 8.0},
    {"spo2": 92.0, "rr": 9.0},
    {"rr": 10.0, "etco2": 56.0},
    {"rr": 9.0, "etco2": 55.0},
    {"rr": 9.0, "etco2": 25.0},
    {"hr": 140.0, "pr": 140.0},
    {"hr": 45.0, "pr": 45.0},
]


@pytest.mark.req("A2", "A3", "A4", "A5")
@pytest.mark.parametrize(("rule", "values", "for_s", "countdown_s"), TABLE)
def test_a_pause_is_proposed_when_a_rule_has_held_and_not_a_tick_before(
    rule: str, values: dict[str, float], for_s: float, countdown_s: float
) -> None:
    bench = InterlockBench()
    bench.show(**values)
    bench.live(for_s - TICK_S)
    assert bench.proposals == []
    bench.live(TICK_S)
    assert [(one.rule, one.countdown_s) for one in bench.proposals] == [(rule, countdown_s)]
    assert bench.alarms()[f"proposal_{rule}"] is Priority.HIGH


@pytest.mark.req("A2", "A3", "A4", "A5")
@pytest.mark.parametrize("values", NORMAL_AT_THE_BOUND)
def test_a_value_at_its_bound_is_not_beyond_it(values: dict[str, float]) -> None:
    bench = InterlockBench()
    bench.show(**values)
    bench.live(140)
    assert bench.proposals == []
    assert bench.phase() is Phase.INFUSING


@pytest.mark.req("A1")
def test_a_falling_saturation_is_a_medium_alarm_and_no_pause() -> None:
    bench = InterlockBench()
    # The patient's own limit is moved out of the way, so that the rule speaks for itself.
    assert not bench.tell(ask.SetLimits(Vital.SPO2, 88.5, None)).refusals
    bench.show(spo2=89.0)
    bench.live(15 - TICK_S)
    assert "rule_A1" not in bench.alarms()
    bench.live(TICK_S)
    assert bench.alarms()["rule_A1"] is Priority.MEDIUM
    bench.live(120)
    assert bench.proposals == []


def test_a_rule_does_not_repeat_what_an_alarm_limit_says() -> None:
    bench = InterlockBench()
    bench.show(spo2=89.0)
    bench.live(30)
    assert "spo2_low" in bench.alarms()
    assert "rule_A1" not in bench.alarms()


@pytest.mark.req("A3")
def test_a_longer_apnoea_shortens_the_countdown() -> None:
    bench = InterlockBench()
    bench.show(rr=5.0)
    bench.live(29)
    bench.vitals[Vital.RR] = 0.0
    bench.live(1)  # the slow breath has held for 30 s
    assert bench.proposals[-1].countdown_s == 10
    assert len(bench.proposals) == 1


@pytest.mark.req("A2")
def test_one_sample_alone_proves_nothing() -> None:
    bench = InterlockBench()
    bench.show(spo2=60.0)
    bench.show(spo2=97.0)
    bench.live(60)
    assert bench.proposals == []


@pytest.mark.req("A2")
def test_one_normal_sample_does_not_end_what_has_begun() -> None:
    bench = InterlockBench()
    bench.show(spo2=84.0)
    bench.show(spo2=84.0)
    bench.show(spo2=96.0)
    bench.show(spo2=84.0)
    assert bench.until_proposed(within_s=2.5) == 2.0


@pytest.mark.req("A2")
def test_two_normal_samples_end_it() -> None:
    bench = InterlockBench()
    bench.show(spo2=84.0)
    bench.show(spo2=84.0)
    bench.show(spo2=96.0)
    bench.show(spo2=96.0)
    bench.show(spo2=84.0)
    assert bench.until_proposed(within_s=6.0) == 5.0


@pytest.mark.req("A2")
@pytest.mark.parametrize(("pulse", "believed"), [(68.4, True), (83.6, True), (68.0, False), (84.0, False)])
def test_a_pulse_more_than_a_tenth_from_the_heart_rate_takes_the_trust_from_the_saturation(
    pulse: float, believed: bool
) -> None:
    bench = InterlockBench()
    bench.show(spo2=80.0, pr=pulse, hr=76.0)
    bench.live(30)
    assert bool(bench.proposals) is believed


@pytest.mark.req("A6", "P6")
def test_a_saturation_without_trust_counts_as_a_lost_oximeter() -> None:
    bench = InterlockBench()
    bench.show(spo2=97.0, pr=120.0)
    bench.live(60)
    assert bench.alarms()["rule_A6"] is Priority.HIGH
    assert bench.posture().state == "degraded"
    assert bench.until_proposed(within_s=61) == 60
    assert bench.proposals[-1].rule == "A6"


@pytest.mark.req("A4", "P6")
def test_a_source_that_was_there_and_is_lost_counts_as_one_of_two_warnings() -> None:
    bench = InterlockBench()
    bench.show(spo2=91.0, etco2=None)
    assert bench.until_proposed(within_s=31) == 30
    assert bench.proposals[-1].rule == "A4"


@pytest.mark.req("A4")
def test_a_source_the_room_never_had_is_no_warning() -> None:
    bench = InterlockBench()
    without = {vital: at for vital, at in bench.watch.usable_at.items() if vital is not Vital.ETCO2}
    bench.vitals[Vital.ETCO2] = None
    bench.watch = replace(bench.watch, usable_at=without)
    bench.show(spo2=91.0)
    bench.live(60)
    assert bench.proposals == []
    assert "EtCO₂" in bench.posture().words


# --- the cuff -------------------------------------------------------------------------------------


@pytest.mark.req("A5")
def test_a_pressure_is_confirmed_by_a_second_one_a_minute_later() -> None:
    bench = InterlockBench()
    bench.measure(185, 90)
    bench.live(59)
    assert bench.proposals == []
    bench.measure(186, 90)
    bench.live(1)
    assert bench.proposals == []  # 59 s apart confirms nothing
    bench.live(5)
    bench.measure(184, 90)
    bench.live(1)
    assert [one.rule for one in bench.proposals] == ["A5"]


@pytest.mark.req("A5")
def test_a_mean_pressure_counts_like_a_systolic_one() -> None:
    bench = InterlockBench()
    bench.measure(175, 120)
    bench.live(61)
    bench.measure(176, 118)
    bench.live(1)
    assert [one.rule for one in bench.proposals] == ["A5"]


@pytest.mark.req("A5")
@pytest.mark.parametrize("between", [(150.0, 80.0), (180.0, 100.0)])
def test_a_normal_pressure_between_confirms_nothing(between: tuple[float, float]) -> None:
    bench = InterlockBench()
    bench.measure(190, 95)
    bench.live(61)
    bench.measure(*between)
    bench.live(61)
    bench.measure(190, 95)
    bench.live(10)
    assert bench.proposals == []


@pytest.mark.req("A2")
def test_a_cuff_on_the_arm_of_the_oximeter_hides_it_until_half_a_minute_after() -> None:
    bench = InterlockBench(SAME_LIMB)
    bench.nibp = NibpState.MEASURING
    bench.show(spo2=70.0)
    bench.live(20)
    bench.nibp = NibpState.IDLE
    bench.to_sample()
    bench.live(29)
    assert bench.proposals == []
    assert "cuff hides SpO₂" in bench.posture().words
    assert 5 <= bench.until_proposed(within_s=8) <= 7


@pytest.mark.req("A2")
def test_a_cuff_on_another_arm_hides_nothing() -> None:
    bench = InterlockBench()
    bench.nibp = NibpState.MEASURING
    bench.show(spo2=70.0)
    assert bench.until_proposed(within_s=6) == 5


@pytest.mark.req("A2", "P6")
def test_a_cuff_hides_the_oximeter_for_a_minute_at_most_even_when_it_inflates_again_and_again() -> None:
    bench = InterlockBench(SAME_LIMB)
    bench.nibp = NibpState.MEASURING
    bench.show(spo2=70.0)
    waited = 0.0
    while not bench.proposals:
        bench.nibp = NibpState.IDLE if int(waited) % 20 == 19 else NibpState.MEASURING
        bench.live(1)
        waited += 1
        assert waited < 70
    assert waited == 20 + 30 + 5


@pytest.mark.req("A6")
def test_an_oximeter_silent_for_a_minute_alarms_whatever_the_cuff_does() -> None:
    bench = InterlockBench(SAME_LIMB)
    bench.nibp = NibpState.MEASURING
    bench.show(spo2=None, pr=None)
    bench.live(59)
    assert "rule_A6" not in bench.alarms()
    bench.live(2)
    assert bench.alarms()["rule_A6"] is Priority.HIGH


# --- lost -----------------------------------------------------------------------------------------


@pytest.mark.req("A6")
def test_a_lost_oximeter_is_medium_then_high_then_a_pause() -> None:
    bench = InterlockBench()
    bench.show(spo2=None, pr=None)
    bench.live(10)
    assert bench.alarms()["spo2_none"] is Priority.MEDIUM
    bench.live(50 - TICK_S)
    assert "rule_A6" not in bench.alarms()
    bench.live(TICK_S)
    assert bench.alarms()["rule_A6"] is Priority.HIGH
    bench.live(60 - TICK_S)
    assert bench.proposals == []
    bench.live(TICK_S)
    assert [one.rule for one in bench.proposals] == ["A6"]


@pytest.mark.req("A6", "P6")
def test_a_monitor_that_falls_silent_is_a_lost_oximeter() -> None:
    bench = InterlockBench()
    for _ in range(round(124 / TICK_S)):
        bench.clock.advance(TICK_S)
        bench.tell(ask.Tick())
    assert [one.rule for one in bench.proposals] == ["A6"]


@pytest.mark.req("A6", "P6")
def test_a_frozen_monitor_is_a_lost_oximeter() -> None:
    bench = InterlockBench()
    bench.frozen = True
    bench.live(30 + 120 + 5)
    assert [one.rule for one in bench.proposals] == ["A6"]


@pytest.mark.req("A7")
def test_a_lost_monitor_is_an_alarm_and_leaves_the_infusion_to_the_other_rules() -> None:
    bench = InterlockBench()
    bench.tell(ask.LinkSeen("s5", LinkState.CLOSED, "The cable was pulled."))
    for _ in range(round(16 / TICK_S)):
        bench.clock.advance(TICK_S)
        bench.tell(ask.PumpSeen(bench.reading()))
        bench.tell(ask.Tick())
    assert bench.alarms()["s5_link"] is Priority.HIGH
    assert bench.proposals == []


# --- people ---------------------------------------------------------------------------------------


@pytest.mark.req("A8")
@pytest.mark.parametrize(("level", "paused"), [(3, False), (2, True), (0, True)])
def test_deep_sedation_pauses_at_once(level: int, paused: bool) -> None:
    bench = InterlockBench()
    bench.tell(ask.RecordScore("moaas", {"level": level}))
    bench.live(TICK_S)
    assert (bench.phase() is Phase.PAUSED) is paused
    assert [one.countdown_s for one in bench.proposals] == ([0.0] if paused else [])
