"""Numerics by the second and waveforms by the ten seconds, ready for the record."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from console.clinical.vitals import Vital, VitalReading, Wave, WaveBlock
from console.clock import Instant
from console.session.events import NumericsSealed
from console.storage.chunking import ChunkAssembler
from console.storage.rows import NumericRow
from console.storage.waves import WaveChunk

SEALED_EVERY_S: Final = 10
CATCH_UP_S: Final = 60
"""Seconds filled in at most after the room was busy elsewhere."""

CHUNK_S: Final = 10.0
BLOCKS_HELD: Final = 4096


class NumericsSampler:
    """One figure a second and vital sign; ten seconds make one sealed event."""

    def __init__(self) -> None:
        self._next: Instant | None = None
        self._start: Instant | None = None
        self._columns: dict[Vital, list[float | None]] = {}
        self._sources: dict[str, str] = {}
        self._seconds = 0

    def sample(
        self, session_id: str, shown: dict[Vital, VitalReading], now: Instant
    ) -> tuple[NumericRow, ...]:
        """Rows of the seconds that have passed; what is shown now stands for all of them."""
        if self._next is None:
            self._next = now
        rows: list[NumericRow] = []
        behind = math.floor(now.seconds_since(self._next))
        if behind > CATCH_UP_S:
            self._next = self._next.plus(behind - CATCH_UP_S)
        while self._next.mono_ns <= now.mono_ns:
            rows += _rows(session_id, shown, self._next)
            self._note(shown, self._next)
            self._next = self._next.plus(1.0)
        return tuple(rows)

    def seal(self, infused_ml: Decimal | None, at_once: bool = False) -> NumericsSealed | None:
        """The sealed event once ten seconds are full, or ``at_once`` with what there is."""
        if self._start is None or (self._seconds < SEALED_EVERY_S and not at_once):
            return None
        values = {vital.value: tuple(column) for vital, column in self._columns.items()}
        sealed = NumericsSealed(self._start, values, dict(self._sources), infused_ml)
        self._start, self._columns, self._sources, self._seconds = None, {}, {}, 0
        return sealed

    def forget(self) -> None:
        """No session is open: begin anew with the next."""
        self._next = None

    def _note(self, shown: dict[Vital, VitalReading], at: Instant) -> None:
        if self._start is None:
            self._start = at
        for vital, reading in shown.items():
            column = self._columns.setdefault(vital, [None] * self._seconds)
            column.append(reading.value if reading.usable else None)
            if reading.usable:
                self._sources[vital.value] = reading.source
        self._seconds += 1
        for column in self._columns.values():
            if len(column) < self._seconds:
                column.append(None)


def _rows(session_id: str, shown: dict[Vital, VitalReading], at: Instant) -> list[NumericRow]:
    return [
        NumericRow(
            session_id=session_id,
            at=at,
            vital=vital,
            value=reading.value if reading.usable else None,
            quality=reading.quality,
            source=reading.source,
            measured_mono_ns=reading.measured_at.mono_ns if reading.measured_at != reading.at else None,
            device_time_s=reading.device_time_s,
        )
        for vital, reading in shown.items()
        if reading.value is None or math.isfinite(reading.value)
    ]


class WaveRecorder:
    """Waveform blocks on their way to the record: added by port owners, taken by the conductor."""

    def __init__(self, boot_id: str) -> None:
        self._boot_id = boot_id
        self._lock = threading.Lock()
        self._arrived: deque[WaveBlock] = deque()
        self._dropped = 0
        self._assembler: ChunkAssembler | None = None
        self._session_id = ""

    def add(self, blocks: Sequence[WaveBlock]) -> None:
        """Take blocks in, in the order they arrived; the oldest go when nobody takes them."""
        with self._lock:
            sound = [block for block in blocks if _is_sound(block)]
            self._arrived.extend(sound)
            self._dropped += len(blocks) - len(sound)
            while len(self._arrived) > BLOCKS_HELD:
                self._arrived.popleft()
                self._dropped += 1

    def take(self, session_id: str, at_once: bool = False) -> tuple[WaveChunk, ...]:
        """The chunks of the session that are full; ``at_once`` those still growing too."""
        with self._lock:
            blocks, self._arrived = self._arrived, deque()
        if self._assembler is None or session_id != self._session_id:
            self._assembler = ChunkAssembler(session_id, self._boot_id, CHUNK_S)
            self._session_id = session_id
        chunks: list[WaveChunk] = []
        for block in blocks:
            chunks += self._assembler.add(block)
        if at_once:
            chunks += self._assembler.flush()
        return tuple(chunks)

    def take_dropped(self) -> int:
        """Blocks lost since last asked."""
        with self._lock:
            dropped, self._dropped = self._dropped, 0
            return dropped

    def forget(self) -> None:
        """No session is open: what comes is shown, not kept."""
        with self._lock:
            self._arrived.clear()
            self._dropped = 0
        self._assembler = None


def _is_sound(block: WaveBlock) -> bool:
    """Whole samples with figures that make sense; one bad block must not spoil the chunk it is joined to."""
    figures = (block.rate_hz, block.gain, block.offset)
    whole = len(block.samples) > 0 and len(block.samples) % 2 == 0
    return whole and block.rate_hz > 0 and all(map(math.isfinite, figures)) and bool(block.source)


def addresses(chunks: Sequence[WaveChunk]) -> dict[Wave, tuple[str, ...]]:
    """Content addresses by wave, for the sealing event."""
    found: dict[Wave, tuple[str, ...]] = {}
    for chunk in chunks:
        wave = chunk.header.wave
        found[wave] = (*found.get(wave, ()), chunk.address)
    return found
