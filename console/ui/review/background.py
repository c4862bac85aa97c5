"""Slow reading off the window's thread: jobs in order, results taken by whoever polls, no signals."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

STOP: Final = None
CLOSE_WAIT_S: Final = 10.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a job.

    Attributes:
        key: Of the job.
        result: What it returned, None when it failed.
        trouble: A sentence when it failed, empty otherwise.
    """

    key: str
    result: object
    trouble: str = ""


class Background:
    """One thread, one queue; close() waits for the job that runs."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[tuple[str, Callable[[], object]] | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Done] = queue.SimpleQueue()
        self._waiting = 0
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()

    @property
    def busy(self) -> bool:
        """Whether results are still to come."""
        return self._waiting > 0

    def submit(self, key: str, job: Callable[[], object]) -> None:
        """Do this after what was asked before."""
        if self._closed.is_set():
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="review", daemon=True)
            self._thread.start()
        self._waiting += 1
        self._jobs.put((key, job))

    def take(self) -> tuple[Done, ...]:
        """What has been finished since last asked; never waits."""
        found: list[Done] = []
        while not self._done.empty():
            found.append(self._done.get())
        self._waiting -= len(found)
        return tuple(found)

    def close(self) -> None:
        """Forget what waits, let the running job end."""
        self._closed.set()
        self._jobs.put(STOP)
        if self._thread is not None:
            self._thread.join(CLOSE_WAIT_S)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not STOP:
            if self._closed.is_set():
                return
            key, work = job
            try:
                self._done.put(Done(key, work()))
            except Exception as fault:
                # A reader that fails must not end the thread; the page shows the sentence.
                _log.warning("reading the record failed: %s", fault)
                self._done.put(Done(key, None, str(fault)))
