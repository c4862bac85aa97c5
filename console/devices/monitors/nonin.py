"""Driver of Nonin oximeters: printed lines, or data format 2 or 7 with the pleth at 75 Hz.

Sources: Nonin Avant 4000/4100/9600 and 8500 operator's manuals (``SPO2=097 HR=080`` lines) and the OEM III
data formats (:mod:`console.devices.monitors.nonin_frames`). What arrives tells which one it is. Most of
them talk at 9600 baud with one stop bit, the Avant 9600 with two.
"""

from __future__ import annotations

import re

import numpy as np

from console.clinical.vitals import Quality, Vital, VitalReading, Wave, WaveBlock, credible
from console.clock import Instant
from console.devices.about import Control, DeviceAbout, DriverOptions, Role
from console.devices.decoding import DecodeReport, RefusedFrame
from console.devices.monitors.line_framer import LineFramer, TextLine
from console.devices.monitors.nonin_frames import (
    ARTEFACT,
    DISCONNECTED,
    FRAME_RATE_HZ,
    OUT_OF_TRACK,
    SENSOR_ALARM,
    Format,
    NoninFrames,
    NoninPacket,
)
from console.devices.monitors.talking_stream import Confirming, Ear, Heard, report_on
from console.devices.ports import LineSettings, Link, MonitorBatch
from console.session.pump import Identity

ABOUT = DeviceAbout(
    name="nonin",
    role=Role.MONITOR,
    title="Nonin OEM III, Xpod, WristOx (formats 2 and 7), Avant, 8500, 2500, 9847 (lines)",
    line=LineSettings(9600),
    reads="SpO2, pulse rate; the pleth wave in formats 2 and 7",
    control=Control.NONE,
    source="Nonin Avant and 8500 operator's manuals; OEM III data formats 2 and 7",
    tested="literal lines and packets, its virtual twin over pty; never with an oximeter",
    talks=True,
    find_within_s=5.5,
)

SIMULATED_REVISION = 0x7F
"""Firmware revision of our virtual oximeter; the formats count revisions from 1."""

SILENCE_S = 5.0
NOTHING = (
    "Nothing arrives from the oximeter. Check that it is on, that a finger is in the probe (some are silent "
    "without), and that its cable is the serial one."
)
LINE = re.compile(r"SPO2=(\d{3}|---)( F)?[ *]+HR=(\d{3}|---)(?: F)? *(\*)? *")
FULL_SCALE = {Format.TWO: 255, Format.SEVEN: 65535}


