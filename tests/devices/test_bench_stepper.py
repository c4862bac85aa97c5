"""Stepping a run: guards, answers, ending, and that a pump is never left running."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from console.app.selftest_virtual import VirtualBench
from console.app.virtual_devices import read_scenario
from console.clock import ManualClock
from console.devices.bench.procedure import CANNOT, Answer, Ask, Deed, Wants
from console.devices.bench.stepper import (
    CONFIRM_FIRST,
    ENDED,
    SESSION_OPEN,
    UNKNOWN_DEVICE,
    Bench,
    BenchRefused,
    checks_for,
)
from console.devices.virtual.ne1000 import VirtualNE1000
from console.session.bench import Verdict


def nobody() -> bool:
    return False


def virtual(name: str = "ne1000") -> VirtualBench:
    return VirtualBench(name, read_scenario("routine"), ManualClock().now())


def bench(
    on: VirtualBench, *chosen: str, no_patient: bool = True, session_open: Callable[[], bool] = nobody
) -> Bench:
    stand = on.stand()
    tasks = checks_for(stand, chosen)
    return Bench(stand, tasks, on.clock, on.cable, no_patient=no_patient, session_open=session_open)


def running(on: VirtualBench) -> bool:
    device = on.cable.lone.device
    assert isinstance(device, VirtualNE1000)
    return device.running


def until_running(on: VirtualBench, run: Bench) -> None:
    for _ in range(2000):
        run.step()
        if run.picture.asks is not None and not running(on):
            run.answer(on.hands(run.picture.asks))
        if running(on):
            return
    pytest.fail("the pump was never started")


def test_no_run_begins_while_a_session_is_open() -> None:
    with pytest.raises(BenchRefused, match="A session is open"):
        bench(virtual(), session_open=lambda: True)


@pytest.mark.req("BNC-01")
def test_without_the_confirmation_nothing_is_programmed_and_nothing_flows() -> None:
    on = virtual()
    run = bench(on, no_patient=False).run(on.hands)
    told = {check.check: check for check in run.checks}
    for name in ("read_back", "volume", "flow", "panel", "stall", "power", "watchdog"):
        assert told[name].verdict is Verdict.NOT_DONE
        assert told[name].sentence == CONFIRM_FIRST
    assert told["link_quality"].verdict is Verdict.PASSED
    assert not run.no_patient
    assert on.cable.delivered_ml() == 0.0


def test_a_device_that_did_not_say_who_it_is_is_sent_no_command() -> None:
    on = virtual()
    on.cable.twin = virtual("masimo").cable.twin
    run = bench(on).run(on.hands)
    assert [check.check for check in run.failed] == ["identity"]
    assert {check.sentence for check in run.checks[2:]} == {UNKNOWN_DEVICE}


@pytest.mark.req("BNC-01")
def test_a_session_that_opens_meanwhile_ends_the_run_and_stops_the_pump() -> None:
    on, opened = virtual(), [False]
    run = bench(on, "volume", session_open=lambda: opened[0])
    until_running(on, run)
    opened[0] = True
    assert not run.step()
    assert not running(on)
    assert run.result().checks[-1].sentence == SESSION_OPEN


@pytest.mark.req("BNC-01")
@pytest.mark.parametrize("check", ["volume", "panel", "stall", "power", "watchdog", "flow"])
def test_a_run_that_is_ended_leaves_no_pump_running(check: str) -> None:
    on = virtual()
    run = bench(on, check)
    until_running(on, run)
    run.end()
    assert not run.step()
    assert not running(on)
    assert run.result().checks[-1].sentence == ENDED
    assert run.picture.finished
    assert not run.step()


def test_a_pump_whose_line_breaks_is_stopped_as_far_as_it_can_be_and_the_run_goes_on() -> None:
    on = virtual()
    run = bench(on, "volume", "stall")
    until_running(on, run)
    on.cable.pull_after_s = 1.0
    while run.step():
        if run.picture.asks is not None:
            run.answer(on.hands(run.picture.asks))
    verdicts = {one.check: one.sentence for one in run.result().failed}
    assert "pulled" in verdicts["volume"]
    assert "stall" in verdicts


@pytest.mark.req("BNC-01")
def test_a_technician_who_breaks_off_at_the_terminal_leaves_no_pump_running() -> None:
    on = virtual()

    def breaks_off(ask: Ask) -> Answer:
        if ask.deed is Deed.PANEL_RATE:
            assert running(on)
            raise KeyboardInterrupt
        return on.hands(ask)

    with pytest.raises(KeyboardInterrupt):
        bench(on, "panel").run(breaks_off)
    assert not running(on)


def test_the_picture_shows_what_is_done_asked_and_found() -> None:
    on = virtual()
    run = bench(on, "volume")
    assert [check for check, _ in run.picture.checks] == ["port", "identity", "volume"]
    asked: list[Ask] = []
    seen: set[str] = set()
    while run.step():
        picture = run.picture
        seen.add(picture.current)
        if picture.asks is not None:
            asked.append(picture.asks)
            run.answer(on.hands(picture.asks))
    assert {"port", "identity", "volume"} <= seen
    assert [one.deed for one in asked] == [Deed.LOAD_SYRINGE, Deed.WEIGH]
    assert asked[1].wants is Wants.NUMBER
    assert run.picture.finished
    assert run.picture.bytes_in > 0
    assert [result.check for result in run.picture.results] == ["port", "identity", "volume"]


def test_it_waits_for_an_answer_without_working_and_forgets_one_nobody_asked_for() -> None:
    on = virtual()
    run = bench(on, "volume")
    run.answer(Answer(number=99.0, unit="mL"))
    while run.picture.asks is None:
        run.step()
    before = on.clock.now()
    for _ in range(5):
        run.step()
    assert run.picture.asks is not None
    assert on.clock.now().seconds_since(before) == pytest.approx(0.5)


def test_what_a_technician_passes_over_is_not_done_and_no_failure() -> None:
    on = virtual()
    run = bench(on).run(lambda _ask: CANNOT)
    told = {check.check: check.verdict for check in run.checks}
    assert told["volume"] is Verdict.NOT_DONE
    assert told["watchdog"] is Verdict.PASSED
    assert run.verdict is Verdict.PASSED
    assert not running(on)


def test_a_check_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(BenchRefused, match=r"There is no check colour for this device. There are: port"):
        checks_for(virtual().stand(), ("colour",))
