"""A session as one table for a spreadsheet: a line a happening or a figure, nothing that would calculate."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Final

from console.clinical.vitals import VITALS
from console.clock import NS_PER_S
from console.storage.export_names import safe_row
from console.storage.queries import RecordReader
from console.ui.viewmodels.review_axis import local_time
from console.ui.viewmodels.review_record import read_timeline
from console.ui.viewmodels.review_sentences import SAMPLES
from console.ui.viewmodels.review_shapes import Timeline

HEAD: Final = (
    *("time_utc", "time_local", "second", "group", "what", "value", "unit"),
    *("who", "role", "entry", "hash"),
)
VITALS_EVERY_S: Final = 60

Row = tuple[object, ...]


def csv_rows(line: Timeline, zone: tzinfo | None = None) -> Iterator[Row]:
    """Head, then every happening, every pressure, and each vital sign once a minute; unknown stays empty."""
    yield HEAD
    for one in line.audit:
        if one.group != SAMPLES:
            yield (
                *_when(line, one.t_ns, zone), one.group, one.sentence, "", "",
                one.who, one.role, one.seq, one.hash,
            )  # fmt: skip
    for pressure in line.pressures:
        told = (("systolic", pressure.systolic), ("diastolic", pressure.diastolic), ("mean", pressure.mean))
        for name, value in told:
            if value is not None:
                yield (
                    *_when(line, pressure.t_ns, zone),
                    "Pressure",
                    name,
                    value,
                    "mm[Hg]",
                    pressure.source,
                    "device",
                    "",
                    "",
                )
    for vital, trend in line.trends.items():
        for second in range(0, len(trend.values), VITALS_EVERY_S):
            value = trend.at(second)
            if value is not None:
                when = _when(line, line.ns_of(second), zone)
                yield (
                    *when,
                    "Vital",
                    VITALS[vital].label,
                    round(value, 2),
                    VITALS[vital].unit,
                    "",
                    "device",
                    "",
                    "",
                )


def _when(line: Timeline, t_ns: int, zone: tzinfo | None) -> tuple[str, str, float]:
    utc = datetime.fromtimestamp(t_ns // NS_PER_S, UTC)
    return (
        f"{utc:%Y-%m-%dT%H:%M:%SZ}",
        f"{local_time(t_ns, zone):%Y-%m-%d %H:%M:%S}",
        round(line.second_of(t_ns), 1),
    )


def write_csv(record: Path, session_id: str, target: Path, zone: tzinfo | None = None) -> None:
    """Write the table of a session; the file appears whole, readable by its owner alone.

    Raises:
        SessionUnknown: the record holds no such session.
        EventUnreadable: an entry was written by a newer version.
        RecordRefused: the record cannot be read.
        OSError: the file cannot be made.
    """
    with RecordReader(record) as reader:
        line = read_timeline(reader, session_id)
    part = target.with_name(f".{target.name}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(map(safe_row, csv_rows(line, zone)))
    os.replace(part, target)
