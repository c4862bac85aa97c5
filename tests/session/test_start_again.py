"""A START that failed leaves a way on: the pump is programmed anew, never started twice on one program."""

from __future__ import annotations

from decimal import Decimal

import pytest

from console.session import intents as ask
from console.session.pump import Outcome, Program, PumpCommand, PumpState, Refused, Start
from console.session.state import Phase
from tests.session.bench import NURSE, Bench

NOT_STARTED = Refused("the pump reads back as not infusing: it was not started")


def refuse_starts(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The drive is still blocked: whatever is started stops at once."""
    carry_out = bench.pump.carry_out

    def blocked(command: PumpCommand) -> Outcome:
        return NOT_STARTED if isinstance(command, Start) else carry_out(command)

    monkeypatch.setattr(bench.pump, "carry_out", blocked)


def programs(bench: Bench) -> list[Decimal]:
    return [command.volume_ml for command in bench.pump.asked if isinstance(command, Program)]


@pytest.mark.req("SER-15")
def test_a_first_start_that_failed_asks_for_a_new_program(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench()
    bench.prepare()
    refuse_starts(bench, monkeypatch)
    bench.start("arm-1")
    assert bench.phase() is Phase.PROGRAM
    assert bench.tell(ask.StartInfusion("arm-2"), NURSE).refusals
    monkeypatch.undo()
    assert not bench.tell(ask.ProgramPump("again"), NURSE).refusals
    assert bench.phase() is Phase.READY
    bench.start("arm-3")
    assert bench.phase() is Phase.INFUSING


@pytest.mark.req("SER-15")
def test_a_restart_that_failed_after_a_halt_can_be_programmed_and_started_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bench = Bench()
    bench.prepare()
    bench.infuse(10)
    bench.pump.state = PumpState.STOPPED
    bench.run(3)
    assert bench.phase() is Phase.PAUSED
    assert not bench.tell(ask.ProgramPump("rest-1"), NURSE).refusals
    refuse_starts(bench, monkeypatch)
    bench.tell(ask.ResumeInfusion("go-1"), NURSE)
    assert bench.tell(ask.ResumeInfusion("go-2"), NURSE).refusals
    monkeypatch.undo()
    assert not bench.tell(ask.ProgramPump("rest-2"), NURSE).refusals
    assert programs(bench)[-1] == programs(bench)[-2]
    bench.tell(ask.ResumeInfusion("go-3"), NURSE)
    assert bench.phase() is Phase.INFUSING
    assert bench.replayed() == bench.state
