"""Driver of Harvard Apparatus and KD Scientific laboratory pumps of the pump chain: Pump 11 Elite, Legato.

Laboratory pumps: no alarm but a stall of the motor, no occlusion pressure, no battery, and no host time-out.
Such a pump goes on to its target volume when the console is lost, so the owner of its port stops it when the
console's lease runs out, and the person at the pump has to know. For the bench, simulation and research only.

Sources: Harvard Apparatus PHD Ultra manual 5419-002 and Pump 33 DDS manual 5419-013, KD Scientific Legato
manuals 5617-002 and 5617-008; flowchem 1.1.6. Written from them, never proven on a pump.
"""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

from console.devices.about import Control, DeviceAbout, DriverOptions, Role
from console.devices.decoding import DecodedReply, DecodeReport
from console.devices.ports import LineSettings, Link, WrongDevice
from console.devices.pumps import harvard_delivery as delivery
from console.devices.pumps.command_endings import (
    NoAnswer,
    NotDone,
    NotKnown,
    as_outcome,
    not_done_on_loss,
    not_known_on_loss,
)
from console.devices.pumps.harvard_exchange import HarvardExchange, Objection
from console.devices.pumps.harvard_replies import HarvardReplies, Prompt, Reply
from console.devices.pumps.harvard_words import (
    Status,
    read_bare,
    read_diameter,
    read_rate,
    read_serial,
    read_target,
    read_version,
)
from console.session.pump import (
    Identity,
    Outcome,
    Pause,
    Program,
    PumpAlarm,
    PumpCommand,
    PumpReading,
    PumpState,
    ReadBack,
    Resume,
    RunsOn,
    SetRate,
    Start,
    Stop,
    Unknown,
)

ABOUT = DeviceAbout(
    name="harvard",
    role=Role.PUMP,
    title="Harvard Apparatus Pump 11 Elite, KD Scientific Legato (laboratory pumps, no host time-out)",
    line=LineSettings(115200),
    reads="state, rate, volume given, target volume, diameter, stall",
    control=Control.FULL,
    source="Harvard Apparatus manuals 5419-002 and 5419-013, KD Scientific manuals 5617-002 and 5617-008",
    tested="replies as the manuals print them, its virtual twin over pty; never with a pump",
    addresses=99,
)

SIMULATED_SERIAL = "SIM"
STOP_ATTEMPTS = 3
SETTINGS_EVERY = 10
"""Polls of a standing pump between two looks at its syringe and its target volume."""
RESTARTED_AFTER = 2
"""Replies without XON in a row: one may have lost it on the line."""
COUNTER_BACKWARDS_ML = Decimal("0.001")
NO_RESUME = "This pump cannot go on with a half-given volume: program the remaining dose, then start it."
NOTHING = (
    "The pump does not answer. Check that it is switched on and on its run screen, its cable, its address, "
    "and that it is set to {baud} baud."
)
STATES = {
    Prompt.IDLE: PumpState.STOPPED,
    Prompt.TARGET: PumpState.STOPPED,
    Prompt.INFUSING: PumpState.INFUSING,
    Prompt.WITHDRAWING: PumpState.OTHER,
    Prompt.STALLED: PumpState.ALARM,
}


