"""Checks of the samples: chunk bytes against their addresses, rows against what the bytes say."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from console.storage.waves import ChunkDamaged, WaveChunk, chunk_from

_PAGE = 200

_ROWS = f"""
SELECT c.span, c.wave, c.source, c.mono_ns, s.session_id, s.boot_id, c.wall_utc_ns, c.rate_hz, c.n, c.gain,
       c.offset, c.unit, c.gap, c.usable, c.low, c.high, c.pyramid, b.codec, c.sha256, b.bytes
FROM wave_chunk c LEFT JOIN span s ON s.id = c.span LEFT JOIN wave_bytes b ON b.sha256 = c.sha256
WHERE (c.span, c.wave, c.source, c.mono_ns) > (?, ?, ?, ?)
ORDER BY c.span, c.wave, c.source, c.mono_ns LIMIT {_PAGE}
"""

_ORPHANS = "SELECT count(*) FROM wave_bytes WHERE sha256 NOT IN (SELECT sha256 FROM wave_chunk)"


@dataclass(frozen=True, slots=True)
class ChunkFindings:
    """What was found about the samples.

    Attributes:
        sound: Chunks that agree with their address and their row.
        numerics: Rows of numerics.
        broken: One sentence for each chunk that does not.
    """

    sound: int
    numerics: int
    broken: tuple[str, ...]


def check_chunks(connection: sqlite3.Connection, listed: int) -> ChunkFindings:
    """Go through every chunk; stop listing (not counting) after ``listed`` broken ones.

    Raises:
        sqlite3.Error: the tables cannot be read.
    """
    sound = 0
    broken: list[str] = []
    for row in _rows(connection):
        fault = chunk_fault(row)
        if fault is None:
            sound += 1
        elif len(broken) < listed:
            broken.append(f"Waveform {row[1]} of {row[2]} at {row[3]} ns, span {row[0]}: {fault}")
    orphans = connection.execute(_ORPHANS).fetchone()[0]
    if orphans:
        broken.append(f"{orphans} waveform chunks belong to no session.")
    numerics = connection.execute("SELECT count(*) FROM numeric").fetchone()[0]
    return ChunkFindings(sound, numerics, tuple(broken))


def _rows(connection: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    place: tuple[Any, ...] = (-1, "", "", 0)
    # Counted down, because in a damaged file the order may run in a circle.
    left = connection.execute("SELECT count(*) FROM wave_chunk").fetchone()[0]
    while left > 0 and (page := connection.execute(_ROWS, place).fetchall()):
        yield from page
        left -= len(page)
        place = page[-1][:4]


def chunk_fault(row: tuple[Any, ...]) -> str | None:
    """What is wrong with a chunk and its row, or None."""
    address, data = row[-2], row[-1]
    if not isinstance(data, bytes):
        return "Its bytes are missing."
    if hashlib.sha256(data).digest() != address:
        return "Its bytes were changed after they were stored."
    try:
        chunk = chunk_from(data)
    except ChunkDamaged as error:
        return str(error)
    return None if _row_of(chunk) == row[1:-2] else "Its row does not say what its bytes say."


def _row_of(chunk: WaveChunk) -> tuple[Any, ...]:
    header = chunk.header
    return (
        header.wave.value,
        header.source,
        header.mono_ns,
        header.session_id,
        header.boot_id,
        header.wall_utc_ns,
        header.rate_hz,
        header.n,
        header.gain,
        header.offset,
        header.unit,
        int(header.gap),
        int(header.usable),
        chunk.low,
        chunk.high,
        chunk.pyramid,
        header.codec,
    )
