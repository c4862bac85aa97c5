"""How long each frame took: what the traces need of it, and what the window needs in all."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

from tests.benchmarks.figures import Measured, percentile

P = ParamSpec("P")
R = TypeVar("R")

WARM_UP_S: Final = 4.0
CPU_S: Final = 20.0
FRAMES_S: Final = 10.0


class FrameLog:
    """Adds up time between two ticks; a frame is closed by the next tick.

    Attributes:
        on: Whether it is measured now.
        traces_ms: A frame's advancing and painting of the traces.
        whole_ms: Everything in the frame.
    """

    def __init__(self) -> None:
        self.on = False
        self.traces_ms: list[float] = []
        self.whole_ms: list[float] = []
        self._traces_s = 0.0
        self._whole_s = 0.0

    def close_frame(self) -> None:
        """A new tick begins."""
        if self.on:
            self.traces_ms.append(self._traces_s * 1000)
            self.whole_ms.append(self._whole_s * 1000)
        self._traces_s = self._whole_s = 0.0

    def traces(self, work: Callable[P, R]) -> Callable[P, R]:
        """``work``, its time counted for the traces."""

        def timed(*args: P.args, **kwargs: P.kwargs) -> R:
            if not self.on:
                return work(*args, **kwargs)
            began = time.perf_counter()
            try:
                return work(*args, **kwargs)
            finally:
                self._traces_s += time.perf_counter() - began

        return timed

    def add_whole(self, seconds: float) -> None:
        """Time of the frame as a whole."""
        self._whole_s += seconds

    def figures(self, name: str) -> Measured:
        """Percentiles of what was measured."""
        return {
            f"{name}_frame_ms_p50": percentile(self.traces_ms, 0.50),
            f"{name}_frame_ms_p95": percentile(self.traces_ms, 0.95),
            f"{name}_frame_ms_p99": percentile(self.traces_ms, 0.99),
            f"{name}_window_ms_p50": percentile(self.whole_ms, 0.50),
            f"{name}_window_ms_p95": percentile(self.whole_ms, 0.95),
            f"{name}_window_ms_p99": percentile(self.whole_ms, 0.99),
            f"{name}_window_ms_max": max(self.whole_ms),
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
