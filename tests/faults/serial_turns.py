"""A room on a manual clock whose port owners wait side by side, as their threads do in the product.

Each owner runs in a thread of its own, but only one thread runs at any time: whoever waits hands the
baton back, the clock moves on to the earliest one who is due, and the conductor takes its turn. Nothing
depends on the machine's speed, and a monitor that is being looked for holds nobody else up.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from console.clock import Instant
from tests.faults.serial_rig import CutWorld
from tests.stories.in_process_room import InProcessRoom

LONGEST_STEP_S = 0.1
SHORTEST_WAIT_S = 0.001
END_S = 5.0


class _Ended(BaseException):
    """Thrown into an owner that waits when the bench is taken down."""


class _Owner:
    """One owner's thread and the baton."""

    def __init__(self, turn: Callable[[], None], now: Instant) -> None:
        self.due = now
        self._turn = turn
        self._go = threading.Semaphore(0)
        self._rests = threading.Semaphore(0)
        self._ending = False
        self._failure: Exception | None = None
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def proceed(self) -> None:
        """Let it run until it waits again."""
        self._go.release()
        self._rests.acquire()
        if self._failure is not None:
            raise self._failure

    def wait_until(self, due: Instant) -> None:
        """On its own thread: hand the baton back until then."""
        self.due = due
        self._rests.release()
        self._go.acquire()
        if self._ending:
            raise _Ended

    def end(self) -> None:
        """Take it down."""
        self._ending = True
        self._go.release()
        self.thread.join(END_S)

    def _run(self) -> None:
        self._go.acquire()
        try:
            while not self._ending:
                self._turn()
        except _Ended:
            return
        except Exception as error:
            self._failure = error
            self._rests.release()


class Turns:
    """Runs a room; use it as a context, and the room's own ``run`` and ``turn`` not at all meanwhile."""

    def __init__(self, room: InProcessRoom, world: CutWorld) -> None:
        self._room = room
        self._world = world
        self._owners: list[_Owner] = []
        self._by_thread: dict[threading.Thread, _Owner] = {}

    def __enter__(self) -> Turns:
        service, now = self._room.service, self._world.clock.now()
        turns = [owner.turn for owner in service.monitor_owners]
        if service.pump_owner is not None:
            turns.insert(0, service.pump_owner.turn)
        self._owners = [_Owner(turn, now) for turn in turns]
        self._by_thread = {owner.thread: owner for owner in self._owners}
        self._world.wait_here = self._wait_here
        return self

    def __exit__(self, *_: object) -> None:
        for owner in self._owners:
            owner.end()
        self._world.wait_here = lambda _seconds: False

    def step(self) -> None:
        """To the next moment at which somebody is due."""
        world, room = self._world, self._room
        now = world.clock.now()
        rest_s = min(owner.due.seconds_since(now) for owner in self._owners)
        if rest_s > 0:
            world.advance(min(rest_s, LONGEST_STEP_S))
            now = world.clock.now()
        for owner in self._owners:
            if owner.due.mono_ns <= now.mono_ns:
                owner.proceed()
        room.service.annunciator.step(now)
        room.service.conductor.turn(0)

    def run(self, seconds: float) -> None:
        """Let time pass."""
        until = self._world.clock.now().plus(seconds)
        while self._world.clock.now().mono_ns < until.mono_ns:
            self.step()

    def until(self, holds: Callable[[], bool], within_s: float) -> float:
        """Seconds of the clock until something holds; infinite when it does not in time."""
        clock = self._world.clock
        began = clock.now()
        while not holds():
            if clock.now().seconds_since(began) > within_s:
                return float("inf")
            self.step()
        return clock.now().seconds_since(began)

    def _wait_here(self, seconds: float) -> bool:
        owner = self._by_thread.get(threading.current_thread())
        if owner is None:
            return False
        # Whoever asks for no time at all still lets the others have a turn.
        owner.wait_until(self._world.clock.now().plus(max(seconds, SHORTEST_WAIT_S)))
        return True
