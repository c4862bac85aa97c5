"""Driver of Nellcor pulse oximeters that print ASCII lines: N-560, N-595, N-600, N-395, NPB-290/295.

Source: Mallinckrodt NPB-290/295 and N-395 operator's manuals, data port chapter. A line every 2 s: date
and time, SpO2, pulse rate, pulse amplitude, status codes; header lines between them name the model. No
checksum: a figure that jumps has to be said twice before it is shown.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from console.clinical.vitals import Quality, Vital, VitalReading, credible
from console.clock import Instant
from console.devices.about import Control, DeviceAbout, DriverOptions, Role
from console.devices.decoding import DecodeReport, RefusedFrame
from console.devices.monitors.line_framer import LineFramer, TextLine
from console.devices.monitors.talking_stream import Confirming, Ear, Heard, report_on
from console.devices.ports import LineSettings, Link, MonitorBatch
from console.session.pump import Identity

ABOUT = DeviceAbout(
    name="nellcor",
    role=Role.MONITOR,
    title="Nellcor N-560, N-595, N-600, N-395, NPB-290/295 (ASCII)",
    line=LineSettings(9600),
    reads="SpO2, pulse rate, status codes",
    control=Control.NONE,
    source="Mallinckrodt NPB-290/295 and N-395 operator's manuals, data port",
    tested="lines in the form the manuals print, its virtual twin over pty; never with an oximeter",
    talks=True,
    find_within_s=8.5,
)

SIMULATED_CODE = "VV"
"""No oximeter has this status code; our virtual one prints it on every line."""

SILENCE_S = 8.0
NOTHING = (
    "Nothing arrives from the oximeter. Check that it is on, that its data port is set to ASCII at 9600 "
    "baud, and that pins 2, 3 and 5 of the data port are wired."
)

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""English on every oximeter and in every country, so no locale may read them."""

DATA = re.compile(
    r"(\d\d)-([A-Z][a-z]{2})-(\d\d) (\d\d):(\d\d):(\d\d) +"
    r"(\d{1,3}\*?|---) +(\d{1,3}\*?|---) +(\d{1,3}\*?|---)((?: +[A-Z]{2})*) *"
)
VERSION = re.compile(
    r"(N(?:PB)?-\w+) +VERSION +([\d.]+) +CRC:(\w{4}) +SpO2 Limit: *(\d+)-(\d+)% +PR Limit: *(\d+)-(\d+)BPM *"
)
PATIENT = re.compile(r"(?:ADULT|NEONAT\w*|PEDIATRIC) .*")
COLUMNS = re.compile(r"TIME +%SpO2 +BPM +PA +Status *")

NO_SIGNAL = {
    "LM": "loss of pulse with interference",
    "LP": "loss of pulse",
    "PS": "pulse search",
    "SD": "sensor disconnected",
    "SO": "sensor off",
}
POOR_SIGNAL = {"MO": "motion"}
OTHER_CODES = {
    "AO": "its alarm is off",
    "AS": "its alarm is silenced",
    "LB": "battery low",
    "PH": "pulse rate high",
    "PL": "pulse rate low",
    "SH": "SpO2 high",
    "SL": "SpO2 low",
}
WORDS = NO_SIGNAL | POOR_SIGNAL | OTHER_CODES


