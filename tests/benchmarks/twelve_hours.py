"""Memory of the window over a simulated day: twelve hours in some minutes.

The worst case for the window: one session left open all day, so that its trend, its pressures and its
scores only ever grow. The rehearsed room and the window share a manual clock; entries that the window
has been told are forgotten by the room, so that what grows is the window.
"""

from __future__ import annotations

import gc
import sys
from typing import Final

import psutil  # type: ignore[import-untyped]
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from console.clinical.vitals import Vital
from console.session import intents as ask
from console.ui.bedside import live_page
from console.ui.bridge import Bridge
from console.ui.viewmodels.live_reference import LiveReference
from console.ui.window import MainWindow
from tests.benchmarks.figures import Measured
from tests.benchmarks.other_process import report
from tests.benchmarks.rehearsed_room import rehearse
from tests.session.bench import NURSE_PIN, SITE
from tests.ui.fake_room import FakeRoom

HOURS: Final = 12
WARM_UP_S: Final = 1800
STEP_S: Final = 5.0
SHIFT_S: Final = 6 * 3600
TREND_S: Final = 60.0
"""The trend is redrawn once a simulated minute: drawing it each second would take half an hour."""
MB: Final = 1e6


def live(room: FakeRoom, second: int) -> None:
    """One second: values wander, pressures and scores come every five minutes, alarms now and then."""
    bench = room.bench
    bench.vitals[Vital.HR] = bench.vitals[Vital.PR] = 72.0 + second % 13
    bench.vitals[Vital.SPO2] = 97.0 if second % 1800 > 30 else 86.0
    if second % 300 == 295:
        bench.measure(124.0 + second % 7, 78.0)
        bench.tell(ask.RecordScore("moaas", {"level": 5}))
    if second % 1800 == 60:
        bench.tell(ask.Acknowledge())
    if second and second % SHIFT_S == 0:
        # After half a day the glass would come down over a session that nobody signed in to again.
        bench.tell(ask.SignIn(), NURSE_PIN)
    room.step(STEP_S)
    del bench.entries[: room._told]
    room._told = 0


def resident_mb() -> float:
    """Memory of this process that is in use, in MB."""
    gc.collect()
    return float(psutil.Process().memory_info().rss) / MB


def main() -> None:
    """Run the day."""
    app = QApplication(sys.argv[:1])
    room = rehearse(before_min=5.0, infused_min=5.0)
    room.hello()
    bridge = Bridge(room, "benchmark", room.bench.clock)
    window = MainWindow(bridge, LiveReference(SITE))
    window.resize(1920, 1080)
    window.show()
    gc.disable()
    # The page counts a long step as no more than its longest frame.
    live_page.TREND_EVERY_S = live_page.LONG_FRAME_S * TREND_S / STEP_S
    warm_mb, most_mb = 0.0, 0.0
    for second in range(0, HOURS * 3600, round(STEP_S)):
        live(room, second)
        bridge.tick()
        app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)
        room.sent.clear()
        if second % WARM_UP_S == 0 and second:
            mb = resident_mb()
            warm_mb, most_mb = warm_mb or mb, max(most_mb, mb)
            if "--tell" in sys.argv:
                print(
                    second, round(mb, 1), len(bridge.state.session.pressures) if bridge.state.session else 0
                )
    if not bridge.connected or not window.bedside.live_shown:
        raise SystemExit("the bedside page was not live to the end")
    found: Measured = {
        "window_growth_mb_12h": resident_mb() - warm_mb,
        "window_growth_mb_12h_most": most_mb - warm_mb,
        "window_resident_mb": resident_mb(),
    }
    report(found)


if __name__ == "__main__":
    main()
