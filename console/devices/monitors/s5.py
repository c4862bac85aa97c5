"""Driver of the GE / Datex-Ohmeda S/5 family over its computer interface.

Covers AS/3, CS/3, S/5, Cardiocap 5, B20-B125 and CARESCAPE B450-B850. Source: GE "S/5 Computer
Interface Specification" M1017617, 12th edition: 19200 baud, 8 data bits, even parity, RTS/CTS;
CARESCAPE software from version 3 offers 115200 baud as well.

The monitor sends by itself once it was asked; the driver asks, listens, and asks again when one of
the streams falls silent (a monitor that was switched off forgets, and waves stop when CTS was held
off for 2 s).
"""

from __future__ import annotations

from collections.abc import Sequence

from console.clinical.vitals import Vital, Wave
from console.clock import Instant
from console.devices.about import Control, DeviceAbout, DriverOptions, Role
from console.devices.decoding import DecodeReport
from console.devices.monitors.dri_physiology import DataClass
from console.devices.monitors.dri_records import MainType
from console.devices.monitors.dri_requests import (
    SHORTEST_SPECIFIED_INTERVAL_S,
    AlarmCommand,
    alarm_request,
    physiology_request,
    physiology_stop,
    wave_request,
    wave_stop,
)
from console.devices.monitors.dri_stream import Decoded, DriStream
from console.devices.monitors.dri_waves import WAVE_KINDS
from console.devices.monitors.s5_decode import decode_s5
from console.devices.ports import LineSettings, Link, MonitorBatch, WrongDevice
from console.session.pump import Identity

ABOUT = DeviceAbout(
    name="s5",
    role=Role.MONITOR,
    title="GE / Datex-Ohmeda S/5, B20-B850, CARESCAPE (computer interface, DRI)",
    line=LineSettings(19200, parity="E", rtscts=True),
    reads="HR, SpO2, PR, NIBP, RR, EtCO2, temperature, alarm texts; ECG, pleth, CO2 and respiration waves",
    control=Control.NONE,
    source='GE "S/5 Computer Interface Specification" M1017617, 12th edition',
    tested="two recordings of real monitors, its virtual twin over pty; never with a monitor",
    find_within_s=8.0,
)

SIMULATED_PLUG_ID = 0xFE51
"""Plug identifier kept for this product's virtual monitor; every screen is watermarked then."""

WAVE_TYPES = {Wave.ECG: 1, Wave.PLETH: 8, Wave.CO2: 9, Wave.RESP: 15}
ALARM_LEVEL = 10
"""Interface level from which alarm texts are sent on request."""

READ_TIMEOUT_S = 0.1
ASK_AGAIN_S = 2.0
FALL_BACK_AFTER_S = 4.0
MISMATCH_AFTER_S = 4.5
"""Bytes that make no frame for so long are named as a wrong line setting or another device."""

MISMATCH_BYTES = 16
IDENTIFY_LIMIT_S = 12.0
WAVES_SILENT_S = 3.0
SPOILER = b"\x7d\x7d"
"""An escape that stands for nothing: no good frame holds it. The checksum, an 8-bit sum, misses two
equal bits flipped in opposite ways; parity sees each of them."""

LINE_SHARE = 0.95
"""Part of the line that may be filled by what is asked for; escapes and alarm texts need the rest."""

BITS_PER_BYTE = 11
FRAME_OVERHEAD_BYTES = 43

NOTHING = (
    "Nothing arrives from the monitor. Check that it is on, that its serial output is set to the "
    "computer interface (S/5 channel: serial), and that the cable is a null-modem cable with RTS and CTS."
)
LOOPED = (
    "Our own requests come back: a loop-back plug is on the port, or transmit and receive are joined "
    "in the cable."
)


