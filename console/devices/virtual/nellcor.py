"""A virtual Nellcor oximeter that prints a line every two seconds.

Written from the data port chapter of the Mallinckrodt NPB-290/295 and N-395 operator's manuals. Every
line carries the status code ``VV``, which no oximeter has.
"""

from __future__ import annotations

from datetime import UTC, datetime

from console.devices.virtual.body import Body, Numerics
from console.devices.virtual.faults import FaultyLine, LineFault
from console.devices.virtual.twins import VirtualSetting

PERIOD_S = 2.0
SIMULATED = "VV"
HEADER_EVERY = 25
HEADER = (
    "N-595    VERSION 1.56.00    CRC:0000  SpO2 Limit: 90-100%    PR Limit: 50-120BPM\r\n"
    "ADULT  0SAT-S\r\n"
    "TIME  %SpO2   BPM     PA     Status\r\n"
)
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
SPO2_LOW, PULSE_LOW, PULSE_HIGH = 90, 50, 120
AMPLITUDE_PER_PERCENT = 20


class VirtualNellcor:
    """One virtual oximeter on one finger."""

    def __init__(self, body: Body, *, clock_s: float = 0.0, seed: int = 0) -> None:
        """``clock_s`` is what its clock shows, Unix seconds."""
        self._body = body
        self._clock_s = clock_s
        self._line = FaultyLine(seed)
        self._passed_s = 0.0
        self._due_s = PERIOD_S
        self._printed = 0

    def inject(self, fault: LineFault) -> None:
        """Make something go wrong on the line."""
        self._line.inject(fault)

    def feed(self, data: bytes) -> bytes:
        """Its interactive mode is not simulated: it does not listen."""
        del data
        return b""

    def advance(self, dt_s: float) -> bytes:
        """Let time pass; a line every two seconds, a header before every 25th."""
        self._passed_s += dt_s
        silent = self._line.silent
        sent = self._line.advance(dt_s)
        while self._due_s <= self._passed_s + 1e-9:
            head = HEADER if self._printed % HEADER_EVERY == 0 else ""
            sent += self._line.send((head + self._text(self._due_s)).encode("ascii"))
            self._printed += 1
            self._due_s += PERIOD_S
        return b"" if silent else sent

    def _text(self, at_s: float) -> str:
        seen = self._body.numerics()
        now = datetime.fromtimestamp(self._clock_s + at_s, UTC)
        stamp = f"{now.day:02d}-{MONTHS[now.month - 1]}-{now:%y %H:%M:%S}"
        columns = [
            _column(seen.spo2, SPO2_LOW, 100),
            _column(seen.pr, PULSE_LOW, PULSE_HIGH),
            _column(None if seen.perfusion is None else seen.perfusion * AMPLITUDE_PER_PERCENT, 0, 255),
        ]
        return f"{stamp}   {'   '.join(columns)}     {' '.join(_codes(seen))}".rstrip() + "\r\n"


def _column(value: float | None, low: float, high: float) -> str:
    if value is None:
        return "---"
    return f"{round(value):3d}{'' if low <= round(value) <= high else '*'}"


def _codes(seen: Numerics) -> list[str]:
    codes = [SIMULATED]
    if seen.perfusion is None:
        codes.append("SO")
    elif seen.spo2 is None:
        codes.append("PS")
    if seen.spo2 is not None and round(seen.spo2) < SPO2_LOW:
        codes.append("SL")
    if seen.pr is not None and round(seen.pr) < PULSE_LOW:
        codes.append("PL")
    if seen.pr is not None and round(seen.pr) > PULSE_HIGH:
        codes.append("PH")
    return [*codes, "MO"] if seen.artefact else codes


def virtual(setting: VirtualSetting) -> VirtualNellcor:
    """An oximeter for the catalogue."""
    return VirtualNellcor(setting.patient, clock_s=setting.clock_s, seed=setting.seed)
