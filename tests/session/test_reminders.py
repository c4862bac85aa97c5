"""What was begun and left is called to mind: a program, a pause, a patient."""

from __future__ import annotations

import pytest

from console.session import intents as ask
from console.session.events import AlarmRaised, Care, PresenceConfirmed, Priority
from console.session.people import UNATTRIBUTED
from console.session.state import Phase, Session
from tests.session.bench import Bench


def raised(bench: Bench, code: str) -> list[Priority]:
    return [
        e.event.priority for e in bench.entries if isinstance(e.event, AlarmRaised) and e.event.code == code
    ]


def codes(bench: Bench) -> set[str]:
    return {alarm.raised.code for alarm in bench.state.alarms if alarm.condition}


def session_of(bench: Bench) -> Session:
    assert bench.state.session is not None
    return bench.state.session


def idle(bench: Bench, seconds: float) -> None:
    bench.run(seconds, every_s=5)


# --- programming and pausing ----------------------------------------------------------------------


@pytest.mark.req("GIP-2.2.4")
@pytest.mark.req("GIP-2.2.5")
def test_a_program_nobody_starts_is_low_after_five_and_medium_after_ten_minutes() -> None:
    bench = Bench()
    bench.prepare()
    idle(bench, 295)
    assert raised(bench, "idle_programming") == []
    idle(bench, 10)
    assert raised(bench, "idle_programming") == [Priority.LOW]
    idle(bench, 300)
    assert raised(bench, "idle_programming") == [Priority.LOW, Priority.MEDIUM]
    assert any("ten minutes" in sentence for sentence in bench.start().refusals)
    bench.verify()
    bench.run(1)
    assert "idle_programming" not in codes(bench)


@pytest.mark.req("GIP-2.2.4")
def test_an_order_nobody_programs_is_called_to_mind_and_an_entry_ends_it() -> None:
    bench = Bench()
    bench.arrive()
    bench.order()
    bench.verify()
    idle(bench, 305)
    assert raised(bench, "idle_programming") == [Priority.LOW]
    bench.tell(ask.NoteCare(Care.NOTE, bench.clock.now(), "waiting for the physician"))
    bench.run(1)
    assert "idle_programming" not in codes(bench)


@pytest.mark.req("GIP-2.2.2")
def test_a_long_pause_is_low_after_two_and_medium_after_five_minutes() -> None:
    bench = Bench()
    bench.infuse(5)
    bench.tell(ask.PauseInfusion("pause-1"))
    idle(bench, 115)
    assert raised(bench, "paused_long") == []
    idle(bench, 10)
    assert raised(bench, "paused_long") == [Priority.LOW]
    idle(bench, 180)
    assert raised(bench, "paused_long") == [Priority.LOW, Priority.MEDIUM]
    bench.tell(ask.ResumeInfusion("resume-1"))
    bench.run(1)
    assert "paused_long" not in codes(bench)


# --- presence -------------------------------------------------------------------------------------


@pytest.mark.req("HUM-07")
def test_an_infusion_nobody_attends_is_medium_after_ten_and_high_after_fifteen_minutes() -> None:
    bench = Bench()
    bench.infuse(0)
    idle(bench, 595)
    assert raised(bench, "unattended") == []
    idle(bench, 10)
    assert raised(bench, "unattended") == [Priority.MEDIUM]
    idle(bench, 300)
    assert raised(bench, "unattended") == [Priority.MEDIUM, Priority.HIGH]


@pytest.mark.req("HUM-07")
def test_anybody_may_confirm_to_be_there_without_a_name() -> None:
    bench = Bench()
    bench.infuse(0)
    idle(bench, 605)
    confirmed = bench.tell(ask.ConfirmPresence(), UNATTRIBUTED)
    assert confirmed.events[0] == PresenceConfirmed()
    assert session_of(bench).attended_at == bench.clock.now()
    bench.run(1)
    assert "unattended" not in codes(bench)
    assert bench.replayed() == bench.state


@pytest.mark.req("HUM-07")
def test_devices_and_the_room_itself_do_not_attend() -> None:
    bench = Bench()
    bench.infuse(0)
    before = session_of(bench).attended_at
    idle(bench, 120)
    bench.measure(130, 80)
    assert session_of(bench).attended_at == before
    bench.tell(ask.RecordScore("moaas", {"level": 5}))
    assert session_of(bench).attended_at == bench.clock.now()


def test_presence_belongs_to_a_session() -> None:
    bench = Bench()
    bench.connect()
    assert bench.tell(ask.ConfirmPresence()).refusals


@pytest.mark.req("HUM-07")
def test_a_late_sedation_check_is_called_to_mind_and_then_alarms() -> None:
    bench = Bench()
    bench.infuse(0)
    idle(bench, 5 * 60)
    assert session_of(bench).prompted
    idle(bench, 115)
    assert raised(bench, "overdue_moaas") == []
    idle(bench, 10)
    assert raised(bench, "overdue_moaas") == [Priority.MEDIUM]
    bench.tell(ask.RecordScore("moaas", {"level": 5}))
    bench.run(1)
    assert "overdue_moaas" not in codes(bench)


@pytest.mark.req("HUM-07")
def test_a_patient_in_recovery_whom_nobody_looks_after_is_called_to_mind() -> None:
    bench = Bench()
    bench.infuse(5)
    bench.tell(ask.PressStop("asked to"))
    bench.run(1)
    assert bench.phase() is Phase.OBSERVING
    idle(bench, 29 * 60)
    assert raised(bench, "unattended") == []
    idle(bench, 90)
    assert raised(bench, "unattended") == [Priority.LOW]
    idle(bench, 30 * 60)
    assert raised(bench, "unattended") == [Priority.LOW, Priority.MEDIUM]


@pytest.mark.req("HUM-08")
def test_a_session_open_with_nobody_signed_in_is_called_to_mind() -> None:
    bench = Bench()
    bench.infuse(5)
    bench.tell(ask.PressStop("asked to"))
    bench.run(1)
    bench.tell(ask.SignOut())
    assert bench.state.user is None
    idle(bench, 290)
    assert "nobody_signed_in" not in codes(bench)
    idle(bench, 20)
    assert raised(bench, "nobody_signed_in") == [Priority.LOW]
