"""The peer: the same session of four hours on plain pyqtgraph plots with pyqtgraph's own downsampling.

Four signals and five vital signs on linked plots, each ``PlotDataItem`` added first and then given its data
with ``setDownsampling(auto=True, mode="peak")`` and ``setClipToView(True)``, pens of one pixel: the quickest
way pyqtgraph documents. It reads the same record by the same queries, and decodes what it shows.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QApplication

from console.clinical.vitals import Vital
from console.clock import NS_PER_S
from console.storage.queries import RecordReader
from tests.benchmarks.figures import Measured, percentile
from tests.benchmarks.other_process import report
from tests.benchmarks.review_page import FRAMES, HEIGHT, OPENINGS, SPANS, WIDTH
from tests.benchmarks.review_record import LONG, make_record

VITALS = (Vital.HR, Vital.SPO2, Vital.RR, Vital.ETCO2, Vital.TEMP)
ALWAYS_NS = (0, 1 << 62)


class Plots:
    """Nine plots under each other, their time axes linked; built once."""

    def __init__(self) -> None:
        self.area: Any = pg.GraphicsLayoutWidget()
        self.area.resize(WIDTH, HEIGHT)
        self.area.show()
        self._items: list[Any] = []
        self.first: Any = None

    def _item(self, place: int) -> Any:
        while len(self._items) <= place:
            plot = self.area.addPlot(row=len(self._items), col=0)
            item = pg.PlotDataItem(pen=pg.mkPen("#008844", width=1))
            plot.addItem(item)
            item.setDownsampling(auto=True, method="peak")
            item.setClipToView(True)
            if self.first is None:
                self.first = plot
            else:
                plot.setXLink(self.first)
            self._items.append(item)
        return self._items[place]

    def open(self, reader: RecordReader) -> float:
        """Show the session; its length in seconds."""
        place, start, end = 0, None, 0
        for one in reader.wave_sources(LONG):
            trace = reader.wave_samples(LONG, one.wave, one.source, *ALWAYS_NS)
            start = int(trace.t_ns[0]) if start is None else start
            end = max(end, int(trace.t_ns[-1]))
            self._item(place).setData((trace.t_ns - start) / NS_PER_S, trace.value)
            place += 1
        for vital in VITALS:
            series = reader.numerics(LONG, vital, *ALWAYS_NS)
            self._item(place).setData((series.t_ns - (start or 0)) / NS_PER_S, series.value)
            place += 1
        seconds = (end - (start or 0)) / NS_PER_S
        self.first.setXRange(0, seconds, padding=0)
        self.area.viewport().repaint()
        return float(seconds)

    def frame(self, first_s: float, last_s: float) -> None:
        """Show a stretch."""
        self.first.setXRange(first_s, last_s, padding=0)
        self.area.viewport().repaint()


def frames(plots: Plots, seconds: float, *, zoom: bool) -> list[float]:
    """Seconds each frame took, over the same stretches as the page's."""
    found = []
    for span in SPANS:
        first = seconds / 2 - span / 2
        plots.frame(first, first + span)
        for place in range(FRAMES // len(SPANS)):
            sign = 1 if place % 60 < 30 else -1
            if zoom:
                span *= 1.03**sign
            else:
                first += sign * span * 0.01
            began = time.perf_counter()
            plots.frame(first, first + span)
            found.append(time.perf_counter() - began)
    return found


def run(folder: Path) -> Measured:
    """Measure."""
    path = folder / "record.db"
    make_record(path)
    app = QApplication(sys.argv[:1])
    plots = Plots()
    openings = []
    seconds = 0.0
    with RecordReader(path) as reader:
        plots.open(reader)
        gc.disable()
        for _ in range(OPENINGS):
            gc.collect()
            began = time.perf_counter()
            seconds = plots.open(reader)
            openings.append((time.perf_counter() - began) * 1000)
    pans, zooms = frames(plots, seconds, zoom=False), frames(plots, seconds, zoom=True)
    app.quit()
    return {
        "peer_open_ms": percentile(openings, 0.5),
        "peer_pan_fps": len(pans) / sum(pans),
        "peer_zoom_fps": len(zooms) / sum(zooms),
        "peer_pan_ms_p95": float(np.quantile(pans, 0.95)) * 1000,
    }


def main() -> None:
    """Measure and tell."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        report(run(Path(name)))


if __name__ == "__main__":
    main()
