"""The real processes: launcher, room, window and virtual devices, killed in mid-infusion."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from console.app.folder import RECORD, app_version
from console.app.records import vouched_chunks
from console.devices.capture import Direction, read_capture
from console.room.client import SocketRoomClient
from console.room.wire import Committed, Hello, StopHeard
from console.session.apply import apply
from console.session.events import Entry
from console.session.state import Phase, State
from console.storage.verify import verify_record

ROOT = Path(__file__).parents[2]
SPEED = 40


class Onlooker:
    """A read-only window in the test: it folds what the room says, as every window does."""

    def __init__(self, folder: Path) -> None:
        self.client = SocketRoomClient.connect(folder, app_version(), read_only=True)
        self.state = State()
        self.hellos: list[Hello] = []
        self.entries: list[Entry] = []
        self.stops: list[StopHeard] = []

    def look(self) -> None:
        for message in self.client.poll():
            match message:
                case Hello():
                    self.hellos.append(message)
                    self.state = message.state
                case Committed(entries=entries):
                    self.entries += entries
                    for entry in entries:
                        self.state = apply(self.state, entry)
                case StopHeard():
                    self.stops.append(message)
                case _:
                    pass

    def until(self, holds: Callable[[], bool], within_s: float, what: str) -> float:
        """Real seconds until something holds."""
        began, pause = time.monotonic(), threading.Event()
        while time.monotonic() - began < within_s:
            self.look()
            if holds():
                return time.monotonic() - began
            pause.wait(0.02)
        raise AssertionError(f"{what} did not come within {within_s} s; phase {self.state.phase}")


class Demonstration:
    """``demo --headless`` as a person would start it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        arguments = ["demo", "--headless", "--silent", "--speed", str(SPEED), "--data", str(folder)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "console", *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def child(self, command: str) -> psutil.Process | None:
        for child in psutil.Process(self.process.pid).children():
            try:
                if child.status() != psutil.STATUS_ZOMBIE and command in child.cmdline():
                    return child
            except psutil.NoSuchProcess:
                continue
        return None

    def close(self) -> None:
        launcher = psutil.Process(self.process.pid)
        if self.process.poll() is None:
            # It starts again whatever ends before it, and what it starts would hold its output open.
            launcher.suspend()
        children = launcher.children(recursive=True) if self.process.poll() is None else []
        for process in (launcher, *children):
            if process.is_running():
                process.kill()
        self.process.communicate(timeout=30)

    def packets_sent(self) -> list[bytes]:
        """Everything any room of this folder ever wrote to the pump."""
        packets = []
        for name in ("pump.jsonl.1", "pump.jsonl"):
            path = self.folder / "capture" / name
            if path.exists():
                packets += [
                    piece.data
                    for piece in read_capture(path.read_text().splitlines())
                    if piece.direction is Direction.SENT
                ]
        return packets


@pytest.fixture
def demonstration(tmp_path: Path) -> Iterator[Demonstration]:
    demonstration = Demonstration(tmp_path)
    yield demonstration
    demonstration.close()


@pytest.mark.process
@pytest.mark.timeout(110)
@pytest.mark.req("HST-01")
@pytest.mark.req("HST-09")
def test_killed_window_frozen_window_and_killed_room_come_back_and_no_command_is_sent_again(
    demonstration: Demonstration,
) -> None:
    onlooker = Onlooker(demonstration.folder)
    onlooker.until(lambda: onlooker.state.phase is Phase.INFUSING, 60, "the infusion")
    session = onlooker.state.session
    assert session is not None

    window = demonstration.child("window")
    assert window is not None
    window.send_signal(signal.SIGKILL)
    window_back_s = onlooker.until(
        lambda: (demonstration.child("window") or window).pid != window.pid, 5, "another window"
    )
    assert window_back_s < 2
    assert onlooker.state.phase is Phase.INFUSING
    assert len(onlooker.hellos) == 1

    frozen = demonstration.child("window")
    assert frozen is not None
    frozen.send_signal(signal.SIGSTOP)
    thawed_s = onlooker.until(
        lambda: (demonstration.child("window") or frozen).pid != frozen.pid, 15, "another window"
    )
    assert 9 < thawed_s < 14

    room = demonstration.child("room")
    assert room is not None
    seq_before = onlooker.state.seq
    os.kill(room.pid, signal.SIGKILL)
    back_s = onlooker.until(lambda: len(onlooker.hellos) == 2, 10, "the room")
    assert back_s < 10
    resumed = onlooker.state.session
    assert resumed is not None
    assert resumed.session_id == session.session_id
    assert onlooker.state.seq > seq_before
    counted = resumed.counter_ml
    onlooker.until(
        lambda: onlooker.state.session is not None and onlooker.state.session.counter_ml > counted,
        10,
        "the pump's own counter",
    )
    assert onlooker.state.phase is Phase.INFUSING
    assert onlooker.state.unresolved is None

    onlooker.client.stop("the test is over")
    onlooker.until(lambda: bool(onlooker.stops), 2, "the answer to STOP")
    onlooker.until(lambda: onlooker.state.phase is Phase.OBSERVING, 5, "the confirmed stop")
    onlooker.client.close()

    runs = [packet for packet in demonstration.packets_sent() if b"RUN" in packet]
    assert len(runs) == 1
    assert any(b"STP" in packet for packet in demonstration.packets_sent())
    assert verify_record(demonstration.folder / RECORD, vouched_chunks).ok
