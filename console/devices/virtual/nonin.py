"""A virtual Nonin oximeter: data format 2 or 7 at 75 frames a second, or a printed line a second.

Written from the OEM III data formats and the Avant operator's manual. Its firmware revision is 127, which
stands for no oximeter.
"""

from __future__ import annotations

from enum import Enum

import numpy as np

from console.clinical.vitals import Wave
from console.devices.virtual.body import WAVE_RATES_HZ, Body, Numerics
from console.devices.virtual.faults import FaultyLine, LineFault
from console.devices.virtual.twins import VirtualSetting

FRAME_RATE_HZ = 75
FRAMES = 25
REVISION = 0x7F
LOW_PERFUSION_PERCENT, VERY_LOW_PERFUSION_PERCENT = 0.6, 0.3


class Output(Enum):
    """What the oximeter is set to send."""

    LINES = "lines"
    FORMAT_2 = "format 2"
    FORMAT_7 = "format 7"


class VirtualNonin:
    """One virtual oximeter on one finger."""

    def __init__(self, body: Body, *, output: Output = Output.FORMAT_7, seed: int = 0) -> None:
        """``output`` is what its rear switch or its menu says."""
        self._body = body
        self._output = output
        self._line = FaultyLine(seed)
        self._passed_s = 0.0
        self._sent_frames = 0
        self._sent_lines = 0
        self._taken = 0
        self._wave = np.empty(0)
        self._packet = bytes(FRAMES)

    def inject(self, fault: LineFault) -> None:
        """Make something go wrong on the line."""
        self._line.inject(fault)

    def feed(self, data: bytes) -> bytes:
        """It does not listen."""
        del data
        return b""

    def advance(self, dt_s: float) -> bytes:
        """Let time pass; the body must have lived through the same seconds before."""
        self._passed_s += dt_s
        silent = self._line.silent
        sent = self._line.advance(dt_s)
        sent += self._lines_due() if self._output is Output.LINES else self._frames_due()
        return b"" if silent else sent

    def _lines_due(self) -> bytes:
        sent = b""
        while self._sent_lines < int(self._passed_s + 1e-9):
            self._sent_lines += 1
            seen = self._body.numerics()
            spo2 = "---" if seen.spo2 is None else f"{round(seen.spo2):03d}"
            rate = "---" if seen.pr is None else f"{round(seen.pr):03d}"
            sent += self._line.send(f"SPO2={spo2} HR={rate}\r\n".encode("ascii"))
        return sent

    def _frames_due(self) -> bytes:
        self._wave = np.concatenate([self._wave, self._body.take_wave(Wave.PLETH)])
        due = int(self._passed_s * FRAME_RATE_HZ + 1e-9)
        sent = b""
        while self._sent_frames < due:
            place = self._sent_frames % FRAMES
            if place == 0:
                self._packet = _packet(self._body.numerics())
            sent += self._line.send(self._frame(place, self._next_sample()))
            self._sent_frames += 1
        return sent

    def _next_sample(self) -> float:
        """The body's pleth, thinned from its own rate to 75 Hz."""
        at = self._sent_frames * WAVE_RATES_HZ[Wave.PLETH] // FRAME_RATE_HZ
        place = at - self._taken
        if place >= len(self._wave):
            return 0.0
        value = float(self._wave[place])
        if place > WAVE_RATES_HZ[Wave.PLETH]:
            self._wave = self._wave[place:]
            self._taken = at
        return 0.0 if np.isnan(value) else value

    def _frame(self, place: int, percent: float) -> bytes:
        seen = self._body.numerics()
        status = 0x80 | _status(seen) | (0x01 if place == 0 else 0)
        data = self._packet[place]
        if self._output is Output.FORMAT_2:
            head = bytes([0x01, status, round(percent / 100 * 255), data])
        else:
            pleth = round(percent / 100 * 65535)
            head = bytes([status, pleth >> 8, pleth & 0xFF, data])
        return head + bytes([sum(head) & 0xFF])


def _status(seen: Numerics) -> int:
    if seen.perfusion is None:
        return 0x40
    bits = 0x20 if seen.artefact else 0
    if seen.spo2 is None:
        return bits | 0x10
    if seen.perfusion < VERY_LOW_PERFUSION_PERCENT:
        return bits | 0x04
    return bits | (0x06 if seen.perfusion < LOW_PERFUSION_PERCENT else 0x02)


def _packet(seen: Numerics) -> bytes:
    rate = 511 if seen.pr is None else round(seen.pr)
    saturation = 127 if seen.spo2 is None else round(seen.spo2)
    data = bytearray(FRAMES)
    for high, low in ((0, 1), (13, 14), (19, 20), (21, 22)):
        data[high], data[low] = rate >> 7, rate & 0x7F
    for place in (2, 8, 9, 10, 15, 16):
        data[place] = saturation
    data[3] = REVISION
    return bytes(data)


def virtual(setting: VirtualSetting) -> VirtualNonin:
    """An oximeter for the catalogue."""
    return VirtualNonin(setting.patient, seed=setting.seed)
