"""The owner of a pump's port, from open to close; the only one who speaks to its driver.

Each turn: STOP first, then at most one command whose deadline has not passed, then a poll if it is due,
then the quiet-time watchdog. STOP is repeated every 250 ms until the pump reads back as stopped, whether
or not the pump was identified, and opens a closed port at once. Once its lease has run out the owner sends
nothing but STOP and a pause, so that the pump's own host time-out stops the pump; one that has none it stops.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol, runtime_checkable

from console.clock import Clock, Instant
from console.devices.portloop import (
    ASLEEP_AFTER_S,
    STATISTICS_EVERY_S,
    Connection,
    CountsFrames,
    SleepWatch,
    WireStatistics,
    always_present,
    leave_quietly,
)
from console.devices.ports import Interrupted, Link, LinkLost, Pump
from console.devices.pump_sink import PumpSink, StopConfirmed, StopNotConfirmed, StopSent
from console.devices.read_only import ONLY_READ, ReadOnlyStop, as_bound, asked_to_rest
from console.devices.slots import CommandSlot, LeaseSlot, Order, StopSlot, Waiter
from console.session.pump import (
    Confirmed,
    Identity,
    Outcome,
    Pause,
    PumpControl,
    PumpReading,
    PumpState,
    ReadBack,
    Refused,
    Stop,
    Unknown,
)

STOP_EVERY_S = 0.25
STOP_ALARM_S = 1.7
"""The alarm has to be there 2 s after the press: an attempt that has begun may take 0.25 s more."""
STOP_REOPEN_EVERY_S = 0.5
"""A port that cannot be opened is tried less often once people were told to stop at the pump."""
LONGEST_REST_S = 0.25


@runtime_checkable
class Leaves(Protocol):
    """A driver that has something to say before the port is closed."""

    def leave(self, link: Link) -> None:
        """Say it. Raises TimeoutError or LinkLost if it was not heard."""
        ...


@runtime_checkable
class GoesOn(Protocol):
    """A driver that says whether its pump goes on when nobody speaks to it: it has no host time-out."""

    goes_on_unattended: bool


class _StopEffort:
    """One STOP from press to confirmation."""

    def __init__(self, pressed_at: Instant, command_id: str | None = None) -> None:
        self.pressed_at = pressed_at
        self.command_id = command_id
        self.next_at = pressed_at
        self.attempts = 0
        self.told = False
        self.reason = "The pump was not reached yet."


class PumpOwner:
    """Owns one pump's port. Build it anywhere; call everything else from its one thread."""

    def __init__(
        self,
        driver: Pump,
        open_link: Callable[[], Link],
        clock: Clock,
        stop_slot: StopSlot,
        commands: CommandSlot,
        sink: PumpSink,
        waiter: Waiter,
        present: Callable[[], bool] = always_present,
        lease: LeaseSlot | None = None,
        asleep_after_s: float = ASLEEP_AFTER_S,
        *,
        read_only: bool = False,
    ) -> None:
        """Wire the owner.

        Args:
            driver: The pump's driver.
            open_link: Opens the port; its link must know ``stop_slot``, so that STOP breaks a wait off.
            clock: Time.
            stop_slot: STOP, pressed by any thread.
            commands: Commands of the conductor.
            sink: Where everything is reported.
            waiter: The :class:`~console.devices.slots.Wake` both slots were built with.
            present: Whether the port can be seen, so that re-plugging shortens the back-off.
            lease: Until when the pump may be kept going; without one it always may.
            asleep_after_s: Away for longer, this owner has slept with its computer.
            read_only: The driver can only read, whatever pump answers; else the pump tells when identified.
        """
        self._driver = driver
        self._clock = clock
        self._stop_slot = stop_slot
        self._commands = commands
        self._sink = sink
        self._waiter = waiter
        self._never_commanded = read_only
        self._read_only = read_only
        self._watched = ReadOnlyStop(clock, sink)
        self._connection = Connection(open_link, self._identify, clock, waiter, sink.link_changed, present)
        self._lease = LeaseSlot(clock) if lease is None else lease
        self._lapsed = ""
        self._sleep = SleepWatch(clock, asleep_after_s)
        self._effort: _StopEffort | None = None
        self._unresolved = False
        self._timeouts = 0
        self._next_poll = clock.now()
        self._next_statistics = clock.now().plus(STATISTICS_EVERY_S)

    def run(self, closing: threading.Event) -> None:
        """Turn until ``closing`` is set, then give the port back. Set the event, then the wake."""
        try:
            while not closing.is_set():
                self.turn()
        finally:
            self.close()

    def close(self) -> None:
        """Leave the pump in good order and give the port back."""
        order = self._commands.take()
        if order is not None:
            self._refuse(order, "The console is closing: the command was never sent.")
        link = self._connection.link
        if link is not None and self._connection.answering and isinstance(self._driver, Leaves):
            try:
                leave_quietly(self._driver.leave, link)
            except Interrupted:
                # STOP outranks courtesy: one attempt before the port goes.
                leave_quietly(self._stop_before_closing, link)
        self._connection.close("The console closed the port.")

    def turn(self) -> None:
        """One iteration: STOP, one command, poll, quiet time; or one step towards a connection."""
        self._look_at_lease()
        pressed_at = self._stop_slot.take()
        if pressed_at is not None and self._read_only:
            self._stop_slot.done()
            self._watched.pressed(pressed_at)
            if (rested := asked_to_rest(self._driver, self._connection.link)) is not None:
                self._watched.read(rested)
        elif pressed_at is not None and self._effort is None:
            self._effort = _StopEffort(pressed_at)
        elif pressed_at is not None and self._effort is not None:
            # Pressed again while the pump is not confirmed stopped: the next STP need not wait its turn.
            self._effort.next_at = self._clock.now()
        self._slept()
        if self._effort is not None:
            self._stop_turn(self._effort)
            self._sleep.look()
        else:
            order = self._commands.take()
            if order is not None:
                self._command_turn(order)
                self._sleep.look()
            elif self._lapsed:
                self._waiter.wait(LONGEST_REST_S)
            elif not self._connection.answering:
                self._connect_turn()
                self._sleep.look()
            elif self._is_due(self._next_poll):
                self._poll_turn()
            else:
                rest_s = self._next_poll.seconds_since(self._clock.now())
                self._waiter.wait(min(LONGEST_REST_S, rest_s))
        self._watch_quiet_time()
        self._report_statistics()

    def _identify(self, link: Link) -> Identity:
        identity = as_bound(self._driver.identify(link), self._driver, read_only=self._never_commanded)
        self._read_only = identity.control is PumpControl.READ_ONLY
        return identity

    def _look_at_lease(self) -> None:
        if self._read_only:
            return  # to read it keeps nothing going
        lapsed = self._lease.lapsed()
        if lapsed or self._lapsed:
            # It was not asked, so its silence is not held against the link.
            self._connection.heard()
        if bool(lapsed) != bool(self._lapsed):
            self._next_poll = self._clock.now()
            self._sink.lease(not lapsed, lapsed, self._clock.now())
            if lapsed and self._effort is None and self._goes_on():
                self._stop_slot.begin()
                self._effort = _StopEffort(self._clock.now())
        self._lapsed = lapsed

    def _goes_on(self) -> bool:
        """Whether silence would leave the pump running, so that it has to be stopped."""
        return isinstance(self._driver, GoesOn) and self._driver.goes_on_unattended

    # --- STOP -------------------------------------------------------------------------------------

    def _stop_turn(self, effort: _StopEffort) -> None:
        self._turn_away_commands()
        now = self._clock.now()
        seconds = now.seconds_since(effort.pressed_at)
        if seconds >= STOP_ALARM_S and not effort.told:
            effort.told = True
            self._tell_not_confirmed(effort, now, seconds)
        if not self._is_due(effort.next_at):
            wait_s = effort.next_at.seconds_since(now)
            if not effort.told:
                wait_s = min(wait_s, STOP_ALARM_S - seconds)
            self._waiter.wait(max(0.0, wait_s))
            return
        effort.next_at = now.plus(STOP_EVERY_S)
        effort.attempts += 1
        link = self._connection.open_now()
        if link is None:
            effort.reason = "The port of the pump cannot be opened."
            effort.next_at = now.plus(STOP_REOPEN_EVERY_S if effort.told else STOP_EVERY_S)
            return
        self._sink.stop_progress(StopSent(now, effort.attempts))
        try:
            reading = self._driver.stop_once(link)
        except TimeoutError as error:
            self._timeouts += 1
            effort.reason = str(error)
        except Interrupted:
            effort.reason = "STOP was pressed again."
        except LinkLost as error:
            effort.reason = str(error)
            self._connection.lost(str(error))
        else:
            self._connection.heard()
            self._sink.reading(reading)
            effort.reason = f"The pump answers that it is {reading.state.value}."
            if reading.state is PumpState.STOPPED:
                self._finish_stop(effort, reading)

    def _finish_stop(self, effort: _StopEffort, reading: PumpReading) -> None:
        now = self._clock.now()
        self._effort = None
        self._unresolved = False
        self._next_poll = now
        self._stop_slot.done()
        seconds = now.seconds_since(effort.pressed_at)
        self._sink.stop_progress(StopConfirmed(now, reading, effort.attempts, seconds))
        if effort.command_id is not None and not effort.told:
            read_back = ReadBack(reading.state, infused_ml=reading.infused_ml)
            self._sink.outcome(effort.command_id, Confirmed(read_back), now)

    def _tell_not_confirmed(self, effort: _StopEffort, now: Instant, seconds: float) -> None:
        self._sink.stop_progress(StopNotConfirmed(now, effort.attempts, seconds, effort.reason))
        if effort.command_id is not None:
            self._sink.outcome(effort.command_id, Unknown(f"{effort.reason} Stop it at the pump."), now)

    def _turn_away_commands(self) -> None:
        order = self._commands.take()
        if order is None:
            return
        effort = self._effort
        if effort is None or not isinstance(order.command, Stop):
            self._refuse(order, "STOP was pressed: the command was never sent.")
        elif effort.command_id is None and not effort.told:
            effort.command_id = order.command_id
        else:
            unknown = Unknown("STOP is being sent again and again. Look at the pump.")
            self._sink.outcome(order.command_id, unknown, self._clock.now())

    def _stop_before_closing(self, link: Link) -> None:
        self._stop_slot.take()
        self._driver.stop_once(link)

    # --- commands ---------------------------------------------------------------------------------

    def _command_turn(self, order: Order) -> None:
        link = self._connection.link
        if self._read_only:
            self._refuse(order, ONLY_READ)
        elif isinstance(order.command, Stop):
            self._stop_slot.begin()
            self._effort = _StopEffort(self._clock.now(), order.command_id)
            self._stop_turn(self._effort)
        elif self._lapsed and not isinstance(order.command, Pause):
            self._refuse(order, f"The console does not keep the pump going: {self._lapsed}")
        elif self._is_due(order.deadline):
            self._refuse(order, "The command expired and was never sent. Look at the pump, then ask again.")
        elif link is None or not self._connection.answering:
            self._refuse(order, "The pump is not connected: the command was never sent.")
        elif self._unresolved and not isinstance(order.command, Pause):
            self._refuse(
                order,
                "It is not known what became of the last command: this one was never sent. "
                "Wait until the pump was read.",
            )
        else:
            self._execute(link, order)

    def _execute(self, link: Link, order: Order) -> None:
        outcome: Outcome
        try:
            outcome = self._driver.execute(link, order.command)
        except LinkLost as error:
            outcome = Refused(f"{error} The command was never sent.")
            self._connection.lost(str(error))
        except (TimeoutError, Interrupted) as error:
            outcome = Unknown(f"{error} Look at the pump.")
        if isinstance(outcome, Confirmed):
            self._connection.heard()
        self._unresolved = self._unresolved or isinstance(outcome, Unknown)
        self._next_poll = self._clock.now()
        self._sink.outcome(order.command_id, outcome, self._clock.now())

    def _refuse(self, order: Order, reason: str) -> None:
        self._sink.outcome(order.command_id, Refused(reason), self._clock.now())

    # --- reading ----------------------------------------------------------------------------------

    def _connect_turn(self) -> None:
        try:
            self._connection.advance()
        except Interrupted:
            return
        if self._connection.answering:
            self._next_poll = self._clock.now()

    def _poll_turn(self) -> None:
        link = self._connection.link
        if link is None:
            return
        began = self._clock.now()
        self._next_poll = began.plus(self._driver.poll_every_s)
        try:
            reading = self._driver.poll(link)
        except TimeoutError:
            self._timeouts += 1
        except Interrupted:
            return
        except LinkLost as error:
            self._connection.lost(str(error))
        else:
            if self._slept():
                return
            self._connection.heard()
            self._unresolved = False
            self._sink.reading(reading)
            self._watched.read(reading)

    def _slept(self) -> bool:
        """Whether the computer slept; then the pump must identify itself anew before it is believed."""
        slept_s = self._sleep.look()
        if slept_s and self._connection.answering:
            self._connection.silent(f"The computer slept for {slept_s:.0f} s; the pump is asked anew.")
        return slept_s > 0

    def _watch_quiet_time(self) -> None:
        silent_s = self._connection.silent_for_s()
        if silent_s > self._driver.quiet_limit_s:
            self._connection.silent(
                f"The pump has not answered for {silent_s:.0f} s. Look at the pump, its power and its cable."
            )

    def _report_statistics(self) -> None:
        if not self._is_due(self._next_statistics):
            return
        now = self._clock.now()
        self._next_statistics = now.plus(STATISTICS_EVERY_S)
        self._sink.wire(self.statistics(), now)

    def statistics(self) -> WireStatistics:
        """Counts since the owner was built."""
        driver, connection = self._driver, self._connection
        counts = driver if isinstance(driver, CountsFrames) else None
        return WireStatistics(
            bytes_in=connection.bytes_in,
            bytes_out=connection.bytes_out,
            good_frames=0 if counts is None else counts.good_frames,
            bad_frames=0 if counts is None else counts.bad_frames,
            timeouts=self._timeouts + connection.timeouts,
            openings=connection.openings,
        )

    def _is_due(self, instant: Instant) -> bool:
        return self._clock.now().mono_ns >= instant.mono_ns
