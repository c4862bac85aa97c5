"""The alarm load is counted from the record, by hand here."""

from __future__ import annotations

from decimal import Decimal

import pytest

from console.clinical.vitals import Vital
from console.clock import ManualClock
from console.session import intents as ask
from console.session.alarm_load import AlarmLoad, alarm_load
from console.session.events import (
    AlarmAcknowledged,
    AlarmCleared,
    AlarmRaised,
    ArrivalAnswered,
    AudioPaused,
    BaselineAccepted,
    CommandRequested,
    Entry,
    Event,
    LimitsSwitchedOff,
    OrderRefused,
    PauseProposalCancelled,
    PauseProposalEnded,
    PauseProposed,
    Priority,
    SignedIn,
)
from console.session.people import ROOM, OrderInputs
from console.session.pump import Pause
from tests.session.bench import Bench


class Tape:
    """Entries of one session as they are written down."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.entries: list[Entry] = []
        self.boot = "boot-1"

    def write(self, event: Event, after_s: float = 0.0, session_id: str = "s-1") -> None:
        at = self.clock.advance(after_s)
        seq = len(self.entries) + 1
        self.entries.append(Entry(seq, str(seq), session_id, at, self.boot, ROOM, event))

    def load(self) -> AlarmLoad:
        return alarm_load(self.entries, "s-1")


@pytest.fixture
def tape() -> Tape:
    tape = Tape()
    tape.write(SignedIn())
    return tape


def raised(alarm_id: str, code: str, priority: Priority = Priority.MEDIUM) -> AlarmRaised:
    return AlarmRaised(alarm_id, code, priority, code, True)


def test_alarms_are_counted_by_priority_condition_and_hour(tape: Tape) -> None:
    for number, priority in enumerate([Priority.HIGH, Priority.MEDIUM, Priority.MEDIUM, Priority.LOW]):
        tape.write(raised(str(number), f"code-{number % 2}", priority), 900)
    load = tape.load()
    assert (load.high, load.medium, load.low, load.alarms) == (1, 2, 1, 4)
    assert load.hours == pytest.approx(1.0)
    assert load.per_hour == pytest.approx(4.0)
    assert load.codes == (("code-0", 2), ("code-1", 2))


@pytest.mark.parametrize(("lasted_s", "by_itself"), [(14.9, 1), (15.0, 0)])
def test_alarm_over_within_fifteen_seconds_is_by_itself(tape: Tape, lasted_s: float, by_itself: int) -> None:
    tape.write(raised("a", "etco2_high"))
    tape.write(AlarmCleared("a"), lasted_s)
    assert tape.load().by_itself == by_itself
    assert tape.load().by_itself_share == by_itself


def test_alarm_that_was_seen_or_got_worse_did_not_go_by_itself(tape: Tape) -> None:
    tape.write(raised("a", "etco2_high"))
    tape.write(AlarmAcknowledged("a"), 3)
    tape.write(AlarmCleared("a"), 3)
    tape.write(raised("b", "spo2_low"), 60)
    tape.write(raised("c", "spo2_low_extreme", Priority.HIGH), 5)
    tape.write(AlarmCleared("b"))
    tape.write(raised("d", "pump_link"), 60)
    tape.write(raised("e", "pump_link", Priority.HIGH), 10)
    tape.write(AlarmCleared("d"))
    assert tape.load().by_itself == 0


@pytest.mark.parametrize(("waited_s", "soon"), [(29.9, 1), (30.0, 0)])
def test_acknowledged_within_half_a_minute_is_soon(tape: Tape, waited_s: float, soon: int) -> None:
    tape.write(raised("a", "etco2_high"))
    tape.write(AlarmAcknowledged("a"), waited_s)
    tape.write(AlarmAcknowledged("a"), 1)
    assert tape.load().soon == soon
    assert tape.load().soon_share == soon


def test_an_acknowledgement_after_a_restart_is_measured_by_the_wall_clock(tape: Tape) -> None:
    tape.write(raised("a", "moaas_low"))
    wall = tape.clock.advance(20).wall_utc_ns
    tape.clock = ManualClock(wall, 5)
    tape.boot = "boot-2"
    tape.write(AlarmAcknowledged("a"))
    assert tape.load().soon == 1


def test_overrides_are_measured_against_what_was_heeded(tape: Tape) -> None:
    inputs = OrderInputs("MOOD-40", Decimal(5), Decimal(40), Decimal(2), "BD 60 mL")
    tape.write(ArrivalAnswered("fasting", False, "2 h only", True))
    tape.write(ArrivalAnswered("consent", True))
    tape.write(BaselineAccepted(165, 95, "known hypertension"))
    tape.write(OrderRefused(inputs, ("too much",)))
    load = tape.load()
    assert (load.overrides, load.heeded) == (2, 1)
    assert load.override_rate == pytest.approx(2 / 3)


def test_silence_is_counted(tape: Tape) -> None:
    tape.write(AudioPaused(120))
    tape.write(AudioPaused(120), 200)
    tape.write(LimitsSwitchedOff(Vital.SPO2, 300, "cold hands"))
    assert (tape.load().audio_pauses, tape.load().limits_off) == (2, 1)


def test_proposed_pauses_are_accepted_cancelled_or_lapse(tape: Tape) -> None:
    tape.write(PauseProposed("p1", "A2", "SpO2", 10))
    tape.write(CommandRequested("c1", Pause(), 2.0), 10)
    tape.write(PauseProposalEnded("p1", "the pause was sent"))
    tape.write(PauseProposed("p2", "A2", "SpO2", 10), 60)
    tape.write(PauseProposalCancelled("p2", "probe moved"), 5)
    tape.write(PauseProposed("p3", "A3", "RR", 10), 60)
    tape.write(PauseProposalEnded("p3", "breathing again"), 5)
    load = tape.load()
    assert (load.proposals, load.accepted, load.cancelled) == (3, 1, 1)


def test_other_sessions_do_not_count_and_an_empty_one_has_no_rates(tape: Tape) -> None:
    tape.write(raised("x", "etco2_high"), 5, session_id="s-2")
    assert tape.load().alarms == 0
    empty = alarm_load([], "s-1")
    assert (empty.per_hour, empty.by_itself_share, empty.soon_share, empty.override_rate) == (None,) * 4


def test_load_of_a_whole_session() -> None:
    bench = Bench()
    bench.infuse(1)
    bench.vitals[Vital.ETCO2] = 55.0
    bench.run(15)
    bench.tell(ask.Acknowledge())
    bench.vitals[Vital.SPO2] = 86.0
    bench.run(5)
    bench.vitals[Vital.SPO2] = 98.0
    bench.run(2)
    load = alarm_load(bench.entries, "s-1")
    assert load.codes == (("etco2_high", 1), ("spo2_low_extreme", 1))
    assert (load.by_itself, load.soon) == (1, 1)
