"""A room in a process of its own: the real door, wire and machine, an hour into a rehearsed session.

``python -m tests.benchmarks.rehearsed_room FOLDER 300|500 [real]`` runs until its input is closed. The
window under test attaches to it as to any room, so that all its costs are real.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from console.clock import Instant, ManualClock, SystemClock
from console.room.bench_desk_wire import BenchDeed, BenchLook
from console.room.bench_wire import BenchAsked
from console.room.server import Put, RoomServer
from console.room.supervisor import Supervisor
from console.room.wire import Answer, Ask, Hello, StopNow
from console.session import intents as ask
from tests.benchmarks.signals import RATES_300, RATES_500, Loop
from tests.session.bench import Bench
from tests.ui.fake_room import FakeRoom, live_through, press_start

VERSION = "benchmark"
STEP_S = 0.2
BEFORE_MIN, INFUSED_MIN = 25.0, 34.0
"""With arrival and baseline a little over an hour; the infusion goes on for some minutes more."""


def rehearse(
    rates: str = "300", *, before_min: float = BEFORE_MIN, infused_min: float = INFUSED_MIN
) -> FakeRoom:
    """The machine in the middle of an infusion, its clock now."""
    bench = Bench()
    ago_s = (before_min + infused_min) * 60 + 305
    began = SystemClock().now().plus(-ago_s)
    bench.clock = ManualClock(began.wall_utc_ns, began.mono_ns)
    bench._cuff_at = bench.clock.now()
    room = FakeRoom(bench)
    # the wave source is only asked for blocks
    room.source = Loop(RATES_500 if rates == "500" else RATES_300)  # type: ignore[assignment]
    room.name_devices()
    bench.arrive()
    live_through(room, before_min)
    bench.order()
    bench.verify()
    bench.run(1)
    bench.tell(ask.ProgramPump("program-1"))
    press_start(room)
    live_through(room, infused_min)
    return room


class RehearsedDesk:
    """Serves one rehearsed room to the windows that attach."""

    def __init__(self, room: FakeRoom, *, simulated: bool) -> None:
        self._room = room
        self._simulated = simulated
        self._puts: list[Put] = []
        self._lock = threading.Lock()

    def attach(self, read_only: bool, put: Put) -> Hello:
        """See :class:`console.room.server.Desk`; the window is told the whole session."""
        with self._lock:
            self._puts.append(put)
            self._room.hello(simulated=self._simulated)
            hello = next(message for message in self._room.poll() if isinstance(message, Hello))
        return replace(hello, app_version=VERSION, read_only=read_only)

    def detach(self, put: Put) -> None:
        """See :class:`console.room.server.Desk`."""
        with self._lock:
            self._puts.remove(put)

    def press_stop(self) -> Instant:
        """See :class:`console.room.server.Desk`."""
        with self._lock:
            self._room.send(StopNow("benchmark"))
            return self._room.bench.clock.now()

    def stop_was_pressed(self, reason: str) -> None:
        """See :class:`console.room.server.Desk`."""

    def ask(self, asked: Ask, reply: Callable[[Answer], None]) -> None:
        """See :class:`console.room.server.Desk`."""
        del reply  # the answer comes with the next step
        with self._lock:
            self._room.send(asked)

    def beat(self, window_id: str) -> None:
        """See :class:`console.room.server.Desk`."""

    def bench(self, asked: BenchAsked, put: Put) -> None:
        del asked, put

    def bench_look(self, asked: BenchLook, put: Put) -> None:
        del asked, put

    def bench_do(self, deed: BenchDeed, put: Put) -> None:
        del deed, put

    def test_sound(self) -> None:
        """See :class:`console.room.server.Desk`."""

    def quit(self, reply: Callable[[Answer], None]) -> None:
        """See :class:`console.room.server.Desk`."""

    def live(self, stopping: threading.Event) -> None:
        """Let the rehearsed room live in real time."""
        clock = SystemClock()
        while not stopping.wait(STEP_S / 4):
            behind_s = clock.now().seconds_since(self._room.bench.clock.now())
            while behind_s >= STEP_S:
                step_s = STEP_S if behind_s < 5 else 1.0
                behind_s -= step_s
                with self._lock:
                    self._room.step(step_s)
                    messages = self._room.poll()
                    for put in self._puts:
                        for message in messages:
                            put(message)


def main() -> None:
    """Open the door, say so, and live until the input is closed."""
    folder, rates = Path(sys.argv[1]), sys.argv[2]
    desk = RehearsedDesk(rehearse(rates), simulated="real" not in sys.argv[3:])
    supervisor = Supervisor(lambda name, sentence: print(name, sentence, file=sys.stderr))
    server = RoomServer(folder, VERSION, desk, supervisor)
    server.start()
    supervisor.start("the rehearsed room", desk.live)
    print("ready", flush=True)
    sys.stdin.read()
    server.close("The benchmark is over.")
    supervisor.close(2.0)


if __name__ == "__main__":
    main()
