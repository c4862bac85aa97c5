"""Carries the checks of one device out, one small step at a time, and shows how far it is.

One thread calls :meth:`Bench.step` until it returns False; any thread may look at :attr:`Bench.picture`,
answer, or ask to end. Whatever happens, a pump that was started is stopped again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from console.clock import Clock
from console.devices.bench.flow_check import FLOW_CHECKS
from console.devices.bench.link_checks import LINK_CHECKS
from console.devices.bench.monitor_checks import MONITOR_CHECKS
from console.devices.bench.procedure import (
    CANNOT,
    Answer,
    Ask,
    Doing,
    Finding,
    Procedure,
    Subject,
    Task,
    failed,
    not_done,
)
from console.devices.bench.pump_alarm_checks import PUMP_ALARM_CHECKS
from console.devices.bench.pump_checks import PUMP_CHECKS
from console.devices.bench.stand import Stand
from console.devices.ports import Interrupted, LinkLost, WrongDevice
from console.devices.slots import Waiter
from console.session.bench import INTERVAL_DAYS, BenchRun, CheckResult, Verdict

ALL_CHECKS: Final = (*LINK_CHECKS, *PUMP_CHECKS, *FLOW_CHECKS, *PUMP_ALARM_CHECKS, *MONITOR_CHECKS)
WAIT_FOR_ANSWER_S: Final = 0.1
SESSION_OPEN: Final = "A session is open: devices are tested only while no patient is being treated."
CONFIRM_FIRST: Final = "Confirm that no patient is connected to the device, then test again."
UNKNOWN_DEVICE: Final = "The device did not identify itself, so it was left alone."
ENDED: Final = "The test was ended before this was done."


class BenchRefused(Exception):
    """The bench may not be used now; the text says why."""


def checks_for(stand: Stand, chosen: Sequence[str] = ()) -> tuple[Task, ...]:
    """The checks of a device in their order; with ``chosen`` only those, and what they stand on.

    Raises:
        BenchRefused: there is no check of that name for this device.
    """
    fitting = tuple(check for check in ALL_CHECKS if check.role in (None, stand.about.role))
    unknown = set(chosen) - {check.id for check in fitting}
    if unknown:
        known = ", ".join(check.id for check in fitting)
        raise BenchRefused(f"There is no check {sorted(unknown)[0]} for this device. There are: {known}.")
    return tuple(
        check.on(stand)
        for check in fitting
        if not chosen or check.id in chosen or check.id in ("port", "identity")
    )


class BenchPicture(msgspec.Struct, frozen=True):
    """How far a run is; a new one after every step.

    Attributes:
        name: The device as people call it.
        checks: Id and title of every check of this run, in order.
        results: Those that ended, in order.
        current: Id of the check that runs, empty before the first and after the last.
        doing: What it does now.
        share: How far the current check is, 0 to 1; None when nobody knows.
        asks: What it waits for a person to do; None when for nothing.
        finished: Nothing more will happen.
        bytes_in: Received on the port so far.
        bytes_out: Sent on it so far.
    """

    name: str
    checks: tuple[tuple[str, str], ...]
    results: tuple[CheckResult, ...] = ()
    current: str = ""
    doing: str = ""
    share: float | None = None
    asks: Ask | None = None
    finished: bool = False
    bytes_in: int = 0
    bytes_out: int = 0


def nobody_looks(_picture: BenchPicture) -> None:
    """Nobody watches the run."""


class Bench:
    """One run over one device, or over the workstation.

    Attributes:
        picture: How far it is; read from any thread.
        subject: What it is about.
    """

    def __init__(
        self,
        subject: Subject,
        tasks: Sequence[Task],
        clock: Clock,
        waiter: Waiter,
        *,
        no_patient: bool,
        session_open: Callable[[], bool],
    ) -> None:
        """Prepare a run; nothing is opened yet.

        Args:
            subject: What it is about.
            tasks: What to do, in order.
            clock: Stamps the run.
            waiter: Waited on between polls; lets virtual time pass where the device is virtual.
            no_patient: Somebody confirmed that no patient is connected.
            session_open: Whether a patient is being treated now; looked at before every step.

        Raises:
            BenchRefused: a session is open.
        """
        if session_open():
            raise BenchRefused(SESSION_OPEN)
        self.subject = subject
        self.picture = BenchPicture(subject.name, tuple((task.id, task.title) for task in tasks))
        self._waiting = list(tasks)
        self._clock = clock
        self._waiter = waiter
        self._no_patient = no_patient
        self._session_open = session_open
        self._ending = threading.Event()
        self._answers: list[Answer] = []
        self._task: Task | None = None
        self._procedure: Procedure | None = None
        self._results: list[CheckResult] = []

    # --- from any thread ---------------------------------------------------------------------------

    def answer(self, answer: Answer) -> None:
        """Answer what :attr:`picture` asks; an answer to nothing is forgotten."""
        if self.picture.asks is not None:
            self._answers[:] = [answer]

    def end(self) -> None:
        """End the run after the present step; what was not done is listed as such."""
        self._ending.set()

    # --- from the thread that owns the port --------------------------------------------------------

    def step(self) -> bool:
        """Do a little; False once the run is over. Never raises for what a device does."""
        if self.picture.finished:
            return False
        if self._ending.is_set() or self._session_open():
            self._break_off(SESSION_OPEN if self._session_open() else ENDED)
        elif self._procedure is None:
            self._begin_next()
        elif self.picture.asks is not None:
            self._take_answer()
        else:
            self._advance(None)
        return not self.picture.finished

    def run(
        self, hands: Callable[[Ask], Answer], began: Callable[[BenchPicture], None] = nobody_looks
    ) -> BenchRun:
        """Step to the end, with somebody at hand for every ask; ``began`` is shown each check's beginning."""
        current = ""
        try:
            while self.step():
                if self.picture.current != current:
                    current = self.picture.current
                    if current:
                        began(self.picture)
                asks = self.picture.asks
                if asks is not None:
                    self.answer(hands(asks))
        finally:
            # Whatever ended it, Ctrl-C included: no pump is left running.
            self.subject.make_safe()
            self.subject.close()
        return self.result()

    def result(self, note: str = "") -> BenchRun:
        """The run so far, for the record."""
        device = self.subject.device()
        return BenchRun(
            device=device,
            at_wall_ns=self._clock.now().wall_utc_ns,
            checks=tuple(self._results),
            no_patient=self._no_patient,
            interval_days=INTERVAL_DAYS[device.kind],
            note=note,
        )

    def _begin_next(self) -> None:
        if not self._waiting:
            self._finish()
            return
        task = self._task = self._waiting.pop(0)
        reason = ""
        if task.needs_device and not self.subject.identified:
            reason = UNKNOWN_DEVICE
        elif task.needs_no_patient and not self._no_patient:
            reason = CONFIRM_FIRST
        if reason:
            self._ended(not_done(reason))
            return
        self._procedure = task.begin()
        self._show(current=task.id, doing=task.does, share=0.0)

    def _take_answer(self) -> None:
        if not self._answers:
            self._waiter.wait(WAIT_FOR_ANSWER_S)
            return
        answer = self._answers.pop()
        self._show(asks=None)
        self._advance(answer)

    def _advance(self, answer: Answer | None) -> None:
        procedure = self._procedure
        if procedure is None:
            return
        try:
            step = procedure.send(answer)
        except StopIteration as end:
            found: Finding = end.value
            self._ended(found)
        except (LinkLost, WrongDevice, TimeoutError, Interrupted) as error:
            self._ended(failed(str(error)))
        else:
            if isinstance(step, Doing):
                self._show(doing=step.sentence, share=step.share)
                if step.rest_s > 0:
                    self._waiter.wait(step.rest_s)
            else:
                self._answers.clear()
                self._show(doing=step.sentence, share=None, asks=step)

    def _ended(self, found: Finding) -> None:
        task = self._task
        if task is not None:
            self._results.append(
                CheckResult(task.id, task.title, found.verdict, found.sentence, found.figures)
            )
        self._task = self._procedure = None
        self._show(results=tuple(self._results), current="", doing="", share=None, asks=None)
        if not self._waiting:
            self._finish()

    def _break_off(self, reason: str) -> None:
        if self._procedure is not None:
            self._procedure.close()
            self._ended(not_done(reason))
        for task in self._waiting:
            self._results.append(CheckResult(task.id, task.title, Verdict.NOT_DONE, reason))
        self._waiting.clear()
        self._finish()

    def _finish(self) -> None:
        if self.picture.finished:
            return
        self.subject.make_safe()
        self.subject.close()
        self._show(results=tuple(self._results), finished=True, current="", doing="", asks=None)

    def _show(self, **changes: object) -> None:
        received, sent = self.subject.moved_bytes()
        if received or sent:
            changes |= {"bytes_in": received, "bytes_out": sent}
        self.picture = msgspec.structs.replace(self.picture, **changes)


__all__ = ["ALL_CHECKS", "CANNOT", "Bench", "BenchPicture", "BenchRefused", "checks_for"]
