"""A window that is silent is noticed; one that never came is not missed."""

from __future__ import annotations

import pytest

from console.clock import ManualClock
from console.room.watchdog import WindowHealth, WindowWatch, window_notice
from console.session.events import Priority
from console.session.state import State
from tests.session.bench import Bench


@pytest.mark.req("GIP-3.5.1")
@pytest.mark.req("HST-09")
def test_window_is_missed_after_two_seconds_and_stalled_after_ten() -> None:
    clock = ManualClock()
    watch = WindowWatch(clock)
    watch.beat("w")
    heard = [watch.health()]
    for seconds in (1.9, 0.2, 7.8, 0.2):
        clock.advance(seconds)
        heard.append(watch.health())
    assert heard == [
        WindowHealth.WELL,
        WindowHealth.WELL,
        WindowHealth.MISSED,
        WindowHealth.MISSED,
        WindowHealth.STALLED,
    ]
    watch.beat("w2")
    assert watch.health() is WindowHealth.WELL


def test_window_that_never_came_or_left_properly_is_not_missed() -> None:
    clock = ManualClock()
    watch = WindowWatch(clock)
    clock.advance(60)
    assert watch.health() is WindowHealth.WELL
    watch.beat("w")
    watch.excuse()
    clock.advance(60)
    assert watch.health() is WindowHealth.WELL


@pytest.mark.req("HST-09")
def test_room_sounds_for_a_missing_window_only_while_a_session_is_open() -> None:
    bench = Bench()
    assert window_notice(WindowHealth.MISSED, State()) is None
    bench.arrive()
    assert window_notice(WindowHealth.MISSED, bench.state) is Priority.LOW
    bench.order()
    bench.verify()
    assert window_notice(WindowHealth.WELL, bench.state) is None


@pytest.mark.req("HST-09")
def test_missing_window_sounds_medium_while_something_is_infused() -> None:
    bench = Bench()
    bench.infuse()
    assert window_notice(WindowHealth.MISSED, bench.state) is Priority.MEDIUM
