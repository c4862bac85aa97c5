"""A virtual Ivy 450C on its ANSAR-B port, in the form of a licensed recording of a monitor.

The lead it names is ``SIM``, which no monitor's ECG has.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from console.clinical.vitals import Wave
from console.devices.virtual.body import WAVE_RATES_HZ, Body, Numerics
from console.devices.virtual.faults import FaultyLine, LineFault
from console.devices.virtual.twins import VirtualSetting

PERIOD_S = 1.0
LEAD = "SIM-II-DIAG"


class VirtualIvy:
    """One virtual monitor over one body."""

    def __init__(self, body: Body, *, seed: int = 0) -> None:
        """``body`` is whose sensors it reads; only one monitor may take a body's waves."""
        self._body = body
        self._line = FaultyLine(seed)
        self._passed_s = 0.0
        self._due_s = PERIOD_S

    def inject(self, fault: LineFault) -> None:
        """Make something go wrong on the line."""
        self._line.inject(fault)

    def feed(self, data: bytes) -> bytes:
        """It does not listen."""
        del data
        return b""

    def advance(self, dt_s: float) -> bytes:
        """Let time pass; a message each second. The body must have lived through the same seconds."""
        self._passed_s += dt_s
        silent = self._line.silent
        sent = self._line.advance(dt_s)
        while self._due_s <= self._passed_s + 1e-9:
            sent += self._line.send(self._message())
            self._due_s += PERIOD_S
        return b"" if silent else sent

    def _message(self) -> bytes:
        ecg = self._bytes(Wave.ECG, 200, 50.0, 100.0)
        resp = self._bytes(Wave.RESP, 50, 40.0, 80.0)
        pleth = self._bytes(Wave.PLETH, 50, 1.7, 1.0)
        unused = bytes([80]) * 50 + bytes([251]) * 50
        text = "".join(f"{line}\r" for line in _lines(self._body.numerics()))
        return b"\xffANSAR-B " + ecg + resp + pleth + unused + text.encode("ascii") + b"\xfe"

    def _bytes(self, wave: Wave, count: int, per_unit: float, zero: float) -> bytes:
        """The last second of a wave at the monitor's own rate; a flat line where nothing is seen."""
        taken = self._body.take_wave(wave)[-WAVE_RATES_HZ[wave] :]
        if not len(taken):
            return bytes([round(zero)]) * count
        places = np.linspace(0, len(taken) - 1, count)
        values: NDArray[np.float64] = np.interp(places, np.arange(len(taken)), np.nan_to_num(taken, nan=0.0))
        # FF and FE frame the message, so samples stop below them.
        return np.clip(np.round(values * per_unit + zero), 0, 253).astype(np.uint8).tobytes()


def _lines(seen: Numerics) -> list[str]:
    def figure(value: float | None) -> str:
        return "" if value is None else f"{round(value)}"

    cuff = seen.cuff
    pressures = ("", "", "", "") if cuff is None else (cuff.systolic, cuff.diastolic, cuff.mean, cuff.pulse)
    told = ";".join(value if isinstance(value, str) else figure(value) for value in pressures)
    temperature = "" if seen.temp is None else f"{seen.temp:.1f}"
    return [
        f"HR=1;{figure(seen.hr)};{LEAD};",
        f"RR=1;{figure(seen.rr)};APNEA: 20 SEC;",
        f"ETCO2=1;{figure(seen.etco2)};;",
        f"SPO2=1;{figure(seen.spo2)};PR={figure(seen.pr)} ;",
        f"NIBP=4;{told};;",
        "P1=3;;;;NO TRANSDUCER;",
        "P2=3;;;;NO TRANSDUCER;",
        f"T1=1;{temperature};;",
        "T2=1;;;",
    ]


def virtual(setting: VirtualSetting) -> VirtualIvy:
    """A monitor for the catalogue."""
    return VirtualIvy(setting.patient, seed=setting.seed)
