"""Numerics by the second, waveforms by the ten seconds, gaps written down."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from console.clinical.vitals import Vital, Wave
from console.clock import ManualClock
from console.room import samples as samples_module
from console.room.recorder import Recorder
from console.room.samples import NumericsSampler, WaveRecorder, addresses
from console.session.events import GapRecorded, NumericsSealed, SessionClosed, WavesSealed
from console.session.state import State
from tests.room.letters import block, reading
from tests.session.bench import Bench


def test_one_row_a_second_whatever_the_pace_of_the_caller() -> None:
    clock, sampler = ManualClock(), NumericsSampler()
    shown = {Vital.HR: reading(clock.now())}
    counts = []
    for passed in (0.0, 0.4, 0.7, 1.0, 3.5):
        clock.advance(passed)
        counts.append(len(sampler.sample("s-1", shown, clock.now())))
    assert counts == [1, 0, 1, 1, 3]


def test_ten_seconds_are_sealed_with_none_where_nothing_was_known() -> None:
    clock, sampler = ManualClock(), NumericsSampler()
    start = clock.now()
    for second in range(10):
        shown = {Vital.HR: reading(clock.now(), 70.0 + second)}
        if second >= 4:
            shown[Vital.SPO2] = reading(clock.now(), None if second == 9 else 98.0, Vital.SPO2)
        sampler.sample("s-1", shown, clock.now())
        clock.advance(1)
    sealed = sampler.seal(Decimal("1.5"))
    assert sealed == NumericsSealed(
        start,
        {"hr": tuple(70.0 + n for n in range(10)), "spo2": (None,) * 4 + (98.0,) * 5 + (None,)},
        {"hr": "s5", "spo2": "s5"},
        Decimal("1.5"),
    )
    assert sampler.seal(None) is None


def test_value_that_is_no_number_is_not_stored() -> None:
    clock = ManualClock()
    rows = NumericsSampler().sample("s-1", {Vital.HR: reading(clock.now(), float("nan"))}, clock.now())
    assert rows == ()


def test_long_absence_is_not_filled_in_without_end() -> None:
    clock, sampler = ManualClock(), NumericsSampler()
    sampler.sample("s-1", {Vital.HR: reading(clock.now())}, clock.now())
    clock.advance(3600)
    assert len(sampler.sample("s-1", {Vital.HR: reading(clock.now())}, clock.now())) <= 61


def test_ten_seconds_of_waveform_make_a_chunk() -> None:
    clock, recorder = ManualClock(), WaveRecorder("boot")
    for _ in range(9):
        recorder.add((block(clock.advance(1)),))
    assert recorder.take("s-1") == ()
    recorder.add((block(clock.advance(1)),))
    chunks = recorder.take("s-1")
    assert [chunk.header.n for chunk in chunks] == [250]
    assert addresses(chunks) == {Wave.CO2: (chunks[0].address,)}


def test_gap_ends_a_chunk_so_that_it_is_never_bridged() -> None:
    clock, recorder = ManualClock(), WaveRecorder("boot")
    recorder.add((block(clock.advance(1)), block(clock.advance(5), gap=True)))
    chunks = recorder.take("s-1", at_once=True)
    assert [(chunk.header.n, chunk.header.gap) for chunk in chunks] == [(25, False), (25, True)]


def test_blocks_nobody_takes_are_dropped_and_counted() -> None:
    recorder = WaveRecorder("boot")
    recorder.add((block(ManualClock().now(), 0.04),) * (samples_module.BLOCKS_HELD + 7))
    assert recorder.take_dropped() == 7
    assert recorder.take_dropped() == 0


def test_damaged_block_is_counted_and_stops_nothing() -> None:
    clock, recorder = ManualClock(), WaveRecorder("boot")
    recorder.add((replace(block(clock.now()), samples=b"\1"), block(clock.advance(1))))
    assert [chunk.header.n for chunk in recorder.take("s-1", at_once=True)] == [25]
    assert recorder.take_dropped() == 1


def open_session() -> State:
    bench = Bench()
    bench.arrive()
    return bench.state


def test_nothing_is_kept_while_no_session_is_open() -> None:
    clock, waves = ManualClock(), WaveRecorder("boot")
    waves.add((block(clock.now(), 30),))
    assert Recorder(waves).gather(State(), {Vital.HR: reading(clock.now())}, 3, clock.now()) is None
    assert waves.take("s-1", at_once=True) == ()


def test_lost_readings_become_a_gap_in_the_record() -> None:
    clock, state = ManualClock(), open_session()
    recorder = Recorder(WaveRecorder("boot"))
    recorder.gather(state, {}, 0, clock.now())
    gathered = recorder.gather(state, {}, 5, clock.advance(1))
    assert gathered is not None
    assert [event.what for event in gathered.events if isinstance(event, GapRecorded)] == ["readings"]


def test_what_a_closed_session_left_is_sealed_under_its_own_id() -> None:
    bench, clock, waves = Bench(), ManualClock(), WaveRecorder("boot")
    bench.arrive()
    recorder = Recorder(waves)
    recorder.gather(bench.state, {Vital.HR: reading(clock.now())}, 0, clock.now())
    waves.add((block(clock.advance(1)),))
    session = bench.state.session
    assert session is not None
    closed = replace(bench.state, session=replace(session, closed_at=clock.now()))
    gathered = recorder.gather(closed, {}, 0, clock.advance(1))
    assert gathered is not None
    assert gathered.session_id == session.session_id
    assert {type(event) for event in gathered.events} == {NumericsSealed, WavesSealed}
    assert recorder.gather(closed, {}, 0, clock.advance(1)) is None
    assert SessionClosed not in {type(event) for event in gathered.events}
