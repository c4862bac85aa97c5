"""Driver of Masimo pulse oximeters that print ASCII 1 lines: Rad-5, Rad-8, Rad-57, Rad-87, Radical-7.

Source: Masimo Rad-8 operator's manual, section 7 (serial interface); the key order differs between
models, so a line is read by its keys and never by columns. One line a second, no checksum: a figure that
jumps has to be said twice before it is shown.
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
    name="masimo",
    role=Role.MONITOR,
    title="Masimo Rad-5/8/57/87, Radical-7 (ASCII 1)",
    line=LineSettings(9600),
    reads="SpO2, pulse rate, perfusion index, alarm and exception flags",
    control=Control.NONE,
    source="Masimo Rad-8 operator's manual, section 7",
    tested="printed example lines, its virtual twin over pty; never with an oximeter",
    talks=True,
    find_within_s=6.5,
)

SIMULATED_SERIAL = "SIM"
"""Serial numbers of oximeters are digits; our virtual one says this before its own."""

SILENCE_S = 6.0
NOTHING = (
    "Nothing arrives from the oximeter. Check that it is on, that its serial output is set to ASCII 1, and "
    "that the cable is the maker's serial cable."
)

STAMP = re.compile(r"(\d\d)/(\d\d)/(\d\d) (\d\d):(\d\d):(\d\d)((?: [A-Z0-9]+=\S+)+) *")
NUMBER = re.compile(r"-+(?:\.-+)?%?|\+?-*(\d{1,3}(?:\.\d{1,2})?)%?")
HEX = re.compile(r"[0-9A-Fa-f]{4,7}")
NEEDED = frozenset({"SPO2", "BPM", "EXC"})

UNAVAILABLE_BITS = {
    0x000001: "no sensor",
    0x000002: "sensor defective",
    0x000008: "pulse search",
    0x000020: "sensor off",
    0x000080: "sensor not recognised",
}
DOUBTFUL_BITS = {
    0x000004: "low perfusion",
    0x000010: "interference",
    0x000040: "ambient light",
    0x000400: "low signal quality",
}
SET_BIT = 0x000800
ALARM_BITS = {0x01: "SpO2 high", 0x02: "SpO2 low", 0x04: "pulse high", 0x08: "pulse low"}
KNOWN_KEYS = frozenset(
    {"SN", "SPO2", "BPM", "PI", "ALARM", "EXC", "EXC1", "DESAT", "PIDELTA", "PVI"}
    | {"SPCO", "SPMET", "SPHB", "SPOC", "RESVD"}
)


class MasimoStream:
    """Lines of ASCII 1 turned into readings."""

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
                reason = "no line of ASCII 1" if isinstance(line, TextLine) else line.reason
                self.refused.append(RefusedFrame(line.offset, reason))
                del self.refused[:-100]
            else:
                self.good_frames += 1
                heard.append(said)
        return heard

    def _understand(self, line: TextLine, at: Instant) -> Heard | None:
        found = STAMP.fullmatch(line.text)
        if found is None:
            return None
        pairs = [pair.partition("=") for pair in found[7].split()]
        keys = {key: value for key, _, value in pairs}
        device_time_s = _device_time_s(found)
        if len(keys) != len(pairs) or not keys.keys() >= NEEDED or device_time_s is None:
            return None
        if not HEX.fullmatch(keys["EXC"]) or not HEX.fullmatch(keys.get("ALARM", "0000")):
            return None
        figures = _figures(keys)
        if figures is None:
            return None
        exceptions, alarms = int(keys["EXC"], 16), int(keys.get("ALARM", "0"), 16)
        readings = [
            credible(self._reading(vital, value, exceptions, at, float(device_time_s)))
            for vital, value in figures.items()
        ]
        return Heard(
            line.offset,
            readings=self._confirming.sift(readings),
            messages=_messages(exceptions, alarms, keys),
            model="Masimo (ASCII 1)",
            serial=keys.get("SN", ""),
            device_time_s=device_time_s,
            simulated=keys.get("SN", "").startswith(SIMULATED_SERIAL),
        )

    def _reading(
        self, vital: Vital, value: float | None, exceptions: int, at: Instant, device_time_s: float
    ) -> VitalReading:
        quality = Quality.VALID
        if value is None or any(exceptions & bit for bit in UNAVAILABLE_BITS):
            value, quality = None, Quality.UNAVAILABLE
        elif any(exceptions & bit for bit in DOUBTFUL_BITS):
            quality = Quality.QUESTIONABLE
        return VitalReading(vital, value, quality, self._source, at, at, device_time_s)


KEY_OF = {Vital.SPO2: "SPO2", Vital.PR: "BPM", Vital.PERFUSION: "PI"}


def _figures(keys: dict[str, str]) -> dict[Vital, float | None] | None:
    """The figures of a line, None for dashes; nothing at all when one of them is no figure."""
    figures: dict[Vital, float | None] = {}
    for vital, key in KEY_OF.items():
        if key not in keys:
            continue
        found = NUMBER.fullmatch(keys[key])
        if found is None:
            return None
        figures[vital] = None if found[1] is None else float(found[1])
    return figures


def _device_time_s(found: re.Match[str]) -> int | None:
    month, day, year, hour, minute, second = (int(found[place]) for place in range(1, 7))
    try:
        return int(datetime(2000 + year, month, day, hour, minute, second, tzinfo=UTC).timestamp())
    except ValueError:
        return None


def _messages(exceptions: int, alarms: int, keys: dict[str, str]) -> tuple[str, ...]:
    said = [text for bit, text in (UNAVAILABLE_BITS | DOUBTFUL_BITS).items() if exceptions & bit]
    said += [text for bit, text in ALARM_BITS.items() if alarms & bit]
    unknown = exceptions & ~(sum(UNAVAILABLE_BITS) | sum(DOUBTFUL_BITS) | SET_BIT)
    if unknown:
        said.append(f"exception {unknown:06X}")
    said += [f"{key}={value}" for key, value in keys.items() if key not in KNOWN_KEYS]
    return tuple(said)


class Masimo:
    """One Masimo oximeter on one link; it talks by itself and is never written to."""

    provides = frozenset({Vital.SPO2, Vital.PR, Vital.PERFUSION})
    quiet_limit_s = 3.0

    def __init__(self, source: str = "masimo", baud: int = 9600, *, simulated: bool = False) -> None:
        """``source`` is the binding's name; ``simulated`` when the room's devices are virtual."""
        self.line = LineSettings(baud)
        self._simulated = simulated
        self._ear = Ear(lambda: MasimoStream(source), ABOUT.title, self.line, SILENCE_S, NOTHING)

    def identify(self, link: Link) -> Identity:
        """Wait for the first whole line.

        Raises:
            LinkLost: no port. WrongDevice: something else talks. TimeoutError: nothing does.
        """
        first = self._ear.first(link)
        simulated = self._simulated or first.simulated
        return Identity("masimo", first.model, serial=first.serial, simulated=simulated)

    def turn(self, link: Link) -> MonitorBatch:
        """Read what has arrived and decode it.

        Raises:
            LinkLost: the port vanished.
        """
        return self._ear.turn(link)


def driver(options: DriverOptions) -> Masimo:
    """A driver for the catalogue."""
    return Masimo(options.name, options.baud or ABOUT.line.baud, simulated=options.simulated)


def decode(data: bytes) -> DecodeReport:
    """What recorded bytes hold."""
    return report_on(MasimoStream("file", from_start=True), data, "Masimo (ASCII 1)")