class NoninStream:
    """Whatever of the three a Nonin sends, turned into readings and pleth."""

    def __init__(self, source: str, *, from_start: bool = False) -> None:
        self._source = source
        self._lines = LineFramer(from_start=from_start)
        self._frames = {form: NoninFrames(form) for form in Format}
        self._spoken: Format | None = None
        self._confirming = Confirming()
        self._bad_lines = 0
        self.good_frames = 0
        self.refused: list[RefusedFrame] = []

    @property
    def bad_frames(self) -> int:
        """Lines and frames refused; only of what this device was found to speak."""
        if self._spoken is not None:
            return self._frames[self._spoken].bad_frames
        return self._bad_lines

    def feed(self, data: bytes, at: Instant) -> list[Heard]:
        """Add bytes that arrived ``at``."""
        heard: list[Heard] = []
        for form, frames in self._frames.items():
            if self._spoken in {None, form}:
                packets = frames.feed(data)
                heard += [self._packet(packet, form, at) for packet in packets]
                if packets:
                    self._spoken = form
        if self._spoken is None:
            heard += self._read_lines(data, at)
        self.good_frames += len(heard)
        return heard

    def _read_lines(self, data: bytes, at: Instant) -> list[Heard]:
        heard = []
        for line in self._lines.feed(data):
            found = LINE.fullmatch(line.text) if isinstance(line, TextLine) else None
            if found is None:
                self._bad_lines += 1
                reason = "no line of a Nonin" if isinstance(line, TextLine) else line.reason
                self.refused.append(RefusedFrame(line.offset, reason))
                del self.refused[:-100]
                continue
            readings = [
                self._reading(vital, None if text.startswith("-") else float(text), Quality.VALID, at)
                for vital, text in ((Vital.SPO2, found[1]), (Vital.PR, found[3]))
            ]
            said = ("event button",) if found[4] else ()
            heard.append(
                Heard(line.offset, self._confirming.sift(readings), messages=said, model="Nonin (lines)")
            )
        return heard

    def _packet(self, packet: NoninPacket, form: Format, at: Instant) -> Heard:
        lost = bool(packet.status & (DISCONNECTED | SENSOR_ALARM))
        doubtful = bool(packet.status & (ARTEFACT | OUT_OF_TRACK)) or packet.worst_perfusion_red
        quality = Quality.QUESTIONABLE if doubtful else Quality.VALID
        figures = ((Vital.SPO2, packet.saturation), (Vital.PR, packet.heart_rate))
        readings = tuple(
            self._reading(vital, None if lost or figure is None else float(figure), quality, at)
            for vital, figure in figures
        )
        told = {
            DISCONNECTED: "sensor disconnected",
            SENSOR_ALARM: "sensor alarm",
            OUT_OF_TRACK: "out of track",
            ARTEFACT: "artefact",
        }
        texts = [text for bit, text in told.items() if packet.status & bit]
        texts += ["battery low"] if packet.low_battery else []
        return Heard(
            packet.offset,
            readings=readings,
            waves=(self._wave(packet, form, at, usable=not lost),),
            messages=tuple(texts),
            model=f"Nonin ({form.value})",
            serial=f"revision {packet.revision}",
            simulated=packet.revision == SIMULATED_REVISION,
        )

    def _wave(self, packet: NoninPacket, form: Format, at: Instant, *, usable: bool) -> WaveBlock:
        raw = np.array(packet.pleth, dtype=np.int64) * 32767 // FULL_SCALE[form]
        return WaveBlock(
            Wave.PLETH,
            self._source,
            at,
            FRAME_RATE_HZ,
            raw.astype("<i2").tobytes(),
            100 / 32767,
            0.0,
            "%",
            gap=packet.gap,
            usable=usable,
        )

    def _reading(self, vital: Vital, value: float | None, quality: Quality, at: Instant) -> VitalReading:
        known = value is not None and value > 0
        return credible(
            VitalReading(
                vital,
                value if known else None,
                quality if known else Quality.UNAVAILABLE,
                self._source,
                at,
                at,
            )
        )


class Nonin:
    """One Nonin oximeter on one link; it talks by itself and is never written to."""

    provides = frozenset({Vital.SPO2, Vital.PR})
    quiet_limit_s = 3.0

    def __init__(self, source: str = "nonin", baud: int = 9600, *, simulated: bool = False) -> None:
        """``source`` is the binding's name; ``simulated`` when the room's devices are virtual."""
        self.line = LineSettings(baud)
        self._simulated = simulated
        self._ear = Ear(lambda: NoninStream(source), ABOUT.title, self.line, SILENCE_S, NOTHING)

    def identify(self, link: Link) -> Identity:
        """Wait for the first whole line or packet.

        Raises:
            LinkLost: no port. WrongDevice: something else talks. TimeoutError: nothing does.
        """
        first = self._ear.first(link)
        simulated = self._simulated or first.simulated
        return Identity("nonin", first.model, firmware=first.serial, simulated=simulated)

    def turn(self, link: Link) -> MonitorBatch:
        """Read what has arrived and decode it.

        Raises:
            LinkLost: the port vanished.
        """
        return self._ear.turn(link)


def driver(options: DriverOptions) -> Nonin:
    """A driver for the catalogue."""
    return Nonin(options.name, options.baud or ABOUT.line.baud, simulated=options.simulated)


def decode(data: bytes) -> DecodeReport:
    """What recorded bytes hold."""
    return report_on(NoninStream("file", from_start=True), data, "Nonin")
