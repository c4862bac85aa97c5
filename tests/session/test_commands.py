"""Each reason why a command is not sent, alone; and what goes out when there is none."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal

import pytest
from msgspec.structs import replace

from console.clinical.vitals import Vital
from console.session import intents as ask
from console.session.commanding import above_hard_limit
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
from console.session.state import Phase
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
