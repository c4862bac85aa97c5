"""From the record to what the FHIR projection takes: entries, devices, strips of waveforms, the report."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Final

import numpy as np

from console.app.fhir_config import FhirConfig
from console.app.folder import app_version
from console.app.troubles import NotPossible
from console.clock import NS_PER_S
from console.course.books import Books
from console.course.events import patient_of
from console.room.course_reading import local_day, read_course, read_sessions
from console.session.codec import EventUnreadable, decode
from console.session.events import AlarmRaised, Entry, Priority, RecordSetAside
from console.session.people import Patient, Sex
from console.storage.queries import RecordReader, WaveSource
from console.storage.traces import WaveTrace
from console.storage.waves import ChunkDamaged
from console.sync.fhir.course import episode_of
from console.sync.fhir.course_scope import CourseSource
from console.sync.fhir.source import Document, Episode, Naming, Source, Strip, carried_places, naming
from console.ui.viewmodels.review_record import links_before, read_entries

BEFORE_S: Final = 10
AFTER_S: Final = 5
"""Seconds of a waveform kept around an alarm of the patient's own body (site default)."""

SET_ASIDE: Final = "record_set_aside"

LARGEST_SAMPLE: Final = 32_767
REPORT_S: Final = 120.0
"""Seconds a report may take to be printed."""

LOOK_S: Final = 0.25

Printer = Callable[[str], bytes | None]
"""Prints the report of a session; None when it could not be printed."""


def names_of(reader: RecordReader, config: FhirConfig | None) -> Naming:
    """Whose record it is, in the clinic's own names.

    Raises:
        NotPossible: the record was never opened by a room.
    """
    stream = reader.stream()
    if stream is None:
        raise NotPossible("The record is empty: there is no session in it yet.")
    base, mrn = ("", "") if config is None else (config.namespace, config.mrn_system)
    return replace(naming(stream.stream_id, stream.site_id, base, mrn), carried=_carried(reader))


def _carried(reader: RecordReader) -> dict[int, tuple[str, int]]:
    first = reader.page(limit=1)
    if not first or first[0].kind != SET_ASIDE:
        return {}
    began = decode(first[0].kind, first[0].version, first[0].body)
    return carried_places(began) if isinstance(began, RecordSetAside) else {}


def read_source(
    reader: RecordReader, session_id: str, config: FhirConfig | None, printer: Printer, now_ns: int
) -> Source:
    """One session, ready for the projection.

    Raises:
        NotPossible: the record holds no such session.
        EventUnreadable: an entry was written by a newer version.
    """
    entries = read_entries(reader, session_id)
    if not entries:
        raise NotPossible(f"There is no session {session_id} in the record.")
    offsets = {span.boot_id: span.offset_ns for span in reversed(reader.spans(session_id))}
    pdf = printer(session_id)
    row = reader.session(session_id)
    return Source(
        naming=names_of(reader, config),
        entries=entries,
        links=links_before(reader, entries[0].seq),
        offsets=offsets,
        patient=_patient(reader, session_id),
        strips=tuple(_strips(reader, session_id, entries, offsets)),
        document=None if pdf is None else Document(pdf, now_ns),
        app_version=app_version(),
        episode=Episode() if row is None else _episode(reader, row.patient_id),
    )


def read_course_source(
    reader: RecordReader,
    stream: str,
    config: FhirConfig | None,
    books: Books,
    now_ns: int,
    *,
    test_data: bool = False,
) -> CourseSource:
    """One course, or the clinic's stock, ready for the projection.

    Raises:
        NotPossible: the record holds no such course.
        EventUnreadable: an entry was written by a newer version.
    """
    entries = read_entries(reader, stream)
    if not entries:
        raise NotPossible(f"There is no {stream} in the record.")
    person = patient_of(stream)
    sessions = read_sessions(reader, person) if person else ()
    opened = ((one.session_id, reader.page(0, one.session_id, 1)) for one in sessions)
    return CourseSource(
        naming=names_of(reader, config),
        stream=stream,
        entries=entries,
        patient=_known(reader, person) if person else None,
        books=books,
        sessions=sessions,
        visits={session_id: page[0].seq for session_id, page in opened if page},
        today=local_day(now_ns),
        episode=_episode(reader, person),
        test_data=test_data,
    )


