"""Each reason why a command is not sent, alone; and what goes out when there is none."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal

import pytest
from msgspec.structs import replace

from console.clinical.vitals import Vital
from console.session import intents as ask
from console.session.commanding import above_hard_limit, must_reprogram
from console.session.events import CommandRequested, InfusionEnded, StopPressed
from console.session.people import Order
from console.session.pump import (
    LinkState,
    Pause,
    Program,
    PumpCommand,
    PumpState,
    Resume,
    SetRate,
    Start,
)
from console.session.state import InFlight, Phase, Session
from tests.session.bench import Bench

VERIFIED_S = 600.0


@pytest.fixture(scope="module")
def verified_bench() -> Bench:
    bench = Bench()
    bench.arrive()
    bench.order()
    bench.verify()
    bench.run(1)
    return bench


@pytest.fixture(scope="module")
def ready_bench() -> Bench:
    bench = Bench()
    bench.prepare()
    bench.run(1)
    return bench


@pytest.fixture(scope="module")
def infusing_bench() -> Bench:
    bench = Bench()
    bench.infuse(12)
    return bench


@pytest.fixture(scope="module")
def paused_bench() -> Bench:
    bench = Bench()
    bench.infuse(12)
    bench.tell(ask.PauseInfusion("pause-1"))
    bench.run(1)
    assert bench.phase() is Phase.PAUSED
    return bench


@pytest.fixture
def verified(verified_bench: Bench) -> Bench:
    return deepcopy(verified_bench)


@pytest.fixture
def ready(ready_bench: Bench) -> Bench:
    return deepcopy(ready_bench)


@pytest.fixture
def infusing(infusing_bench: Bench) -> Bench:
    return deepcopy(infusing_bench)


@pytest.fixture
def paused(paused_bench: Bench) -> Bench:
    return deepcopy(paused_bench)


def refused(bench: Bench, intent: ask.PersonIntent) -> str:
    """The reasons, when nothing was asked of the pump and nothing sent."""
    before = len(bench.pump.asked)
    decision = bench.tell(intent)
    assert not any(isinstance(event, CommandRequested) for event in decision.events)
    assert len(bench.pump.asked) == before
    assert decision.refusals
    return " ".join(decision.refusals)


def sent(bench: Bench, intent: ask.PersonIntent) -> PumpCommand:
    """The command that went out."""
    decision = bench.tell(intent)
    assert decision.refusals == ()
    (event,) = (one for one in decision.events if isinstance(one, CommandRequested))
    return event.command


def silence(bench: Bench) -> None:
    """The pump says nothing for a while, its link still counts as answering."""
    bench.pump.dead = True
    bench.clock.advance(30)
    bench.tell(bench.seen())


def unplug(bench: Bench) -> None:
    bench.tell(ask.LinkSeen("pump", LinkState.CLOSED, "pulled"))


def lose_a_reply(bench: Bench) -> None:
    bench.pump.lose_reply = True
    bench.tell(ask.StartInfusion("lost-1"))
    bench.pump.lose_reply = False
    assert bench.unknown()


def disk_full(bench: Bench) -> None:
    bench.watch = replace(bench.watch, not_recording="the disk is full")


def no_probe(bench: Bench) -> None:
    bench.vitals[Vital.SPO2] = None
    bench.run(1)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (unplug, "does not answer"),
        (lose_a_reply, "outcome of the last command is unknown"),
        (disk_full, "record cannot be written"),
        (no_probe, "There is no SpO₂"),
    ],
)
@pytest.mark.req("HUM-01")
def test_start_needs_each_condition_at_that_moment(
    ready: Bench, spoil: Callable[[Bench], None], reason: str
) -> None:
    spoil(ready)
    assert reason in refused(ready, ask.StartInfusion("start-9"))


def test_start_goes_out_when_nothing_is_missing(ready: Bench) -> None:
    assert sent(ready, ask.StartInfusion("start-9")) == Start()
    assert "programmed and read back first" in refused(ready, ask.StartInfusion("start-10"))


def test_start_needs_a_pump_that_reads_back_as_stopped(ready: Bench) -> None:
    ready.pump.state = PumpState.OTHER
    ready.tell(ask.PumpSeen(ready.reading()))
    assert "does not read back as stopped" in refused(ready, ask.StartInfusion("start-9"))


@pytest.mark.req("SEC-SECOND")
def test_the_second_persons_check_holds_for_ten_minutes_to_the_second(ready: Bench) -> None:
    session = ready.state.session
    assert session is not None
    assert session.verified_at is not None
    ready.run(VERIFIED_S - ready.clock.now().seconds_since(session.verified_at))
    exact = deepcopy(ready)
    assert sent(exact, ask.StartInfusion("start-9")) == Start()
    ready.run(1)
    assert "older than ten minutes" in refused(ready, ask.StartInfusion("start-9"))
    assert "older than ten minutes" in refused(ready, ask.ProgramPump("program-9"))


def test_the_pump_is_programmed_after_the_check_and_not_before(verified: Bench) -> None:
    command = sent(verified, ask.ProgramPump("program-9"))
    assert isinstance(command, Program)
    assert (command.rate_ml_h, command.volume_ml) == (Decimal("26.25"), Decimal("17.5"))
    early = Bench()
    early.arrive()
    assert "after the second person" in refused(early, ask.ProgramPump("program-1"))


@pytest.mark.parametrize(("spoil", "reason"), [(unplug, "does not answer"), (silence, "does not read back")])
def test_a_pump_that_does_not_answer_is_not_programmed(
    verified: Bench, spoil: Callable[[Bench], None], reason: str
) -> None:
    spoil(verified)
    assert reason in refused(verified, ask.ProgramPump("program-9"))


def test_a_running_pump_is_not_programmed(verified: Bench) -> None:
    verified.pump.state = PumpState.INFUSING
    verified.tell(ask.PumpSeen(verified.reading()))
    assert "does not read back as stopped" in refused(verified, ask.ProgramPump("program-9"))


@pytest.mark.req("SER-08")
def test_one_command_id_is_one_command(infusing: Bench) -> None:
    assert "asked already" in refused(infusing, ask.ChangeRate("start-1", Decimal(27)))
    assert "asked already" in refused(infusing, ask.PauseInfusion("start-1"))
    assert sent(infusing, ask.PauseInfusion("pause-9")) == Pause()


def test_pause_and_resume_belong_to_their_phases(infusing: Bench, paused: Bench, ready: Bench) -> None:
    assert "Nothing is paused" in refused(infusing, ask.ResumeInfusion("resume-9"))
    assert "Nothing is paused" in refused(ready, ask.ResumeInfusion("resume-9"))
    assert "Nothing is being infused" in refused(paused, ask.PauseInfusion("pause-9"))
    assert sent(paused, ask.ResumeInfusion("resume-9")) == Resume()


@pytest.mark.req("P4")
@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (unplug, "does not answer"),
        (disk_full, "record cannot be written"),
        (silence, "does not read back as paused"),
    ],
)
def test_resume_needs_each_condition_at_that_moment(
    paused: Bench, spoil: Callable[[Bench], None], reason: str
) -> None:
    spoil(paused)
    assert any(reason in sentence for sentence in paused.tell(ask.ResumeInfusion("resume-9")).refusals)
    assert Resume() not in paused.pump.asked


def test_a_rate_is_changed_while_infusing_only(infusing: Bench, paused: Bench) -> None:
    assert "while the pump is infusing" in refused(paused, ask.ChangeRate("rate-9", Decimal(27)))
    for nothing in (Decimal(0), Decimal(-1)):
        assert "above zero" in refused(infusing, ask.ChangeRate("rate-9", nothing))
    assert sent(infusing, ask.ChangeRate("rate-9", Decimal("26.5"), "meant")) == SetRate(Decimal("26.5"))
    infusing.run(60)
    again = infusing.tell(ask.ChangeRate("rate-10", Decimal(27), "meant"))
    assert any("10 min between steps" in sentence for sentence in again.refusals)
    infusing.run(9 * 60, every_s=5)
    assert infusing.tell(ask.ChangeRate("rate-11", Decimal(27), "meant")).refusals == ()


def test_a_paused_infusion_is_ended_with_a_reason_and_stops_the_pump_once(paused: Bench) -> None:
    assert "Say why" in refused(paused, ask.EndInfusion("  "))
    decision = paused.tell(ask.EndInfusion("enough"))
    assert isinstance(decision.events[0], StopPressed)
    assert sum(isinstance(event, StopPressed) for event in decision.events) == 1
    assert any(isinstance(event, InfusionEnded) for event in decision.events)


def test_a_running_infusion_is_not_ended_by_words(infusing: Bench) -> None:
    assert "Press STOP, or pause first" in refused(infusing, ask.EndInfusion("enough"))


def test_an_infusion_is_not_ended_while_the_pump_still_infuses(paused: Bench) -> None:
    paused.pump.state = PumpState.INFUSING
    paused.watch = replace(paused.watch, pump=paused.reading())
    assert "still infuses" in refused(paused, ask.EndInfusion("enough"))


@pytest.mark.req("SER-09")
def test_when_stop_is_not_confirmed_a_silent_pump_can_be_given_up(infusing: Bench) -> None:
    infusing.pump.dead = True
    infusing.tell(ask.PressStop("distress"))
    infusing.run(30)
    assert infusing.phase() is Phase.INFUSING
    assert "STOP is not confirmed" in " ".join(infusing.tell(ask.ChangeRate("rate-9", Decimal(27))).refusals)
    decision = infusing.tell(ask.EndInfusion("stopped by hand"))
    assert decision.refusals == ()
    assert not any(isinstance(event, StopPressed) for event in decision.events)


# --- the last gate before the line ----------------------------------------------------------------


@pytest.fixture
def order(ready: Bench) -> Order:
    assert ready.state.session is not None
    assert ready.state.session.order is not None
    return ready.state.session.order


def program_of(order: Order, volume_ml: Decimal, rate_ml_h: Decimal | None = None) -> Program:
    rate = order.rate_ml_h if rate_ml_h is None else rate_ml_h
    return Program(order.syringe_name, order.diameter_mm, rate, volume_ml, 30)


def test_nothing_above_the_hard_rate_is_sent(order: Order) -> None:
    most, more = order.hard_rate_ml_h, order.hard_rate_ml_h + Decimal("0.001")
    nothing = Decimal(0)
    assert above_hard_limit(SetRate(most), order, nothing) == ""
    assert "is never sent" in above_hard_limit(SetRate(more), order, nothing)
    assert above_hard_limit(program_of(order, Decimal(1), most), order, nothing) == ""
    assert "is never sent" in above_hard_limit(program_of(order, Decimal(1), more), order, nothing)


def test_nothing_above_the_ordered_volume_is_sent_whatever_was_given_before(order: Order) -> None:
    given = Decimal(7)
    rest = order.volume_ml - given
    assert above_hard_limit(program_of(order, rest), order, given) == ""
    assert "never sent" in above_hard_limit(program_of(order, rest + Decimal("0.001")), order, given)
    assert "never sent" in above_hard_limit(program_of(order, order.volume_ml), order, Decimal("0.001"))


def test_without_an_order_nothing_is_programmed_and_stopping_is_free(order: Order) -> None:
    nothing = Decimal(0)
    assert "There is no order" in above_hard_limit(SetRate(Decimal(1)), None, nothing)
    assert "There is no order" in above_hard_limit(program_of(order, Decimal(1)), None, nothing)
    for command in (Pause(), Start(), Resume()):
        assert above_hard_limit(command, None, nothing) == ""
        assert above_hard_limit(command, order, nothing) == ""


# --- what is rarely so -----------------------------------------------------------------------------


def session_of(bench: Bench) -> Session:
    assert bench.state.session is not None
    return bench.state.session


def with_session(bench: Bench, **changed: object) -> None:
    """The session as it would be after a rare history."""
    bench.state = replace(bench.state, session=replace(session_of(bench), **changed))


@pytest.mark.parametrize(
    ("held", "counter_lost", "reprogrammed", "must"),
    [
        (False, False, False, False),
        (True, False, False, True),
        (False, True, False, True),
        (True, True, True, False),
        (True, False, True, False),
    ],
)
def test_a_held_or_reset_pump_goes_on_with_a_fresh_program_only(
    paused: Bench, held: bool, counter_lost: bool, reprogrammed: bool, must: bool
) -> None:
    halted = session_of(paused).paused
    assert halted is not None
    with_session(
        paused, paused=replace(halted, held=held), counter_lost=counter_lost, reprogrammed=reprogrammed
    )
    assert must_reprogram(session_of(paused)) is must
    if must:
        assert "program the remaining dose first" in refused(paused, ask.ResumeInfusion("resume-9"))
        assert isinstance(sent(paused, ask.ProgramPump("program-9")), Program)
    with_session(paused, paused=None)
    assert must_reprogram(session_of(paused)) is False


def test_a_pump_that_only_pauses_is_not_programmed_again(paused: Bench) -> None:
    assert "after the second person" in refused(paused, ask.ProgramPump("program-9"))


@pytest.mark.parametrize(("left_ml", "sent_ml"), [("0.5", "0.5"), ("0", None), ("-0.01", None)])
def test_what_is_programmed_after_a_hold_is_what_remains(
    paused: Bench, left_ml: str, sent_ml: str | None
) -> None:
    session = session_of(paused)
    assert session.paused is not None
    assert session.order is not None
    given = session.order.volume_ml - Decimal(left_ml) - session.counter_ml
    with_session(paused, paused=replace(session.paused, held=True), carried_ml=given)
    if sent_ml is None:
        assert "whole ordered volume has been given" in refused(paused, ask.ProgramPump("program-9"))
        return
    command = sent(paused, ask.ProgramPump("program-9"))
    assert isinstance(command, Program)
    assert command.volume_ml == Decimal(sent_ml)


@pytest.mark.req("SER-06")
def test_while_a_command_is_answered_no_other_one_is_sent(infusing: Bench) -> None:
    request = CommandRequested("rate-8", SetRate(Decimal(26)), 2.0)
    infusing.state = replace(infusing.state, in_flight=InFlight(request, infusing.clock.now()))
    assert "press STOP to stop at once" in refused(infusing, ask.PauseInfusion("pause-9"))
    assert "still answering" in refused(infusing, ask.ChangeRate("rate-9", Decimal(26)))


def test_a_late_command_is_not_sent(verified: Bench, ready: Bench, infusing: Bench, paused: Bench) -> None:
    asked = [
        verified.tell(ask.ProgramPump("c-9")),
        ready.tell(ask.StartInfusion("c-9")),
        infusing.tell(ask.ChangeRate("c-9", Decimal(26), "meant")),
        paused.tell(ask.ResumeInfusion("c-9")),
    ]
    expires = [
        event.expires_s
        for decision in asked
        for event in decision.events
        if isinstance(event, CommandRequested)
    ]
    assert expires == [10.0, 2.0, 2.0, 2.0]


def test_a_low_rate_is_a_rate(infusing: Bench) -> None:
    slow = Decimal("0.9")
    assert sent(infusing, ask.ChangeRate("rate-9", slow, "meant")) == SetRate(slow)


def test_a_step_is_judged_from_the_rate_that_runs_now(infusing: Bench) -> None:
    assert sent(infusing, ask.ChangeRate("rate-9", Decimal(13), "meant")) == SetRate(Decimal(13))
    infusing.run(11 * 60, every_s=5)
    again = infusing.tell(ask.ChangeRate("rate-10", Decimal(26), "meant"))
    assert any("33 %" in sentence for sentence in again.refusals)


def test_the_wait_between_steps_is_ten_minutes_to_the_hundredth(infusing: Bench) -> None:
    last = session_of(infusing).started_at
    assert last is not None
    with_session(infusing, last_step_at=infusing.clock.now())
    infusing.run(599)
    infusing.clock.advance(0.995)
    early = infusing.tell(ask.ChangeRate("rate-9", Decimal("26.5"), "meant"))
    assert any("min between steps" in sentence for sentence in early.refusals)
    infusing.clock.advance(0.005)
    late = infusing.tell(ask.ChangeRate("rate-10", Decimal("26.5"), "meant"))
    assert not any("min between steps" in sentence for sentence in late.refusals)


def test_without_the_protocol_in_the_library_no_rate_is_changed(infusing: Bench) -> None:
    library = dataclasses.replace(infusing.site.library, entries=infusing.site.library.entries[1:])
    infusing.site = dataclasses.replace(infusing.site, library=library)
    assert "can no longer be judged" in refused(infusing, ask.ChangeRate("rate-9", Decimal(26)))


def test_the_last_gate_refuses_what_the_library_would_let_through(infusing: Bench) -> None:
    order = session_of(infusing).order
    assert order is not None
    with_session(infusing, order=replace(order, hard_rate_ml_h=Decimal("26.4")))
    assert "is never sent" in refused(infusing, ask.ChangeRate("rate-9", Decimal("26.5"), "meant"))
