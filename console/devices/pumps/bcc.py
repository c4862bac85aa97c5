"""Driver of B. Braun Space pumps through their data port (BCC): read only.

Facts from a public client under the MIT licence; the maker gives the specification on request. The rack is
asked every five seconds, not more often; how its alarm and status bit maps travel is not public, so the
state follows from the rate alone and the volume given is not known. Nothing can be changed from here: the
pump is started, paused and stopped by hand, and the console supervises.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from console.clock import Instant
from console.devices.about import Control, DeviceAbout, DriverOptions, Role
from console.devices.decoding import DecodedReply, DecodeReport
from console.devices.ports import LineSettings, Link, WrongDevice
from console.devices.pumps.bcc_frames import ACK, RS, BccFrame, BccFrames, encode
from console.session.pump import (
    Identity,
    Outcome,
    PumpCommand,
    PumpControl,
    PumpReading,
    PumpState,
    Refused,
    RunsOn,
)

ABOUT = DeviceAbout(
    name="bcc",
    role=Role.PUMP,
    title="B. Braun Space rack (BCC data port, TCP or serial)",
    line=LineSettings(9600),
    reads="rate of the one pump that runs or stands in the rack, models, error numbers",
    control=Control.NONE,
    source="a public client under the MIT licence; the maker's specification is given on request",
    tested="the published frame, its virtual twin over TCP and pty; never with a rack",
    find_within_s=3.5,
)

SIMULATED_MODEL = "SIM"
REPLY_S = 1.5
READ_TIMEOUT_S = 0.1
IDENTIFY_TRIES = 3
POLL_EVERY_S = 5.0
"""The public client refuses shorter periods."""

NO_ERROR = "11"
ERRORS = {"39": "the pump was removed", "68": "it did not understand", "811": "wrong address"}
AT_THE_PUMP = "This pump is only read from here: do it at the pump."
STOP_AT_THE_PUMP = "This pump cannot be stopped from the console: STOP AT THE PUMP."
NOTHING = (
    "Nothing answers. Check that the rack is on, that its data port is enabled, and the address or the cable."
)


class NotClear(Exception):
    """The rack's answer does not tell which pump is meant; the text says why."""


def records(message: str) -> tuple[tuple[str, ...], ...]:
    """The records of a message: seconds, address, parameter, value."""
    return tuple(tuple(part.split(",")) for part in message.split(RS) if part.count(",") >= 2)


def rate_of(found: tuple[tuple[str, ...], ...]) -> Decimal | None:
    """The rate in mL/h of the one pump in the rack; None when no pump tells one.

    Raises:
        NotClear: the rack reports an error, several pumps tell a rate, or it is no number.
    """
    for record in found:
        if record[2] == "GNERR" and len(record) > 3 and record[3] != NO_ERROR:
            raise NotClear(f"The rack reports: {ERRORS.get(record[3], f'error {record[3]}')}.")
    rates = {record[1]: record[3] for record in found if record[2] == "INRT" and len(record) > 3}
    running = {address: text for address, text in rates.items() if text.strip("0.") != ""}
    if len(running) > 1 or (len(rates) > 1 and not running):
        raise NotClear("Several pumps stand in the rack: leave the one of this room in it.")
    if not rates:
        return None
    text = next(iter((running or rates).values()))
    try:
        rate = Decimal(text)
    except InvalidOperation as error:
        raise NotClear(f"The rack tells a rate that is no number: {text}.") from error
    if not rate.is_finite() or not 0 <= rate <= 1200:
        raise NotClear(f"The rack tells an impossible rate: {text} mL/h.")
    return rate


