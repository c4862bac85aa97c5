"""Sealed numerics on a grid of one second, the gaps in them, and what of it fits on a screen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from console.clinical.vitals import Vital
from console.clock import NS_PER_S
from console.session.events import Entry, GapRecorded, NumericsSealed
from console.ui.viewmodels.review_shapes import Gap, Samples, Trend

TRENDED = (Vital.HR, Vital.PR, Vital.SPO2, Vital.RR, Vital.ETCO2, Vital.TEMP)
GAP_S = 5
"""Shorter holes in everything at once are breaks in the curves and nothing more."""


def trends_of(entries: Iterable[Entry], start_ns: int, seconds: int) -> dict[Vital, Trend]:
    """Every trended vital sign that was ever known; entries are on the axis."""
    grids = {vital: np.full(seconds + 1, np.nan) for vital in TRENDED}
    for entry in entries:
        if isinstance(entry.event, NumericsSealed):
            _place(grids, entry.event, start_ns)
    return {vital: Trend(vital, grid) for vital, grid in grids.items() if np.isfinite(grid).any()}


def _place(grids: Mapping[Vital, Samples], sealed: NumericsSealed, start_ns: int) -> None:
    first = round((sealed.start.mono_ns - start_ns) / NS_PER_S)
    for vital, grid in grids.items():
        column = sealed.values.get(vital.value)
        if column is None:
            continue
        values = np.array(column, np.float64)
        skip = max(0, -first)
        room = grid[first + skip : first + len(values)]
        room[:] = values[skip : skip + len(room)]


def gaps_of(trends: Mapping[Vital, Trend], entries: Iterable[Entry], start_ns: int) -> tuple[Gap, ...]:
    """Where nothing at all was sensed between the first and the last value, with the reason on record."""
    if not trends:
        return ()
    known = np.any([np.isfinite(trend.values) for trend in trends.values()], axis=0)
    reasons = [
        (entry.at.mono_ns - round(entry.event.seconds * NS_PER_S), entry.at.mono_ns, entry.event.reason)
        for entry in entries
        if isinstance(entry.event, GapRecorded)
    ]
    found = []
    for first, last in _holes(known):
        begin, end = start_ns + first * NS_PER_S, start_ns + last * NS_PER_S
        reason = next((text for since, until, text in reasons if since < end and until > begin), "")
        found.append(Gap(begin, end, reason))
    return tuple(found)


def _holes(known: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Runs of False of at least GAP_S between two Trues."""
    places = np.flatnonzero(known)
    jumps = np.flatnonzero(np.diff(places) > GAP_S)
    return [(int(places[jump]) + 1, int(places[jump + 1])) for jump in jumps]


def decimated(
    values: Samples, first_s: float, last_s: float, pixels: int
) -> tuple[NDArray[np.float64], Samples]:
    """Seconds and values of a stretch, at most two a pixel: the smallest and the largest of its column.

    A column in which nothing is known stays NaN, so that a gap is drawn as a gap.
    """
    begin = max(0, int(np.floor(first_s)) - 1)
    end = min(len(values), int(np.ceil(last_s)) + 2)
    if end <= begin or pixels < 1:
        return np.empty(0), np.empty(0)
    per_pixel = (last_s - first_s) / pixels
    if per_pixel <= 2.0:
        return np.arange(begin, end, dtype=np.float64), values[begin:end]
    width = int(np.ceil(per_pixel))
    # Columns begin at multiples of their width, so that a pan does not make the curve shimmer.
    begin -= begin % width
    columns = -(-(end - begin) // width)
    table = np.full(columns * width, np.nan)
    table[: min(end, len(values)) - begin] = values[begin:end]
    cells = table.reshape(columns, width)
    known = np.isfinite(cells).any(axis=1)
    low = np.where(known, np.fmin.reduce(cells, axis=1), np.nan)
    high = np.where(known, np.fmax.reduce(cells, axis=1), np.nan)
    seconds = begin + (np.arange(columns) + 0.5) * width
    return np.repeat(seconds, 2), np.stack((low, high), axis=1).reshape(-1)
