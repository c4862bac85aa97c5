"""Threads begin again when they fail, and end together."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from console.room import supervisor as supervisor_module
from console.room.supervisor import Supervisor


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor_module, "FIRST_PAUSE_S", 0.001)


def waits_for(event: threading.Event) -> Callable[[threading.Event], None]:
    def run(_: threading.Event) -> None:
        event.wait(60)

    return run


def test_failed_thread_is_reported_and_begins_again() -> None:
    reports: list[tuple[str, str]] = []
    begun = threading.Semaphore(0)
    runs: list[int] = []

    def run(stopping: threading.Event) -> None:
        runs.append(len(runs))
        begun.release()
        if len(runs) < 3:
            raise ValueError("bad byte")
        stopping.wait(10)

    supervisor = Supervisor(lambda name, sentence: reports.append((name, sentence)))
    supervisor.start("pump port", run)
    for _ in range(3):
        assert begun.acquire(timeout=5)
    assert supervisor.close() == ()
    assert len(runs) == 3
    assert reports == [("pump port", "pump port failed (ValueError: bad byte) and begins again.")] * 2


def test_thread_that_returns_is_not_begun_again() -> None:
    runs: list[int] = []
    supervisor = Supervisor(lambda *_: None)
    thread = supervisor.start("once", lambda _: runs.append(1))
    thread.join(5)
    assert runs == [1]
    assert supervisor.alive() == ()


def test_closing_wakes_what_waits_elsewhere() -> None:
    waiting = threading.Event()
    supervisor = Supervisor(lambda *_: None)
    supervisor.start("waiter", waits_for(waiting), wake=waiting.set)
    assert supervisor.close(5) == ()


def test_thread_that_does_not_end_is_named() -> None:
    stuck = threading.Event()
    supervisor = Supervisor(lambda *_: None)
    thread = supervisor.start("stuck port", waits_for(stuck))
    assert supervisor.close(0.05) == ("stuck port",)
    stuck.set()
    thread.join(5)


@pytest.mark.req("NET-02")
def test_thread_that_hangs_in_the_network_delays_no_end_and_is_no_fault() -> None:
    looked_up, ended = threading.Event(), []

    def ends(stopping: threading.Event) -> None:
        stopping.wait()
        ended.append("the port")

    supervisor = Supervisor(lambda *_: None)
    hanging = supervisor.start("a name that is looked up", waits_for(looked_up), left_behind=True)
    supervisor.start("the port", ends)
    began = time.monotonic()
    assert supervisor.close(30) == ()
    assert time.monotonic() - began < 5
    assert ended == ["the port"]
    assert hanging.daemon
    assert supervisor.alive() == ("a name that is looked up",)
    looked_up.set()
    hanging.join(5)
