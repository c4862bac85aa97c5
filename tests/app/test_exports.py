"""What leaves the record: de-identified tables, a session as EDF+ that another reader opens, the drug log."""

from __future__ import annotations

import csv
import functools
import json
import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pyedflib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.app.commands import run
from console.app.export_files import (
    export_drug_log,
    export_edf,
    export_research,
    research_key,
    research_tables,
)
from console.app.export_vitals import figures_of
from console.app.troubles import NotPossible
from console.clinical.vitals import Vital
from console.clock import NS_PER_S
from console.course.deidentify import PersonFact, deidentified, veil
from console.course.facts_care import AdverseBegan, EffectNoted, TherapistNoted
from console.course.facts_plan import Indicated
from console.course.facts_stock import StockReceived, StockTaken
from console.course.requests import EnterOutcome
from console.course.research_tables import TABLES
from console.course.stock_print import COLUMNS, as_text, log_rows
from console.room.course_reading import read_sessions
from console.storage.edf import EdfSubject, NothingToExport, write_edf
from console.storage.queries import NumericSeries, RecordReader
from tests.course.clinic import BOOKS, MONDAY, Clinic, noon
from tests.ui.review_records import rehearsed

KEY = bytes(range(32))
MARA = PersonFact("pt-1", date(1984, 3, 12), "female")


def told() -> Clinic:
    clinic = Clinic()
    clinic.screened()
    clinic.ask(EnterOutcome("gad7", {str(n): 2 for n in range(1, 8)}))
    session = clinic.treat()
    clinic.chart(EffectNoted(session.session_id, "floating", noon(MONDAY), 2, "Mara Rossi smiled"))
    clinic.chart(AdverseBegan("nausea", 2, noon(MONDAY), session.session_id, action="Told Mara to rest"))
    clinic.chart(TherapistNoted(session.session_id, noon(MONDAY), "Spoke of Luca Rossi"))
    clinic.chart(Indicated(("trd",), "Referred by Dr Rossi"))
    return clinic


def tables(key: bytes = KEY) -> dict[str, list[dict[str, str | int | float | bool | None]]]:
    clinic = told()
    return deidentified(MARA, clinic.course, clinic.sessions, BOOKS, key)


@pytest.mark.req("CLN-05")
def test_nothing_that_names_the_person_leaves() -> None:
    text = json.dumps(tables())
    true_day = MONDAY.isoformat()
    for secret in ("pt-1", "Mara", "Rossi", "Luca", "1984", true_day, "s1-1102", "line-", "Nurse"):
        assert secret not in text, secret


def test_figures_answers_and_codes_leave_as_they_are() -> None:
    found = tables()
    (session,) = found["sessions"]
    assert (session["given_mg"], session["protocol"], session["minutes"]) == (35.0, "MOOD-40", 40.0)
    (outcome,) = found["outcomes"]
    assert (outcome["instrument"], outcome["total"], outcome["day_of_course"]) == ("gad7", 14, 0)
    assert [row["answer"] for row in found["answers"]] == [2] * 7
    assert [(row["kind"], row["effect"]) for row in found["effects"]] == [
        ("expected", "floating"),
        ("adverse", "nausea"),
    ]
    assert found["subjects"][0]["age"] == 42


def test_every_column_is_documented() -> None:
    for name, rows in tables().items():
        assert rows
        assert all(tuple(row) == tuple(TABLES[name]) for row in rows)


@given(st.binary(min_size=16, max_size=40), st.text(min_size=1, max_size=20), st.dates(date(2000, 1, 1)))
def test_dates_move_by_the_persons_own_days_and_keep_their_distance(key: bytes, who: str, day: date) -> None:
    hidden = veil(key, who)
    assert -364 <= hidden.shift_days <= -1
    assert veil(key, who) == hidden
    later = date.fromisoformat(hidden.day(day)) + timedelta(days=3)
    assert day > date(9999, 12, 28) or date.fromisoformat(hidden.day(day + timedelta(days=3))) == later


def test_another_clinics_key_gives_other_pseudonyms() -> None:
    assert tables()["subjects"][0]["subject"] != tables(bytes(32))["subjects"][0]["subject"]
    with pytest.raises(ValueError, match="16 bytes"):
        tables(b"short")


def test_the_oldest_are_not_told_apart() -> None:
    clinic = told()
    old = replace(MARA, birth_date=date(1930, 1, 1))
    assert deidentified(old, clinic.course, clinic.sessions, BOOKS, KEY)["subjects"][0]["age"] == 90


# --- files -------------------------------------------------------------------------------------------


