"""A pump that does not do what the screen says is found out within seconds and named."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from console.session import intents as ask
from console.session.delivery import BOLUS_WARNING
from console.session.events import (
    AlarmRaised,
    EndReason,
    InfusionPaused,
    InfusionResumed,
    PanelRateExplained,
    Priority,
)
from console.session.people import ROOM, UNATTRIBUTED
from console.session.pump import PumpAlarm, PumpReading, PumpState
from console.session.state import Phase, Session
from tests.session.bench import Bench


@pytest.fixture
def infusing() -> Bench:
    bench = Bench()
    bench.infuse(5)
    return bench


def codes(bench: Bench) -> set[str]:
    return {alarm.raised.code for alarm in bench.state.alarms if alarm.condition}


def raised(bench: Bench, code: str) -> list[AlarmRaised]:
    return [e.event for e in bench.entries if isinstance(e.event, AlarmRaised) and e.event.code == code]


def session_of(bench: Bench) -> Session:
    assert bench.state.session is not None
    return bench.state.session


def says(bench: Bench, alarm: PumpAlarm, state: PumpState = PumpState.ALARM) -> None:
    bench.tell(ask.PumpSeen(replace(bench.reading(), state=state, alarm=alarm)))


# --- the rate -------------------------------------------------------------------------------------


@pytest.mark.req("SER-18")
def test_a_rate_set_at_the_pump_is_a_high_alarm_at_the_next_poll(infusing: Bench) -> None:
    infusing.pump.rate_ml_h = Decimal(20)
    infusing.run(1)
    assert [alarm.priority for alarm in raised(infusing, "rate_at_pump")] == [Priority.HIGH]


@pytest.mark.req("SER-18")
def test_a_rate_set_at_the_pump_alarms_until_a_person_says_why(infusing: Bench) -> None:
    infusing.pump.rate_ml_h = Decimal(20)
    infusing.run(1)
    infusing.tell(ask.ChangeRate("back", Decimal("26.25")))
    infusing.run(60)
    assert "rate_at_pump" in codes(infusing)
    assert infusing.tell(ask.ExplainPanelRate("  ")).refusals
    assert infusing.tell(ask.ExplainPanelRate("who knows"), UNATTRIBUTED).refusals
    explained = infusing.tell(ask.ExplainPanelRate("Dr One lowered it, the patient felt sick"))
    assert isinstance(explained.events[0], PanelRateExplained)
    infusing.run(1)
    assert "rate_at_pump" not in codes(infusing)
    assert infusing.tell(ask.ExplainPanelRate("again")).refusals
    assert infusing.replayed() == infusing.state


@pytest.mark.req("SER-18")
def test_a_rate_above_the_hard_limit_is_told_as_such(infusing: Bench) -> None:
    order = session_of(infusing).order
    assert order is not None
    infusing.pump.rate_ml_h = order.hard_rate_ml_h + 1
    infusing.run(1)
    assert "rate_above_limit" in codes(infusing)
    infusing.tell(ask.ExplainPanelRate("a slip"))
    infusing.run(1)
    assert "rate_above_limit" in codes(infusing), "no reason makes it right"


# --- the syringe ----------------------------------------------------------------------------------


def with_diameter(bench: Bench, diameter_mm: str) -> None:
    bench.tell(ask.PumpSeen(replace(bench.reading(), diameter_mm=Decimal(diameter_mm))))


@pytest.mark.req("SER-17")
def test_a_start_is_refused_while_the_pump_is_set_for_another_syringe() -> None:
    bench = Bench()
    bench.prepare()
    order = session_of(bench).order
    assert order is not None
    with_diameter(bench, str(order.diameter_mm))
    assert "syringe_mismatch" not in codes(bench)
    with_diameter(bench, "19.13")
    assert raised(bench, "syringe_mismatch")[0].priority is Priority.HIGH
    refused = bench.start("start-1")
    assert any("syringe of 19.13 mm" in sentence for sentence in refused.refusals)
    assert bench.pump.state is PumpState.STOPPED
    with_diameter(bench, str(order.diameter_mm))
    assert bench.start("start-2").refusals == ()


@pytest.mark.req("SER-17")
def test_a_syringe_changed_in_a_pause_needs_a_new_program(infusing: Bench) -> None:
    infusing.tell(ask.PauseInfusion("pause-1"))
    infusing.run(1)
    with_diameter(infusing, "19.13")
    assert "syringe_mismatch" in codes(infusing)
    assert infusing.tell(ask.ResumeInfusion("resume-1")).refusals
    assert infusing.tell(ask.ProgramPump("program-2")).refusals == ()
    order = session_of(infusing).order
    assert order is not None
    with_diameter(infusing, str(order.diameter_mm))
    assert infusing.tell(ask.ResumeInfusion("resume-2")).refusals == ()


# --- reset, counter, battery ----------------------------------------------------------------------


@pytest.mark.req("SER-13")
def test_a_pump_that_lost_its_power_holds_within_two_polls_and_keeps_what_was_given(
    infusing: Bench,
) -> None:
    given = session_of(infusing).given_ml
    infusing.pump.state, infusing.pump.infused_ml = PumpState.STOPPED, Decimal(0)
    infusing.run(1)
    assert infusing.phase() is Phase.PAUSED
    assert {"pump_reset", "pump_halted"} <= codes(infusing)
    poll_ml = Decimal("26.25") * 2 / 3600
    assert abs(session_of(infusing).given_ml - given) <= poll_ml
    infusing.run(30)
    assert infusing.pump.state is PumpState.STOPPED
    assert infusing.tell(ask.ResumeInfusion("resume-1")).refusals


@pytest.mark.req("GIP-1.2.2")
@pytest.mark.parametrize(
    ("factor", "priority", "word"),
    [("1.15", Priority.HIGH, "too much"), ("0.85", Priority.MEDIUM, "too little")],
)
def test_a_counter_more_than_a_tenth_off_its_rate_alarms_after_three_minutes(
    infusing: Bench, factor: str, priority: Priority, word: str
) -> None:
    infusing.run(20 * 60, every_s=2)
    before = len(raised(infusing, "delivery_mismatch"))
    assert before == 0
    seconds = run_off(infusing, Decimal(factor), 240)
    (alarm,) = raised(infusing, "delivery_mismatch")
    assert alarm.priority is priority
    assert word in alarm.message
    assert seconds <= 185


@pytest.mark.req("GIP-1.2.3")
def test_a_counter_less_than_a_tenth_off_is_left_alone(infusing: Bench) -> None:
    run_off(infusing, Decimal("1.08"), 400)
    run_off(infusing, Decimal("0.93"), 400)
    assert raised(infusing, "delivery_mismatch") == []


def run_off(bench: Bench, factor: Decimal, seconds: int) -> int:
    """Let the pump deliver another amount than its rate says; how long until it alarmed."""
    for second in range(seconds):
        if "delivery_mismatch" in codes(bench):
            return second
        before = bench.pump.infused_ml
        bench.clock.advance(1)
        bench.pump.run(1)
        bench.pump.infused_ml = before + (bench.pump.infused_ml - before) * factor
        bench.tell(ask.PumpSeen(bench.reading()))
        bench.tell(bench.seen())
        bench.tell(ask.Tick())
    return seconds


@pytest.mark.req("SER-14")
def test_a_low_battery_alarms_and_halts_nothing(infusing: Bench) -> None:
    says(infusing, PumpAlarm.BATTERY, PumpState.INFUSING)
    assert raised(infusing, "pump_battery")[0].priority is Priority.HIGH
    assert infusing.phase() is Phase.INFUSING


@pytest.mark.req("SER-14")
@pytest.mark.parametrize(
    ("on_mains", "minutes", "share", "expected"),
    [
        (None, None, None, None),
        (True, 5.0, 0.05, None),
        (False, None, None, Priority.LOW),
        (False, 31.0, 0.21, Priority.LOW),
        (False, 30.0, None, Priority.MEDIUM),
        (False, 90.0, 0.20, Priority.MEDIUM),
        (False, 10.0, 0.90, Priority.HIGH),
    ],
)
def test_a_pump_without_mains_is_told_by_what_its_battery_still_gives(
    infusing: Bench,
    on_mains: bool | None,
    minutes: float | None,
    share: float | None,
    expected: Priority | None,
) -> None:
    reading = replace(infusing.reading(), on_mains=on_mains, battery_min=minutes, battery_share=share)
    infusing.tell(ask.PumpSeen(reading))
    told = [alarm.priority for alarm in raised(infusing, "pump_battery")]
    assert told == ([] if expected is None else [expected])


# --- the end --------------------------------------------------------------------------------------


@pytest.mark.req("SER-16")
def test_the_end_is_told_before_it_comes_and_then_it_is_complete() -> None:
    bench = Bench()
    bench.infuse(35)
    assert "near_end" not in codes(bench)
    bench.run(75)
    (alarm,) = raised(bench, "near_end")
    assert alarm.priority is Priority.LOW
    assert "1.7 mL are left" in alarm.message
    bench.run(5 * 60)
    ended = session_of(bench).ended
    assert ended is not None
    assert ended.why is EndReason.COMPLETE
    assert "near_end" not in codes(bench)
    assert [alarm.priority for alarm in raised(bench, "dose_complete")] == [Priority.LOW]
    bench.tell(ask.RecordScore("moaas", {"level": 5}))
    bench.run(1)
    assert "dose_complete" not in codes(bench)


@pytest.mark.req("GIP-1.5.5")
def test_a_syringe_that_cannot_hold_what_is_left_is_told(infusing: Bench) -> None:
    session = session_of(infusing)
    assert session.order is not None
    small = replace(session.order, syringe_ml=Decimal(10))
    infusing.state = replace(infusing.state, session=replace(session, order=small))
    infusing.run(1)
    (alarm,) = raised(infusing, "syringe_low")
    assert alarm.priority is Priority.MEDIUM
    assert "empty before the dose is given" in alarm.message


# --- occlusion and halts --------------------------------------------------------------------------


@pytest.mark.req("SER-15")
def test_an_occlusion_stops_the_dose_timer_and_warns_of_the_bolus_before_the_restart(
    infusing: Bench,
) -> None:
    given = session_of(infusing).given_ml
    stall(infusing)
    assert infusing.phase() is Phase.PAUSED
    assert session_of(infusing).segments[-1].end is not None
    assert BOLUS_WARNING in raised(infusing, "pump_halted")[0].message
    infusing.run(120)
    assert session_of(infusing).given_ml == given
    resumed = infusing.tell(ask.ResumeInfusion("resume-1"))
    assert resumed.refusals == ()
    assert resumed.notices == (BOLUS_WARNING,)


def stall(bench: Bench) -> None:
    bench.pump.state = PumpState.PAUSED
    says(bench, PumpAlarm.STALL)


@pytest.mark.req("SER-15")
def test_a_pump_started_again_at_its_panel_is_not_halted_by_the_alarm_it_still_shows(
    infusing: Bench,
) -> None:
    stall(infusing)
    infusing.pump.state = PumpState.INFUSING
    for _ in range(10):
        infusing.clock.advance(1)
        infusing.pump.run(1)
        says(infusing, PumpAlarm.STALL, PumpState.INFUSING)
    kinds = [type(e.event) for e in infusing.entries]
    assert (kinds.count(InfusionPaused), kinds.count(InfusionResumed)) == (1, 1)
    assert infusing.phase() is Phase.INFUSING


@pytest.mark.req("OPCA-R6.5")
def test_the_third_halt_for_one_reason_in_ten_minutes_ends_the_use_of_the_pump(infusing: Bench) -> None:
    for number in (1, 2):
        stall(infusing)
        infusing.run(30)
        assert infusing.tell(ask.ResumeInfusion(f"resume-{number}")).refusals == ()
        infusing.run(120)
    assert "repeat_halts" not in codes(infusing)
    stall(infusing)
    assert raised(infusing, "repeat_halts")[0].priority is Priority.HIGH
    infusing.run(20 * 60, every_s=10)
    refused = infusing.tell(ask.ResumeInfusion("resume-3"))
    assert any("three times in ten minutes" in sentence for sentence in refused.refusals)
    infusing.pump.state = PumpState.STOPPED
    infusing.run(1)
    refused = infusing.tell(ask.ProgramPump("program-2"))
    assert any("three times in ten minutes" in sentence for sentence in refused.refusals)
    assert infusing.tell(ask.EndInfusion("the line stays blocked")).refusals == ()
    assert infusing.phase() is Phase.OBSERVING
    infusing.run(1)
    assert "repeat_halts" not in codes(infusing)
    assert infusing.replayed() == infusing.state


@pytest.mark.req("OPCA-R6.5")
def test_halts_far_apart_for_other_reasons_or_by_hand_do_not_count(infusing: Bench) -> None:
    for number, alarm in enumerate((PumpAlarm.STALL, PumpAlarm.AIR, PumpAlarm.STALL, PumpAlarm.DOOR)):
        infusing.pump.state = PumpState.PAUSED
        says(infusing, alarm)
        infusing.run(10)
        infusing.tell(ask.ResumeInfusion(f"resume-{number}"))
        infusing.run(100, every_s=5)
    for number in range(4):
        infusing.pump.state = PumpState.PAUSED
        infusing.run(5)
        infusing.tell(ask.ResumeInfusion(f"again-{number}"))
        infusing.run(5)
    assert "repeat_halts" not in codes(infusing)
    assert infusing.phase() is Phase.INFUSING


def test_the_room_itself_explains_nothing(infusing: Bench) -> None:
    infusing.pump.rate_ml_h = Decimal(20)
    infusing.run(1)
    assert infusing.tell(ask.ExplainPanelRate("by itself"), ROOM).refusals
    reading = PumpReading(infusing.clock.now(), PumpState.INFUSING, Decimal(20), infusing.pump.infused_ml)
    infusing.tell(ask.PumpSeen(reading))
    assert session_of(infusing).panel_rate
