"""Driver of Fresenius Base Primea, Orchestra and stand-alone modules: read, and paused on STOP.

Facts from infupy 2022.1.11 (ISC licence), whose authors never use it on patients; the maker's document is
not public. What is public names commands for remote mode, rate and volume limit, but not in which form a
rate or a limit is written, how an infusion is begun, nor how a limit is read back. A figure that may be
wrong by a factor of ten, or cannot be compared with what was asked, is not sent: the nurse works the pump
by hand and the console supervises. STOP sends the pause, which has no figure, and believes it only when the
module reads as stopped. The mode is never changed: it would take the keys from the nurse.
"""

from __future__ import annotations

from console.devices.about import Control, DeviceAbout, DriverOptions, Role
from console.devices.decoding import DecodedReply, DecodeReport
from console.devices.ports import LineSettings, Link, WrongDevice
from console.devices.pumps.fresenius_exchange import FreseniusExchange, NoReply, Rejected
from console.devices.pumps.fresenius_frames import FreseniusFrame, FreseniusFrames, FreseniusReply, reply_of
from console.devices.pumps.fresenius_motion import Motion
from console.devices.pumps.fresenius_words import (
    ALARM,
    ERROR,
    MODULES,
    MOST_MODULES,
    NOT_CONNECTED,
    RATE,
    VOLUME,
    NotTold,
    error_sentence,
    has_bits,
    modules_of,
    rate_ml_h,
    variables,
    volume_ml,
)
from console.session.pump import (
    Identity,
    Outcome,
    PumpAlarm,
    PumpCommand,
    PumpControl,
    PumpReading,
    PumpState,
    Refused,
    RunsOn,
)

SPOILER = b"\x00"
"""No frame may hold it, so a byte with a wrong parity spoils its frame."""

ABOUT = DeviceAbout(
    name="fresenius",
    role=Role.PUMP,
    title="Fresenius Base Primea / Orchestra modules, and modules that stand alone",
    line=LineSettings(19200, data_bits=7, parity="E", spoiler=SPOILER),
    reads="rate, volume given, alarms without their meaning; the modules in the base",
    control=Control.NONE,
    source="infupy 2022.1.11 (public client, ISC licence); the maker's document is not public",
    tested="frames by hand after that client, its virtual twin over pty; never with a pump",
    addresses=MOST_MODULES,
    find_within_s=3.5,
)

SIMULATED = "SIM"
BASE = 0
AT_THE_PUMP = "This pump is only read from here: do it at the pump."
STOP_AT_THE_PUMP = "STOP AT THE PUMP."
NOTHING = (
    "Nothing answers. Check that the base is on, that the cable is the crossed one of its maker, and that "
    "the port is set to 19200 baud, 7 data bits, even parity."
)


