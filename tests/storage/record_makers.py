"""Values for the tests of the record."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from console.clinical.vitals import Quality, Vital, Wave, WaveBlock
from console.clock import Instant, ManualClock
from console.storage.chain import uuid7
from console.storage.record import Record
from console.storage.rows import Batch, EventDraft, NumericRow
from console.storage.waves import encode_chunk

BOOT = "boot-1"
SESSION = "session-1"
START = ManualClock().now()
ROOT = Path(__file__).parents[2]


def draft(
    body: bytes = b'{"a":1}', kind: str = "care_noted", session_id: str | None = SESSION, at: Instant = START
) -> EventDraft:
    return EventDraft(
        id=uuid7(at.wall_utc_ns),
        kind=kind,
        version=1,
        body=body,
        at=at,
        actor='{"user_id":"mk"}',
        session_id=session_id,
    )


def numeric(
    at: Instant = START, vital: Vital = Vital.HR, value: float | None = 72.0, source: str = "s5"
) -> NumericRow:
    quality = Quality.UNAVAILABLE if value is None else Quality.VALID
    return NumericRow(SESSION, at, vital, value, quality, source)


def block(
    samples: NDArray[np.int16],
    at: Instant = START,
    wave: Wave = Wave.ECG,
    rate_hz: float = 500.0,
    gain: float = 0.005,
    offset: float = 0.0,
    gap: bool = False,
) -> WaveBlock:
    return WaveBlock(wave, "s5", at, rate_hz, samples.astype("<i2").tobytes(), gain, offset, "mV", gap)


def beat(n: int = 500, seed: int = 0) -> NDArray[np.int16]:
    """A second of something like an ECG, with noise."""
    t = np.arange(n) / n
    noise = np.random.default_rng(seed).normal(0, 2, n)
    curve = 900 * np.exp(-(((t - 0.4) / 0.02) ** 2)) + 90 * np.sin(6.28 * t)
    samples: NDArray[np.int16] = (curve + noise).astype(np.int16)
    return samples


def second(at: Instant, waves: int = 4, vitals: int = 12, seed: int = 0) -> Batch:
    """What one second of a session puts into the record at full rate."""
    names = list(Vital)
    numerics = tuple(
        numeric(at, names[i % len(names)], 70.0 + i, f"s{i // len(names)}") for i in range(vitals)
    )
    kinds = list(Wave)
    rates = (500, 100, 25, 25)
    chunks = tuple(
        encode_chunk(SESSION, BOOT, block(beat(rates[i], seed), at, kinds[i], rates[i])) for i in range(waves)
    )
    return Batch(numerics=numerics, waves=chunks)


def open_record(path: Path, clock: ManualClock | None = None, busy_timeout_s: float = 0.05) -> Record:
    return Record.open(path, clock or ManualClock(), BOOT, "clinic-7", "bed-2", busy_timeout_s)


def tampered(path: Path, *statements: str) -> None:
    """Change a record as somebody with a database tool would: triggers dropped first."""
    with closing(sqlite3.connect(path)) as connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        connection.commit()
