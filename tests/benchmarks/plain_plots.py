"""The peer: the same signals, client and clock on a plain pyqtgraph screen.

What one writes first: a curve a signal, ``setData`` with the last ten seconds each frame, the axis
scrolling with them, ranges automatic; six trends of an hour redrawn once a second; values as labels.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QMainWindow, QVBoxLayout, QWidget

from console.clinical.vitals import Wave
from console.ui.bridge import Bridge
from console.ui.playout import TRENDED
from tests.benchmarks.clocked_bridge import ClockedBridge
from tests.benchmarks.figures import Measured
from tests.benchmarks.frame_log import CPU_S, FRAMES_S, WARM_UP_S, FrameLog
from tests.benchmarks.other_process import neighbour, report
from tests.benchmarks.rehearsed_room import VERSION, rehearse

SHOWN_S = 10.0
WIDTH, HEIGHT = 1920, 1080


class Scroll:
    """The last ten seconds of one signal on a plot of its own."""

    def __init__(self, area: Any, wave: Wave, rate_hz: float, pen: Any, *, smooth: bool) -> None:
        plot = area.addPlot(title=wave.value)
        plot.enableAutoRange()
        self._curve = pg.PlotCurveItem(pen=pen, antialias=smooth)
        plot.addItem(self._curve)
        self._rate_hz = rate_hz
        self._y = np.full(int(SHOWN_S * rate_hz), np.nan)
        self._played = 0

    def advance(self, samples: Any) -> None:
        """Scroll on and hand the whole stretch to the plot."""
        count = min(len(samples), len(self._y))
        if count:
            self._y = np.concatenate((self._y[count:], samples[-count:]))
            self._played += len(samples)
        x = (np.arange(len(self._y)) + self._played - len(self._y)) / self._rate_hz
        self._curve.setData(x, self._y, connect="finite")


class ClockedArea(pg.GraphicsLayoutWidget):  # type: ignore[misc]
    """The plots of the signals with a clock around their painting."""

    log: FrameLog

    def paintEvent(self, event: Any) -> None:  # noqa: N802 - Qt's own name
        """Paint everything that changed, which with automatic ranges is everything."""
        self.log.traces(super().paintEvent)(event)


class PlainWindow(QMainWindow):
    """Four plots, six trends, six labels."""

    def __init__(self, bridge: Bridge, log: FrameLog, width_px: int, *, smooth: bool) -> None:
        super().__init__()
        self._bridge, self._log = bridge, log
        middle = QWidget()
        row = QHBoxLayout(middle)
        plots = QVBoxLayout()
        self._waves_area = ClockedArea()
        self._waves_area.log = log
        self._trends_area = pg.GraphicsLayoutWidget()
        plots.addWidget(self._waves_area, 43)
        plots.addWidget(self._trends_area, 57)
        row.addLayout(plots, 1)
        labels = QVBoxLayout()
        row.addLayout(labels)
        self.setCentralWidget(middle)
        self._pen = pg.mkPen("#3ddc84", width=width_px)
        self._smooth = smooth
        self._scrolls: dict[Wave, Scroll] = {}
        self._trends = {}
        self._labels = {}
        for place, vital in enumerate(TRENDED):
            plot = self._trends_area.addPlot(row=place // 2, col=place % 2, title=vital.value)
            curve = pg.PlotCurveItem(pen=self._pen, antialias=smooth)
            plot.addItem(curve)
            self._trends[vital] = curve
            self._labels[vital] = QLabel("--")
            self._labels[vital].setStyleSheet("font-size: 60px; min-width: 240px")
            labels.addWidget(self._labels[vital])
        self._trended_s = 0.0
        self._advance = log.traces(self._advance_all)
        bridge.ticked.connect(self._tick)
        bridge.live_changed.connect(self._values)

    def _tick(self, dt_s: float) -> None:
        now = self._bridge.now()
        fresh = {wave: playout.take(dt_s, now) for wave, playout in self._bridge.playouts.items()}
        self._advance(fresh)
        self._trended_s += dt_s
        if self._trended_s >= 1.0 and self._bridge.history is not None:
            self._trended_s = 0.0
            upto_s = now.seconds_since(self._bridge.history.origin)
            for vital, curve in self._trends.items():
                values = self._bridge.history.values(vital, upto_s)[-3600:]
                curve.setData(np.arange(len(values)), values, connect="finite")

    def _advance_all(self, fresh: dict[Wave, Any]) -> None:
        for wave, samples in fresh.items():
            if wave not in self._scrolls:
                rate_hz = self._bridge.playouts[wave].rate_hz
                self._scrolls[wave] = Scroll(self._waves_area, wave, rate_hz, self._pen, smooth=self._smooth)
                self._waves_area.nextRow()
            self._scrolls[wave].advance(samples)

    def _values(self) -> None:
        live = self._bridge.live
        for vital, label in self._labels.items():
            reading = None if live is None else live.vitals.get(vital)
            label.setText("--" if reading is None or reading.value is None else f"{reading.value:.0f}")

    def event(self, event: QEvent) -> bool:
        """Qt paints everything that changed within this one event; here that is nearly all traces."""
        if event.type() is not QEvent.Type.UpdateRequest:
            return super().event(event)
        return self._log.whole(super().event)(event)


def run(folder: Path, name: str, width_px: int, *, smooth: bool) -> Measured:
    """Measure and close."""
    app = QApplication(sys.argv[:1])
    bridge = ClockedBridge(folder, VERSION)
    bridge.greeted.connect(lambda: bridge.seed_history(rehearse().bench.entries))
    window = PlainWindow(bridge, bridge.log, width_px, smooth=smooth)
    window.resize(WIDTH, HEIGHT)
    window.show()
    found: Measured = {}

    def after(seconds: float, then: Callable[[], None]) -> None:
        QTimer.singleShot(round(seconds * 1000), then)

    def begin() -> None:
        bridge.meter.begin()
        after(CPU_S, begin_frames)

    def begin_frames() -> None:
        found.update(bridge.meter.figures(name))
        bridge.log.on = True
        after(FRAMES_S, end)

    def end() -> None:
        if len(window._scrolls) < 4:
            raise SystemExit("the plain screen shows no signals")
        found.update(bridge.log.figures(name))
        if "--shot" in sys.argv:
            window.grab().save(sys.argv[sys.argv.index("--shot") + 1])
        app.quit()

    bridge.start()
    after(WARM_UP_S, begin)
    app.exec()
    bridge.close()
    return found


def main() -> None:
    """``plain_plots NAME 300|500 2|1``: pens of 2 px are antialiased, those of 1 px are not."""
    name, rates, width = sys.argv[1:4]
    with neighbour("rehearsed_room", rates) as folder:
        report(run(folder, name, int(width), smooth=width == "2"))


if __name__ == "__main__":
    main()
