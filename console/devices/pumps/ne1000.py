"""New Era NE-1000, NE-1010 and NE-500 syringe pumps on RS-232.

The cover of the NE-1000 user manual (#1200-01) says that the pump is not for clinical use on humans:
this driver is for the bench, simulation and research. It was written from the published protocol and
has not been proven on hardware.
"""

from __future__ import annotations

from decimal import Decimal
from operator import eq

from console.devices.about import Control, DeviceAbout, DriverOptions, Role
from console.devices.decoding import DecodeReport
from console.devices.ports import LineSettings, Link
from console.devices.pumps import ne1000_delivery as delivery
from console.devices.pumps.command_endings import NotDone, NotKnown, not_done_on_loss, not_known_on_loss
from console.devices.pumps.ne1000_decode import decode_ne1000
from console.devices.pumps.ne1000_exchange import Exchange, NoReply
from console.devices.pumps.ne1000_frames import FrameMode, Prompt, Reply
from console.devices.pumps.ne1000_handshake import shake_hands
from console.devices.pumps.ne1000_program import clear_counters, program, set_watchdog
from console.devices.pumps.ne1000_readback import (
    alarm_sentence,
    counters_agree,
    read_value,
)
from console.devices.pumps.ne1000_values import (
    agrees,
    parse_dispensed_ml,
    parse_number,
    parse_rate_ml_h,
    parse_volume_ml,
)
from console.session.pump import (
    Confirmed,
    Identity,
    Outcome,
    Pause,
    Program,
    PumpAlarm,
    PumpCommand,
    PumpReading,
    PumpState,
    ReadBack,
    Refused,
    Resume,
    SetRate,
    Start,
    Stop,
    StopsAsSet,
    Unknown,
)

ABOUT = DeviceAbout(
    name="ne1000",
    role=Role.PUMP,
    title="New Era NE-1000, NE-1010, NE-500, Aladdin",
    line=LineSettings(19200),
    reads="state, rate, volume given, diameter, alarms",
    control=Control.FULL,
    source="New Era NE-1000 user manual #1200-01",
    tested="literal frames, two public clients against its virtual twin over pty and TCP; never with a pump",
    addresses=99,
    find_within_s=2.0,
    speeds=(9600, 2400),
)
STOP_ATTEMPTS = 3
DIAMETER_EVERY = 10
"""Polls of a halted pump between two looks at its syringe: somebody may change it at the pump's keys."""


