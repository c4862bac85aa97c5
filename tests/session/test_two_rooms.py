"""The same patient in two rooms: the second START asks for a reason."""

from __future__ import annotations

import pytest

from console.session import intents as ask
from console.session.events import UnfitDeviceAccepted
from console.session.state import Phase
from tests.session.bench import Bench

SAID = "bed-2 has a session with the same patient open now."

pytestmark = pytest.mark.req("NET-10")


def ready() -> Bench:
    bench = Bench()
    bench.prepare()
    assert bench.phase() is Phase.READY
    return bench


def session_id(bench: Bench) -> str:
    assert bench.state.session is not None
    return bench.state.session.session_id


def test_nothing_starts_before_somebody_said_why_the_patient_is_here_too() -> None:
    bench = ready()
    bench.tell(ask.ArchiveSeen("elsewhere_now", SAID, session_id(bench)))
    assert SAID in bench.tell(ask.StartInfusion("go-1")).refusals
    assert bench.tell(ask.UseUnfitDevice("patient", "  ")).refusals
    assert not bench.tell(ask.UseUnfitDevice("patient", "moved here from bed-2")).refusals
    assert UnfitDeviceAccepted("patient", SAID, "moved here from bed-2") in [
        entry.event for entry in bench.entries
    ]
    assert not bench.tell(ask.StartInfusion("go-2")).refusals


def test_another_session_or_one_that_is_over_asks_for_nothing() -> None:
    bench = ready()
    bench.tell(ask.ArchiveSeen("elsewhere_now", SAID, "another session"))
    bench.tell(ask.ArchiveSeen("elsewhere", SAID, session_id(bench)))
    assert not bench.tell(ask.StartInfusion("go-1")).refusals
    assert bench.tell(ask.UseUnfitDevice("patient", "because")).refusals