def _episode(reader: RecordReader, patient: str) -> Episode:
    """How a patient's series stands; as if there were no course where it cannot be read."""
    try:
        course = read_course(reader, patient)
    except EventUnreadable:
        return Episode()
    return episode_of(course, read_sessions(reader, patient))


def _patient(reader: RecordReader, session_id: str) -> Patient | None:
    row = reader.session(session_id)
    return None if row is None else _known(reader, row.patient_id)


def _known(reader: RecordReader, patient: str) -> Patient | None:
    """The person as known now: a name that was corrected since is not taken back."""
    known = reader.patient(patient)
    if known is None:
        return None
    sex = Sex(known.sex) if known.sex in set(Sex) else Sex.UNKNOWN
    return Patient(known.patient_id, known.family_name, known.given_name, known.birth_date, known.mrn, sex)


# --- waveforms --------------------------------------------------------------------------------------


def _strips(
    reader: RecordReader, session_id: str, entries: tuple[Entry, ...], offsets: Mapping[str, int]
) -> Iterator[Strip]:
    sources = reader.wave_sources(session_id)
    for entry in entries:
        alarm = entry.event
        if not isinstance(alarm, AlarmRaised) or not alarm.physiological or alarm.priority is Priority.LOW:
            continue
        at_ns = entry.at.mono_ns + offsets.get(entry.boot_id, entry.at.wall_utc_ns - entry.at.mono_ns)
        for source in sources:
            strip = _strip(reader, session_id, entry.seq, source, at_ns)
            if strip is not None:
                yield strip


def _strip(reader: RecordReader, session_id: str, seq: int, source: WaveSource, at_ns: int) -> Strip | None:
    start, end = at_ns - BEFORE_S * NS_PER_S, at_ns + AFTER_S * NS_PER_S
    try:
        trace = reader.wave_samples(session_id, source.wave, source.source, start, end)
    except ChunkDamaged:
        return None
    return strip_of(trace, seq, source)


def strip_of(trace: WaveTrace, seq: int, source: WaveSource) -> Strip | None:
    """Samples on an even grid, whole numbers times a power of ten; None when there is nothing to see."""
    known = np.isfinite(trace.value)
    times, values = trace.t_ns[known], trace.value[known]
    if len(times) < 2:
        return None
    period_ns = float(np.median(np.diff(times)))
    if period_ns <= 0:
        return None
    places = np.round((times - times[0]) / period_ns).astype(np.int64)
    largest = float(np.max(np.abs(values)))
    power = math.ceil(math.log10(largest / LARGEST_SAMPLE)) if largest > 0 else 0
    samples: list[int | None] = [None] * (int(places[-1]) + 1)
    for place, value in zip(places, np.round(values / 10.0**power), strict=True):
        samples[int(place)] = int(value)
    return Strip(
        alarm_seq=seq,
        wave=source.wave,
        source=source.source,
        unit=source.unit,
        start_ns=int(times[0]),
        period_ms=Decimal(str(round(period_ns / 1e6, 4))),
        factor=Decimal(1).scaleb(power),
        samples=tuple(samples),
    )


# --- the report -------------------------------------------------------------------------------------


def no_report(_: str) -> bytes | None:
    """No report is wanted."""
    return None


def printing_here(record: Path) -> Printer:
    """Prints in this process, which then holds a Qt application: for commands alone."""

    def printed(session_id: str) -> bytes | None:
        from console.ui.review.report import write_report

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "report.pdf"
            write_report(record, session_id, path)
            return path.read_bytes()

    return printed


def printing_apart(folder: Path, stopped: Callable[[], bool]) -> Printer:
    """Prints in a process of its own, because the room knows no Qt; None when that fails.

    Args:
        folder: The data folder.
        stopped: The room ends: nothing waits for the printer then.
    """

    def printed(session_id: str) -> bytes | None:
        with tempfile.TemporaryDirectory() as where:
            path = Path(where) / "report.pdf"
            command = [sys.executable, "-m", "console", "report", session_id, "--pdf", str(path)]
            try:
                return path.read_bytes() if _ran([*command, "--data", str(folder)], stopped) else None
            except OSError:
                return None

    return printed


def _ran(command: list[str], stopped: Callable[[], bool]) -> bool:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, env=environment, stdin=quiet, stdout=quiet, stderr=quiet) as process:
        for _ in range(round(REPORT_S / LOOK_S)):
            try:
                return process.wait(LOOK_S) == 0
            except subprocess.TimeoutExpired:
                if stopped():
                    break
        process.kill()
    return False