class Bcc:
    """One rack on one link; it is asked, never commanded."""

    poll_every_s = POLL_EVERY_S
    quiet_limit_s = 12.0

    def __init__(self, baud: int = 9600, *, simulated: bool = False) -> None:
        """``simulated`` when the room's devices are virtual."""
        self.line = LineSettings(baud)
        self._simulated = simulated
        self._frames = BccFrames()
        self._bed = "1/1/1"
        self.good_frames = 0

    @property
    def bad_frames(self) -> int:
        """Frames refused so far."""
        return self._frames.bad

    def identify(self, link: Link) -> Identity:
        """Ask whether the rack is alive; its answer tells the bed.

        Raises:
            LinkLost: no port. WrongDevice: something else answers. TimeoutError: nothing answers.
        """
        link.discard_input()
        self._frames = BccFrames()
        arrived = 0
        for _ in range(IDENTIFY_TRIES):
            answer, count = self._ask(link, "ADMIN:ALIVE")
            arrived += count
            if answer is not None and "GNACK" in answer.message:
                self._bed = answer.text.partition(">")[0].strip("/") or self._bed
                return self._identity(link)
        if arrived:
            raise WrongDevice(f"{arrived} bytes arrive but no frame of a B. Braun rack: another device.")
        raise TimeoutError(NOTHING)

    def _identity(self, link: Link) -> Identity:
        answer, _ = self._ask(link, "MEM:GET")
        found = () if answer is None else records(answer.message)
        models = [record[3] for record in found if record[2] == "GNMODEL" and len(record) > 3]
        model = models[0] if models else "Space"
        simulated = self._simulated or model.startswith(SIMULATED_MODEL)
        return Identity(
            "bcc",
            f"B. Braun {model}",
            simulated=simulated,
            control=PumpControl.READ_ONLY,
            unattended=RunsOn(),
        )

    def poll(self, link: Link) -> PumpReading:
        """Read all parameters of the rack.

        Raises:
            LinkLost: the port vanished. TimeoutError: no answer, or none that is clear.
        """
        answer, _ = self._ask(link, "MEM:GET")
        if answer is None:
            raise TimeoutError("The rack did not answer.")
        try:
            rate = rate_of(records(answer.message))
        except NotClear as error:
            raise TimeoutError(str(error)) from error
        return _reading(rate, link.now(), answer.message)

    def execute(self, link: Link, command: PumpCommand) -> Outcome:
        """Refuse: nothing is ever sent that could change a delivery."""
        del link, command
        return Refused(AT_THE_PUMP)

    def stop_once(self, link: Link) -> PumpReading:
        """Say that it cannot be done from here, whatever the pump does.

        Raises:
            TimeoutError: always.
        """
        del link
        raise TimeoutError(STOP_AT_THE_PUMP)

    def _ask(self, link: Link, text: str) -> tuple[BccFrame | None, int]:
        """One request; its whole answer with its blocks joined, and how many bytes came."""
        link.write(encode(text, self._bed))
        begun, arrived, gathered = link.now(), 0, ""
        while link.now().seconds_since(begun) < REPLY_S:
            data = link.read(READ_TIMEOUT_S)
            arrived += len(data)
            for frame in self._frames.feed(data):
                self.good_frames += 1
                link.write(ACK)
                gathered += frame.message
                if not frame.more:
                    bed = frame.text.partition(">")[0]
                    return BccFrame(frame.offset, f"{bed}>{gathered}", more=False), arrived
        return None, arrived


def _reading(rate: Decimal | None, at: Instant, raw: str) -> PumpReading:
    if rate is None:
        return PumpReading(at, PumpState.UNKNOWN, raw=raw)
    state = PumpState.INFUSING if rate > 0 else PumpState.STOPPED
    return PumpReading(at, state, rate, raw=raw)


def driver(options: DriverOptions) -> Bcc:
    """A driver for the catalogue."""
    return Bcc(options.baud or ABOUT.line.baud, simulated=options.simulated)


def decode(data: bytes) -> DecodeReport:
    """What recorded answers of a rack hold."""
    frames = BccFrames()
    found = frames.feed(data)
    return DecodeReport(
        device="B. Braun Space (BCC)" if found else "",
        total_bytes=len(data),
        good_frames=len(found),
        bad_frames=frames.bad,
        unfinished_bytes=frames.held_bytes,
        replies=tuple(DecodedReply(frame.offset, frame.message.replace(RS, " | ")) for frame in found),
        refused=tuple(frames.refused),
    )
