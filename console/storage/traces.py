"""From stored chunks to what is drawn: envelopes for an overview, samples for a close look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row

from console.clinical.vitals import NO_SAMPLE
from console.clock import NS_PER_S
from console.storage.waves import BIN_SAMPLES, decode_chunk

# Two chunks whose ends are this far from fitting together are still one run.
_JITTER_NS = NS_PER_S // 4

Chunks = Sequence[tuple[int, Row[Any]]]


@dataclass(frozen=True, slots=True)
class Envelope:
    """Smallest and largest value for each pixel of a range.

    Attributes:
        start_ns: Steady axis at the left edge.
        end_ns: Steady axis at the right edge.
        low: One figure a pixel in the signal's unit; NaN where nothing was recorded.
        high: The same for the largest.
    """

    start_ns: int
    end_ns: int
    low: NDArray[np.float64]
    high: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class WaveBins:
    """Every stored smallest and largest value of a signal, for overviews of any width.

    Attributes:
        middle_ns: Steady axis, middle of each bin, ascending.
        low: Smallest value of each, in the signal's unit.
        high: Largest value of each.
        scale: The range that holds all but the most extreme thousandth of them.
    """

    middle_ns: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    scale: tuple[float, float]


@dataclass(frozen=True, slots=True)
class WaveTrace:
    """Samples of a range.

    Attributes:
        t_ns: Steady axis of each.
        value: In the signal's unit; NaN where the device gave none, and one at each break.
    """

    t_ns: NDArray[np.int64]
    value: NDArray[np.float64]


def envelope_of(chunks: Chunks, start_ns: int, end_ns: int, pixels: int) -> Envelope:
    """Fold the stored minima and maxima into pixels.

    Raises:
        ValueError: the range or the number of pixels is empty.
    """
    if pixels < 1 or end_ns <= start_ns:
        raise ValueError("an overview needs a range and at least one pixel")
    pixel_ns = (end_ns - start_ns) / pixels
    low = np.full(pixels, np.inf)
    high = np.full(pixels, -np.inf)
    for begin, end, least, most in _bins(chunks, pixel_ns):
        _fold(low, high, (begin - start_ns) / pixel_ns, (end - start_ns) / pixel_ns, least, most)
    nothing = low > high
    low[nothing] = np.nan
    high[nothing] = np.nan
    return Envelope(start_ns, end_ns, low, high)


def bins_of(chunks: Chunks) -> WaveBins:
    """The pyramid of every chunk, put together; no sample is decoded."""
    found = [_fine_bins(offset, row) for offset, row in chunks]
    if not found:
        nothing = np.empty(0)
        return WaveBins(nothing, nothing, nothing, (0.0, 1.0))
    begin, end, low, high = (np.concatenate(column) for column in zip(*found, strict=True))
    if not len(low):
        return WaveBins(low, low, low, (0.0, 1.0))
    order = np.argsort(begin, kind="stable")
    scale = (float(np.quantile(low, 0.001)), float(np.quantile(high, 0.999)))
    return WaveBins(((begin + end) / 2)[order], low[order], high[order], scale)


_Bins = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


def _bins(chunks: Chunks, pixel_ns: float) -> list[_Bins]:
    """Begin, end, smallest and largest of each stored bin, whole chunks where they are fine enough."""
    coarse = [(offset, row) for offset, row in chunks if row.n * NS_PER_S / row.rate_hz <= pixel_ns]
    fine = [(offset, row) for offset, row in chunks if row.n * NS_PER_S / row.rate_hz > pixel_ns]
    found = [_fine_bins(offset, row) for offset, row in fine]
    known = [(offset, row) for offset, row in coarse if row.low is not None]
    if known:
        end = np.array([offset + row.mono_ns for offset, row in known], np.float64)
        length = np.array([row.n * NS_PER_S / row.rate_hz for _, row in known])
        scaled = np.array([_scaled(row, row.low, row.high) for _, row in known])
        found.append((end - length, end, scaled.min(axis=1), scaled.max(axis=1)))
    return found


def _scaled(row: Row[Any], low: int, high: int) -> tuple[float, float]:
    return low * row.gain + row.offset, high * row.gain + row.offset


def _fine_bins(offset: int, row: Row[Any]) -> _Bins:
    pairs = np.frombuffer(row.pyramid, "<i2").reshape(-1, 2)
    interval_ns = NS_PER_S / row.rate_hz
    begin = offset + row.mono_ns - row.n * interval_ns + np.arange(len(pairs)) * (BIN_SAMPLES * interval_ns)
    end = np.minimum(begin + BIN_SAMPLES * interval_ns, float(offset + row.mono_ns))
    known = pairs[:, 0] != NO_SAMPLE
    values = pairs[known].astype(np.float64) * row.gain + row.offset
    return begin[known], end[known], values.min(axis=1), values.max(axis=1)


def _fold(
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    begin: NDArray[np.float64],
    end: NDArray[np.float64],
    least: NDArray[np.float64],
    most: NDArray[np.float64],
) -> None:
    """Spread each bin over every pixel it touches."""
    first = np.floor(begin).astype(np.int64)
    last = np.maximum(np.ceil(end).astype(np.int64) - 1, first)
    inside = (last >= 0) & (first < len(low))
    first = np.maximum(first[inside], 0)
    last = np.minimum(last[inside], len(low) - 1)
    widths = last - first + 1
    steps = np.arange(widths.sum()) - np.repeat(np.cumsum(widths) - widths, widths)
    pixels = np.repeat(first, widths) + steps
    np.minimum.at(low, pixels, np.repeat(least[inside], widths))
    np.maximum.at(high, pixels, np.repeat(most[inside], widths))


def trace_of(chunks: Chunks, start_ns: int, end_ns: int) -> WaveTrace:
    """Decode the chunks and cut them to the range.

    Raises:
        ChunkDamaged: a chunk does not hold what it should.
    """
    times: list[NDArray[np.int64]] = []
    values: list[NDArray[np.float64]] = []
    before: int | None = None
    for offset, row in chunks:
        header, samples = decode_chunk(row.bytes)
        end = offset + header.mono_ns
        begin = end - header.duration_ns
        joined = before is not None and not header.gap and abs(begin - before) <= _JITTER_NS and before < end
        if before is not None and not joined:
            times.append(np.array([before + 1], np.int64))
            values.append(np.array([np.nan]))
        since = before if joined and before is not None else begin
        # Bytes arrive in bursts: between the ends of two joined chunks the samples are spaced evenly.
        times.append(
            since + np.round(np.arange(1, header.n + 1) * ((end - since) / header.n)).astype(np.int64)
        )
        value = samples.astype(np.float64) * header.gain + header.offset
        value[samples == NO_SAMPLE] = np.nan
        values.append(value)
        before = end
    if not times:
        return WaveTrace(np.empty(0, np.int64), np.empty(0, np.float64))
    t_ns = np.concatenate(times)
    inside = (t_ns >= start_ns) & (t_ns <= end_ns)
    return WaveTrace(t_ns[inside], np.concatenate(values)[inside])
