"""No session is begun that could not be recorded to its end."""

from __future__ import annotations

import pytest

from console.session import intents as ask
from console.session.disk_space import too_full
from console.session.site import DiskNeeds
from console.session.state import Phase
from console.session.watch import Watch
from tests.session.bench import NURSE_PIN, PATIENT, Bench


def codes(bench: Bench) -> set[str]:
    return {alarm.raised.code for alarm in bench.state.alarms if alarm.condition}


@pytest.mark.req("HST-03")
def test_a_session_is_refused_below_two_gigabytes_and_begun_above() -> None:
    bench = Bench()
    bench.tell(ask.SignIn(), NURSE_PIN)
    bench.tell(ask.DiskSeen(1_990_000_000))
    refused = bench.tell(ask.OpenSession("s-1", PATIENT))
    assert "1.99 GB left" in " ".join(refused.refusals)
    assert bench.phase() is Phase.NO_SESSION
    bench.tell(ask.DiskSeen(2_000_000_000))
    bench.tell(ask.OpenSession("s-1", PATIENT))
    assert bench.phase() is not Phase.NO_SESSION


@pytest.mark.req("HST-03")
def test_a_disk_with_less_than_a_week_of_sessions_is_said_and_cleared() -> None:
    bench = Bench()
    bench.tell(ask.DiskSeen(2_799_000_000))
    assert "disk_low" in codes(bench)
    bench.tell(ask.DiskSeen(2_800_000_000))
    assert "disk_low" not in codes(bench)


@pytest.mark.req("HST-03")
def test_a_full_disk_stops_no_session_that_is_open() -> None:
    bench = Bench()
    bench.tell(ask.SignIn(), NURSE_PIN)
    bench.tell(ask.OpenSession("s-1", PATIENT))
    bench.tell(ask.DiskSeen(0))
    assert "disk_low" in codes(bench)
    assert not bench.tell(ask.ConfirmIdentity(PATIENT.birth_date, PATIENT.mrn)).refusals


def test_a_disk_nobody_can_measure_refuses_nothing() -> None:
    assert too_full(Watch(), DiskNeeds()) == ""
    assert "2.00 GB or more" in too_full(Watch(free_bytes=0), DiskNeeds())
