"""The whole bedside window as it ships, attached over the real socket to a room in another process.

First the processor time of the untouched window over 20 s, then, with clocks in place, each frame.
All four strips are shown at once, which is one more than the page ever shows by itself.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication

from console.clinical.vitals import Wave
from console.ui.viewmodels.live_reference import LiveReference
from console.ui.widgets.sweep_trace import SweepTrace
from console.ui.window import MainWindow
from tests.benchmarks.clocked_bridge import ClockedBridge
from tests.benchmarks.figures import Measured
from tests.benchmarks.frame_log import CPU_S, FRAMES_S, WARM_UP_S, FrameLog
from tests.benchmarks.other_process import neighbour, report
from tests.benchmarks.rehearsed_room import VERSION, rehearse
from tests.session.bench import SITE

WIDTH, HEIGHT = 1920, 1080


class ClockedWindow(MainWindow):
    """The window with a clock around the painting of what changed."""

    log: FrameLog

    def event(self, event: QEvent) -> bool:
        """Qt paints everything that changed within this one event."""
        if event.type() is not QEvent.Type.UpdateRequest:
            return super().event(event)
        return self.log.whole(super().event)(event)


def open_window(
    folder: Path, version: str = VERSION, *, all_strips: bool
) -> tuple[ClockedBridge, ClockedWindow]:
    """The window as the product puts it together, at 1920 x 1080, with an hour behind it."""
    bridge = ClockedBridge(folder, version)
    window = ClockedWindow(bridge, LiveReference(SITE))
    window.log = bridge.log
    bridge.greeted.connect(lambda: bridge.seed_history(rehearse().bench.entries))
    trend = window.bedside.trend
    trend._shown |= {"hr", "spo2", "rr", "etco2", "temp", "model"}
    if all_strips:
        panel = window.bedside.traces
        panel._offer = as_they_are  # type: ignore[method-assign]
        for trace in panel.traces.values():
            trace.show()
    window.resize(WIDTH, HEIGHT)
    window.show()
    bridge.start()
    return bridge, window


def as_they_are(waves: frozenset[Wave]) -> None:
    """Show and hide no strip."""
    del waves


def clock_traces(window: ClockedWindow, log: FrameLog) -> None:
    """Put clocks around everything that moves the traces."""
    panel = window.bedside.traces
    panel.advance = log.traces(panel.advance)  # type: ignore[method-assign]
    SweepTrace.paintEvent = log.traces(SweepTrace.paintEvent)  # type: ignore[method-assign]


def check(window: ClockedWindow, bridge: ClockedBridge) -> None:
    """What is measured must be the live page with moving traces, or the figures mean nothing."""
    traces = window.bedside.traces.traces
    asleep = [name for name, trace in traces.items() if trace.isVisible() and trace.message]
    moving = all(playout.played > playout.rate_hz for playout in bridge.playouts.values())
    if not window.bedside.live_shown or asleep or not moving or not bridge.connected:
        raise SystemExit(f"the bedside page is not live: {asleep}, moving {moving}, {window.page}")


def run(folder: Path, name: str, *, all_strips: bool) -> Measured:
    """Measure and close."""
    app = QApplication(sys.argv[:1])
    bridge, window = open_window(folder, all_strips=all_strips)
    found: Measured = {}

    def after(seconds: float, then: Callable[[], None]) -> None:
        QTimer.singleShot(round(seconds * 1000), then)

    def begin() -> None:
        check(window, bridge)
        bridge.meter.begin()
        after(CPU_S, begin_frames)

    def begin_frames() -> None:
        found.update(bridge.meter.figures(name))
        clock_traces(window, bridge.log)
        bridge.log.on = True
        after(FRAMES_S, end)

    def end() -> None:
        check(window, bridge)
        found.update(bridge.log.figures(name))
        found[f"{name}_strips"] = sum(t.isVisible() for t in window.bedside.traces.traces.values())
        if "--shot" in sys.argv:
            window.grab().save(sys.argv[sys.argv.index("--shot") + 1])
        app.quit()

    after(WARM_UP_S, begin)
    app.exec()
    window.close()
    return found


def main() -> None:
    """``live_window NAME 300|500 [real] [page]``: ``page`` shows the strips the page itself would."""
    name, rates, *rest = sys.argv[1:]
    with neighbour("rehearsed_room", rates, *[word for word in rest if word == "real"]) as folder:
        report(run(folder, name, all_strips="page" not in rest))


if __name__ == "__main__":
    main()
