"""Program, start and pause: asked against read back, every condition in words, one arm one START."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from console.clinical.vitals import Vital
from console.session import intents as ask
from console.session.events import CommandRequested
from console.session.pump import (
    Confirmed,
    Program,
    PumpAlarm,
    PumpReading,
    PumpState,
    ReadBack,
    Refused,
    Unknown,
)
from console.session.state import Phase
from console.ui.viewmodels.step_paused import paused_view
from console.ui.viewmodels.step_program import Mark, command_words, program_view, rows
from console.ui.viewmodels.step_ready import ready_view
from tests.session.bench import SITE, Bench
from tests.ui.in_process_room import PINS
from tests.ui.step_rig import Rig, a_rig

pytestmark = pytest.mark.gui
PROGRAM = CommandRequested(
    "c-1", Program("BD 60 mL", Decimal("26.59"), Decimal("26.25"), Decimal("17.5"), 30), 10
)


@pytest.fixture
def rig(qapp: QApplication) -> Iterator[Rig]:
    assert qapp is not None
    with a_rig() as made:
        made.arrived()
        made.room.bench.order()
        made.room.bench.verify()
        made.turn()
        yield made


# --- program --------------------------------------------------------------------------------------


def test_before_programming_nothing_counts_as_read_back(rig: Rig) -> None:
    table = rows(rig.session)
    assert [row.asked for row in table] == ["26.59 mm", "26.25 mL/h", "17.5 mL", "stopped"]
    assert {row.mark for row in table} == {Mark.UNKNOWN}
    assert {row.read_back for row in table} == {"--"}


def test_the_pump_is_programmed_and_every_value_compared(rig: Rig) -> None:
    rig.touch("primary")
    rig.turn()
    assert rig.phase is Phase.READY
    assert {row.mark for row in rows(rig.session)} == {Mark.EQUAL}


def test_a_value_the_pump_reads_back_otherwise_is_marked_not_equal() -> None:
    bench = Bench()
    bench.prepare()
    session = bench.state.session
    assert session is not None
    other = ReadBack(PumpState.STOPPED, Decimal("26.59"), Decimal("26.5"), Decimal("17.5"))
    marks = {row.label: row.mark for row in rows(replace(session, read_back=other))}
    assert marks["Rate"] is Mark.DIFFERENT
    assert marks["Syringe diameter"] is Mark.EQUAL


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (None, "requested"),
        (Confirmed(ReadBack(PumpState.STOPPED)), "confirmed"),
        (Refused("the pump is infusing"), "refused. The pump is infusing."),
        (Unknown("no reply"), "unknown"),
    ],
)
def test_a_command_is_told_in_one_of_four_states(
    outcome: Confirmed | Refused | Unknown | None, words: str
) -> None:
    assert words in command_words(PROGRAM, outcome)


def test_a_refused_program_is_told_with_its_reason(rig: Rig) -> None:
    rig.room.bench.pump.state = PumpState.INFUSING
    rig.touch("primary")
    rig.turn()
    said = rig.label("answer") if rig.sees("answer") else rig.label("command")
    assert "infusing" in said or "stopped" in said
    assert rig.phase is Phase.PROGRAM


@pytest.mark.req("SER-08")
def test_a_lost_reply_is_shown_as_unknown_and_nothing_more_can_be_asked() -> None:
    bench = Bench()
    bench.prepare()
    bench.pump.lose_reply = True
    bench.start("arm-1")
    view = program_view(bench.state, None, None)
    assert "unknown" in view.command
    assert not view.may_program


# --- start ----------------------------------------------------------------------------------------


def ready(rig: Rig) -> None:
    rig.touch("primary")
    rig.turn()
    assert rig.phase is Phase.READY


def test_ready_shows_its_conditions_before_the_live_view(rig: Rig) -> None:
    ready(rig)
    assert rig.sees("step_ready")
    assert rig.can_touch("start")


def test_start_is_held_for_a_second_and_asked_once(rig: Rig) -> None:
    ready(rig)
    rig.hold("start", 0.9)
    assert rig.asked(ask.StartInfusion) == []
    rig.hold("start", 1.2)
    assert len(rig.asked(ask.StartInfusion)) == 1
    assert rig.phase is Phase.INFUSING


@pytest.mark.req("HUM-01")
def test_click_trains_never_start(rig: Rig) -> None:
    ready(rig)
    start = rig.find("start")
    for _ in range(200):
        rig.mouse(start, QEvent.Type.MouseButtonPress)
        rig.mouse(start, QEvent.Type.MouseButtonRelease)
    rig.turn()
    assert rig.asked(ask.StartInfusion) == []


def test_an_old_check_switches_start_off_until_the_second_person_checks_again(rig: Rig) -> None:
    ready(rig)
    rig.room.bench.run(11 * 60, every_s=10)
    rig.turn()
    assert not rig.can_touch("start")
    rig.touch("check_again")
    assert rig.steps.hides_order
    rig.second_person("70", "2", "0.5")
    assert rig.can_touch("start")


def test_missing_saturation_switches_start_off_and_says_why(rig: Rig) -> None:
    ready(rig)
    rig.room.bench.vitals[Vital.SPO2] = None
    rig.turn()
    assert not rig.can_touch("start")
    assert "put the probe on" in rig.texts()


def test_what_is_not_known_does_not_count_as_met() -> None:
    bench = Bench()
    bench.prepare()
    view = ready_view(bench.state, None, bench.clock.now(), SITE)
    unknown = [condition.label for condition in view.conditions if condition.met is None]
    assert {"SpO₂", "Pump", "Record", "Alarm sound"} <= set(unknown)
    assert not view.may_start


# --- pause ----------------------------------------------------------------------------------------


def running(rig: Rig, minutes: float = 10) -> None:
    ready(rig)
    rig.room.bench.start("arm-1")
    rig.room.bench.run(minutes * 60, every_s=5)
    rig.turn()


def test_a_pause_by_the_pump_shows_the_ways_out(rig: Rig) -> None:
    running(rig)
    rig.room.bench.pump.state = PumpState.PAUSED
    rig.room.bench.run(2)
    rig.turn()
    assert rig.phase is Phase.PAUSED
    assert rig.sees("step_paused")
    assert "Paused at the pump" in rig.texts()
    assert rig.can_touch("resume")


def test_resume_is_held(rig: Rig) -> None:
    running(rig)
    rig.room.bench.pump.state = PumpState.PAUSED
    rig.room.bench.run(2)
    rig.turn()
    rig.hold("resume", 1.2)
    assert len(rig.asked(ask.ResumeInfusion)) == 1
    assert rig.phase is Phase.INFUSING


def test_after_a_reset_only_the_remaining_dose_can_be_programmed(rig: Rig) -> None:
    running(rig)
    bench = rig.room.bench
    bench.pump.state, bench.pump.infused_ml = PumpState.STOPPED, Decimal(0)
    bench.tell(
        ask.PumpSeen(PumpReading(bench.clock.now(), PumpState.ALARM, Decimal(0), Decimal(0), PumpAlarm.RESET))
    )
    rig.turn()
    assert rig.phase is Phase.PAUSED
    assert not rig.sees("resume")
    assert rig.label("primary") == "Program remaining dose"
    rig.touch("primary")
    rig.turn()
    left = bench.pump.asked[-1]
    assert isinstance(left, Program)
    assert left.volume_ml < Decimal("17.5")
    assert rig.can_touch("resume")


def test_an_infusion_is_ended_with_a_reason(rig: Rig) -> None:
    running(rig)
    rig.room.bench.pump.state = PumpState.PAUSED
    rig.room.bench.run(2)
    rig.turn()
    rig.touch("end")
    rig.touch("reason_Distress")
    rig.touch("reason_act")
    rig.turn()
    assert rig.asked(ask.EndInfusion) == [ask.EndInfusion("Distress")]
    assert rig.phase is Phase.OBSERVING


def test_a_pause_tells_what_was_given_and_what_is_left() -> None:
    bench = Bench()
    bench.infuse(10)
    bench.tell(ask.PauseInfusion("p-1"))
    view = paused_view(bench.state, None, bench.clock.now())
    assert view.given.startswith("8.7 of 35 mg")
    assert view.left.startswith("26.3 mg")
    assert view.may_resume


def test_the_pins_of_nobody_are_left_in_the_window(rig: Rig) -> None:
    ready(rig)
    assert not any(pin in rig.texts() for pin in PINS.values())