class Harvard:
    """Driver of one pump; call it only from the thread that owns the port."""

    poll_every_s = 0.5
    quiet_limit_s = 2.5
    goes_on_unattended = True
    """It has no host time-out: whoever may no longer watch over it has to stop it."""

    def __init__(self, address: int = 0, baud: int = 115200, *, simulated: bool = False) -> None:
        """``address``: of the pump on its chain.

        Raises:
            ValueError: an address outside 0 to 99.
        """
        self.line = LineSettings(baud)
        self._simulated = simulated
        self._exchange = HarvardExchange(address)
        self._identified: tuple[str, str] | None = None
        self._must_read = False
        self._polling = False
        self._armed: Program | None = None
        self._counted_ml: Decimal | None = None
        self._alarm: PumpAlarm | None = None
        self._standing_polls = 0

    @property
    def alarm(self) -> PumpAlarm | None:
        """The last alarm, latched until delivery is programmed or started from here."""
        return self._alarm

    @property
    def good_frames(self) -> int:
        """Replies accepted so far."""
        return self._exchange.good_frames

    @property
    def bad_frames(self) -> int:
        """Replies refused or not asked for, and replies that did not come, so far."""
        return self._exchange.bad_frames

    def identify(self, link: Link) -> Identity:
        """Ask for version and serial number, then let a known pump end each reply with XON.

        In that polling mode it no longer sends prompts of its own accord, which would pass for replies.

        Raises:
            LinkLost: no port. WrongDevice: something else answers. TimeoutError: nothing answers.
        """
        link.discard_input()
        self._exchange.drain(link)
        model = self._ask_version(link)
        serial = ""
        with suppress(NoAnswer, Objection):
            serial = self._exchange.ask(link, "version", read_serial)
        if (model, serial) == self._identified:
            self._notice_restart()
        self._ask_for_polling(link)
        if (model, serial) != self._identified:
            self._armed = self._counted_ml = self._alarm = None
        self._identified = (model, serial)
        name, _, firmware = model.rpartition(" ")
        simulated = self._simulated or serial.startswith(SIMULATED_SERIAL)
        return Identity("harvard", name or model, firmware, serial, simulated, unattended=RunsOn())

    def _ask_version(self, link: Link) -> str:
        """The version, asked for in both ways of writing an address.

        Raises:
            LinkLost, WrongDevice, TimeoutError: as for :meth:`identify`.
        """
        heard, why = self._exchange.heard_bytes, ""
        for separator in self._exchange.separators:
            self._exchange.separator = separator
            try:
                return self._exchange.ask(link, "ver", read_version)
            except (NoAnswer, Objection) as error:
                why = str(error)
        self._exchange.separator = ""
        arrived = self._exchange.heard_bytes - heard
        if arrived:
            raise WrongDevice(
                f"{arrived} bytes arrive but not from a Pump 11 Elite, PHD Ultra or Legato at this address. "
                f"Check the cable, the address, and that the pump's echo is off. {why}"
            )
        raise TimeoutError(NOTHING.format(baud=self.line.baud))

    def _ask_for_polling(self, link: Link) -> None:
        """A pump that knows the polling mode ends its reply to this with XON."""
        with suppress(NoAnswer, Objection):
            self._exchange.ask(link, "poll on", read_bare)
        self._polling = self._exchange.plain_replies == 0

    def _notice_restart(self) -> None:
        """Polling mode is off when the pump is switched on: then it lost power since it was asked for it."""
        if self._polling and self._exchange.plain_replies >= RESTARTED_AFTER:
            self._polling, self._armed, self._alarm = False, None, PumpAlarm.RESET

    def poll(self, link: Link) -> PumpReading:
        """Ask for state, counter and rate, each twice.

        Raises:
            LinkLost: the port vanished. TimeoutError: no answer that can be trusted.
        """
        try:
            return self._poll(link)
        except NotDone as error:
            raise NoAnswer(str(error)) from error

    def _poll(self, link: Link) -> PumpReading:
        self._exchange.catch_up(link)
        status = delivery.read_state(self._exchange, link)
        rate_ml_h = self._exchange.ask_twice(link, "irate", read_rate)
        self._must_read = False
        was_polling = self._polling
        self._notice_restart()
        if was_polling and not self._polling:
            self._ask_for_polling(link)
        self._judge(status)
        diameter_mm, volume_ml = self._settings(link, status)
        return PumpReading(
            link.now(),
            STATES[status.prompt],
            rate_ml_h,
            status.volume_ml if status.infusing_direction else None,
            self._alarm,
            f"{status.prompt.value} {status.rate_ml_h:.3f} mL/h",
            diameter_mm,
            volume_ml=volume_ml,
        )

    def _judge(self, status: Status) -> None:
        """Latch a stall, and a counter that went back although nobody here cleared it."""
        if status.prompt is Prompt.STALLED or status.stalled:
            self._alarm = PumpAlarm.STALL
        if not status.infusing_direction:
            return
        before = self._counted_ml
        if before is not None and status.volume_ml < before - COUNTER_BACKWARDS_ML:
            self._alarm, self._armed = PumpAlarm.RESET, None
        self._counted_ml = status.volume_ml

    def _settings(self, link: Link, status: Status) -> tuple[Decimal | None, Decimal | None]:
        """Diameter and target volume of a standing pump, now and then."""
        due = status.idle and self._standing_polls % SETTINGS_EVERY == SETTINGS_EVERY - 1
        self._standing_polls = self._standing_polls + 1 if status.idle else 0
        if not due:
            return None, None
        diameter_mm, volume_ml = None, None
        with suppress(NoAnswer, Objection):
            diameter_mm = self._exchange.ask_twice(link, "diameter", read_diameter)
            volume_ml = self._exchange.ask_twice(link, "tvolume", read_target)
        return diameter_mm, volume_ml

    def execute(self, link: Link, command: PumpCommand) -> Outcome:
        """Carry out one command and read it back. See :class:`~console.devices.ports.Pump`."""
        outcome = as_outcome(lambda: self._carry_out(link, command))
        self._must_read = self._must_read or isinstance(outcome, Unknown)
        return outcome

    def _carry_out(self, link: Link, command: PumpCommand) -> ReadBack:
        if self._must_read and not isinstance(command, Pause | Stop):
            raise NotDone("It is not known what became of the last command. Wait until the pump was read.")
        match command:
            case Program():
                return self._program(link, command)
            case Start():
                return self._start(link)
            case Pause():
                return delivery.halt(self._exchange, link)
            case Resume():
                raise NotDone(NO_RESUME)
            case SetRate():
                return delivery.set_rate(self._exchange, link, command.rate_ml_h)
            case Stop():
                return self._stop(link)

    def _program(self, link: Link, command: Program) -> ReadBack:
        self._armed = self._counted_ml = None
        with not_done_on_loss("it is not programmed and nothing was started"):
            read_back = delivery.program(self._exchange, link, command)
        self._armed, self._alarm = command, None
        return read_back

    def _start(self, link: Link) -> ReadBack:
        """One programming, one START: what was programmed is compared again just before it."""
        armed, self._armed = self._armed, None
        if armed is None:
            raise NotDone("The pump is not programmed. Program it, then start.")
        self._exchange.check_nothing_late(link, "START")
        with not_done_on_loss("START was not sent"):
            delivery.check_standing(self._exchange, link)
            if self._exchange.ask_twice(link, "diameter", read_diameter) != armed.diameter_mm:
                raise NotDone("The diameter was changed at the pump. Program it again.")
            rate_ml_h, _ = delivery.check_set(self._exchange, link, armed)
            # Whatever ran at the pump's own keys may have counted: the infusion begins from zero.
            self._counted_ml = None
            delivery.clear_counter(self._exchange, link)
        read_back = delivery.run(self._exchange, link)
        self._alarm = None
        return ReadBack(read_back.state, rate_ml_h=rate_ml_h, infused_ml=read_back.infused_ml)

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
        """One ``stop``, read back as standing by two answers; works on a pump nobody identified.

        Raises:
            LinkLost: the port vanished. TimeoutError: not confirmed; try again.
        """
        self._armed = None
        try:
            stopped, status = delivery.stop(self._exchange, link)
        except NoAnswer:
            if self._identified is None:
                # The next attempt writes the address the other way.
                ways = self._exchange.separators
                self._exchange.separator = ways[(ways.index(self._exchange.separator) + 1) % len(ways)]
            raise
        state = PumpState.STOPPED if stopped else STATES[status.prompt]
        if state is PumpState.STOPPED and not stopped:
            # Said once only: true perhaps, confirmed by the next attempt.
            state = PumpState.UNKNOWN
        infused_ml = status.volume_ml if status.infusing_direction else None
        return PumpReading(
            link.now(), state, None, infused_ml, self._alarm, f"{status.prompt.value} after stop"
        )


def driver(options: DriverOptions) -> Harvard:
    """A driver for the catalogue."""
    return Harvard(options.address, options.baud or ABOUT.line.baud, simulated=options.simulated)


def decode(data: bytes) -> DecodeReport:
    """What recorded replies of the pump hold."""
    replies = HarvardReplies()
    found = replies.feed(data)
    last = replies.quiet()
    found += [] if last is None else [last]
    return DecodeReport(
        device="Harvard / KD Scientific pump chain" if found else "",
        total_bytes=len(data),
        good_frames=len(found),
        bad_frames=replies.bad,
        unfinished_bytes=replies.held_bytes,
        replies=tuple(DecodedReply(reply.offset, _text(reply)) for reply in found),
        refused=tuple(replies.refused),
    )


def _text(reply: Reply) -> str:
    who = "pump" if reply.address is None else f"pump {reply.address:02d}"
    said = " | ".join(reply.lines)
    return f"{who} {reply.prompt.name.lower()}" + (f": {said}" if said else "")
