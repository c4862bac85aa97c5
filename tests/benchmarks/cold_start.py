"""From starting the program to a live bedside: the real command line, its processes, devices on ptys.

The record holds a session in mid-infusion, as after a power cut, so that the first page is the live one.
Measured twice: the window alone beside a running room (it crashed and comes back), and the whole console.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psutil  # type: ignore[import-untyped]

from console.app.folder import CONFIG, RECORD, boot_id
from console.clock import SystemClock
from console.room.entries import draft_of
from console.storage.record import Record
from console.storage.rows import Batch
from tests.benchmarks.figures import Measured
from tests.benchmarks.other_process import ROOT, environment, report, started
from tests.benchmarks.rehearsed_room import rehearse

STARTS: Final = 5
WITHIN_S: Final = 30.0
MARKS: Final = Path(__file__).parent / "marks"


def furnish(folder: Path, pump: str, monitor: str) -> None:
    """A room in mid-infusion with its two ports."""
    clock = SystemClock()
    with Record.open(folder / RECORD, clock, boot_id(), "benchmark", "benchmark") as record:
        record.write(Batch(events=tuple(map(draft_of, rehearse().bench.entries))))
    (folder / CONFIG).write_text(
        'room = "Benchmark"\nsimulated = true\n'
        f'[pump]\ndriver = "ne1000"\nport = {json.dumps(pump)}\n'
        f'[[monitor]]\nname = "s5"\ndriver = "s5"\nport = {json.dumps(monitor)}\n',
        encoding="utf-8",
    )


@contextmanager
def console(folder: Path, marks: Path, *arguments: str) -> Iterator[int]:
    """A command line of the product with its children; the instant it was started, in ns."""
    began_ns = SystemClock().now().mono_ns
    process = subprocess.Popen(
        [sys.executable, "-m", "console", *arguments, "--data", str(folder)],
        cwd=ROOT,
        env={**environment(), "BENCHMARK_MARKS": str(marks), "PYTHONPATH": str(MARKS)},
        stdout=subprocess.DEVNULL,
    )
    try:
        yield began_ns
    finally:
        # a console with an open session refuses to be closed, and its launcher brings back what was killed
        launcher = psutil.Process(process.pid)
        family = launcher.children(recursive=True)
        for one in (launcher, *family):
            one.kill()
        process.wait()
        psutil.wait_procs(family, 5)


def first(marks: Path, word: str, began_ns: int) -> float:
    """Seconds until ``word`` was noted."""
    pause = threading.Event()
    for _ in range(round(WITHIN_S / 0.02)):
        text = marks.read_text(encoding="utf-8") if marks.exists() else ""
        for line in text.splitlines():
            said, _, at_ns = line.partition(" ")
            if said == word and at_ns:
                return (int(at_ns) - began_ns) / 1e9
        pause.wait(0.02)
    raise SystemExit(f"the window did not paint a {word} within {WITHIN_S:.0f} s")


def start_once(folder: Path, *arguments: str) -> tuple[float, float]:
    """Seconds to STOP and to the first live trace."""
    marks = folder / "marks.txt"
    marks.unlink(missing_ok=True)
    with console(folder, marks, *arguments) as began_ns:
        trace_s = first(marks, "trace", began_ns)
        return first(marks, "stop", began_ns), trace_s


def measure(folder: Path) -> Measured:
    """The whole console, then windows beside a room that runs."""
    whole = [start_once(folder) for _ in range(STARTS)]
    unseen = folder / "room-marks.txt"
    with console(folder, unseen, "room"):
        threading.Event().wait(4.0)
        window = [start_once(folder, "window") for _ in range(STARTS)]
    return {
        "cold_start_s": statistics.median(trace_s for _, trace_s in whole),
        "cold_start_s_max": max(trace_s for _, trace_s in whole),
        "cold_start_stop_shown_s": statistics.median(stop_s for stop_s, _ in whole),
        "window_start_s": statistics.median(trace_s for _, trace_s in window),
        "window_start_stop_shown_s": statistics.median(stop_s for stop_s, _ in window),
    }


def main() -> None:
    """Measure in a fresh folder."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name, started("far_end", name, "run"):
        pump, monitor = json.loads((Path(name) / "ports.json").read_text(encoding="utf-8"))
        folder = Path(name) / "data"
        folder.mkdir(mode=0o700)
        furnish(folder, pump, monitor)
        report(measure(folder))


if __name__ == "__main__":
    main()
