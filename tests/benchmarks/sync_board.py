"""A wall of fifty rooms: what it costs while each room tells its figures every second and seals every ten.

The rooms are one process that speaks to the archive as fifty workstations; the board is another, with its
window drawn in memory at 1920 x 1080, and only its processor time is counted.
"""

from __future__ import annotations

import multiprocessing
import threading
import time
from multiprocessing.synchronize import Event
from random import Random
from typing import Final

from PySide6.QtWidgets import QApplication

from console.app.board_entry import furnish_board
from console.app.board_feed import BoardFeed
from console.clock import SystemClock
from console.room.entries import draft_of
from console.session import codec
from console.session.events import NumericsSealed
from console.storage.chain import chained, start_of_chain
from console.storage.rows import EventDraft, Head, StoredEvent
from console.sync.board_line import Line, open_line, rows_of
from console.sync.board_status import LiveFigure, LiveStatus, encode_status
from console.sync.connecting import Door
from console.sync.ports import START, Archive, Origin, Segment
from console.ui.board.window import BoardWindow
from console.ui.theme import load_fonts
from tests.benchmarks.figures import Measured, percentile
from tests.benchmarks.other_process import report
from tests.session.bench import SITE, Bench
from tests.sync.histories import event_id
from tests.sync.postgres_server import running_server

ROOMS: Final = 50
WARM_S: Final = 6.0
MEASURED_S: Final = 25.0
SEAL_EVERY: Final = 10
READY_S: Final = 120.0
FIGURES: Final = ("hr", "pr", "spo2", "rr", "etco2", "temp")


class Room:
    """One room that speaks to the archive."""

    def __init__(self, n: int, parameters: dict[str, str], site_id: str) -> None:
        self.n, self.site_id, self.stream = n, site_id, event_id(n, "board")
        bench = Bench()
        bench.infuse()
        self.session = bench.state.session
        self.clock = bench.clock
        self.events: list[StoredEvent] = []
        self.head = start_of_chain()
        for entry in bench.entries:
            self._add(draft_of(entry))
        self.archive: Archive = Door(parameters).open(Origin(self.stream, site_id, f"bed-{n}"))
        self.archive.hello(Segment(self.stream, START))
        self.archive.push(self.stream, self.events)
        self.line: Line = open_line(parameters)

    def _add(self, draft: EventDraft) -> StoredEvent:
        one = chained(draft, "boot-1", self.head)
        self.head = Head(one.seq, one.hash)
        self.events.append(one)
        return one

    def second(self, second: int) -> None:
        """One second of it; what is told carries the machine's own clock in milliseconds."""
        now = self.clock.advance(1.0)
        session_id = "" if self.session is None else self.session.session_id
        if (second + self.n) % SEAL_EVERY == 0:
            column: tuple[float | None, ...] = (float(60 + second % 20),) * 10
            values = dict.fromkeys(FIGURES, column)
            kind, version, body = codec.encode(NumericsSealed(now.plus(-10), values, {}))
            uuid = event_id(second, f"seal {self.n}")
            sealed = self._add(EventDraft(uuid, kind, version, body, now, "{}", session_id))
            self.archive.push(self.stream, [sealed])
        figures = tuple(LiveFigure(name, float(60 + second % 20), "valid", "s5") for name in FIGURES)
        told_ms = time.monotonic_ns() // 1_000_000
        status = LiveStatus(f"Room {self.n + 1}", session_id, "boot-1", now, figures, told_ms)
        rows_of(
            self.line,
            "SELECT archive.tell(%(site)s, %(stream)s::uuid, %(status)s::bytea)",
            {"site": self.site_id, "stream": self.stream, "status": encode_status(status)},
        )

    def close(self) -> None:
        """Let go."""
        self.archive.close()
        self.line.close()


def rooms(parameters: list[dict[str, str]], site_id: str, ready: Event, ended: Event) -> None:
    """The clinic's rooms, spread over each second."""
    all_rooms = [Room(n, told, site_id) for n, told in enumerate(parameters)]
    ready.set()
    began, second = time.monotonic(), 0
    while not ended.is_set():
        for place, room in enumerate(all_rooms):
            ended.wait(max(0.0, began + second + place / ROOMS - time.monotonic()))
            room.second(second)
        second += 1
    for room in all_rooms:
        room.close()


def watch(
    board: QApplication, window: BoardWindow, feed: BoardFeed, seconds: float, delays_s: list[float]
) -> None:
    """Let the window run, noting when each figure told was first in the picture."""
    seen: dict[str, int] = {}
    drawn = window.board.view
    until = time.monotonic() + seconds
    pause = threading.Event()
    while time.monotonic() < until:
        board.processEvents()
        if window.board.view is drawn:
            pause.wait(0.02)
            continue
        drawn = window.board.view
        now_ms = time.monotonic_ns() // 1_000_000
        for room in feed.picture.rooms:
            told = 0 if room.status is None else room.status.waiting
            if told and seen.get(room.workstation_id) != told:
                seen[room.workstation_id] = told
                delays_s.append((now_ms - told) / 1000)


def measure() -> Measured:
    """Fifty rooms."""
    context = multiprocessing.get_context("spawn")
    with running_server() as server:
        server.sql("ALTER SYSTEM SET max_connections = 160", database="postgres")
        server.control("restart", "-m", "fast")
        site = server.site()
        parameters = [server.parameters(site.workstation(f"bed-{n}")) for n in range(ROOMS)]
        reader = server.parameters(site.reader())
        ready, ended = context.Event(), context.Event()
        clinic = context.Process(target=rooms, args=(parameters, site.site_id, ready, ended))
        clinic.start()
        try:
            if not ready.wait(READY_S):
                raise SystemExit("the rooms did not come up")
            application = QApplication([])
            load_fonts()
            clock = SystemClock()
            feed = BoardFeed(lambda: open_line(reader), site.site_id, clock, Random(1))
            window = furnish_board(
                "Clinic", site.site_id, False, feed, SITE, clock, lambda: open_line(reader)
            )
            stopping = threading.Event()
            thread = threading.Thread(target=feed.run, args=(stopping,), daemon=True)
            thread.start()
            window.resize(1920, 1080)
            window.show()
            window.start()
            watch(application, window, feed, WARM_S, [])
            delays_s: list[float] = []
            cpu_s, began = time.process_time(), time.monotonic()
            watch(application, window, feed, MEASURED_S, delays_s)
            spent_s, took_s = time.process_time() - cpu_s, time.monotonic() - began
            faces = () if window.board.view is None else window.board.view.rooms
            if len(faces) != ROOMS or any(face.silent or face.tiles[0].value == "--" for face in faces):
                raise SystemExit("not every room was shown with its figures")
            window.close()
            stopping.set()
            thread.join(10)
        finally:
            ended.set()
            clinic.join(20)
    return {
        "board_core_percent": 100 * spent_s / took_s,
        "board_update_s_max": max(delays_s),
        "board_update_s_p50": percentile(delays_s, 0.5),
        "board_updates_per_s": len(delays_s) / took_s,
    }


if __name__ == "__main__":
    report(measure())
