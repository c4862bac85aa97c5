"""The alarm log is the record: what was alarmed is known again after the power comes back."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.clinical.vitals import Vital
from console.clock import Instant
from console.room.entries import draft_of, entry_of
from console.room.replay import homecoming, replay
from console.session import intents as ask
from console.session.alarm_load import alarm_load
from console.session.alarms import in_order, sounding
from console.session.apply import apply
from console.session.events import AlarmAcknowledged, AlarmRaised, Entry, LimitsSwitchedOff, Priority
from console.session.people import ROOM
from console.session.state import State
from console.storage.record import Record
from console.storage.rows import Batch
from tests.session.bench import Bench

DOWN_S = 25


@pytest.fixture
def bench() -> Bench:
    """Infusing, with alarms of every kind, some seen, the sound paused and a limit off."""
    bench = Bench()
    bench.boot_id = "boot-1"
    bench.infuse(2)
    bench.tell(ask.RecordScore("moaas", {"level": 2}))
    bench.vitals[Vital.ETCO2] = 55.0
    bench.run(12)
    bench.tell(ask.Acknowledge(bench.state.alarms[0].raised.alarm_id))
    bench.vitals[Vital.SPO2] = 85.0
    bench.run(2)
    bench.vitals[Vital.SPO2] = 98.0
    bench.run(2)
    bench.tell(ask.SwitchLimitsOff(Vital.RR, 600, "talking"))
    bench.tell(ask.PauseAudio())
    return bench


def written(path: Path, bench: Bench) -> None:
    with Record.open(path, bench.clock, "boot-1", "clinic-7", "bed-2") as record:
        for entry in bench.entries:
            record.write(Batch(events=(draft_of(entry),)))


@pytest.mark.req("HST-02", "ALM-LOG")
def test_alarms_after_a_replay_of_the_stored_record_are_those_before(tmp_path: Path, bench: Bench) -> None:
    written(tmp_path / "record.db", bench)
    now = bench.clock.now()
    with Record.open(tmp_path / "record.db", bench.clock, "boot-1", "clinic-7", "bed-2") as record:
        found = replay(record.events, record.head().seq, "boot-1", now).state
    assert len(bench.state.alarms) >= 3
    assert in_order(found.alarms) == in_order(bench.state.alarms)
    assert (found.audio_paused_until, found.tones_heard) == (bench.state.audio_paused_until, True)
    assert found.session is not None
    assert bench.state.session is not None
    assert found.session.limits_off == bench.state.session.limits_off


@pytest.mark.req("HST-02", "P7", "HUM-10")
def test_after_a_power_loss_they_count_as_unseen_and_limits_keep_their_time(
    tmp_path: Path, bench: Bench
) -> None:
    written(tmp_path / "record.db", bench)
    now = bench.clock.now()
    booted = Instant(now.wall_utc_ns + DOWN_S * 10**9, 3 * 10**9)
    with Record.open(tmp_path / "record.db", bench.clock, "boot-2", "clinic-7", "bed-2") as record:
        found = replay(record.events, record.head().seq, "boot-2", booted)
    state: State = found.state
    for event in homecoming(found, "1", booted):
        state = apply(state, Entry(state.seq + 1, "x", "s-1", booted, "boot-2", ROOM, event))
    assert {a.raised.code for a in state.alarms} == {a.raised.code for a in bench.state.alarms}
    assert not any(alarm.acknowledged for alarm in state.alarms)
    assert state.audio_paused_until is None
    assert sounding(state, booted) is Priority.HIGH
    assert state.session is not None
    left_s = state.session.limits_off[Vital.RR].until.seconds_since(booted)
    assert left_s == pytest.approx(600 - DOWN_S, abs=1)


@pytest.mark.req("ALM-LOG", "GIP-3.2.1")
def test_log_holds_time_condition_priority_value_limit_and_who(tmp_path: Path, bench: Bench) -> None:
    written(tmp_path / "record.db", bench)
    with Record.open(tmp_path / "record.db", bench.clock, "boot-1", "clinic-7", "bed-2") as record:
        entries = [entry_of(one) for one in record.events(0)]
    raised = [one for one in entries if isinstance(one.event, AlarmRaised)]
    told = [
        (one.event.code, one.event.priority, one.event.value, one.event.limit)
        for one in raised
        if isinstance(one.event, AlarmRaised)
    ]
    assert ("spo2_low_extreme", Priority.HIGH, 85.0, 88) in told
    assert ("etco2_high", Priority.MEDIUM, 55.0, 50) in told
    assert all(one.at.wall_utc_ns > 0 for one in raised)
    seen = [one for one in entries if isinstance(one.event, AlarmAcknowledged | LimitsSwitchedOff)]
    assert [one.actor.user_id for one in seen] == ["n1", "n1"]
    assert alarm_load(entries, "s-1") == alarm_load(bench.entries, "s-1")
