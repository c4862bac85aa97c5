"""No sequence of conditions, acknowledgements, pauses and restarts keeps a high alarm silent."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from console.clinical.vitals import Vital
from console.clock import Instant, ManualClock
from console.session import intents as ask
from console.session.alarms import (
    AUDIO_PAUSE_MAX_S,
    RANK,
    SOUND_LATCHED,
    Condition,
    in_order,
    judge,
    sounding,
    timed,
)
from console.session.apply import apply, fold
from console.session.decide_bedside import hush, silence_over
from console.session.decision import Context
from console.session.events import AlarmRaised, Entry, Event, Priority, RoomStarted
from console.session.people import ROOM
from console.session.state import ActiveAlarm, State
from console.session.watch import Watch
from tests.session.bench import SITE, Bench

TICK_S = 0.5
CODES = ("spo2_low_extreme", "spo2_low", "apnoea", "pump_link", "no_sound")
WITHIN = {"spo2_low": "spo2_low_extreme"}
DELAYS = {"spo2_low": 10.0, "apnoea": 20.0, "pump_link": 5.0}


class AlarmRoom(RuleBasedStateMachine):
    """The alarm engine alone, with whatever conditions anybody can think of."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock()
        self.state = State()
        self.watch = Watch()
        self.entries: list[Entry] = []
        self.wrong: dict[str, Condition] = {}
        self.silent_since: dict[str, Instant] = {}
        self.ids = 0

    # --- the engine as the machine drives it ------------------------------------------------------

    def new_id(self) -> str:
        self.ids += 1
        return f"alarm-{self.ids}"

    def context(self) -> Context:
        return Context(self.state, self.watch, ROOM, self.clock.now(), SITE, self.new_id)

    def commit(self, events: tuple[Event, ...]) -> None:
        for event in events:
            entry = Entry(self.state.seq + 1, self.new_id(), "", self.clock.now(), "boot", ROOM, event)
            self.entries.append(entry)
            self.state = apply(self.state, entry)

    def step(self, events: tuple[Event, ...] = ()) -> None:
        self.commit(events)
        wrong = tuple(self.wrong.values())
        self.watch = timed(self.watch, wrong, self.clock.now())
        self.commit(judge(self.context(), wrong))
        self.listen()

    def listen(self) -> None:
        """Since when each true and due high condition has not been heard."""
        now = self.clock.now()
        heard = sounding(self.state, now)
        for code in CODES:
            condition = self.wrong.get(code)
            due = (
                condition is not None
                and condition.priority is Priority.HIGH
                and now.seconds_since(self.watch.since[code]) >= condition.delay_s
            )
            if not due or heard is Priority.HIGH:
                self.silent_since.pop(code, None)
            else:
                self.silent_since.setdefault(code, now)

    # --- what happens -----------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([0.5, 4, 9, 21, 60, 119, 125]))
    def time_passes(self, seconds: float) -> None:
        left = seconds
        while left > 0:
            self.clock.advance(min(TICK_S, left))
            left -= TICK_S
            self.step(silence_over(self.context()))
            self.a_high_alarm_is_never_kept_silent()

    @rule(code=st.sampled_from(CODES), priority=st.sampled_from(Priority))
    def something_is_wrong(self, code: str, priority: Priority) -> None:
        self.wrong[code] = Condition(
            code, priority, code, code.startswith("spo2"), DELAYS.get(code, 0.0), within=WITHIN.get(code, "")
        )
        self.step()

    @rule(code=st.sampled_from(CODES))
    def it_is_over(self, code: str) -> None:
        self.wrong.pop(code, None)
        self.step()

    @rule(which=st.integers(-1, 4))
    def somebody_acknowledges(self, which: int) -> None:
        shown = in_order(self.state.alarms)
        alarm_id = shown[which].raised.alarm_id if 0 <= which < len(shown) else ""
        self.step(hush(self.context(), ask.Acknowledge(alarm_id)).events)

    @rule(for_s=st.sampled_from([-5.0, 1.0, 30.0, 120.0, 86400.0]))
    def somebody_pauses_the_sound(self, for_s: float) -> None:
        self.step(hush(self.context(), ask.PauseAudio(for_s)).events)

    @rule()
    def somebody_brings_the_sound_back(self) -> None:
        self.step(hush(self.context(), ask.ResumeAudio()).events)

    @rule()
    def the_room_comes_up_again(self) -> None:
        self.watch = Watch()
        self.step((RoomStarted("test"),))

    # --- promises ---------------------------------------------------------------------------------

    @invariant()
    def a_high_alarm_is_never_kept_silent(self) -> None:
        now = self.clock.now()
        for code, since in self.silent_since.items():
            assert now.seconds_since(since) <= AUDIO_PAUSE_MAX_S + TICK_S, code

    @invariant()
    def no_code_is_active_twice(self) -> None:
        assert all(count == 1 for count in Counter(a.raised.code for a in self.state.alarms).values())

    @invariant()
    def the_order_is_total(self) -> None:
        alarms = self.state.alarms
        assert in_order(alarms) == in_order(tuple(reversed(alarms))) == in_order(in_order(alarms))

    @invariant()
    def what_is_due_is_on_and_what_is_over_is_not(self) -> None:
        now = self.clock.now()
        on = {a.raised.code for a in self.state.alarms if a.condition}
        due = {
            c.code for c in self.wrong.values() if now.seconds_since(self.watch.since[c.code]) >= c.delay_s
        }
        assert on <= set(self.wrong)
        assert {code for code in due if not self.graver_is_on(code, due | on)} <= on

    def graver_is_on(self, code: str, on: set[str]) -> bool:
        graver = self.wrong.get(WITHIN.get(code, ""))
        return (
            graver is not None
            and graver.code in on
            and RANK[graver.priority] >= RANK[self.wrong[code].priority]
        )

    @invariant()
    def an_alarm_that_is_over_waits_only_to_be_seen(self) -> None:
        for alarm in self.state.alarms:
            if not alarm.condition:
                assert alarm.raised.latched
                assert not alarm.acknowledged

    @invariant()
    def the_worst_that_may_sound_sounds(self) -> None:
        heard = sounding(self.state, self.clock.now())
        if self.state.audio_paused_until is not None:
            return
        loud = [
            a.raised.priority
            for a in self.state.alarms
            if not a.acknowledged and (a.condition or a.raised.code in SOUND_LATCHED & self.high())
        ]
        assert heard is max(loud, key=lambda priority: RANK[priority], default=None)

    def high(self) -> frozenset[str]:
        return frozenset(a.raised.code for a in self.state.alarms if a.raised.priority is Priority.HIGH)

    @invariant()
    def the_record_tells_the_same(self) -> None:
        assert fold(State(), tuple(self.entries)) == self.state


