"""The owner of a patient monitor's port, from open to close; the only one who speaks to its driver."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from console.clock import Clock, Instant
from console.devices.cuff_slot import CuffOrder, CuffSlot, TakesCuff
from console.devices.portloop import (
    ASLEEP_AFTER_S,
    STATISTICS_EVERY_S,
    Connection,
    SleepWatch,
    WireStatistics,
    always_present,
    leave_quietly,
)
from console.devices.ports import Interrupted, Link, LinkLost, Monitor, MonitorBatch
from console.devices.pump_owner import Leaves
from console.devices.slots import Waiter
from console.session.events import CuffDeed
from console.session.pump import Identity, LinkState


class MonitorSink(Protocol):
    """Where the owner reports, on its own thread; must neither wait nor raise."""

    def link_changed(self, state: LinkState, reason: str, identity: Identity | None, at: Instant) -> None:
        """The two lamps changed."""
        ...

    def batch(self, batch: MonitorBatch) -> None:
        """The monitor spoke."""
        ...

    def wire(self, statistics: WireStatistics, at: Instant) -> None:
        """Counts, every 10 s."""
        ...


class MonitorOwner:
    """Owns one monitor's port. Build it anywhere; call everything else from its one thread."""

    def __init__(
        self,
        driver: Monitor,
        open_link: Callable[[], Link],
        clock: Clock,
        sink: MonitorSink,
        waiter: Waiter,
        present: Callable[[], bool] = always_present,
        asleep_after_s: float = ASLEEP_AFTER_S,
        *,
        cuff: CuffSlot | None = None,
        cuff_told: Callable[[str, str], None] | None = None,
    ) -> None:
        """Wire the owner; the arguments are those of :class:`~console.devices.pump_owner.PumpOwner`.

        ``cuff`` holds what is asked of the monitor's cuff, ``cuff_told(request_id, refusal)`` hears whether
        it was handed on (an empty refusal) or why not.
        """
        self._driver = driver
        self._clock = clock
        self._sink = sink
        self._cuff = CuffSlot() if cuff is None else cuff
        self._cuff_told = cuff_told
        self._connection = Connection(open_link, driver.identify, clock, waiter, sink.link_changed, present)
        self._sleep = SleepWatch(clock, asleep_after_s)
        self._good_frames = 0
        self._bad_frames = 0
        self._next_statistics = clock.now().plus(STATISTICS_EVERY_S)

    def run(self, closing: threading.Event) -> None:
        """Turn until ``closing`` is set, then give the port back. Set the event, then the wake."""
        try:
            while not closing.is_set():
                self.turn()
        finally:
            self.close()

    def close(self) -> None:
        """Take leave of a monitor that wants it, and give the port back."""
        link = self._connection.link
        if link is not None and self._connection.answering and isinstance(self._driver, Leaves):
            leave_quietly(self._driver.leave, link)
        self._connection.close("The console closed the port.")

    def turn(self) -> None:
        """One iteration: read and decode, or one step towards a connection; then quiet time."""
        self._slept()
        self._work_cuff()
        link = self._connection.link
        if link is None or not self._connection.answering:
            self._connect()
            self._sleep.look()
        else:
            self._read(link)
        self._watch_quiet_time()
        self._report_statistics()

    def _work_cuff(self) -> None:
        order = self._cuff.take()
        if order is None:
            return
        refusal = self._refusal(order)
        if self._cuff_told is not None:
            self._cuff_told(order.request_id, refusal)

    def _refusal(self, order: CuffOrder) -> str:
        """Hand the request on to the driver; why it was not, empty when it was."""
        driver = self._driver
        if not isinstance(driver, TakesCuff):
            return "This monitor's cuff can only be worked at the monitor."
        if self._clock.now().mono_ns >= order.deadline.mono_ns:
            return "The request came too late to the monitor and was not handed on: ask again."
        if not self._connection.answering:
            return "The monitor does not answer: start the cuff at the monitor."
        return driver.start_cuff() if order.deed is CuffDeed.START else driver.cancel_cuff()

    def statistics(self) -> WireStatistics:
        """Counts since the owner was built."""
        connection = self._connection
        return WireStatistics(
            bytes_in=connection.bytes_in,
            bytes_out=connection.bytes_out,
            good_frames=self._good_frames,
            bad_frames=self._bad_frames,
            timeouts=connection.timeouts,
            openings=connection.openings,
        )

    def _connect(self) -> None:
        try:
            self._connection.advance()
        except Interrupted:
            # No STOP belongs to a monitor; whatever interrupted it, the next turn tries again.
            return

    def _read(self, link: Link) -> None:
        try:
            batch = self._driver.turn(link)
        except LinkLost as error:
            self._connection.lost(str(error))
            return
        except TimeoutError:
            # A driver may ask and miss an answer; the quiet time decides, not one question.
            return
        if self._slept():
            return
        self._good_frames += batch.good_frames
        self._bad_frames += batch.bad_frames
        if batch.good_frames:
            self._connection.heard()
        if batch != MonitorBatch():
            self._sink.batch(batch)

    def _slept(self) -> bool:
        """Whether the computer slept; then the monitor must identify itself anew, old bytes are dropped."""
        slept_s = self._sleep.look()
        if slept_s and self._connection.answering:
            self._connection.silent(f"The computer slept for {slept_s:.0f} s; the monitor is asked anew.")
        return slept_s > 0

    def _watch_quiet_time(self) -> None:
        silent_s = self._connection.silent_for_s()
        if silent_s > self._driver.quiet_limit_s:
            self._connection.silent(
                f"The monitor has sent nothing for {silent_s:.0f} s. Check its power, its cable and its "
                "serial output settings."
            )

    def _report_statistics(self) -> None:
        now = self._clock.now()
        if now.mono_ns < self._next_statistics.mono_ns:
            return
        self._next_statistics = now.plus(STATISTICS_EVERY_S)
        self._sink.wire(self.statistics(), now)
