"""A computer that slept says so, and nothing from before is believed."""

from __future__ import annotations

import pytest

from console.clock import ManualClock
from console.devices.portloop import ASLEEP_AFTER_S, SleepWatch
from console.session import intents as ask
from console.session.events import GapRecorded, Priority
from tests.session.bench import Bench


def slept(bench: Bench) -> list[Priority]:
    return [alarm.raised.priority for alarm in bench.state.alarms if alarm.raised.code == "slept"]


@pytest.mark.req("HST-08")
def test_sleep_in_a_session_is_an_alarm_that_waits_for_a_person_and_a_gap_in_the_record() -> None:
    bench = Bench()
    bench.infuse()
    bench.tell(ask.Slept(120.0))
    assert slept(bench) == [Priority.MEDIUM]
    assert [e.event.seconds for e in bench.entries if isinstance(e.event, GapRecorded)] == [120.0]
    bench.run(30)
    assert slept(bench) == [Priority.MEDIUM]
    bench.tell(ask.Acknowledge())
    bench.run(2)
    assert slept(bench) == []


def test_sleep_between_sessions_is_nobodys_alarm() -> None:
    bench = Bench()
    bench.tell(ask.Slept(8 * 3600.0))
    assert slept(bench) == []
    assert not bench.entries


@pytest.mark.req("HST-08")
def test_an_owner_that_was_away_too_long_has_slept_once() -> None:
    clock = ManualClock()
    watch = SleepWatch(clock, ASLEEP_AFTER_S)
    clock.advance(ASLEEP_AFTER_S)
    assert watch.look() == 0
    clock.advance(600)
    assert watch.look() == 600
    assert watch.look() == 0