class Fresenius:
    """One module, in a base or alone, on one link."""

    poll_every_s = 0.5
    quiet_limit_s = 4.0
    takes_pause = True
    """STOP asks it for a pause, which a module worked by hand may refuse."""

    def __init__(self, module: int = 0, baud: int = 19200, *, simulated: bool = False) -> None:
        """Bind one module.

        Args:
            module: Its number in the base; 0 for the only one there, or one that stands alone.
            baud: Speed of the line.
            simulated: The room's devices are virtual.

        Raises:
            ValueError: there is no such number.
        """
        if not 0 <= module <= MOST_MODULES:
            raise ValueError(f"a module has a number from 1 to {MOST_MODULES}, got {module}")
        self.line = LineSettings(baud, data_bits=7, parity="E", spoiler=SPOILER)
        self._wanted = module
        self._simulated = simulated
        self._forget()

    def _forget(self) -> None:
        self._exchange = FreseniusExchange()
        self._motion = Motion()
        self._known = False
        self._base_open = False
        self._module: int | None = None
        self._tells_alarms = True
        self._alarm: PumpAlarm | None = None
        self._state = PumpState.UNKNOWN

    @property
    def good_frames(self) -> int:
        """Frames accepted since the device was last identified."""
        return self._exchange.frames.good

    @property
    def bad_frames(self) -> int:
        """Frames refused, and replies that answered nothing."""
        return self._exchange.frames.bad + self._exchange.stray

    def identify(self, link: Link) -> Identity:
        """Connect to the base, look which modules it has, connect to ours and ask its type.

        Raises:
            LinkLost: no port. WrongDevice: something else answers, or it is not clear which module is meant.
            TimeoutError: nothing answers, or the module is not in the base.
        """
        link.discard_input()
        self._forget()
        try:
            self._module = self._find(link)
            self._exchange.ask(link, self._module, "DC")
            told = self._exchange.ask(link, self._module, f"LF;{MODULES}", _tells(MODULES))
        except Rejected as error:
            raise WrongDevice(f"A Fresenius device answers, but refuses to be read: {error}.") from error
        except NotTold as error:
            raise WrongDevice(str(error)) from error
        kind = variables(told.text)[MODULES].strip() or "module"
        self._known = True
        place = "stand-alone" if self._module is None else f"module {self._module}"
        simulated = self._simulated or kind.startswith(SIMULATED)
        return Identity(
            "fresenius",
            f"Fresenius {kind}, {place}",
            simulated=simulated,
            control=PumpControl.READ_ONLY,
            unattended=RunsOn(),
        )

    def _find(self, link: Link) -> int | None:
        """The address to speak to; None for a module that stands alone."""
        try:
            self._exchange.ask(link, BASE, "DC")
        except NoReply as silence:
            if self._wanted:
                self._nobody(silence)
            self._look_for_lone_pump(link)
            return None
        self._base_open = True
        present = modules_of(self._exchange.ask(link, BASE, f"LE;{MODULES}", _tells(MODULES)).text)
        listed = ", ".join(map(str, present)) or "none"
        if self._wanted in present:
            return self._wanted
        if self._wanted:
            raise NoReply(f"Module {self._wanted} is not in the base (there is: {listed}). Put it in.")
        if not present:
            raise NoReply("A Fresenius base answers, but no module is in it. Put the pump in.")
        if len(present) > 1:
            raise WrongDevice(
                f"A Fresenius base answers with several modules: {listed}. Write the number of the one of "
                "this room as its address."
            )
        return present[0]

    def _look_for_lone_pump(self, link: Link) -> None:
        try:
            self._exchange.ask(link, None, "DC", attempts=1)
        except NoReply as silence:
            self._nobody(silence)

    def _nobody(self, silence: NoReply) -> None:
        if self._exchange.heard_anything:
            raise WrongDevice(
                "Bytes arrive but none make a frame of a Fresenius base: wrong speed or parity, or another "
                "device. It speaks 19200 baud, 7 data bits, even parity."
            ) from silence
        raise TimeoutError(NOTHING) from silence

    def poll(self, link: Link) -> PumpReading:
        """Ask for rate, volume and alarm.

        Raises:
            LinkLost: the port vanished. TimeoutError: no answer, or none that is clear.
        """
        try:
            told = self._read(link, "dr", _tells(RATE, VOLUME))
            found = variables(told.text)
            rate, volume = rate_ml_h(found), volume_ml(found)
        except (Rejected, NotTold) as error:
            raise TimeoutError(f"The module does not tell rate and volume: {error}") from error
        at = link.now()
        self._state = self._motion.judge(at, rate, volume)
        raw = f"{told.text}{self._alarms(link)}"
        return PumpReading(at, self._state, rate, volume, self._alarm, raw)

    def _read(self, link: Link, letters: str, accepts: _Tells) -> FreseniusReply:
        try:
            return self._exchange.ask(link, self._module, f"LE;{letters}", accepts)
        except Rejected as error:
            if error.number not in NOT_CONNECTED:
                raise
        # The base was switched off and on, or gave the session up: connecting changes no delivery.
        if self._module is not None:
            self._exchange.ask(link, BASE, "DC")
        self._exchange.ask(link, self._module, "DC")
        return self._exchange.ask(link, self._module, f"LE;{letters}", accepts)

    def _alarms(self, link: Link) -> str:
        """The alarm and error variables as they came; a module that has none is not asked again."""
        if not self._tells_alarms:
            return ""
        try:
            told = self._read(link, "ae", _tells(ALARM, ERROR))
        except Rejected:
            self._tells_alarms = False
            return ""
        except NoReply:
            return ""
        found = variables(told.text)
        self._alarm = PumpAlarm.OTHER if has_bits(found[ALARM]) or has_bits(found[ERROR]) else None
        return f";{told.text}"

    def execute(self, link: Link, command: PumpCommand) -> Outcome:
        """Refuse: no figure is ever sent to this pump."""
        del link, command
        return Refused(AT_THE_PUMP)

    def stop_once(self, link: Link) -> PumpReading:
        """Ask for a pause unless it stands already or has accepted one, then read it back.

        Raises:
            LinkLost: the port vanished. TimeoutError: not confirmed; the text says to stop at the pump.
        """
        try:
            if not self._known:
                self.identify(link)
            if self._state is not PumpState.STOPPED and not self._motion.paused:
                self._exchange.ask(link, self._module, "PO", attempts=1)
                self._motion.pause_accepted()
        except Rejected as error:
            reading = self.poll(link)
            if reading.state is PumpState.STOPPED:
                return reading
            raise TimeoutError(f"The pump does not take a pause: {error}. {STOP_AT_THE_PUMP}") from error
        except (WrongDevice, TimeoutError) as error:
            raise TimeoutError(f"{error} {STOP_AT_THE_PUMP}") from error
        return self.poll(link)

    def leave(self, link: Link) -> None:
        """Disconnect, so that the pump does not miss the console.

        Raises:
            TimeoutError, LinkLost, Interrupted: it may still expect to be asked.
        """
        try:
            if self._known:
                self._exchange.ask(link, self._module, "FC", attempts=1)
            if self._base_open:
                self._exchange.ask(link, BASE, "FC", attempts=1)
        except Rejected as error:
            raise TimeoutError(str(error)) from error


