"""What becomes of the infusion when the console is gone is said truly for each kind of pump."""

from __future__ import annotations

import dataclasses

import pytest
from msgspec.structs import replace

from console.room.wire import Live
from console.session import intents as ask
from console.session.events import Priority
from console.session.pump import Identity, LinkState, PumpControl, RunsOn, StopsAsSet, StopsWithin, Unattended
from console.session.unattended import abandoned_words
from console.ui.viewmodels.live_delivery import delivery
from console.ui.viewmodels.live_pump import pump_face
from console.ui.viewmodels.step_ready import ready_view
from tests.session.bench import SITE, Bench

TOLD: list[tuple[Unattended | None, str]] = [
    (StopsAsSet(), "stops by itself within 30 s"),
    (StopsWithin(15), "stops by itself within 15 s"),
    (RunsOn(), "goes on to its target volume: be ready to stop it at the pump"),
    (None, "may go on, that is not known: be ready to stop it at the pump"),
]


def room(
    unattended: Unattended | None, control: PumpControl = PumpControl.COMMANDED, *, running: bool = True
) -> Bench:
    bench = Bench(dataclasses.replace(SITE, watchdog_s=30))
    who = Identity("any", "Any", control=control, unattended=unattended)
    bench.tell(ask.LinkSeen("pump", LinkState.ANSWERING, "answers", who))
    bench.prepare()
    if running:
        bench.start()
        bench.run(1)
    return bench


def alarm(bench: Bench, code: str) -> str:
    return next((one.raised.message for one in bench.state.alarms if one.raised.code == code), "")


@pytest.mark.parametrize(("unattended", "words"), TOLD)
@pytest.mark.req("PMP-UNATTENDED")
def test_the_start_checklist_says_what_the_pump_does_without_the_console(
    unattended: Unattended | None, words: str
) -> None:
    bench = room(unattended, running=False)
    view = ready_view(bench.state, None, bench.clock.now(), bench.site)
    told = {one.label: one.words for one in view.conditions}
    assert told["Console fails"] == f"the pump {words}"


@pytest.mark.req("PMP-UNATTENDED")
def test_the_start_checklist_says_that_only_a_person_stops_a_pump_worked_by_hand() -> None:
    bench = Bench()
    who = Identity("bcc", "Space", control=PumpControl.READ_ONLY, unattended=RunsOn())
    bench.tell(ask.LinkSeen("pump", LinkState.ANSWERING, "answers", who))
    bench.arrive()
    bench.order()
    view = ready_view(bench.state, None, bench.clock.now(), bench.site)
    told = {one.label: one.words for one in view.conditions}
    assert told["Console fails"] == "the pump goes on as it was set: only a person stops it, at the pump"


@pytest.mark.parametrize(("unattended", "words"), TOLD)
@pytest.mark.req("PMP-UNATTENDED")
def test_a_lost_room_says_what_the_running_pump_does_meanwhile(
    unattended: Unattended | None, words: str
) -> None:
    assert abandoned_words(room(unattended).state, SITE) == f"The pump {words}."
    assert abandoned_words(room(unattended, running=False).state, SITE) == ""


@pytest.mark.parametrize(
    ("unattended", "words"),
    [
        (StopsAsSet(), "The pump stops by itself within 30 s."),
        (StopsWithin(15), "The pump stops by itself within 15 s."),
        (RunsOn(), "It has no time-out of its own: the console sends STOP. Look at the pump."),
        (None, "Whether it stops by itself is not known: stop it at the pump."),
    ],
)
@pytest.mark.req("PMP-UNATTENDED")
def test_a_withheld_lease_promises_only_what_the_pump_does(unattended: Unattended | None, words: str) -> None:
    bench = room(unattended)
    bench.tell(ask.LeaseSeen(False, "Nobody has entered anything for 45 min."))
    bench.run(2)
    message = alarm(bench, "lease_withheld")
    assert message.endswith(words)
    assert "Nobody has entered anything for 45 min." in message


@pytest.mark.parametrize(
    ("unattended", "words"), [(StopsWithin(15), "stops by itself within 15 s"), (RunsOn(), "goes on to its")]
)
@pytest.mark.req("PMP-UNATTENDED")
def test_a_running_pump_that_falls_silent_is_said_with_what_it_does_left_alone(
    unattended: Unattended, words: str
) -> None:
    bench = room(unattended)
    bench.pump.dead = True
    bench.tell(ask.LinkSeen("pump", LinkState.CLOSED, "pulled"))
    bench.run(12)
    assert words in alarm(bench, "pump_link")


@pytest.mark.req("PMP-UNATTENDED")
def test_a_pump_that_runs_on_says_so_all_the_while_it_infuses() -> None:
    bench = room(RunsOn())
    live: Live | None = None
    given = delivery(bench.state, live)
    notice = pump_face(bench.state, live, given, None, bench.clock.now()).notice
    assert notice == "Should the console fail, this pump goes on: stop it at the pump."
    quiet = room(StopsAsSet())
    assert pump_face(quiet.state, live, given, None, quiet.clock.now()).notice == ""


def test_what_the_pump_does_stays_known_while_its_link_is_lost_and_after_a_replay() -> None:
    bench = room(StopsWithin(15))
    bench.tell(ask.LinkSeen("pump", LinkState.CLOSED, "pulled"))
    assert bench.state.unattended == StopsWithin(15)
    assert bench.replayed().unattended == StopsWithin(15)


@pytest.mark.req("PMP-NOT-KEPT")
def test_an_infusion_that_is_not_kept_going_is_a_high_alarm_until_the_pump_stands() -> None:
    bench = room(StopsWithin(15))
    reading = replace(bench.reading(), not_kept="the pump no longer hands control over to the console")
    bench.tell(ask.PumpSeen(reading))
    raised = next(one.raised for one in bench.state.alarms if one.raised.code == "not_kept")
    assert raised.priority is Priority.HIGH
    assert raised.message == (
        "The infusion is not kept going: the pump no longer hands control over to the console. "
        "The pump stops by itself within 15 s. LOOK AT THE PUMP"
    )
