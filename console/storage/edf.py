"""A session's numerics and waveforms as EDF+ (Kemp 2003 Clin Neurophysiol 114:1755), for other programs.

EDF+ knows no "no figure": in each signal the lowest value of its range stands for it, which the first
annotation says. Waveforms are put on an even grid at their nominal whole rate; numerics stand once a second.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from edfio import Edf, EdfAnnotation, EdfSignal, Patient, Recording
from numpy.typing import NDArray

from console.clinical.vitals import VITALS, Vital
from console.clock import NS_PER_S
from console.storage.queries import NumericSeries, RecordReader
from console.storage.traces import WaveTrace

MISSING = "No figure: lowest value of the signal's range"
LABEL_LENGTH = 16
FASTEST_HZ = 1000


class NothingToExport(Exception):
    """The session holds neither numerics nor waveforms."""


@dataclass(frozen=True, slots=True)
class EdfMark:
    """Something that happened, on the steady axis of the record."""

    at_ns: int
    text: str


@dataclass(frozen=True, slots=True)
class EdfSubject:
    """Who is named in the header; the defaults name nobody.

    Attributes:
        code: Record number, or a pseudonym.
        sex: ``"F"``, ``"M"`` or ``"X"``.
        name: As EDF+ has it, without spaces.
        birth_date: None when it is not told.
        shift_days: The header's date is moved by so many days.
        equipment: Who recorded.
    """

    code: str = "X"
    sex: Literal["F", "M", "X"] = "X"
    name: str = "X"
    birth_date: dt.date | None = None
    shift_days: int = 0
    equipment: str = "infusion-console"


def write_edf(
    reader: RecordReader,
    session_id: str,
    path: Path,
    start_ns: int,
    end_ns: int,
    subject: EdfSubject,
    marks: Iterable[EdfMark] = (),
) -> int:
    """Write the file; returns the number of signals.

    Args:
        reader: The record.
        session_id: Which session.
        path: The file to write.
        start_ns: Begin of the steady axis; cut down to a whole second.
        end_ns: End of it.
        subject: Who is named in the header.
        marks: What becomes annotations.

    Raises:
        NothingToExport: the session holds no samples.
        ChunkDamaged: a waveform chunk does not hold what it should.
    """
    start_ns -= start_ns % NS_PER_S
    seconds = max(1, math.ceil((end_ns - start_ns) / NS_PER_S))
    signals = [
        *_waves(reader, session_id, start_ns, seconds),
        *_numerics(reader, session_id, start_ns, seconds),
    ]
    if not signals:
        raise NothingToExport("The session holds neither numerics nor waveforms: there is nothing to write.")
    begin = dt.datetime.fromtimestamp(start_ns // NS_PER_S, dt.UTC) + dt.timedelta(days=subject.shift_days)
    annotations = [EdfAnnotation(0.0, None, MISSING)]
    for mark in marks:
        onset = round((mark.at_ns - start_ns) / NS_PER_S, 3)
        if 0 <= onset < seconds:
            annotations.append(EdfAnnotation(onset, None, mark.text))
    edf = Edf(
        signals,
        patient=Patient(
            code=_word(subject.code), sex=subject.sex, name=_word(subject.name), birthdate=subject.birth_date
        ),
        recording=Recording(startdate=begin.date(), equipment_code=_word(subject.equipment)),
        starttime=begin.time(),
        data_record_duration=1.0,
        annotations=annotations,
    )
    edf.write(path)
    return len(signals)


def _word(text: str) -> str:
    """A sub-field of the header: printable ASCII without spaces, X for nothing."""
    plain = "".join(one if 32 < ord(one) < 127 else "_" for one in text.strip())
    return plain or "X"


def _waves(reader: RecordReader, session_id: str, start_ns: int, seconds: int) -> list[EdfSignal]:
    found = []
    end_ns = start_ns + seconds * NS_PER_S
    for one in reader.wave_sources(session_id):
        trace = reader.wave_samples(session_id, one.wave, one.source, start_ns, end_ns)
        rate = _rate(trace)
        if rate is None:
            continue
        samples = _evenly(trace, start_ns, seconds, rate)
        found.append(_signal(samples, rate, f"{one.wave.value} {one.source}", one.unit))
    return found


def _rate(trace: WaveTrace) -> int | None:
    """The nominal rate in whole samples a second; None when there are too few samples."""
    steps = np.diff(trace.t_ns)
    steps = steps[steps > 1]
    if not len(steps):
        return None
    return int(min(FASTEST_HZ, max(1, round(NS_PER_S / float(np.median(steps))))))


def _evenly(trace: WaveTrace, start_ns: int, seconds: int, rate: int) -> NDArray[np.float64]:
    """The nearest sample for each place of the grid, NaN where none is near."""
    grid = start_ns + (np.arange(seconds * rate) * NS_PER_S) // rate
    place = np.clip(np.searchsorted(trace.t_ns, grid), 1, max(1, len(trace.t_ns) - 1))
    earlier = np.abs(trace.t_ns[place - 1] - grid) <= np.abs(
        trace.t_ns[np.minimum(place, len(trace.t_ns) - 1)] - grid
    )
    nearest = np.where(earlier, place - 1, np.minimum(place, len(trace.t_ns) - 1))
    values = trace.value[nearest].copy()
    values[np.abs(trace.t_ns[nearest] - grid) > 1.5 * NS_PER_S / rate] = np.nan
    return values


def _numerics(reader: RecordReader, session_id: str, start_ns: int, seconds: int) -> list[EdfSignal]:
    found = []
    for vital in Vital:
        series = reader.numerics(session_id, vital, start_ns, start_ns + seconds * NS_PER_S)
        for source in sorted(set(series.source)):
            samples = _each_second(series, source, start_ns, seconds)
            if np.isfinite(samples).any():
                label = f"{vital.value} {source}"
                found.append(_signal(samples, 1, label, VITALS[vital].unit))
    return found


def _each_second(series: NumericSeries, source: str, start_ns: int, seconds: int) -> NDArray[np.float64]:
    samples = np.full(seconds, np.nan)
    place = (series.t_ns - start_ns) // NS_PER_S
    mine = np.array([one == source for one in series.source], bool) & (place >= 0) & (place < seconds)
    samples[place[mine]] = series.value[mine]
    return samples


def _signal(samples: NDArray[np.float64], rate: int, label: str, unit: str) -> EdfSignal:
    known = samples[np.isfinite(samples)]
    low = float(known.min()) if len(known) else 0.0
    high = float(known.max()) if len(known) else 1.0
    span = max(high - low, 1.0)
    # One hundredth of the range below the lowest figure, so that no figure is taken for "none".
    bottom, top = -_short_above(-(low - span / 100)), _short_above(high + span / 100)
    filled = np.where(np.isfinite(samples), samples, bottom)
    return EdfSignal(
        filled,
        rate,
        label=_ascii(label),
        physical_dimension=unit[:8],
        physical_range=(bottom, top),
    )


def _short_above(value: float) -> float:
    """The next figure above that fits the eight characters of the header."""
    scale = 1000 if abs(value) < 100 else 10
    return math.ceil(value * scale) / scale


def _ascii(label: str) -> str:
    return label.encode("ascii", "replace").decode()[:LABEL_LENGTH]
