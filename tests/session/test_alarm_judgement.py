"""Alarms judged by hand-made rooms: the boundaries to the instant."""

from __future__ import annotations

from itertools import count

import pytest

from console.clock import Instant
from console.session.alarms import Condition, judge, sounding, timed
from console.session.decision import Context
from console.session.events import (
    AlarmCleared,
    AlarmRaised,
    AlarmReminded,
    AudioResumed,
    Event,
    Priority,
)
from console.session.people import ROOM
from console.session.state import ActiveAlarm, State
from console.session.watch import Watch
from tests.session.bench import SITE

START = Instant(1_700_000_000_000_000_000, 1_000_000_000_000)


def alarm(code: str, priority: Priority, **more: object) -> ActiveAlarm:
    told = AlarmRaised(f"a-{code}", code, priority, f"{code}: look", True)
    return ActiveAlarm(told, START, **more)  # type: ignore[arg-type]


def judged(state: State, conditions: tuple[Condition, ...], after_s: float) -> tuple[Event, ...]:
    """What is decided when the conditions have held from the start for ``after_s``."""
    watch = timed(Watch(), conditions, START)
    ids = count()
    now = START.plus(after_s)
    return judge(Context(state, watch, ROOM, now, SITE, lambda: f"n-{next(ids)}"), conditions)


def kinds(events: tuple[Event, ...]) -> list[type[Event]]:
    return [type(event) for event in events]


def condition(code: str, priority: Priority, delay_s: float = 0.0, within: str = "") -> Condition:
    return Condition(code, priority, f"{code}: look", True, delay_s=delay_s, within=within)


@pytest.mark.req("ALM-DELAY")
def test_an_alarm_comes_at_its_delay_and_not_before() -> None:
    waiting = condition("rr_low", Priority.MEDIUM, delay_s=10)
    assert judged(State(), (waiting,), 9.999) == ()
    assert kinds(judged(State(), (waiting,), 10)) == [AlarmRaised]


@pytest.mark.req("ALM-ESCALATION")
@pytest.mark.parametrize(
    ("graver", "told"),
    [
        (Priority.HIGH, ["extreme"]),
        (Priority.MEDIUM, ["extreme"]),
        (Priority.LOW, ["milder", "extreme"]),
    ],
)
def test_one_that_is_at_least_as_grave_speaks_for_the_milder_one(graver: Priority, told: list[str]) -> None:
    events = judged(
        State(),
        (condition("milder", Priority.MEDIUM, within="extreme"), condition("extreme", graver)),
        0,
    )
    assert [event.code for event in events if isinstance(event, AlarmRaised)] == told


@pytest.mark.req("ALM-ESCALATION")
def test_the_milder_alarm_ends_when_the_graver_one_speaks_for_it() -> None:
    state = State(alarms=(alarm("milder", Priority.MEDIUM),))
    both = (condition("milder", Priority.MEDIUM, within="extreme"), condition("extreme", Priority.HIGH))
    events = judged(state, both, 0)
    assert kinds(events) == [AlarmRaised, AlarmCleared]


@pytest.mark.req("ALM-PAUSE")
def test_without_a_pause_no_sound_is_resumed() -> None:
    events = judged(State(), (condition("spo2_low", Priority.HIGH),), 0)
    assert kinds(events) == [AlarmRaised]


@pytest.mark.req("ALM-PAUSE")
@pytest.mark.parametrize("silenced", [None, Priority.LOW, Priority.MEDIUM])
@pytest.mark.parametrize("new", [Priority.LOW, Priority.MEDIUM, Priority.HIGH])
def test_only_what_is_graver_than_all_that_was_silenced_breaks_the_pause(
    silenced: Priority | None, new: Priority
) -> None:
    rank = {None: 0, Priority.LOW: 1, Priority.MEDIUM: 2, Priority.HIGH: 3}
    quiet = () if silenced is None else (alarm("old", silenced, quiet_since=START),)
    state = State(alarms=quiet, audio_paused_at=START, audio_paused_until=START.plus(120))
    old = () if silenced is None else (condition("old", silenced),)
    events = judged(state, (*old, condition("new", new)), 5)
    assert (AudioResumed in kinds(events)) == (rank[new] > rank[silenced])


@pytest.mark.req("ALM-SILENCE", "GIP-3.2.2")
@pytest.mark.parametrize(("after_s", "reminded"), [(119.9, False), (120.0, True)])
def test_a_high_alarm_is_brought_back_after_exactly_two_minutes(after_s: float, reminded: bool) -> None:
    quiet = alarm("spo2_low", Priority.HIGH, acknowledged=True, quiet_since=START)
    events = judged(State(alarms=(quiet,)), (condition("spo2_low", Priority.HIGH),), after_s)
    assert (AlarmReminded in kinds(events)) == reminded


@pytest.mark.req("ALM-SILENCE")
def test_a_high_alarm_whose_cause_is_gone_is_not_brought_back() -> None:
    waits = alarm("spo2_low", Priority.HIGH, acknowledged=False, condition=False, quiet_since=START)
    assert judged(State(alarms=(waits,)), (), 200) == ()
    ends = alarm("spo2_low", Priority.HIGH, acknowledged=True, quiet_since=START)
    assert kinds(judged(State(alarms=(ends,)), (), 200)) == [AlarmCleared]


@pytest.mark.req("ALM-PAUSE")
def test_the_sound_is_back_at_the_very_instant_the_pause_is_over() -> None:
    state = State(
        alarms=(alarm("rr_low", Priority.MEDIUM),), audio_paused_at=START, audio_paused_until=START.plus(60)
    )
    assert sounding(state, START.plus(59.999)) is None
    assert sounding(state, START.plus(60)) is Priority.MEDIUM
