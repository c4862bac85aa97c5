"""Summaries of the vital signs of each infusion for the research export: before, during and after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from console.clinical.vitals import Vital
from console.clock import NS_PER_S
from console.course.deidentify import Row, Veil
from console.course.sessions import SessionFact
from console.storage.queries import NumericSeries, RecordReader

LONGEST_NS: Final = 24 * 3600 * NS_PER_S
"""A session that was never closed is looked at for a day."""
DECIMALS: Final = 1


def vital_rows(reader: RecordReader, hidden: Veil, sessions: Sequence[SessionFact]) -> Iterator[Row]:
    """One row for each infusion, vital sign and part of the session that has figures."""
    for one in sessions:
        if not one.treated or one.started_wall_ns is None:
            continue
        end = one.opened_wall_ns + LONGEST_NS
        over = end if one.ended_wall_ns is None else one.ended_wall_ns
        for vital in Vital:
            series = reader.numerics(one.session_id, vital, one.opened_wall_ns, end)
            parts = {
                "before": (one.opened_wall_ns, one.started_wall_ns),
                "during": (one.started_wall_ns, over),
                "after": (over, end),
            }
            for part, (begin, until) in parts.items():
                figures = figures_of(series, begin, until)
                if len(figures):
                    yield {
                        "subject": hidden.subject,
                        "session": hidden.thing(one.session_id),
                        "date": hidden.day(one.day),
                        "part": part,
                        "vital": vital.value,
                        "figures": len(figures),
                        "mean": round(float(np.mean(figures)), DECIMALS),
                        "lowest": round(float(np.min(figures)), DECIMALS),
                        "highest": round(float(np.max(figures)), DECIMALS),
                        "first": round(float(figures[0]), DECIMALS),
                        "last": round(float(figures[-1]), DECIMALS),
                    }


def figures_of(series: NumericSeries, begin_ns: int, until_ns: int) -> NDArray[np.float64]:
    """Figures of the source that spoke most, each measurement once, from ``begin_ns`` up to ``until_ns``."""
    known = np.isfinite(series.value) & (series.t_ns >= begin_ns) & (series.t_ns < until_ns)
    places = np.flatnonzero(known)
    if not len(places):
        return np.zeros(0)
    spoke = Counter(series.source[place] for place in places).most_common(1)[0][0]
    own = np.array([place for place in places if series.source[place] == spoke])
    # A cuff pressure is told again every second until the next: one measurement counts once.
    _, first = np.unique(series.measured_ns[own], return_index=True)
    figures: NDArray[np.float64] = series.value[own[np.sort(first)]]
    return figures
