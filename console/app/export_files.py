"""Writes what leaves the record as files: research tables, a session as EDF+, the drug log."""

from __future__ import annotations

import csv
import os
import secrets
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from console.app.export_edf import marks_of
from console.app.export_vitals import vital_rows
from console.app.troubles import NotPossible
from console.course.books import Books
from console.course.deidentify import PersonFact, Row, deidentified, veil
from console.course.events import CLINIC, STREAM, patient_of
from console.course.research_tables import TABLES, about
from console.course.stock_print import COLUMNS, as_text, log_rows
from console.room.course_reading import read_course, read_drug_log, read_sessions
from console.storage.export_names import safe_row
from console.storage.queries import RecordReader
from console.storage.rows import PatientRow

KEY: Final = "research.key"
KEY_BYTES: Final = 32
EVERYBODY: Final = 1_000_000

Say = Callable[[str], None]


def research_key(folder: Path) -> bytes:
    """The clinic's key for pseudonyms; made at the first export, readable by its owner alone.

    Raises:
        NotPossible: it was damaged.
        OSError: it cannot be made or read.
    """
    path = folder / KEY
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        key = path.read_bytes()
        if len(key) != KEY_BYTES:
            raise NotPossible(
                f"{path} is damaged: restore it from the backup, or pseudonyms will not agree with earlier "
                "exports."
            ) from None
        return key
    with os.fdopen(handle, "wb") as file:
        key = secrets.token_bytes(KEY_BYTES)
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return key


def export_research(reader: RecordReader, books: Books, key: bytes, folder: Path, say: Say) -> int:
    """Write the de-identified tables; 0 when done.

    Raises:
        NotPossible: the folder holds tables already.
        OSError: they cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise NotPossible(f"{folder} is not empty: name a new folder, so that no two exports are mixed.")
    tables = research_tables(reader, books, key)
    for name, rows in tables.items():
        _write_csv(folder / f"{name}.csv", tuple(TABLES[name]), [tuple(row.values()) for row in rows])
    (folder / "research.json").write_bytes(msgspec.json.format(msgspec.json.encode(tables), indent=1))
    parquet = _write_parquet(folder, tables)
    (folder / "ABOUT.txt").write_text(about(), encoding="utf-8")
    kinds = "CSV, JSON and Parquet" if parquet else "CSV and JSON (Parquet needs the extra 'parquet')"
    say(f"Written: {folder}, {len(tables['subjects'])} people, as {kinds}. Read ABOUT.txt before it leaves.")
    return 0


def research_tables(reader: RecordReader, books: Books, key: bytes) -> dict[str, list[Row]]:
    """The tables of everybody with a course or an infusion, in an order that tells nothing."""
    tables: dict[str, list[Row]] = {name: [] for name in TABLES}
    known = {patient_of(stream) for stream, _ in reader.streams(STREAM)} - {CLINIC}
    people = sorted(reader.patients(limit=EVERYBODY), key=lambda person: veil(key, person.patient_id).subject)
    for person in people:
        sessions = read_sessions(reader, person.patient_id)
        if person.patient_id not in known and not any(one.treated for one in sessions):
            continue
        course = read_course(reader, person.patient_id)
        for name, rows in deidentified(_person(person), course, sessions, books, key).items():
            tables[name] += rows
        tables["vitals"] += vital_rows(reader, veil(key, person.patient_id), sessions)
    return tables


def _person(row: PatientRow) -> PersonFact:
    try:
        born = date.fromisoformat(row.birth_date)
    except ValueError:
        born = None
    return PersonFact(row.patient_id, born, row.sex)


def _write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(map(safe_row, rows))


def _write_parquet(folder: Path, tables: dict[str, list[Row]]) -> bool:
    """Also as Parquet where the library is installed."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        return False
    for name, rows in tables.items():
        columns = {column: [row[column] for row in rows] for column in TABLES[name]}
        pq.write_table(pa.table(columns), folder / f"{name}.parquet")
    return True


def export_edf(reader: RecordReader, session: str, path: Path, key: bytes, named: bool, say: Say) -> int:
    """Write a session as EDF+; without ``named`` nobody is named and the date is moved.

    Raises:
        NotPossible: there is no such session, or it holds no samples.
    """
    from console.storage.edf import EdfSubject, NothingToExport, write_edf

    rows = reader.sessions(limit=1) if session == "last" else ()
    row = rows[0] if rows else reader.session(session)
    if row is None:
        raise NotPossible(f"There is no session {session}.")
    person = reader.patient(row.patient_id)
    hidden = veil(key, row.patient_id)
    subject = EdfSubject(code=hidden.subject, shift_days=hidden.shift_days)
    if named and person is not None:
        told = _person(person)
        letter = {"female": "F", "male": "M"}.get(person.sex, "X")
        subject = EdfSubject(
            code=person.mrn,
            sex="F" if letter == "F" else "M" if letter == "M" else "X",
            name=f"{person.given_name} {person.family_name}",
            birth_date=told.birth_date,
        )
    start, end, marks = marks_of(reader, row)
    try:
        signals = write_edf(reader, row.session_id, path, start, end, subject, marks)
    except NothingToExport as nothing:
        raise NotPossible(str(nothing)) from nothing
    say(f"Written: {path}, {signals} signals, {len(marks)} marks.")
    return 0


def export_drug_log(reader: RecordReader, path: Path, say: Say) -> int:
    """Write the drug log as CSV or, for another ending, as a text table."""
    names = {row.patient_id: f"{row.family_name} {row.mrn}" for row in reader.patients(limit=EVERYBODY)}
    rows = log_rows(read_drug_log(reader), names)
    if path.suffix.lower() == ".csv":
        _write_csv(path, COLUMNS, [row.cells for row in rows])
    else:
        path.write_text(as_text(rows) + "\n", encoding="utf-8")
    say(f"Written: {path}, {len(rows)} lines.")
    return 0