AlarmRoom.TestCase.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
TestAlarmRoom = pytest.mark.req("ALM-SILENCE", "HUM-10", "ALM-ORDER")(AlarmRoom.TestCase)


def alarm(at: int, code: str, priority: Priority, physiological: bool) -> ActiveAlarm:
    return ActiveAlarm(AlarmRaised(code, code, priority, code, physiological), Instant(at, at))


ACTIVE = st.lists(
    st.builds(
        alarm, st.integers(0, 3), st.sampled_from("abcdefgh"), st.sampled_from(Priority), st.booleans()
    ),
    unique_by=lambda one: one.raised.code,
)


@pytest.mark.req("ALM-ORDER")
@given(ACTIVE.flatmap(lambda found: st.tuples(st.just(found), st.permutations(found))))
def test_order_does_not_depend_on_how_the_alarms_came_in(
    found: tuple[list[ActiveAlarm], list[ActiveAlarm]],
) -> None:
    one, other = (in_order(some) for some in found)
    assert one == other
    ranks = [(RANK[a.raised.priority], a.raised.physiological) for a in one]
    assert ranks == sorted(ranks, reverse=True)


class LimitsRoom(RuleBasedStateMachine):
    """A patient who falls below the extreme limit while limits are switched off, moved and paused."""

    def __init__(self) -> None:
        super().__init__()
        self.bench = Bench()
        self.bench.arrive()
        self.quiet_s = 0.0

    @rule(value=st.sampled_from([98.0, 93.0, 91.0, 86.0, None]))
    def saturation(self, value: float | None) -> None:
        self.bench.vitals[Vital.SPO2] = value
        self.passes(1)

    @rule(seconds=st.sampled_from([1, 5, 15, 70]))
    def passes(self, seconds: int) -> None:
        for _ in range(seconds):
            self.bench.run(1)
            self.note()

    def note(self) -> None:
        """Whether a high alarm that holds was heard in this second."""
        bench = self.bench
        high = any(a.condition and a.raised.priority is Priority.HIGH for a in bench.state.alarms)
        heard = sounding(bench.state, bench.clock.now()) is Priority.HIGH
        self.quiet_s = self.quiet_s + 1 if high and not heard else 0.0
        assert self.quiet_s <= AUDIO_PAUSE_MAX_S + 1

    @rule(for_s=st.sampled_from([30.0, 600.0, 900.0]))
    def off(self, for_s: float) -> None:
        self.bench.tell(ask.SwitchLimitsOff(Vital.SPO2, for_s, "cold hands"))

    @rule()
    def on(self) -> None:
        self.bench.tell(ask.SwitchLimitsOn(Vital.SPO2))

    @rule(low=st.sampled_from([85.0, 89.0, 94.0]))
    def limit(self, low: float) -> None:
        self.bench.tell(ask.SetLimits(Vital.SPO2, low, None))

    @rule()
    def auto(self) -> None:
        self.bench.tell(ask.UseAutoLimits())

    @rule()
    def hushed(self) -> None:
        self.bench.tell(ask.PauseAudio())

    @rule()
    def seen(self) -> None:
        self.bench.tell(ask.Acknowledge())

    @invariant()
    def a_known_extreme_value_alarms_whatever_was_switched_off(self) -> None:
        bench = self.bench
        value, heard_at = bench.vitals[Vital.SPO2], bench.watch.usable_at.get(Vital.SPO2)
        if value is not None and value <= 88 and heard_at == bench.clock.now():
            assert any(a.raised.code == "spo2_low_extreme" and a.condition for a in bench.state.alarms)

    @invariant()
    def limits_are_off_for_ten_minutes_at_most(self) -> None:
        session = self.bench.state.session
        assert session is not None
        for off in session.limits_off.values():
            assert self.bench.clock.now().seconds_since(off.since) <= 601
            assert off.reason

    @invariant()
    def the_record_tells_the_same(self) -> None:
        assert self.bench.replayed() == self.bench.state


LimitsRoom.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
TestLimitsRoom = pytest.mark.req("ALM-SILENCE", "ALM-LIMITS-OFF", "HUM-10")(LimitsRoom.TestCase)
