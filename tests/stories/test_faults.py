"""What happens in mid-session when something breaks: through the real drivers, machine and record."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest

from console.app.records import vouched_chunks
from console.clinical.vitals import Vital
from console.devices.virtual.faults import HealthyLine, ReplyLost, Silent
from console.room.conductor import FAULT
from console.room.desk import SESSION_OPEN
from console.room.entries import entry_of
from console.room.wire import Answer, Ask, Live
from console.session import intents as ask
from console.session.events import (
    ClockStepped,
    CommandResolved,
    Event,
    NumericsSealed,
    RoomStarted,
    StopConfirmed,
    StopPressed,
    StopUnconfirmed,
)
from console.session.pump import Unknown
from console.session.state import Phase
from console.storage.rows import Batch, StoredEvent
from console.storage.trouble import TroubleKind, disk_trouble
from console.storage.verify import verify_record
from tests.stories.in_process_room import InProcessRoom, Story


def events_of(room: InProcessRoom) -> list[Event]:
    return [entry_of(stored).event for stored in room.record.events()]


def alarms(room: InProcessRoom) -> set[str]:
    return {alarm.raised.code for alarm in room.state.alarms if alarm.condition}


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story(tmp_path, waves=False)


def unresolved(story: Story) -> bool:
    return story.room.state.unresolved is not None


def still_running(story: Story) -> bool:
    return story.world.bay.pump.running


def infuse(story: Story, seconds: float = 20) -> None:
    story.play_until(Phase.INFUSING)
    story.room.run(seconds)


@pytest.mark.req("SER-08")
def test_lost_answer_to_start_is_read_back_and_start_is_sent_once(story: Story) -> None:
    story.play_until(Phase.READY)
    story.world.bay.pump.inject(ReplyLost())
    story.play_until(Phase.INFUSING, within_s=30)
    story.room.run(5)
    assert story.world.commands_sent(b"RUN") == 1
    assert story.room.state.unresolved is None
    assert story.room.phase is Phase.INFUSING


@pytest.mark.req("SER-09")
def test_stop_that_the_pump_does_not_confirm_alarms_within_two_seconds_and_is_repeated(story: Story) -> None:
    infuse(story)
    story.world.bay.pump.inject(Silent())
    desk, pressed_at = story.room.service.desk, story.world.clock.now()
    desk.press_stop()
    desk.stop_was_pressed("")
    while not any(isinstance(event, StopUnconfirmed) for event in events_of(story.room)):
        story.room.turn()
        # One thread does the work of four here, so half a second more than the owner needs.
        assert story.world.clock.now().seconds_since(pressed_at) < 3.0
    assert still_running(story)
    story.world.bay.pump.inject(HealthyLine())
    story.room.run(3)
    assert not still_running(story)
    assert story.room.phase is Phase.OBSERVING
    kinds = [type(event) for event in events_of(story.room)]
    assert kinds.index(StopPressed) < kinds.index(StopUnconfirmed) < kinds.index(StopConfirmed)


def test_stop_reaches_the_pump_before_it_reaches_the_record(story: Story) -> None:
    infuse(story)
    story.room.service.desk.press_stop()
    owner = story.room.service.pump_owner
    assert owner is not None
    owner.turn()
    assert not story.world.bay.pump.running
    assert not any(isinstance(event, StopPressed) for event in events_of(story.room))
    story.room.service.desk.stop_was_pressed("fell asleep")
    story.room.run(1)
    assert story.room.phase is Phase.OBSERVING


@pytest.mark.req("HST-01")
def test_room_killed_in_mid_infusion_adopts_the_pump_by_reading_it_back(story: Story) -> None:
    infuse(story, 60)
    session, sent = story.room.state.session, story.world.commands_sent(b"RUN")
    assert session is not None
    story.restart_room()
    assert story.room.state.session is not None
    assert story.room.state.session.session_id == session.session_id
    story.room.run(15)
    assert story.room.phase is Phase.INFUSING
    assert story.world.commands_sent(b"RUN") == sent == 1
    assert story.world.bay.pump.running
    assert story.room.state.session.counter_ml > session.counter_ml
    started = [event for event in events_of(story.room) if isinstance(event, RoomStarted)]
    assert [event.resumed_session for event in started] == ["", session.session_id]
    assert story.room.state.user is not None


@pytest.mark.req("GIP-4.1.1")
@pytest.mark.req("HST-01")
def test_command_cut_off_by_a_crash_is_unknown_until_the_pump_was_read(story: Story) -> None:
    story.play_until(Phase.READY)
    story.room.run(2)
    answers: list[Answer] = []
    story.room.service.desk.ask(Ask("r", ask.StartInfusion("start-1")), answers.append)
    story.room.service.conductor.turn(0)
    assert answers[0].accepted
    story.restart_room()
    resolved = [event for event in events_of(story.room) if isinstance(event, CommandResolved)]
    assert isinstance(resolved[-1].outcome, Unknown)
    assert unresolved(story)
    story.room.run(5)
    assert not unresolved(story)
    assert story.room.phase is Phase.PROGRAM
    assert story.world.commands_sent(b"RUN") == 0


def test_stop_cut_off_by_a_crash_is_pressed_again(story: Story) -> None:
    infuse(story)
    story.room.service.desk.stop_was_pressed("")
    story.room.service.conductor.turn(0)
    assert still_running(story)
    story.restart_room()
    story.room.run(3)
    assert not still_running(story)
    assert story.room.phase is Phase.OBSERVING


@pytest.mark.req("HST-03")
def test_full_disk_alarms_within_five_seconds_stops_nothing_and_loses_nothing(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    infuse(story)
    record = story.room.record
    seq_before = record.head().seq

    def full(_batch: Batch) -> tuple[StoredEvent, ...]:
        raise disk_trouble(TroubleKind.FULL, record.path)

    with monkeypatch.context() as broken:
        broken.setattr(record, "write", full)
        began = story.world.clock.now()
        while "not_recording" not in alarms(story.room):
            story.room.turn()
            assert story.world.clock.now().seconds_since(began) < 5
        lives = [message for message in story.room.told if isinstance(message, Live)]
        assert not lives[-1].recording
        answer = story.room.ask(Ask("r", ask.PauseInfusion(uuid4().hex)))
        assert answer.accepted
        story.room.run(3)
        assert story.room.phase is Phase.PAUSED
        assert not story.world.bay.pump.running
        assert record.head().seq == seq_before
        in_memory = story.room.state.seq
    story.room.run(15)
    assert "not_recording" not in alarms(story.room)
    assert record.head().seq >= in_memory
    seqs = [stored.seq for stored in record.events()]
    assert seqs == list(range(1, len(seqs) + 1))
    story.room.service.conductor.finish()
    assert verify_record(record.path, vouched_chunks).ok


def test_pulled_pump_cable_alarms_and_the_same_infusion_goes_on_when_it_is_back(story: Story) -> None:
    infuse(story)
    story.world.pulled.add(id(story.world.bay.pump))
    story.room.run(8)
    assert "pump_link" in alarms(story.room)
    assert story.room.phase is Phase.INFUSING
    story.world.pulled.clear()
    story.room.run(10)
    assert "pump_link" not in alarms(story.room)
    assert story.room.phase is Phase.INFUSING
    assert story.world.commands_sent(b"RUN") == 1


@pytest.mark.req("HST-07")
def test_clock_step_is_written_down_and_changes_no_timer_and_no_alarm(story: Story) -> None:
    infuse(story, 30)
    before = alarms(story.room)
    story.world.clock.step_wall(3600)
    story.room.run(10)
    steps = [event.by_s for event in events_of(story.room) if isinstance(event, ClockStepped)]
    assert steps == [pytest.approx(3600, abs=1)]
    assert alarms(story.room) == before
    session = story.room.state.session
    assert session is not None
    assert session.started_at is not None
    elapsed_s = story.world.clock.now().seconds_since(session.started_at)
    given_ml = float(session.counter_ml)
    assert given_ml == pytest.approx(25.5 * elapsed_s / 3600, rel=0.3)


def test_console_cannot_be_closed_while_a_session_is_open(story: Story) -> None:
    infuse(story, 1)
    answers: list[Answer] = []
    story.room.service.desk.quit(answers.append)
    story.room.run(1)
    assert answers == [Answer("quit", False, (SESSION_OPEN,))]
    assert not story.room.service.left.is_set()


def test_fault_in_the_program_is_said_sounds_and_stops_nothing_else(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    infuse(story, 1)

    def broken(*_: object) -> None:
        raise RuntimeError("a fault")

    with monkeypatch.context() as faulty:
        faulty.setattr("console.room.conductor.step", broken)
        assert story.room.ask(Ask("r", ask.SignOut())) == Answer("r", False, (FAULT,))
    assert story.room.ask(Ask("r2", ask.PauseInfusion(uuid4().hex))).accepted


@pytest.mark.req("HUM-09")
def test_wrong_pin_is_refused_and_the_right_one_names_the_actor(story: Story) -> None:
    wrong = story.room.ask(Ask("r", ask.SignIn(), "ana", "000001"))
    assert not wrong.accepted
    assert "wrong" in wrong.sentences[0].lower()
    assert story.room.ask(Ask("r", ask.SignIn(), "ana", "417093")).accepted
    assert story.room.state.user is not None
    assert story.room.state.user.name == "Ana Ruiz"


def test_numerics_of_the_session_are_sealed_ten_seconds_at_a_time(story: Story) -> None:
    infuse(story, 40)
    sealed = [event for event in events_of(story.room) if isinstance(event, NumericsSealed)]
    assert len(sealed) >= 30
    last = sealed[-1]
    assert len(last.values[Vital.SPO2.value]) == 10
    assert last.infused_ml is not None
    assert last.infused_ml > Decimal(0)
