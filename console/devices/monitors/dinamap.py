"""Driver of the GE DINAMAP PRO, ProCare and CARESCAPE V100: pressure, saturation, pulse, temperature.

Source: GE "Host Communications Reference Manual" 2010566, as four public drivers that agree use it. The
console asks, the device answers; a blood pressure is started and cancelled only when a person asks.
"""

from __future__ import annotations

from console.clinical.vitals import NibpState, Vital
from console.clock import Instant
from console.devices.about import Control, DeviceAbout, DriverOptions, Role
from console.devices.decoding import DecodeReport, RefusedFrame
from console.devices.monitors.dinamap_lines import Answer, Answers, command
from console.devices.monitors.dinamap_words import PRESSURES, cuff_of, understand
from console.devices.monitors.talking_stream import Heard, as_batch, report_on
from console.devices.ports import LineSettings, Link, MonitorBatch, WrongDevice
from console.session.pump import Identity

ABOUT = DeviceAbout(
    name="dinamap",
    role=Role.MONITOR,
    title="GE DINAMAP PRO, ProCare, CARESCAPE V100",
    line=LineSettings(9600),
    reads="NIBP with its age and state, SpO2, pulse rate, temperature",
    control=Control.NIBP,
    source='GE "Host Communications Reference Manual" 2010566, as four public drivers that agree use it',
    tested="the published command strings, its virtual twin over pty; never with a monitor",
    find_within_s=2.5,
)

SIMULATED_AVERAGING = "99"
"""Averaging time our virtual monitor's oximeter tells; no oximeter averages over 99 s."""

ROUND = ("NA", "OA", "RC", "TC")
REPLY_S = 1.0
ASK_EVERY_S = 0.25
READ_TIMEOUT_S = 0.1
IDENTIFY_TRIES = 4
AGE_SLACK_S = 3.0
"""A determination is the same as long as its instant moves by less: ages come in whole seconds."""

NOTHING = (
    "Nothing answers. Check that the monitor is on, that the cable is on its host port and not on the "
    "printer's, and that the port is set to 9600 baud."
)


class DinamapStream:
    """Answers turned into readings."""

    def __init__(self, source: str, *, from_start: bool = False) -> None:
        self._source = source
        self._answers = Answers(from_start=from_start)
        self._misread = 0
        self._measured_at: Instant | None = None
        self.good_frames = 0

    @property
    def refused(self) -> list[RefusedFrame]:
        """The latest refused stretches."""
        return self._answers.refused

    @property
    def bad_frames(self) -> int:
        """Answers refused so far."""
        return self._answers.bad + self._misread

    @property
    def held_bytes(self) -> int:
        """Bytes waiting for the rest of their line."""
        return self._answers.held_bytes

    def feed(self, data: bytes, at: Instant) -> list[Heard]:
        """Add bytes that arrived ``at``."""
        return [said for _, said in self.take(data, at)]

    def take(self, data: bytes, at: Instant) -> list[tuple[Answer, Heard]]:
        """The same, with the answers themselves."""
        found = []
        for answer in self._answers.feed(data):
            said = understand(answer, self._source, self._settled(answer, at))
            if said is None:
                self._misread += 1
                self.refused.append(RefusedFrame(answer.offset, "an answer of another layout"))
            else:
                self.good_frames += 1
                found.append((answer, said))
        return found

    def _settled(self, answer: Answer, at: Instant) -> Instant:
        """``at``, moved so that the age of one and the same determination does not jitter."""
        cuff = cuff_of(answer)
        if cuff is None or cuff.age_s is None:
            return at
        measured_at, before = at.plus(-float(cuff.age_s)), self._measured_at
        if before is not None and abs(measured_at.seconds_since(before)) < AGE_SLACK_S:
            return before.plus(float(cuff.age_s))
        self._measured_at = measured_at
        return at


