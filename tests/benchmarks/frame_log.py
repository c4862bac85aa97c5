"""How long each frame took: what the traces need of it, and what the window needs in all."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, ParamSpec, TypeVar

from tests.benchmarks.figures import Measured, percentile

P = ParamSpec("P")
R = TypeVar("R")

WARM_UP_S: Final = 4.0
CPU_S: Final = 20.0
FRAMES_S: Final = 10.0


@dataclass
class Spent:
    """Time of one frame: on the wall, and of this thread's processor alone; seconds."""

    wall_s: float = 0.0
    cpu_s: float = 0.0


class FrameLog:
    """Adds up time between two ticks; a frame is closed by the next tick.

    Processor time is what the frame costs; wall time also holds what other programs took meanwhile.

    Attributes:
        on: Whether it is measured now.
        frames: For each frame the traces' advancing and painting, and everything in it.
    """

    def __init__(self) -> None:
        self.on = False
        self.frames: list[tuple[Spent, Spent]] = []
        self._traces, self._whole = Spent(), Spent()

    def close_frame(self) -> None:
        """A new tick begins."""
        if self.on:
            self.frames.append((self._traces, self._whole))
        self._traces, self._whole = Spent(), Spent()

    def traces(self, work: Callable[P, R]) -> Callable[P, R]:
        """``work``, its time counted for the traces."""
        return self._timed(work, lambda: self._traces)

    def whole(self, work: Callable[P, R]) -> Callable[P, R]:
        """``work``, its time counted for the frame as a whole."""
        return self._timed(work, lambda: self._whole)

    def _timed(self, work: Callable[P, R], spent: Callable[[], Spent]) -> Callable[P, R]:
        def timed(*args: P.args, **kwargs: P.kwargs) -> R:
            if not self.on:
                return work(*args, **kwargs)
            wall_s, cpu_s = time.perf_counter(), time.thread_time()
            try:
                return work(*args, **kwargs)
            finally:
                total = spent()
                total.cpu_s += time.thread_time() - cpu_s
                total.wall_s += time.perf_counter() - wall_s

        return timed

    def figures(self, name: str) -> Measured:
        """Percentiles of what was measured."""
        traces, whole = [pair[0] for pair in self.frames], [pair[1] for pair in self.frames]
        return {
            f"{name}_frame_ms_p50": 1000 * percentile([one.cpu_s for one in traces], 0.50),
            f"{name}_frame_ms_p95": 1000 * percentile([one.cpu_s for one in traces], 0.95),
            f"{name}_frame_ms_p99": 1000 * percentile([one.cpu_s for one in traces], 0.99),
            f"{name}_frame_wall_ms_p95": 1000 * percentile([one.wall_s for one in traces], 0.95),
            f"{name}_window_ms_p50": 1000 * percentile([one.cpu_s for one in whole], 0.50),
            f"{name}_window_ms_p95": 1000 * percentile([one.cpu_s for one in whole], 0.95),
            f"{name}_window_ms_max": 1000 * max(one.cpu_s for one in whole),
            f"{name}_window_wall_ms_p95": 1000 * percentile([one.wall_s for one in whole], 0.95),
        }


class CpuMeter:
    """Processor time of this process against the wall."""

    def __init__(self) -> None:
        self._cpu_s = 0.0
        self._wall_s = 0.0
        self._ticks = 0

    def begin(self) -> None:
        """From here on."""
        self._cpu_s, self._wall_s, self._ticks = time.process_time(), time.perf_counter(), 0

    def tick(self) -> None:
        """A frame."""
        self._ticks += 1

    def figures(self, name: str) -> Measured:
        """Share of one core and frames a second since :meth:`begin`."""
        wall_s = time.perf_counter() - self._wall_s
        cpu_s = time.process_time() - self._cpu_s
        return {
            f"{name}_core_percent": 100 * cpu_s / wall_s,
            f"{name}_fps": self._ticks / wall_s,
            f"{name}_cpu_ms_frame": 1000 * cpu_s / max(1, self._ticks),
        }