def line_load_bytes_s(interval_s: int, classes: Sequence[DataClass], waves: Sequence[Wave]) -> float:
    """Bytes per second the monitor has to send for what is asked, escapes not counted.

    Waves come in one record per second.
    """
    values = (FRAME_OVERHEAD_BYTES + 278 * (1 + len(classes))) / interval_s
    samples = sum(WAVE_KINDS[WAVE_TYPES[wave]].rate_hz for wave in waves)
    return values + (FRAME_OVERHEAD_BYTES + 6 * len(waves) + 2 * samples if waves else 0)


class S5Monitor:
    """One S/5 monitor on one link.

    Attributes:
        line: How its serial line is set.
        quiet_limit_s: Silence after which the monitor counts as not answering.
        provides: The vital signs it can tell.
        interval_s: Seconds between its values; raised to 5 when it does not grant less.
        stream: What was read so far, with its counters.
    """

    provides = frozenset(Vital)

    def __init__(
        self,
        source: str = "s5",
        *,
        interval_s: int = 1,
        waves: Sequence[Wave] = (Wave.ECG, Wave.PLETH, Wave.CO2, Wave.RESP),
        classes: Sequence[DataClass] = (),
        baud: int = 19200,
    ) -> None:
        """Choose what to ask for.

        Args:
            source: Name of the binding, written on every reading.
            interval_s: Seconds between values. The specification promises 5 s and more; monitors
                seen grant 1 s, and where one does not the driver falls back to 5 s.
            waves: Waveforms wanted; empty for none.
            classes: Extended data classes wanted beside the basic one, kept as raw counts.
            baud: 19200, or 115200 on CARESCAPE software from version 3.

        Raises:
            ValueError: the line is too slow for what is asked, or the interval is below 1 s.
        """
        if interval_s < 1:
            raise ValueError(f"the interval is 1 s or more, not {interval_s} s")
        load, capacity = line_load_bytes_s(interval_s, classes, waves), baud / BITS_PER_BYTE
        if load > LINE_SHARE * capacity:
            raise ValueError(
                f"{load:.0f} bytes/s do not fit a line of {capacity:.0f} bytes/s: "
                "ask for fewer waves, fewer classes or a longer interval"
            )
        self.line = LineSettings(baud, parity="E", rtscts=True, spoiler=SPOILER)
        self.stream = DriStream(source)
        self._wanted_interval_s = interval_s
        self._wanted_waves = tuple(WAVE_TYPES[wave] for wave in waves)
        self._classes = tuple(classes)
        self._early: list[Decoded] = []
        self._values_due: Instant | None = None
        self._waves_due: Instant | None = None
        self._waves_end: Instant | None = None
        self._unanswered = 0
        self._alarms_asked = False
        self._set_interval(interval_s)

    def _set_interval(self, interval_s: int) -> None:
        self.interval_s = interval_s
        self.quiet_limit_s = max(3.0, 2.0 * interval_s + 1.0)

    def identify(self, link: Link) -> Identity:
        """Ask for values and waves and wait for the first good record of a monitor.

        Raises:
            LinkLost: no port. WrongDevice: something else answers, or the line is set wrongly.
            TimeoutError: nothing answers.
        """
        link.discard_input()
        self.stream.reconnected()
        self._early.clear()
        self._alarms_asked = False
        self._unanswered = 0
        self._waves_end = None
        self._set_interval(self._wanted_interval_s)
        echoes_before, arrived = self.stream.echoes, 0
        start = asked = link.now()
        link.write(physiology_stop() + wave_stop())
        self._ask(link)
        while (passed := link.now().seconds_since(start)) < IDENTIFY_LIMIT_S:
            data = link.read(READ_TIMEOUT_S)
            arrived += len(data)
            decoded = self.stream.feed(data, link.now())
            if decoded:
                self._early = decoded
                return _identity(decoded[0])
            if passed >= MISMATCH_AFTER_S and arrived >= MISMATCH_BYTES:
                break
            if passed >= FALL_BACK_AFTER_S and self.interval_s < SHORTEST_SPECIFIED_INTERVAL_S:
                self._set_interval(SHORTEST_SPECIFIED_INTERVAL_S)
                self._ask_values(link)
            if link.now().seconds_since(asked) >= ASK_AGAIN_S:
                asked = link.now()
                self._ask_waves(link)
                if self.interval_s < SHORTEST_SPECIFIED_INTERVAL_S:
                    self._ask_values(link)
        if self.stream.echoes > echoes_before:
            raise WrongDevice(LOOPED)
        if arrived >= MISMATCH_BYTES:
            raise WrongDevice(
                f"{arrived} bytes arrive but none make a frame: wrong baud rate or parity, or another "
                f"device. An S/5 monitor speaks {self.line.baud} baud, 8 data bits, even parity."
            )
        raise TimeoutError(NOTHING)

    def turn(self, link: Link) -> MonitorBatch:
        """Read what has arrived, decode it, and ask again for a stream that fell silent.

        Raises:
            LinkLost: the port vanished.
        """
        bad_before = self.stream.bad_frames
        data = link.read(READ_TIMEOUT_S)
        now = link.now()
        decoded = self._early + self.stream.feed(data, now)
        self._early = []
        self._watch(link, decoded, now)
        return _batch(decoded, self.stream.bad_frames - bad_before)

    def _watch(self, link: Link, decoded: list[Decoded], now: Instant) -> None:
        """Note which streams are alive and renew the requests of the others."""
        if any(one.readings for one in decoded):
            self._values_due = now.plus(self.quiet_limit_s)
            self._unanswered = 0
        if any(one.record.main_type is MainType.WAVE for one in decoded):
            self._waves_due = self._waves_end = now.plus(WAVES_SILENT_S)
        if not self._alarms_asked and any(one.record.level >= ALARM_LEVEL for one in decoded):
            self._alarms_asked = True
            link.write(alarm_request(AlarmCommand.STATUS_NOW) + alarm_request(AlarmCommand.START_CHANGES))
        if _passed(self._values_due, now):
            waves_flow = self._waves_end is not None and not _passed(self._waves_end, now)
            self._unanswered += waves_flow
            if self._unanswered > 1 and self.interval_s < SHORTEST_SPECIFIED_INTERVAL_S:
                self._set_interval(SHORTEST_SPECIFIED_INTERVAL_S)
            self._alarms_asked = self._alarms_asked and waves_flow
            self._ask_values(link)
        if _passed(self._waves_due, now):
            self._ask_waves(link)

    def _ask(self, link: Link) -> None:
        self._ask_values(link)
        self._ask_waves(link)

    def _ask_values(self, link: Link) -> None:
        link.write(physiology_request(self.interval_s, self._classes))
        self._values_due = link.now().plus(self.quiet_limit_s)

    def _ask_waves(self, link: Link) -> None:
        if self._wanted_waves:
            link.write(wave_request(self._wanted_waves))
            self._waves_due = link.now().plus(WAVES_SILENT_S)


