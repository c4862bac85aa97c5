"""A virtual Masimo oximeter that prints one ASCII 1 line a second.

Written from the Masimo Rad-8 operator's manual, section 7. Its serial number begins with ``SIM``, which
no oximeter's does.
"""

from __future__ import annotations

from datetime import UTC, datetime

from console.devices.virtual.body import Body, Numerics
from console.devices.virtual.faults import FaultyLine, LineFault
from console.devices.virtual.twins import VirtualSetting

PERIOD_S = 1.0
SERIAL = "SIM0000001"
NO_SENSOR_ON_FINGER = 0x000020
PULSE_SEARCH = 0x000008
LOW_PERFUSION = 0x000004
INTERFERENCE = 0x000010
SET = 0x000800
LOW_PERFUSION_PERCENT = 0.3
SPO2_LOW = 90.0


class VirtualMasimo:
    """One virtual oximeter on one finger."""

    def __init__(self, body: Body, *, clock_s: float = 0.0, seed: int = 0) -> None:
        """``clock_s`` is what its clock shows, Unix seconds."""
        self._body = body
        self._clock_s = clock_s
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
        """Let time pass; a line each second."""
        self._passed_s += dt_s
        silent = self._line.silent
        sent = self._line.advance(dt_s)
        while self._due_s <= self._passed_s + 1e-9:
            sent += self._line.send(self._text(self._due_s))
            self._due_s += PERIOD_S
        return b"" if silent else sent

    def _text(self, at_s: float) -> bytes:
        seen = self._body.numerics()
        stamp = datetime.fromtimestamp(self._clock_s + at_s, UTC).strftime("%m/%d/%y %H:%M:%S")
        spo2 = "---%" if seen.spo2 is None else f"{round(seen.spo2):03d}%"
        rate = "---" if seen.pr is None else f"{round(seen.pr):03d}"
        index = "--.--%" if seen.perfusion is None else f"{min(seen.perfusion, 20.0):05.2f}%"
        alarm = 0x0012 if seen.spo2 is not None and seen.spo2 < SPO2_LOW else 0
        return (
            f"{stamp} SN={SERIAL} SPO2={spo2} BPM={rate} PI={index} SPCO=--.-% SPMET=--.-% DESAT=-- "
            f"PIDELTA=+-- ALARM={alarm:04X} EXC={_exceptions(seen):06X}\r\n"
        ).encode("ascii")


def _exceptions(seen: Numerics) -> int:
    bits = SET
    if seen.perfusion is None:
        bits |= NO_SENSOR_ON_FINGER
    elif seen.spo2 is None:
        bits |= PULSE_SEARCH
    elif seen.perfusion < LOW_PERFUSION_PERCENT:
        bits |= LOW_PERFUSION
    return bits | (INTERFERENCE if seen.artefact else 0)


def virtual(setting: VirtualSetting) -> VirtualMasimo:
    """An oximeter for the catalogue."""
    return VirtualMasimo(setting.patient, clock_s=setting.clock_s, seed=setting.seed)
