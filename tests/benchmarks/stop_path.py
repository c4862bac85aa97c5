"""From a finger on STOP to the bytes at the pump's end of the cable, with everything else going wrong.

Three processes as in the clinic: the real window, the real room, the devices behind ptys. The room's
disk hangs, so its conductor is stuck; the window redraws its whole trend on every frame; the pump's line
is polled five times as often as it would be, and for the last part each of its answers is 80 ms
late. Touches are posted to the window's queue at odd moments, as the windowing system does.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from console.clock import SystemClock
from tests.benchmarks.clocked_bridge import ClockedBridge
from tests.benchmarks.figures import Measured, percentile
from tests.benchmarks.live_window import ClockedWindow, open_window
from tests.benchmarks.other_process import line_of, report, started, tell
from tests.benchmarks.rehearsed_room import VERSION

PRESSES: Final = 200
SLOW_PRESSES: Final = 40
SETTLE_S: Final = 5.0
NEVER_MS: Final = 60_000.0


def touch(window: ClockedWindow) -> int:
    """Post one touch on the STOP key; when, in ns. Called from a thread, as events come from outside."""
    key = window.stop_key
    at = QPointF(20, 20)
    down = QMouseEvent(
        QEvent.Type.MouseButtonPress,
        at,
        at,
        Qt.MouseButton.LeftButton,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    at_ns = SystemClock().now().mono_ns
    QCoreApplication.postEvent(key, down)
    return at_ns


class Finger:
    """Touches STOP again and again on a thread of its own."""

    def __init__(self, window: ClockedWindow, slow: Callable[[], None], done: Callable[[], None]) -> None:
        self._window = window
        self._slow = slow
        self._done = done
        self.touched_ns: list[int] = []

    def press_all(self) -> None:
        """All presses, the last of them on a slow line."""
        chance, pause = random.Random(11), threading.Event()
        for _ in range(PRESSES):
            pause.wait(chance.uniform(0.3, 0.5))
            self.touched_ns.append(touch(self._window))
        pause.wait(1.0)
        self._slow()
        for _ in range(SLOW_PRESSES):
            pause.wait(chance.uniform(1.2, 1.6))
            self.touched_ns.append(touch(self._window))
        pause.wait(1.0)
        self._done()


def delays_ms(touched_ns: list[int], wire_ns: list[int]) -> list[float]:
    """For each touch the time until the first STP after it; never counts as a minute."""
    ends = [*touched_ns[1:], touched_ns[-1] + 60 * 10**9]
    found = []
    for began, end in zip(touched_ns, ends, strict=True):
        first = next((at for at in wire_ns if began <= at < end), None)
        found.append(NEVER_MS if first is None else (first - began) / 1e6)
    return found


def press(window: ClockedWindow, bridge: ClockedBridge, slow: Callable[[], None]) -> Finger:
    """Run the window and press."""
    # Leaving the application's own loop would close the window.
    pressing = QEventLoop()
    bridge.ticked.connect(lambda _: window.bedside.refresh_trend())
    finger = Finger(window, slow, lambda: QTimer.singleShot(0, pressing, pressing.quit))
    thread = threading.Thread(target=finger.press_all, daemon=True)
    thread.start()
    pressing.exec()
    thread.join(5)
    return finger


def measure(folder: Path, pump: str, monitor: str, slow: Callable[[], None]) -> tuple[Finger, ClockedBridge]:
    """The room, then the window beside it, then the stall, then the presses."""
    with started("room_end", str(folder), pump, monitor, "stop") as room:
        app = QApplication(sys.argv[:1])
        bridge, window = open_window(folder, VERSION, all_strips=False)
        settling = QEventLoop(app)
        QTimer.singleShot(round(SETTLE_S * 1000), settling.quit)
        settling.exec()
        if not bridge.connected or bridge.live is None or bridge.live.pump is None:
            raise SystemExit("the room does not see its pump")
        tell(room, "stall")
        if line_of(room) != "stalled":
            raise SystemExit("the disk does not hang")
        finger = press(window, bridge, slow)
        tell(room, "free")
        line_of(room)
        window.close()
    return finger, bridge


def main() -> None:
    """Measure all presses."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name)
        with started("far_end", name, "run") as far:
            pump, monitor = json.loads((folder / "ports.json").read_text(encoding="utf-8"))
            finger, bridge = measure(folder, pump, monitor, lambda: tell(far, "slow"))
        wire_ns: list[int] = json.loads((folder / "wire.json").read_text(encoding="utf-8"))
    report(figures(finger.touched_ns, bridge, wire_ns))


def figures(touched_ns: list[int], bridge: ClockedBridge, wire_ns: list[int]) -> Measured:
    """Percentiles over all presses, and the parts of the way."""
    whole = delays_ms(touched_ns, wire_ns)
    sent_ns = sorted(bridge.stops.sent_ns.values())
    heard = {key: at for key, at in bridge.stops.heard_ns.items() if key in bridge.stops.sent_ns}
    to_slot = [(at - bridge.stops.sent_ns[key]) / 1e6 for key, at in heard.items()]
    inside = [(sent - touched) / 1e6 for touched, sent in zip(touched_ns, sent_ns, strict=True)]
    beyond = delays_ms(sent_ns, wire_ns)
    return {
        "stop_to_wire_ms_p50": percentile(whole[:PRESSES], 0.50),
        "stop_to_wire_ms_p99": percentile(whole[:PRESSES], 0.99),
        "stop_to_wire_ms_max": max(whole[:PRESSES]),
        "stop_slow_line_ms_p99": percentile(whole[PRESSES:], 0.99),
        "stop_in_window_ms_p99": percentile(inside, 0.99),
        "stop_in_room_ms_p99": percentile(beyond[:PRESSES], 0.99),
        "stop_to_slot_ms_p99": percentile(to_slot, 0.99),
        "stop_presses": float(len(whole)),
        "stop_never": float(sum(delay >= NEVER_MS for delay in whole)),
    }


if __name__ == "__main__":
    main()
