"""Driver of the Ivy 450C patient monitor on its ANSAR-B port: numerics, ECG, respiration and pleth.

Source: a licensed recording of a monitor (mdpnp, BSD-2) and its public reading; the maker's own document was
not available. One message a second at 9600 baud. The monitor gives a cuff pressure again and again without
its age, so one counts as measured when it first differs from what was there on connecting.
"""

from __future__ import annotations

import numpy as np

from console.clinical.vitals import Quality, Vital, VitalReading, Wave, WaveBlock, credible
from console.clock import Instant
from console.devices.about import Control, DeviceAbout, DriverOptions, Role
from console.devices.decoding import DecodeReport, RefusedFrame
from console.devices.monitors.ivy_frames import (
    ECG_RATE_HZ,
    ECG_SAMPLES,
    SLOW_RATE_HZ,
    SLOW_SAMPLES,
    IvyFrames,
    IvyMessage,
)
from console.devices.monitors.talking_stream import Confirming, Ear, Heard, report_on
from console.devices.ports import LineSettings, Link, MonitorBatch
from console.session.pump import Identity

ABOUT = DeviceAbout(
    name="ivy",
    role=Role.MONITOR,
    title="Ivy 450C (ANSAR-B)",
    line=LineSettings(9600),
    reads="HR, RR, EtCO2, SpO2, PR, NIBP, temperature; ECG, respiration and pleth waves",
    control=Control.NONE,
    source="a licensed recording and its public reading; the maker's document was not available",
    tested="the recording of a real monitor, its virtual twin over pty; never with a monitor",
    talks=True,
    find_within_s=5.5,
)

SIMULATED_LABEL = "SIM"
"""Label of the heart rate's lead on our virtual monitor; a monitor names an ECG lead there."""

SILENCE_S = 5.0
NOTHING = (
    "Nothing arrives from the monitor. Check that it is on, that its serial output is set to ANSAR-B, and "
    "that the cable is the one for that port."
)

ECG_ZERO, ECG_MV = 100, 0.02
PLETH_ZERO = 86
FIGURES = {"HR": Vital.HR, "RR": Vital.RR, "ETCO2": Vital.ETCO2, "SPO2": Vital.SPO2, "T1": Vital.TEMP}
PRESSURES = (Vital.NIBP_SYS, Vital.NIBP_DIA, Vital.NIBP_MEAN)
KEPT_RAW = ("P1", "P2", "T2")


