"""Driver of the Alaris Asena family of syringe pumps (GH, CC, TIVA): read always, commanded by hand-over.

Written from captured dialogues of the OpenICE project (mdpnp) and infupy 2022.1.11; the maker's document
1000PB01088 is not public, and remote control is said to be left out of the pumps' software after 2.3.6. So it
is asked for only where ``room.toml`` says so, and a pump that does not permit it is worked by hand. The
directions for use (1000DF00329) leave responsibility for control with the computer's software.

A pump started from here has to hear from the host every 15 s. Each poll renews that, and the owner of the
port polls only while it holds the console's lease: without it the pump alarms and stops by itself. After a
restart of the console an infusion is kept going only when pump, rate, volume and counter read back as the
record has them; else it is left to stop within those 15 s, and that is said.
"""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

from console.devices.about import Control, DeviceAbout, DriverOptions, Role
from console.devices.decoding import DecodedReply, DecodeReport
from console.devices.ports import LineSettings, Link, WrongDevice
from console.devices.pumps import alaris_delivery as delivery
from console.devices.pumps.alaris_exchange import AlarisExchange
from console.devices.pumps.alaris_frames import AlarisFrames
from console.devices.pumps.alaris_taking_up import TakingUp
from console.devices.pumps.alaris_words import (
    MAINS_LOST,
    NO_ALARM,
    VOLUME_GIVEN,
    Infusion,
    alarm_of,
    read_alarm,
    read_anything,
    read_word,
    volume_text,
)
from console.devices.pumps.command_endings import (
    NoAnswer,
    NotDone,
    NotKnown,
    as_outcome,
    not_done_on_loss,
    not_known_on_loss,
)
from console.devices.read_only import ONLY_READ, STOP_AT_THE_PUMP
from console.session.pump import (
    Begun,
    Identity,
    Outcome,
    Pause,
    Program,
    PumpAlarm,
    PumpCommand,
    PumpControl,
    PumpReading,
    PumpState,
    ReadBack,
    Refused,
    Resume,
    RunsOn,
    SetRate,
    Start,
    Stop,
    StopsWithin,
    Unknown,
)

ABOUT = DeviceAbout(
    name="alaris",
    role=Role.PUMP,
    title="Alaris Asena GH, CC, TIVA (old software)",
    line=LineSettings(38400),
    reads="state, rate, volume given, volume limit, syringe, alarms",
    control=Control.HANDED_OVER,
    source="captured dialogues of the OpenICE project, infupy 2022.1.11; the maker's document is not public",
    tested="every captured frame, its virtual twin over pty; never with a pump",
)

WITHDRAWN = "the pump no longer hands control over to the console"
SIMULATED_SERIAL = "SIM"
SETTINGS_EVERY = 5
"""Polls of a pump on hold between two looks at its syringe and its volume limit."""
STOP_ATTEMPTS = 3
NOTHING = (
    "The pump does not answer. Check that it is switched on, its cable, that its serial port is enabled, and "
    "that it is set to 38400 baud."
)


