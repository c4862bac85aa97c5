"""A virtual Capnostream 20: enabled, started and kept awake by its host; numerics and capnogram.

Written from the facts two public implementations agree on. Its identifier begins with ``VSIM``.
"""

from __future__ import annotations

from functools import reduce
from operator import xor

import numpy as np

from console.clinical.vitals import Wave
from console.devices.virtual.body import WAVE_RATES_HZ, Body, Numerics
from console.devices.virtual.faults import FaultyLine, LineFault
from console.devices.virtual.twins import VirtualSetting

IDENTIFIER = b"VSIM.1 11/22/2026 B300000001  "
WAVE_RATE_HZ = 20
HOST_GONE_S = 15.0
"""After so long without a word the monitor shows an advisory; it goes on sending."""
NOT_THERE = 0xFF
SPO2_LOW = 90
RR_LOW = 8


class VirtualCapnostream:
    """One virtual monitor over one body."""

    def __init__(self, body: Body, *, clock_s: float = 0.0, seed: int = 0) -> None:
        """``clock_s`` is what its clock shows, Unix seconds."""
        self._body = body
        self._clock_s = clock_s
        self._line = FaultyLine(seed)
        self._received = bytearray()
        self._passed_s = 0.0
        self._enabled = False
        self._started = False
        self._number = 0
        self._sent_waves = 0
        self._sent_seconds = 0
        self._silent_host_s = 0.0
        self._wave = np.empty(0)
        self._taken = 0

    @property
    def host_gone(self) -> bool:
        """It shows that its host is gone."""
        return self._started and self._silent_host_s > HOST_GONE_S

    def inject(self, fault: LineFault) -> None:
        """Make something go wrong on the line."""
        self._line.inject(fault)

    def feed(self, data: bytes) -> bytes:
        """Bytes from the host; returns what is answered at once."""
        if self._line.silent:
            return b""
        self._received += data
        answer = b""
        while (frame := self._next()) is not None:
            if not self._line.loses_request():
                self._silent_host_s = 0.0
                answer += self._obey(frame)
        return answer

    def _next(self) -> bytes | None:
        """The next whole frame, unescaped, without its marker and check."""
        while True:
            start = self._received.find(0x85)
            if start < 0:
                self._received.clear()
                return None
            del self._received[:start]
            end = self._received.find(0x85, 1)
            raw = bytes(self._received[1 : end if end > 0 else None])
            body = raw.replace(b"\x80\x05", b"\x85").replace(b"\x80\x00", b"\x80")
            if body and len(body) >= body[0] + 2:
                body = body[: body[0] + 2]
                del self._received[:1]
                if reduce(xor, body[:-1]) == body[-1]:
                    return body[1:-1]
            elif end > 0:
                del self._received[:end]
            else:
                del self._received[:-600]
                return None

    def _obey(self, frame: bytes) -> bytes:
        match frame[0]:
            case 1:
                self._enabled = True
                return self._line.send(_framed(4, IDENTIFIER))
            case 2:
                self._enabled = self._started = False
            case 4 if self._enabled:
                self._started = True
                self._sent_waves = int(self._passed_s * WAVE_RATE_HZ)
                self._sent_seconds = int(self._passed_s)
                self._taken = self._sent_waves * WAVE_RATES_HZ[Wave.CO2] // WAVE_RATE_HZ
            case 5:
                self._started = False
            case _:
                pass
        return b""

    def advance(self, dt_s: float) -> bytes:
        """Let time pass; the body must have lived through the same seconds before."""
        self._passed_s += dt_s
        self._silent_host_s += dt_s
        silent = self._line.silent
        sent = self._line.advance(dt_s)
        taken = self._body.take_wave(Wave.CO2)
        if self._started:
            self._wave = np.concatenate([self._wave, taken])[-500:]
            sent += self._waves() + self._numerics()
        return b"" if silent else sent

    def _waves(self) -> bytes:
        sent = b""
        due = int(self._passed_s * WAVE_RATE_HZ + 1e-9)
        count = due - self._sent_waves
        if count <= 0:
            return b""
        have = min(len(self._wave), max(1, count * WAVE_RATES_HZ[Wave.CO2] // WAVE_RATE_HZ))
        recent = self._wave[-have:] if have else np.zeros(1)
        for place in np.linspace(0, len(recent) - 1, count).round().astype(int):
            value = float(recent[place])
            off = bool(np.isnan(value))
            level = 0.0 if off else min(max(value, 0.0), 255.0)
            fraction = min(int((level - int(level)) * 256), 255)
            payload = bytes([self._number, int(level), fraction, 0x41 if off else 0])
            self._number = (self._number + 1) & 0xFF
            sent += self._line.send(_framed(0, payload))
        self._sent_waves = due
        return sent

    def _numerics(self) -> bytes:
        sent = b""
        while self._sent_seconds < int(self._passed_s + 1e-9):
            self._sent_seconds += 1
            payload = _picture(self._body.numerics(), int(self._clock_s + self._sent_seconds))
            sent += self._line.send(_framed(1, payload))
        return sent


def _framed(code: int, payload: bytes) -> bytes:
    body = bytes([1 + len(payload), code]) + payload
    body += bytes([reduce(xor, body)])
    return b"\x85" + b"".join(
        b"\x80\x00" if b == 0x80 else b"\x80\x05" if b == 0x85 else bytes([b]) for b in body
    )


def _picture(seen: Numerics, clock_s: int) -> bytes:
    def byte(value: float | None) -> int:
        return NOT_THERE if value is None else min(max(round(value), 0), 254)

    co2_alarms = (0x01 if seen.apnoea else 0) | (
        0x10 if seen.rr is not None and not seen.apnoea and seen.rr < RR_LOW else 0
    )
    spo2_alarms = 0x20 if seen.perfusion is None else 0x01 if seen.spo2 is None else 0
    if seen.spo2 is not None and seen.spo2 < SPO2_LOW:
        spo2_alarms |= 0x04
    values = bytes(map(byte, (seen.etco2, seen.fico2, seen.rr, seen.spo2, seen.pr)))
    limits = bytes([60, 15, 30, RR_LOW, 8, 100, SPO2_LOW, 140, 50])
    quiet = 20 if seen.apnoea else 0
    head = clock_s.to_bytes(4, "big") + values + bytes([0, 0, 0, 0, co2_alarms, spo2_alarms, quiet])
    return head + limits + bytes([1, 0])


def virtual(setting: VirtualSetting) -> VirtualCapnostream:
    """A monitor for the catalogue."""
    return VirtualCapnostream(setting.patient, clock_s=setting.clock_s, seed=setting.seed)