@pytest.mark.req("CLN-05")
def test_research_tables_are_written_as_csv_json_and_parquet(tmp_path: Path) -> None:
    said: list[str] = []
    with RecordReader(rehearsed().path) as reader:
        people = {row.family_name for row in reader.patients()}
        assert export_research(reader, BOOKS, KEY, tmp_path / "out", said.append) == 0
    out = tmp_path / "out"
    assert {path.name for path in out.iterdir()} == {
        *(f"{name}.{ending}" for name in TABLES for ending in ("csv", "parquet")),
        "research.json",
        "ABOUT.txt",
    }
    with (out / "sessions.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(json.loads((out / "research.json").read_text())["sessions"])
    assert pq.read_table(out / "sessions.parquet").num_rows == len(rows)
    assert rows
    everything = "".join(path.read_text(errors="replace") for path in out.glob("*.csv"))
    assert not any(name in everything for name in people)
    with RecordReader(rehearsed().path) as reader, pytest.raises(NotPossible, match="not empty"):
        export_research(reader, BOOKS, KEY, out, said.append)


@pytest.mark.req("CLN-05")
def test_vital_signs_are_summed_up_before_during_and_after_the_infusion() -> None:
    with RecordReader(rehearsed().path) as reader:
        found = research_tables(reader, BOOKS, KEY)
        sessions = [one for row in reader.patients() for one in read_sessions(reader, row.patient_id)]
    rows = found["vitals"]
    assert {row["part"] for row in rows} == {"before", "during", "after"}
    assert {row["session"] for row in rows} <= {row["session"] for row in found["sessions"]}
    assert all(tuple(row) == tuple(TABLES["vitals"]) for row in rows)
    for row in rows:
        lowest, mean, highest = (float(str(row[name])) for name in ("lowest", "mean", "highest"))
        assert lowest <= mean <= highest
    true_days = {one.day.isoformat() for one in sessions}
    assert not true_days & {row["date"] for row in rows}
    cuffs = [row for row in rows if row["vital"] == "nibp_sys"]
    assert cuffs
    assert all(int(str(row["figures"])) < 200 for row in cuffs)


def test_the_figures_of_one_source_count_and_each_measurement_once() -> None:
    at = np.arange(6, dtype=np.int64)
    value = np.array([120.0, 120.0, 130.0, np.nan, 99.0, 140.0])
    series = NumericSeries(
        at, value, ("good",) * 6, ("a", "a", "a", "a", "b", "a"), np.array([0, 0, 2, 3, 4, 5])
    )
    assert list(figures_of(series, 0, 6)) == [120.0, 130.0, 140.0]
    assert list(figures_of(series, 0, 3)) == [120.0, 130.0]
    assert len(figures_of(series, 7, 9)) == 0


def test_the_key_is_made_once_and_kept_to_its_owner(tmp_path: Path) -> None:
    key = research_key(tmp_path)
    assert research_key(tmp_path) == key
    assert (tmp_path / "research.key").stat().st_mode & 0o077 == 0
    (tmp_path / "research.key").write_bytes(b"x")
    with pytest.raises(NotPossible, match="damaged"):
        research_key(tmp_path)


@functools.cache
def written() -> tempfile.TemporaryDirectory[str]:
    """The last rehearsed session as EDF+, written once."""
    folder = tempfile.TemporaryDirectory(prefix="edf-")
    with RecordReader(rehearsed().path) as reader:
        path = Path(folder.name) / "session.edf"
        assert export_edf(reader, "last", path, KEY, False, lambda _: None) == 0
    return folder


def test_the_patient_is_named_in_the_file_only_when_that_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "named.edf"
    with RecordReader(rehearsed().path) as reader:
        row = reader.sessions(limit=1)[0]
        start = reader.spans(row.session_id)[0].wall_utc_ns
        subject = EdfSubject("204-118", "F", "Mara Rossi", date(1984, 3, 12))
        write_edf(reader, row.session_id, path, start, start + 5 * NS_PER_S, subject)
    with pyedflib.EdfReader(str(path)) as edf:
        assert (edf.getPatientCode(), edf.getPatientName()) == ("204-118", "Mara Rossi")
        assert edf.getStartdatetime().date() == datetime.fromtimestamp(start // NS_PER_S, UTC).date()


def test_another_reader_opens_the_edf_file_and_finds_the_recorded_figures() -> None:
    path = Path(written().name) / "session.edf"
    with RecordReader(rehearsed().path) as reader:
        row = reader.sessions(limit=1)[0]
        span = reader.spans(row.session_id)[0]
        start = min(row.opened_wall_ns, span.wall_utc_ns) // NS_PER_S * NS_PER_S
        recorded = reader.numerics(row.session_id, Vital.SPO2, start, start + 6 * 3600 * NS_PER_S)
        waves = reader.wave_sources(row.session_id)
    with pyedflib.EdfReader(str(path)) as edf:
        labels = edf.getSignalLabels()
        spo2_label = next(label for label in labels if label.startswith("spo2"))
        spo2 = edf.readSignal(labels.index(spo2_label))
        texts = list(edf.readAnnotations()[2])
        assert edf.getPatientCode() == veil(KEY, row.patient_id).subject
        assert edf.getPatientName() == "X"
        true_day = datetime.fromtimestamp(start // NS_PER_S, UTC).date()
        days = (edf.getStartdatetime().date() - true_day).days
        assert days == veil(KEY, row.patient_id).shift_days
        assert edf.getSampleFrequencies()[labels.index(spo2_label)] == 1
    for one in waves:
        assert any(label.startswith(one.wave.value) for label in labels)
    known = np.isfinite(recorded.value)
    places = (recorded.t_ns[known] - start) // NS_PER_S
    assert len(places) > 100
    assert np.abs(spo2[places] - recorded.value[known]).max() < 0.05
    assert any(text.startswith("infusion started") for text in texts)
    assert any(text.startswith("infusion ended") for text in texts)
    assert texts[0].startswith("No figure")


def test_waveforms_in_the_edf_file_are_those_of_the_record() -> None:
    path = Path(written().name) / "session.edf"
    with RecordReader(rehearsed().path) as reader:
        row = reader.sessions(limit=1)[0]
        one = reader.wave_sources(row.session_id)[0]
        start = min(row.opened_wall_ns, reader.spans(row.session_id)[0].wall_utc_ns) // NS_PER_S * NS_PER_S
        trace = reader.wave_samples(row.session_id, one.wave, one.source, start, start + 4 * 3600 * NS_PER_S)
    with pyedflib.EdfReader(str(path)) as edf:
        place = next(n for n, label in enumerate(edf.getSignalLabels()) if label.startswith(one.wave.value))
        rate, signal = edf.getSampleFrequency(place), edf.readSignal(place)
    grid = np.round((trace.t_ns - start) / NS_PER_S * rate).astype(int)
    inside = np.isfinite(trace.value) & (grid < len(signal))
    near = np.abs(signal[grid[inside]] - trace.value[inside])
    step = np.nanmax(np.abs(np.diff(trace.value)))
    assert np.median(near) <= step / 4


def test_a_session_without_samples_is_said_to_hold_none(tmp_path: Path) -> None:
    with RecordReader(rehearsed().path) as reader, pytest.raises(NothingToExport):
        write_edf(reader, "nobody", tmp_path / "x.edf", 0, NS_PER_S, EdfSubject())
    with RecordReader(rehearsed().path) as reader, pytest.raises(NotPossible):
        export_edf(reader, "nobody", tmp_path / "x.edf", KEY, False, lambda _: None)


def test_the_drug_log_prints_with_the_stock_behind_each_line(tmp_path: Path) -> None:
    clinic = Clinic()
    clinic.keep(StockReceived("A12", "vial", Decimal(10), Decimal(20), 10, MONDAY + timedelta(days=300)))
    clinic.keep(StockTaken("A12", 1, "pt-1", "s1", Decimal("3.5")))
    rows = log_rows(clinic.log, {"pt-1": "Rossi 204-118"})
    assert [row.cells[-1] for row in rows] == ["2000", "1800"]
    assert rows[1].cells[4] == "Rossi 204-118"
    assert as_text(rows).splitlines()[0].split()[0] == COLUMNS[0]
    with RecordReader(rehearsed().path) as reader:
        assert export_drug_log(reader, tmp_path / "log.csv", lambda _: None) == 0
        assert export_drug_log(reader, tmp_path / "log.txt", lambda _: None) == 0
    assert (tmp_path / "log.csv").read_text().splitlines()[0] == ",".join(COLUMNS)


def test_the_commands_write_what_they_say(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    common = ["--data", str(tmp_path), "--record", str(rehearsed().path)]
    assert run(["export", "research", str(tmp_path / "out"), *common]) == 0
    assert run(["export", "drug-log", str(tmp_path / "log.csv"), *common]) == 0
    assert run(["export", "edf", "nobody", str(tmp_path / "x.edf"), *common]) == 2
    assert "no session nobody" in capsys.readouterr().err
    assert run(["export", "research", str(tmp_path / "o2"), "--data", str(tmp_path / "empty")]) == 2