class IvyStream:
    """Messages turned into readings and waves."""

    def __init__(self, source: str, *, from_start: bool = False) -> None:
        """``from_start``: a file, whose first cuff pressure counts as measured then."""
        self._source = source
        self._frames = IvyFrames()
        self._confirming = Confirming()
        self._cuff: tuple[str, ...] | None = ("",) if from_start else None
        self._measured_at: Instant | None = None
        self.good_frames = 0

    @property
    def refused(self) -> list[RefusedFrame]:
        """The latest refused stretches."""
        return self._frames.refused

    @property
    def bad_frames(self) -> int:
        """Messages refused so far."""
        return self._frames.bad

    @property
    def held_bytes(self) -> int:
        """Bytes waiting for the rest of their message."""
        return self._frames.held_bytes

    def feed(self, data: bytes, at: Instant) -> list[Heard]:
        """Add bytes that arrived ``at``."""
        heard = [self._understand(message, at) for message in self._frames.feed(data)]
        self.good_frames += len(heard)
        return heard

    def _understand(self, message: IvyMessage, at: Instant) -> Heard:
        fields = message.fields
        readings = [
            self._reading(vital, fields[name][1][0], at) for name, vital in FIGURES.items() if name in fields
        ]
        readings += self._pulse(fields, at)
        readings = list(self._confirming.sift(readings)) + self._pressures(fields, at)
        label = fields["HR"][1][1] if "HR" in fields and len(fields["HR"][1]) > 1 else ""
        texts = [f"{name} {';'.join(fields[name][1]).strip(';')}" for name in KEPT_RAW if _says(fields, name)]
        texts += [
            f"{name}={status};{';'.join(parts)}"
            for name, (status, parts) in fields.items()
            if name not in {*FIGURES, *KEPT_RAW, "NIBP"}
        ]
        return Heard(
            message.offset,
            readings=tuple(readings),
            waves=self._waves(message.samples, at),
            messages=tuple(texts),
            model="Ivy 450C",
            simulated=label.startswith(SIMULATED_LABEL),
        )

    def _pulse(self, fields: dict[str, tuple[int, tuple[str, ...]]], at: Instant) -> list[VitalReading]:
        """The pulse rate stands behind the saturation."""
        parts = fields["SPO2"][1] if "SPO2" in fields else ()
        rates = [part.removeprefix("PR=") for part in parts if part.startswith("PR=")]
        return [self._reading(Vital.PR, rate.strip(), at) for rate in rates]

    def _pressures(self, fields: dict[str, tuple[int, tuple[str, ...]]], at: Instant) -> list[VitalReading]:
        """A cuff pressure, from when it first differed from the one found on connecting."""
        if "NIBP" not in fields:
            return []
        cuff = fields["NIBP"][1][:4]
        if self._cuff is None:
            self._cuff = cuff
        elif cuff != self._cuff:
            self._cuff, self._measured_at = cuff, at
        if self._measured_at is None or len(cuff) < len(PRESSURES):
            return []
        return [
            self._reading(vital, text, at, self._measured_at)
            for vital, text in zip(PRESSURES, cuff, strict=False)
        ]

    def _reading(
        self, vital: Vital, text: str, at: Instant, measured_at: Instant | None = None
    ) -> VitalReading:
        value = float(text) if _is_figure(text) else None
        quality = Quality.UNAVAILABLE if value is None else Quality.VALID
        return credible(VitalReading(vital, value, quality, self._source, at, measured_at or at))

    def _waves(self, samples: bytes, at: Instant) -> tuple[WaveBlock, ...]:
        ecg = np.frombuffer(samples, np.uint8, ECG_SAMPLES).astype("<i2") - ECG_ZERO
        resp = np.frombuffer(samples, np.uint8, SLOW_SAMPLES, ECG_SAMPLES).astype("<i2")
        pleth = np.frombuffer(samples, np.uint8, SLOW_SAMPLES, ECG_SAMPLES + SLOW_SAMPLES).astype("<i2")
        pleth -= PLETH_ZERO
        return (
            WaveBlock(Wave.ECG, self._source, at, ECG_RATE_HZ, ecg.tobytes(), ECG_MV, 0.0, "mV"),
            WaveBlock(Wave.RESP, self._source, at, SLOW_RATE_HZ, resp.tobytes(), 0.01, 0.0, "Ohm"),
            WaveBlock(
                Wave.PLETH,
                self._source,
                at,
                SLOW_RATE_HZ,
                (pleth - PLETH_ZERO).tobytes(),
                100 / 170,
                50.0,
                "%",
            ),
        )


def _is_figure(text: str) -> bool:
    return text.replace(".", "", 1).isdigit() and len(text) <= 5


def _says(fields: dict[str, tuple[int, tuple[str, ...]]], name: str) -> bool:
    return name in fields and any(fields[name][1])


class Ivy:
    """One Ivy 450C on one link; it talks by itself and is never written to."""

    provides = frozenset({*FIGURES.values(), Vital.PR, *PRESSURES})
    quiet_limit_s = 3.0

    def __init__(self, source: str = "ivy", baud: int = 9600, *, simulated: bool = False) -> None:
        """``source`` is the binding's name; ``simulated`` when the room's devices are virtual."""
        self.line = LineSettings(baud)
        self._simulated = simulated
        self._ear = Ear(lambda: IvyStream(source), ABOUT.title, self.line, SILENCE_S, NOTHING)

    def identify(self, link: Link) -> Identity:
        """Wait for the first whole message.

        Raises:
            LinkLost: no port. WrongDevice: something else talks. TimeoutError: nothing does.
        """
        first = self._ear.first(link)
        return Identity("ivy", first.model, simulated=self._simulated or first.simulated)

    def turn(self, link: Link) -> MonitorBatch:
        """Read what has arrived and decode it.

        Raises:
            LinkLost: the port vanished.
        """
        return self._ear.turn(link)


def driver(options: DriverOptions) -> Ivy:
    """A driver for the catalogue."""
    return Ivy(options.name, options.baud or ABOUT.line.baud, simulated=options.simulated)


def decode(data: bytes) -> DecodeReport:
    """What recorded bytes hold."""
    return report_on(IvyStream("file", from_start=True), data, "Ivy 450C")
