"""Every virtual device passes the bench; with something wrong the check that is meant for it says so."""

from __future__ import annotations

import pytest

from console.app.selftest_faults import FAULTS, BenchFault, fault_named, faults_of
from console.app.selftest_virtual import VirtualBench
from console.app.troubles import NotPossible
from console.app.virtual_devices import read_scenario
from console.clock import ManualClock
from console.devices.about import Control, Role
from console.devices.bench.stepper import Bench, checks_for
from console.devices.catalogue import about, device_names
from console.session.bench import BenchRun, CheckResult, Verdict

NAMES = device_names()
SENTENCES = {
    "no-port": "no such port",
    "wrong-syringe-flow": "% off",
    "wrong-syringe": "check the syringe's brand and size",
    "blind-to-occlusion": "without an alarm",
    "silent-on-power": "never said that its power was cut",
    "dead-after-power": "did not come back",
    "no-watchdog": "without its host",
    "unseen-panel": "did not notice",
    "wrong-pump": "shows 55 mL/h",
    "pulled": "was pulled",
    "sensor-off": "Not seen:",
    "reads-wrong": "instead of",
    "hangs": "Without sensors the monitor still tells",
    "drags": "samples/s instead of",
    "noisy": "frames are damaged|had no answer",
}
CASES = [(name, fault) for name in NAMES for fault in faults_of(about(name))]


def benched(
    name: str, fault: BenchFault | None = None, chosen: tuple[str, ...] = (), later_s: float = 0.0
) -> BenchRun:
    virtual = VirtualBench(name, read_scenario("routine"), ManualClock().now().plus(later_s))
    if fault is not None:
        fault.put(virtual)
    stand = virtual.stand()
    bench = Bench(
        stand,
        checks_for(stand, chosen),
        virtual.clock,
        virtual.cable,
        no_patient=True,
        session_open=lambda: False,
    )
    return bench.run(virtual.hands)


def found(run: BenchRun, check: str) -> CheckResult:
    return next(result for result in run.checks if result.check == check)


@pytest.mark.parametrize("name", NAMES)
def test_a_healthy_device_passes_everything_that_can_be_tried_on_it(name: str) -> None:
    run = benched(name)
    assert run.verdict is Verdict.PASSED
    assert [result for result in run.checks if result.verdict is Verdict.FAILED] == []
    assert run.device.simulated
    assert run.device.driver == name
    told = about(name)
    done = {result.check for result in run.checks if result.verdict is Verdict.PASSED}
    assert {"port", "identity", "link_quality"} <= done
    if told.role is Role.MONITOR:
        assert {"parameters", "rates", "simulator", "invalid"} <= done
    elif told.control is Control.FULL:
        assert {"read_back", "volume", "panel", "stall", "power"} <= done
        watchdog = found(run, "watchdog")
        # A laboratory pump has none, and its certificate says so.
        assert watchdog.verdict is Verdict.PASSED or "has no host time-out" in watchdog.sentence
    else:
        assert "shown_rate" in done
        only_read = found(run, "volume")
        assert only_read.verdict is Verdict.NOT_DONE
        assert "only read" in only_read.sentence


@pytest.mark.req("BNC-03")
@pytest.mark.parametrize(("name", "fault"), CASES, ids=[f"{name}-{fault.name}" for name, fault in CASES])
def test_with_something_wrong_the_right_check_says_so(name: str, fault: BenchFault) -> None:
    run = benched(name, fault, (fault.check,))
    result = found(run, fault.check)
    assert result.verdict is Verdict.FAILED, (result, [c.sentence for c in run.failed])
    assert run.verdict is Verdict.FAILED
    assert result.sentence.endswith((".", ")")), result.sentence
    if fault.name in SENTENCES:
        assert any(part in result.sentence for part in SENTENCES[fault.name].split("|")), result.sentence


@pytest.mark.parametrize("later_s", [0.7, 7.1, 43_211.0, 999_983.0])
def test_a_bad_cable_is_found_on_a_device_that_seldom_talks_whenever_the_test_begins(later_s: float) -> None:
    run = benched("nellcor", fault_named("noisy", about("nellcor")), ("link_quality",), later_s)
    result = found(run, "link_quality")
    assert result.verdict is Verdict.FAILED
    assert int(result.sentence.split()[0]) >= 2, "one damaged line alone may be missed"


def test_every_fault_of_the_menu_can_befall_some_device() -> None:
    assert {fault.name for _, fault in CASES} == {fault.name for fault in FAULTS}


def test_a_fault_that_a_device_cannot_have_is_refused_with_those_it_can() -> None:
    with pytest.raises(NotPossible, match="There are: no-port"):
        fault_named("hangs", about("ne1000"))
