"""A device that failed its test or is overdue: nothing starts with it before somebody said why."""

from __future__ import annotations

import pytest

from console.session import intents as ask
from console.session.bench import BenchDevice, BenchRun, CheckResult, Kind, Verdict
from console.session.events import DeviceTested, UnfitDeviceAccepted
from console.session.people import Actor, Authn, Role
from console.session.state import Phase
from tests.session.bench import Bench

SAID = "The pump failed its test on 2026-11-02. Volume: 8 % too much. Have it tested, or say why not."
TECHNICIAN = Actor("t1", "Technician One", Role.TECHNICIAN, Authn.PIN)
RUN = BenchRun(
    BenchDevice(Kind.PUMP, "ne1000", "NE-1000X2", port="/dev/serial/by-id/x"),
    1,
    (CheckResult("volume", "Volume", Verdict.FAILED, "8 % too much."),),
)


def ready() -> Bench:
    bench = Bench()
    bench.tell(ask.FitnessSeen((("pump", SAID),)))
    bench.prepare()
    assert bench.phase() is Phase.READY
    return bench


@pytest.mark.req("BEN-UNFIT")
def test_nothing_starts_with_an_unfit_device_before_somebody_said_why() -> None:
    bench = ready()
    refused = bench.tell(ask.StartInfusion("go-1"))
    assert refused.refusals == (SAID,)
    assert bench.tell(ask.UseUnfitDevice("pump", "  ")).refusals
    assert not bench.tell(ask.UseUnfitDevice("pump", "no other here")).refusals
    event = bench.entries[-1].event
    assert event == UnfitDeviceAccepted("pump", SAID, "no other here")
    assert not bench.tell(ask.StartInfusion("go-2")).refusals
    assert bench.replayed() == bench.state


@pytest.mark.req("BEN-UNFIT")
def test_a_reason_holds_for_what_was_said_and_for_this_patient_alone() -> None:
    bench = ready()
    bench.tell(ask.UseUnfitDevice("pump", "no other here"))
    bench.tell(ask.FitnessSeen((("pump", "The pump failed again."),)))
    assert bench.tell(ask.StartInfusion("go-1")).refusals == ("The pump failed again.",)
    bench.tell(ask.AbortSession("asked to"))
    fresh = ready()
    assert fresh.tell(ask.StartInfusion("go-1")).refusals == (SAID,)


def test_a_device_nothing_speaks_against_needs_no_reason() -> None:
    bench = Bench()
    bench.prepare()
    assert bench.tell(ask.UseUnfitDevice("pump", "because")).refusals
    assert not bench.tell(ask.StartInfusion("go-1")).refusals


def test_a_test_is_signed_by_a_technician_with_a_pin_and_outside_of_sessions() -> None:
    bench = Bench()
    bench.connect()
    nurse = Actor("n1", "Nurse One", Role.NURSE, Authn.PIN)
    assert bench.tell(ask.SignTest(RUN), nurse).refusals
    signed_in = Actor("t1", "Technician One", Role.TECHNICIAN, Authn.SIGNED_IN)
    assert "PIN" in bench.tell(ask.SignTest(RUN), signed_in).refusals[0]
    assert bench.tell(ask.SignTest(RUN), TECHNICIAN).events == (DeviceTested(RUN),)
    bench.arrive()
    assert "session is open" in bench.tell(ask.SignTest(RUN), TECHNICIAN).refusals[0]
