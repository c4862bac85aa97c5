"""A pump that can only be read: compared before the start, timed and checked after it, stopped by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.session import intents as ask
from console.session.events import (
    Care,
    CommandRequested,
    EndReason,
    Event,
    HandworkAsked,
    HandworkDone,
    HandworkDropped,
    InfusionEnded,
    InfusionPaused,
    InfusionResumed,
    InfusionStarted,
    PumpSetByHand,
    RateChanged,
    Setting,
    StopConfirmed,
    StopPressed,
    StopUnconfirmed,
    VolumeReckoned,
)
from console.session.people import UNATTRIBUTED
from console.session.pump import (
    LinkState,
    Pause,
    Program,
    PumpAlarm,
    PumpReading,
    PumpState,
    SetRate,
)
from console.session.state import Phase, Session
from console.session.supervised import Verdict, compare, control_words, to_set
from tests.session.by_hand_bench import ALL, EVERYTHING, RACK, HandBench, Tells

Kind = TypeVar("Kind", bound=Event)


def told(bench: HandBench, kind: type[Kind]) -> list[Kind]:
    return [event for event in bench.events if isinstance(event, kind)]


def session(bench: HandBench) -> Session:
    found = bench.state.session
    assert found is not None
    return found


WANTED = Program("BD 60 mL", Decimal("26.59"), Decimal("26.25"), Decimal("17.5"), 0)


def seen(rate: str | None, volume: str | None = "17.5", state: PumpState = PumpState.STOPPED) -> PumpReading:
    bench = HandBench()
    return PumpReading(
        bench.clock.now(),
        state,
        None if rate is None else Decimal(rate),
        volume_ml=None if volume is None else Decimal(volume),
    )


# --- comparing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "verdict", "words"),
    [
        ("26.25", Verdict.AGREES, "equal"),
        ("26.2", Verdict.AGREES, "within the pump's steps: 0.05 mL/h less (-0.2 %)"),
        ("26.3", Verdict.AGREES, "within the pump's steps: 0.05 mL/h more (+0.2 %)"),
        ("26.4", Verdict.DIFFERS, "differs: 0.15 mL/h more (+0.6 %)"),
        ("25", Verdict.DIFFERS, "differs: 1.25 mL/h less (-4.8 %)"),
        ("262.5", Verdict.DIFFERS, "differs: 236.25 mL/h more (+900.0 %)"),
        (None, Verdict.NOT_READ, "not told by the pump: look at it"),
        ("0", Verdict.NOT_READ, "not told by the pump: look at it"),
    ],
)
def test_a_rate_at_the_pump_is_compared_in_words(rate: str | None, verdict: Verdict, words: str) -> None:
    found = compare(WANTED, seen(rate))[0]
    assert (found.verdict, found.words) == (verdict, words)


@given(told_ml_h=st.decimals("0.01", "500", places=2))
def test_what_agrees_is_never_more_than_the_last_digit_above_the_order(told_ml_h: Decimal) -> None:
    found = compare(WANTED, seen(str(told_ml_h)))[0]
    if found.verdict is Verdict.AGREES:
        assert Decimal("0.99") * WANTED.rate_ml_h <= told_ml_h <= Decimal("1.002") * WANTED.rate_ml_h


def test_the_words_say_what_this_console_can_do() -> None:
    bench = HandBench()
    assert control_words(bench.state) == "not known until the pump has answered"
    bench.connect()
    assert control_words(bench.state) == "read only: this console cannot start or stop this pump"


# --- before the start -----------------------------------------------------------------------------


def test_the_order_is_set_by_hand_compared_and_confirmed() -> None:
    bench = HandBench()
    bench.ordered()
    assert bench.phase() is Phase.PROGRAM
    bench.set_pump()
    assert not bench.confirm().refusals
    assert bench.phase() is Phase.READY
    (kept,) = told(bench, PumpSetByHand)
    assert kept.by_eye == ()
    assert kept.program.rate_ml_h == kept.read_back.rate_ml_h == Decimal("26.25")
    assert kept.words[0] == "Rate 26.25 mL/h: equal"
    assert bench.pump.asked == []


def test_what_the_pump_does_not_tell_has_to_be_seen_by_a_person_and_is_recorded_as_such() -> None:
    bench = HandBench(RACK)
    bench.ordered()
    bench.set_pump()
    refused = bench.confirm(Setting.VOLUME).refusals
    assert any(sentence.startswith("Rate:") for sentence in refused)
    assert any(sentence.startswith("Syringe:") for sentence in refused)
    assert not bench.confirm(Setting.RATE, Setting.VOLUME, Setting.SYRINGE).refusals
    (kept,) = told(bench, PumpSetByHand)
    assert kept.by_eye == (Setting.RATE, Setting.VOLUME, Setting.SYRINGE)
    assert kept.read_back.rate_ml_h is None


@pytest.mark.req("HND-SETTING")
def test_a_value_that_differs_is_refused_however_often_it_was_seen() -> None:
    bench = HandBench()
    bench.ordered()
    bench.set_pump(rate="62.25")
    (refused,) = bench.confirm(*ALL).refusals
    assert refused == "Rate: differs: 36 mL/h more (+137.1 %). Set 26.25 mL/h at the pump."
    bench.set_pump()
    bench.diameter = Decimal("29.7")
    bench.run(1)
    assert "every volume would be wrong" in bench.confirm(*ALL).refusals[0]


@pytest.mark.req("HND-NOTHING-SENT")
def test_nothing_is_programmed_or_started_from_here() -> None:
    bench = HandBench()
    bench.ready()
    for intent in (ask.ProgramPump("p"), ask.StartInfusion("s")):
        assert "can only be read" in bench.tell(intent).refusals[0]
    assert told(bench, CommandRequested) == []


def test_a_start_before_the_setting_was_compared_is_a_high_alarm() -> None:
    bench = HandBench()
    bench.ordered()
    bench.set_pump()
    bench.key(PumpState.INFUSING)
    assert bench.phase() is Phase.PROGRAM
    assert "was not compared with the order: STOP AT THE PUMP" in bench.alarm("pump_infusing")


# --- the infusion ---------------------------------------------------------------------------------


def test_the_session_is_timed_from_the_start_at_the_pump_to_its_end() -> None:
    bench = HandBench(counter_from="40")
    bench.infuse(10)
    (started,) = told(bench, InfusionStarted)
    assert (started.rate_ml_h, started.at_pump, started.despite) == (Decimal("26.25"), True, ())
    given = session(bench).given_ml
    assert abs(given - Decimal("26.25") / 6) < Decimal("0.1"), "the 40 mL before are nobody's here"
    bench.run(31 * 60, every_s=2)
    (ended,) = told(bench, InfusionEnded)
    assert (ended.why, ended.counter_trusted) == (EndReason.COMPLETE, True)
    assert ended.infused_ml == Decimal("17.5")
    assert bench.pump.asked == []


def test_a_pump_without_a_counter_is_reckoned_by_rate_and_time_and_says_so() -> None:
    bench = HandBench(RACK)
    bench.infuse(10)
    reckoned = told(bench, VolumeReckoned)
    assert len(reckoned) > 30
    assert abs(session(bench).given_ml - Decimal("26.25") / 6) < Decimal("0.2")
    bench.run(31 * 60, every_s=2)
    (ended,) = told(bench, InfusionEnded)
    assert (ended.why, ended.counter_trusted, ended.infused_ml) == (
        EndReason.COMPLETE,
        False,
        Decimal("17.5"),
    )


def test_a_start_nobody_saw_is_reckoned_from_the_last_reading_before_it() -> None:
    bench = HandBench(RACK)
    bench.ready()
    bench.pump.dead = True
    bench.tell(ask.LinkSeen("pump", LinkState.OPEN, "cable"))
    bench.pump.state = PumpState.INFUSING
    bench.run(300)
    bench.pump.dead = False
    bench.connect()
    bench.run(2)
    (started,) = told(bench, InfusionStarted)
    assert 295 < started.unread_s < 310
    assert "not read for" in started.despite[-1]
    assert session(bench).given_ml > Decimal("2.1"), "the larger possible volume"
    bench.run(36 * 60, every_s=3)
    assert told(bench, InfusionEnded)[0].infused_ml == Decimal("17.5")


def test_the_counter_of_another_pump_is_not_taken_for_this_one() -> None:
    bench = HandBench(RACK)
    bench.connect()
    stale = PumpReading(bench.clock.now(), PumpState.STOPPED, Decimal(0), Decimal("17.5"))
    bench.tell(ask.PumpSeen(stale))
    bench.infuse(1)
    assert session(bench).given_ml < 1


def test_what_was_purged_before_the_start_is_not_counted_and_alarms_nobody() -> None:
    bench = HandBench(counter_from="3")
    bench.ready()
    bench.counter_from += Decimal(2)
    bench.run(2)
    bench.key(PumpState.INFUSING)
    bench.run(60)
    assert session(bench).given_ml < Decimal("0.6")
    assert session(bench).counter_trusted
    assert bench.phase() is Phase.INFUSING


def test_a_counter_set_to_zero_at_the_pump_before_the_start_counts_from_there() -> None:
    bench = HandBench(counter_from="12")
    bench.ready()
    bench.counter_from = Decimal(0)
    bench.run(2)
    bench.key(PumpState.INFUSING)
    bench.run(45 * 60, every_s=2)
    (ended,) = told(bench, InfusionEnded)
    assert (ended.infused_ml, ended.counter_trusted) == (Decimal("17.5"), True)


def test_a_start_at_another_rate_is_a_change_at_the_pump_and_a_high_alarm() -> None:
    bench = HandBench(RACK)
    bench.ready()
    bench.pump.rate_ml_h = Decimal(35)
    bench.key(PumpState.INFUSING)
    (changed,) = told(bench, RateChanged)
    assert (changed.from_ml_h, changed.to_ml_h, changed.at_pump) == (Decimal("26.25"), Decimal(35), True)
    assert "35 mL/h" in bench.alarm("rate_at_pump")
    bench.pump.rate_ml_h = Decimal(149)
    bench.run(2)
    assert "above the hard limit" in bench.alarm("rate_above_limit")
    assert "STOP AT THE PUMP" in bench.alarm("rate_above_limit")


def test_a_start_although_something_was_missing_is_recorded_and_said() -> None:
    bench = HandBench()
    bench.ready()
    bench.run(700, every_s=5)
    bench.key(PumpState.INFUSING)
    (started,) = told(bench, InfusionStarted)
    assert "older than ten minutes" in started.despite[0]
    assert "started by hand although" in bench.alarm("started_despite")


def test_a_pump_that_gives_less_than_its_rate_alarms() -> None:
    bench = HandBench()
    bench.infuse(1)
    for _ in range(240):
        bench.run(1)
        bench.pump.infused_ml -= Decimal("0.003")
    assert "too little" in bench.alarm("delivery_mismatch")


def test_a_pump_that_goes_on_after_the_ordered_volume_is_to_be_stopped_by_hand() -> None:
    bench = HandBench(RACK)
    bench.ready()
    bench.pump.volume_ml = Decimal(50)
    bench.key(PumpState.INFUSING)
    bench.run(42 * 60, every_s=2)
    assert told(bench, StopPressed) == [StopPressed("the ordered volume is given")]
    assert "STOP AT THE PUMP" in bench.alarm("stop_unconfirmed")
    bench.key(PumpState.STOPPED, 3)
    assert bench.phase() is Phase.OBSERVING


def test_a_pump_that_keeps_the_vein_open_after_the_dose_is_to_be_stopped() -> None:
    bench = HandBench()
    bench.infuse(39)
    bench.pump.infused_ml = Decimal("17.48")
    bench.pump.rate_ml_h = Decimal(1)
    bench.run(2)
    assert told(bench, StopPressed)[0].reason.endswith("the pump keeps the vein open")


# --- by hand: pause, go on, another rate ----------------------------------------------------------


def test_a_pause_is_asked_of_a_person_and_seen_at_the_pump() -> None:
    bench = HandBench()
    bench.infuse(5)
    answer = bench.tell(ask.PauseInfusion("t-1", "restless"))
    assert "Nothing was sent" in answer.notices[0]
    assert told(bench, HandworkAsked) == [HandworkAsked("t-1", Pause(), "restless")]
    assert bench.phase() is Phase.INFUSING, "nothing looks paused that is not"
    bench.run(20)
    assert bench.alarm("pause_unconfirmed").startswith("PAUSE AT THE PUMP")
    bench.key(PumpState.PAUSED)
    assert bench.phase() is Phase.PAUSED
    assert told(bench, InfusionPaused)[0].reason == "paused at the pump, as asked: restless"
    assert not told(bench, InfusionPaused)[0].by_pump
    assert told(bench, HandworkDone)[0].task_id == "t-1"
    assert bench.alarm("pause_unconfirmed") == ""


def test_going_on_is_asked_of_a_person_and_seen_at_the_pump() -> None:
    bench = HandBench()
    bench.infuse(5)
    bench.key(PumpState.PAUSED)
    assert not bench.tell(ask.ResumeInfusion("t-2")).refusals
    assert bench.phase() is Phase.PAUSED
    bench.key(PumpState.INFUSING)
    assert told(bench, InfusionResumed) == [InfusionResumed(Decimal("26.25"))]
    assert session(bench).handwork is None


def test_a_new_rate_is_judged_here_set_by_hand_and_seen_at_the_pump() -> None:
    bench = HandBench()
    bench.infuse(10)
    assert bench.tell(ask.ChangeRate("t-0", Decimal(500), "more")).refusals
    assert not bench.tell(ask.ChangeRate("t-3", Decimal(24), "sedated")).refusals
    assert told(bench, HandworkAsked)[-1].command == SetRate(Decimal(24))
    bench.run(35)
    assert "SET 24 mL/h AT THE PUMP" in bench.alarm("handwork_waits")
    bench.pump.rate_ml_h = Decimal(24)
    bench.run(1)
    assert told(bench, RateChanged) == [RateChanged(Decimal("26.25"), Decimal(24), "sedated")]
    assert not session(bench).panel_rate
    assert bench.alarm("handwork_waits") == ""


def test_another_rate_than_the_one_asked_for_is_a_change_at_the_pump() -> None:
    bench = HandBench()
    bench.infuse(10)
    bench.tell(ask.ChangeRate("t-3", Decimal(24), "sedated"))
    bench.pump.rate_ml_h = Decimal(42)
    bench.run(1)
    assert told(bench, RateChanged)[-1].at_pump
    assert bench.alarm("rate_at_pump")


def test_what_is_no_longer_wanted_is_dropped_with_the_reason() -> None:
    bench = HandBench()
    bench.infuse(10)
    bench.tell(ask.ChangeRate("t-3", Decimal(24), "sedated"))
    assert bench.tell(ask.DropHandwork("t-3", " ")).refusals
    assert not bench.tell(ask.DropHandwork("t-3", "awake again")).refusals
    assert told(bench, HandworkDropped) == [HandworkDropped("t-3", "awake again")]
    assert bench.tell(ask.DropHandwork("t-3", "again")).refusals


def test_a_patient_who_asks_to_stop_is_a_pause_asked_of_a_person_at_once() -> None:
    bench = HandBench()
    bench.infuse(5)
    bench.tell(ask.NoteCare(Care.ASKED_TO_STOP, bench.clock.now()))
    assert told(bench, HandworkAsked)[0].reason == "the patient asked to stop"
    assert bench.alarm("pause_unconfirmed").endswith("the patient asked to stop")
    assert told(bench, CommandRequested) == []


def test_after_power_was_lost_the_remaining_dose_is_set_by_hand() -> None:
    bench = HandBench()
    bench.infuse(20)
    gone = session(bench).given_ml
    lost = PumpReading(bench.clock.now(), PumpState.STOPPED, Decimal(0), Decimal(0), PumpAlarm.RESET)
    bench.pump.state, bench.pump.infused_ml = PumpState.STOPPED, Decimal(0)
    bench.tell(ask.PumpSeen(lost))
    assert bench.phase() is Phase.PAUSED
    assert bench.tell(ask.ResumeInfusion("t")).refusals
    wanted = to_set(session(bench))
    assert wanted is not None
    assert wanted.volume_ml + gone <= Decimal("17.5")
    bench.set_pump(volume=str(wanted.volume_ml))
    assert not bench.confirm(*ALL).refusals
    bench.key(PumpState.INFUSING)
    assert bench.phase() is Phase.INFUSING
    bench.run(25 * 60, every_s=2)
    (ended,) = told(bench, InfusionEnded)
    assert ended.infused_ml is not None
    assert abs(ended.infused_ml - Decimal("17.5")) < Decimal("0.2")


# --- STOP -----------------------------------------------------------------------------------------


@pytest.mark.req("HND-STOP")
@pytest.mark.parametrize("tells", [EVERYTHING, RACK])
def test_stop_says_at_once_that_it_can_only_be_done_at_the_pump(tells: Tells) -> None:
    bench = HandBench(tells)
    bench.infuse(5)
    decision = bench.tell(ask.PressStop("distress"), UNATTRIBUTED)
    assert decision.refusals == ()
    assert decision.events[:2] == (StopPressed("distress"), StopUnconfirmed(0, 0.0))
    assert "STOP AT THE PUMP" in bench.alarm("stop_unconfirmed")
    bench.run(30)
    assert bench.phase() is Phase.INFUSING, "what could not be stopped does not look stopped"
    assert told(bench, StopConfirmed) == []
    bench.key(PumpState.STOPPED)
    assert len(told(bench, StopConfirmed)) == 1
    assert told(bench, InfusionEnded)[0].why is EndReason.STOPPED
    assert told(bench, InfusionEnded)[0].reason == "distress"
    assert bench.alarm("stop_unconfirmed") == ""


def test_stop_on_a_pump_that_no_longer_answers_alarms_until_it_reads_as_stopped() -> None:
    bench = HandBench()
    bench.infuse(5)
    bench.pump.dead = True
    bench.tell(ask.LinkSeen("pump", LinkState.OPEN, "cable"))
    bench.tell(ask.PressStop())
    bench.run(20)
    assert bench.alarm("stop_unconfirmed")
    assert bench.phase() is Phase.INFUSING
    bench.pump.dead = False
    bench.pump.state = PumpState.STOPPED
    bench.connect()
    assert bench.phase() is Phase.OBSERVING


STEPS = st.lists(
    st.one_of(
        st.sampled_from(
            ["stop", "pause", "resume", "rate", "confirm", "asked", "end", "time", "lost", "back"]
        ),
        st.sampled_from([PumpState.STOPPED, PumpState.INFUSING, PumpState.PAUSED, PumpState.UNKNOWN]),
    ),
    max_size=18,
)


@settings(max_examples=30, deadline=None)
@given(tells=st.sampled_from([EVERYTHING, RACK]), ready=st.booleans(), steps=STEPS)
def test_no_order_of_events_sends_a_byte_refuses_stop_or_claims_a_stop_that_was_not_read(
    tells: Tells, ready: bool, steps: list[str | PumpState]
) -> None:
    bench = HandBench(tells)
    if ready:
        bench.ready()
    else:
        bench.ordered()
    for number, step in enumerate(steps):
        _do(bench, step, number)
        assert bench.pump.asked == []
        stop = bench.state.stop
        if stop is not None and not stop.confirmed:
            assert bench.alarm("stop_unconfirmed")
        assert bench.replayed() == bench.state
        order = session(bench).order
        if order is not None and bench.phase() is Phase.READY:
            kept = told(bench, PumpSetByHand)[-1]
            assert kept.program.volume_ml <= order.volume_ml


def _do(bench: HandBench, step: str | PumpState, number: int) -> None:
    match step:
        case PumpState():
            bench.key(step)
        case "stop":
            running = bench.pump.state is PumpState.INFUSING
            decision = bench.tell(ask.PressStop("now"))
            assert decision.refusals == ()
            bench.run(2)
            stop = bench.state.stop
            assert stop is not None
            assert not (running and stop.confirmed), "it still runs: nothing may say that it was stopped"
        case "pause":
            bench.tell(ask.PauseInfusion(f"t{number}"))
        case "resume":
            bench.tell(ask.ResumeInfusion(f"t{number}"))
        case "rate":
            bench.tell(ask.ChangeRate(f"t{number}", Decimal(24), "tolerated"))
        case "confirm":
            bench.set_pump()
            bench.confirm(*ALL)
        case "asked":
            bench.tell(ask.NoteCare(Care.ASKED_TO_STOP, bench.clock.now()))
        case "end":
            bench.tell(ask.EndInfusion("enough"))
        case "lost" | "back":
            bench.pump.dead = step == "lost"
            state = LinkState.OPEN if bench.pump.dead else LinkState.ANSWERING
            bench.tell(ask.LinkSeen("pump", state, "cable"))
        case _:
            bench.run(30, every_s=3)