class NE1000:
    """Driver of one pump; call it only from the thread that owns the port."""

    poll_every_s = 0.5
    quiet_limit_s = 2.5

    def __init__(self, address: int = 0, baud: int = 19200, *, simulated: bool = False) -> None:
        """Factory settings are address 0 and 19200 baud (New Era NE-1000 manual #1200-01 section 10.1).

        Raises:
            ValueError: an address outside 0 to 99.
        """
        self.line = LineSettings(baud=baud)
        self._simulated = simulated
        self._exchange = Exchange(address)
        self._mode_known = False
        self._armed: Program | None = None
        self._rate_ml_h: Decimal | None = None
        self._must_read = False
        self._stop_failures = 0
        self._state = PumpState.UNKNOWN
        self._halted_polls = 0

    @property
    def alarm(self) -> PumpAlarm | None:
        """The last alarm, latched because the pump tells it once.

        Every reading carries it until delivery is programmed, started or resumed.
        """
        return self._exchange.alarm

    @property
    def good_frames(self) -> int:
        """Frames accepted so far."""
        return self._exchange.good_frames

    @property
    def bad_frames(self) -> int:
        """Frames that answered nothing, and replies that did not come or came damaged, so far."""
        return self._exchange.stray_frames + self._exchange.missed_replies

    def identify(self, link: Link) -> Identity:
        """Find out who is there and in which mode it speaks. See :class:`~console.devices.ports.Pump`."""
        self._mode_known = False
        version = shake_hands(self._exchange, link, self.line.baud)
        self._mode_known = True
        self._stop_failures = 0
        return Identity(
            "ne1000", version.model, version.firmware, simulated=self._simulated, unattended=StopsAsSet()
        )

    def poll(self, link: Link) -> PumpReading:
        """Ask for state, counter and rate. See :class:`~console.devices.ports.Pump`."""
        exchange = self._exchange
        if self._must_read or exchange.may_be_late(link):
            # A status that was given up may still come, and would pass for the one asked for now.
            exchange.catch_up(link)
        status = self._status(link)
        infused_ml: Decimal | None = None
        rate_ml_h: Decimal | None = None
        at = link.now()
        try:
            # The counter of a pump that stands still is the same twice; slack would let a bad digit pass.
            still = status.state in {PumpState.STOPPED, PumpState.PAUSED}
            same = eq if still else counters_agree
            infused_ml = read_value(exchange, link, "DIS", parse_dispensed_ml, same)[0]
            # The counter runs on while the rest is read: the reading is of now.
            at = link.now()
            rate_ml_h = read_value(exchange, link, "RAT", parse_rate_ml_h)
        except NotDone as error:
            # An error in place of a value is the pump's own word for "I have none now".
            raw = f"{status.raw}; {error}"
        else:
            raw = status.raw
        self._must_read = False
        self._state = status.state
        self._forget_program_after_reset()
        diameter_mm = self._diameter(link)
        return PumpReading(at, status.state, rate_ml_h, infused_ml, exchange.alarm, raw, diameter_mm)

    def _diameter(self, link: Link) -> Decimal | None:
        """The syringe a halted pump is set for, now and then; running, its keys cannot change it."""
        halted = self._state in {PumpState.STOPPED, PumpState.PAUSED}
        self._halted_polls = self._halted_polls + 1 if halted else 0
        if self._halted_polls < DIAMETER_EVERY:
            return None
        self._halted_polls = 0
        try:
            return read_value(self._exchange, link, "DIA", parse_number)
        except (NotDone, NoReply):
            return None

    def _status(self, link: Link) -> Reply:
        """One status; without a checksum two equal ones, because a few flipped bits make another state."""
        status = self._exchange.status(link)
        for _ in range(3):
            if status.safe or status.alarm is not None:
                return status
            again = self._exchange.status(link)
            if again.prompt is status.prompt:
                return again
            status = again
        raise NoReply("The pump's status answers differ from each other.")

    def execute(self, link: Link, command: PumpCommand) -> Outcome:
        """Carry out one command and read it back. See :class:`~console.devices.ports.Pump`."""
        try:
            return Confirmed(self._carry_out(link, command))
        except NotDone as error:
            return Refused(str(error))
        except NotKnown as error:
            self._must_read = True
            return Unknown(str(error))

    def _carry_out(self, link: Link, command: PumpCommand) -> ReadBack:
        if self._must_read and not isinstance(command, Pause | Stop):
            raise NotDone("It is not known what became of the last command. Wait until the pump was read.")
        match command:
            case Program():
                return self._program(link, command)
            case Start():
                return self._start(link)
            case Pause():
                return delivery.pause(self._exchange, link)
            case Resume():
                return self._resume(link)
            case SetRate():
                read_back = delivery.set_rate(self._exchange, link, command.rate_ml_h)
                self._rate_ml_h = read_back.rate_ml_h
                return read_back
            case Stop():
                return self._stop(link)

    def _program(self, link: Link, command: Program) -> ReadBack:
        self._armed = None
        with not_done_on_loss("it is not programmed and nothing was started"):
            read_back = program(self._exchange, link, command)
        self._armed = command
        self._rate_ml_h = read_back.rate_ml_h
        return read_back

    def _start(self, link: Link) -> ReadBack:
        """One programming, one START: what was programmed is compared again just before RUN."""
        delivery.check_nothing_late(self._exchange, link, "START")
        with not_done_on_loss("START was not sent"):
            state = self._exchange.settle(link).prompt
            self._forget_program_after_reset()
            armed = self._armed
            if armed is None:
                raise NotDone("The pump is not programmed. Program it, then start.")
            if state is not Prompt.STOPPED:
                raise NotDone("The pump is not stopped. Press STOP and program it again.")
            for query, read, asked in (
                ("DIA", parse_number, armed.diameter_mm),
                ("VOL", parse_volume_ml, armed.volume_ml),
                ("RAT", parse_rate_ml_h, armed.rate_ml_h),
            ):
                held = read_value(self._exchange, link, query, read)
                if not agrees(asked, held):
                    raise NotDone(f"The pump holds {held} for {query} instead of {asked}. Program it again.")
            # Priming at the pump's own keys may have counted: the infusion begins from zero.
            clear_counters(self._exchange, link)
        delivery.check_nothing_late(self._exchange, link, "START")
        self._armed = None
        return self._run(link)

    def _resume(self, link: Link) -> ReadBack:
        with not_done_on_loss("RESUME was not sent"):
            state = self._exchange.settle(link).prompt
            if state is Prompt.INFUSING:
                return ReadBack(PumpState.INFUSING)
            if state is not Prompt.PAUSED:
                raise NotDone("The pump is not paused, so it cannot go on. Look at its display.")
            if self.alarm is PumpAlarm.RESET:
                raise NotDone(alarm_sentence(PumpAlarm.RESET))
            held = read_value(self._exchange, link, "RAT", parse_rate_ml_h)
            if self._rate_ml_h is not None and held != self._rate_ml_h:
                raise NotDone(
                    f"The rate on the pump is {held} mL/h, not {self._rate_ml_h} mL/h. "
                    "Set the rate, then resume."
                )
        return self._run(link)

    def _run(self, link: Link) -> ReadBack:
        read_back = delivery.run(self._exchange, link)
        self._exchange.alarm = None
        return read_back

    def _stop(self, link: Link) -> ReadBack:
        for _ in range(STOP_ATTEMPTS):
            with not_known_on_loss("STOP"):
                try:
                    reading = self.stop_once(link)
                except TimeoutError:
                    continue
            if reading.state is PumpState.STOPPED:
                return ReadBack(PumpState.STOPPED, infused_ml=reading.infused_ml)
        raise NotKnown("The pump does not confirm STOP. Stop it at the pump.")

    def stop_once(self, link: Link) -> PumpReading:
        """STP until the pump says S, then ask once more. See :class:`~console.devices.ports.Pump`.

        Works on a pump that was never identified: Safe framing is understood in either mode, and after
        an attempt without an answer the other framing is tried.
        """
        self._armed = None
        safe = self._exchange.safe if self._mode_known else True
        if self._stop_failures % 2:
            safe = not safe
        if not self._mode_known or self._stop_failures:
            self._exchange.accept(FrameMode.EITHER)
        self._stop_failures += 1
        attempt = delivery.stop(self._exchange, link, safe=safe)
        self._stop_failures = 0
        if self._mode_known:
            self._exchange.speak(safe=attempt.status.safe)
        self._state = attempt.status.state
        if self._state is PumpState.STOPPED and not attempt.stopped:
            # Said once only: true perhaps, confirmed by the next attempt.
            self._state = PumpState.UNKNOWN
        return PumpReading(link.now(), self._state, None, attempt.infused_ml, self.alarm, attempt.status.raw)

    def leave(self, link: Link) -> None:
        """Disarm the watchdog of a stopped pump, so that it does not alarm when the console closes.

        Raises:
            TimeoutError, LinkLost, Interrupted: it may still be armed.
        """
        if self._exchange.safe and self._mode_known and self._state is PumpState.STOPPED:
            try:
                set_watchdog(self._exchange, link, 0)
            except NotDone as error:
                raise TimeoutError(str(error)) from error

    def _forget_program_after_reset(self) -> None:
        if self.alarm is PumpAlarm.RESET:
            self._armed = None


def driver(options: DriverOptions) -> NE1000:
    """A driver for the catalogue."""
    return NE1000(options.address, options.baud or ABOUT.line.baud, simulated=options.simulated)


def decode(data: bytes) -> DecodeReport:
    """What recorded replies of the pump hold."""
    return decode_ne1000(data)
