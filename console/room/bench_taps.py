"""The latest bytes of every port, for whoever looks on at the technician's bench."""

from __future__ import annotations

import threading

from console.devices.bench.wire_log import WireLog

ON_THE_BENCH = "bench-"
"""A device on the bench is the same port: what a run sends stands in line with what its owner sent."""


class Taps:
    """One log a binding; any thread may ask for one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._logs: dict[str, WireLog] = {}

    def of(self, device: str) -> WireLog:
        """The log of a binding, made when it is first asked for."""
        name = device.removeprefix(ON_THE_BENCH)
        with self._lock:
            return self._logs.setdefault(name, WireLog())

    def known(self, device: str) -> WireLog | None:
        """The log of a binding; None when nothing ever went over it."""
        with self._lock:
            return self._logs.get(device)
