"""The only starter of threads. A thread that dies is reported and begins again."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

Run = Callable[[threading.Event], None]
"""A thread's work: returns when the event is set (or when there is nothing more to do)."""

FIRST_PAUSE_S: Final = 0.2
LONGEST_PAUSE_S: Final = 5.0
LEFT_BEHIND_S: Final = 0.3
"""What the end gives a thread of the network to let go by itself."""

_log = logging.getLogger(__name__)


class Supervisor:
    """Starts threads, starts them again when they fail, and ends them together."""

    def __init__(self, fell: Callable[[str, str], None]) -> None:
        """``fell(name, sentence)`` is called on the thread that failed, before it begins again."""
        self._fell = fell
        self._stopping = threading.Event()
        self._threads: list[tuple[threading.Thread, Callable[[], None] | None]] = []
        self._left_behind: set[threading.Thread] = set()
        self._lock = threading.Lock()

    @property
    def stopping(self) -> threading.Event:
        """Set when everything ends."""
        return self._stopping

    def start(
        self, name: str, run: Run, wake: Callable[[], None] | None = None, *, left_behind: bool = False
    ) -> threading.Thread:
        """Run ``run`` until it returns, again after each failure.

        Args:
            name: Of the thread, for people.
            run: The work.
            wake: Called at the end, to make ``run`` notice that it should return.
            left_behind: It may hang in the network, where nobody can wake it (a name that is looked up, a
                server that is silent): the end neither waits for it nor calls it late.
        """
        thread = threading.Thread(target=self._keep, args=(name, run), name=name, daemon=True)
        with self._lock:
            if left_behind:
                self._left_behind.add(thread)
            self._threads = [pair for pair in self._threads if pair[0].is_alive()]
            thread.start()
            self._threads.append((thread, wake))
        return thread

    def start_once(self, name: str, run: Run) -> threading.Thread:
        """Run ``run`` once; a failure is reported and not repeated."""
        thread = threading.Thread(target=self._try, args=(name, run), name=name, daemon=True)
        with self._lock:
            self._threads = [pair for pair in self._threads if pair[0].is_alive()]
            thread.start()
            self._threads.append((thread, None))
        return thread

    def alive(self) -> tuple[str, ...]:
        """Names of the threads that run."""
        with self._lock:
            return tuple(thread.name for thread, _ in self._threads if thread.is_alive())

    def close(self, timeout_s: float = 3.0) -> tuple[str, ...]:
        """End all threads; returns the names of those that did not end in time (shared by all)."""
        self._stopping.set()
        with self._lock:
            threads = list(self._threads)
        for _, wake in threads:
            if wake is not None:
                wake()
        share_s = timeout_s
        late = []
        # Those of the network last: they have had the time of all others to end.
        for thread, _ in sorted(threads, key=lambda pair: pair[0] in self._left_behind):
            if thread is threading.current_thread():
                continue
            if thread in self._left_behind:
                thread.join(LEFT_BEHIND_S)
                if thread.is_alive():
                    _log.info("%s still waits for the network and is left behind", thread.name)
                continue
            thread.join(share_s)
            if thread.is_alive():
                late.append(thread.name)
                share_s = 0.1
        return tuple(late)

    def _keep(self, name: str, run: Run) -> None:
        pause_s = FIRST_PAUSE_S
        while not self._stopping.is_set():
            if self._try(name, run):
                return
            self._stopping.wait(pause_s)
            pause_s = min(LONGEST_PAUSE_S, pause_s * 2)

    def _try(self, name: str, run: Run) -> bool:
        try:
            run(self._stopping)
        except Exception as error:
            _log.exception("thread %s failed", name)
            self._fell(name, f"{name} failed ({type(error).__name__}: {error}) and begins again.")
            return False
        return True
