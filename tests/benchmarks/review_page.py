"""The review page: a session of four hours opened, panned, zoomed; ``review_page FOLDER``.

Opening ends with the first whole picture of the page painted. A frame is a step of the window as a hand
makes it, with everything beside the timeline that follows, and the painting of the timeline.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QApplication

from console.clock import SystemClock
from console.room.wire import Hello, RoomMessage, WindowMessage
from console.session.state import State
from console.ui.bridge import Bridge
from console.ui.review.page import ReviewPage
from console.ui.theme import Theme, load_fonts
from tests.benchmarks.figures import Measured, percentile
from tests.benchmarks.other_process import report
from tests.benchmarks.review_record import LONG, make_record

WIDTH, HEIGHT = 1920, 1080
OPENINGS: Final = 7
FRAMES: Final = 240
SPANS: Final = (7200.0, 1800.0, 300.0, 20.0)


class Silent:
    """A room that says hello once and nothing more."""

    def __init__(self, path: Path) -> None:
        self.connected = True
        self._out: list[RoomMessage] = [
            Hello("Room 2", "boot-x", "0", True, False, 1.0, None, str(path), State(), ("s5",))
        ]

    def poll(self) -> list[RoomMessage]:
        """What it says."""
        said, self._out = self._out, []
        return said

    def send(self, _message: WindowMessage) -> bool:
        """Taken and forgotten."""
        return True

    def close(self) -> None:
        """Gone."""
        self.connected = False


def settle(page: ReviewPage) -> None:
    """Until the reading thread has told everything."""
    while True:
        page.poll()
        QApplication.processEvents()
        if not page.busy:
            return
        time.sleep(0.005)


def page_of(path: Path, folder: Path) -> ReviewPage:
    """The page as the window has it."""
    bridge = Bridge(Silent(path), "benchmark", SystemClock())
    page = ReviewPage(Theme(scale=1.0), bridge, folder / "reports")
    page.resize(WIDTH, HEIGHT)
    page.show()
    bridge.tick()
    settle(page)
    return page


def opened(page: ReviewPage) -> float:
    """Milliseconds from the choice of the session to its first picture."""
    gc.collect()
    began = time.perf_counter()
    page.open_session(LONG)
    page.repaint()
    page.timeline.viewport().repaint()
    took = (time.perf_counter() - began) * 1000
    settle(page)
    return took


def frames(page: ReviewPage, *, zoom: bool) -> list[float]:
    """Seconds each frame took."""
    view = page.timeline
    found = []
    for span in SPANS:
        view.show_about_cursor(span)
        view.viewport().repaint()
        for place in range(FRAMES // len(SPANS)):
            there = place % 60 < 30
            began = time.perf_counter()
            if zoom:
                view.zoom(1.03 if there else 1 / 1.03, moving=True)
            else:
                view.pan(span * (0.01 if there else -0.01))
            view.viewport().repaint()
            found.append(time.perf_counter() - began)
    return found


def run(folder: Path) -> Measured:
    """Measure."""
    path = folder / "record.db"
    make_record(path)
    app = QApplication(sys.argv[:1])
    load_fonts()
    page = page_of(path, folder)
    opened(page)
    gc.disable()
    cpu_began = time.process_time()
    openings = [opened(page) for _ in range(OPENINGS)]
    cpu_ms = (time.process_time() - cpu_began) * 1000 / OPENINGS
    page.timeline.set_waves(on=True)
    began = time.perf_counter()
    page.bar.waves.emit(True)
    settle(page)
    page.timeline.viewport().repaint()
    waves_ms = (time.perf_counter() - began) * 1000
    pans, zooms = frames(page, zoom=False), frames(page, zoom=True)
    if page.line is None or page.line.seconds < 3.8 * 3600:
        raise SystemExit("the session on the page is not the long one")
    if "--shot" in sys.argv:
        page.timeline.show_whole()
        page.grab().save(sys.argv[sys.argv.index("--shot") + 1])
    page.close_page()
    app.quit()
    return {
        "review_open_ms": percentile(openings, 0.5),
        "review_open_ms_max": max(openings),
        "review_open_cpu_ms": cpu_ms,
        "review_waves_ms": waves_ms,
        "review_pan_fps": len(pans) / sum(pans),
        "review_zoom_fps": len(zooms) / sum(zooms),
        "review_pan_ms_p95": percentile(pans, 0.95) * 1000,
    }


def main() -> None:
    """Measure and tell."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        report(run(Path(name)))


if __name__ == "__main__":
    main()