def _passed(due: Instant | None, now: Instant) -> bool:
    return due is not None and now.mono_ns >= due.mono_ns


def _identity(first: Decoded) -> Identity:
    record = first.record
    return Identity(
        kind="s5",
        model=f"S/5 (DRI level {record.level})",
        serial=f"plug {record.plug_id}",
        simulated=record.plug_id == SIMULATED_PLUG_ID,
    )


def _batch(decoded: list[Decoded], bad_frames: int) -> MonitorBatch:
    """What a turn's frames said together; of the cuff and the texts the latest word counts."""
    states = [one.nibp for one in decoded if one.nibp is not None]
    texts = [one.messages for one in decoded if one.messages]
    return MonitorBatch(
        readings=tuple(reading for one in decoded for reading in one.readings),
        waves=tuple(block for one in decoded for block in one.waves),
        nibp=states[-1] if states else None,
        messages=texts[-1] if texts else (),
        good_frames=len(decoded),
        bad_frames=bad_frames,
    )


def driver(options: DriverOptions) -> S5Monitor:
    """A driver for the catalogue."""
    return S5Monitor(options.name, baud=options.baud or ABOUT.line.baud)


def decode(data: bytes) -> DecodeReport:
    """What recorded bytes hold."""
    return decode_s5(data)
