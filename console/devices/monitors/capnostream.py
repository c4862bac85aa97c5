"""Driver of the Oridion / Medtronic Capnostream 20 and 20p: capnogram, EtCO2, RR, SpO2, pulse.

Facts from two public implementations that agree (mdpnp, BSD-2; fus_anes); the maker's "Data Transfer
Protocols" was not readable. The device sends by itself once it was enabled and started, and wants a word
every five seconds. 8N1 without handshake; the speed is set on the device.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from console.clinical.vitals import NO_SAMPLE, Quality, Vital, VitalReading, Wave, WaveBlock, credible
from console.clock import Instant
from console.devices.about import Control, DeviceAbout, DriverOptions, Role
from console.devices.decoding import DecodeReport, RefusedFrame
from console.devices.monitors.capnostream_frames import CapnoFrame, CapnoFrames, encode
from console.devices.monitors.talking_stream import Heard, as_batch, report_on
from console.devices.ports import LineSettings, Link, MonitorBatch, WrongDevice
from console.session.pump import Identity

ABOUT = DeviceAbout(
    name="capnostream",
    role=Role.MONITOR,
    title="Oridion / Medtronic Capnostream 20, 20p",
    line=LineSettings(9600),
    reads="EtCO2, FiCO2, RR, SpO2, PR, alarm flags; the CO2 wave at 20 Hz",
    control=Control.NONE,
    source="two public implementations that agree; the maker's document was not readable",
    tested="frames worked out by hand, its virtual twin over pty; never with a monitor",
    find_within_s=4.0,
    speeds=(19200, 38400, 57600, 115200),
)

SIMULATED_DEVICE = "VSIM"
"""Device identifiers begin with V and a version number; our virtual one begins with this."""

ENABLE, DISABLE, START, STOP, ALIVE = 1, 2, 4, 5, 6
WAVE, NUMERICS, DEVICE_ID = 0, 1, 4
ALIVE_EVERY_S = 5.0
ASK_AGAIN_S = 2.0
IDENTIFY_S = 8.0
SETTLE_S = 0.1
READ_TIMEOUT_S = 0.1
WAVE_RATE_HZ = 20.0
NUMERIC_BYTES = 27
NONE = 0xFF

FAST_UNUSABLE = 0x01 | 0x02 | 0x04 | 0x20 | 0x40 | 0x80
FAST_TEXTS = {
    0x02: "CO2 initialising",
    0x04: "sampling line blocked",
    0x20: "purging",
    0x40: "sampling line off",
    0x80: "CO2 malfunction",
}
CO2_ALARMS = {
    0x01: "no breath",
    0x02: "EtCO2 high",
    0x04: "EtCO2 low",
    0x08: "RR high",
    0x10: "RR low",
    0x20: "FiCO2 high",
}
SPO2_ALARMS = {
    0x01: "no pulse",
    0x02: "SpO2 high",
    0x04: "SpO2 low",
    0x08: "pulse high",
    0x10: "pulse low",
    0x20: "sensor off",
    0x40: "sensor disconnected",
}
SPO2_LOST = 0x01 | 0x20 | 0x40
EXTENDED = {0x01: "calibration due", 0x02: "check flow", 0x04: "pump off", 0x80: "on battery"}
MMHG_PER_UNIT = {1: 1.0, 2: 7.50062 / 10, 3: 7.60 / 10}
"""CO2 unit byte: 1 mmHg, 2 kPa in tenths, 3 vol % in tenths (at 760 mmHg)."""

NOTHING = (
    "Nothing arrives from the monitor. Check that it is on, that its serial speed is the one set here (9600 "
    "to 115200, in its menu), and that the cable is a null-modem cable."
)


class CapnoStream:
    """Frames of a Capnostream turned into readings and waves."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._frames = CapnoFrames()
        self._next_number: int | None = None
        self._co2_lost = False
        self._last_rr: float | None = None
        self.good_frames = 0

    @property
    def refused(self) -> list[RefusedFrame]:
        """The latest refused stretches."""
        return self._frames.refused

    @property
    def bad_frames(self) -> int:
        """Frames refused so far."""
        return self._frames.bad

    @property
    def held_bytes(self) -> int:
        """Bytes of the unfinished frame."""
        return self._frames.held_bytes

    def feed(self, data: bytes, at: Instant) -> list[Heard]:
        """Add bytes that arrived ``at``."""
        heard = []
        for frame in self._frames.feed(data):
            said = self._understand(frame, at)
            self.good_frames += 1
            heard.append(said)
        return heard

    def _understand(self, frame: CapnoFrame, at: Instant) -> Heard:
        if frame.code == WAVE and len(frame.payload) == 4:
            return self._wave(frame, at)
        if frame.code == NUMERICS and len(frame.payload) >= NUMERIC_BYTES:
            return self._numerics(frame, at)
        if frame.code == DEVICE_ID:
            text = frame.payload.decode("ascii", "replace").strip()
            return Heard(
                frame.offset,
                model="Capnostream 20",
                serial=text,
                simulated=text.startswith(SIMULATED_DEVICE),
            )
        return Heard(frame.offset, messages=(f"code {frame.code}: {frame.payload.hex(' ')}",), speaks=False)

    def _wave(self, frame: CapnoFrame, at: Instant) -> Heard:
        number, whole, fraction, status = frame.payload
        gap = self._next_number is not None and number != self._next_number
        self._next_number = (number + 1) & 0xFF
        self._co2_lost = bool(status & FAST_UNUSABLE)
        sample = NO_SAMPLE if self._co2_lost else round((whole + fraction / 256) * 100)
        block = WaveBlock(
            Wave.CO2,
            self._source,
            at,
            WAVE_RATE_HZ,
            struct.pack("<h", sample),
            0.01,
            0.0,
            "mm[Hg]",
            gap=gap,
            usable=not self._co2_lost,
        )
        texts = tuple(text for bit, text in FAST_TEXTS.items() if status & bit)
        return Heard(frame.offset, waves=(block,), messages=texts, speaks=False)

    def _numerics(self, frame: CapnoFrame, at: Instant) -> Heard:
        payload = frame.payload
        etco2, fico2, rr, spo2, pr = payload[4:9]
        co2_alarms, spo2_alarms = payload[13], payload[14]
        scale, extended = MMHG_PER_UNIT.get(payload[25]), payload[26]
        spo2_lost = bool(spo2_alarms & SPO2_LOST)
        # Some firmware repeats the breathing rate in the place of the saturation.
        doubtful = spo2 == rr != NONE
        device_s = float(int.from_bytes(payload[:4], "big"))
        readings = (
            self._reading(Vital.ETCO2, None if scale is None else _known(etco2, scale), at, device_s),
            self._reading(Vital.FICO2, None if scale is None else _known(fico2, scale), at, device_s),
            self._reading(Vital.RR, None if self._co2_lost else _known(rr), at, device_s),
            self._reading(Vital.SPO2, None if spo2_lost else _known(spo2), at, device_s, doubtful=doubtful),
            self._reading(Vital.PR, None if spo2_lost else _known(pr), at, device_s),
        )
        texts = [text for bit, text in CO2_ALARMS.items() if co2_alarms & bit]
        texts += [text for bit, text in SPO2_ALARMS.items() if spo2_alarms & bit]
        texts += [text for bit, text in EXTENDED.items() if extended & bit]
        return Heard(frame.offset, readings=readings, messages=tuple(texts), device_time_s=int(device_s))

    def _reading(
        self, vital: Vital, value: float | None, at: Instant, device_s: float, *, doubtful: bool = False
    ) -> VitalReading:
        quality = Quality.QUESTIONABLE if doubtful else Quality.VALID
        if value is None:
            quality = Quality.UNAVAILABLE
        return credible(VitalReading(vital, value, quality, self._source, at, at, device_s))