class _Tells:
    """Accepts a reply that tells these variables and no others."""

    def __init__(self, letters: str) -> None:
        self._letters = set(letters)

    def __call__(self, reply: FreseniusReply) -> bool:
        return set(variables(reply.text)) == self._letters


def _tells(*letters: str) -> _Tells:
    return _Tells("".join(letters))


def driver(options: DriverOptions) -> Fresenius:
    """A driver for the catalogue."""
    return Fresenius(options.address, options.baud or ABOUT.line.baud, simulated=options.simulated)


def decode(data: bytes) -> DecodeReport:
    """What recorded replies of a base and its modules hold."""
    frames = FreseniusFrames()
    found = [heard for heard in frames.feed(data) if isinstance(heard, FreseniusFrame)]
    return DecodeReport(
        device="Fresenius Base Primea / Orchestra" if found else "",
        total_bytes=len(data),
        good_frames=frames.good,
        bad_frames=frames.bad,
        bad_bytes=frames.noise,
        unfinished_bytes=frames.held_bytes,
        replies=tuple(DecodedReply(frame.offset, _in_words(frame.body)) for frame in found),
        refused=tuple(frames.refused),
    )


def _in_words(body: str) -> str:
    reply = reply_of(body)
    if reply is None:
        return f"message {body}"
    who = "pump" if reply.address is None else "base" if reply.address == BASE else f"module {reply.address}"
    if reply.kind == "I":
        return f"{who} refuses: {error_sentence(reply.text)}"
    if set(variables(reply.text)) != {RATE, VOLUME}:
        return f"{who} {'unasked' if reply.unasked else 'answers'} {reply.text}".rstrip()
    found = variables(reply.text)
    try:
        return f"{who} rate {rate_ml_h(found)} mL/h, given {volume_ml(found)} mL"
    except NotTold as error:
        return f"{who}: {error}"