class Dinamap:
    """One DINAMAP on one link; asked one thing at a time."""

    provides = frozenset({*PRESSURES, Vital.SPO2, Vital.PR, Vital.TEMP})
    quiet_limit_s = 4.0

    def __init__(self, source: str = "dinamap", baud: int = 9600, *, simulated: bool = False) -> None:
        """``source`` is the binding's name; ``simulated`` when the room's devices are virtual."""
        self.line = LineSettings(baud)
        self._source = source
        self._simulated = simulated
        self._stream = DinamapStream(source)
        self._place = 0
        self._cuff_asked = ""
        self._outstanding = ""
        self._asked_at: Instant | None = None
        self._cuff = NibpState.IDLE

    def identify(self, link: Link) -> Identity:
        """Ask for the state of the cuff; an answer with a good check proves who is there.

        Raises:
            LinkLost: no port. WrongDevice: something else answers. TimeoutError: nothing answers.
        """
        link.discard_input()
        self._stream = DinamapStream(self._source, from_start=True)
        # What was asked of the cuff before the line was lost is not carried out minutes later.
        self._cuff_asked = self._outstanding = ""
        arrived = 0
        for _ in range(IDENTIFY_TRIES):
            heard, count = self._ask(link, "NA")
            arrived += count
            if any(answer.letters == "NA" for answer, _ in heard):
                simulated = self._simulated or self._is_twin(link)
                return Identity("dinamap", "DINAMAP / CARESCAPE V100", simulated=simulated)
        if arrived:
            raise WrongDevice(
                f"{arrived} bytes arrive but no answer of a DINAMAP: wrong speed, the printer's port, or "
                f"another device. It speaks {self.line.baud} baud, 8 data bits, no parity."
            )
        raise TimeoutError(NOTHING)

    def turn(self, link: Link) -> MonitorBatch:
        """Ask the next of its four questions, or of the cuff what a person asked, and read.

        Raises:
            LinkLost: the port vanished.
        """
        bad_before = self._stream.bad_frames
        self._ask_next(link)
        heard = self._stream.take(link.read(READ_TIMEOUT_S), link.now())
        for answer, one in heard:
            self._cuff = one.nibp or self._cuff
            if answer.letters == self._outstanding:
                self._outstanding = ""
        return as_batch([one for _, one in heard], self._stream.bad_frames - bad_before)

    def _ask_next(self, link: Link) -> None:
        """One question at a time: the next once the last is answered or given up."""
        now, asked_at = link.now(), self._asked_at
        passed_s = REPLY_S if asked_at is None else now.seconds_since(asked_at)
        if passed_s < (REPLY_S if self._outstanding else ASK_EVERY_S):
            return
        if self._cuff_asked:
            letters, self._cuff_asked = self._cuff_asked, ""
        else:
            letters = ROUND[self._place]
            self._place = (self._place + 1) % len(ROUND)
        self._outstanding, self._asked_at = letters[:2], now
        link.write(command(letters[:2], letters[2:]))

    def start_cuff(self) -> str:
        """Measure the blood pressure once, at the next turn; the sentence says why not, if not."""
        if self._cuff is NibpState.MEASURING:
            return "The cuff is measuring already."
        self._cuff_asked = "NC0"
        return ""

    def cancel_cuff(self) -> str:
        """Let the air out, at the next turn."""
        self._cuff_asked = "ND"
        return ""

    def _ask(self, link: Link, letters: str) -> tuple[list[tuple[Answer, Heard]], int]:
        """One question while identifying; whatever was answered to it, and how many bytes came."""
        link.write(command(letters))
        begun, arrived = link.now(), 0
        heard: list[tuple[Answer, Heard]] = []
        while link.now().seconds_since(begun) < REPLY_S:
            data = link.read(READ_TIMEOUT_S)
            arrived += len(data)
            heard += self._stream.take(data, link.now())
            if any(answer.letters == letters for answer, _ in heard):
                break
        return heard, arrived

    def _is_twin(self, link: Link) -> bool:
        heard, _ = self._ask(link, "OA")
        return any(answer.text[8:10] == SIMULATED_AVERAGING for answer, _ in heard)


def driver(options: DriverOptions) -> Dinamap:
    """A driver for the catalogue."""
    return Dinamap(options.name, options.baud or ABOUT.line.baud, simulated=options.simulated)


def decode(data: bytes) -> DecodeReport:
    """What recorded bytes hold."""
    return report_on(DinamapStream("file", from_start=True), data, "DINAMAP / CARESCAPE V100")
