"""What review reads: lists, events, numerics and waveforms, on one steady time axis."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from console.clinical.vitals import NO_SAMPLE, Quality, Vital, VitalReading, Wave
from console.clock import NS_PER_S, Instant, ManualClock
from console.storage.queries import RecordReader
from console.storage.record import Record
from console.storage.rows import Batch, PatientRow, SessionIndexRow, numeric_row
from console.storage.waves import WaveChunk, encode_chunk
from tests.storage.record_makers import BOOT, SESSION, START, beat, block, draft, numeric, open_record

ALL = (0, 1 << 62)


@pytest.fixture
def reader(record: Record) -> Iterator[RecordReader]:
    with RecordReader(record.path) as opened:
        yield opened


def _wall(seconds: float) -> int:
    return START.plus(seconds).wall_utc_ns


# --- lists ------------------------------------------------------------------------------------------


def test_an_empty_record_answers_every_question(reader: RecordReader) -> None:
    assert reader.head() is None
    assert reader.sessions() == ()
    assert list(reader.events()) == []
    assert reader.session("x") is None
    assert reader.last_session("x") is None
    assert reader.patient("x") is None
    assert reader.users() == ()
    assert len(reader.numerics("x", Vital.HR, *ALL).value) == 0
    assert len(reader.wave_samples("x", Wave.ECG, "s5", *ALL).value) == 0
    assert np.isnan(reader.wave_overview("x", Wave.ECG, "s5", 0, 100, 10).low).all()


def test_events_are_read_beside_the_running_writer(record: Record, reader: RecordReader) -> None:
    record.append([draft(session_id="a"), draft(session_id="b")])
    assert [event.seq for event in reader.events("b")] == [2]
    record.append([draft(session_id="b")])
    assert [event.seq for event in reader.events("b")] == [2, 3]
    assert [event.seq for event in reader.events(after_seq=1)] == [2, 3]
    assert [event.seq for event in reader.page(after_seq=0, limit=1)] == [1]
    assert reader.head() == record.head()
    assert reader.stream() == record.stream


def test_sessions_are_listed_newest_first_in_pages(record: Record, reader: RecordReader) -> None:
    rows = [SessionIndexRow(f"s{n}", "p1", n * 10, "closed", n * 10 + 5, summary=b"{}") for n in range(5)]
    record.write(Batch(sessions=tuple(rows)))
    assert [row.session_id for row in reader.sessions(limit=2)] == ["s4", "s3"]
    assert [row.session_id for row in reader.sessions(before_wall_ns=30)] == ["s2", "s1", "s0"]
    assert reader.session("s3") == rows[3]
    assert reader.sessions_of("p1", limit=1) == (rows[4],)


def test_the_last_session_of_a_patient_is_closed_and_no_training(
    record: Record, reader: RecordReader
) -> None:
    good = SessionIndexRow("s1", "p1", 10, "closed", 15)
    rows = (
        good,
        SessionIndexRow("s0", "p1", 5, "closed", 6),
        SessionIndexRow("s2", "p1", 20, "closed", 25, training=True),
        SessionIndexRow("s3", "p1", 30, "infusing"),
        SessionIndexRow("s4", "p2", 40, "closed", 45),
    )
    record.write(Batch(sessions=rows))
    assert reader.last_session("p1") == good


def test_patients_are_found_by_the_beginnings_of_their_names_and_number(
    record: Record, reader: RecordReader
) -> None:
    anna = PatientRow("1", "Kowalska", "Anna", "1980-01-01", "A-100%", "female")
    piotr = PatientRow("2", "Kowalski", "Piotr", "1990-01-01", "B_200", "male")
    record.write(Batch(patients=(piotr, anna)))
    assert reader.patients() == (anna, piotr)
    assert reader.patients("kowal") == (anna, piotr)
    assert reader.patients("  piotr KOW") == (piotr,)
    assert reader.patients("A-100%") == (anna,)
    assert reader.patients("%") == ()
    assert reader.patient("2") == piotr
    married = PatientRow("1", "Nowak", "Anna", "1980-01-01", "A-100%", "female")
    record.write(Batch(patients=(married,)))
    assert reader.patients("kowal") == (piotr,)
    assert reader.patient("1") == married


# --- numerics ---------------------------------------------------------------------------------------


def test_numerics_come_back_in_order_with_their_quality(record: Record, reader: RecordReader) -> None:
    record.append_numerics([numeric(START.plus(n), value=60.0 + n) for n in range(5)])
    record.append_numerics([numeric(START.plus(5), value=None), numeric(START.plus(5), Vital.SPO2, 98.0)])
    found = reader.numerics(SESSION, Vital.HR, _wall(1), _wall(5))
    assert found.t_ns.tolist() == [_wall(n) for n in range(1, 6)]
    assert found.value[:4].tolist() == [61.0, 62.0, 63.0, 64.0]
    assert np.isnan(found.value[4])
    assert found.quality == ("valid",) * 4 + ("unavailable",)
    assert reader.numerics(SESSION, Vital.SPO2, *ALL).value.tolist() == [98.0]
    assert len(reader.numerics("another", Vital.HR, *ALL).value) == 0


def test_one_source_can_be_asked_for(record: Record, reader: RecordReader) -> None:
    record.append_numerics([numeric(source="s5", value=70.0), numeric(source="nonin", value=71.0)])
    assert reader.numerics(SESSION, Vital.HR, *ALL, source="nonin").value.tolist() == [71.0]
    assert reader.numerics(SESSION, Vital.HR, *ALL).source == ("nonin", "s5")


def test_a_cuff_pressure_keeps_when_it_was_measured(record: Record, reader: RecordReader) -> None:
    reading = VitalReading(Vital.NIBP_SYS, 121.0, Quality.VALID, "s5", START.plus(40), START, 1.5)
    record.append_numerics([numeric_row(SESSION, reading)])
    found = reader.numerics(SESSION, Vital.NIBP_SYS, *ALL)
    assert found.t_ns.tolist() == [_wall(40)]
    assert (found.t_ns - found.measured_ns).tolist() == [40 * NS_PER_S]


@pytest.mark.req("HST-07")
def test_a_stepped_wall_clock_does_not_fold_the_trace(record: Record, reader: RecordReader) -> None:
    clock = ManualClock()
    for n in range(10):
        record.append_numerics([numeric(clock.now(), value=60.0 + n)])
        clock.advance(1)
        if n == 4:
            clock.step_wall(-3600)
    found = reader.numerics(SESSION, Vital.HR, *ALL)
    assert found.value.tolist() == [60.0 + n for n in range(10)]
    assert np.diff(found.t_ns).tolist() == [NS_PER_S] * 9


def test_a_session_goes_on_after_the_machine_was_started_again(record: Record) -> None:
    record.append_numerics([numeric(START, value=60.0)])
    path = record.path
    record.close()
    later = Instant(_wall(90), 7)
    with Record.open(path, ManualClock(), "boot-2") as again, RecordReader(path) as reader:
        again.append_numerics([numeric(later, value=61.0)])
        found = reader.numerics(SESSION, Vital.HR, *ALL)
        assert found.value.tolist() == [60.0, 61.0]
        assert np.diff(found.t_ns).tolist() == [90 * NS_PER_S]
        assert [span.boot_id for span in reader.spans(SESSION)] == [BOOT, "boot-2"]


def test_a_restart_within_one_boot_continues_the_same_span(record: Record) -> None:
    record.append_numerics([numeric(START)])
    path = record.path
    record.close()
    with open_record(path) as again, RecordReader(path) as reader:
        again.append_numerics([numeric(START.plus(5))])
        assert len(reader.spans(SESSION)) == 1


# --- waveforms --------------------------------------------------------------------------------------


def _chunks(parts: list[NDArray[np.int16]], rate_hz: float = 100.0, gain: float = 0.5) -> list[WaveChunk]:
    at, made = START, []
    for part in parts:
        at = at.plus(len(part) / rate_hz)
        made.append(encode_chunk(SESSION, BOOT, block(part, at, rate_hz=rate_hz, gain=gain, offset=1.0)))
    return made


def test_samples_come_back_in_their_unit_at_their_times(record: Record, reader: RecordReader) -> None:
    parts = [np.arange(n * 100, n * 100 + 100, dtype=np.int16) for n in range(3)]
    record.append_waves(_chunks(parts))
    found = reader.wave_samples(SESSION, Wave.ECG, "s5", *ALL)
    assert np.allclose(found.value, np.arange(300) * 0.5 + 1.0)
    assert np.diff(found.t_ns).tolist() == [NS_PER_S // 100] * 299
    assert found.t_ns[-1] == _wall(0) + 3 * NS_PER_S
    middle = reader.wave_samples(SESSION, Wave.ECG, "s5", int(found.t_ns[150]), int(found.t_ns[159]))
    assert middle.value.tolist() == found.value[150:160].tolist()


def test_missing_samples_and_holes_are_shown_as_nothing(record: Record, reader: RecordReader) -> None:
    part = np.array([1, NO_SAMPLE, 3], np.int16)
    record.append_waves(
        [encode_chunk(SESSION, BOOT, block(part, START.plus(s), rate_hz=10.0)) for s in (0, 5)]
    )
    value = reader.wave_samples(SESSION, Wave.ECG, "s5", *ALL).value
    assert np.isnan(value).tolist() == [False, True, False, True, False, True, False]


def test_bursts_of_bytes_leave_the_time_axis_in_order(record: Record, reader: RecordReader) -> None:
    part = np.ones(100, np.int16)
    late = (0.0, 0.12, -0.05, 0.2, 0.0)
    chunks = [
        encode_chunk(SESSION, BOOT, block(part, START.plus(n + 1 + late[n]), rate_hz=100.0)) for n in range(5)
    ]
    record.append_waves(chunks)
    found = reader.wave_samples(SESSION, Wave.ECG, "s5", *ALL)
    assert len(found.t_ns) == 500
    assert (np.diff(found.t_ns) > 0).all()


def test_which_signals_were_recorded(record: Record, reader: RecordReader) -> None:
    record.append_waves(_chunks([beat(100)]))
    record.append_waves([encode_chunk(SESSION, BOOT, block(beat(25), wave=Wave.CO2, rate_hz=25.0))])
    assert [(one.wave, one.source, one.unit) for one in reader.wave_sources(SESSION)] == [
        (Wave.CO2, "s5", "mV"),
        (Wave.ECG, "s5", "mV"),
    ]
    assert reader.wave_sources("another") == ()


def test_the_archive_gets_a_chunk_by_its_address(record: Record, reader: RecordReader) -> None:
    (chunk,) = _chunks([beat(100)])
    record.append_waves([chunk])
    assert reader.wave_data(chunk.address) == chunk.data
    assert reader.wave_data("00" * 32) is None


_parts = st.lists(
    st.lists(st.integers(-2000, 2000) | st.just(NO_SAMPLE), min_size=1, max_size=300).map(
        lambda values: np.array(values, np.int16)
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=40, deadline=None)
@given(_parts, st.integers(1, 60), st.sampled_from([0.5, -0.5]))
def test_an_overview_never_hides_a_peak(parts: list[NDArray[np.int16]], pixels: int, gain: float) -> None:
    with tempfile.TemporaryDirectory() as folder, open_record(Path(folder) / "record.db") as record:
        record.append_waves(_chunks(parts, gain=gain))
        with RecordReader(record.path) as reader:
            end = _wall(sum(len(part) for part in parts) / 100)
            found = reader.wave_overview(SESSION, Wave.ECG, "s5", _wall(0), end, pixels)
            trace = reader.wave_samples(SESSION, Wave.ECG, "s5", *ALL)
    assert len(found.low) == pixels
    place = np.clip((trace.t_ns - 1 - _wall(0)) * pixels // (end - _wall(0)), 0, pixels - 1)
    for pixel, value in zip(place, trace.value, strict=True):
        if not np.isnan(value):
            assert found.low[pixel] <= value <= found.high[pixel]
    if np.isnan(trace.value).all():
        assert np.isnan(found.low).all()
    else:
        assert np.nanmax(found.high) == np.nanmax(trace.value)
        assert np.nanmin(found.low) == np.nanmin(trace.value)


def test_an_overview_shows_where_nothing_was_recorded(record: Record, reader: RecordReader) -> None:
    record.append_waves(_chunks([beat(100)]))
    found = reader.wave_overview(SESSION, Wave.ECG, "s5", _wall(-1), _wall(3), 40)
    assert np.isnan(found.high[:9]).all()
    assert not np.isnan(found.high[10:20]).any()
    assert np.isnan(found.high[21:]).all()


def test_an_overview_of_hours_reads_no_samples(record: Record, reader: RecordReader) -> None:
    record.append_waves(_chunks([beat(100, seed) for seed in range(20)]))
    statements: list[str] = []
    connection = reader._engine.raw_connection()
    driver = connection.driver_connection
    assert driver is not None
    driver.set_trace_callback(statements.append)
    connection.close()
    reader.wave_overview(SESSION, Wave.ECG, "s5", _wall(0), _wall(20), 10)
    assert any("wave_chunk" in statement for statement in statements)
    assert not any("wave_bytes" in statement for statement in statements)


@pytest.mark.parametrize(("end", "pixels"), [(0, 10), (10, 0)])
def test_an_empty_range_is_refused(reader: RecordReader, end: int, pixels: int) -> None:
    with pytest.raises(ValueError, match="needs a range"):
        reader.wave_overview(SESSION, Wave.ECG, "s5", 0, end, pixels)