class Alaris:
    """Driver of one pump; call it only from the thread that owns the port."""

    poll_every_s = 1.0
    quiet_limit_s = 4.0

    def __init__(self, baud: int = 38400, *, control: bool = False, simulated: bool = False) -> None:
        """``control`` when the room's binding asks the pump to hand control over."""
        self.line = LineSettings(baud)
        self._wanted = control
        self._simulated = simulated
        self._exchange = AlarisExchange()
        self._serial = ""
        self._in_control = False
        self._must_read = False
        self._armed: Program | None = None
        self._begun: Program | None = None
        self._rate_ml_h: Decimal | None = None
        self._alarm: PumpAlarm | None = None
        self._held_polls = 0
        self._taking_up = TakingUp()

    @property
    def alarm(self) -> PumpAlarm | None:
        """The last alarm, latched until delivery is programmed, started or resumed from here."""
        return self._alarm

    @property
    def good_frames(self) -> int:
        """Frames accepted so far."""
        return self._exchange.good_frames

    @property
    def bad_frames(self) -> int:
        """Frames refused or not asked for, and answers that did not come, so far."""
        return self._exchange.bad_frames

    def identify(self, link: Link) -> Identity:
        """Ask for serial number and protocol; control is not asked for yet.

        Raises:
            LinkLost: no port. WrongDevice: something else answers. TimeoutError: nothing answers.
        """
        link.discard_input()
        self._exchange.drain(link)
        good, heard = self._exchange.good_frames, self._exchange.heard_bytes
        try:
            serial = self._exchange.ask(link, ("INST_SERIALNO",), delivery.read_serial)
            protocol = self._exchange.ask(link, ("COMMS_PROTOCOL",), read_word)
        except NoAnswer as error:
            arrived = self._exchange.heard_bytes - heard
            if arrived and self._exchange.good_frames == good:
                raise WrongDevice(
                    f"{arrived} bytes arrive but no frame of an Alaris pump: another device or speed."
                ) from error
            raise TimeoutError(NOTHING) from error
        if not protocol.startswith("Asena"):
            raise WrongDevice(f"A pump that speaks {protocol} answers: this console reads Asena pumps only.")
        if serial != self._serial:
            self._forget()
            self._serial, self._alarm = serial, None
        simulated = self._simulated or serial.startswith(SIMULATED_SERIAL)
        control = PumpControl.COMMANDED if self._wanted else PumpControl.READ_ONLY
        # Worked by hand it was not started over its line, and no host is missed.
        alone = StopsWithin(delivery.HOST_RULE_S) if self._wanted else RunsOn()
        return Identity("alaris", "Alaris Asena", protocol, serial, simulated, control, unattended=alone)

    def expect(self, begun: Begun) -> None:
        """What the record says is running: kept going from the first poll on if that is what is read back."""
        self._taking_up.expect(begun)

    def poll(self, link: Link) -> PumpReading:
        """Ask for state, rate, counter and alarm; also what keeps a pump going that was started from here.

        Raises:
            LinkLost: the port vanished. TimeoutError: no answer of this pump.
        """
        exchange = self._exchange
        if self._in_control:
            self._keep_or_give_back(link)
        exchange.catch_up(link)
        infusion = delivery.read_state(exchange, link, self._serial)
        code = exchange.ask(link, ("ALARM",), read_alarm) if infusion.alarmed else NO_ALARM
        if (begun := self._taking_up.look(exchange, link, infusion)) is not None and self._wanted:
            self._begun, self._rate_ml_h, self._in_control = begun.program, infusion.rate_ml_h, True
            self._keep_or_give_back(link)
        volume_ml, syringe = self._settings(link, infusion)
        self._must_read = False
        return self._reading(link, infusion, code, volume_ml, syringe)

    def _keep_or_give_back(self, link: Link) -> None:
        """Renew the host's word; of a pump with nothing to give from here, hand control back."""
        with suppress(NoAnswer):
            if self._armed is None and self._begun is None:
                self._exchange.once(link, ("REMOTE_CTRL", "DISABLED"), read_anything)
                self._in_control = False
            else:
                self._in_control = delivery.permit(self._exchange, link, self._serial)
                self._taking_up.not_kept = "" if self._in_control else WITHDRAWN

    def _settings(self, link: Link, infusion: Infusion) -> tuple[Decimal | None, str]:
        """What a pump on hold is set to, now and then."""
        due = infusion.held and self._held_polls % SETTINGS_EVERY == 0
        self._held_polls = self._held_polls + 1 if infusion.held else 0
        if not due:
            return None, ""
        return delivery.read_settings(self._exchange, link)

    def _reading(
        self, link: Link, infusion: Infusion, code: str, volume_ml: Decimal | None = None, syringe: str = ""
    ) -> PumpReading:
        given = self._begun is not None and infusion.infused_ml >= self._begun.volume_ml
        alarm = alarm_of(code)
        if infusion.alarmed and code == NO_ALARM:
            alarm = PumpAlarm.OTHER
        if code == VOLUME_GIVEN and given and infusion.held:
            # What was asked for: the pump stops at the end of its volume and says so.
            alarm = None
        self._alarm = alarm or self._alarm
        raw = f"{infusion.mode} {infusion.rate_ml_h} mL/h" + (f" {code}" if infusion.alarmed else "")
        return PumpReading(
            link.now(),
            self._state(infusion, alarm, given=given),
            infusion.rate_ml_h,
            infusion.infused_ml,
            self._alarm,
            raw,
            on_mains=False if code == MAINS_LOST else None,
            volume_ml=volume_ml,
            syringe=syringe,
            not_kept=self._taking_up.not_kept,
        )

    def _state(self, infusion: Infusion, alarm: PumpAlarm | None, *, given: bool) -> PumpState:
        if infusion.running:
            return PumpState.INFUSING
        if infusion.held and alarm is not None:
            return PumpState.ALARM
        if infusion.held:
            # On hold in the middle of what was begun from here, it can go on with what remains.
            return PumpState.PAUSED if self._begun is not None and not given else PumpState.STOPPED
        return PumpState.OTHER if infusion.rate_ml_h > 0 else PumpState.UNKNOWN

    def execute(self, link: Link, command: PumpCommand) -> Outcome:
        """Carry out one command and read it back; refused where control is not asked for.

        Raises:
            LinkLost: never with a byte sent.
        """
        if not self._wanted:
            return Refused(ONLY_READ)
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
                return delivery.pause(self._exchange, link, self._serial)
            case Resume():
                return self._resume(link)
            case SetRate():
                read_back = delivery.set_rate(self._exchange, link, self._serial, command.rate_ml_h)
                self._rate_ml_h = read_back.rate_ml_h
                return read_back
            case Stop():
                return self._stop(link)

    def _program(self, link: Link, command: Program) -> ReadBack:
        self._forget()
        self._taking_up.drop()
        with not_done_on_loss("it is not programmed and nothing was started"):
            self._exchange.catch_up(link)
            delivery.hand_over(self._exchange, link, self._serial)
            self._in_control = True
            read_back = delivery.program(self._exchange, link, self._serial, command)
        self._armed, self._rate_ml_h, self._alarm = command, read_back.rate_ml_h, None
        return read_back

    def _start(self, link: Link) -> ReadBack:
        """One programming, one START: what was programmed is compared again just before it."""
        armed, self._armed = self._armed, None
        if armed is None:
            raise NotDone("The pump is not programmed. Program it, then start.")
        self._exchange.check_nothing_late(link, "START")
        with not_done_on_loss("START was not sent"):
            delivery.hand_over(self._exchange, link, self._serial)
            rate_ml_h = delivery.check_armed(self._exchange, link, self._serial, armed)
        # From here on it may have begun, unless it certainly has not.
        self._begun = armed
        try:
            return self._run(link, rate_ml_h, "START")
        except NotDone:
            self._begun = None
            raise

    def _resume(self, link: Link) -> ReadBack:
        begun = self._begun
        if begun is None or self._rate_ml_h is None:
            raise NotDone("What was begun is not known any more. Program the remaining dose, then start.")
        self._exchange.check_nothing_late(link, "RESUME")
        with not_done_on_loss("RESUME was not sent"):
            infusion = delivery.read_state(self._exchange, link, self._serial)
            if infusion.running:
                return ReadBack(PumpState.INFUSING, rate_ml_h=infusion.rate_ml_h)
            delivery.held_for_setting(infusion)
            left_ml = begun.volume_ml - infusion.infused_ml
            if left_ml <= 0:
                raise NotDone("The programmed volume has been given.")
            delivery.hand_over(self._exchange, link, self._serial)
            rate_ml_h = delivery.check_rate(self._exchange, link, self._rate_ml_h)
            # Whether its limit counts from the start or from zero is not documented: what remains is right
            # in either case, and never too much.
            delivery.put_limit(self._exchange, link, volume_text(left_ml))
        return self._run(link, rate_ml_h, "RESUME")

    def _run(self, link: Link, rate_ml_h: Decimal, what: str) -> ReadBack:
        read_back = delivery.run(self._exchange, link, self._serial, rate_ml_h, what)
        self._alarm = None
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
        """One ``INF_STOP``, read back as on hold; without control it is asked for first.

        Raises:
            LinkLost: the port vanished. TimeoutError: not confirmed, or it cannot be stopped from here.
        """
        if not self._wanted:
            raise TimeoutError(STOP_AT_THE_PUMP)
        if not self._serial:
            self._serial = self._exchange.once(link, ("INST_SERIALNO",), delivery.read_serial)
        in_control, self._in_control = self._in_control, False
        infusion = delivery.stop(self._exchange, link, self._serial, in_control=in_control)
        state = self._state(infusion, None, given=False)
        if infusion.held:
            self._forget()
            # An alarm does not make a pump on hold any less stopped.
            self._in_control, state = True, PumpState.STOPPED
        raw = f"{infusion.mode} {infusion.rate_ml_h} mL/h"
        return PumpReading(link.now(), state, infusion.rate_ml_h, infusion.infused_ml, self._alarm, raw)

    def leave(self, link: Link) -> None:
        """Hand the control of a stopped pump back.

        Raises:
            TimeoutError, LinkLost, Interrupted: it may still wait for the console.
        """
        if self._in_control and delivery.read_state(self._exchange, link, self._serial).held:
            self._exchange.once(link, ("REMOTE_CTRL", "DISABLED"), read_anything)
            self._in_control = False

    def _forget(self) -> None:
        """Nothing that was programmed or begun holds any longer."""
        self._armed = self._begun = self._rate_ml_h = None
        self._in_control = False


def driver(options: DriverOptions) -> Alaris:
    """A driver for the catalogue."""
    baud = options.baud or ABOUT.line.baud
    return Alaris(baud, control=options.control, simulated=options.simulated)


def decode(data: bytes) -> DecodeReport:
    """What recorded answers of the pump hold."""
    frames = AlarisFrames()
    found = frames.feed(data)
    return DecodeReport(
        device="Alaris Asena" if found else "",
        total_bytes=len(data),
        good_frames=len(found),
        bad_frames=frames.bad,
        bad_bytes=frames.noise,
        unfinished_bytes=frames.held_bytes,
        replies=tuple(DecodedReply(frame.offset, frame.text) for frame in found),
        refused=tuple(frames.refused),
    )