def _known(byte: int, scale: float = 1.0) -> float | None:
    return None if byte == NONE else byte * scale


class Capnostream:
    """One Capnostream on one link."""

    provides = frozenset({Vital.ETCO2, Vital.FICO2, Vital.RR, Vital.SPO2, Vital.PR})
    quiet_limit_s = 3.0

    def __init__(self, source: str = "capnostream", baud: int = 9600, *, simulated: bool = False) -> None:
        """``source`` is the binding's name; ``simulated`` when the room's devices are virtual."""
        self.line = LineSettings(baud)
        self._source = source
        self._simulated = simulated
        self._stream = CapnoStream(source)
        self._early: list[Heard] = []
        self._alive_due: Instant | None = None

    def identify(self, link: Link) -> Identity:
        """Enable the data port, wait for the device's name, start the data.

        Raises:
            LinkLost: no port. WrongDevice: something else answers. TimeoutError: nothing answers.
        """
        link.discard_input()
        self._stream = CapnoStream(self._source)
        self._early = []
        link.write(encode(STOP) + encode(DISABLE))
        self._listen(link, SETTLE_S)
        begun, asked, arrived = link.now(), None, 0
        while link.now().seconds_since(begun) < IDENTIFY_S:
            if asked is None or link.now().seconds_since(asked) >= ASK_AGAIN_S:
                link.write(encode(ENABLE))
                asked = link.now()
            data = link.read(READ_TIMEOUT_S)
            arrived += len(data)
            heard = self._stream.feed(data, link.now())
            named = next((one for one in heard if one.model), None)
            if named is not None:
                link.write(encode(START))
                self._alive_due = link.now().plus(ALIVE_EVERY_S)
                self._early = heard
                simulated = self._simulated or named.simulated
                return Identity("capnostream", named.model, firmware=named.serial, simulated=simulated)
        if arrived:
            raise WrongDevice(
                f"{arrived} bytes arrive but no name of a Capnostream: wrong speed (it is set in the "
                f"monitor's menu, here {self.line.baud} baud), or another device."
            )
        raise TimeoutError(NOTHING)

    def turn(self, link: Link) -> MonitorBatch:
        """Read what has arrived, and say every five seconds that we are there.

        Raises:
            LinkLost: the port vanished.
        """
        bad_before = self._stream.bad_frames
        data = link.read(READ_TIMEOUT_S)
        now = link.now()
        heard = self._early + self._stream.feed(data, now)
        self._early = []
        if self._alive_due is not None and now.mono_ns >= self._alive_due.mono_ns:
            self._alive_due = now.plus(ALIVE_EVERY_S)
            link.write(encode(ALIVE))
        return _joined(as_batch(heard, self._stream.bad_frames - bad_before))

    def _listen(self, link: Link, seconds: float) -> None:
        begun = link.now()
        while link.now().seconds_since(begun) < seconds:
            link.read(READ_TIMEOUT_S)


def _joined(batch: MonitorBatch) -> MonitorBatch:
    """Twenty one-sample blocks a second as one block a turn."""
    blocks: Sequence[WaveBlock] = batch.waves
    if len(blocks) < 2:
        return batch
    first, last = blocks[0], blocks[-1]
    whole = WaveBlock(
        last.wave,
        last.source,
        last.at,
        last.rate_hz,
        b"".join(block.samples for block in blocks),
        last.gain,
        last.offset,
        last.unit,
        gap=first.gap or any(block.gap for block in blocks),
        usable=all(block.usable for block in blocks),
    )
    return MonitorBatch(
        batch.readings, (whole,), batch.nibp, batch.messages, batch.good_frames, batch.bad_frames
    )


def driver(options: DriverOptions) -> Capnostream:
    """A driver for the catalogue."""
    return Capnostream(options.name, options.baud or ABOUT.line.baud, simulated=options.simulated)


def decode(data: bytes) -> DecodeReport:
    """What recorded bytes hold."""
    return report_on(CapnoStream("file"), data, "Capnostream 20")
