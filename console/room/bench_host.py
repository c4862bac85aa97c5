"""The bench inside the room: lends a port to a run, on the very thread that owns the port.

While a port is lent its owner rests; STOP ends the run at once, and the owner then carries it out as ever.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from msgspec.structs import replace

from console.clock import Clock, Instant
from console.devices.bench.procedure import Subject, Task
from console.devices.bench.stepper import SESSION_OPEN, Bench, BenchRefused
from console.devices.bench.wire_log import WireLog
from console.devices.bench.wire_view import WireRow, wire_rows
from console.devices.slots import Waiter
from console.room.bench_wire import BenchAsked, BenchBegin, BenchEnd, BenchReply, BenchShown
from console.session.bench import BenchRun

SHOWN_EVERY_S: Final = 0.2
ROWS_AT_ONCE: Final = 200
BEFORE_ROWS: Final = 40
"""Lines decoded again with the new ones, so that a message in two pieces is understood."""
BUSY: Final = "A run is going on: end it first."
NO_BENCH: Final = "This room has no bench."


class Owner(Protocol):
    """The owner of one port."""

    def turn(self) -> None:
        """One iteration."""
        ...

    def close(self) -> None:
        """Give the port back."""
        ...


@dataclass(frozen=True, slots=True)
class Prepared:
    """Something ready to be tested.

    Attributes:
        subject: What the run is about.
        tasks: Its checks.
        binding: Whose port it needs; empty when nobody owns it.
        driver: By which its bytes are understood; empty when it has none.
        wire: Its bytes; None when it has no line.
    """

    subject: Subject
    tasks: Sequence[Task]
    binding: str = ""
    driver: str = ""
    wire: WireLog | None = None


Prepare = Callable[[BenchBegin], Prepared]
"""Puts something on the bench; raises an exception whose text says why it cannot."""


class LendablePort:
    """One port's thread: turns of its owner, or steps of a run."""

    def __init__(self, owner: Owner, stop_waits: Callable[[], bool]) -> None:
        """``stop_waits`` tells whether STOP was pressed and is not being carried out."""
        self._owner = owner
        self._stop_waits = stop_waits
        self._lent: Run | None = None

    def lend(self, run: Run) -> None:
        """Give the port to ``run`` after the present turn."""
        self._lent = run

    def run(self, stopping: threading.Event) -> None:
        """Turn until ``stopping`` is set, then give the port back."""
        try:
            while not stopping.is_set():
                lent, self._lent = self._lent, None
                if lent is None:
                    self._owner.turn()
                else:
                    self._owner.close()
                    lent.carry_out(lambda: stopping.is_set() or self._stop_waits())
        finally:
            self._owner.close()


class Run:
    """One run of the bench, and what windows are shown of it.

    Attributes:
        bench: Carries it out.
        over: Nothing more will happen, whatever the picture says.
        found: What was found, once it is over.
    """

    def __init__(
        self, bench: Bench, prepared: Prepared, clock: Clock, tell: Callable[[BenchShown], None]
    ) -> None:
        self.bench = bench
        self._prepared = prepared
        self._clock = clock
        self._tell = tell
        self._shown_at: Instant | None = None
        self._shown_line = 0
        self._shown_asks = False
        self.over = False
        self.found: BenchRun | None = None

    def carry_out(self, must_end: Callable[[], bool]) -> None:
        """Step to the end on this thread, or until it has to end."""
        try:
            going = True
            while going:
                if must_end():
                    self.bench.end()
                going = self.bench.step()
                self._show(last=not going)
        finally:
            self.over = True
            # After a fault in the bench itself: the pump is stopped and the port free all the same.
            self._prepared.subject.make_safe()
            self._prepared.subject.close()

    def _show(self, *, last: bool) -> None:
        now, asks = self._clock.now(), self.bench.picture.asks is not None
        soon = self._shown_at is not None and now.seconds_since(self._shown_at) < SHOWN_EVERY_S
        if soon and not last and asks is self._shown_asks:
            return
        self._shown_at, self._shown_asks = now, asks
        run = self.found = self.bench.result() if last else None
        self._tell(BenchShown(self.bench.picture, self._new_rows(), run))

    def _new_rows(self) -> tuple[WireRow, ...]:
        if self._prepared.wire is None:
            return ()
        lines = self._prepared.wire.lines(most=ROWS_AT_ONCE + BEFORE_ROWS)
        rows = wire_rows(self._prepared.driver, lines)
        fresh = tuple(row for row in rows if row.number > self._shown_line)
        self._shown_line = lines[-1].number if lines else self._shown_line
        return fresh


class BenchHost:
    """Begins and ends runs, one at a time. Called on the windows' reader threads."""

    def __init__(
        self,
        prepare: Prepare | None,
        clock: Clock,
        make_waiter: Callable[[], Waiter],
        session_open: Callable[[], bool],
        tell: Callable[[BenchShown], None],
        start_once: Callable[[str, Callable[[threading.Event], None]], object],
    ) -> None:
        """Wire the bench.

        Args:
            prepare: Puts something on the bench; None where there is none.
            clock: The room's clock.
            make_waiter: Makes what a run waits on between polls.
            session_open: Whether a patient is being treated.
            tell: Told how far a run is, for every window.
            start_once: Starts a thread for something whose port nobody owns.
        """
        self._prepare = prepare
        self._clock = clock
        self._make_waiter = make_waiter
        self._session_open = session_open
        self._tell = tell
        self._start_once = start_once
        self._ports: dict[str, LendablePort] = {}
        self._lock = threading.Lock()
        self._run: Run | None = None

    def lendable(self, name: str, owner: Owner, stop_waits: Callable[[], bool]) -> LendablePort:
        """The port of a binding, to be run in place of its owner."""
        self._ports[name] = LendablePort(owner, stop_waits)
        return self._ports[name]

    def hear(self, asked: BenchAsked) -> None:
        """Do what a window asks of the bench; it is told what came of it."""
        match asked:
            case BenchBegin():
                refused = self._begin(asked)
                if refused:
                    self._tell(BenchShown(refused=refused))
            case BenchReply(answer=answer):
                if self._run is not None:
                    self._run.bench.answer(answer)
            case BenchEnd():
                if self._run is not None:
                    self._run.bench.end()

    @property
    def busy(self) -> str:
        """Why nothing else may be begun, as a sentence; empty when it may."""
        return BUSY if self._run is not None and not self._run.over else ""

    def finished(self, note: str, app_version: str) -> BenchRun | None:
        """The run that ended last, as it is to be signed; None when there is none."""
        run = self._run
        if run is None or run.found is None or not run.over:
            return None
        return replace(run.found, note=note, app_version=app_version)

    def _begin(self, asked: BenchBegin) -> str:
        if self._prepare is None:
            return NO_BENCH
        with self._lock:
            if self._run is not None and not self._run.over:
                return BUSY
            if self._session_open():
                return SESSION_OPEN
            try:
                prepared = self._prepare(asked)
                run = Run(self._bench(prepared, asked), prepared, self._clock, self._tell)
            except (BenchRefused, ValueError, LookupError, OSError) as error:
                return str(error)
            self._run = run
        port = self._ports.get(prepared.binding)
        if port is not None:
            port.lend(run)
        else:
            self._start_once("the bench", lambda stopping: run.carry_out(stopping.is_set))
        return ""

    def _bench(self, prepared: Prepared, asked: BenchBegin) -> Bench:
        return Bench(
            prepared.subject,
            prepared.tasks,
            self._clock,
            self._make_waiter(),
            no_patient=asked.no_patient,
            session_open=self._session_open,
        )