class NellcorStream:
    """Lines of a Nellcor data port turned into readings."""

    def __init__(self, source: str, *, from_start: bool = False) -> None:
        self._source = source
        self._lines = LineFramer(from_start=from_start)
        self._confirming = Confirming()
        self.good_frames = 0
        self.bad_frames = 0
        self.refused: list[RefusedFrame] = []

    def feed(self, data: bytes, at: Instant) -> list[Heard]:
        """Add bytes that arrived ``at``."""
        heard = []
        for line in self._lines.feed(data):
            said = self._understand(line, at) if isinstance(line, TextLine) else None
            if said is None:
                self.bad_frames += 1
                reason = "no line of a Nellcor" if isinstance(line, TextLine) else line.reason
                self.refused.append(RefusedFrame(line.offset, reason))
                del self.refused[:-100]
            else:
                self.good_frames += 1
                heard.append(said)
        return heard

    def _understand(self, line: TextLine, at: Instant) -> Heard | None:
        if (found := DATA.fullmatch(line.text)) is not None:
            return self._data(line, found, at)
        if (head := VERSION.fullmatch(line.text)) is not None:
            limits = f"its limits: SpO2 {head[4]}-{head[5]} %, pulse {head[6]}-{head[7]}/min"
            return Heard(
                line.offset, messages=(limits,), model=f"Nellcor {head[1]} {head[2]}", serial=head[3]
            )
        if PATIENT.fullmatch(line.text) or COLUMNS.fullmatch(line.text):
            return Heard(line.offset, speaks=False)
        return None

    def _data(self, line: TextLine, found: re.Match[str], at: Instant) -> Heard | None:
        device_time_s = _device_time_s(found)
        if device_time_s is None:
            return None
        codes = found[10].split()
        quality = Quality.QUESTIONABLE if POOR_SIGNAL.keys() & set(codes) else Quality.VALID
        unusable = bool(NO_SIGNAL.keys() & set(codes))
        readings = []
        for vital, text in ((Vital.SPO2, found[7]), (Vital.PR, found[8])):
            value = None if unusable or text.startswith("-") else float(text.rstrip("*"))
            # No pulse is printed as 0 as well as dashes.
            known = value is not None and value > 0
            readings.append(
                credible(
                    VitalReading(
                        vital,
                        value if known else None,
                        quality if known else Quality.UNAVAILABLE,
                        self._source,
                        at,
                        at,
                        float(device_time_s),
                    )
                )
            )
        return Heard(
            line.offset,
            readings=self._confirming.sift(readings),
            messages=tuple(WORDS.get(code, f"code {code}") for code in codes if code != SIMULATED_CODE),
            device_time_s=device_time_s,
            simulated=SIMULATED_CODE in codes,
        )


def _device_time_s(found: re.Match[str]) -> int | None:
    if found[2] not in MONTHS:
        return None
    day, year, hour, minute, second = (int(found[place]) for place in (1, 3, 4, 5, 6))
    try:
        stamp = datetime(2000 + year, MONTHS.index(found[2]) + 1, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return int(stamp.timestamp())


class Nellcor:
    """One Nellcor oximeter on one link; it talks by itself and is never written to."""

    provides = frozenset({Vital.SPO2, Vital.PR})
    quiet_limit_s = 5.0

    def __init__(self, source: str = "nellcor", baud: int = 9600, *, simulated: bool = False) -> None:
        """``source`` is the binding's name; ``simulated`` when the room's devices are virtual."""
        self.line = LineSettings(baud)
        self._simulated = simulated
        self._ear = Ear(lambda: NellcorStream(source), ABOUT.title, self.line, SILENCE_S, NOTHING)

    def identify(self, link: Link) -> Identity:
        """Wait for the first whole line; the header with the model comes every 25 lines only.

        Raises:
            LinkLost: no port. WrongDevice: something else talks. TimeoutError: nothing does.
        """
        first = self._ear.first(link)
        simulated = self._simulated or first.simulated
        return Identity("nellcor", "Nellcor (ASCII)", simulated=simulated)

    def turn(self, link: Link) -> MonitorBatch:
        """Read what has arrived and decode it.

        Raises:
            LinkLost: the port vanished.
        """
        return self._ear.turn(link)


def driver(options: DriverOptions) -> Nellcor:
    """A driver for the catalogue."""
    return Nellcor(options.name, options.baud or ABOUT.line.baud, simulated=options.simulated)


def decode(data: bytes) -> DecodeReport:
    """What recorded bytes hold."""
    return report_on(NellcorStream("file", from_start=True), data, "Nellcor (ASCII)")
